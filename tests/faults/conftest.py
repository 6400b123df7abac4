"""One stand for all tests of faults: each leaves it as it found it."""

from collections.abc import Iterator

import pytest

from tests.faults.stand import Stand
from tests.interface.conftest import house_of, postgres, templates

__all__ = ["house_of", "postgres", "templates"]


@pytest.fixture(scope="session")
def stand() -> Iterator[Stand]:
    """Everything serves."""
    with Stand(disk_megabytes=400) as stand:
        yield stand
