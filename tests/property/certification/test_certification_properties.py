"""Numbers and terms of certification, for every day."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from contracts.refusals.certification import InspectionTooLate
from regulation import in_force
from regulation.calendar import end_of_day, local_day
from services.certification import rules
from services.certification.schemas import OfCertificate, SearchRegister

LAW = in_force(date(2027, 3, 1))
days = st.dates(date(2026, 1, 1), date(2040, 1, 1))
places = st.integers(1, 999_999)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1), timezones=st.timezones())  # noqa: DTZ001 - bounds are naive by design of the strategy


@given(days, places, places)
def test_two_places_of_a_year_have_two_numbers_that_sort_as_they_were_given(day: date, one: int, other: int) -> None:
    first, second = (rules.certificate_number(day, place) for place in (one, other))
    assert (first == second) == (one == other)
    if one < other and len(first) == len(second):
        assert first < second


@given(days, places)
def test_every_number_that_is_given_is_understood(day: date, place: int) -> None:
    number = rules.certificate_number(day, place)
    assert OfCertificate().load({"number": number}) == {"number": number}


@given(st.text(max_size=30))
def test_whatever_is_typed_as_a_number_is_one_or_is_refused(typed: str) -> None:
    try:
        number = OfCertificate().load({"number": typed})["number"]
    except ValidationError:
        return
    assert number.startswith("ВО-")


@given(st.text(max_size=120))
def test_whatever_is_searched_for_is_bounded_or_refused(typed: str) -> None:
    try:
        assert len(SearchRegister().load({"search": typed})["search"]) <= 100
    except ValidationError:
        return


@given(instants)
def test_an_inspection_has_three_months_and_ends_at_midnight(published_at: datetime) -> None:
    day = local_day(published_at)
    with pytest.raises(InspectionTooLate) as refused:
        rules.check_inspection_term(published_at + timedelta(days=120), published_at, LAW)
    last = end_of_day(refused.value.facts["until"])
    assert last > end_of_day(day + timedelta(days=88))
    rules.check_inspection_term(last, published_at, LAW)
    with pytest.raises(InspectionTooLate):
        rules.check_inspection_term(last + timedelta(microseconds=1), published_at, LAW)
