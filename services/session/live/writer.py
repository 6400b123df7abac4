"""The group commit: answers that arrive together go into one transaction; none is acknowledged before it is durable."""

import asyncio
import contextlib
import time
from collections import Counter as Counted
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import psycopg
from prometheus_client import Counter, Histogram

from chassis.clock import Clock
from chassis.logging import logger
from contracts.refusals.session import Busy
from services.session.live.ledger import Arrived, Ledger, LockedSheet, Outcome
from services.session.rules.answers import Answers, Change, Standing
from services.session.settings import Settings

_LOCK = """
SELECT sitting_id::text, line, opens_at, ends_at, closed_at IS NOT NULL, questions, letters, suspended_at IS NOT NULL,
       entries, head, answered, options, seqs
FROM sheets WHERE sitting_id = ANY(%b::uuid[]) ORDER BY sitting_id FOR NO KEY UPDATE"""
_HISTORY = """
INSERT INTO answer_history (action, sitting_id, number, at, line, question, option, seq, client_at, verdict, sha256)
SELECT 'answer', * FROM unnest(%b::uuid[], %b::int4[], %b::timestamptz[], %b::int4[], %b::int4[], %b::text[],
                               %b::int4[], %b::timestamptz[], %b::text[], %b::bytea[])"""
_SHEETS = """
UPDATE sheets SET entries = n.entries, head = n.head, answered = n.answered,
                  changed_at = coalesce(n.changed_at, sheets.changed_at), options = n.options, seqs = n.seqs
FROM unnest(%b::uuid[], %b::int4[], %b::bytea[], %b::int4[], %b::timestamptz[], %b::text[], %b::bytea[])
     AS n (sitting_id, entries, head, answered, changed_at, options, seqs)
WHERE sheets.sitting_id = n.sitting_id"""
#: All are counted, and of one sitting only the first ones are kept: nobody fills the disk with them.
_REFUSED = """
WITH came AS (
    SELECT * FROM unnest(%b::uuid[], %b::timestamptz[], %b::int4[], %b::int4[], %b::text[], %b::int4[],
                         %b::timestamptz[], %b::text[]) WITH ORDINALITY
                  AS came (sitting_id, at, line, question, option, seq, client_at, reason, place)
), counted AS (
    UPDATE sheets SET refused = refused + n.more
    FROM (SELECT sitting_id, count(*) AS more FROM came GROUP BY sitting_id) AS n
    WHERE sheets.sitting_id = n.sitting_id
    RETURNING sheets.sitting_id, refused
), placed AS (
    SELECT came.*, row_number() OVER (PARTITION BY sitting_id ORDER BY place DESC) AS from_last FROM came
)
INSERT INTO refused_answers (sitting_id, at, line, question, option, seq, client_at, reason)
SELECT sitting_id, at, line, question, option, seq, client_at, reason
FROM placed JOIN counted USING (sitting_id) WHERE refused - from_last < %b::int4 ORDER BY place"""

