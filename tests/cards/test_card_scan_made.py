"""What the scan or the paper made of a cross is no foreign sign: the question goes to a person, the card stays good."""

import cv2
import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from services.grading.paper.cards.layout import MM_PER_INCH, Rect
from services.grading.paper.cards.page import read_card
from services.grading.paper.cards.simulation import Filling, Hand, Written
from tests.cards.card_on_paper import SCAN_DPI, Paper

Image = NDArray[np.uint8]

PX_PER_MM = SCAN_DPI / MM_PER_INCH
PEN, DIRT = (40, 40, 40), (60, 60, 60)
QUESTION, OPTION = 40, "В"
CURL_MM = 11.0
CRUMPLED_MM, MOVED_MM = 15.0, 3.0


@pytest.fixture
def crossed(paper: Paper, steady_hand: Hand) -> Image:
    """A good card: every question has its cross at В."""
    return paper.filled(Filling({q: (Written(OPTION),) for q in range(1, 91)}, "10020"), 31, steady_hand)


def _draw(page: Image, line_mm: ArrayLike, width_mm: float, ink: tuple[int, int, int]) -> None:
    points = (np.asarray(line_mm) * PX_PER_MM).round().astype(np.int32)
    cv2.polylines(page, [points], isClosed=False, color=ink, thickness=round(width_mm * PX_PER_MM))


def _box(paper: Paper, question: int, option: str) -> Rect:
    return next(box.rect for box in paper.layout.boxes if (box.question, box.option) == (question, option))


def _within(paper: Paper, question: int, option: str) -> tuple[slice, slice]:
    rect = _box(paper, question, option).grown(-0.4)
    x, y, w, h = (round(value * PX_PER_MM) for value in (rect.x, rect.y, rect.w, rect.h))
    return slice(y, y + h), slice(x, x + w)


def _two_tone(page: Image) -> Image:
    return np.where(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY) < 160, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("below_middle_mm", [0.9, 1.2, 1.5])
def test_dirt_that_drew_a_line_through_crosses_and_the_boxes_beside_them_makes_no_sign(
    paper: Paper, crossed: Image, below_middle_mm: float
) -> None:
    y = _box(paper, QUESTION, OPTION).centre[1] + below_middle_mm
    _draw(crossed, [(25, y), (190, y + 0.4)], 0.8, DIRT)
    reading = read_card(crossed, paper.layout)
    assert reading.signs == ()
    assert {QUESTION - 30, QUESTION, QUESTION + 30} <= set(reading.doubtful)


def test_a_cross_that_is_struck_out_is_a_sign_and_no_line(paper: Paper, crossed: Image) -> None:
    x, y = _box(paper, QUESTION, OPTION).centre
    _draw(crossed, [(x - 4, y + 1), (x + 4, y + 1.2)], 0.8, PEN)
    reading = read_card(crossed, paper.layout)
    assert "not_a_cross" in reading.reasons
    assert QUESTION in reading.doubtful


def test_what_a_scan_of_two_tones_leaves_of_a_fading_cross_is_for_a_person_and_no_sign(
    paper: Paper, crossed: Image
) -> None:
    rows, columns = _within(paper, QUESTION, OPTION)
    crossed[rows.start + (rows.stop - rows.start) * 4 // 10 : rows.stop + 8, columns] = 255
    reading = read_card(_two_tone(crossed), paper.layout)
    assert reading.signs == ()
    assert QUESTION in reading.doubtful


def test_a_tick_in_a_scan_of_two_tones_is_a_sign(paper: Paper, crossed: Image) -> None:
    crossed[_within(paper, QUESTION, OPTION)] = 255
    x, y = _box(paper, QUESTION, OPTION).centre
    _draw(crossed, [(x - 2.0, y + 0.3), (x - 0.7, y + 1.9), (x + 2.2, y - 2.4)], 0.5, PEN)
    reading = read_card(_two_tone(crossed), paper.layout)
    assert reading.reasons == ("not_a_cross",)


@pytest.mark.parametrize("below_middle_mm", [2.0, 2.5, 3.0])
def test_an_arm_that_ends_behind_the_printed_letter_is_no_sign(
    paper: Paper, crossed: Image, below_middle_mm: float
) -> None:
    crossed[_within(paper, QUESTION, OPTION)] = 255
    x, y = _box(paper, QUESTION, OPTION).centre
    _draw(crossed, [(x - 2.0, y - 2.2), (x + 2.0, y + 2.0)], 0.6, PEN)
    _draw(crossed, [(x + 2.3, y - 1.8), (x - 8.0, y + below_middle_mm)], 0.6, PEN)
    assert read_card(crossed, paper.layout).signs == ()


def test_a_tick_over_the_printed_letter_is_a_sign(paper: Paper, crossed: Image) -> None:
    x, y = _box(paper, QUESTION, OPTION).centre
    _draw(crossed, [(x - 8.5, y + 1.8), (x - 7.8, y + 3.0), (x - 6.0, y + 0.6)], 0.6, PEN)
    assert read_card(crossed, paper.layout).reasons == ("mark",)


@pytest.mark.parametrize("corner", ["upper left", "upper right", "lower left", "lower right"])
def test_paper_that_curls_up_at_one_corner_makes_no_sign_of_what_stands_there(
    paper: Paper, crossed: Image, corner: str
) -> None:
    height, width = crossed.shape[:2]
    down, across = np.indices((height, width), np.float32)
    aside = 1 - across / width if "left" in corner else across / width
    far = 1 - down / height if "upper" in corner else down / height
    curl = CURL_MM * PX_PER_MM * (aside * far) ** 3
    curl = curl if "lower" in corner else -curl
    curled = cv2.remap(crossed, across, down + curl, cv2.INTER_LINEAR, borderValue=(255, 255, 255))
    reading = read_card(np.asarray(curled, np.uint8), paper.layout)
    assert reading.ok
    assert reading.signs == ()
    assert all(reading.marks[q] == (OPTION,) or q in reading.doubtful for q in range(1, 91))
    assert len(reading.doubtful) <= 4


def test_a_box_that_crumpled_paper_moved_away_is_for_a_person_and_no_sign(paper: Paper, crossed: Image) -> None:
    height, width = crossed.shape[:2]
    down, across = np.indices((height, width), np.float32)
    x, y = np.array(_box(paper, 70, "Г").centre) * PX_PER_MM
    far = np.hypot(across - x, down - y) / (CRUMPLED_MM * PX_PER_MM)
    moved = np.asarray(down + MOVED_MM * PX_PER_MM * np.exp(-(far**2)), np.float32)
    crumpled = cv2.remap(crossed, across, moved, cv2.INTER_LINEAR, borderValue=(255, 255, 255))
    reading = read_card(np.asarray(crumpled, np.uint8), paper.layout)
    assert "not_a_cross" not in reading.reasons
    assert all(reading.marks[q] == (OPTION,) or q in reading.doubtful for q in range(1, 91))
