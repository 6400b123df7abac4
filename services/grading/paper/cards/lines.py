"""A fold, or dirt that drew a line, runs through a box and on through the next one; nobody strikes out a cross so."""

import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards.ink import PATCH_PX, BoxInk, Floats

MARGIN_PX = 4
DARK = 0.08
MOST_SLOPE_PX = 6
ASIDE_PX = 2
WIDEST_PX = 9
GAPS = 0.1

COLUMNS = np.arange(PATCH_PX)
IN_MARGINS = (COLUMNS < MARGIN_PX) | (COLUMNS >= PATCH_PX - MARGIN_PX)


def without_line(measured: BoxInk, index: int) -> Floats | None:
    """A filled box's ink (40 x 40), bridged where a line runs through it and through a box beside it; None without."""
    level, place = measured.print_level, measured.filled[index]
    for axes, before in (((0, 1), measured.before), ((1, 0), measured.above)):
        own = measured.ink[index].transpose(axes)
        rows = _line(own, level)
        if rows is None:
            continue
        beside = [one for one in (before[place], *np.flatnonzero(before == place)) if one >= 0]
        others = measured.ink[np.isin(measured.filled, beside)]
        if any(_line(one.transpose(axes), level) is not None for one in others):
            return _bridged(own, rows, level).transpose(axes)
    return None


def _line(ink: Floats, level: float) -> NDArray[np.int64] | None:
    """In which row of each column a line runs that leaves the box on both sides and has hardly a gap; None without."""
    ends = [side.mean(axis=1) for side in (ink[:, :MARGIN_PX], ink[:, -MARGIN_PX:])]
    left, right = (int(end.argmax()) for end in ends)
    if min(ends[0][left], ends[1][right]) < DARK * level or abs(left - right) > MOST_SLOPE_PX:
        return None
    rows = np.rint(np.linspace(left, right, PATCH_PX)).astype(np.int64)
    _, near = _around(ink, rows, ASIDE_PX)
    return rows if (near.max(axis=0) < DARK * level / 2).mean() <= GAPS else None


def _bridged(ink: Floats, rows: NDArray[np.int64], level: float) -> Floats:
    """Across the line, as wide as it is beside the box, nothing is darker than between what stands on its two sides."""
    at, near = _around(ink, rows, WIDEST_PX)
    is_dark = near[:, IN_MARGINS].mean(axis=1) >= DARK * level / 2
    above, below = (
        int(np.append(side[:WIDEST_PX], False).argmin()) for side in (is_dark[WIDEST_PX::-1], is_dark[WIDEST_PX:])
    )
    band = slice(WIDEST_PX - above, WIDEST_PX + below + 1)
    share = np.linspace(0, 1, above + below + 1, dtype=np.float32)[:, None]
    bridged = ink.copy()
    bridged[at[band], COLUMNS] = np.minimum(near[band], (1 - share) * near[band][0] + share * near[band][-1])
    return bridged


def _around(ink: Floats, rows: NDArray[np.int64], reach: int) -> tuple[NDArray[np.int64], Floats]:
    """The rows as far as `reach` from a line, and the ink in them: both rows x columns."""
    at = np.clip(rows + np.arange(-reach, reach + 1)[:, None], 0, PATCH_PX - 1)
    return at, ink[at, COLUMNS]
