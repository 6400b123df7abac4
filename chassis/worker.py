"""The work door: a plain process that takes one job at a time, keeps its heartbeats, and acknowledges when it is done.

The job runs in the one worker thread while the main thread talks to the broker; no library is patched here.
"""

import contextlib
import queue
import selectors
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import amqp

from chassis import inbox, metrics
from chassis.broker import HEARTBEAT_SECONDS, connect
from chassis.logging import follow, logger
from chassis.topology import job_queue
from chassis.work import Runtime
from contracts.envelope import Envelope
from contracts.events import Event, Job

Carry = Callable[[Runtime[Any], Any], None]  #: does one job; idempotent; opens its own transactions

_TICK_SECONDS = 1.0
_FIRST_RETRY_SECONDS = 0.2
_LONGEST_RETRY_SECONDS = 5.0

_log = logger(__name__)


@dataclass(frozen=True)
class _Order:
    """A job on its way through the worker thread."""

    message: Any
    envelope: Envelope
    job: Event
    runtime: Runtime[Any]
    carry: Carry


class _Bench:
    """The thread that works: orders in, verdicts out, and a socket that wakes whoever waits for a verdict."""

    def __init__(self, ending: threading.Event) -> None:
        self.verdicts: queue.SimpleQueue[tuple[_Order, BaseException | None]] = queue.SimpleQueue()
        self.bell, self._ring = socket.socketpair()
        self._ending = ending
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="bench", daemon=True)
        self._thread.start()

    def give(self, order: _Order) -> None:
        """Work this off after what was given before."""
        self._orders.put(order)

    def close(self) -> None:
        """End after the order at hand; those not begun come again."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._orders.get_nowait()
        self._orders.put(None)
        self._thread.join()
        self.bell.close()
        self._ring.close()

    def _run(self) -> None:
        while (order := self._orders.get()) is not None:
            self.verdicts.put((order, self._work(order)))
            self._ring.send(b"!")

    def _work(self, order: _Order) -> BaseException | None:
        follow(order.envelope.traceparent)
        attempt = int(order.message.headers.get("x-delivery-count", 0))
        while True:
            error = _attempt(order)
            if error is None:
                return None
            is_away = inbox.is_database_away(error)
            _log.warning(
                "job_failed",
                type=order.envelope.type,
                message_id=order.envelope.id,
                attempt=attempt,
                held=is_away,
                error=f"{type(error).__name__}: {error}",
            )
            self._ending.wait(min(_FIRST_RETRY_SECONDS * 2 ** min(attempt, 10), _LONGEST_RETRY_SECONDS))
            if not is_away or self._ending.is_set():
                return error
            attempt += 1


def _attempt(order: _Order) -> BaseException | None:
    begun = time.monotonic()
    error: BaseException | None = None
    try:
        order.carry(order.runtime, order.job)
    except Exception as raised:  # noqa: BLE001 - whatever a job raises is a verdict on its message, not on the worker
        error = raised
    outcome = "failed" if error else "done"
    metrics.JOB_SECONDS.labels(order.envelope.type, outcome).observe(time.monotonic() - begun)
    return error


class Worker:
    """Takes jobs of these services: ``jobs[service][JobType]`` is what carries one out."""

    def __init__(
        self,
        runtimes: Mapping[str, Runtime[Any]],
        jobs: Mapping[str, Mapping[type[Job], Carry]],
        amqp_uri: str,
        ending: threading.Event,
        *,
        heartbeat_seconds: int = HEARTBEAT_SECONDS,
    ) -> None:
        self._heartbeat_seconds = heartbeat_seconds
        self.is_consuming = False
        self._runtimes = runtimes
        self._jobs = jobs
        self._amqp_uri = amqp_uri
        self._ending = ending
        self._held = 0

    def run(self) -> None:
        """Work until ``ending`` is set; a broker that went is looked for again, for ever."""
        pause = _FIRST_RETRY_SECONDS
        while not self._ending.is_set():
            try:
                self._serve()
                pause = _FIRST_RETRY_SECONDS
            except (OSError, amqp.AMQPError) as error:
                _log.warning("worker_interrupted", error=f"{type(error).__name__}: {error}", retry_seconds=pause)
                self._ending.wait(pause)
                pause = min(pause * 2, _LONGEST_RETRY_SECONDS)
            finally:
                self.is_consuming = False

    def _serve(self) -> None:
        bench = _Bench(self._ending)
        self._held = 0
        connection: Any = None
        try:
            connection = connect(self._amqp_uri, heartbeat_seconds=self._heartbeat_seconds)
            tags = self._consume(connection.channel(), bench)
            self.is_consuming = True
            self._listen(connection, bench)
            for channel, tag in tags:
                channel.basic_cancel(tag)
            while self._held:
                self._once(connection, bench)
        finally:
            if connection is not None:
                connection.collect()
            bench.close()

    def _consume(self, channel: Any, bench: _Bench) -> list[tuple[Any, str]]:
        channel.basic_qos(0, 1, False)  # noqa: FBT003 - per consumer: the global form is refused by RabbitMQ 4.3
        tags = []
        for service, jobs in self._jobs.items():
            for job in jobs:
                tag = channel.basic_consume(
                    job_queue(service, job), callback=lambda raw, s=service: self._take(channel, raw, s, bench)
                )
                tags.append((channel, tag))
        return tags

    def _take(self, channel: Any, raw: Any, service: str, bench: _Bench) -> None:
        message = channel.message_to_python(raw)
        try:
            order = self._order(message, service)
        except inbox.Unreadable as error:
            _log.error("message_parked", queue=message.delivery_info["routing_key"], reason=str(error))
            message.reject()
            return
        self._held += 1
        bench.give(order)

    def _order(self, message: Any, service: str) -> _Order:
        envelope, job = inbox.read(message.body, message.content_type)
        carry = {kind.type_name(): how for kind, how in self._jobs[service].items()}.get(envelope.type)
        if carry is None:
            raise inbox.Unreadable(f"{service} has no job {envelope.type}")
        return _Order(message, envelope, job, self._runtimes[service], carry)

    def _listen(self, connection: Any, bench: _Bench) -> None:
        while not self._ending.is_set():
            self._once(connection, bench)

    def _once(self, connection: Any, bench: _Bench) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(bench.bell, selectors.EVENT_READ)
            selector.register(connection.connection.sock, selectors.EVENT_READ)
            ready = {key.fileobj for key, _ in selector.select(_TICK_SECONDS)}
        if bench.bell in ready:
            bench.bell.recv(1024)
        self._settle(bench)
        _drain(connection)

    def _settle(self, bench: _Bench) -> None:
        while not bench.verdicts.empty():
            order, error = bench.verdicts.get()
            self._held -= 1
            if error is None:
                order.message.ack()
            else:
                order.message.requeue()


def _drain(connection: Any) -> None:
    try:
        while True:
            connection.drain_events(timeout=0)
    except TimeoutError:
        connection.heartbeat_check()


def run_worker(
    runtimes: Mapping[str, Runtime[Any]],
    jobs: Mapping[str, Mapping[type[Job], Carry]],
    amqp_uri: str,
    ending: threading.Event,
    *,
    heartbeat_seconds: int = HEARTBEAT_SECONDS,
) -> None:
    """Carry out jobs one at a time until ``ending`` is set. ``jobs``: service → job type → what carries it out."""
    Worker(runtimes, jobs, amqp_uri, ending, heartbeat_seconds=heartbeat_seconds).run()
