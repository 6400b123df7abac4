"""The four kinds of process. Each serves until SIGTERM, has ``/livez /readyz /metrics``, is replaced when it dies."""

import contextlib
import gc
import os
import resource
import signal
import threading
from collections.abc import Iterator
from typing import Any

from starlette.applications import Starlette
from starlette.types import ASGIApp

from chassis import logging
from chassis.health import Check, Health, database_check, topology_check
from chassis.relay import run_relay
from chassis.topology import Subscriptions, Topology
from chassis.web import front
from chassis.work import Runtime
from chassis.worker import run_worker
from svops.services import SERVICES, Service

_HOME = "/registration/"
_KEPT_ALIVE_SECONDS = 75  #: longer than proxies keep a line, and than screens say nothing
_COLLECT_AFTER = 20_000  #: new objects; a request under way in each of a thousand connections is no garbage


def serve_nameko(services: tuple[Service, ...], *, health_host: str, health_port: int) -> None:
    """The nameko doors of these services in one process, patched by eventlet before this module was imported."""
    from chassis.containers import run_containers  # noqa: PLC0415 - nameko belongs into this kind of process only

    logging.configure("nameko")
    runtimes = {service.name: service.runtime(pool_size=4) for service in services}
    run_containers(
        [service.door() for service in services],
        runtimes,
        _amqp_uri(runtimes),
        health_host=health_host,
        health_port=health_port,
        subscriptions=[service.subscriptions() for service in services],
    )


def serve_web(services: tuple[Service, ...], *, host: str, port: int) -> None:
    """The web doors of these services under one address.

    Where ``FORWARDED_ALLOW_IPS`` names the proxies in front, they are believed who asks and whether by HTTPS.
    """
    import uvicorn  # noqa: PLC0415 - no other kind of process has it

    from chassis.lane import protocol  # noqa: PLC0415 - brings uvicorn

    logging.configure("web")
    app = web_front(services)
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))  # each screen of a hall holds a stream open
    gc.freeze()  # what is loaded now lives as long as the process: no collection need look at it again
    gc.set_threshold(_COLLECT_AFTER)
    uvicorn.run(
        app,
        host=host,
        port=port,
        http=protocol(app.state.lane),
        log_config=None,
        access_log=False,
        timeout_keep_alive=_KEPT_ALIVE_SECONDS,
        timeout_graceful_shutdown=10,
        server_header=False,
        proxy_headers="FORWARDED_ALLOW_IPS" in os.environ,  # uvicorn reads the addresses itself
    )


def web_front(services: tuple[Service, ...]) -> Starlette:
    """The ASGI application of one web process; longer prefixes first, so that each door gets its own paths."""
    apps: dict[str, ASGIApp] = {}
    runtimes: list[Runtime[Any]] = []
    lane = None
    for service in sorted(services, key=lambda one: -len(one.prefix)):
        runtime = service.runtime()
        runtimes.append(runtime)
        apps[service.prefix] = service.module("web").create_app(runtime)
        if service.live_prefix:
            live = apps[service.live_prefix] = service.module("live").create_live_app(runtime)
            lane = live.state.lane
    made = front(apps, _HOME, runtimes)
    made.state.lane = lane
    return made


def serve_worker(services: tuple[Service, ...], *, health_host: str, health_port: int) -> None:
    """Jobs of these services, one at a time; start one process a core."""
    logging.configure("worker")
    runtimes = {service.name: service.runtime(pool_size=2) for service in services}
    jobs = {service.name: service.jobs() for service in services if service.jobs()}
    queues = Topology(tuple(Subscriptions(service=name, jobs=tuple(own)) for name, own in jobs.items()))
    with _health(queues, runtimes, health_host, health_port):
        run_worker(runtimes, jobs, _amqp_uri(runtimes), _ending())


def serve_relay(services: tuple[Service, ...], *, health_host: str, health_port: int) -> None:
    """The outboxes of these services; a second one waits for the first to end. It is given no service's own secrets."""
    logging.configure("relay")
    runtimes = {service.name: service.bare_runtime(pool_size=2) for service in services}
    with _health(Topology(()), runtimes, health_host, health_port):
        run_relay(runtimes, _amqp_uri(runtimes), _ending())


def _amqp_uri(runtimes: dict[str, Runtime[Any]]) -> str:
    return str(next(iter(runtimes.values())).settings.amqp_uri)


def _ending() -> threading.Event:
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    return ending


@contextlib.contextmanager
def _health(queues: Topology, runtimes: dict[str, Runtime[Any]], host: str, port: int) -> Iterator[None]:
    checks: dict[str, Check] = {f"database:{name}": database_check(runtime) for name, runtime in runtimes.items()}
    checks["topology"] = topology_check(queues, _amqp_uri(runtimes))
    health = Health(checks, host=host, port=port)
    health.start()
    try:
        yield
    finally:
        health.close()


def topology() -> Topology:
    """Everything on the broker that the contracts say, for all services."""
    return Topology(tuple(service.subscriptions() for service in SERVICES))
