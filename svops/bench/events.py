"""``events``: from the outbox to a subscriber, against bare kombu publishing with confirms to the same queue type."""

import itertools
import os
import sys
import threading
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from kombu.connection import Connection
from kombu.entity import Queue
from kombu.messaging import Consumer, Producer
from sqlalchemy import insert

from chassis.plumbing import OutboxRow
from chassis.topology import declare_subscriber
from chassis.work import Runtime
from contracts.envelope import encode, seal
from contracts.events.grading import ResultPublished
from contracts.people import Mode
from svops.bench.place import Bench, bench_place
from svops.bench.report import Outcome, in_turn, median_ratio
from svops.local.supervisor import Child
from svops.services import BY_NAME

_FLOOR, _AIM = 0.5, 0.8
_SERVICE = "grading_results"
_PREFETCH = 500
_ENOUGH_SECONDS = 120.0


def run(*, is_quick: bool) -> Outcome:
    """Events a second, ours and the yardstick's, in turn."""
    size, rounds = (2_000, 2) if is_quick else (10_000, 5)
    with bench_place() as place:
        os.environ.update(place.variables)
        runtime = BY_NAME[_SERVICE].runtime(pool_size=2)
        queue = declare_subscriber(place.machine.broker.uri, "bench", [ResultPublished])
        _start_relay(place)
        names = itertools.count()
        ours, bare = in_turn(
            (lambda: _ours(place, runtime, queue, size), lambda: _bare(place, size, f"bench.bare.{next(names)}")),
            rounds,
        )
        runtime.close()
    figures = {
        "events a round": size,
        "outbox to subscriber, events/s (median)": sorted(ours)[len(ours) // 2],
        "bare confirmed publishing, events/s (median)": sorted(bare)[len(bare) // 2],
        "ratios by round": ", ".join(f"{a / b:.2f}" for a, b in zip(ours, bare, strict=True)),
    }
    return Outcome("events", median_ratio(ours, bare), _FLOOR, _AIM, figures)


def _body() -> tuple[uuid.UUID, bytes]:
    event = ResultPublished(
        exam_id="bench", candidate_id=str(uuid.uuid4()), mode=Mode.ELECTRONIC, outcome="passed", correct=71,
        published_at=datetime.now(UTC),
    )  # fmt: skip
    envelope = seal(event, source=_SERVICE, at=event.published_at)
    return uuid.UUID(envelope.id), encode(envelope)


def _start_relay(place: Bench) -> None:
    command = (sys.executable, "-m", "svops.command", "serve", "relay", _SERVICE)
    place.machine.supervisor.start(Child(name="relay", command=command, env=place.variables))


def _ours(place: Bench, runtime: Runtime[Any], queue: str, size: int) -> float:
    """Rows are written in one transaction, as a publication of results does; the clock runs until the last arrival."""
    counted = _Counter(place.machine.broker.uri, queue, size)
    counted.start()
    now = datetime.now(UTC)
    rows = [
        {"id": number, "type": ResultPublished.type_name(), "exam_id": "bench", "body": body, "created_at": now}
        for number, body in (_body() for _ in range(size))
    ]
    began = time.perf_counter()
    with runtime.work() as work:
        work.session.execute(insert(OutboxRow), rows)
        work.emitted.append(rows[0]["id"])  # type: ignore[arg-type]  # tells the relay at commit
    counted.join(_ENOUGH_SECONDS)
    if counted.seen < size:
        raise TimeoutError(f"{counted.seen} of {size} events arrived")
    return size / (counted.last_at - began)


def _bare(place: Bench, size: int, name: str) -> float:
    bodies = [body for _, body in (_body() for _ in range(size))]
    with Connection(place.machine.broker.uri, transport_options={"confirm_publish": True}) as connection:
        channel = connection.channel()
        queue = Queue(name, queue_arguments={"x-queue-type": "quorum"}, durable=True)(channel)
        queue.declare()
        producer = Producer(channel, serializer=None)
        began = time.perf_counter()
        for body in bodies:
            producer.publish(body, routing_key=name, content_type="application/cloudevents+json",
                             content_encoding="utf-8", delivery_mode=2)  # fmt: skip
        took = time.perf_counter() - began
        queue.delete()
    return size / took


class _Counter(threading.Thread):
    """A subscriber that counts."""

    def __init__(self, uri: str, queue: str, size: int) -> None:
        super().__init__(daemon=True)
        self.seen, self.last_at = 0, 0.0
        self._uri, self._queue, self._size = uri, queue, size

    def run(self) -> None:
        """Until all have come, or none for long."""
        with Connection(self._uri) as connection:
            queue = Queue(self._queue, no_declare=True)
            with Consumer(connection, [queue], on_message=self._take, prefetch_count=_PREFETCH):
                while self.seen < self._size:
                    try:
                        connection.drain_events(timeout=_ENOUGH_SECONDS)
                    except TimeoutError:
                        return

    def _take(self, message: Any) -> None:
        message.ack()
        self.seen += 1
        self.last_at = time.perf_counter()
