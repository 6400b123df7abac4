"""One machine that runs everything: state folder, lock, secrets, supervisor, database and broker."""

import contextlib
import functools
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, TracebackType
from typing import NoReturn, Self

from svops.local.broker import GivenBroker, PrivateBroker, choose_broker
from svops.local.database import GivenDatabase, PrivateDatabase, choose_database
from svops.local.secrets import Secrets
from svops.local.supervisor import Supervisor
from svops.local.tree import locked, state_root


class LocalMachine:
    """A context manager: inside it ``database`` and ``broker`` serve, ``supervisor`` keeps the rest. Who asks for the
    broker first waits until it is up; there is other work to do meanwhile.

    On the way out, also by Ctrl-C and SIGTERM, everything ends in the reverse order of its start. ``root``
    is the state folder (default: see ``state_root``). Errors on the way in: StateInUseError,
    MissingBrokerError, MissingDatabaseError, NotReadyError.
    """

    supervisor: Supervisor
    database: GivenDatabase | PrivateDatabase

    def __init__(self, root: Path | None = None) -> None:
        self.root = root.resolve() if root else state_root()
        self.secrets = Secrets(self.root)
        self._held = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as held:
            held.enter_context(_sigterm_as_exit())
            lock = held.enter_context(locked(self.root))
            self.supervisor = held.enter_context(Supervisor(self.root / "log", inherited=(lock,)))
            self.database = choose_database(self.root, self.supervisor)
            self._broker = choose_broker(self.root, self.supervisor)
            self._broker.launch()  # the slower one first; both start side by side
            self.database.launch()
            self.database.wait_ready()
            self._held = held.pop_all()
        return self

    @property
    def amqp_uri(self) -> str:
        """Where the broker is, or will be when it is up."""
        return self._broker.uri

    @functools.cached_property
    def broker(self) -> GivenBroker | PrivateBroker:
        """The broker, ready."""
        self._broker.wait_ready()
        return self._broker

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()


@contextlib.contextmanager
def _sigterm_as_exit() -> Iterator[None]:
    """Let SIGTERM unwind the main thread as Ctrl-C does; other threads cannot set handlers."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _exit)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _exit(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
