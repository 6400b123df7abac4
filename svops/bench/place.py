"""A place to measure in: a database and a broker of the bench's own, and one service on them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from svops import serve
from svops.environment import Environment, Place
from svops.local.machine import LocalMachine
from svops.migrating import migrate
from svops.services import SERVICES


@dataclass(frozen=True)
class Bench:
    """Where a bench runs, and the environment of its processes."""

    machine: LocalMachine
    variables: dict[str, str]


@contextmanager
def bench_place() -> Iterator[Bench]:
    """Everything migrated and declared, no process of the house started."""
    with tempfile.TemporaryDirectory(prefix="svops-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        with LocalMachine(root) as machine:
            uris = {service.name: machine.database.create(service.name) for service in SERVICES}
            migrate(uris)
            serve.topology().declare(machine.broker.uri)
            place = Place(root, "http://127.0.0.1", "system")
            environment = Environment(place, database_uri=uris.__getitem__, amqp_uri=machine.broker.uri)
            yield Bench(machine, environment.variables())
