"""Candidates at real browsers on the exam's day; after three seconds without a line a screen offers the rescue file."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

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


@pytest.fixture
def served(house_of: Callable[[str], House]) -> Iterator[tuple[House, str]]:
    """Session on its fresh database, and the address of its doors."""
    house = house_of("session")
    house.runtime.settings = replace(house.runtime.settings, rescue_after_seconds=3)
    live = create_live_app(house.runtime)
    served = Served(house.runtime, {"/session": create_app(house.runtime), "/live": live}, live)
    house.door = Wire(served.address)
    served.start()
    try:
        yield house, served.address
    finally:
        served.stop()


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
