"""The marker's screen: what it shows, and what its form records."""

import re
from collections.abc import Callable

import pytest

from chassis.web import COOKIE
from chassis.work import Actor
from services.grading.paper.cards.simulation import Written
from services.grading.paper.rules.checking import OWN_LOOKS
from tests.interface.grading_paper.paper_exam import CHAIR, DIRECTOR, EXAM, MEMBERS, PaperExam, envelope, good

Make = Callable[..., PaperExam]
PAGE = "/grading/paper/mark"


@pytest.fixture
def given(paper: Make) -> PaperExam:
    unclear = envelope(1, 72)
    unclear.answers[12] = (Written("А", sign="single"),)
    exam = paper(unclear, envelope(2, 40))
    exam.ready_to_mark()
    return exam


def page(exam: PaperExam, actor: Actor) -> str:
    answer = exam.house.door.get(PAGE, headers=headers(exam, actor))
    assert answer.status_code == 200, answer.text
    return answer.text


def headers(exam: PaperExam, actor: Actor) -> dict[str, str]:
    return {"cookie": f"{COOKIE}={exam.house.token(actor)}", "origin": "http://testserver"}


def fields(html: str) -> dict[str, str]:
    """The form as a browser would send it, every column looked through."""
    found = dict(re.findall(r'name="(q\d+|exam_id|number)" value="([^"]*)"', html))
    return found | {f"looked{column}": "on" for column in (1, 2, 3)}


def decided(exam: PaperExam, typed: dict[str, str]) -> dict[str, str]:
    """The form with everything answered that was left to the person, as it is on the card."""
    seen = exam.by_number[typed["number"]].seen()["marks"]
    return typed | {name: "".join(seen.get(name[1:], "–")) for name, value in typed.items() if value == ""}


def marker_of(exam: PaperExam, number: str) -> Actor:
    return next(
        member for member in MEMBERS if number in {c["number"] for c in good(exam.ask("my_cards", member))["cards"]}
    )


def test_whoever_is_not_logged_in_goes_to_the_log_in(given: PaperExam) -> None:
    assert given.house.door.get(PAGE).headers["location"] == "/admission/login"


def test_the_machine_s_reading_is_proposed_and_what_the_member_decides_himself_stays_empty(given: PaperExam) -> None:
    number = given.number_of(1)
    html = page(given, marker_of(given, number))
    typed = fields(html)
    seen = given.by_number[number].seen()["marks"]
    left = {name for name, value in typed.items() if value == ""}
    doubted = {f"q{question}" for question in good(given.ask("card", CHAIR, number=number))["reading"]["doubtful"]}
    assert "q12" in doubted
    assert doubted < left, "he cannot tell what is doubted from what is not"
    assert len(left) == len(doubted) + OWN_LOOKS
    proposed = {name: value for name, value in typed.items() if name.startswith("q") and value}
    assert proposed == {
        f"q{question}": "".join(letters) for question, letters in seen.items() if f"q{question}" not in left
    }
    assert html.count('class="doubtful"') == len(left) + 1, "and one in the legend"


@pytest.mark.parametrize("is_counted", [False, True])
def test_a_member_is_told_by_the_verb_what_his_screen_shows_and_no_more(given: PaperExam, is_counted: bool) -> None:
    number = given.number_of(1)
    marker = marker_of(given, number)
    if is_counted:
        given.mark_everything()
    told, whole = good(given.ask("card", marker, number=number)), good(given.ask("card", CHAIR, number=number))
    left, reading = set(told["open"]), told["reading"]
    assert set(whole["reading"]["doubtful"]) < left
    assert len(left) == len(whole["reading"]["doubtful"]) + OWN_LOOKS
    assert not left & {int(question) for name in ("marks", "pencil") for question in reading[name]}
    assert not left & {box["question"] for box in reading["boxes"]}
    assert set(reading) == {"ok", "why_not", "annul_proposed", "reasons", "signs", "marks", "pencil", "boxes"}
    assert {name for box in reading["boxes"] for name in box} == {"question", "option", "state"}
    assert not told.keys() & {"overlay_sha256", "to_settle"}
    assert (told["differing"], told["together"]) == ([], [])
    sure = {question: marks for question, marks in whole["reading"]["marks"].items() if int(question) not in left}
    assert reading["marks"] == sure


def test_a_card_is_recorded_by_the_form_and_the_next_one_comes(given: PaperExam) -> None:
    number = given.number_of(1)
    marker = marker_of(given, number)
    typed = decided(given, fields(page(given, marker)))
    unfinished = given.house.door.post(PAGE, data=typed | {"q12": ""}, headers=headers(given, marker))
    assert unfinished.status_code == 422
    assert "въпрос 12" in unfinished.text
    assert fields(unfinished.text) == typed | {"q12": ""}, "what was typed is still there"
    done = given.house.door.post(PAGE, data=typed | {"q12": "–"}, headers=headers(given, marker))
    assert done.status_code == 303
    assert given.progress()["marked"] == 1
    assert number in given.house.door.get(done.headers["location"], headers=headers(given, marker)).text


def test_the_chair_settles_differences_on_the_same_screen(given: PaperExam) -> None:
    number = given.number_of(2)
    seen = given.by_number[number].seen()
    given.mark_everything({number: {**seen, "marks": {**seen["marks"], "5": []}, "pencil_only": [5]}})
    before = given.progress()["to_settle"]
    answer = given.house.door.get(PAGE, params={"exam_id": EXAM, "number": number}, headers=headers(given, CHAIR))
    assert "Разлики" in answer.text
    typed = fields(answer.text)
    assert (typed["number"], typed["q5"]) == (number, "")
    answer = given.house.door.post(PAGE, data=typed | {"q5": "м"}, headers=headers(given, CHAIR))
    assert answer.status_code == 303
    assert given.progress()["to_settle"] == [one for one in before if one != number]


def test_a_picture_of_a_card_is_for_him_to_whom_the_card_was_given_and_for_the_chair(given: PaperExam) -> None:
    number = given.number_of(1)
    card = good(given.ask("card", CHAIR, number=number))
    path, drawn = (f"/grading/paper/api/scans/{card[name]}" for name in ("picture_sha256", "overlay_sha256"))
    assert given.house.door.get(path).status_code == 401
    his = marker_of(given, number)
    for stranger in (Actor("somebody", frozenset()), *(one for one in MEMBERS if one is not his)):
        assert given.house.door.get(path, headers=headers(given, stranger)).status_code == 404
    for one in (his, CHAIR, DIRECTOR):
        answer = given.house.door.get(path, headers=headers(given, one))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert EXAM not in str(answer.headers)
        assert given.house.door.get(drawn, headers=headers(given, one)).status_code == (404 if one is his else 200)
