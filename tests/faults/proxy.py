"""A TCP proxy on 127.0.0.1 that does to its connections what networks do."""

import asyncio
import enum
from collections import deque
from functools import partial
from typing import Any


class Way(enum.StrEnum):
    """What becomes of what is sent.

    ``HALF_OPEN``: nothing arrives, not even the end of a connection, until the way is open again; then all of it, late.
    ``DEAF``: requests arrive and answers do not. ``SLOW``: everything arrives later. ``FORGOTTEN``: as by a firewall
    that has lost its table: open connections are silent for good, new ones work.
    """

    OPEN = "open"
    CUT = "cut"
    HALF_OPEN = "half-open"
    DEAF = "deaf"
    SLOW = "slow"
    FORGOTTEN = "forgotten"


_HOLDING = {Way.HALF_OPEN, Way.SLOW}


class Proxy:
    """Between whoever connects to ``port`` and the server at ``target``; lives in the loop that started it."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self.way = Way.OPEN
        self.delay_seconds = 0.0
        self.sides: set[_Side] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on a free port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(partial(_Side, self, None), "127.0.0.1", 0, backlog=2048)
        self.port = self._server.sockets[0].getsockname()[1]

    def become(self, way: Way, delay_seconds: float = 0.0) -> None:
        """From now on, for open connections and new ones."""
        self.way, self.delay_seconds = way, delay_seconds
        for side in tuple(self.sides):
            side.meet(way)

    async def close(self) -> None:
        """End everything."""
        if self._server is not None:
            self._server.close()
        for side in tuple(self.sides):
            side.abort()


class _Side(asyncio.Protocol):
    """One half of a connection: the client's (``other`` comes later) or the server's. Writes go to the other half."""

    def __init__(self, proxy: Proxy, other: "_Side | None") -> None:
        self._proxy = proxy
        self._other = other
        self._is_server = other is not None
        self._transport: Any = None
        self._held: deque[tuple[float, bytes | None]] = deque()  #: due when, and what; None: the end
        self._timer: asyncio.TimerHandle | None = None
        self._has_lost = False  #: bytes are missing in its stream: it cannot go on
        self._is_forgotten = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The client's half asks for the server's."""
        self._transport = transport
        self._proxy.sides.add(self)
        if self._proxy.way is Way.CUT:
            self.abort()
        elif self._other is None:
            self._connecting = asyncio.get_running_loop().create_task(self._connect())
        else:
            self._other.join(self)

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(partial(_Side, self._proxy, self), "127.0.0.1", self._proxy.target)
        except OSError:
            self.abort()

    def join(self, other: "_Side") -> None:
        """The server's half is there: what has been sent meanwhile may go."""
        self._other = other
        self._deliver()

    def data_received(self, data: bytes) -> None:
        """Pass on, later, or never."""
        if self._is_forgotten:
            return
        if self._proxy.way is Way.DEAF and self._is_server:
            self._has_lost = True
        elif self._other is not None and not self._held and self._proxy.way not in _HOLDING:
            self._other.write(data)
        else:
            self._hold(data)

    def connection_lost(self, _error: Exception | None) -> None:
        """The other half is told as the way allows."""
        if self._other is None or self._is_forgotten:
            self._proxy.sides.discard(self)
        else:
            self._hold(None)

    def _hold(self, what: bytes | None) -> None:
        wait = self._proxy.delay_seconds if self._proxy.way is Way.SLOW else 0.0
        self._held.append((asyncio.get_running_loop().time() + wait, what))
        self._deliver()

    def _deliver(self) -> None:
        """What is due, in its order."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        loop = asyncio.get_running_loop()
        while self._held and self._other is not None and self._proxy.way is not Way.HALF_OPEN:
            due, what = self._held[0]
            if due > loop.time():
                self._timer = loop.call_at(due, self._deliver)
                return
            self._held.popleft()
            if what is None:
                self._proxy.sides.discard(self)
                self._other.end()
            else:
                self._other.write(what)

    def meet(self, way: Way) -> None:
        """The way has changed."""
        if way is Way.FORGOTTEN:
            self._is_forgotten = True
        elif way is Way.CUT or self._has_lost or self._is_forgotten:
            self.abort()
            if self._other is not None:
                self._other.abort()
        else:
            self._deliver()

    def write(self, data: bytes) -> None:
        """Without a bound for what waits in memory: these are small requests."""
        if not self._transport.is_closing():
            self._transport.write(data)

    def end(self) -> None:
        """Send what is written, then hang up."""
        self._transport.close()

    def abort(self) -> None:
        """Hang up in the middle."""
        self._held.clear()
        if self._transport is not None:
            self._transport.abort()
