"""docker-compose.yml as plain processes: the same commands and environments, on the paths and ports of a test."""

import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import yaml

from svops.local.ports import remembered_port

CHECKOUT = Path(__file__).parents[2]
COMPOSE: Mapping[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text(encoding="utf-8"))
#: The containers that run a command of ours.
OURS: Mapping[str, Mapping[str, Any]] = {
    name: container for name, container in COMPOSE["services"].items() if container["image"].startswith("svops:")
}
SERVING = tuple(name for name in OURS if name != "migrate")
_DEFAULT = re.compile(r"\$\{\w+:-([^}]*)\}")
_END_SECONDS = 40.0
_STARTS = 3


def secret_names(container: Mapping[str, Any]) -> set[str]:
    """The secrets that a container is given."""
    return {one if isinstance(one, str) else one["source"] for one in container.get("secrets", ())}


class Composed:
    """Turns what the compose file says of a container into a process on a machine whose secrets are in ``root``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def environment(self, name: str) -> dict[str, str]:
        """The whole environment of a container: its own, its env files, and nothing of the caller's."""
        container = OURS[name]
        found = {"PATH": str(Path(sys.executable).parent), "HOME": str(self.root), "LANG": "C.UTF-8"}
        for path in container.get("env_file", ()):
            lines = self._secret_file(path).read_text(encoding="utf-8").splitlines()
            found |= dict(line.split("=", 1) for line in lines)
        return found | {key: self._value(str(value)) for key, value in container["environment"].items()}

    def command(self, name: str, port: int | None = None) -> list[str]:
        """What a container runs, on 127.0.0.1 and this port."""
        program, *words = OURS[name]["command"]
        places = {"0.0.0.0": "127.0.0.1", "8000": str(port)}  # noqa: S104 - as the container listens
        return [str(Path(sys.executable).with_name(program)), *(places.get(word, word) for word in words)]

    def _value(self, value: str) -> str:
        value = _DEFAULT.sub(r"\1", value)
        if value.startswith("/run/secrets/"):
            file = COMPOSE["secrets"][value.removeprefix("/run/secrets/")]["file"]
            return str(self._secret_file(file))
        return value.replace("/var/lib/svops/files", str(self.root / "files"))

    def _secret_file(self, path: str) -> Path:
        return self.root / "secrets" / Path(path).name


class Running(AbstractContextManager["Running"]):
    """A context manager: the process of one container, started again when it dies early; gone on the way out."""

    def __init__(self, composed: Composed, name: str) -> None:
        port = remembered_port(composed.root, f"composed-{name}")
        self.name = name
        self.probe = f"http://127.0.0.1:{port}/readyz"
        self.log = composed.root / "log" / f"composed-{name}.log"
        self._command = composed.command(name, port)
        self._environment = composed.environment(name)
        self._starts = 0

    def __enter__(self) -> Self:
        self._start()
        return self

    def _start(self) -> None:
        self._starts += 1
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self._command, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )

    def is_ready(self) -> bool:
        """``/readyz`` answers 200. Who ends is started again, as by ``restart: unless-stopped``: on few cores twenty
        processes that start at once are slow. Raises ``RuntimeError`` with the log when that does not help.
        """
        if self.process.poll() is not None and self._starts < _STARTS:
            self._start()
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended with {self.process.returncode}: {self.log.read_text()[-3000:]}")
        try:
            return httpx.get(self.probe, timeout=5).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def end(self) -> int:
        """SIGTERM, as ``docker stop`` sends it; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_END_SECONDS)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
