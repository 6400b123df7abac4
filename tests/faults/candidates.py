"""A hall full of candidates who answer over HTTP as their page does: one change by PUT, what has waited by POST, and
the same again until it is acknowledged.
"""

import asyncio
import random
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from services.session.live import tokens
from tests.faults.ledger import Book, Complaint, Fate, Ledger, Sent

LETTERS = "АБВГ"
_ENDS = {"TimeExpired", "SittingClosed"}
_NOT_FOR_GOOD = {502, 503, 504}
_CONNECT_TOGETHER = 64
_PRESSED_WHILE_AWAY = 12
_KEYS_AT_ONCE = (1, 1, 1, 3, 8)  #: somebody presses faster than the line carries
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
_TRIES_AFTER_THE_END = 3
#: How often, of a thousand answers, a candidate's line also does something that it should not.
_REPEATS, _OUT_OF_ORDER, _FOREIGN = 20, 20, 2
_HOURS_WRONG = 30
_STOPPED = (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))


class Desk(NamedTuple):
    """A sitting to be worked on: its claims and token, its end (of ``time.time``), and after how many answers it is
    submitted.
    """

    claims: tokens.Claims
    token: str
    ends_at: float
    submits_after: int


@dataclass
class Counts:
    """What the hall has seen. ``slowest``: the longest that an acknowledgement took, of those that came."""

    acknowledged: int = 0
    by_put: int = 0
    attempts: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    out_of_order: int = 0
    foreign: int = 0
    late_tries: int = 0
    submitted: int = 0
    expired: int = 0
    last_at: float = 0.0
    longest_silence: float = 0.0
    slowest: float = 0.0

    def acknowledge(self, many: int, took: float) -> None:
        """So many changes more, after so many seconds."""
        now = time.monotonic()
        self.slowest = max(self.slowest, took)
        if self.last_at:
            self.longest_silence = max(self.longest_silence, now - self.last_at)
        self.last_at = now
        self.acknowledged += many

    def since(self, earlier: "Counts") -> "Counts":
        """What has happened since a copy was taken."""
        return replace(
            self,
            acknowledged=self.acknowledged - earlier.acknowledged,
            attempts=self.attempts - earlier.attempts,
            failures=self.failures - earlier.failures,
        )

    def copy(self) -> "Counts":
        """As it is now; what was longest and slowest is found anew from here."""
        taken = replace(self, failures=Counter(self.failures))
        self.longest_silence = self.slowest = 0.0
        return taken


class AwayError(Exception):
    """No answer came, or the door said that it does not know: the same has to be sent again."""


class _Line(asyncio.Protocol):
    """A keep-alive connection with one request under way. HTTP as far as the door speaks it, and no further."""

    def __init__(self) -> None:
        self._transport: Any = None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._buffer = b""
        self.is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self.is_open = transport, True

    def ask(self, request: bytes) -> "asyncio.Future[tuple[int, bytes]]":
        """Status and body, when they come."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, blank, body = self._buffer.partition(b"\r\n\r\n")
        if blank and len(body) >= _length(head) and self._answer is not None and not self._answer.done():
            self._buffer = b""
            self._answer.set_result((int(head[9:12]), body))

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error or ConnectionResetError("the door hung up"))

    def close(self) -> None:
        self.is_open = False
        if self._answer is not None and not self._answer.done():
            self._answer.cancel()
        if self._transport is not None:
            self._transport.abort()


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


class Hall:
    """Seats, and the desks (sittings) that are worked on at them one after another. Lives in one loop.

    ``doors``: ports; a candidate whose door does not answer tries the next one, as behind a balancer.
    """

    def __init__(self, doors: Sequence[int], desks: Sequence[Desk], key: str, seed: int, patience: float) -> None:
        self.doors = doors
        self.ledger = Ledger()
        self.counts = Counts()
        self.key = key
        self.patience = patience
        self.is_over = asyncio.Event()
        self._desks = deque(desks)
        self._seed = seed
        self.connecting = asyncio.Semaphore(_CONNECT_TOGETHER)

    async def sit(self, seats: int) -> None:
        """Until ``is_over``, and then until everything pressed is acknowledged or refused."""
        await asyncio.gather(*(self._seat(random.Random(f"{self._seed} {seat}"), seat) for seat in range(seats)))

    async def _seat(self, chance: random.Random, seat: int) -> None:
        line = _Doors(self, seat)
        try:
            while self._desks and not self.is_over.is_set():
                desk = self._desks.popleft()
                book = self.ledger.books[desk.claims.sitting_id] = Book(desk.claims.sitting_id)
                await _Candidate(self, line, desk, book, chance).work()
        finally:
            line.close()


class _Doors:
    """A seat's connection, to one door or another."""

    def __init__(self, hall: Hall, seat: int) -> None:
        self._hall = hall
        self._at = seat
        self._line = _Line()

    async def ask(self, method: bytes, path: bytes, token: str, content: Any) -> tuple[int, Any]:
        """Status and what the body says; raises ``AwayError``."""
        body = msgspec.json.encode(content)
        head = b"%b /live/%b HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" % (method, path)
        request = b"%bAuthorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b" % (
            head,
            token.encode(),
            len(body),
            body,
        )
        self._hall.counts.attempts += 1
        try:
            async with asyncio.timeout(self._hall.patience):
                if not self._line.is_open:
                    await self._connect()
                status, said = await self._line.ask(request)
        except (OSError, TimeoutError) as error:
            self._move_on(type(error).__name__)
            raise AwayError from error
        if status in _NOT_FOR_GOOD:
            self._move_on(str(status))
            raise AwayError
        return status, msgspec.json.decode(said)

    async def _connect(self) -> None:
        async with self._hall.connecting:
            port = self._hall.doors[self._at % len(self._hall.doors)]
            _, self._line = await asyncio.get_running_loop().create_connection(_Line, "127.0.0.1", port)

    def _move_on(self, why: str) -> None:
        self._hall.counts.failures[why] += 1
        self._line.close()
        self._at += 1

    def elsewhere(self) -> "_Doors":
        """A second line, over another door."""
        return _Doors(self._hall, self._at + 1)

    def close(self) -> None:
        self._line.close()


