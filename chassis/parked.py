"""The parking queues: looking at what could not be digested, and sending it back once the cause is gone."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import amqp
from amqp.exceptions import NotFound

from chassis import inbox
from chassis.broker import connect
from chassis.topology import TopologyError, parking_queue

_CONFIRM_SECONDS = 10.0
#: Headers that count deaths and deliveries; a message that is sent back begins anew.
_COUNTING = (
    "x-death",
    "x-delivery-count",
    "x-first-death-exchange",
    "x-first-death-queue",
    "x-first-death-reason",
    "x-last-death-exchange",
    "x-last-death-queue",
    "x-last-death-reason",
)


@dataclass(frozen=True, kw_only=True)
class Parked:
    """A message that lies parked: whose, which, from where, why and since when."""

    service: str
    message_id: str
    type: str | None
    queue: str  #: where it died and where a replay sends it
    routing_key: str  #: as it was published first
    reason: str  #: ``rejected`` (nobody can read it) or ``delivery_limit`` (its handler failed every time)
    explanation: str
    deaths: int
    parked_at: datetime | None
    size_bytes: int


def list_parked(uri: str, services: Iterable[str]) -> list[Parked]:
    """All that lies parked of these services, oldest first; every message stays where it is."""
    found = []
    for service in services:
        with _opened(uri, service) as (_, messages):
            found += [_described(service, message) for message in messages]
    return found


def replay(uri: str, service: str, message_id: str | None = None) -> int:
    """Send one parked message (or all) back to the queue in which it died; answers with how many.

    A message leaves the parking queue only after the broker has confirmed it in the other.
    """
    sent = 0
    with _opened(uri, service) as (channel, messages):
        channel.confirm_select()
        confirmed: list[int] = []
        channel.events["basic_ack"].add(lambda tag, _multiple: confirmed.append(tag))
        for message in messages:
            told = _described(service, message)
            if message_id is not None and told.message_id != message_id:
                continue
            sent += 1
            channel.basic_publish(_fresh(message), exchange="", routing_key=told.queue, mandatory=True)
            while max(confirmed, default=0) < sent:
                channel.connection.drain_events(timeout=_CONFIRM_SECONDS)
            channel.basic_ack(message.delivery_tag)
    return sent


@contextmanager
def _opened(uri: str, service: str) -> Iterator[tuple[Any, Iterator[Any]]]:
    """A channel and what lies in the parking queue; what is not acknowledged goes back to its place."""
    with connect(uri) as connection:
        channel = connection.channel()
        queue = parking_queue(service)
        try:
            count = channel.queue_declare(queue, passive=True).message_count
        except NotFound as error:
            raise TopologyError(f"queue {queue} is not declared: run svops migrate") from error
        yield channel, (message for _ in range(count) if (message := channel.basic_get(queue)) is not None)
        channel.close()


def _described(service: str, message: Any) -> Parked:
    headers = message.properties.get("application_headers") or {}
    death: dict[str, Any] = next(iter(headers.get("x-death") or ()), {})
    body = message.body.encode() if isinstance(message.body, str) else bytes(message.body)
    at = death.get("time")
    return Parked(
        service=service,
        message_id=message.properties.get("message_id") or hashlib.sha256(body).hexdigest(),
        type=message.properties.get("type"),
        queue=headers.get("x-first-death-queue") or death.get("queue", ""),
        routing_key=next(iter(death.get("routing-keys") or ()), ""),
        reason=headers.get("x-first-death-reason", "unknown"),
        explanation=_explanation(body, message.properties.get("content_type")),
        deaths=sum(int(one.get("count", 0)) for one in headers.get("x-death") or ()),
        parked_at=at.replace(tzinfo=UTC) if at else None,
        size_bytes=len(body),
    )


def _explanation(body: bytes, content_type: str | None) -> str:
    try:
        inbox.read(body, content_type)
    except inbox.Unreadable as error:
        return str(error)
    return "readable: its handler raised at every delivery; the service's log says why"


def _fresh(message: Any) -> amqp.Message:
    properties = dict(message.properties)
    headers = {
        name: value
        for name, value in (properties.pop("application_headers", None) or {}).items()
        if name not in _COUNTING
    }
    return amqp.Message(message.body, application_headers=headers, **properties)
