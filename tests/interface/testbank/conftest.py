"""Testbank on a fresh database, before anything was announced."""

from collections.abc import Callable

import pytest

from tests.interface.house import House
from tests.interface.testbank.preparation import Preparation


@pytest.fixture
def preparation(house_of: Callable[[str], House]) -> Preparation:
    """An exam is yet to be announced."""
    return Preparation(house_of("testbank"))
