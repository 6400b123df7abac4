"""Working days, moved days, and the instants of local days."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from regulation.calendar import (
    add_days,
    add_working_days,
    add_years,
    days_before,
    end_of_day,
    is_working_day,
    load_moved_days,
    local,
    local_day,
    months_before,
    start_of_day,
)


@pytest.mark.parametrize(
    "day",
    [date(2027, 4, 30), date(2027, 5, 3), date(2027, 5, 4), date(2027, 5, 6), date(2027, 5, 24), date(2027, 5, 15)],
)
def test_easter_may_holidays_and_saturdays_are_not_working(day: date) -> None:
    assert not is_working_day(day)


def test_an_ordinary_wednesday_is_working() -> None:
    assert is_working_day(date(2027, 5, 5))


def test_the_council_of_ministers_moves_days(tmp_path: Path) -> None:
    path = tmp_path / "moved_days.yaml"
    path.write_text(
        "moves:\n  - {free_on: 2027-03-04, worked_on: 2027-03-13, act: РМС № 1, checked_on: 2026-12-01}\n",
        encoding="utf-8",
    )
    moved = load_moved_days(path)
    assert not is_working_day(date(2027, 3, 4), moved)
    assert is_working_day(date(2027, 3, 13), moved)
    assert add_days(date(2027, 2, 21), 10, moved) == date(2027, 3, 5)
    assert add_working_days(date(2027, 3, 12), 1, moved) == date(2027, 3, 13)


def test_the_day_of_the_event_is_not_counted() -> None:
    """Art. 6(2): ten days from 1 March end on 11 March."""
    assert add_days(date(2027, 3, 1), 10) == date(2027, 3, 11)


def test_a_term_of_years_ends_on_the_same_date_or_the_next_working_day() -> None:
    assert add_years(date(2027, 3, 1), 1) == date(2028, 3, 1)
    assert add_years(date(2027, 3, 3), 1) == date(2028, 3, 6)  # a holiday and a weekend


def test_a_term_counted_back_moves_to_the_previous_working_day() -> None:
    """Art. 14: a week before Saturday 15.05.2027 is a Saturday, so Friday 7.05."""
    assert days_before(date(2027, 5, 15), 7) == date(2027, 5, 7)
    assert months_before(date(2027, 5, 31), 1) == date(2027, 4, 29)  # 30.04 is Good Friday


def test_a_term_of_no_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="one day or more"):
        add_working_days(date(2027, 5, 5), 0)


def test_a_day_ends_at_24_hours_in_bulgaria_in_winter_and_summer() -> None:
    """Art. 6(2): 11.03 ends at 22:00 UTC, and midnight itself is the next day."""
    microsecond = timedelta(microseconds=1)
    assert end_of_day(date(2027, 3, 11)) == datetime(2027, 3, 11, 22, tzinfo=UTC) - microsecond
    assert end_of_day(date(2027, 5, 15)) == datetime(2027, 5, 15, 21, tzinfo=UTC) - microsecond
    assert end_of_day(date(2027, 3, 11)) + microsecond == start_of_day(date(2027, 3, 12))


def test_days_of_the_change_to_and_from_summer_time_have_23_and_25_hours() -> None:
    lengths = [end_of_day(day) - start_of_day(day) for day in (date(2027, 3, 28), date(2027, 10, 31))]
    assert [round(length / timedelta(hours=1)) for length in lengths] == [23, 25]


def test_half_past_nine_is_an_hour_of_sofia() -> None:
    """Art. 24(1)."""
    assert local(date(2027, 5, 15), "9:30") == datetime(2027, 5, 15, 6, 30, tzinfo=UTC)
    assert local(date(2027, 1, 16), time(9, 30)) == datetime(2027, 1, 16, 7, 30, tzinfo=UTC)


def test_an_instant_late_in_the_evening_utc_is_the_next_day_in_sofia() -> None:
    assert local_day(datetime(2027, 3, 11, 22, tzinfo=UTC)) == date(2027, 3, 12)
