"""What a mark was written with, as far as a scan can tell: blue, black, another colour, or grey like pencil.

Light taken away from the paper is compared channel by channel inside the box, where nothing is printed. The print of
the card's own boxes is black, so what it looks like in this scan says what black is: tint and weak contrast cancel.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards.drawing import LINE_MM
from services.grading.paper.cards.ink import INSIDE, PX_PER_MM, BoxInk

Floats = NDArray[np.float32]

WRITTEN = 0.25
HALO_PX = 3
COLOUR = 4
DARKEST_SHARE = 0.03
LEAST_LEVEL = 0.08
#: Violet is neither blue nor black (Art. 46(2)).
FOREIGN = frozenset({"violet", "red", "green"})
NEUTRAL = 0.20
COLOURED = 0.24
VIOLET_RED_TO_GREEN = 0.86
BLUE_RED_TO_GREEN = 0.90

#: A stroke's width: area over half its outline, of which a diagonal one crosses 1.2 times as many pixel edges.
OUTLINE = 2.38
THINNEST_MM = 0.25
BLUR_IN_WIDTH = 1.6
BLUR_IN_DARKNESS = 0.7


@dataclass(frozen=True, slots=True)
class Tint:
    """Per box: `taken` (n x 3, blue green red) light taken away against black print, the largest being 1;
    `darkness` of the strokes against solid black, thin ones corrected for the blur of the scan.
    """

    taken: Floats
    darkness: Floats


def tint(measured: BoxInk, chosen: NDArray[np.int64]) -> Tint:
    """The tint of the ink inside the `chosen` boxes; a box without ink gives values without meaning."""
    inside = measured.inside()[chosen]
    if not len(inside):
        return Tint(np.zeros((0, 3), np.float32), np.zeros(0, np.float32))
    flat = inside.reshape(len(inside), -1)
    few = round(flat.shape[1] * DARKEST_SHARE)
    level = np.partition(flat, flat.shape[1] - few, axis=1)[:, -few:].mean(axis=1)
    taken = np.ones((len(inside), 3), np.float32)
    if measured.patches.ndim == COLOUR:
        core = (inside > WRITTEN * np.maximum(level, LEAST_LEVEL)[:, None, None]).astype(np.uint8)
        # One tall picture: what a stroke at the lower edge lends to the next box is a pixel.
        halo = cv2.dilate(core.reshape(-1, core.shape[2]), np.ones((HALO_PX, HALO_PX), np.uint8))
        halo = np.asarray(halo, dtype=np.float32).reshape(len(core), 1, -1)
        cut = measured.patches[:, INSIDE, INSIDE][chosen].reshape(len(core), -1, 3).astype(np.float32)
        light = (halo @ cut)[:, 0] / np.maximum(halo.sum(axis=2), 1) / measured.white[chosen]
        taken = np.clip(1 - light, 1e-3, None) / measured.print_taken
    return Tint(
        taken=(taken / taken.max(axis=1, keepdims=True)).astype(np.float32),
        darkness=(level / measured.black_level / _kept_by_blur(inside, level, measured)).astype(np.float32),
    )


def colour_name(taken: Floats) -> str:
    """The name of a colour by its `taken` (3, the largest being 1): neutral, blue, violet, red, green, or unclear."""
    blue, green, red = (float(value) for value in taken)
    least = min(blue, green, red)
    if 1 - least < NEUTRAL:
        return "neutral"
    return "unclear" if 1 - least < COLOURED else leaning(taken)


def leaning(taken: Floats) -> str:
    """The name of the colour that a `taken` is nearest to, however weak: blue, violet, red, green, or unclear."""
    blue, green, red = (float(value) for value in taken)
    least = min(blue, green, red)
    if blue > least:
        return "red" if red == least else "green"
    ratio = red / green
    return "blue" if ratio >= BLUE_RED_TO_GREEN else "violet" if ratio <= VIOLET_RED_TO_GREEN else "unclear"


def _kept_by_blur(inside: Floats, level: Floats, measured: BoxInk) -> Floats:
    """The share of its darkness that a stroke as thin as this keeps: the printed border, whose width is known, says
    how much the scan blurs.
    """
    core = inside > level[:, None, None] / 2
    outline = (core[:, 1:] != core[:, :-1]).sum(axis=(1, 2)) + (core[:, :, 1:] != core[:, :, :-1]).sum(axis=(1, 2))
    seen_mm = OUTLINE * core.sum(axis=(1, 2)) / np.maximum(outline, 1) / PX_PER_MM
    blur_mm = LINE_MM / 2 / _reached(np.clip(measured.print_level / measured.black_level, 0.05, 0.995))
    width = np.sqrt(np.maximum(seen_mm**2 - (BLUR_IN_WIDTH * blur_mm) ** 2, THINNEST_MM**2))
    return np.asarray(_shares_reached(width / 2 / (BLUR_IN_DARKNESS * blur_mm)), dtype=np.float32)


def _shares_reached(deviations: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of a normal distribution within so many deviations of its middle."""
    return np.asarray(np.interp(deviations, _DEVIATIONS, _SHARES), dtype=np.float64)


def _reached(share: float) -> float:
    return float(np.interp(share, _SHARES, _DEVIATIONS))


_DEVIATIONS = np.linspace(0, 4, 401)
_BELL = np.exp(-((_DEVIATIONS[:-1] + 0.005) ** 2) / 2)
_SHARES = np.concatenate([[0.0], np.cumsum(_BELL) / _BELL.sum()])
