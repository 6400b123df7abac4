"""Signs outside the boxes: what is on the card and was neither printed nor a cross (Art. 46(2)).

The card's picture is compared with its printed area; ink that remains, is large enough and does not belong to a
cross, is proposed as a sign. Streaks, folds and the scanner's dark edges are told apart by their shape.
"""

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards.drawing import code_caption
from services.grading.paper.cards.layout import PAGE_MM, CardLayout, Rect
from services.grading.paper.cards.registration import PAGE_PX_PER_MM, Registration

Image = NDArray[np.uint8]

INK_SHARE = 0.28
PRINT_MARGIN_PX = 5
PAPER_STEP = 5
EDGE_MM = 6.0
LEAST_SIZE_MM = 2.6
LEAST_AREA_MM2 = 1.4
NARROW_MM = 1.1
LONG_MM = 12.0
CROSS_ROOM_MM = 1.4
JOINED_PX = 5


@dataclass(frozen=True, slots=True)
class Sign:
    """A foreign sign: what it seems to be, where (millimetres of the card), and why it was noticed."""

    kind: str
    place: Rect
    evidence: float


def find_signs(registration: Registration, layout: CardLayout, occupied: list[Rect]) -> list[Sign]:
    """Signs outside `occupied` (the boxes that hold something); needs the layout's printed area."""
    written = _written(registration.page, layout, occupied)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(_joined(written), connectivity=8)
    signs = []
    for index in range(1, count):
        x, y, w, h, _area = (int(v) for v in stats[index])
        own = (labels[y : y + h, x : x + w] == index) & (written[y : y + h, x : x + w] > 0)
        place = Rect(x, y, w, h).scaled(1 / PAGE_PX_PER_MM)
        area = float(own.sum()) / PAGE_PX_PER_MM**2
        if _is_sign(place, area) and not _is_at_the_edge(place):
            signs.append(Sign("writing" if max(w, h) > 8 * PAGE_PX_PER_MM else "mark", place, round(area, 2)))
    return signs


@functools.lru_cache(maxsize=8)
def printed_mask(layout: CardLayout) -> Image:
    """What is printed on the card and a little around, 255 where it is, `PAGE_PX_PER_MM` pixels a millimetre."""
    stored = np.frombuffer(layout.printed_png, np.uint8)
    mask = np.asarray(cv2.imdecode(stored, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    grown = cv2.erode(mask, np.ones((PRINT_MARGIN_PX, PRINT_MARGIN_PX), np.uint8))
    return np.asarray(cv2.bitwise_not(grown), dtype=np.uint8)


def _written(page: Image, layout: CardLayout, occupied: list[Rect]) -> Image:
    coarse = cv2.resize(page, (page.shape[1] // PAPER_STEP, page.shape[0] // PAPER_STEP), interpolation=cv2.INTER_AREA)
    light = cv2.blur(cv2.dilate(coarse, np.ones((PAPER_STEP, PAPER_STEP), np.uint8)), (5, 5))
    paper = cv2.resize(light, page.shape[::-1], interpolation=cv2.INTER_LINEAR)
    limit = cv2.convertScaleAbs(paper, alpha=1 - INK_SHARE)
    dark = np.asarray(cv2.compare(page, limit, cv2.CMP_LT), dtype=np.uint8)
    dark[printed_mask(layout) > 0] = 0
    places = [layout.number_box.grown(1.5), layout.code_box.grown(3), code_caption(layout)]
    places += [mark.rect.grown(1.5) for mark in layout.marks]
    for rect in [*places, *(rect.grown(CROSS_ROOM_MM) for rect in occupied)]:
        x, y, w, h = (round(v * PAGE_PX_PER_MM) for v in (rect.x, rect.y, rect.w, rect.h))
        dark[max(0, y) : y + h, max(0, x) : x + w] = 0
    edge = round(EDGE_MM * PAGE_PX_PER_MM)
    framed = np.zeros_like(dark)
    framed[edge:-edge, edge:-edge] = dark[edge:-edge, edge:-edge]
    return framed


def _joined(written: Image) -> Image:
    return np.asarray(cv2.dilate(written, np.ones((JOINED_PX, JOINED_PX), np.uint8)), dtype=np.uint8)


def _is_at_the_edge(place: Rect) -> bool:
    near = EDGE_MM + 1 / PAGE_PX_PER_MM
    right, bottom = PAGE_MM[0] - place.x - place.w, PAGE_MM[1] - place.y - place.h
    return min(place.x, place.y, right, bottom) <= near


def _is_sign(place: Rect, area_mm2: float) -> bool:
    inflated = (JOINED_PX - 1) / PAGE_PX_PER_MM
    width, height = place.w - inflated, place.h - inflated
    if max(width, height) < LEAST_SIZE_MM or area_mm2 < LEAST_AREA_MM2:
        return False
    return not (min(width, height) < NARROW_MM and max(width, height) > LONG_MM)
