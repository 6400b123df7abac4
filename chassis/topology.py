"""Exchanges, queues and bindings, as they follow from the contracts and from what each service handles.

Declared by ``svops migrate`` before anything starts; the processes themselves declare nothing, they only check. Every
queue is a quorum queue with a delivery limit, except the stream that keeps the public events for those who come later.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from amqp import AMQPError
from amqp.exceptions import NotFound, PreconditionFailed

from chassis.broker import connect
from chassis.logging import logger
from chassis.settings import CannotStartError
from contracts.events import Event, Job, every

EVENTS = "svops.events"
PUBLIC = "svops.public"
JOBS = "svops.jobs"
PARKED = "svops.parked"
UNROUTED = "svops.unrouted"

UNROUTED_QUEUE = "unrouted"
UNHEARD_QUEUE = "unheard"
STREAM_QUEUE = "public.stream"

DELIVERY_LIMIT = 5  #: a message is delivered once and then so many times again before it is parked

_QUORUM = {"x-queue-type": "quorum"}
_AGAIN_SECONDS = 0.5

_log = logger(__name__)


class TopologyError(CannotStartError):
    """The broker does not have what the contracts say; the text says what, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Subscriptions:
    """What one service listens to: it ``handles`` events, has ``jobs`` for its workers, ``answers`` requests (RPC)."""

    service: str
    handles: tuple[type[Event], ...] = ()
    jobs: tuple[type[Job], ...] = ()
    answers: bool = True


@dataclass(frozen=True)
class QueueSpec:
    """A durable queue: its arguments, and the (exchange, routing key) pairs that lead to it."""

    name: str
    arguments: Mapping[str, Any]
    bindings: frozenset[tuple[str, str]] = frozenset()


def event_queue(service: str) -> str:
    """The one inbound queue of a service."""
    return f"events.{service}"


def rpc_queue(service: str) -> str:
    """Where a service is asked."""
    return f"rpc.{service}"


def parking_queue(owner: str) -> str:
    """Where the messages lie that a service (or public subscriber) could not digest."""
    return f"parked.{owner}"


def job_queue(service: str, job: type[Job] | str) -> str:
    """Where the jobs of one type wait that one service ordered; ``job``: the class or its CloudEvents type."""
    name = job if isinstance(job, str) else job.type_name()
    return f"jobs.{service}.{name.split('.')[-2]}"


def _with_parking(owner: str, **more: Any) -> dict[str, Any]:
    return {
        **_QUORUM,
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": PARKED,
        "x-dead-letter-routing-key": owner,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
        **more,
    }


def _parking(owner: str) -> QueueSpec:
    return QueueSpec(parking_queue(owner), _QUORUM, frozenset({(PARKED, owner)}))


def _of_service(own: Subscriptions) -> Iterator[QueueSpec]:
    service = own.service
    yield _parking(service)
    yield QueueSpec(
        event_queue(service),
        _with_parking(service, **{"x-single-active-consumer": True}),
        frozenset((EVENTS, event.type_name()) for event in own.handles),
    )
    for job in own.jobs:
        name = job_queue(service, job)
        yield QueueSpec(name, _with_parking(service), frozenset({(JOBS, name)}))
    if own.answers:
        yield QueueSpec(rpc_queue(service), {**_QUORUM, "x-delivery-limit": DELIVERY_LIMIT})


def _shared(handled: frozenset[str]) -> Iterator[QueueSpec]:
    yield QueueSpec(UNROUTED_QUEUE, _QUORUM, frozenset({(UNROUTED, "")}))
    unheard = frozenset((EVENTS, event.type_name()) for event in facts() if event.type_name() not in handled)
    yield QueueSpec(UNHEARD_QUEUE, {**_QUORUM, "x-max-length": 1, "x-overflow": "drop-head"}, unheard)
    yield QueueSpec(STREAM_QUEUE, {"x-queue-type": "stream"}, frozenset({(PUBLIC, "#")}))


def facts() -> tuple[type[Event], ...]:
    """Every event of the published language that is no job."""
    return tuple(event for event in every() if not issubclass(event, Job))


@dataclass(frozen=True)
class Topology:
    """All exchanges and queues of a set of services."""

    services: tuple[Subscriptions, ...]
    queues: tuple[QueueSpec, ...] = field(init=False)

    def __post_init__(self) -> None:
        handled = frozenset(event.type_name() for own in self.services for event in own.handles)
        queues = (*_shared(handled), *(queue for own in self.services for queue in _of_service(own)))
        object.__setattr__(self, "queues", queues)

    def declare(self, uri: str) -> None:
        """Bring the broker to this shape; what is already so stays untouched.

        Bindings of events that a service no longer handles are taken away. Raises ``TopologyError`` when something of
        the name exists with other arguments.
        """
        with _connected(uri) as connection:
            for name, kind, arguments in _exchanges():
                _refusing(
                    connection,
                    f"exchange {name}",
                    lambda channel, n=name, k=kind, a=arguments: channel.exchange_declare(
                        n, k, durable=True, auto_delete=False, arguments=a
                    ),
                )
            for queue in self.queues:
                _declare_queue(connection, queue)

    def clear(self, uri: str) -> None:
        """Take every message away: a rehearsal begins with an empty house. Other queues of our names go with theirs.

        A queue of the right arguments stays: a broker that has just started must not lose one while it wakes the
        sender of its dead letters. RabbitMQ 3.10 then gives up all such senders, and refuses their queues from then.
        """
        with _connected(uri) as connection:
            for queue in self.queues:
                channel = connection.channel()
                try:
                    channel.queue_declare(queue.name, durable=True, auto_delete=False, arguments=dict(queue.arguments))
                except PreconditionFailed:
                    connection.channel().queue_delete(queue.name)
                    continue
                if queue.name == STREAM_QUEUE:
                    channel.queue_delete(queue.name)
                else:
                    channel.queue_purge(queue.name)
                channel.close()

    def differences(self, uri: str) -> list[str]:
        """What the broker lacks or has otherwise, a sentence each; nothing is changed."""
        with _connected(uri) as connection:
            looking = _Looking(connection)
            missing_exchanges = [
                f"exchange {name} is not declared: run svops migrate"
                for name, kind, _ in _exchanges()
                if not looking.has_exchange(name, kind)
            ]
            return missing_exchanges + [said for queue in self.queues if (said := looking.difference(queue))]

    def prove(self, uri: str) -> None:
        """Raises ``TopologyError`` with all differences."""
        if wrong := self.differences(uri):
            raise TopologyError("; ".join(wrong))


