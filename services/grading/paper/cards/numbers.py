"""The five-digit number's sticker and the page's code: read from the square code or not at all.

Digits are never recognised from their shapes: a code that cannot be decoded is said to be so. Where a code lies is
mostly known, so its modules are looked up one by one and handed to the decoder clean; only when that fails is the
neighbourhood searched.
"""

import itertools
import re
from collections.abc import Iterator
from urllib.parse import unquote

import cv2
import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards import codes
from services.grading.paper.cards.drawing import NUMBER_VERSION, PAGE_CODE_VERSION, STICKER_CODE_MM
from services.grading.paper.cards.layout import Rect
from services.grading.paper.cards.views import Points

Image = NDArray[np.uint8]
Modules = NDArray[np.bool_]

NUMBER = re.compile(r"[0-9]{5}")
PX_PER_MM = 6
SEARCHED_PX_PER_MM = (6, 8, 12)
MARGIN_MM = 3.0
MODULE_PX = 4
QUIET_MODULES = 4
FINDER = 7
MOST_WRONG = 0.12
LEAST_CONTOUR = 6
FINDER_RATIOS = (1.6, 3.2)
MOST_FINDERS = 8
SQUARE = 0.9
SIZE_LIMITS = (0.8, 1.2)


def read_number(grey: Image, to_picture: Points, place: Rect) -> str | None:
    """The sticker's five digits, or None when no code of exactly five digits is decoded within `place`."""
    text = _read(grey, to_picture, place.grown(MARGIN_MM), STICKER_CODE_MM, NUMBER_VERSION)
    return text if NUMBER.fullmatch(text) else None


def read_page_code(grey: Image, to_picture: Points, place: Rect) -> str | None:
    """The exam and sub-variant printed on the card, or None."""
    text = _read(grey, to_picture, place.grown(MARGIN_MM), place.w, PAGE_CODE_VERSION)
    return unquote(text) if text else None


def _read(grey: Image, to_picture: Points, place: Rect, side_mm: float, version: int) -> str:
    cut = _cut(grey, to_picture, place, PX_PER_MM)
    modules = 17 + 4 * version
    leg = side_mm * PX_PER_MM * (modules - FINDER) / modules
    for corner in _corners(_finders(cut), leg):
        text = _looked_up(cut, corner, modules)
        if text:
            return text
    return _searched(grey, to_picture, place)


def _finders(cut: Image) -> list[Points]:
    """Middles of what looks like a finder: a dark ring around a dark square."""
    dark = cv2.threshold(cut, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)[1]
    contours, tree = cv2.findContours(dark, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    found = []
    for index, outer in enumerate(contours):
        hole = tree[0, index, 2]
        inner = tree[0, hole, 2] if hole >= 0 else -1
        if inner < 0 or len(contours[inner]) < LEAST_CONTOUR:
            continue
        boxes = [np.array(cv2.minAreaRect(c)[:2]) + 0.0 for c in (outer, contours[inner])]
        sides = [float(np.sqrt(np.prod(box[1] + 1))) for box in boxes]
        is_ring = FINDER_RATIOS[0] <= sides[0] / sides[1] <= FINDER_RATIOS[1]
        if is_ring and np.hypot(*(boxes[0][0] - boxes[1][0])) < sides[1] / 3:
            found.append(np.asarray(boxes[0][0], dtype=np.float64))
    return found[:MOST_FINDERS]


def _corners(finders: list[Points], leg: float) -> Iterator[Points]:
    """Triples of finders (corner, right, below) that stand as in a square code of about this size."""
    for corner, right, below in itertools.permutations(finders, 3):
        across, down = right - corner, below - corner
        turn = float(across[0] * down[1] - across[1] * down[0])
        lengths = np.hypot(*across), np.hypot(*down)
        fits = all(SIZE_LIMITS[0] * leg <= length <= SIZE_LIMITS[1] * leg for length in lengths)
        if fits and turn > SQUARE * lengths[0] * lengths[1]:
            yield np.array([corner, right, below])


def _looked_up(cut: Image, finders: Points, modules: int) -> str:
    near, far = FINDER / 2 * MODULE_PX - 0.5, (modules - FINDER / 2) * MODULE_PX - 0.5
    target = np.array([[near, near], [far, near], [near, far]], np.float32)
    fine = modules * MODULE_PX
    flat = cv2.warpAffine(cut, cv2.getAffineTransform(finders.astype(np.float32), target), (fine, fine))
    means = cv2.resize(flat, (modules, modules), interpolation=cv2.INTER_AREA)
    level = cv2.threshold(means, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[0]
    dark = means <= level
    return _decoded_clean(dark) if _finders_wrong(dark) <= MOST_WRONG else ""


def _finders_wrong(dark: Modules) -> float:
    ring = np.maximum(*np.abs(np.indices((FINDER, FINDER)) - FINDER // 2))
    finder = ring != FINDER // 2 - 1
    seen = (dark[:FINDER, :FINDER], dark[:FINDER, -FINDER:], dark[-FINDER:, :FINDER])
    return float(np.mean([one != finder for one in seen]))


def _decoded_clean(dark: Modules) -> str:
    text = codes.decoded(dark)
    if text is not None:
        return text
    clean = np.where(np.pad(dark, QUIET_MODULES), 0, 255).astype(np.uint8)
    picture = np.kron(clean, np.ones((MODULE_PX, MODULE_PX), np.uint8))
    low, high = QUIET_MODULES * MODULE_PX, (QUIET_MODULES + len(dark)) * MODULE_PX - 1
    corners = np.array([[[low, low], [high, low], [high, high], [low, high]]], np.float32)
    try:
        return str(cv2.QRCodeDetector().decode(picture, corners)[0])
    except (cv2.error, UnicodeDecodeError):
        return ""


def _searched(grey: Image, to_picture: Points, place: Rect) -> str:
    for px_per_mm in SEARCHED_PX_PER_MM:
        cut = _cut(grey, to_picture, place, px_per_mm)
        for view in (cut, _two_tone(cut)):
            text = _decoded(view)
            if text:
                return text
    return ""


def _decoded(view: Image) -> str:
    try:
        return str(cv2.QRCodeDetector().detectAndDecode(view)[0])
    except (cv2.error, UnicodeDecodeError):
        return ""


def _two_tone(cut: Image) -> Image:
    smooth = cv2.GaussianBlur(cut, (0, 0), 1.2)
    return np.asarray(cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1], dtype=np.uint8)


def _cut(grey: Image, to_picture: Points, place: Rect, px_per_mm: int) -> Image:
    to_card = np.array([[1 / px_per_mm, 0, place.x], [0, 1 / px_per_mm, place.y], [0, 0, 1]])
    size = (round(place.w * px_per_mm), round(place.h * px_per_mm))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    view = cv2.warpPerspective(grey, to_picture @ to_card, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(view, dtype=np.uint8)
