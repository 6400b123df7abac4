"""What happens to a sitting, told to its screen: one listening connection a process, shared by all its streams."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg

from chassis.clock import Clock
from chassis.logging import logger
from services.session.live.tokens import Claims
from services.session.settings import Settings
from services.session.usecases.notices import CHANNEL

_STILL_HERE_SECONDS = 15.0
_AGAIN_SECONDS = 1.0
_TOLD_A_SECOND = 300  #: fewer than a process can show in a second, so that nobody waits behind the others
_TOLD_WITHIN_SECONDS = 4.0  #: where more screens than that hang on a process, all of them
#: A screen that an old line still shows is not the sitting's.
_SEEN = """
INSERT INTO screens (sitting_id, seen_at)
SELECT sitting_id, at FROM unnest(%s::uuid[], %s::int4[], %s::timestamptz[]) AS here (sitting_id, line, at)
JOIN sheets USING (sitting_id, line) ORDER BY sitting_id
ON CONFLICT (sitting_id) DO UPDATE SET seen_at = greatest(screens.seen_at, excluded.seen_at)"""
_LOG = logger(__name__)
Notice = dict[str, Any]
_RESYNC: Notice = {"kind": "resync", "facts": {}}


@dataclass(eq=False)
class Subscriber:
    """One screen: for whom it listens, what it has not been told yet, and whether another one listens in its place."""

    claims: Claims
    untold: asyncio.Queue[Notice] = field(default_factory=asyncio.Queue)
    is_over: bool = False

    def is_concerned(self, notice: Notice) -> bool:
        """Whether a notice is for this screen: for its sitting, or for its hall as a whole."""
        if notice["exam_id"] != self.claims.exam_id:
            return False
        whose: str = notice["sitting_id"]
        return whose == self.claims.sitting_id if whose else notice["hall"] == self.claims.hall


class Pace:
    """When screens are told: one after the other, of however many notices, because whoever is told looks again."""

    def __init__(self) -> None:
        self._next = 0.0

    def next(self, now: float, screens: int) -> float:
        """The next free instant, in the seconds of ``now``, where so many screens listen."""
        at = max(self._next, now)
        self._next = at + 1 / max(_TOLD_A_SECOND, screens / _TOLD_WITHIN_SECONDS)
        return at


class Listener:
    """Listens to the database for all screens of a process; starts with the first one."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._url = settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._clock = clock
        self._seen_seconds = settings.screen_seen_seconds
        self._write_seconds = settings.live_write_seconds
        self._subscribers: dict[tuple[str, int], Subscriber] = {}
        self._pace = Pace()
        self._heard: dict[tuple[str, int], datetime] = {}
        self._task: asyncio.Task[None] | None = None

    def hear(self, claims: Claims) -> None:
        """A screen is there. It says so itself: a stream that nobody reads may hang on a proxy for long."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen(), name="live-listener")
        self._heard[claims.sitting_id, claims.line] = self._clock.now()

    async def stream(self, claims: Claims) -> AsyncIterator[bytes]:
        """Server-sent events for one screen, until it is moved or listens anew.

        The time now and then, so that a dead line is noticed.
        """
        self.hear(claims)
        with self._subscribed(claims) as subscriber:
            yield self._time()
            while True:
                try:
                    async with asyncio.timeout(_STILL_HERE_SECONDS):
                        notice = await subscriber.untold.get()
                except TimeoutError:
                    yield self._time()
                else:
                    yield _event(notice["kind"], notice["facts"] | {"now": self._clock.now().isoformat()})
                    if subscriber.is_over or notice["kind"] == "moved":
                        return

    async def close(self) -> None:
        """Listen no more."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    @contextlib.contextmanager
    def _subscribed(self, claims: Claims) -> Iterator[Subscriber]:
        subscriber, key = Subscriber(claims), (claims.sitting_id, claims.line)
        if before := self._subscribers.get(key):  # a line has one screen
            before.is_over = True
            before.untold.put_nowait(_RESYNC)
        self._subscribers[key] = subscriber
        try:
            yield subscriber
        finally:
            if self._subscribers.get(key) is subscriber:
                del self._subscribers[key]

    async def _listen(self) -> None:
        while True:
            try:
                await self._pass_on()
            except (psycopg.Error, TimeoutError) as error:
                _LOG.warning("live_listener_away", error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _pass_on(self) -> None:
        connection = await psycopg.AsyncConnection.connect(
            self._url, autocommit=True, connect_timeout=max(2, int(self._write_seconds))
        )
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self._tell(self._subscribers.values(), _RESYNC)  # something may have been missed
            while True:
                async with asyncio.timeout(self._write_seconds):  # a line that is dead without a word is noticed here
                    await self._note_seen(connection)
                async for told in connection.notifies(timeout=self._seen_seconds):
                    notice = json.loads(told.payload)
                    self._tell([one for one in self._subscribers.values() if one.is_concerned(notice)], notice)

    def _tell(self, concerned: Iterable[Subscriber], notice: Notice) -> None:
        loop = asyncio.get_running_loop()
        for subscriber in concerned:
            at = self._pace.next(loop.time(), len(self._subscribers))
            loop.call_at(at, subscriber.untold.put_nowait, notice)

    async def _note_seen(self, connection: psycopg.AsyncConnection[Any]) -> None:
        heard, self._heard = self._heard, {}
        if heard or self._subscribers:  # with nobody heard of it shows that the line is not dead
            sittings, lines = [one for one, _ in heard], [line for _, line in heard]
            await connection.execute(_SEEN, (sittings, lines, list(heard.values())))

    def _time(self) -> bytes:
        return _event("time", {"now": self._clock.now().isoformat()})


def _event(kind: str, facts: dict[str, Any]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(facts, ensure_ascii=False)}\n\n".encode()
