"""The whole system on one machine: database, broker, and every process, kept alive until the end of a block."""

import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from chassis.topology import patiently
from svops import serve
from svops.environment import Environment, Place
from svops.local.machine import LocalMachine
from svops.local.ports import remembered_port
from svops.local.supervisor import Child
from svops.migrating import migrate
from svops.services import SERVICES

WORKERS = 2
_START_SECONDS = 60.0


class System(AbstractContextManager["System"]):
    """A context manager: inside it everything serves. ``clock_file``: of a simulated clock, the machine's without one.

    ``port``: of the web door; a free one is found (and remembered) when it is 0.
    """

    def __init__(self, machine: LocalMachine, *, clock_file: Path | None = None, port: int = 0) -> None:
        self.machine = machine
        port = port or remembered_port(machine.root, "web")
        clock = f"file:{clock_file}" if clock_file else "system"
        self.place = Place(machine.root, f"http://127.0.0.1:{port}", clock)
        self._port = port

    @property
    def operator_token_key(self) -> str:
        """The key with which the command signs its operator's requests."""
        secrets = self.machine.secrets
        return secrets.text(secrets.ed25519_key("operator-token"))

    def __enter__(self) -> Self:
        databases = {service.name: self.machine.database.create(service.name) for service in SERVICES}
        migrate(databases)
        environment = Environment(self.place, database_uri=databases.__getitem__, amqp_uri=self.machine.amqp_uri)
        variables = environment.variables()
        probes = self._start_processes(variables)  # they load while the broker starts
        topology, uri = serve.topology(), self.machine.broker.uri
        patiently(lambda: topology.declare(uri), _START_SECONDS)
        for name, probe in probes.items():
            self.machine.supervisor.wait_ready(name, probe, _START_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in reversed(self.process_names()):
            self.machine.supervisor.stop(name)

    @staticmethod
    def process_names() -> list[str]:
        """The processes of the house, in the order of their start."""
        return ["relay", "nameko", *(f"worker-{number}" for number in range(1, WORKERS + 1)), "web"]

    def _start_processes(self, variables: Mapping[str, str]) -> dict[str, str]:
        """Start them; where each says that it is ready."""
        probes = {}
        for name in self.process_names():
            kind = name.partition("-")[0]
            port = self._port if kind == "web" else remembered_port(self.machine.root, f"health-{name}")
            command = (sys.executable, "-m", "svops.command", "serve", kind, "--port", str(port))
            self.machine.supervisor.start(Child(name=name, command=command, env=dict(variables)))
            probes[name] = f"http://127.0.0.1:{port}/readyz"
        return probes
