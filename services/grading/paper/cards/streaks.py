"""Dirt on a scanner's glass draws a straight line down the whole picture; it is taken out before anything is read.

Only a line that runs from edge to edge along the picture's own axis is one: nothing printed or written does.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

BANDS = 40
SMOOTH_PX = 3
LEAST_BANDS = 0.85
NEAR_PX = 9
LEAST_DEPTH = 7.0
MOST_WIDTH = 0.006
EDGE = 0.012
SOFT_PX = 1


def without_streaks(picture: Image, small: Image) -> Image | None:
    """The picture (height x width, or x 3) with streaks bridged; None when there are none.

    `small` is the same picture in grey and smaller, where streaks are looked for.
    """
    cleaned = None
    for axis in (0, 1):
        for start, end in _streaks(small, axis):
            cleaned = picture.copy() if cleaned is None else cleaned
            factor = picture.shape[1 - axis] / small.shape[1 - axis]
            _bridge(cleaned, axis, int(start * factor) - SOFT_PX, int(np.ceil(end * factor)) + SOFT_PX)
    return cleaned


def _streaks(small: Image, axis: int) -> list[tuple[int, int]]:
    """Columns (`axis` 0) or rows (`axis` 1) of streaks, first and one past the last."""
    lines = small if axis == 0 else cv2.transpose(small)
    across, long = lines.shape[1], lines.shape[0] // BANDS
    # The brightest of each band: print leaves gaps along every line, a streak leaves none.
    some = lines[: long * BANDS].reshape(BANDS, long, across)
    smooth = np.add(some[:, :-2], some[:, 1:-1], dtype=np.uint16)
    smooth += some[:, 2:]
    bands = np.asarray(smooth.max(axis=1) // SMOOTH_PX, dtype=np.uint8)
    around = cv2.morphologyEx(bands, cv2.MORPH_CLOSE, np.ones((1, NEAR_PX), np.uint8))
    is_dark = (cv2.subtract(around, bands) >= LEAST_DEPTH).sum(axis=0) >= LEAST_BANDS * BANDS
    edge = round(EDGE * across)
    is_dark[:edge] = is_dark[across - edge :] = False
    turns = np.flatnonzero(np.diff(np.concatenate([[False], is_dark, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in turns.reshape(-1, 2) if b - a <= max(3, MOST_WIDTH * across)]


def _bridge(picture: Image, axis: int, start: int, end: int) -> None:
    """What stands beside the streak goes on below it, the lighter side: a border next to it is not made wider."""
    lines = picture if axis == 1 else picture.swapaxes(0, 1)
    lines[start:end] = np.maximum(lines[start - 1], lines[end])
