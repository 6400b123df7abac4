"""The real doors of a service under an address of their own, and a candidate's screen in a real browser."""

import asyncio
import shutil
import socket
import threading
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from playwright.sync_api import BrowserContext, Locator, Page, expect
from starlette.applications import Starlette
from starlette.types import ASGIApp

from chassis.lane import protocol
from chassis.web import front
from chassis.work import Runtime
from tests.interface.house import Browser
from tests.interface.session.exam_day import Candidate, Line

#: What Debian, Ubuntu and others call it.
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_MOST_TABS = 250


def chromium() -> str:
    """The machine's Chromium; ``deploy/local/setup.sh`` has put it there."""
    return next(path for path in map(shutil.which, _NAMES) if path)


class Served:
    """One web process as production has it, in a thread with a loop of its own. ``living``: a door with a lifespan;
    ``port``: a free one is found where none is given.
    """

    def __init__(
        self,
        runtime: Runtime[Any],
        doors: dict[str, ASGIApp],
        living: Starlette | None = None,
        *,
        port: int = 0,
        kept_alive_seconds: int = 5,
    ) -> None:
        self._living = living
        config = uvicorn.Config(
            front(doors, next(iter(doors)), [runtime]),
            http=protocol(living.state.lane if living else None),
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_keep_alive=kept_alive_seconds,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._socket = socket.create_server(("127.0.0.1", port))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="served")

    async def _serve(self) -> None:
        life = nullcontext() if self._living is None else self._living.router.lifespan_context(self._living)
        async with life:
            await self._server.serve(sockets=[self._socket])

    def start(self) -> None:
        """Serve; requests that come before it does wait in the socket."""
        self._thread.start()

    def end(self) -> None:
        """Begin to end, as SIGTERM does."""
        self._server.should_exit = True

    def stop(self) -> None:
        """Serve no more."""
        self.end()
        self._thread.join()
        self._socket.close()


class Wire(Browser):
    """The staff's client, over the network: the browser's loop holds the test's own thread."""

    def __init__(self, address: str) -> None:
        self._wire = httpx.Client(base_url=address)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """A GET."""
        return self._wire.get(path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        """A POST."""
        return self._wire.post(path, **options)

    def close(self) -> None:
        """Close the client."""
        self._wire.close()


class LiveWire(Line):
    """The live door's client, over the network."""

    def __init__(self, address: str) -> None:
        self._wire = httpx.Client(base_url=f"{address}/live")

    def get(self, path: str, **options: Any) -> httpx.Response:
        """A GET."""
        return self._wire.get(path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        """A POST."""
        return self._wire.post(path, **options)

    def put(self, path: str, **options: Any) -> httpx.Response:
        """A PUT."""
        return self._wire.put(path, **options)

    def close(self) -> None:
        """Close the client."""
        self._wire.close()


@dataclass
class Screen:
    """A candidate's screen."""

    page: Page
    address: str

    @property
    def line(self) -> BrowserContext:
        """The computer, whose network may go."""
        return self.page.context

    def open(self) -> None:
        """Open the page."""
        self.page.goto(f"{self.address}/session/sit")

    def log_in(self, one: Candidate) -> None:
        """Open the page and type what stands on the sheets."""
        self.open()
        self._enter(one)

    def log_in_by_keys(self, one: Candidate) -> None:
        """Open the page and type at once, without a mouse and as fast as keys go."""
        self.open()
        keyboard = self.page.keyboard
        keyboard.type(one.username)
        keyboard.press("Tab")
        keyboard.type(one.password)
        keyboard.press("Enter")

    def log_in_here(self, one: Candidate) -> None:
        """The same without a reload, at a computer from which a sitting was moved away."""
        self.shows("moved")
        self.page.locator("#here").click()
        self._enter(one)
        self.shows("answering")

    def _enter(self, one: Candidate) -> None:
        self.page.locator("[name=username]").fill(one.username)
        self.page.locator("[name=password]").fill(one.password)
        self.page.locator("#login button").click()

    def shows(self, view: str) -> None:
        """It shows this view, now or in a moment."""
        expect(self.page.locator("body")).to_have_attribute("data-view", view)

    def wind(self) -> None:
        """Load the page again with a clock that the test may put forward."""
        self.page.clock.install()
        self.page.reload()
        self.shows("answering")

    def is_kept_for_a_reload(self) -> None:
        """The service worker has all that a reload without a server needs, now or in a moment."""
        self.page.wait_for_function("navigator.serviceWorker.controller !== null")
        self.page.wait_for_function("caches.match('/session/static/queue.js').then((kept) => kept !== undefined)")

    def question(self, number: int) -> Locator:
        """A question, in either layout."""
        return self.page.locator(".question").nth(number - 1)

    def option(self, number: int, letter: str) -> Locator:
        """The choice of a letter."""
        return self.page.locator(f"input[name=question-{number}][value={letter}]")

    def piece(self, number: int) -> Locator:
        """A question's button on the map."""
        return self.page.locator("#map button").nth(number - 1)

    def answer(self, number: int, letter: str) -> None:
        """Go to a question and choose."""
        self.piece(number).click()
        self.option(number, letter).check()

    def told(self, number: int) -> Locator:
        """What is said of a question's answer."""
        return self.question(number).locator(".told")

    def saved(self, number: int, letter: str) -> None:
        """The letter is chosen and told as saved, now or in a moment."""
        expect(self.option(number, letter)).to_be_checked()
        expect(self.told(number)).to_have_text("записано")

    def press_letter(self, letter: str) -> None:
        """A key of a Bulgarian keyboard, which Playwright's own does not have."""
        tools = self.line.new_cdp_session(self.page)
        for kind in "keyDown", "keyUp":
            tools.send("Input.dispatchKeyEvent", {"type": kind, "key": letter, "text": letter})
        tools.detach()

    def tab_to(self, target: str) -> None:
        """Press Tab until the focus is there."""
        wanted = self.page.locator(target).first
        for _ in range(_MOST_TABS):
            if wanted.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to {target}")