class _Change(NamedTuple):
    question: int
    option: str | None
    seq: int
    client_at: datetime | None

    def told(self) -> dict[str, Any]:
        """As the page says it."""
        return {"question": self.question, **self.alone()}

    def alone(self) -> dict[str, Any]:
        """As the page says it of one question."""
        return {"option": self.option, "seq": self.seq, "client_at": self.client_at}


class _Over(Exception):  # noqa: N818 - no error: the sitting has come to its end
    """The door says that the sitting has ended."""


class _Candidate:
    """One candidate over one sheet, with a clock of their own."""

    def __init__(self, hall: Hall, line: _Doors, desk: Desk, book: Book, chance: random.Random) -> None:
        self._hall, self._line, self._desk, self._book, self._chance = hall, line, desk, book, chance
        self._wrong_by = timedelta(hours=chance.uniform(-_HOURS_WRONG, _HOURS_WRONG) * chance.choice((0, 1)))
        self._has_clock = chance.random() > 0.1
        self._stopped = chance.choice(_STOPPED) if chance.random() < 0.05 else None
        self._seq = 0
        self._waiting: dict[int, _Change] = {}
        self._has_submitted = False

    async def work(self) -> None:
        """Answer until the end comes, or the sheet is submitted, or the hall is over."""
        try:
            while not self._hall.is_over.is_set():
                for _ in range(self._chance.choice(_KEYS_AT_ONCE)):
                    self._press()
                await self._deliver()
                await self._stray()
                if self._seq >= self._desk.submits_after:
                    await self._submit()
            await self._deliver()
        except _Over:
            self._hall.counts.expired += not self._has_submitted
            await self._try_after_the_end()

    def _press(self, question: int = 0) -> _Change:
        """A key: the page counts it and keeps it until it is acknowledged; a newer one for the question replaces it."""
        self._seq += 1
        question = question or self._chance.randint(1, 90)
        option = self._chance.choice(LETTERS) if self._chance.random() > 0.05 else None
        at = self._stopped or (datetime.now(UTC) + self._wrong_by if self._has_clock else None)
        change = self._waiting[question] = _Change(question, option, self._seq, at)
        return change

    async def _deliver(self) -> None:
        """Until nothing waits."""
        pause = _FIRST_PAUSE
        while self._waiting:
            try:
                await self._send(list(self._waiting.values()), self._line)
                pause = _FIRST_PAUSE
            except AwayError:
                await asyncio.sleep(pause * self._chance.uniform(0.5, 1.5))  # what the page waits before it tries again
                pause = min(pause * 2, _LONGEST_PAUSE)
                if len(self._waiting) < _PRESSED_WHILE_AWAY and not self._hall.is_over.is_set():
                    self._press()

    async def _send(self, changes: list[_Change], line: _Doors) -> None:
        """As the page: one by PUT, several by POST. Raises ``AwayError``, ``_Over``."""
        for one in changes:
            at = None if self._stopped else one.client_at  # no date of our time is none
            self._book.send(one.seq, Sent(one.question, one.option, at))
        began = time.time()
        if len(changes) == 1:
            (one,) = changes
            status, said = await line.ask(b"PUT", b"answers/%d" % one.question, self._desk.token, one.alone())
            verdicts = [said] if status == 200 else [{"verdict": "refused", "code": said["code"], **_of(one)}]
            self._hall.counts.by_put += status == 200
        else:
            told = [one.told() for one in changes]
            status, said = await line.ask(b"POST", b"answers", self._desk.token, told)
            refused = [{"verdict": "refused", "code": said.get("code"), **_of(one)} for one in changes]
            verdicts = said["verdicts"] if status == 200 else refused
        self._hear(changes, verdicts, began)

    def _hear(self, changes: list[_Change], verdicts: list[dict[str, Any]], began: float) -> None:
        acknowledged = 0
        codes = set()
        for change, verdict in zip(changes, verdicts, strict=True):
            if (verdict["question"], verdict["seq"]) != (change.question, change.seq):
                self._complain(Complaint.CONFUSED, f"{change} {verdict}")
            fate = Fate(verdict["verdict"])
            acknowledged += self._book.told(change.seq, fate)
            if fate is Fate.REFUSED:
                codes.add(verdict["code"])
            elif began >= self._desk.ends_at or self._has_submitted:
                self._complain(Complaint.AFTER_THE_END, f"{change} was sent after the end and is {fate}")
            waits = self._waiting.get(change.question)
            if waits is not None and waits.seq <= change.seq:
                del self._waiting[change.question]
        if acknowledged:
            self._hall.counts.acknowledge(acknowledged, time.time() - began)
        if codes:
            self._refused(codes)

    def _refused(self, codes: set[str]) -> None:
        has_ended = self._has_submitted or time.time() >= self._desk.ends_at
        if codes <= _ENDS and has_ended:
            raise _Over
        self._complain(Complaint.REFUSED_IN_TIME, f"{codes}")

    def _complain(self, of: Complaint, what: str) -> None:
        self._hall.ledger.complain(of, f"{self._desk.claims.sitting_id}: {what}")

    async def _stray(self) -> None:
        """Now and then what a network, a second tab or somebody curious does."""
        strays: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (_REPEATS, self._repeat),
            (_OUT_OF_ORDER, self._misorder),
            (_FOREIGN, self._use_anothers_token),
        ]
        for often, do in strays:
            if self._chance.random() * 1000 < often:
                try:
                    await do()
                except AwayError:
                    await self._deliver()

    async def _repeat(self) -> None:
        """Something that was sent long ago comes again."""
        seq = self._chance.randint(max(1, self._seq - 200), self._seq)
        if seq in self._book.sent:
            self._hall.counts.repeated += 1
            await self._send([_Change(seq=seq, **self._book.sent[seq]._asdict())], self._line)

    async def _misorder(self) -> None:
        """Two changes of one question over two doors at the same time, or the older one after the newer one."""
        question = self._chance.randint(1, 90)
        older, newer = self._press(question), self._press(question)
        self._hall.counts.out_of_order += 1
        second = self._line.elsewhere()
        try:
            if self._chance.random() < 0.5:
                both = await asyncio.gather(
                    self._send([newer], self._line), self._send([older], second), return_exceptions=True
                )
                for error in both:
                    if isinstance(error, BaseException):
                        raise error
            else:
                await self._send([newer], self._line)
                await self._send([older], second)
        finally:
            second.close()

    async def _use_anothers_token(self) -> None:
        """Another sitting's claims under this one's signature, and this sitting over a line that is not live."""
        self._hall.counts.foreign += 1
        anothers = replace_claims(self._desk.claims, sitting_id=self._chance.choice(list(self._hall.ledger.books)))
        body = tokens.issue(self._hall.key, anothers).partition(".")[0]
        forged = f"{body}.{self._desk.token.partition('.')[2]}"
        other_line = tokens.issue(self._hall.key, replace_claims(self._desk.claims, line=2))
        change = {"option": LETTERS[0], "seq": 2**31 - 1}
        for token, expected in ((forged, 401), (other_line, 409)):
            if token == self._desk.token:
                continue
            status, _ = await self._line.ask(b"PUT", b"answers/1", token, change)
            if status != expected:
                self._complain(Complaint.ANOTHERS_TOKEN, f"{status}")

    async def _submit(self) -> None:
        while not self._has_submitted:
            try:
                status, said = await self._line.ask(b"POST", b"submit", self._desk.token, {})
            except AwayError:
                await asyncio.sleep(_FIRST_PAUSE)  # what the page waits before it tries again
                continue
            if status != 200:
                self._refused({said["code"]})
                continue
            self._has_submitted = True
            self._hall.counts.submitted += 1
        raise _Over

    async def _try_after_the_end(self) -> None:
        """Nothing that is sent from now on may be accepted."""
        tries = 0
        while tries < _TRIES_AFTER_THE_END:
            change = self._press()
            self._waiting.clear()
            try:
                await self._send([change], self._line)
            except AwayError:
                await asyncio.sleep(_FIRST_PAUSE)  # the door may be on its way back
                if self._hall.is_over.is_set():
                    return
                continue
            except _Over:
                self._hall.counts.late_tries += 1
            tries += 1


def _of(change: _Change) -> dict[str, int]:
    return {"question": change.question, "seq": change.seq}


def replace_claims(claims: tokens.Claims, **fields: Any) -> tokens.Claims:
    """The claims with others in their place."""
    return msgspec.structs.replace(claims, **fields)
