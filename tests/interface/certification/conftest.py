"""Certification on a fresh database."""

from collections.abc import Callable

import pytest

from tests.interface.certification.register_house import Register
from tests.interface.house import House


@pytest.fixture
def register(house_of: Callable[[str], House]) -> Register:
    """Nothing is known yet."""
    return Register(house_of("certification"))
