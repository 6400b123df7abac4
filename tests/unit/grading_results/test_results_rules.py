"""Art. 43(3), 48(1), 49: who passed, and until when it is published, by example."""

from datetime import date, datetime, timedelta

import pytest

from contracts.people import Mode
from contracts.refusals.general import DeadlinePassed
from regulation import in_force
from services.grading.results.rules import Outcome, check_publication, last_day, outcome

EXAM_ON = date(2027, 5, 15)
LAW = in_force(EXAM_ON)


def test_a_candidate_with_60_correct_passes() -> None:
    assert outcome(LAW, correct=60, annulled=False, absent=False) is Outcome.PASSED


def test_a_candidate_with_59_correct_fails() -> None:
    assert outcome(LAW, correct=59, annulled=False, absent=False) is Outcome.FAILED


def test_a_candidate_with_nothing_correct_fails_and_is_not_absent() -> None:
    assert outcome(LAW, correct=0, annulled=False, absent=False) is Outcome.FAILED


@pytest.mark.parametrize("correct", [None, 0, 60, 90])
def test_an_annulled_test_never_passes(correct: int | None) -> None:
    assert outcome(LAW, correct=correct, annulled=True, absent=False) is Outcome.ANNULLED


def test_who_did_not_come_is_absent() -> None:
    assert outcome(LAW, correct=None, annulled=False, absent=True) is Outcome.ABSENT


def test_nothing_is_decided_before_the_count() -> None:
    assert outcome(LAW, correct=None, annulled=False, absent=False) is None


def test_electronic_results_have_fourteen_days_and_paper_ones_thirty() -> None:
    assert last_day(Mode.ELECTRONIC, EXAM_ON, LAW) == date(2027, 5, 29)
    assert last_day(Mode.PAPER, EXAM_ON, LAW) == date(2027, 6, 14)


def test_the_last_second_is_in_time_and_the_next_needs_a_reason() -> None:
    last = datetime.fromisoformat("2027-05-29T23:59:59.999999+03:00")
    check_publication(last, date(2027, 5, 29), None)
    late = last + timedelta(microseconds=1)
    with pytest.raises(DeadlinePassed):
        check_publication(late, date(2027, 5, 29), None)
    check_publication(late, date(2027, 5, 29), "Повторно преброяване на пликовете.")
