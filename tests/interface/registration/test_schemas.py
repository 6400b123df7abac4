"""A migrated database is what the tables in the code say."""

import pytest

from chassis.database import difference, is_at_head
from tests.interface.house import Templates


@pytest.mark.parametrize("service", ["registration", "admission"])
def test_the_migrations_lead_to_the_tables_of_the_code(service: str, templates: Templates) -> None:
    name = templates.copy(service)
    try:
        assert is_at_head(f"services.{service}", templates.address(name))
        assert difference(f"services.{service}", templates.address(name)) == []
    finally:
        templates.drop(name)
