"""What a process counts for Prometheus. Labels name services and types, never people or exams."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import amqp
from prometheus_client import REGISTRY, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector, CollectorRegistry
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from chassis.plumbing import OutboxRow
from chassis.topology import UNROUTED_QUEUE, TopologyError, parking_queue, queue_states
from chassis.work import Runtime

HANDLED = Counter("svops_events_handled_total", "Events that had their effect.", ["service", "type"])
DUPLICATES = Counter("svops_events_duplicate_total", "Events that came again and had no second effect.", ["service"])
HANDLER_FAILURES = Counter("svops_handler_failures_total", "Handlers that raised.", ["service", "type"])
HELD = Counter("svops_events_held_total", "Times an event was held because the database was away.", ["service", "type"])
HANDLING_SECONDS = Histogram("svops_handling_seconds", "From delivery to verdict.", ["service", "type"])
REQUEST_SECONDS = Histogram("svops_request_seconds", "Answering a request (RPC).", ["service", "outcome"])
STALE_REQUESTS = Counter("svops_requests_stale_total", "Requests dropped past their deadline.", ["service"])
HUB_LAG_SECONDS = Histogram(
    "svops_hub_lag_seconds", "How late green threads wake.", buckets=(0.01, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5)
)
TIMER_RUNS = Counter("svops_timer_runs_total", "Runs of timers and sweeps.", ["service", "timer", "outcome"])
PUBLISHED = Counter("svops_outbox_published_total", "Outbox rows that the broker confirmed.", ["service"])
PUBLISH_FAILURES = Counter("svops_outbox_failures_total", "Batches that were not confirmed.", ["service", "reason"])
JOB_SECONDS = Histogram(
    "svops_job_seconds",
    "Running a job.",
    ["type", "outcome"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)


class WaitingCollector(Collector):
    """At every scrape: what waits in each outbox and how old the oldest is, and what lies parked."""

    def __init__(self, runtimes: Mapping[str, Runtime[Any]], amqp_uri: str) -> None:
        self._runtimes = runtimes
        self._amqp_uri = amqp_uri

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Gauges by service or queue; what can't be asked just now is left out."""
        waiting = GaugeMetricFamily("svops_outbox_waiting", "Events not yet published.", labels=["service"])
        oldest = GaugeMetricFamily("svops_outbox_oldest_seconds", "Age of the oldest of them.", labels=["service"])
        for name, runtime in self._runtimes.items():
            with contextlib.suppress(SQLAlchemyError):
                _add_outbox(runtime, name, waiting, oldest)
        parked = GaugeMetricFamily("svops_parked_messages", "Messages parked.", labels=["service"])
        unrouted = GaugeMetricFamily("svops_unrouted_messages", "Messages that no binding led anywhere.")
        with contextlib.suppress(OSError, amqp.AMQPError, TopologyError):
            queues = {parking_queue(name): name for name in self._runtimes}
            states = queue_states(self._amqp_uri, [*queues, UNROUTED_QUEUE])
            unrouted.add_metric([], states.pop(UNROUTED_QUEUE).messages)
            for queue, state in states.items():
                parked.add_metric([queues[queue]], state.messages)
        yield from (waiting, oldest, parked, unrouted)


def watch(runtimes: Mapping[str, Runtime[Any]], amqp_uri: str, registry: CollectorRegistry = REGISTRY) -> None:
    """Let every scrape of this process also look into outboxes and parking queues."""
    registry.register(WaitingCollector(runtimes, amqp_uri))


def _add_outbox(runtime: Runtime[Any], name: str, waiting: GaugeMetricFamily, oldest: GaugeMetricFamily) -> None:
    query = select(func.count(), func.min(OutboxRow.created_at)).where(OutboxRow.published_at.is_(None))
    with runtime.engine.connect() as connection:
        count, since = connection.execute(query).one()
    waiting.add_metric([name], count)
    oldest.add_metric([name], max((runtime.clock.now() - since).total_seconds(), 0.0) if since else 0.0)
