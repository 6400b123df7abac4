"""The fields of the marker's screen, there and back."""

from typing import Any

import pytest

from contracts.refusals.grading import MarksNotOfTheCard
from services.grading.paper.sheet import field, marks_of, sheet

QUESTIONS, OPTIONS = 90, ["А", "Б", "В", "Г"]


def card(**more: Any) -> dict[str, Any]:
    reading = {
        "ok": True,
        "marks": {"1": ["А"], "2": ["А", "Б"], "3": []},
        "pencil": {"3": ["В"]},
        "doubtful": [4],
        "boxes": [{"question": 1, "option": "А", "state": "pen"}],
        "signs": [{"kind": "drawing", "box_mm": {"x": 1, "y": 2, "w": 3, "h": 4}}],
    }
    about = {"number": "10007", "round": 1, "questions": QUESTIONS, "options": OPTIONS}
    return {**about, "reading": reading, "open": [4, 8], "markings": [], **more}


def values(of: dict[str, Any]) -> dict[int, str]:
    return {line.question: line.value for column in sheet(of).columns for line in column.lines}


def test_the_reading_is_proposed_and_a_doubtful_question_is_left_to_the_person() -> None:
    proposed = values(card())
    assert (proposed[4], proposed[8]) == ("", "")
    assert {question: proposed[question] for question in (1, 2, 3, 5)} == {1: "А", 2: "АБ", 3: "м", 5: "–"}


def test_questions_that_the_person_decides_are_drawn_alike_and_nothing_into_their_boxes() -> None:
    boxes = [{"question": 4, "option": "А", "state": "pen"}, {"question": 1, "option": "А", "state": "pen"}]
    of = card()
    of["reading"]["boxes"] = boxes
    assert sheet(of).open == (4, 8)
    assert [one.state for one in sheet(of).drawn] == ["pen", "doubtful", "doubtful"]


def test_three_columns_of_thirty() -> None:
    assert [len(column.lines) for column in sheet(card()).columns] == [30, 30, 30]


def test_without_a_reading_every_question_is_the_person_s() -> None:
    every = list(range(1, QUESTIONS + 1))
    assert set(values(card(reading=None, open=every)).values()) == {""}


def test_the_chair_starts_from_the_last_count_and_decides_what_differs() -> None:
    last = {"marks": {"1": ["Г"]}, "pencil_only": [7]}
    of = card(to_settle=["differs"], differing=[2], open=[2], markings=[last])
    assert {question: values(of)[question] for question in (1, 2, 7)} == {1: "Г", 2: "", 7: "м"}


def test_fields_become_marks_again() -> None:
    typed = {field(question): "–" for question in range(1, QUESTIONS + 1)} | {
        "q1": "а",
        "q2": "БА",
        "q3": "М",
        "q4": "0",
    }
    assert marks_of(typed, QUESTIONS, OPTIONS) == {"marks": {"1": ["А"], "2": ["Б", "А"]}, "pencil_only": [3]}


@pytest.mark.parametrize("text", ["", "Д", "A", "1", "мА"])
def test_an_empty_field_and_a_letter_that_is_none_are_refused_and_not_guessed(text: str) -> None:
    typed = {field(question): "–" for question in range(1, QUESTIONS + 1)} | {"q8": text}
    with pytest.raises(MarksNotOfTheCard, match="8"):
        marks_of(typed, QUESTIONS, OPTIONS)