_COMMIT_SECONDS = Histogram(
    "svops_live_commit_seconds",
    "One transaction of answers",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 10),
)
_COMMIT_CHANGES = Histogram(
    "svops_live_commit_changes", "Answers in one transaction", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
)
_ANSWER_SECONDS = Histogram(
    "svops_live_answer_seconds",
    "From an answer's coming until it is told of, the longest in a transaction",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_VERDICTS = Counter("svops_live_verdicts", "Answers by what became of them", ["verdict"])
_LOG = logger(__name__)

#: Instants of one zone are compared without asking a table of zones. Every statement goes by the keys of a few rows; a
#: plan that was made while the tables were empty would read them whole, until somebody had counted them.
_OPTIONS = "-c TimeZone=UTC -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
#: Transactions that may hang at once before answers are turned away without a try.
_MOST_STUCK = 3
Connection = psycopg.AsyncConnection[Any]


#: Hears once what became of each change, or that this is not known.
Tell = Callable[[list[Outcome] | Busy], None]


class _Asked(NamedTuple):
    """What one request wants saved, and who is to hear what became of it."""

    sitting_id: str
    changes: list[Arrived]
    tell: Tell
    came: float


class Writer:
    """Writes the answers of one process over one connection; starts with the first answer, in the loop that brings it.

    A transaction that takes too long is left to its fate (it may yet commit; the client sends the same again, which is
    harmless) and the next one gets another connection.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._url = settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._waiting: deque[_Asked] = deque()
        self._changes_waiting = 0
        self._waiting_of: dict[str, int] = {}
        self._bell = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._stuck: set[asyncio.Task[list[Outcome]]] = set()
        self._is_closing = False

    async def save(self, sitting_id: str, changes: Sequence[Change]) -> list[Outcome]:
        """What became of each change, after the commit; raises ``Busy`` when that is not known or too many wait."""
        told: asyncio.Future[list[Outcome]] = asyncio.Future()

        def tell(became: list[Outcome] | Busy) -> None:
            if told.done():  # the client is gone
                return
            if isinstance(became, Busy):
                told.set_exception(became)
            else:
                told.set_result(became)

        if not self.put(sitting_id, changes, tell):
            raise Busy
        return await told

    def put(self, sitting_id: str, changes: Sequence[Change], tell: Tell) -> bool:
        """Take changes into a next commit, after which ``tell`` is called; False when too many wait already, of all
        sittings or of this one.
        """
        of_all, of_one = self._changes_waiting + len(changes), self._waiting_of.get(sitting_id, 0) + len(changes)
        if of_all > self._settings.live_waiting_changes or of_one > self._settings.live_waiting_of_one:
            return False
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="live-writer")
        at = self._clock.now()
        arrived = [Arrived(sitting_id, change, at) for change in changes]
        self._waiting.append(_Asked(sitting_id, arrived, tell, time.monotonic()))
        self._changes_waiting, self._waiting_of[sitting_id] = of_all, of_one
        self._bell.set()
        return True

    async def close(self) -> None:
        """Write what waits, then hang up."""
        self._is_closing = True
        self._bell.set()
        if self._task is not None:
            await self._task
        await self._hang_up()

    async def _run(self) -> None:
        while not self._is_closing:
            await self._bell.wait()
            self._bell.clear()
            while self._waiting:
                await asyncio.sleep(0)  # the loop reads what has come meanwhile: a fuller commit costs each answer less
                await self._write_next()

    async def _write_next(self) -> None:
        """One transaction with as many as wait; tells each what became of it, or that it is not known."""
        batch = self._take()
        arrived = [one for asked in batch for one in asked.changes]
        try:
            with _COMMIT_SECONDS.time():
                outcomes = await self._write_in_time(arrived)
        except Exception as error:  # noqa: BLE001 - whatever it was, the clients must be told and the next batch written
            _LOG.warning("live_commit_failed", changes=len(arrived), error=f"{type(error).__name__}: {error}")
            await self._hang_up()
            _VERDICTS.labels("busy").inc(len(arrived))
            for asked in batch:
                _tell(asked, Busy())
        else:
            _COMMIT_CHANGES.observe(len(arrived))
            for name, many in Counted(outcome.verdict for outcome in outcomes).items():
                _VERDICTS.labels(name).inc(many)
            told = iter(outcomes)
            for asked in batch:
                _tell(asked, [next(told) for _ in asked.changes])
            _ANSWER_SECONDS.observe(time.monotonic() - batch[0].came)

    def _take(self) -> list[_Asked]:
        """As many as one commit may have; what one client sent stays together."""
        batch: list[_Asked] = []
        most = self._settings.live_batch_changes
        while self._waiting and (not batch or len(self._waiting[0].changes) <= most):
            batch.append(self._waiting.popleft())
            most -= len(batch[-1].changes)
        for asked in batch:
            self._changes_waiting -= len(asked.changes)
            self._waiting_of[asked.sitting_id] -= len(asked.changes)
            if not self._waiting_of[asked.sitting_id]:
                del self._waiting_of[asked.sitting_id]
        return batch

    async def _write_in_time(self, batch: Sequence[Arrived]) -> list[Outcome]:
        if len(self._stuck) >= _MOST_STUCK:
            raise TimeoutError("the database answers none of the transactions before")
        writing = asyncio.create_task(self._write(batch))
        done, _ = await asyncio.wait({writing}, timeout=self._settings.live_write_seconds)
        if done:
            return writing.result()
        self._stuck.add(writing)
        writing.add_done_callback(self._forget)
        self._connection = None
        if len(self._stuck) >= _MOST_STUCK:
            for one in self._stuck:  # a line may be dead without having said so: nothing else would end these
                one.cancel()
        raise TimeoutError("the transaction takes too long")

    def _forget(self, writing: asyncio.Task[list[Outcome]]) -> None:
        self._stuck.discard(writing)
        if not writing.cancelled() and (error := writing.exception()) is not None:
            _LOG.warning("live_commit_failed_late", error=f"{type(error).__name__}: {error}")

    async def _write(self, batch: Sequence[Arrived]) -> list[Outcome]:
        connection = await self._connected()
        try:
            return await self._write_over(connection, batch)
        finally:
            if connection is not self._connection:
                await connection.close()

    async def _write_over(self, connection: Connection, batch: Sequence[Arrived]) -> list[Outcome]:
        sittings = list({one.sitting_id for one in batch})
        async with connection.pipeline():
            await connection.execute("BEGIN")
            locked = await connection.execute(_LOCK, (sittings,), prepare=True, binary=True)
            ledger = Ledger(_sheets(await locked.fetchall()), self._settings.live_most_entries)
            outcomes = [ledger.enter(one) for one in batch]
            await _save(connection, ledger, self._settings.live_refused_kept)
            ended = await connection.execute("COMMIT")
        if ended.statusmessage != "COMMIT":
            raise psycopg.OperationalError(f"the transaction ended with {ended.statusmessage}")
        return outcomes

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            connection = await psycopg.AsyncConnection.connect(
                self._url,
                autocommit=True,
                connect_timeout=max(2, int(self._settings.live_write_seconds)),
                options=_OPTIONS,
            )
            if asyncio.current_task() in self._stuck:  # the next one has a connection of its own by now
                await connection.close()
                raise TimeoutError("the connection came too late")
            self._connection = connection
        return self._connection

    async def _hang_up(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                await self._connection.close()
            self._connection = None


def _tell(asked: _Asked, became: list[Outcome] | Busy) -> None:
    try:
        asked.tell(became)
    except Exception as error:  # noqa: BLE001 - whatever one client's line does, the others are told
        _LOG.error("live_not_told", exc_info=error)


def _sheets(rows: Iterable[tuple[Any, ...]]) -> dict[str, LockedSheet]:
    return {
        row[0]: LockedSheet(Standing(*row[1:8]), row[8], row[9], row[10], answers=Answers(*row[11:])) for row in rows
    }


async def _save(connection: Connection, ledger: Ledger, refused_kept: int) -> None:
    if ledger.history:
        await connection.execute(_HISTORY, _columns(ledger.history), prepare=True)
        sheets = [_row(one, ledger.sheets[one]) for one in ledger.touched]
        await connection.execute(_SHEETS, _columns(sheets), prepare=True)
    if ledger.refused:
        await connection.execute(_REFUSED, [*_columns(ledger.refused), refused_kept], prepare=True)


def _row(sitting_id: str, sheet: LockedSheet) -> tuple[Any, ...]:
    stands = sheet.answers
    return sitting_id, sheet.entries, sheet.head, sheet.answered, sheet.changed_at, stands.options, stands.seqs


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
