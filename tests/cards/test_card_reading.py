"""What the reader promises: it reads what was meant, or it asks a person; it never guesses."""

import json
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.grading.paper.cards.images import load_page
from services.grading.paper.cards.layout import MM_PER_INCH
from services.grading.paper.cards.page import Reading, read_card
from services.grading.paper.cards.shapes import Network
from services.grading.paper.cards.simulation import Filling, Hand, Ink, Written
from tests.cards.card_on_paper import SCAN_DPI, Paper

Candidate = Callable[[int], Filling]
Wrong = Callable[[Reading, Filling], list[int]]
CURL_MM = 5.0
FIRST_SEED = 2_000


@pytest.mark.parametrize(
    ("grade", "cards", "most_doubtful"),
    [("clean", 10, 0.02), ("office", 10, 0.02), ("hard", 8, 0.05), ("phone", 8, 0.05)],
)
def test_no_card_is_read_wrong_in_silence(
    paper: Paper, candidate: Candidate, wrong_in_silence: Wrong, grade: str, cards: int, most_doubtful: float
) -> None:
    doubtful = 0
    for seed in range(FIRST_SEED, FIRST_SEED + cards):
        filling = candidate(seed)
        reading = paper.read_filling(filling, seed, grade)
        assert reading.ok, (seed, reading.why_not)
        assert wrong_in_silence(reading, filling) == [], seed
        assert reading.number in {filling.number, None}
        doubtful += len(reading.doubtful)
    assert doubtful <= most_doubtful * cards * paper.layout.questions


def test_the_page_code_tells_the_sub_variant(paper: Paper, candidate: Candidate) -> None:
    reading = paper.read_filling(candidate(1), 1)
    assert reading.page_code == "2026-1/А1"
    assert reading.sub_variant == "А1"


