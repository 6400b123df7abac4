"""The relay: what stands in the outboxes goes to the broker, in order, confirmed, at least once.

One relay publishes a service's outbox at a time (an advisory lock of the service's database). A row is marked only
after the broker's confirm, so a relay that dies in between publishes again and the receivers' inboxes recognise it.
Nothing else publishes events: a broker that blocks holds up the relay and nobody else.
"""

import os
import threading
import time
from collections.abc import Mapping
from typing import Any

import amqp
import psycopg
from psycopg.rows import class_row

from chassis import metrics
from chassis.logging import logger
from chassis.publishing import Confirming, NotConfirmed, OutboxMessage
from chassis.work import Runtime

BATCH_ROWS = 500
POLL_SECONDS = 1.0
STUCK_SECONDS = 30.0
_FIRST_RETRY_SECONDS = 0.2
_LONGEST_RETRY_SECONDS = 5.0
_STUCK_EXIT_CODE = 70
_CONNECT: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "application_name": "svops-relay",
}

_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('relay', 0))"
_WAITING = "SELECT number, id, type, body FROM outbox WHERE published_at IS NULL ORDER BY number LIMIT %s"
_PUBLISHED = "UPDATE outbox SET published_at = %s WHERE number = ANY(%s)"

_log = logger(__name__)


class Relay:
    """Publishes the outbox of one service; ``run`` in a thread of its own."""

    def __init__(self, runtime: Runtime[Any], amqp_uri: str) -> None:
        self.service = runtime.name
        self.moved_at = time.monotonic()  #: when it last published, found nothing to publish, or waited knowingly
        self.trouble: str | None = "not started"
        self._runtime = runtime
        self._amqp_uri = amqp_uri
        self._ending = threading.Event()

    def stop(self) -> None:
        """End after the batch at hand."""
        self._ending.set()

    def run(self) -> None:
        """Publish until ``stop``; whatever breaks is opened again, after a pause that doubles up to five seconds."""
        pause = _FIRST_RETRY_SECONDS
        while not self._ending.is_set():
            self.moved_at = time.monotonic()
            try:
                for _ in self._publishing():
                    pause, self.trouble, self.moved_at = _FIRST_RETRY_SECONDS, None, time.monotonic()
            except (OSError, amqp.AMQPError, psycopg.Error, NotConfirmed) as error:
                self.trouble = f"{type(error).__name__}: {error}"
                metrics.PUBLISH_FAILURES.labels(self.service, type(error).__name__).inc()
                _log.warning("relay_interrupted", service=self.service, error=self.trouble, retry_seconds=pause)
                self._ending.wait(pause)
                pause = min(pause * 2, _LONGEST_RETRY_SECONDS)

    def _publishing(self) -> Any:
        """Yields after every look into the outbox that ended well; returns when told to stop."""
        url = self._runtime.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True, **_CONNECT) as database:
            if not self._has_turn(database):
                yield
                self._ending.wait(POLL_SECONDS)
                return
            database.execute("LISTEN outbox")
            with Confirming(self._amqp_uri, while_blocked=self._wait_knowingly) as broker:
                while not self._ending.is_set():
                    sent = self._publish_batch(database, broker)
                    yield
                    if sent < BATCH_ROWS:
                        self._await_news(database, broker)

    def _wait_knowingly(self) -> None:
        self.trouble, self.moved_at = "the broker blocks publishers: memory or disk alarm", time.monotonic()

    def _has_turn(self, database: psycopg.Connection[Any]) -> bool:
        row = database.execute(_LOCK).fetchone()
        return row is not None and bool(row[0])

    def _publish_batch(self, database: psycopg.Connection[Any], broker: Confirming) -> int:
        with database.cursor(row_factory=class_row(OutboxMessage)) as cursor:
            rows = cursor.execute(_WAITING, (BATCH_ROWS,)).fetchall()
        if rows:
            try:
                broker.publish(rows, self.service)
            except NotConfirmed as error:
                self._mark(database, error.confirmed)
                raise
            self._mark(database, [row.number for row in rows])
        return len(rows)

    def _mark(self, database: psycopg.Connection[Any], numbers: list[int]) -> None:
        database.execute(_PUBLISHED, (self._runtime.clock.now(), numbers))
        metrics.PUBLISHED.labels(self.service).inc(len(numbers))

    def _await_news(self, database: psycopg.Connection[Any], broker: Confirming) -> None:
        for _ in database.notifies(timeout=POLL_SECONDS, stop_after=1):
            return
        broker.beat()


class Watchdog:
    """Ends the process when a relay makes no progress: the supervisor starts a fresh one, with new sockets."""

    def __init__(self, relays: list[Relay], *, stuck_seconds: float = STUCK_SECONDS) -> None:
        self._relays = relays
        self._stuck_seconds = stuck_seconds

    def start(self) -> None:
        """Watch until the process ends."""
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def stuck(self) -> list[str]:
        """Services whose relay has neither published nor looked nor knowingly waited for too long."""
        now = time.monotonic()
        return [relay.service for relay in self._relays if now - relay.moved_at > self._stuck_seconds]

    def _watch(self) -> None:
        rest = threading.Event()
        while not rest.wait(self._stuck_seconds / 10):
            if stuck := self.stuck():
                _log.critical("relay_stuck", services=stuck)
                os._exit(_STUCK_EXIT_CODE)


def run_relay(
    runtimes: Mapping[str, Runtime[Any]],
    amqp_uri: str,
    ending: threading.Event,
    *,
    stuck_seconds: float = STUCK_SECONDS,
) -> None:
    """Publish the outboxes of these services, a thread each, until ``ending`` is set."""
    relays = [Relay(runtime, amqp_uri) for runtime in runtimes.values()]
    threads = [threading.Thread(target=relay.run, name=f"relay-{relay.service}", daemon=True) for relay in relays]
    for thread in threads:
        thread.start()
    Watchdog(relays, stuck_seconds=stuck_seconds).start()
    ending.wait()
    for relay in relays:
        relay.stop()
    for thread in threads:
        thread.join()
