"""The rules of registration, for everything that may come."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.bg import egn

from contracts import identifiers
from contracts.people import IdentifierType
from contracts.refusals import Refusal
from contracts.refusals.registration import AnnouncementTooLate, IdentifierNotValid
from regulation import in_force
from regulation.calendar import local_day
from services.registration.rules import announcement
from tests.cast import player

TODAY = date(2027, 3, 1)
LAW = in_force(TODAY)
days = st.dates(date(2026, 1, 1), date(2040, 1, 1))


@given(st.sampled_from(IdentifierType), st.text(max_size=30))
def test_whatever_is_typed_gives_ten_ascii_digits_or_a_refusal(kind: IdentifierType, typed: str) -> None:
    try:
        digits = identifiers.normalised(kind, typed, TODAY)
    except IdentifierNotValid:
        return
    assert len(digits) == 10
    assert set(digits) <= set("0123456789")


@given(st.integers(0, 4999), st.integers(0, 9), st.integers(0, 9))
def test_one_wrong_digit_never_passes_as_the_same_persons_egn(number: int, place: int, digit: int) -> None:
    right = player(number).identifier
    wrong = f"{right[:place]}{digit}{right[place + 1 :]}"
    if wrong == right:
        assert identifiers.normalised(IdentifierType.EGN, wrong, TODAY) == right
        return
    # 10 → 0 is the one weakness of the control digit: a remainder of ten and of nought look alike
    if egn.calc_check_digit(wrong[:9]) == wrong[9]:
        return
    with pytest.raises(IdentifierNotValid):
        identifiers.normalised(IdentifierType.EGN, wrong, TODAY)


@given(st.integers(0, 4999))
def test_normalising_twice_is_normalising_once(number: int) -> None:
    once = identifiers.normalised(IdentifierType.EGN, player(number).identifier, TODAY)
    assert identifiers.normalised(IdentifierType.EGN, once, TODAY) == once


@given(days, st.integers(0, 400))
def test_an_announcement_is_never_too_late_earlier(exam_on: date, ahead: int) -> None:
    announced_on = exam_on - timedelta(days=ahead)
    try:
        announcement.check_terms(exam_on, announced_on, None, LAW)
    except AnnouncementTooLate:
        assert ahead <= 62 + 10  # two months, and a long holiday at their beginning
        return
    announcement.check_terms(exam_on, announced_on - timedelta(days=1), None, LAW)


@given(days, days)
def test_waiting_never_makes_an_announcement_too_soon(previous: date, announced_on: date) -> None:
    exam_on = announced_on + timedelta(days=400)
    try:
        announcement.check_terms(exam_on, announced_on, previous, LAW)
    except Refusal:
        return
    announcement.check_terms(exam_on + timedelta(days=9), announced_on + timedelta(days=9), previous, LAW)


@given(days)
def test_candidates_always_have_ten_full_days(announced_on: date) -> None:
    last_day = local_day(announcement.applications_until(announced_on, LAW))
    assert last_day >= announced_on + timedelta(days=10)
