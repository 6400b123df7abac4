"""Schemas: alembic without its command line. One migration job a release brings every service's database to its head.

A service's ``migrations/env.py`` is two lines: ``from chassis.database import run_migrations`` and
``run_migrations(Base.metadata)``. Its migrations cover the plumbing's tables and its own together.
"""

import contextlib
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, func, select, text
from sqlalchemy.pool import NullPool

from chassis.audit import FORBID_CHANGE
from chassis.plumbing import Plumbing
from chassis.settings import CannotStartError

#: A migration that can't have its lock soon gives up, instead of queueing everybody behind it.
LOCK_TIMEOUT_SECONDS = 4
STATEMENT_TIMEOUT_SECONDS = 600

_TEMPLATE = Path(__file__).parent / "migration.py.mako"


class SchemaError(CannotStartError):
    """The database is not as this release needs it."""


def migrate(service_package: str, url: str) -> None:
    """Bring one service's database to the newest schema; doing it twice, or two at once, is as doing it once.

    ``service_package``: such as ``services.admission``; ``url``: SQLAlchemy URL of a role that owns the schema.
    """
    with _connected(url) as connection:
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("migrate", 0))))
        command.upgrade(_config(service_package, connection), "head")
        for statement in FORBID_CHANGE:
            connection.execute(statement)


def make_migration(service_package: str, message: str, url: str) -> Path:
    """Write the migration from the newest schema to what the tables in the code say. For developers, who then read it.

    ``url``: a database at the newest schema, or an empty one, which is brought there.
    """
    folder = _folder(service_package)
    (folder / "versions").mkdir(parents=True, exist_ok=True)
    if not (folder / "script.py.mako").exists():
        shutil.copyfile(_TEMPLATE, folder / "script.py.mako")
    with _connected(url) as connection:
        config = _config(service_package, connection)
        command.upgrade(config, "head")
        number = sum(1 for _ in ScriptDirectory.from_config(config).walk_revisions()) + 1
        script = command.revision(config, message=message, autogenerate=True, rev_id=f"{number:04d}")
    if script is None or isinstance(script, list):
        raise SchemaError(f"{service_package}: not exactly one migration was made")
    return Path(script.path)


def difference(service_package: str, url: str) -> list[Any]:
    """What a migrated database has otherwise than the tables in the code; empty when they agree."""
    with _connected(url) as connection:
        found: list[Any] = []
        command.upgrade(_config(service_package, connection, compare_into=found), "head")
        return found


def is_at_head(service_package: str, url: str) -> bool:
    """True when no migration of this release is missing."""
    with _connected(url) as connection:
        heads = set(ScriptDirectory.from_config(_config(service_package, connection)).get_heads())
        return set(MigrationContext.configure(connection).get_current_heads()) == heads


def run_migrations(*metadatas: MetaData) -> None:
    """What a service's ``env.py`` calls: run the migrations on the connection that ``migrate`` opened."""
    attributes = context.config.attributes
    connection = attributes["connection"]
    metadata = [Plumbing.metadata, *metadatas]
    if "compare_into" in attributes:
        options = {"compare_type": True, "compare_server_default": True}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)  # type: ignore[arg-type]  # alembic takes a list, its annotation says one
        attributes["compare_into"].extend(found)
        return
    context.configure(connection=connection, target_metadata=metadata, compare_type=True, compare_server_default=True)
    with context.begin_transaction():
        context.run_migrations()


@contextlib.contextmanager
def _connected(url: str) -> Any:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'"))
        connection.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT_SECONDS}s'"))
        yield connection


def _folder(service_package: str) -> Path:
    spec = find_spec(service_package)
    if spec is None or not spec.submodule_search_locations:
        raise SchemaError(f"there is no package {service_package}")
    return Path(spec.submodule_search_locations[0]) / "migrations"


def _config(service_package: str, connection: Connection, **attributes: Any) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_folder(service_package)).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, **attributes)
    return config
