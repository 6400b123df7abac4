"""How terms are counted: working days, holidays, days moved by the Council of Ministers, zone Europe/Sofia.

The counting itself is the provision `term_counting` (and `backward_term_counting`): the day of the event is
not counted, a term ends at 24:00 of its last day, and a last day that is not a working one moves to the next
one; a term counted back moves to the previous one. The Ordinance has no rule of its own, so this is a
reading.
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import yaml

from regulation.provision import FOLDER, RegulationError

ZONE = ZoneInfo("Europe/Sofia")
_DAY = timedelta(days=1)
_MONTHS_IN_A_YEAR = 12
_SATURDAY = 5
_MOVE_KEYS = frozenset({"free_on", "worked_on", "act", "checked_on"})


@dataclass(frozen=True, slots=True)
class MovedDays:
    """Working days made free and days of rest to be worked, as the Council of Ministers decided."""

    free: frozenset[date]
    worked: frozenset[date]


def _refuse_bad_move(where: str, move: Mapping[str, Any]) -> None:
    """Raise `RegulationError` for a move that lacks a key or has an unknown one.

    Own choice: strict, as provisions.
    """
    if set(move) != _MOVE_KEYS or not move["act"]:
        raise RegulationError(f"{where}: a move has exactly {', '.join(sorted(_MOVE_KEYS))}, and names its act")


def load_moved_days(path: Path) -> MovedDays:
    """The moved days of a YAML file. Raises `RegulationError`.

    Own choice: moves are kept by hand, because they are decided year by year and stand in no package.
    """
    with path.open(encoding="utf-8") as stream:
        document = yaml.load(stream, yaml.CSafeLoader)
    if set(document) != {"moves"}:
        raise RegulationError(f"{path}: only `moves` is known here")
    for move in document["moves"]:
        _refuse_bad_move(str(path), move)
    return MovedDays(
        free=frozenset(move["free_on"] for move in document["moves"]),
        worked=frozenset(move["worked_on"] for move in document["moves"] if move["worked_on"]),
    )


@cache
def moved_days() -> MovedDays:
    """The moved days that are shipped. Own choice: read once a process."""
    return load_moved_days(FOLDER / "moved_days.yaml")


@cache
def holidays_of(year: int) -> Mapping[date, str]:
    """Official holidays of a year with their Bulgarian names, those given in lieu included.

    Own choice: the `holidays` package, which follows Art. 154 of the Labour Code.
    """
    found = holidays.country_holidays("BG", years=year, language="bg")
    return MappingProxyType({day: found[day] for day in sorted(found)})


def is_working_day(day: date, moved: MovedDays | None = None) -> bool:
    """Whether offices work on a day; `moved` replaces the shipped table. Own choice: `term_counting`."""
    table = moved_days() if moved is None else moved
    if day in table.worked:
        return True
    return day.weekday() < _SATURDAY and day not in holidays_of(day.year) and day not in table.free


def _walk(day: date, step: timedelta) -> Iterator[date]:
    """The day and those after (or before) it, without end. Own choice: one walk for every shift."""
    while True:
        yield day
        day += step


def working_day_from(day: date, moved: MovedDays | None = None) -> date:
    """The day itself or the next working one. Own choice: `term_counting`."""
    return next(one for one in _walk(day, _DAY) if is_working_day(one, moved))


def working_day_until(day: date, moved: MovedDays | None = None) -> date:
    """The day itself or the previous working one. Own choice: `backward_term_counting`."""
    return next(one for one in _walk(day, -_DAY) if is_working_day(one, moved))


def same_day_months_later(day: date, months: int) -> date:
    """The same date `months` later (earlier where negative), or the last day of that month; never shifted.

    Own choice: `term_counting`; a prohibition or a span between two events ends on its date, working or not.
    """
    year, month = divmod(day.year * _MONTHS_IN_A_YEAR + day.month - 1 + months, _MONTHS_IN_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def same_day_years_later(day: date, years: int) -> date:
    """The same date `years` later, 28 February for a leap day; never shifted. Own choice: `term_counting`."""
    return same_day_months_later(day, years * _MONTHS_IN_A_YEAR)


def add_days(day: date, count: int, moved: MovedDays | None = None) -> date:
    """The last day of a term of calendar days that runs from an event on `day`.

    Own choice: `term_counting`.
    """
    return working_day_from(day + timedelta(days=count), moved)


def add_working_days(day: date, count: int, moved: MovedDays | None = None) -> date:
    """The last day of a term of working days that runs from an event on `day`.

    Source: Art. 43(5). Raises `ValueError` for a count below one, which is no term.
    """
    if count < 1:
        raise ValueError("a term of working days has one day or more")
    for _ in range(count):
        day = working_day_from(day + _DAY, moved)
    return day


def add_months(day: date, count: int, moved: MovedDays | None = None) -> date:
    """The last day of a term of months that runs from an event on `day`. Own choice: `term_counting`."""
    return working_day_from(same_day_months_later(day, count), moved)


def add_years(day: date, count: int, moved: MovedDays | None = None) -> date:
    """The last day of a term of years that runs from an event on `day`. Own choice: `term_counting`."""
    return working_day_from(same_day_years_later(day, count), moved)


def days_before(day: date, count: int, moved: MovedDays | None = None) -> date:
    """The latest working day at least `count` days before `day`. Own choice: `backward_term_counting`."""
    return working_day_until(day - timedelta(days=count), moved)


def months_before(day: date, count: int, moved: MovedDays | None = None) -> date:
    """The latest working day at least `count` months before `day`. Own choice: `backward_term_counting`."""
    return working_day_until(same_day_months_later(day, -count), moved)


def local(day: date, hour: time | str) -> datetime:
    """The instant (UTC) of a local hour in Bulgaria, given as a time or as ``9:30``.

    Own choice: the hours of the Ordinance are those of Europe/Sofia, summer time included.
    """
    if isinstance(hour, str):
        hours, _, minutes = hour.partition(":")
        hour = time(int(hours), int(minutes))
    return datetime.combine(day, hour, ZONE).astimezone(UTC)


def start_of_day(day: date) -> datetime:
    """The first instant (UTC) of a local day. Own choice: a day is a day of Europe/Sofia."""
    return local(day, time.min)


def end_of_day(day: date) -> datetime:
    """The last instant (UTC) of a local day: a microsecond before 24:00, the finest that a database keeps.

    An act is in time when its instant is not later; midnight itself belongs to the next day.
    Own choice: `term_counting` with reading_09 (a term ends at 24:00, that is after 23:59:59).
    """
    return start_of_day(day + _DAY) - timedelta(microseconds=1)


def local_day(instant: datetime) -> date:
    """The day in Bulgaria on which an aware instant falls. Own choice: events count by the local calendar."""
    return instant.astimezone(ZONE).date()
