"""What a mark was written with, as far as a scan can tell: blue, black, another colour, or grey like pencil.

Light taken away from the paper is compared channel by channel inside the box, where nothing is printed.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards.ink import INSIDE, BoxInk

Floats = NDArray[np.float32]

WRITTEN = 0.25
HALO_PX = 3
COLOUR = 4
CORE_RANK = 0.97
LEAST_LEVEL = 0.08


@dataclass(frozen=True, slots=True)
class Tint:
    """Per box: `taken` (n x 3, blue green red) light taken away, `darkness` of the strokes against solid black print,
    `colourfulness` from 0 (grey) to 1.
    """

    taken: Floats
    darkness: Floats
    colourfulness: Floats

    def names(self) -> "list[str]":
        """Per box the colour's name: neutral, blue, violet, red, green, or unclear."""
        return [_name(taken, float(c)) for taken, c in zip(self.taken, self.colourfulness, strict=True)]


NEUTRAL = 0.25
COLOURED = 0.32
VIOLET_RED_TO_GREEN = 0.78
BLUE_RED_TO_GREEN = 0.86
GREEN_GREEN_TO_BLUE = 0.8


def tint(measured: BoxInk, chosen: NDArray[np.int64]) -> Tint:
    """The tint of the ink inside the `chosen` boxes; a box without ink gives values without meaning."""
    inside = measured.inside()[chosen]
    flat = np.sort(inside.reshape(len(inside), inside.shape[1] ** 2), axis=1)
    level = flat[:, round(flat.shape[1] * CORE_RANK)]
    core = (inside > WRITTEN * np.maximum(level, LEAST_LEVEL)[:, None, None]).astype(np.uint8)
    kernel = np.ones((HALO_PX, HALO_PX), np.uint8)
    halo = np.array([cv2.dilate(one, kernel) for one in core], dtype=np.float32).reshape(inside.shape)
    taken = np.zeros((len(inside), 3), np.float32)
    if measured.patches.ndim == COLOUR:
        cut = measured.patches[chosen][:, INSIDE, INSIDE] / measured.white[chosen, None, None, :]
        weight = halo.sum(axis=(1, 2))[:, None]
        taken = ((1 - cut) * halo[..., None]).sum(axis=(1, 2)) / np.maximum(weight, 1)
    most = np.maximum(taken.max(axis=1), 1e-3)
    return Tint(
        taken=taken.astype(np.float32),
        darkness=(level / measured.black_level).astype(np.float32),
        colourfulness=np.clip((most - taken.min(axis=1)) / most, 0, 1).astype(np.float32),
    )


def _name(taken: Floats, colourfulness: float) -> str:
    if colourfulness < NEUTRAL:
        return "neutral"
    if colourfulness < COLOURED:
        return "unclear"
    blue, green, red = (max(float(v), 1e-3) for v in taken)
    if blue == min(blue, green, red):
        ratio = red / green
        return "blue" if ratio >= BLUE_RED_TO_GREEN else "violet" if ratio < VIOLET_RED_TO_GREEN else "unclear"
    return "red" if red == min(blue, green, red) else "green"