def test_a_page_upside_down_is_read_as_it_lies(paper: Paper, candidate: Candidate) -> None:
    filling = candidate(2)
    picture = load_page(paper.scanned(filling, 2, "clean").jpeg, "image/jpeg")
    upright, turned = read_card(picture, paper.layout), read_card(np.rot90(picture, 2).copy(), paper.layout)
    assert turned.marks == upright.marks
    assert turned.number == filling.number
    assert abs(abs(turned.rotation_deg - upright.rotation_deg) - 180) < 1


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(angle=st.floats(-180, 180), scale=st.floats(0.75, 1.1))
@example(angle=0.96484375, scale=0.9663002470463232)
@example(angle=44.0, scale=0.75)
def test_turning_a_page_never_changes_a_reading_in_silence(
    paper: Paper, candidate: Candidate, wrong_in_silence: Wrong, angle: float, scale: float
) -> None:
    filling = candidate(3)
    page = paper.filled(filling, 3)
    height, width = page.shape[:2]
    side = round(np.hypot(height, width) * 1.1)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, scale)
    turn[:, 2] += (side - width) / 2, (side - height) / 2
    turned = cv2.warpAffine(page, turn, (side, side), borderValue=(200, 200, 200))
    reading = read_card(np.asarray(turned, dtype=np.uint8), paper.layout)
    assert reading.ok
    assert wrong_in_silence(reading, filling) == []


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blur=st.floats(0.1, 3.0), noise=st.integers(0, 25), quality=st.integers(15, 95), seed=st.integers(0, 99))
def test_a_worse_scan_gives_doubt_and_never_another_answer(
    paper: Paper,
    candidate: Candidate,
    wrong_in_silence: Wrong,
    blur: float,
    noise: int,
    quality: int,
    seed: int,
) -> None:
    filling = candidate(4)
    page = cv2.GaussianBlur(paper.filled(filling, 4), (0, 0), blur)
    grain = np.asarray(np.random.default_rng(seed).normal(0, noise + 0.1, page.shape), dtype=np.int16)
    worse = cv2.add(page, grain, dtype=cv2.CV_8U)
    jpeg = cv2.imencode(".jpg", worse, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
    reading = paper.read(jpeg)
    assert not reading.ok or wrong_in_silence(reading, filling) == []


def test_pencil_beside_blue_pen_is_found_and_is_no_mark(paper: Paper, steady_hand: Hand) -> None:
    pencil = {5: (Written("Б", Ink.PENCIL),), 40: (Written("Г", Ink.PENCIL),)}
    filling = Filling({**{q: (Written("В", Ink.BLUE),) for q in range(1, 91)}, **pencil}, "10001")
    reading = paper.read_filling(filling, 5, "office", steady_hand)
    assert reading.pencil == {5: ("Б",), 40: ("Г",)}
    assert reading.marks[5] == ()
    assert not reading.annul_proposed


def test_a_pencil_cross_that_is_hardly_a_cross_is_for_a_person(
    paper: Paper, steady_hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    pencil = {5: (Written("Б", Ink.PENCIL),), 40: (Written("Г", Ink.PENCIL),)}
    filling = Filling({**{q: (Written("В", Ink.BLUE),) for q in range(1, 91)}, **pencil}, "10001")
    shares = Network.shares_looking_again
    monkeypatch.setattr(Network, "shares_looking_again", lambda network, seen: np.minimum(shares(network, seen), 0.94))
    reading = paper.read_filling(filling, 5, "office", steady_hand)
    assert reading.pencil == {}
    assert {5, 40} <= set(reading.doubtful)
    assert reading.marks[6] == ("В",)


def test_pencil_that_looks_blue_where_a_picture_is_overexposed_is_no_pen_in_silence(
    paper: Paper, steady_hand: Hand
) -> None:
    pencil = {q: (Written("Б", Ink.PENCIL),) for q in (5, 17, 40, 62)}
    filling = Filling({**{q: (Written("В", Ink.BLUE),) for q in range(1, 91)}, **pencil}, "10016")
    page = paper.filled(filling, 24, replace(steady_hand, pressure=1.0)).astype(np.float32)
    for gain in (1.0, 1.2, 1.4, 1.6):
        bluish = np.clip(page * (1.25 * gain, 1.05 * gain, 1.0 * gain), 0, 255).astype(np.uint8)
        reading = read_card(bluish, paper.layout)
        assert all(q in reading.doubtful or reading.marks[q] == () for q in pencil)


def test_pencil_as_dark_as_pen_in_a_scan_of_two_tones_is_no_pen_in_silence(paper: Paper, steady_hand: Hand) -> None:
    pencil = {q: (Written("Б", Ink.PENCIL),) for q in (5, 17, 40, 62)}
    filling = Filling({**{q: (Written("В", Ink.BLUE),) for q in range(1, 91)}, **pencil}, "10017")
    page = paper.filled(filling, 25, replace(steady_hand, pressure=1.0)).astype(np.float32)
    for gain in (2.0, 2.25, 2.5):
        reading = read_card(np.clip((page - 190) * gain + 170, 0, 255).astype(np.uint8), paper.layout)
        assert all(q in reading.doubtful or reading.marks[q] == () for q in pencil)


def test_where_black_pen_stands_beside_blue_nothing_grey_is_pencil_for_certain(paper: Paper, steady_hand: Hand) -> None:
    inks = {7: Ink.BLACK, 20: Ink.PENCIL, 30: Ink.BLACK, 41: Ink.PENCIL, 60: Ink.BLACK}
    filling = Filling({q: (Written("В", inks.get(q, Ink.BLUE)),) for q in range(1, 91)}, "10014")
    reading = paper.read_filling(filling, 22, "clean", replace(steady_hand, pressure=1.0))
    assert {20, 41} <= set(reading.doubtful)
    assert reading.pencil == {}


def test_a_pen_cross_together_with_a_pencil_one_is_for_a_person(paper: Paper, steady_hand: Hand) -> None:
    both = (Written("А", Ink.BLUE), Written("Г", Ink.PENCIL))
    filling = Filling({**{q: (Written("В", Ink.BLUE),) for q in range(1, 91)}, 12: both}, "10002")
    assert 12 in paper.read_filling(filling, 6, "clean", steady_hand).doubtful


def test_a_card_all_in_pencil_is_for_a_person_and_the_reader_says_that_it_cannot_judge(
    paper: Paper, steady_hand: Hand
) -> None:
    filling = Filling({q: (Written("В", Ink.PENCIL),) for q in range(1, 91)}, "10003")
    reading = paper.read_filling(filling, 7, "clean", steady_hand)
    assert set(reading.doubtful) == set(range(1, 91))
    assert reading.quality["cannot_judge"] == ["pencil"]


def test_in_a_grey_scan_the_reader_says_that_it_judges_no_colour(paper: Paper, candidate: Candidate) -> None:
    grey = cv2.cvtColor(paper.filled(candidate(8), 8), cv2.COLOR_BGR2GRAY)
    reading = read_card(np.asarray(grey, dtype=np.uint8), paper.layout)
    assert reading.quality["cannot_judge"] == ["colour", "pencil"]
    assert reading.pencil == {}


@pytest.mark.parametrize("ink", [Ink.RED, Ink.GREEN, Ink.VIOLET])
def test_a_colour_other_than_blue_or_black_proposes_annulment(paper: Paper, steady_hand: Hand, ink: Ink) -> None:
    filling = Filling({**{q: (Written("В"),) for q in range(1, 91)}, 33: (Written("А", ink),)}, "10004")
    reading = paper.read_filling(filling, 9, "office", steady_hand)
    assert reading.annul_proposed
    assert reading.reasons == (f"colour_{ink}",)
    assert 33 in reading.doubtful


def test_a_card_half_in_blue_and_half_in_red_is_read_and_proposes_annulment(paper: Paper, steady_hand: Hand) -> None:
    inks = {q: Ink.BLUE if q <= 3 else Ink.RED for q in range(1, 7)}
    filling = Filling({q: (Written("В", ink),) for q, ink in inks.items()}, "10018")
    reading = paper.read_filling(filling, 26, "clean", steady_hand)
    assert reading.reasons == ("colour_red",)
    assert all(reading.marks[q] == ("В",) or q in reading.doubtful for q in range(1, 4))


def test_the_only_coloured_cross_of_a_card_proposes_annulment(paper: Paper, steady_hand: Hand) -> None:
    crosses = {q: (Written("В", Ink.BLACK),) for q in range(1, 91)}
    page = paper.filled(Filling({**crosses, 34: (Written("А", Ink.VIOLET),)}, "10009"), 9, steady_hand)
    box = next(box.rect for box in paper.layout.boxes if (box.question, box.option) == (34, "А"))
    x, y, side, _ = (round(v * SCAN_DPI / MM_PER_INCH) for v in (box.x, box.y, box.w, box.h))
    scan = np.asarray(cv2.cvtColor(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR), dtype=np.uint8)
    scan[y : y + side, x : x + side] = page[y : y + side, x : x + side]
    assert read_card(scan, paper.layout).reasons == ("colour_violet",)


def test_paper_that_is_bent_further_than_a_plane_explains_is_read(
    paper: Paper, steady_hand: Hand, wrong_in_silence: Wrong
) -> None:
    filling = Filling({q: (Written("Б"),) for q in range(1, 91)}, "10013")
    page = paper.filled(filling, 21, steady_hand)
    height, width = page.shape[:2]
    down, across = np.indices((height, width), np.float32)
    curl = CURL_MM * SCAN_DPI / MM_PER_INCH * np.sin(np.pi * across / width).astype(np.float32)
    bent = np.asarray(cv2.remap(page, across, down + curl, cv2.INTER_LINEAR, borderValue=(255, 255, 255)), np.uint8)
    reading = read_card(bent, paper.layout)
    assert reading.ok
    assert wrong_in_silence(reading, filling) == []
    assert len(reading.doubtful) <= 2
    assert reading.signs == ()


def test_where_a_scan_swallows_ink_nothing_is_empty_for_certain(paper: Paper) -> None:
    thin = Hand(0.2, 2.0, 0.2, 0.03, 0.0, 0.9, 0.72, 0.0, 0.0)
    filling = Filling({q: (Written("В"),) for q in range(1, 81)}, "10011")
    grey = cv2.cvtColor(paper.filled(filling, 19, thin), cv2.COLOR_BGR2GRAY)
    swallowed = np.where(cv2.GaussianBlur(grey, (0, 0), 1.2) < 178, 0, 255).astype(np.uint8)
    reading = read_card(swallowed, paper.layout)
    assert set(range(81, 91)) <= set(reading.doubtful)


def test_a_card_without_a_sticker_has_no_number(paper: Paper, candidate: Candidate) -> None:
    filling = Filling(candidate(12).answers, "")
    assert paper.read_filling(filling, 12).number is None


def test_the_line_of_json_has_the_promised_fields(paper: Paper, candidate: Candidate) -> None:
    line = json.loads(json.dumps(paper.read_filling(candidate(13), 13).to_json()))
    promised = {"ok", "why_not", "number", "sub_variant", "rotation_deg", "marks", "pencil", "doubtful", "signs"}
    assert promised | {"annul_proposed", "reasons", "quality"} <= set(line)
    assert set(line["marks"]) == {str(question) for question in range(1, 91)}


def test_the_same_seed_makes_the_same_scan(paper: Paper, candidate: Candidate) -> None:
    assert paper.scanned(candidate(14), 14, "hard").jpeg == paper.scanned(candidate(14), 14, "hard").jpeg


@pytest.mark.parametrize("option", ["А", "Г"])
def test_crossing_the_same_letter_in_every_question_is_read_like_any_other_answer(
    paper: Paper, steady_hand: Hand, wrong_in_silence: Wrong, option: str
) -> None:
    filling = Filling({q: (Written(option),) for q in range(1, 91)}, "10007")
    reading = paper.read_filling(filling, 15, "office", steady_hand)
    assert wrong_in_silence(reading, filling) == []
    assert reading.doubtful == ()


def test_a_card_with_half_of_all_boxes_crossed_is_not_taken_for_an_empty_one(
    paper: Paper, steady_hand: Hand, wrong_in_silence: Wrong
) -> None:
    filling = Filling({q: (Written("А"), Written("В")) for q in range(1, 91)}, "10008")
    reading = paper.read_filling(filling, 16, "office", steady_hand)
    assert wrong_in_silence(reading, filling) == []
    assert len(reading.doubtful) <= 2
