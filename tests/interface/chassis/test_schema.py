"""Schemas: made by migrations only, the same as the tables in the code, and safe to migrate again."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, create_engine, text
from sqlalchemy.exc import DBAPIError

from chassis.database import SchemaError, difference, is_at_head, make_migration, migrate
from svops.local.database import PrivateDatabase

_TABLES = """
from sqlalchemy.orm import Mapped, mapped_column
from chassis.plumbing import Table, new_metadata

class Base(Table):
    __abstract__ = True
    metadata = new_metadata()

class HallRow(Base):
    __tablename__ = "halls"
    hall: Mapped[str] = mapped_column(primary_key=True)
    seats: Mapped[int]
"""
_ENV = """
from chassis.database import run_migrations
from {package}.tables import Base

run_migrations(Base.metadata)
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exam_id: str) -> Iterator[str]:
    """A service's package with one table and no migration yet."""
    name = exam_id.replace("-", "_")
    folder = tmp_path / name
    (folder / "migrations").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "tables.py").write_text(_TABLES)
    (folder / "migrations" / "env.py").write_text(_ENV.format(package=name))
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    for module in [module for module in sys.modules if module.startswith(name)]:
        del sys.modules[module]


def address(postgres: PrivateDatabase, name: str) -> str:
    return postgres.create(name).replace("postgresql://", "postgresql+psycopg://")


def test_migrations_make_what_the_tables_in_the_code_say(package: str, postgres: PrivateDatabase) -> None:
    path = make_migration(package, "the beginning", address(postgres, f"{package}_draft"))
    assert path.name == "0001_the_beginning.py"
    url = address(postgres, package)
    assert not is_at_head(package, url)
    migrate(package, url)
    migrate(package, url)
    assert is_at_head(package, url)
    assert difference(package, url) == []


def test_a_table_that_has_no_migration_is_seen_and_can_be_given_one(package: str, postgres: PrivateDatabase) -> None:
    url = address(postgres, package)
    make_migration(package, "the beginning", url)
    migrate(package, url)
    tables = import_module(f"{package}.tables").Base.metadata.tables
    tables["halls"].append_column(Column("floor", Integer))
    (found,) = difference(package, url)
    assert found[0] == "add_column"
    make_migration(package, "floors", url)
    migrate(package, url)
    assert difference(package, url) == []


def test_in_a_migrated_database_the_audit_chain_cannot_be_changed(package: str, postgres: PrivateDatabase) -> None:
    url = address(postgres, package)
    make_migration(package, "the beginning", url)
    migrate(package, url)
    engine = create_engine(url)
    for change in ("UPDATE audit SET role = 'x'", "DELETE FROM audit", "TRUNCATE audit"):
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(text(change))
    engine.dispose()


def test_a_migration_that_cannot_have_its_lock_gives_up_soon(package: str, postgres: PrivateDatabase) -> None:
    url = address(postgres, package)
    make_migration(package, "the beginning", url)
    migrate(package, url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("LOCK TABLE audit IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(DBAPIError, match="lock timeout"):
            migrate(package, url)
    engine.dispose()


def test_a_package_that_is_not_there_is_said(postgres: PrivateDatabase) -> None:
    with pytest.raises(SchemaError, match="no package"):
        migrate("nobody_at_all", address(postgres, "nobody"))
