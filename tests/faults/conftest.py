"""One stand for all tests of faults: each leaves it as it found it."""

from collections.abc import Iterator

import pytest

from tests.faults.stand import Stand


@pytest.fixture(scope="session")
def stand() -> Iterator[Stand]:
    """Everything serves."""
    with Stand(disk_megabytes=400) as stand:
        yield stand
