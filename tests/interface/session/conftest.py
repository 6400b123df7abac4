"""Session on the day of the exam, at stages of the morning."""

from collections.abc import Callable, Iterator

import pytest

from services.session.live import create_live_app
from tests.interface.house import House
from tests.interface.session.exam_day import EXAM, ExamDay, Line, at_their_computers, quarter_to_nine


@pytest.fixture
def day(house_of: Callable[[str], House]) -> Iterator[ExamDay]:
    """Everybody is on duty and on their seats at a quarter to nine; nobody has logged in."""
    house = house_of("session")
    live = Line(create_live_app(house.runtime))
    try:
        yield quarter_to_nine(house, live)
    finally:
        live.close()


@pytest.fixture
def logged_in(day: ExamDay) -> ExamDay:
    """The envelopes are handed out, everybody at a computer has logged in, the instructions have been read."""
    at_their_computers(day)
    for hall in ("К1", "К2"):
        for one in day.halls[hall]:
            assert day.log_in(one).status_code == 200
    return day


@pytest.fixture
def running(logged_in: ExamDay) -> ExamDay:
    """The system was unlocked at half past nine."""
    logged_in.on("9:30")
    logged_in.do("system", "unlock", exam_id=EXAM, session=1)
    return logged_in
