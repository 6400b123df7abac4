"""A lane past the framework, for the one kind of request of which a door gets thousands a second.

Whole and well-formed requests that begin as the lane says are handed over as they are. Everything else, whatever the
lane does not take, and whatever it refuses, goes uvicorn's way and is told by the door's layers.
"""

import functools
import re
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis.middleware import HEADERS
from contracts.refusals import Refusal

_REST_OF_LINE = b" HTTP/1.1"
_BLOCK = re.compile(rb"(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*\r\n)+")
_REMEMBERED = 4096
#: What would make a request something else than its bytes up to ``content-length``.
_NOT_PLAIN = frozenset({b"transfer-encoding", b"expect", b"upgrade", b"trailer"})
_KEPT_ALIVE = frozenset({b"", b"keep-alive"})
_ANSWER = b"HTTP/1.1 200 OK\r\n%bcontent-type: application/json\r\ncontent-length: "
#: In the ASGI scope's state: what the lane was refused when it did what was asked.
REFUSAL = "refusal"


class Call(NamedTuple):
    """A request: its address after the lane's beginning, its headers by their names in small letters, its body."""

    rest: str
    headers: dict[bytes, bytes]
    body: bytes


Reply = Callable[[bytes | Refusal], None]


class Lane:
    """``take`` says whether it takes a call; if so it replies later, once: JSON for a 200, or a refusal.

    ``beginning``: of a request, such as ``PUT /live/answers/``.
    """

    def __init__(self, beginning: str, take: Callable[[Call, Reply], bool]) -> None:
        self.beginning = beginning.encode("ascii")
        self.take = take
        self._default_headers: list[tuple[bytes, bytes]] = []
        self._head = b""

    def head(self, default_headers: list[tuple[bytes, bytes]]) -> bytes:
        """What stands before the length of an answer; ``default_headers`` is uvicorn's list, a new one each second."""
        if default_headers is not self._default_headers:
            self._default_headers = default_headers
            self._head = _ANSWER % b"".join(b"%b: %b\r\n" % one for one in (*default_headers, *HEADERS))
        return self._head


def protocol(lane: Lane | None) -> Any:
    """What uvicorn is to speak HTTP with."""
    return partial(LaneProtocol, lane) if lane else HttpToolsProtocol


class LaneProtocol(HttpToolsProtocol):
    """A connection. While a call is under way what comes after it waits, as pipelined requests do."""

    def __init__(self, lane: Lane, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lane = lane
        self._is_amid = False
        self._is_ending = False
        self._under_way: bytes | None = None
        self._refused: Refusal | None = None
        self._later = b""
        self._quiet_since = 0.0

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        if self._under_way is not None:
            self._later += data
            if len(self._later) > HIGH_WATER_LIMIT:
                self.flow.pause_reading()
        elif not (data.startswith(self._lane.beginning) and self._is_idle() and self._takes(data)):
            super().data_received(data)

    def on_message_begin(self) -> None:
        """A request begins for uvicorn's parser."""
        self._is_amid = True
        super().on_message_begin()
        if self._refused is not None:
            self.scope["state"][REFUSAL] = self._refused
            self._refused = None

    def on_message_complete(self) -> None:
        """All of it came to uvicorn's parser."""
        self._is_amid = False
        super().on_message_complete()

    def shutdown(self) -> None:
        """The server ends: a call under way is replied to first."""
        self._is_ending = True
        if self._under_way is None:
            super().shutdown()

    def timeout_keep_alive_handler(self) -> None:
        """The time for the next request is over, unless the lane had one since: a timer for each would cost a tenth."""
        self.timeout_keep_alive_task = None
        quiet = 0.0 if self._under_way is not None else self.loop.time() - self._quiet_since
        if quiet < self.timeout_keep_alive:
            self._look_again_after(self.timeout_keep_alive - quiet)
        else:
            super().timeout_keep_alive_handler()

    def _look_again_after(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def _is_idle(self) -> bool:
        is_answered = self.cycle is None or self.cycle.response_complete
        return is_answered and not self._is_amid and not self.pipeline and not self.flow.write_paused

    def _takes(self, data: bytes) -> bool:
        call = _whole(data, len(self._lane.beginning))
        if call is None or not self._lane.take(call, self._reply):
            return False
        self._under_way = data
        return True

    def _reply(self, told: bytes | Refusal) -> None:
        data, self._under_way = self._under_way, None
        if data is None or self.transport.is_closing():
            return
        if isinstance(told, Refusal):
            self._refused = told
            super().data_received(data)
        else:
            head = self._lane.head(self.server_state.default_headers)
            self.transport.write(b"%b%d\r\n\r\n%b" % (head, len(told), told))
            self.server_state.total_requests += 1
            self._quiet_since = self.loop.time()
            if self.timeout_keep_alive_task is None:
                self._look_again_after(self.timeout_keep_alive)
        if self._is_ending:
            super().shutdown()
        elif self._later:
            later, self._later = self._later, b""
            self.flow.resume_reading()
            self.data_received(later)


def _whole(data: bytes, beginning: int) -> Call | None:
    """The one request that these bytes are; nothing when they are less, more, or anything out of the ordinary."""
    head, _, body = data.partition(b"\r\n\r\n")
    line, _, rest = head.partition(b"\r\n")
    address = line[beginning:].removesuffix(_REST_OF_LINE)
    if not line.endswith(_REST_OF_LINE) or not address.isdigit():
        return None
    headers = _headers(rest)
    if headers is None or headers[b"content-length"] != b"%d" % len(body):
        return None
    return Call(address.decode("ascii"), headers, body)


@functools.lru_cache(maxsize=_REMEMBERED)
def _headers(block: bytes) -> dict[bytes, bytes] | None:
    """By their names in small letters; nothing when they make the request anything but plain.

    Remembered, because a screen sends the same with each answer.
    """
    if not _BLOCK.fullmatch(block + b"\r\n"):
        return None
    lines = block.split(b"\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (one.partition(b":") for one in lines)}
    is_plain = len(headers) == len(lines) and _NOT_PLAIN.isdisjoint(headers)
    is_kept_alive = headers.get(b"connection", b"").lower() in _KEPT_ALIVE
    has_length = headers.get(b"content-length", b"").isdigit()
    return headers if is_plain and is_kept_alive and has_length else None
