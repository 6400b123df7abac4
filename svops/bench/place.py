"""A place to measure in: a database and a broker of the bench's own, and one service on them."""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from svops import serve
from svops.environment import Environment, Place
from svops.local.machine import LocalMachine
from svops.local.ports import remembered_port
from svops.local.supervisor import Child
from svops.migrating import migrate
from svops.services import SERVICES

WEB = ("-m", "svops.command", "serve", "web", "session")  #: a door process with the live door in it
_READY_SECONDS = 60.0


@dataclass(frozen=True)
class Bench:
    """Where a bench runs, and the environment of its processes."""

    machine: LocalMachine
    variables: dict[str, str]


@contextmanager
def bench_place(*, clock: str = "") -> Iterator[Bench]:
    """Everything migrated and declared, no process of the house started. ``clock``: the file of a simulated one."""
    with tempfile.TemporaryDirectory(prefix="svops-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        with LocalMachine(root) as machine:
            uris = {service.name: machine.database.create(service.name) for service in SERVICES}
            migrate(uris)
            serve.topology().declare(machine.broker.uri)
            place = Place(root, "http://127.0.0.1", f"file:{root / clock}" if clock else "system")
            environment = Environment(place, database_uri=uris.__getitem__, amqp_uri=machine.broker.uri)
            yield Bench(machine, environment.variables())


@contextmanager
def serving(place: Bench, name: str, command: Sequence[str], many: int) -> Iterator[list[int]]:
    """So many web processes ``name-0``, ``name-1``, …, ready; their ports. ``command``: Python's arguments."""
    supervisor = place.machine.supervisor
    ports = {f"{name}-{number}": remembered_port(place.machine.root, f"{name}-{number}") for number in range(many)}
    for one, port in ports.items():
        supervisor.start(Child(name=one, command=(sys.executable, *command, "--port", str(port)), env=place.variables))
    for one, port in ports.items():
        supervisor.wait_ready(one, f"http://127.0.0.1:{port}/readyz", _READY_SECONDS)
    try:
        yield list(ports.values())
    finally:
        for one in ports:
            supervisor.stop(one)


def cpu_seconds(pid: int) -> float:
    """What a process has computed so far."""
    fields = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(pid: int) -> float:
    """What a process holds in memory."""
    resident = Path("/proc", str(pid), "statm").read_text().split()[1]
    return int(resident) * os.sysconf("SC_PAGE_SIZE") / 1_000_000
