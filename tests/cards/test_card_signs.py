"""Signs that do not belong on a card propose its annulment (Art. 46(2)); what is no sign proposes nothing."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from services.grading.paper.cards.layout import MM_PER_INCH, PAGE_MM, Rect
from services.grading.paper.cards.page import Reading, read_card
from services.grading.paper.cards.simulation import Filling, Hand, Ink, Written
from services.grading.paper.cards.views import Views, terms_at
from tests.cards.card_on_paper import SCAN_DPI, Paper

Image = NDArray[np.uint8]

PX_PER_MM = SCAN_DPI / MM_PER_INCH
BLUE, RED, BLACK = (150, 60, 30), (60, 60, 210), (30, 30, 30)
TICK = np.array([(0, 2.5), (1.8, 5), (5.5, 0)])
AN_ARC = np.linspace(0, 2 * np.pi, 60)
RING = np.stack([np.cos(AN_ARC), np.sin(AN_ARC)], axis=1)
HOLES_MM = ((12.0, 108.5), (12.0, 188.5))


def _draw(page: Image, line_mm: ArrayLike, width_mm: float, ink: tuple[int, int, int] = BLUE) -> None:
    points = (np.asarray(line_mm) * PX_PER_MM).round().astype(np.int32)
    cv2.polylines(
        page, [points], isClosed=False, color=ink, thickness=round(width_mm * PX_PER_MM), lineType=cv2.LINE_AA
    )


def _box(paper: Paper, question: int, option: str) -> Rect:
    return next(box.rect for box in paper.layout.boxes if (box.question, box.option) == (question, option))


@pytest.fixture
def crossed(paper: Paper, steady_hand: Hand) -> Image:
    """A good card: every question has its cross at В."""
    return paper.filled(Filling({q: (Written("В"),) for q in range(1, 91)}, "10020"), 31, steady_hand)


def test_a_good_card_has_no_sign(paper: Paper, crossed: Image) -> None:
    assert read_card(crossed, paper.layout).signs == ()


@pytest.mark.parametrize("corner", [(3.0, 120.0), (201.0, 60.0), (100.0, 2.5), (140.0, 289.0)])
def test_a_tick_at_the_very_edge_of_the_paper_proposes_annulment(
    paper: Paper, crossed: Image, corner: tuple[float, float]
) -> None:
    _draw(crossed, np.add(TICK, corner), 0.5)
    assert read_card(crossed, paper.layout).reasons == ("mark",)


@pytest.mark.parametrize("ink", [BLUE, RED])
def test_a_thick_pen_that_begins_at_the_edge_proposes_annulment(
    paper: Paper, crossed: Image, ink: tuple[int, int, int]
) -> None:
    _draw(crossed, [(3, 200), (12, 204), (9, 209), (22, 213)], 2.0, ink)
    assert read_card(crossed, paper.layout).annul_proposed


def test_a_tick_in_the_very_corner_of_the_paper_proposes_annulment(paper: Paper, crossed: Image) -> None:
    _draw(crossed, [(196, 288), (199, 294.8), (206, 284)], 0.6)
    assert read_card(crossed, paper.layout).annul_proposed


@pytest.mark.parametrize("line", [[(30, 58), (130, 58.6)], [(88.5, 70), (89, 190)]])
def test_a_red_line_is_no_fold_however_long(paper: Paper, crossed: Image, line: ArrayLike) -> None:
    _draw(crossed, line, 0.6, RED)
    assert read_card(crossed, paper.layout).annul_proposed


def test_a_folded_corner_and_a_dark_lid_are_no_signs(paper: Paper, crossed: Image) -> None:
    corner = np.array([(196.0, 0.0), (210.0, 0.0), (210.0, 12.0)]) * PX_PER_MM
    cv2.fillPoly(crossed, [corner.astype(np.int32)], BLACK)
    lid = np.array([(0.0, 0.0), (3.5, 0.0), (2.0, 297.0), (0.0, 297.0)]) * PX_PER_MM
    cv2.fillPoly(crossed, [lid.astype(np.int32)], BLACK)
    assert read_card(crossed, paper.layout).signs == ()


def test_the_holes_of_a_punch_over_a_dark_lid_are_no_signs_and_one_blot_is(paper: Paper, crossed: Image) -> None:
    punched = crossed.copy()
    for hole in HOLES_MM:
        cv2.circle(punched, (np.array(hole) * PX_PER_MM).astype(int).tolist(), round(3 * PX_PER_MM), BLACK, -1)
    assert read_card(punched, paper.layout).signs == ()
    cv2.circle(crossed, (np.array(HOLES_MM[0]) * PX_PER_MM).astype(int).tolist(), round(3 * PX_PER_MM), BLACK, -1)
    assert read_card(crossed, paper.layout).annul_proposed


@pytest.mark.parametrize("option", ["Б", "В"])
def test_a_ring_around_a_box_proposes_annulment_empty_or_crossed(paper: Paper, crossed: Image, option: str) -> None:
    _draw(crossed, _box(paper, 40, option).centre + 4.6 * RING, 0.4)
    assert read_card(crossed, paper.layout).annul_proposed


def test_a_ring_around_a_printed_letter_proposes_annulment(paper: Paper, crossed: Image) -> None:
    letter = np.array(_box(paper, 40, "Б").centre) - (5.0, 0.0)
    _draw(crossed, letter + 2.5 * RING, 0.4)
    assert read_card(crossed, paper.layout).annul_proposed


def test_a_tick_over_printed_text_proposes_annulment(paper: Paper, crossed: Image) -> None:
    _draw(crossed, np.add(TICK, (90.0, 48.0)), 0.5)
    assert read_card(crossed, paper.layout).annul_proposed


def test_a_line_through_a_whole_question_proposes_annulment_and_a_fold_across_the_sheet_does_not(
    paper: Paper, crossed: Image
) -> None:
    folded = crossed.copy()
    _draw(folded, [(0.0, 133.0), (210.0, 133.6)], 0.3, (150, 150, 150))
    assert read_card(folded, paper.layout).signs == ()
    left, right = (_box(paper, 40, option).centre for option in "АГ")
    _draw(crossed, [(left[0] - 5, left[1]), (right[0] + 5, right[1] + 0.5)], 0.5)
    assert read_card(crossed, paper.layout).annul_proposed


def test_a_red_stroke_beside_a_cross_is_no_end_of_it(paper: Paper, crossed: Image) -> None:
    stroke = _box(paper, 40, "В").centre + np.array([(2.9, -2.9), (5.2, -5.4)])
    blue = crossed.copy()
    _draw(blue, stroke, 0.7, BLUE)
    assert read_card(blue, paper.layout).signs == ()
    _draw(crossed, stroke, 0.7, RED)
    assert read_card(crossed, paper.layout).annul_proposed


def test_a_black_question_mark_over_text_is_found_in_a_scan_that_is_not_sharp(paper: Paper, crossed: Image) -> None:
    turn = np.linspace(-np.pi, np.pi / 2.2, 20)
    mark = [*np.stack([np.cos(turn), np.sin(turn)], axis=1) * 1.3, (0.0, 1.6), (-0.2, 3.2)]
    _draw(crossed, np.add(mark, (75.0, 50.5)), 0.35, BLACK)
    soft = np.asarray(cv2.GaussianBlur(crossed, (0, 0), 1.8), dtype=np.uint8)
    assert read_card(soft, paper.layout).annul_proposed


def test_a_blue_line_close_under_printed_text_is_no_print(paper: Paper, crossed: Image) -> None:
    _draw(crossed, [(40.0, 51.4), (95.0, 51.6)], 0.4)
    assert read_card(crossed, paper.layout).annul_proposed


def test_a_label_over_a_mark_is_no_sign(paper: Paper, crossed: Image) -> None:
    middle = np.add(paper.layout.marks[0].rect.centre, 1.0) * PX_PER_MM
    cv2.circle(crossed, middle.astype(int).tolist(), round(7.5 * PX_PER_MM), (150, 150, 150), -1)
    reading = read_card(crossed, paper.layout)
    assert reading.quality["marks_found"] != [mark.number for mark in paper.layout.marks]
    assert reading.signs == ()
    _draw(crossed, np.add(TICK, middle / PX_PER_MM + (-3.0, 8.2)), 0.6, BLACK)
    assert read_card(crossed, paper.layout).annul_proposed


def test_a_mark_painted_over_in_pale_red_proposes_annulment(paper: Paper, crossed: Image) -> None:
    middle = np.add(paper.layout.marks[0].rect.centre, 1.0) * PX_PER_MM
    cv2.circle(crossed, middle.astype(int).tolist(), round(7.5 * PX_PER_MM), (130, 130, 240), -1)
    assert read_card(crossed, paper.layout).annul_proposed


@pytest.mark.parametrize("ink", [BLUE, BLACK])
@pytest.mark.parametrize("is_grey", [False, True])
def test_writing_over_a_mark_proposes_annulment(
    paper: Paper, crossed: Image, ink: tuple[int, int, int], *, is_grey: bool
) -> None:
    middle = np.add(paper.layout.marks[0].rect.centre, 1.0)
    _draw(crossed, [np.add(middle, (x, y)) for x in range(-8, 9, 2) for y in (-8, 8)], 1.0, ink)
    page = np.asarray(cv2.cvtColor(crossed, cv2.COLOR_BGR2GRAY), dtype=np.uint8) if is_grey else crossed
    reading = read_card(page, paper.layout)
    assert reading.quality["marks_found"] != [mark.number for mark in paper.layout.marks]
    assert reading.annul_proposed


def test_a_tick_beside_a_mark_that_was_scratched_off_proposes_annulment(paper: Paper, crossed: Image) -> None:
    rect = paper.layout.marks[0].rect
    corners = (np.array([(rect.x, rect.y), (rect.x + rect.w, rect.y + rect.h)]) * PX_PER_MM).astype(int)
    cv2.rectangle(crossed, corners[0].tolist(), corners[1].tolist(), (250, 250, 250), -1)
    _draw(crossed, np.add(TICK, (rect.x + rect.w + 1.5, rect.y)), 0.6, BLACK)
    assert read_card(crossed, paper.layout).annul_proposed


def test_an_arc_beside_a_cross_that_does_not_come_out_of_its_box_is_a_sign(paper: Paper, crossed: Image) -> None:
    box = _box(paper, 40, "В")
    arc = np.array([box.x + box.w + 2.9, box.centre[1]]) + 1.5 * RING[len(RING) // 2 :]
    _draw(crossed, arc, 0.5)
    assert read_card(crossed, paper.layout).reasons == ("mark",)


def test_a_cross_that_reaches_far_into_the_next_box_makes_it_no_sign(paper: Paper, crossed: Image) -> None:
    x, y = _box(paper, 40, "В").centre
    for side in (-1, 1):
        _draw(crossed, [(x + 1.6 * side, y + 1.0), (x - 0.5 * side, y + 7.2)], 0.5)
    reading = read_card(crossed, paper.layout)
    assert not reading.annul_proposed
    assert 41 in reading.doubtful or reading.marks[41] == ("В",)


def test_a_pale_green_cross_among_blue_ones_proposes_annulment(paper: Paper, steady_hand: Hand) -> None:
    answers = {q: (Written("В", Ink.BLUE),) for q in range(1, 91) if q != 33}
    page = paper.filled(Filling(answers, "10021"), 32, steady_hand)
    x, y = _box(paper, 33, "А").centre
    for side in (-1, 1):
        _draw(page, [(x - 1.8 * side, y - 1.8), (x + 1.8 * side, y + 1.8)], 0.5, (112, 130, 92))
    reading = read_card(page, paper.layout)
    assert reading.reasons == ("colour_green",)


def test_a_page_that_nothing_bends_is_the_page_itself_up_to_its_edges(crossed: Image) -> None:
    high, wide = crossed.shape[:2]
    views = Views.of(np.add.outer(np.linspace(0, 127, high), np.linspace(0, 127, wide)).astype(np.uint8))
    to_picture = np.diag([PX_PER_MM, PX_PER_MM, 1.0])
    flat = np.zeros((terms_at(np.array([PAGE_MM])).shape[1], 2))
    difference = cv2.absdiff(views.page(to_picture), views.page(to_picture, flat))
    assert int(difference.max()) <= 2


def test_the_ends_of_two_crosses_that_nearly_meet_are_no_sign(paper: Paper, steady_hand: Hand) -> None:
    page = paper.filled(Filling({q: (Written("Б"),) for q in range(1, 91)}, "10010"), 18, steady_hand)
    upper, lower = (
        np.array(box.rect.centre) for box in paper.layout.boxes if box.option == "Б" and box.question in {10, 11}
    )
    for middle, down in ((upper, 1), (lower, -1)):
        _draw(page, middle + np.array([(1.5, 1.9 * down), (6, 2.8 * down)]), 0.5)
    reading = read_card(page, paper.layout)
    assert not reading.annul_proposed
    assert reading.marks[10] == ("Б",)


def test_a_stroke_that_ends_within_the_next_box_is_no_sign(paper: Paper, steady_hand: Hand) -> None:
    filling = Filling({q: (Written("В"),) for q in range(1, 91) if q != 21}, "10012")
    page = paper.filled(filling, 20, steady_hand)
    place = next(box.rect for box in paper.layout.boxes if (box.question, box.option) == (20, "В"))
    _draw(page, place.centre + np.array([(-0.5, -0.6), (2.8, 6.5)]), 1.1)
    assert read_card(page, paper.layout).signs == ()


@pytest.mark.parametrize("sign", ["tick", "circle", "blot", "struck", "letter"])
def test_a_sign_other_than_a_cross_proposes_annulment(paper: Paper, steady_hand: Hand, sign: str) -> None:
    filling = Filling({**{q: (Written("В"),) for q in range(1, 91)}, 20: (Written("Б", sign=sign),)}, "10005")
    reading = paper.read_filling(filling, 10, "clean", steady_hand)
    assert reading.annul_proposed
    assert 20 in reading.doubtful


@pytest.mark.parametrize(
    ("letter", "strokes"),
    [
        ("К", [[(-1.4, -2.0), (-1.4, 2.0)], [(1.3, -2.0), (-1.4, 0.1), (1.4, 2.0)]]),
        ("N", [[(-1.6, 2.0), (-1.6, -2.0), (1.6, 2.0), (1.6, -2.0)]]),
        ("Z", [[(-1.6, -1.9), (1.6, -1.9), (-1.6, 1.9), (1.6, 1.9)]]),
        ("+", [[(0.0, -2.1), (0.0, 2.1)], [(-2.0, 0.0), (2.0, 0.1)]]),
        ("У", [[(-1.6, -2.0), (0.1, 0.1)], [(1.7, -2.0), (-1.2, 2.2)]]),
        ("<", [[(1.6, -2.0), (-1.6, 0.0), (1.6, 2.0)]]),
        ("~", [[(-2.0, 0.4), (-1.0, -0.8), (0.0, 0.0), (1.0, 0.8), (2.0, -0.4)]]),
        ("↗", [[(-2.0, 1.6), (2.0, -1.6)], [(0.4, -1.8), (2.0, -1.6), (1.6, 0.0)]]),
        ("λ", [[(-1.6, -2.0), (1.6, 2.0)], [(0.0, 0.0), (-1.6, 2.0)]]),
    ],
)
def test_a_letter_or_another_sign_in_a_box_is_no_cross_in_silence(
    paper: Paper, crossed: Image, letter: str, strokes: list[list[tuple[float, float]]]
) -> None:
    for stroke in strokes:
        _draw(crossed, np.add(stroke, _box(paper, 40, "Б").centre), 0.5)
    reading = read_card(crossed, paper.layout)
    assert 40 in reading.doubtful, letter
    assert reading.marks[40] == ("В",)


@pytest.mark.parametrize("strokes", [8, 12, 20])
def test_a_scratched_out_box_is_hardly_ever_taken_for_a_cross_in_silence(
    paper: Paper, crossed: Image, strokes: int
) -> None:
    in_silence = 0
    for seed in range(12):
        rng, page = np.random.default_rng([seed, strokes]), crossed.copy()
        for question in (20, 50):
            to_and_fro = rng.uniform((-1.8, -1.4), (1.8, 1.4), (strokes + 1, 2))
            _draw(page, to_and_fro + _box(paper, question, "Б").centre, 0.4)
        reading = read_card(page, paper.layout)
        in_silence += sum(question not in reading.doubtful for question in (20, 50))
    assert in_silence <= 2


@pytest.mark.parametrize("seed", [13, 15, 20, 24])
def test_a_blot_with_far_more_ink_than_the_crosses_is_no_cross_in_silence(
    paper: Paper, steady_hand: Hand, seed: int
) -> None:
    good = Filling({q: (Written("В"),) for q in range(1, 91)}, "10020")
    page, rng = paper.filled(good, 31, replace(steady_hand, thickness_mm=0.25)), np.random.default_rng(seed)
    blotted = range(3, 91, 12)
    for question in blotted:
        middle, reach = _box(paper, question, "Б").centre, rng.uniform(1.0, 1.5)
        for _ in range(3):
            angle = AN_ARC * rng.uniform(4, 7)
            round_and_round = np.stack([np.cos(angle), np.sin(angle * 1.13)], axis=1)
            waving = 0.6 + 0.4 * np.sin(AN_ARC * 9 / (2 * np.pi) + rng.uniform(0, 6))
            _draw(page, round_and_round * (waving * reach)[:, None] + middle, 0.25)
    reading = read_card(page, paper.layout)
    assert [question for question in blotted if question not in reading.doubtful] == []


@pytest.mark.parametrize("sign", ["word", "signature", "drawing"])
def test_writing_beside_the_boxes_proposes_annulment(paper: Paper, steady_hand: Hand, sign: str) -> None:
    elsewhere = ((sign, 100.0, 60.0, Ink.BLUE),)
    filling = Filling({q: (Written("В"),) for q in range(1, 91)}, "10006", elsewhere)
    reading = paper.read_filling(filling, 11, "office", steady_hand)
    assert reading.annul_proposed
    assert any(one.place.y < 66 for one in reading.signs)


@pytest.mark.parametrize("place", [(10.0, 130.0), (199.0, 100.0)])
def test_a_sign_close_to_the_edge_of_the_paper_proposes_annulment(
    paper: Paper, steady_hand: Hand, place: tuple[float, float]
) -> None:
    filling = Filling({q: (Written("В"),) for q in range(1, 91)}, "10015", (("star", *place, Ink.BLUE),))
    assert paper.read_filling(filling, 23, "clean", steady_hand).annul_proposed


@pytest.mark.parametrize("option", ["Б", "В"])
def test_a_star_drawn_over_a_box_proposes_annulment_and_is_no_cross(
    paper: Paper, steady_hand: Hand, option: str
) -> None:
    reading = _with_a_sign_over(paper, steady_hand, "star", option, 17)
    assert reading.annul_proposed
    assert 20 in reading.doubtful


def test_a_question_mark_over_an_empty_box_is_hardly_ever_taken_for_a_cross_in_silence(
    paper: Paper, steady_hand: Hand
) -> None:
    readings = [_with_a_sign_over(paper, steady_hand, "question", "Б", seed) for seed in range(17, 29)]
    assert sum(20 not in one.doubtful and not one.annul_proposed for one in readings) <= 1
    assert sum(one.annul_proposed for one in readings) >= len(readings) // 3


def _with_a_sign_over(paper: Paper, hand: Hand, sign: str, option: str, seed: int) -> Reading:
    """A card with one sign over this option of question 20, whose own cross is at В."""
    centre = next(box.rect.centre for box in paper.layout.boxes if (box.question, box.option) == (20, option))
    answers = {q: (Written("В"),) for q in range(1, 91)}
    return paper.read_filling(Filling(answers, "10009", ((sign, *centre, Ink.BLUE),)), seed, "office", hand)


@pytest.mark.parametrize("seed", [18, 19, 21, 26, 28])
def test_a_wide_pen_that_overshoots_leaves_no_sign(paper: Paper, seed: int) -> None:
    wide = Hand(1.15, 3.6, 0.2, 0.04, 0.0, 0.9, 0.9, 0.0, 0.0, overshoot=0.3)
    filling = Filling({q: (Written("В"),) for q in range(1, 91)}, "10010")
    reading = paper.read_filling(filling, seed, "clean", wide)
    assert [sign for sign in reading.signs if sign.kind in {"mark", "writing"}] == []
