"""Strokes of the crosses above and below a box that reach into it: a cross drawn too large is no foreign sign."""

import cv2
import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards.ink import PATCH_PX, BoxInk

WRITTEN = 0.3
FACING_PX = 3
ASIDE_PX = 4
HANGS_TOGETHER = 0.5
ONE_SIDED = 0.75


def reached_in(measured: BoxInk, index: int, crosses: NDArray[np.bool_]) -> tuple[bool, bool]:
    """Whether most of a filled box's ink hangs together with a stroke of a cross above or below it, and whether most
    of it also lies on that side. `crosses` says which of the filled boxes seem to hold a cross.
    """
    place = measured.filled[index]
    written = measured.ink[index] > WRITTEN * measured.print_level
    is_joined = is_one_sided = False
    for from_above, there in ((True, measured.above[place]), (False, np.flatnonzero(measured.above == place))):
        (other,) = np.nonzero(crosses & np.isin(measured.filled, there))
        if not len(other):
            continue
        own = written if from_above else written[::-1]
        beside = measured.ink[other[0]] > WRITTEN * measured.print_level
        if _joined(own, beside[-FACING_PX:] if from_above else beside[:FACING_PX]):
            is_joined = True
            is_one_sided |= bool(own[: PATCH_PX // 2].sum() >= ONE_SIDED * own.sum())
    return is_joined, is_one_sided


def _joined(own: NDArray[np.bool_], facing: NDArray[np.bool_]) -> bool:
    """Whether most of the ink goes on from the box's first rows into the other's rows that face them."""
    wide = np.ones((1, 2 * ASIDE_PX + 1), np.uint8)
    ends = np.array([facing.any(axis=0)], dtype=np.uint8)
    near = np.asarray(cv2.dilate(ends, wide), dtype=np.bool_)
    parts = cv2.connectedComponents(cv2.dilate(own.astype(np.uint8), np.ones((3, 3), np.uint8)))[1]
    leading = np.setdiff1d(parts[:FACING_PX] * (near[0] & own[:FACING_PX].any(axis=0)), [0])
    return bool((np.isin(parts, leading) & own).sum() > HANGS_TOGETHER * own.sum())
