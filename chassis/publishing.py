"""Publishing a batch with confirms: everything is sent, then every confirm is waited for."""

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import amqp

from chassis.broker import HEARTBEAT_SECONDS, connect
from chassis.topology import EVENTS, JOBS, PUBLIC, job_queue
from contracts.envelope import CONTENT_TYPE
from contracts.events import Job, event_type

CONFIRM_SECONDS = 8.0  #: the broker must confirm something in this time, or the connection is given up
_BLOCKED_TICK_SECONDS = 1.0


@dataclass(frozen=True)
class OutboxMessage:
    """A row of the outbox, as it goes out."""

    number: int
    id: uuid.UUID
    type: str
    body: bytes


class NotConfirmed(Exception):  # noqa: N818 - what the batch is
    """A message was refused or could not be routed. ``confirmed``: the rows before it, by number."""

    def __init__(self, text: str, confirmed: list[int]) -> None:
        super().__init__(text)
        self.confirmed = confirmed


def routes(service: str, type_name: str) -> Iterator[tuple[str, str]]:
    """Exchange and routing key of each copy of a message; raises ``KeyError`` for a type this release does not know."""
    kind = event_type(type_name)
    if issubclass(kind, Job):
        yield JOBS, job_queue(service, kind)
        return
    yield EVENTS, type_name
    if kind.public:
        yield PUBLIC, type_name


class Confirming:
    """A connection whose messages the broker confirms; not for several threads.

    ``while_blocked`` is called about once a second while the broker has an alarm and takes nothing.
    """

    def __init__(
        self, uri: str, *, confirm_seconds: float = CONFIRM_SECONDS, while_blocked: Callable[[], None] = lambda: None
    ) -> None:
        self._uri = uri
        self._confirm_seconds = confirm_seconds
        self._while_blocked = while_blocked
        self._is_blocked = False
        self._sent = 0
        self._open: dict[int, OutboxMessage] = {}  #: by delivery tag, in order
        self._bad: dict[int, str] = {}  #: row number → why it is not where it belongs

    def __enter__(self) -> Self:
        self._connection = connect(
            self._uri,
            heartbeat_seconds=HEARTBEAT_SECONDS,
            io_seconds=self._confirm_seconds,
            on_blocked=self._on_blocked,
            on_unblocked=self._on_unblocked,
        )
        self._channel = self._connection.channel()
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._on_ack)
        self._channel.events["basic_nack"].add(self._on_nack)
        self._channel.events["basic_return"].add(self._on_return)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.collect()

    def publish(self, rows: Sequence[OutboxMessage], service: str) -> None:
        """Send all, then wait until all are confirmed; in the rows' order.

        Raises ``NotConfirmed`` when one was refused or has nowhere to go, ``OSError`` or ``AMQPError`` when the
        connection broke or nothing was confirmed for ``confirm_seconds`` though the broker has no alarm.
        """
        self._bad.clear()
        for row in rows:
            try:
                copies = tuple(routes(service, row.type))
            except KeyError:
                self._bad[row.number] = "is of a type that this release does not know"
                break
            for exchange, key in copies:
                self._send(row, exchange, key)
        self._await_confirms()
        if self._bad:
            first = next(row for row in rows if row.number in self._bad)
            before = [row.number for row in rows if row.number < first.number]
            raise NotConfirmed(f"{first.type} {first.id} {self._bad[first.number]}", before)

    def beat(self) -> None:
        """Take in what came, and keep the heartbeat; to be called every few seconds while nothing is published."""
        self._take_in()
        self._connection.heartbeat_check()

    def _send(self, row: OutboxMessage, exchange: str, key: str) -> None:
        message = amqp.Message(
            row.body, content_type=CONTENT_TYPE, delivery_mode=2, message_id=str(row.id), type=row.type
        )
        self._sent += 1
        self._open[self._sent] = row
        self._channel.basic_publish(
            message, exchange=exchange, routing_key=key, mandatory=True, timeout=self._confirm_seconds
        )

    def _await_confirms(self) -> None:
        standing, patience = len(self._open), time.monotonic() + self._confirm_seconds
        while self._open:
            try:
                self._connection.drain_events(timeout=_BLOCKED_TICK_SECONDS)
            except TimeoutError:
                self._connection.heartbeat_check()
            if self._is_blocked:
                self._while_blocked()
            if self._is_blocked or len(self._open) < standing:
                standing, patience = len(self._open), time.monotonic() + self._confirm_seconds
            if self._open and time.monotonic() > patience:
                raise TimeoutError(f"no confirm in {self._confirm_seconds} s")

    def _take_in(self) -> None:
        try:
            while True:
                self._connection.drain_events(timeout=0)
        except TimeoutError:
            return

    def _settle(self, tag: int, *, multiple: bool) -> list[OutboxMessage]:
        if not multiple:
            return [self._open.pop(tag)]
        upto = []
        for standing in self._open:
            if standing > tag:
                break
            upto.append(standing)
        return [self._open.pop(standing) for standing in upto]

    def _on_ack(self, tag: int, multiple: Any) -> None:
        self._settle(tag, multiple=bool(multiple))

    def _on_nack(self, tag: int, multiple: Any) -> None:
        for row in self._settle(tag, multiple=bool(multiple)):
            self._bad[row.number] = "was refused by the broker"

    def _on_return(self, _error: Exception, _exchange: str, _key: str, message: Any) -> None:
        returned = message.properties["message_id"]
        for row in self._open.values():
            if str(row.id) == returned:
                self._bad[row.number] = "has no queue to go to: run svops migrate"

    def _on_blocked(self, _reason: str) -> None:
        self._is_blocked = True

    def _on_unblocked(self) -> None:
        self._is_blocked = False
