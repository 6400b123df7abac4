"""Parts of a cross: a two-tone scan leaves nothing of a stroke that fades, and the rest looks like a tick."""

import functools

import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards.ink import PX_PER_MM, Floats

WRITTEN = 0.5
ASIDE_MM, OFF_MIDDLE_MM, LEAST_REACH_MM = 0.4, 0.65, 1.0
SLOPES_DEG = (35.0, 45.0, 55.0)
NEARLY_ALL = 0.97


def may_be_part_of_a_cross(inside: Floats, level: float) -> bool:
    """Whether nearly all ink within a box (square) lies along two diagonals that cross near its middle."""
    written = (inside > WRITTEN * level).ravel()
    if not written.any():
        return False
    aside, reach = _crosses(inside.shape[0])
    shares = (aside[:, written] <= ASIDE_MM * PX_PER_MM).mean(axis=1)
    reaches = reach[:, written].max(axis=1)
    return bool(((shares >= NEARLY_ALL) & (reaches >= LEAST_REACH_MM * PX_PER_MM)).any())


@functools.lru_cache(maxsize=1)
def _crosses(side: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For crosses of many middles and slopes, how far each pixel lies from the nearer stroke and from the middle."""
    steps = np.arange(-round(OFF_MIDDLE_MM * PX_PER_MM), round(OFF_MIDDLE_MM * PX_PER_MM) + 1) + (side - 1) / 2
    rows, columns = np.mgrid[:side, :side].reshape(2, -1)
    middles = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    across, down = (line[None] - middle[:, None] for line, middle in zip((columns, rows), middles.T, strict=True))
    slopes = np.deg2rad(SLOPES_DEG)
    falling, rising = (
        [np.abs(np.sin(slope) * across + sign * np.cos(slope) * down) for slope in slopes] for sign in (-1, 1)
    )
    aside = np.concatenate([np.minimum(one, other) for one in falling for other in rising])
    reach = np.tile(np.hypot(across, down), (len(SLOPES_DEG) ** 2, 1))
    return aside.astype(np.float32), reach.astype(np.float32)
