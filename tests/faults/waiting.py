"""Waiting for what other processes do."""

import time
from collections.abc import Callable

_LONGEST_SECONDS = 60.0
_LOOK_SECONDS = 0.05


def until(holds: Callable[[], bool]) -> None:
    """Raises ``AssertionError`` when it does not hold for too long."""
    end = time.monotonic() + _LONGEST_SECONDS
    while not holds():
        assert time.monotonic() < end, "it does not come to hold"
        time.sleep(_LOOK_SECONDS)  # other processes tell nobody how far they are
