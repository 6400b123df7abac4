"""Art. 43: the counting of an electronic sheet, by example."""

from datetime import date, datetime, timedelta

import pytest

from contracts.refusals.general import DeadlinePassed
from services.grading.electronic import rules

KEY = {"1": "А", "2": "Б", "3": "В", "4": "Г"}


@pytest.mark.parametrize(
    ("answers", "correct"),
    [
        ({}, 0),
        ({"1": "А"}, 1),
        ({"1": "А", "2": "Б", "3": "В", "4": "Г"}, 4),
        ({"1": "Б", "2": "А", "3": "Г", "4": "В"}, 0),
        ({"1": "A"}, 0),  # a Latin letter is no answer
        ({"1": "а"}, 0),
        ({"1": ""}, 0),
    ],
)
def test_a_question_is_right_when_its_letter_is_the_keys(answers: dict[str, str], correct: int) -> None:
    assert rules.count(answers, KEY) == rules.Count(correct, 4 - correct)


def test_a_question_without_an_answer_is_wrong() -> None:
    assert rules.count({"2": "Б"}, KEY).wrong == 3


@pytest.mark.parametrize("foreign", ["0", "5", "-1", "01", "two", ""])
def test_an_answer_to_a_question_that_the_key_does_not_have_is_an_error(foreign: str) -> None:
    with pytest.raises(ValueError, match="no questions"):
        rules.count({"1": "А", foreign: "А"}, KEY)


def test_a_sub_variant_without_a_key_is_an_error_that_names_it() -> None:
    assert rules.key_of({"1А": KEY}, "1А") == KEY
    with pytest.raises(ValueError, match="1Б"):
        rules.key_of({"1А": KEY}, "1Б")


def test_the_last_second_of_the_term_is_in_time_and_the_next_needs_a_reason() -> None:
    last = datetime.fromisoformat("2027-05-19T23:59:59.999999+03:00")
    rules.check_handover(last, date(2027, 5, 19), None)
    late = last + timedelta(microseconds=1)
    with pytest.raises(DeadlinePassed):
        rules.check_handover(late, date(2027, 5, 19), None)
    with pytest.raises(DeadlinePassed):
        rules.check_handover(late, date(2027, 5, 19), "")
    rules.check_handover(late, date(2027, 5, 19), "Прекъсване на захранването.")
