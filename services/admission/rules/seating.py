"""Art. 3(3), 14, 15(1), 31: halls, seats, and the hours that go with them."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from contracts.people import FORMS, Mode
from contracts.refusals.admission import HallDoesNotFit, SeatsShort, SeatsTooLate
from regulation import Regulation, Session, terms


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Room:
    """A hall as seats are given out: the first sitting before the second, then by name."""

    session: int
    hall: str
    mode: Mode
    rows: int
    columns: int

    @property
    def capacity(self) -> int:
        """How many sit in it. Own choice: every planned seat is used."""
        return self.rows * self.columns

    def seats(self) -> Iterator[tuple[str, int, int]]:
        """Hall, row, column of every seat, row by row. Own choice: rows and columns are counted from 1."""
        return ((self.hall, row, column) for row in range(1, self.rows + 1) for column in range(1, self.columns + 1))


def check_hall(room: Room, modes: Collection[str], sessions: int) -> None:
    """Refuse a hall for a form or sitting that the exam does not have.

    Source: Art. 3(1)–(3), 31(1): the second sitting is electronic, on paper one sits with the first.
    Raises ``HallDoesNotFit``.
    """
    last = sessions if room.mode is Mode.ELECTRONIC else 1
    if room.mode not in modes or not 1 <= room.session <= last:
        raise HallDoesNotFit(hall=room.hall)


def check_in_time(today: date, exam_on: date, law: Regulation) -> None:
    """Refuse seats given out too late. Source: Art. 14. Raises ``SeatsTooLate``."""
    until = terms.schedule_last_day(exam_on, law)
    if today > until:
        raise SeatsTooLate(until=f"{until:%d.%m.%Y}")


def mixed(exam_id: str, candidates: Collection[str]) -> list[str]:
    """The candidates in an order that follows from the exam alone and tells nothing of names or hours of applying.

    Own choice: by SHA-256, so that acquaintances do not sit together and anybody can check the order.
    """
    return sorted(candidates, key=lambda one: (hashlib.sha256(f"{exam_id}:{one}".encode()).digest(), one))


def assign(mode: Mode, candidates: Sequence[str], rooms: Collection[Room]) -> dict[str, tuple[str, int, int]]:
    """Candidate → hall, row, column; halls of one form are filled in their order.

    Source: Art. 14, 15(1), 31(1): the second sitting only when the first is full. Raises ``SeatsShort``.
    """
    seats = [seat for room in sorted(rooms) if room.mode is mode for seat in room.seats()]
    if len(seats) < len(candidates):
        raise SeatsShort(missing=len(candidates) - len(seats), mode=FORMS[mode])
    return dict(zip(candidates, seats, strict=False))


def label(row: int, column: int) -> str:
    """A seat as it stands in the profile: ``3-7`` is the seventh of the third row. Own choice: readable on a door."""
    return f"{row}-{column}"


def hours(mode: Mode, session: int, law: Regulation) -> Session:
    """The hours of a sitting. Source: Art. 19–24, 31(1), 32–35."""
    if mode is Mode.PAPER:
        return law.clock.paper
    return law.clock.electronic_first if session == 1 else law.clock.electronic_second