def patiently(act: Callable[[], None], seconds: float) -> None:
    """Do it once the broker is ready for it: one that answers may still be waking its queues and refuse.

    Raises what it last refused with, when ``seconds`` have passed.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            return act()
        except (OSError, AMQPError, TopologyError) as error:
            if time.monotonic() > end:
                raise
            _log.info("the broker is not ready: %s", error)
            time.sleep(_AGAIN_SECONDS)  # a broker sends no word when it is ready


def declare_subscriber(uri: str, name: str, types: Iterable[type[Event]]) -> str:
    """A quorum queue of its own for another system, bound to these public events; answers with the queue's name.

    Raises ``ValueError`` for an event that is not public, ``TopologyError`` as ``Topology.declare``.
    """
    wanted = tuple(types)
    if closed := [event.type_name() for event in wanted if not event.public]:
        raise ValueError(f"not public: {', '.join(closed)}")
    owner = f"public.{name}"
    bindings = frozenset((PUBLIC, event.type_name()) for event in wanted)
    with _connected(uri) as connection:
        _declare_queue(connection, _parking(owner))
        _declare_queue(connection, QueueSpec(owner, _with_parking(owner), bindings))
    return owner


@dataclass(frozen=True)
class QueueState:
    """How many messages are ready in a queue, and how many consume from it."""

    messages: int
    consumers: int


def queue_states(uri: str, queues: Iterable[str]) -> dict[str, QueueState]:
    """The state of each queue, over one connection; raises ``TopologyError`` when one is not declared."""
    states = {}
    with _connected(uri) as connection:
        for queue in queues:
            try:
                told = connection.channel().queue_declare(queue, passive=True)
            except NotFound as error:
                raise TopologyError(f"queue {queue} is not declared: run svops migrate") from error
            states[queue] = QueueState(told.message_count, told.consumer_count)
    return states


def consumer_count(uri: str, queue: str) -> int:
    """How many consume from the queue; raises ``TopologyError`` when there is no such queue."""
    return queue_states(uri, [queue])[queue].consumers


def message_count(uri: str, queue: str) -> int:
    """How many messages are ready in the queue; raises ``TopologyError`` when there is no such queue."""
    return queue_states(uri, [queue])[queue].messages


def _exchanges() -> tuple[tuple[str, str, dict[str, Any]], ...]:
    return (
        (UNROUTED, "fanout", {}),
        (PARKED, "direct", {}),
        (EVENTS, "topic", {"alternate-exchange": UNROUTED}),
        (PUBLIC, "topic", {"alternate-exchange": UNROUTED}),
        (JOBS, "direct", {}),
    )


@contextmanager
def _connected(uri: str) -> Iterator[Any]:
    with connect(uri) as connection:
        yield connection


def _refusing(connection: Any, what: str, act: Any) -> None:
    channel = connection.channel()
    try:
        act(channel)
    except PreconditionFailed as error:
        raise TopologyError(
            f"{what} exists with other arguments ({error.reply_text}): empty it, delete it, and run svops migrate"
        ) from error
    channel.close()


def _declare_queue(connection: Any, queue: QueueSpec) -> None:
    def declare(channel: Any) -> None:
        channel.queue_declare(queue.name, durable=True, auto_delete=False, arguments=dict(queue.arguments))
        for exchange, key in sorted(_possible(queue) - queue.bindings):
            channel.queue_unbind(queue.name, exchange, key)
        for exchange, key in sorted(queue.bindings):
            channel.queue_bind(queue.name, exchange, key)

    _refusing(connection, f"queue {queue.name}", declare)


def _possible(queue: QueueSpec) -> frozenset[tuple[str, str]]:
    """Every binding by event type that a queue bound by event types could have had in another release."""
    exchanges = {exchange for exchange, key in queue.bindings if key.startswith("bg.")}
    if queue.name.startswith("events."):
        exchanges.add(EVENTS)
    return frozenset((exchange, event.type_name()) for exchange in exchanges for event in facts())


class _Looking:
    """Asks the broker over one channel, and over another when that was closed with the answer no."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._channel = connection.channel()

    def has_exchange(self, name: str, kind: str) -> bool:
        try:
            self._open().exchange_declare(name, kind, passive=True)
        except NotFound:
            return False
        return True

    def difference(self, queue: QueueSpec) -> str | None:
        try:
            self._open().queue_declare(queue.name, passive=True)  # first, so that looking declares nothing
            self._open().queue_declare(queue.name, durable=True, auto_delete=False, arguments=dict(queue.arguments))
        except NotFound:
            return f"queue {queue.name} is not declared: run svops migrate"
        except PreconditionFailed as error:
            return f"queue {queue.name} has other arguments: {error.reply_text}"
        return None

    def _open(self) -> Any:
        if not self._channel.is_open:
            self._channel = self._connection.channel()
        return self._channel
