"""Candidates at their screens, as many as wanted in a process of their own: each sends the next answer as soon as the
last one is acknowledged, or all send theirs when a plan says so.
"""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import uvloop

_LETTERS = [letter.encode() for letter in "АБВГ"]
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_POSTS = 128
_CONNECT_TOGETHER = 64  #: a listening socket's backlog is not what is measured


@dataclass(frozen=True)
class Screen:
    """One candidate's screen: the door it talks to, its token, and the first number of its changes."""

    port: int
    token: str
    first_seq: int


class _Line(asyncio.Protocol):
    """A keep-alive connection with one request under way. HTTP as far as the door speaks it, and no further."""

    def __init__(self, screen: Screen, questions: int) -> None:
        self.seconds: list[float] = []  #: how long each acknowledged answer took
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._questions = questions
        self._bearer = b"Authorization: Bearer %b\r\n" % screen.token.encode()
        self._until = 0.0
        self._seq = screen.first_seq
        self._buffer = b""
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Nothing is sent before all are connected."""
        self._transport: Any = transport

    def begin(self, until: float) -> None:
        """Answer without a pause until this moment of ``time.perf_counter``."""
        self._until = until
        self._say()

    def _say(self) -> None:
        self._seq += 1
        body = b'{"option": "%b", "seq": %d}' % (_LETTERS[self._seq % len(_LETTERS)], self._seq)
        question = self._seq % self._questions + 1
        head = b"PUT /live/answers/%d HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" % question
        self._sent_at = time.perf_counter()
        self._transport.write(b"%b%bContent-Length: %d\r\n\r\n%b" % (head, self._bearer, len(body), body))

    def data_received(self, data: bytes) -> None:
        """An answer that is not acknowledged as saved ends the measurement."""
        self._buffer += data
        head, blank, body = self._buffer.partition(b"\r\n\r\n")
        if not blank or len(body) < _length(head):
            return
        self._buffer = b""
        if not head.startswith(b"HTTP/1.1 200") or b'"saved"' not in body:
            self.ended.set_exception(RuntimeError(f"not saved: {head!r} {body!r}"))
            return
        now = time.perf_counter()
        self.seconds.append(now - self._sent_at)
        if now < self._until:
            self._say()
        else:
            self.ended.set_result(None)
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """A door that hangs up in the middle ends the measurement."""
        if not self.ended.done():
            self.ended.set_exception(error or ConnectionResetError("the door hung up"))


def _length(head: bytes) -> int:
    found = _LENGTH.search(head)
    if found is None:
        raise ValueError(f"no length: {head!r}")
    return int(found[1])


def answer_for(screens: Sequence[Screen], questions: int, seconds: float) -> tuple[float, list[float]]:
    """Answers from all screens at once for so many seconds: how long it took, and the seconds of each answer.

    Raises ``RuntimeError`` when one was not saved, ``OSError`` when a door went away.
    """
    return uvloop.run(_answer_for(screens, questions, seconds))


async def _answer_for(screens: Sequence[Screen], questions: int, seconds: float) -> tuple[float, list[float]]:
    loop = asyncio.get_running_loop()
    lines: list[_Line] = []
    for at in range(0, len(screens), _CONNECT_TOGETHER):
        some = [
            loop.create_connection(partial(_Line, screen, questions), "127.0.0.1", screen.port)
            for screen in screens[at : at + _CONNECT_TOGETHER]
        ]
        lines += [line for _, line in await asyncio.gather(*some)]
    began = time.perf_counter()
    for line in lines:
        line.begin(began + seconds)
    await asyncio.gather(*(line.ended for line in lines))
    return time.perf_counter() - began, [second for line in lines for second in line.seconds]


@dataclass
class Written:
    """What a plan led to: the seconds from the planned moment to the acknowledgement, and per sitting and question the
    newest change that was acknowledged.
    """

    seconds: list[float] = field(default_factory=list)
    acknowledged: dict[tuple[int, int], int] = field(default_factory=dict)


def write_on_time(ports: Sequence[int], tokens: Sequence[str], plan: Sequence[tuple[float, int, int]]) -> Written:
    """Send each answer at its moment (seconds, sitting, question), over so few connections as a proxy keeps to a door.

    An answer that has to wait for a free connection has been waiting since its moment. Raises ``RuntimeError`` when one
    was not saved.
    """
    return uvloop.run(_write_on_time(ports, tokens, plan))


async def _write_on_time(
    ports: Sequence[int], tokens: Sequence[str], plan: Sequence[tuple[float, int, int]]
) -> Written:
    written, free = Written(), asyncio.Queue[_Post]()
    for number in range(_POSTS):
        post = _Post(ports[number % len(ports)])
        await post.connect()
        free.put_nowait(post)
    began = time.perf_counter()
    seqs = [0] * len(tokens)

    async def send(post: _Post, at: float, sitting: int, question: int, seq: int) -> None:
        await post.say(tokens[sitting], question, seq)
        written.seconds.append(time.perf_counter() - began - at)
        key = (sitting, question)
        written.acknowledged[key] = max(seq, written.acknowledged.get(key, 0))
        free.put_nowait(post)

    async with asyncio.TaskGroup() as under_way:
        for at, sitting, question in plan:
            early = began + at - time.perf_counter()
            if early > 0:
                await asyncio.sleep(early)
            seqs[sitting] += 1
            under_way.create_task(send(await free.get(), at, sitting, question, seqs[sitting]))
    return written


class _Post:
    """A connection that carries everybody's answers, one at a time; opened again when the door closed it as idle."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def connect(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def say(self, token: str, question: int, seq: int) -> None:
        if self._reader.at_eof():
            await self.connect()
        body = b'{"option": "%b", "seq": %d}' % (_LETTERS[seq % len(_LETTERS)], seq)
        self._writer.write(
            b"PUT /live/answers/%d HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Authorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b" % (question, token.encode(), len(body), body)
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        told = await self._reader.readexactly(_length(head))
        if not head.startswith(b"HTTP/1.1 200") or b'"verdict":"s' not in told:
            raise RuntimeError(f"not saved: {head!r} {told!r}")
