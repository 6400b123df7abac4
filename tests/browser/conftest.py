"""Candidates at real browsers on the exam's day; after three seconds without a line a screen offers the rescue file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from starlette.types import ASGIApp

from services.session.live import create_live_app
from services.session.web import create_app
from tests.browser.stand import LiveWire, Screen, Served, Wire, chromium
from tests.interface.conftest import house_of, postgres, templates
from tests.interface.house import House
from tests.interface.session.exam_day import EXAM, ExamDay, at_their_computers, quarter_to_nine

__all__ = ["house_of", "postgres", "templates"]

_PATIENCE_MS = 15_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a window; gone before a test of another kind wants a loop of its own."""
    expect.set_options(timeout=_PATIENCE_MS)
    with (
        sync_playwright() as playwright,
        # Chromium has no sandbox for root, and CI is root.
        playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"]) as browser,
    ):
        yield browser


@dataclass
class Doors:
    """Session's process, which may go and come back at its address."""

    house: House
    served: Served

    @classmethod
    def of(cls, house: House, port: int = 0) -> "Doors":
        """Serve."""
        live = create_live_app(house.runtime)
        doors: dict[str, ASGIApp] = {"/session": create_app(house.runtime), "/live": live}
        served = Served(house.runtime, doors, live, port=port)
        served.start()
        return cls(house, served)

    def go(self) -> None:
        """Serve no more."""
        self.served.stop()

    def come_back(self) -> None:
        """Serve again, another process at the same address."""
        self.served = self.of(self.house, int(self.served.address.rpartition(":")[2])).served


@pytest.fixture
def doors(house_of: Callable[[str], House]) -> Iterator[Doors]:
    """Session on its fresh database, serving."""
    house = house_of("session")
    house.runtime.settings = replace(house.runtime.settings, rescue_after_seconds=3)
    doors = Doors.of(house)
    house.door = Wire(doors.served.address)
    try:
        yield doors
    finally:
        doors.go()


@pytest.fixture
def served(doors: Doors) -> tuple[House, str]:
    """Session and the address of its doors."""
    return doors.house, doors.served.address


@pytest.fixture
def day(served: tuple[House, str]) -> Iterator[ExamDay]:
    """Envelopes are handed out and instructions read; nobody has logged in."""
    house, address = served
    live = LiveWire(address)
    day = quarter_to_nine(house, live)
    at_their_computers(day)
    yield day
    live.close()


@pytest.fixture
def unlocked(day: ExamDay) -> ExamDay:
    """The system was unlocked at half past nine."""
    day.on("9:30")
    day.do("system", "unlock", exam_id=EXAM, session=1)
    return day


@pytest.fixture
def computer(browser: Browser, served: tuple[House, str]) -> Iterator[Callable[[], Screen]]:
    """``computer()``: a screen at another computer, with a memory of its own."""
    contexts = []

    def make() -> Screen:
        contexts.append(browser.new_context(locale="bg-BG", accept_downloads=True))
        return Screen(contexts[-1].new_page(), served[1])

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def screen(computer: Callable[[], Screen]) -> Screen:
    """A screen."""
    return computer()


@pytest.fixture
def sitting(screen: Screen, unlocked: ExamDay) -> Screen:
    """The first candidate of hall К1 sits before the questions."""
    screen.log_in(unlocked.halls["К1"][0])
    screen.shows("answering")
    return screen
