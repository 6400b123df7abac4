"""Outcomes, for every count."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from regulation import in_force
from services.grading.results.rules import Outcome, outcome

LAW = in_force(date(2027, 5, 15))
counts = st.integers(0, 90)


@given(counts)
def test_sixty_divides_those_who_passed_from_those_who_failed(correct: int) -> None:
    expected = Outcome.PASSED if correct >= 60 else Outcome.FAILED
    assert outcome(LAW, correct=correct, annulled=False, absent=False) is expected


@given(counts, counts)
def test_more_right_answers_are_never_worse(one: int, other: int) -> None:
    fewer, more = (outcome(LAW, correct=correct, annulled=False, absent=False) for correct in sorted((one, other)))
    assert not (fewer is Outcome.PASSED and more is Outcome.FAILED)


@given(st.none() | counts, st.booleans(), st.booleans())
def test_only_a_counted_test_that_stands_can_pass(correct: int | None, annulled: bool, absent: bool) -> None:
    found = outcome(LAW, correct=correct, annulled=annulled, absent=absent)
    if annulled:
        assert found is Outcome.ANNULLED
    elif absent:
        assert found is Outcome.ABSENT
    elif correct is None:
        assert found is None
