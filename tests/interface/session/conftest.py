"""Session on the day of the exam, at stages of the morning."""

from collections.abc import Callable, Iterator

import pytest

from contracts.people import Mode, Role
from services.session.live import create_live_app
from tests.interface.house import House
from tests.interface.session.exam_day import EXAM, ExamDay, Line


@pytest.fixture
def day(house_of: Callable[[str], House]) -> Iterator[ExamDay]:
    """Everybody is on duty and on their seats at a quarter to nine; nobody has logged in."""
    house = house_of("session")
    live = Line(create_live_app(house.runtime))
    try:
        day = ExamDay(house, live)
        day.announce()
        day.appoint("system", Role.SYSTEM_ADMINISTRATOR)
        day.appoint("chair", Role.CHAIR)
        day.appoint("director", Role.DIRECTOR)
        for hall in ("К1", "К2", "Х1"):
            day.appoint(f"hall {hall}", Role.HALL_ADMINISTRATOR, hall)
        for number in range(1, 4):
            day.seat(number, "К1", f"1-{number}")
        day.seat(4, "К2", "1-1")
        day.seat(5, "Х1", "1-1", Mode.PAPER)
        day.seat(6, "Х1", "1-2", Mode.PAPER)
        day.on("8:45")
        for one in (*day.halls["К1"], *day.halls["К2"], *day.halls["Х1"]):
            day.let_in(one)
        yield day
    finally:
        live.close()


@pytest.fixture
def logged_in(day: ExamDay) -> ExamDay:
    """The envelopes are handed out, everybody at a computer has logged in, the instructions have been read."""
    for hall in ("К1", "К2"):
        day.envelopes(hall)
    day.on("9:25")
    for hall in ("К1", "К2"):
        day.do(f"hall {hall}", "record_instructions_read", exam_id=EXAM, hall=hall)
        for one in day.halls[hall]:
            assert day.log_in(one).status_code == 200
    day.open_variant()
    return day


@pytest.fixture
def running(logged_in: ExamDay) -> ExamDay:
    """The system was unlocked at half past nine."""
    logged_in.on("9:30")
    logged_in.do("system", "unlock", exam_id=EXAM, session=1)
    return logged_in
