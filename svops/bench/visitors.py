"""A hall of candidates who come, log in, wait on their streams, and get their test when it is unlocked."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import uvloop

_UNLOCKED = b"event: unlock"


@dataclass(frozen=True)
class Visitor:
    """A candidate with the envelope in hand, at a computer that talks to one door."""

    port: int
    username: str
    password: str


@dataclass
class Opened:
    """How a hall opened, in seconds, a value a candidate; ``unlocked`` and ``shown`` are counted from the unlocking."""

    logged_in: list[float] = field(default_factory=list)
    unlocked: list[float] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)
    page_bytes: int = 0


class _Line:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def ask(self, method: str, path: str, body: Any = None, token: str = "") -> bytes:
        """The body of a 200; raises ``RuntimeError`` for another answer."""
        await self.send(method, path, body, token)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
        answer = await self._reader.readexactly(length)
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(f"{path}: {answer.decode()}")
        return answer

    async def send(self, method: str, path: str, body: Any = None, token: str = "") -> None:
        """Ask without waiting for the answer."""
        if not hasattr(self, "_writer"):
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
        content = b"" if body is None else json.dumps(body).encode()
        bearer = f"Authorization: Bearer {token}\r\n" if token else ""
        self._writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{bearer}"
            f"Content-Length: {len(content)}\r\n\r\n".encode()
            + content
        )

    async def event(self) -> bytes:
        """What the stream says next."""
        return await self._reader.readuntil(b"\n\n")

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


def open_hall(pipe: Connection, visitors: Sequence[Visitor], seconds: float) -> None:
    """Log in one after the other within so many seconds, wait for the unlocking, ask for the test at once.

    Says so into the pipe when everybody waits, reads from it the ``time.monotonic`` of the unlocking, and says
    ``Opened`` in the end.
    """
    pipe.send(uvloop.run(_open(pipe, visitors, seconds)))


async def _open(pipe: Connection, visitors: Sequence[Visitor], seconds: float) -> Opened:
    opened, pause, arrivals = Opened(), seconds / len(visitors), _Arrivals(len(visitors))
    async with asyncio.TaskGroup() as everybody:
        for number, one in enumerate(visitors):
            everybody.create_task(_come(one, number * pause, opened, arrivals))
        await arrivals.all_in.wait()
        pipe.send("all in")
        unlocked_at = await asyncio.get_running_loop().run_in_executor(None, pipe.recv)
    opened.unlocked = [at - unlocked_at for at in opened.unlocked]
    opened.shown = [at - unlocked_at for at in opened.shown]
    return opened


class _Arrivals:
    """Who is still awaited."""

    def __init__(self, many: int) -> None:
        self._missing = many
        self.all_in = asyncio.Event()

    def one_more(self) -> None:
        """Somebody sits before the waiting page."""
        self._missing -= 1
        if self._missing == 0:
            self.all_in.set()


async def _come(one: Visitor, after: float, opened: Opened, arrivals: _Arrivals) -> None:
    await asyncio.sleep(after)
    line, stream = _Line(one.port), _Line(one.port)
    began = time.monotonic()
    entered = await line.ask("POST", "/live/login", {"username": one.username, "password": one.password})
    opened.logged_in.append(time.monotonic() - began)
    token = json.loads(entered)["token"]
    await stream.send("GET", "/live/stream", token=token)
    await stream.event()
    arrivals.one_more()
    while _UNLOCKED not in await stream.event():
        await line.ask("POST", "/live/here", {}, token)
    opened.unlocked.append(told := time.monotonic())
    shown = await line.ask("GET", "/live/sitting", token=token)
    opened.shown.append(now := time.monotonic())
    opened.asked.append(now - told)
    opened.page_bytes = len(shown)
    if b'"questions":[' not in shown:
        raise RuntimeError(f"no questions: {shown[:300]!r}")
    line.close()
    stream.close()


def ask_all(ports: Sequence[int], path: str, visitors: int) -> list[float]:
    """So many ask for the same at once; the seconds of each."""
    return uvloop.run(_ask_all(ports, path, visitors))


async def _ask_all(ports: Sequence[int], path: str, visitors: int) -> list[float]:
    lines = [_Line(ports[number % len(ports)]) for number in range(visitors)]
    await asyncio.gather(*(line.ask("GET", "/livez") for line in lines))
    began = time.monotonic()

    async def once(line: _Line) -> float:
        await line.ask("GET", path)
        return time.monotonic() - began

    took = list(await asyncio.gather(*(once(line) for line in lines)))
    for line in lines:
        line.close()
    return took
