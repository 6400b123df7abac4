"""Child processes kept alive: who dies is started again, and nothing outlives the supervisor.

Three things together hold the last promise. Each child is started through ``setpriv --pdeathsig``, so the
kernel signals it when the supervisor is gone. Each child leads a process group of its own, and a guard (a
shell waiting on a pipe) kills these groups when the pipe closes, which reaches grandchildren too. And all
children are started from one thread that lives as long as the supervisor, because the kernel's "parent" is
the thread that forked.
"""

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from chassis.settings import CannotStartError

_log = logging.getLogger(__name__)

_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 5.0
_STEADY_SECONDS = 10.0  # who has lived this long starts again with the first pause
_PROBE_PAUSE_SECONDS = 0.05
_LOG_TAIL_BYTES = 2_000

# Reads the whole list of groups a line; at the end of the pipe kills the last list. The second's wait lets
# PostgreSQL finish its immediate shutdown (sent by pdeathsig), which frees its shared memory.
_GUARD = """
trap '' INT TERM HUP
groups=
while read -r line; do groups=$line; done
[ -n "$groups" ] || exit 0
sleep 1
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
"""

Probe = Callable[[], bool] | str


class NotReadyError(CannotStartError):
    """A child did not become ready in time; the text ends with the tail of its log."""


@dataclass(frozen=True, kw_only=True)
class Child:
    """What to run; ``env`` is the whole environment, ``stop_signal`` asks for an end in order."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    cwd: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 10.0
    death_signal: signal.Signals = signal.SIGKILL


class _Keeper:
    """Keeps one child running until told to end. Lives in the supervisor's event loop only."""

    def __init__(self, child: Child, log: Path, inherited: Sequence[int], announce: Callable[[], None]) -> None:
        self.child = child
        self.log = log
        self.restarts = 0
        self.pid: int | None = None
        self._inherited = inherited
        self._announce = announce
        self._ending = asyncio.Event()
        self._task = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while not self._ending.is_set():
            started = time.monotonic()
            code = await self._run_once()
            if self._ending.is_set():
                return
            if time.monotonic() - started > _STEADY_SECONDS:
                pause = _FIRST_PAUSE_SECONDS
            self.restarts += 1
            _log.warning("%s ended with %s; starting it again in %.1f s", self.child.name, code, pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def _run_once(self) -> int:
        with self.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *("setpriv", "--pdeathsig", self.child.death_signal.name.removeprefix("SIG"), "--"),
                *self.child.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.child.env),
                cwd=self.child.cwd,
                start_new_session=True,
                pass_fds=tuple(self._inherited),
            )
        self.pid = process.pid
        self._announce()
        if self._ending.is_set():  # told to end while the process was being made
            self.send(self.child.stop_signal)
        code = await process.wait()
        self.send(signal.SIGKILL)  # what the dead child left of its group
        self.pid = None
        self._announce()
        return code

    def send(self, number: signal.Signals) -> None:
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    async def end(self, first: signal.Signals) -> None:
        self._ending.set()
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, first)
        done, _ = await asyncio.wait({self._task}, timeout=self.child.grace_seconds)
        if not done:
            _log.warning("%s did not end in %s s; killing it", self.child.name, self.child.grace_seconds)
            self.send(signal.SIGKILL)
        await self._task


class Supervisor:
    """Starts, watches and stops named children; their output goes to ``log_folder/NAME.log``.

    A context manager; on the way out it stops its children in the reverse order of their start.
    ``inherited`` are file descriptors that every child keeps open (the lock of the state folder). Safe to
    use from several threads.
    """

    def __init__(self, log_folder: Path, inherited: Sequence[int] = ()) -> None:
        self._log_folder = log_folder
        self._inherited = tuple(inherited)
        self._keepers: dict[str, _Keeper] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="supervisor", daemon=True)
        self._guard = subprocess.Popen(["/bin/sh", "-c", _GUARD], stdin=subprocess.PIPE, start_new_session=True)
        log_folder.mkdir(parents=True, exist_ok=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self, child: Child) -> None:
        """Start a child and keep it running. Errors: a child of this name is kept already (ValueError)."""
        self._do(self._start(child))

    def stop(self, name: str) -> None:
        """End a child in order: its stop signal, after the grace SIGKILL. An unknown name is no error."""
        if keeper := self._keepers.get(name):
            self._do(self._end(name, keeper.child.stop_signal))

    def kill(self, name: str, *, stay_down: bool = False) -> None:
        """SIGKILL to the child's group, as a crash would; it starts again unless it is to ``stay_down``."""
        if stay_down:
            self._do(self._end(name, signal.SIGKILL))
        else:
            self._do(self._kill(name))

    def pid(self, name: str) -> int | None:
        """The process id of a running child; None between death and restart, and for an unknown name."""
        keeper = self._keepers.get(name)
        return keeper.pid if keeper else None

    def restarts(self, name: str) -> int:
        """How often the child has been started again."""
        return self._keepers[name].restarts

    def names(self) -> list[str]:
        """The children kept, in the order of their start."""
        return list(self._keepers)

    def wait_ready(self, name: str, probe: Probe, timeout_seconds: float = 30.0) -> None:
        """Wait until ``probe`` holds: a callable, or a URL that answers 2xx. Errors: NotReadyError."""
        deadline = time.monotonic() + timeout_seconds
        with httpx.Client(timeout=1.0, verify=False) as client:  # noqa: S501 - a probe on loopback speaks no TLS
            is_ready = _url_probe(client, probe) if isinstance(probe, str) else probe
            while not is_ready():
                if time.monotonic() > deadline:
                    raise NotReadyError(self._why_not_ready(name, timeout_seconds))
                time.sleep(_PROBE_PAUSE_SECONDS)  # a listening socket of another process sends no event

    def close(self) -> None:
        """Stop every child, last started first, then the guard. Does nothing the second time."""
        if self._loop.is_closed():
            return
        for name in reversed(self.names()):
            self.stop(name)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._guard.communicate()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _start(self, child: Child) -> None:
        if child.name in self._keepers:
            message = f"{child.name} is running already"
            raise ValueError(message)
        log = self._log_folder / f"{child.name}.log"
        self._keepers[child.name] = _Keeper(child, log, self._inherited, self._tell_guard)

    async def _end(self, name: str, first: signal.Signals) -> None:
        keeper = self._keepers[name]
        if first is signal.SIGKILL:
            keeper.send(first)
        await keeper.end(first)
        self._keepers.pop(name, None)

    async def _kill(self, name: str) -> None:
        self._keepers[name].send(signal.SIGKILL)

    def _tell_guard(self) -> None:
        groups = [str(keeper.pid) for keeper in self._keepers.values() if keeper.pid is not None]
        if self._guard.stdin:
            os.write(self._guard.stdin.fileno(), (" ".join(groups) + "\n").encode())

    def _why_not_ready(self, name: str, seconds: float) -> str:
        log = self._log_folder / f"{name}.log"
        tail = log.read_bytes()[-_LOG_TAIL_BYTES:].decode(errors="replace") if log.exists() else ""
        return f"{name} was not ready after {seconds:.0f} s; its log ends:\n{tail}"


def _url_probe(client: httpx.Client, url: str) -> Callable[[], bool]:
    def is_ready() -> bool:
        try:
            return client.get(url).is_success
        except httpx.HTTPError:
            return False

    return is_ready
