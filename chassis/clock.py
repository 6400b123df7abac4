"""The only place that asks what time it is."""

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol


class Clock(Protocol):
    """Tells the present instant, in UTC."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""


class SystemClock:
    """The machine's clock; the machine keeps it by NTP."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return datetime.now(UTC)


class FileClock:
    """A simulated clock that all processes of one machine read from one file: rehearsals, demonstrations and tests.

    The file holds ``{"simulated": ISO instant, "real": epoch seconds, "rate": float}``: at real instant ``real`` it was
    ``simulated``, and since then ``rate`` simulated seconds pass in a real one (0 stands still).
    """

    def __init__(self, path: Path, *, real: Callable[[], float] = time.time) -> None:
        self._path = path
        self._real = real
        self._read: tuple[tuple[int, int], dict[str, Any]] = ((0, 0), {})

    def now(self) -> datetime:
        """The simulated instant, aware, UTC."""
        state = self._state()
        elapsed = (self._real() - state["real"]) * state["rate"]
        return datetime.fromisoformat(state["simulated"]) + timedelta(seconds=elapsed)

    def set(self, instant: datetime, *, rate: float = 0.0) -> None:
        """Make it ``instant`` now; readers see the old or the new state, never a half-written one."""
        state = {"simulated": instant.astimezone(UTC).isoformat(), "real": self._real(), "rate": rate}
        beside = self._path.with_suffix(f".{os.getpid()}.new")
        beside.write_text(json.dumps(state), encoding="ascii")
        beside.replace(self._path)

    def _state(self) -> dict[str, Any]:
        found = self._path.stat()
        which = (found.st_ino, found.st_mtime_ns)
        if self._read[0] != which:
            self._read = (which, json.loads(self._path.read_bytes()))
        return self._read[1]


def clock_from(setting: str) -> Clock:
    """``system``, or ``file:PATH`` for a simulated one."""
    if setting == "system":
        return SystemClock()
    kind, _, path = setting.partition(":")
    if kind != "file" or not path:
        raise ValueError(f"a clock is 'system' or 'file:PATH', not {setting!r}")
    return FileClock(Path(path))
