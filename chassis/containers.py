"""Running nameko services in one process.

The command that does so sets ``PSYCOPG_WAIT_FUNC=wait_selector`` and calls ``eventlet.monkey_patch()`` before it
imports this; ``run_containers`` proves that it has.
"""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import eventlet
from amqp import AMQPError
from nameko.constants import AMQP_URI_CONFIG_KEY
from nameko.runners import ServiceRunner
from sqlalchemy import Connection, text

from chassis import metrics
from chassis.consumer import SettledQueueConsumer
from chassis.entrypoints import RUNTIMES_CONFIG_KEY, handled_types
from chassis.health import Check, Health, database_check, topology_check
from chassis.logging import logger
from chassis.topology import Subscriptions, Topology, TopologyError, patiently, queue_states
from chassis.work import Runtime

GRACE_SECONDS = 25
_HUB_TICK_SECONDS = 0.25
_SLEEPERS = 6
_SLEEP_SECONDS = 0.5
_TOGETHER_SECONDS = _SLEEPERS * _SLEEP_SECONDS / 2
_WAIT_FUNC = "PSYCOPG_WAIT_FUNC"

_log = logger(__name__)


class NotGreen(Exception):  # noqa: N818 - what the process is
    """The process would stand still at every question to the database; the text says why."""


def run_containers(
    classes: Iterable[type],
    runtimes: Mapping[str, Runtime[Any]],
    amqp_uri: str,
    *,
    subscriptions: Iterable[Subscriptions],
    health_host: str = "127.0.0.1",
    health_port: int = 0,
    on_ready: Callable[[int], None] = lambda _port: None,
    patience_seconds: float = 45.0,
) -> None:
    """Serve until SIGTERM; ``on_ready`` is told the port of ``/readyz`` once everything consumes.

    ``patience_seconds``: for a broker that starts at the same time.

    Instead of starting it raises ``NotGreen`` or, of a broker that does not become as the contracts say,
    ``TopologyError``; later whatever a container died of. The process must then end; its supervisor starts it again.
    """
    classes, topology = tuple(classes), Topology(tuple(subscriptions))
    prove_overlap(next(iter(runtimes.values())))  # patched is the process, not a service
    _prove_subscriptions(classes, topology)
    patiently(lambda: topology.prove(amqp_uri), patience_seconds)
    runner = ServiceRunner({AMQP_URI_CONFIG_KEY: amqp_uri, RUNTIMES_CONFIG_KEY: runtimes})
    for service in classes:
        runner.add_service(service)
    health = Health(_checks(runner, runtimes, topology, amqp_uri), host=health_host, port=health_port)
    metrics.watch(runtimes, amqp_uri)
    health.start()
    eventlet.spawn_n(_watch_hub)
    _stop_on_sigterm(runner)
    runner.start()
    on_ready(health.port)
    try:
        runner.wait()
    finally:
        health.close()


def prove_overlap(runtime: Runtime[Any]) -> None:
    """Sleeps side by side in the database must take much less than one after another; raises ``NotGreen``."""

    def sleep_in_database(connection: Connection) -> None:
        connection.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": _SLEEP_SECONDS})

    with contextlib.ExitStack() as held:
        connections = [held.enter_context(runtime.engine.connect()) for _ in range(_SLEEPERS)]
        began = time.monotonic()
        list(eventlet.GreenPool(_SLEEPERS).imap(sleep_in_database, connections))
        took = time.monotonic() - began
    if took > _TOGETHER_SECONDS:
        raise NotGreen(
            f"{_SLEEPERS} sleeps of {_SLEEP_SECONDS} s took {took:.1f} s: set {_WAIT_FUNC}=wait_selector and patch "
            f"with eventlet before psycopg is imported ({_WAIT_FUNC} is {os.environ.get(_WAIT_FUNC)!r})"
        )


def _prove_subscriptions(classes: Iterable[type[Any]], topology: Topology) -> None:
    declared = {own.service: frozenset(own.handles) for own in topology.services}
    for service in classes:
        if handled_types(service) != declared.get(service.name):
            raise TopologyError(f"{service.name}: its subscriptions are not what its class handles")


def _checks(
    runner: ServiceRunner, runtimes: Mapping[str, Runtime[Any]], topology: Topology, amqp_uri: str
) -> dict[str, Check]:
    checks = {f"database:{name}": database_check(runtime) for name, runtime in runtimes.items()}
    checks["topology"] = topology_check(topology, amqp_uri)
    checks["consumers"] = lambda: "; ".join(_silent(runner, amqp_uri)) or None
    return checks


def _silent(runner: ServiceRunner, amqp_uri: str) -> list[str]:
    """Queues from which this process, or by the broker's word nobody, consumes."""
    queues = [
        extension
        for container in runner.containers
        for extension in container.subextensions
        if isinstance(extension, SettledQueueConsumer)
    ]
    if silent := [f"{consumer.queue_name} is not consumed here" for consumer in queues if not consumer.is_consuming]:
        return silent
    try:
        states = queue_states(amqp_uri, [consumer.queue_name for consumer in queues])
    except (OSError, AMQPError, TopologyError) as error:
        return [str(error)]
    return [f"{queue} has no consumer" for queue, state in states.items() if state.consumers == 0]


def _watch_hub() -> None:
    """Measure how late a green thread wakes: what keeps the hub busy keeps everybody waiting."""
    while True:
        due = time.monotonic() + _HUB_TICK_SECONDS
        eventlet.sleep(_HUB_TICK_SECONDS)
        metrics.HUB_LAG_SECONDS.observe(max(time.monotonic() - due, 0.0))


def _stop_on_sigterm(runner: ServiceRunner) -> None:
    def stop(_signal: int, _frame: Any) -> None:
        _log.info("stopping")
        eventlet.spawn_after(GRACE_SECONDS, os._exit, 1)
        eventlet.spawn_n(runner.stop)

    signal.signal(signal.SIGTERM, stop)
