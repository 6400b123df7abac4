"""Promises of the counting of terms that hold for every day and length."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from regulation import terms
from regulation.calendar import (
    MovedDays,
    add_days,
    add_months,
    add_working_days,
    add_years,
    days_before,
    end_of_day,
    is_working_day,
    local_day,
    months_before,
    same_day_months_later,
    start_of_day,
)
from regulation.deadlines import ExamDates, deadlines
from regulation.law import in_force

DAYS = st.dates(date(2020, 1, 1), date(2045, 12, 31))
LENGTHS = st.integers(1, 90)
MONTHS = st.integers(1, 36)
MOVED = st.builds(
    lambda free, worked: MovedDays(frozenset(free), frozenset(worked) - frozenset(free)),
    st.sets(st.dates(date(2027, 1, 1), date(2027, 6, 30)), max_size=5),
    st.sets(st.dates(date(2027, 1, 1), date(2027, 6, 30)), max_size=5),
)
INSTANTS = st.integers(0, 27 * 366 * 86_400).map(lambda one: datetime(2019, 1, 1, tzinfo=UTC) + timedelta(seconds=one))
ORDER = ("waiting", "open", "overdue")


@given(DAYS, LENGTHS)
def test_a_term_of_days_ends_on_a_working_day_and_never_early(day: date, count: int) -> None:
    end = add_days(day, count)
    assert is_working_day(end)
    assert end >= day + timedelta(days=count)
    assert not any(is_working_day(day + timedelta(days=one)) for one in range(count, (end - day).days))


@given(DAYS, MONTHS)
def test_a_term_of_months_or_years_ends_on_a_working_day_and_never_early(day: date, count: int) -> None:
    assert is_working_day(add_months(day, count))
    assert add_months(day, count) >= same_day_months_later(day, count)
    assert is_working_day(add_years(day, count % 5))
    assert add_years(day, count % 5) >= same_day_months_later(day, 12 * (count % 5))


@given(DAYS, st.integers(1, 30))
def test_a_term_of_working_days_has_just_as_many(day: date, count: int) -> None:
    """Art. 43(5)."""
    end = add_working_days(day, count)
    passed = (day + timedelta(days=one) for one in range(1, (end - day).days + 1))
    assert is_working_day(end)
    assert sum(map(is_working_day, passed)) == count


@given(DAYS, LENGTHS)
def test_a_term_counted_back_ends_on_a_working_day_and_never_late(day: date, count: int) -> None:
    assert is_working_day(days_before(day, count))
    assert days_before(day, count) <= day - timedelta(days=count)


@given(DAYS, MONTHS)
def test_months_counted_back_end_on_a_working_day_and_never_late(day: date, count: int) -> None:
    assert is_working_day(months_before(day, count))
    assert months_before(day, count) <= same_day_months_later(day, -count)


@given(DAYS, MONTHS)
def test_months_later_is_the_same_date_or_the_last_of_a_shorter_month(day: date, count: int) -> None:
    later = same_day_months_later(day, count)
    assert (later.year - day.year) * 12 + later.month - day.month == count
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(DAYS, DAYS, LENGTHS)
def test_a_later_event_never_ends_earlier(one: date, other: date, count: int) -> None:
    first, second = sorted((one, other))
    assert add_days(first, count) <= add_days(second, count)
    assert days_before(first, count) <= days_before(second, count)


@given(st.dates(date(2027, 1, 1), date(2027, 6, 1)), st.integers(1, 20), MOVED)
def test_moved_days_are_obeyed(day: date, count: int, moved: MovedDays) -> None:
    end = add_days(day, count, moved)
    assert end in moved.worked or end not in moved.free
    assert is_working_day(end, moved)
    assert is_working_day(days_before(day, count, moved), moved)


@given(DAYS)
def test_a_day_begins_and_ends_on_itself(day: date) -> None:
    assert local_day(start_of_day(day)) == local_day(end_of_day(day)) == day


@given(DAYS, DAYS)
def test_a_ban_holds_up_to_its_last_day_and_no_longer(annulled_on: date, exam_on: date) -> None:
    """Art. 8."""
    law = in_force(annulled_on)
    inside = annulled_on <= exam_on <= terms.ban_last_day(annulled_on, law)
    assert terms.is_banned(annulled_on, exam_on, law) is inside


@given(DAYS, st.lists(INSTANTS, max_size=8))
def test_what_is_not_met_only_ever_grows_older(exam_on: date, instants: list[datetime]) -> None:
    exam = ExamDates(exam_on=exam_on, announced_on=same_day_months_later(exam_on, -2))
    for term in deadlines(exam):
        states = [ORDER.index(term.status(now)) for now in sorted(instants) if term.met_at is None]
        assert states == sorted(states)


@given(DAYS, INSTANTS)
def test_what_is_met_stays_met(exam_on: date, met_at: datetime) -> None:
    exam = ExamDates(exam_on=exam_on, met={"protocols_delivered": met_at})
    term = next(one for one in deadlines(exam) if one.id == "protocols_delivered")
    assert term.due_at is not None
    state = "met" if met_at <= term.due_at else "met_late"
    assert {term.status(met_at), term.status(met_at + timedelta(days=400))} == {state}
    assert term.status(met_at - timedelta(microseconds=1)) in ORDER


@given(DAYS)
def test_days_before_the_exam_keep_their_order(exam_on: date) -> None:
    """Art. 13(1), 13(3), 13(4), 13(5)."""
    law = in_force(date(2027, 1, 1))
    order = [
        terms.announcement_last_day(exam_on, law),
        terms.commission_last_day(exam_on, law),
        terms.questions_accepted_day(exam_on, law),
        terms.composition_day(exam_on, law),
        terms.draw_day(exam_on, law),
        exam_on,
    ]
    assert order == sorted(order)
