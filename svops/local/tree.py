"""The state folder of one machine, ``.svops`` unless told otherwise, and the lock of one command on it."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from chassis.settings import CannotStartError

ROOT_VARIABLE = "SVOPS_ROOT"
#: In the state folder: the clock of what was rehearsed there, and its people with their passwords.
REHEARSAL_CLOCK, REHEARSAL_PEOPLE = "clock.json", "people.json"
_LEFTOVERS_SECONDS = 15.0
_RETRY_SECONDS = 0.1


class StateInUseError(CannotStartError):
    """Another command runs on the same state folder; the text names the process."""


def state_root() -> Path:
    """``SVOPS_ROOT``, otherwise ``.svops`` in the checkout, otherwise in the current folder."""
    if told := os.environ.get(ROOT_VARIABLE):
        return Path(told).resolve()
    checkout = Path(__file__).resolve().parents[2]
    return (checkout if (checkout / "pyproject.toml").exists() else Path.cwd()) / ".svops"


@contextlib.contextmanager
def locked(root: Path) -> Iterator[int]:
    """Hold ``root/lock`` and give its file descriptor; the file holds our process id.

    Children that inherit the descriptor share the lock, so after a killed command it stays locked until its
    last process is gone. Waits for such leftovers; errors at once with StateInUseError where the other
    command lives.
    """
    root.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(root / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _lock(descriptor, root)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int, root: Path) -> None:
    deadline = time.monotonic() + _LEFTOVERS_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(descriptor, 32, 0).decode().strip()
            if _is_running(owner) or time.monotonic() > deadline:
                message = (
                    f"{root} is in use by process {owner}: end it first, or give another folder by {ROOT_VARIABLE}"
                )
                raise StateInUseError(message) from None
            time.sleep(_RETRY_SECONDS)  # a process that ends sends no event to a stranger
        else:
            return


def _is_running(owner: str) -> bool:
    return owner.isdigit() and Path("/proc", owner).exists()
