"""``svops migrate``: databases and broker as this release needs them, before anything else starts."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from chassis import database, settings
from chassis.settings import SettingsError, secret
from svops import serve
from svops.local.database import make_role_and_database
from svops.services import SERVICES, Service

SUPERUSER_VARIABLE = "SVOPS_POSTGRES_URI_FILE"


@dataclass(frozen=True, kw_only=True)
class _Places:
    """What a migration needs of a service's settings: where its database and the broker are."""

    database_url: str = secret()
    amqp_uri: str = secret()


def migrate(database_urls: Mapping[str, str]) -> None:
    """Bring the databases to their newest schema, one after the other. Twice is as once.

    ``database_urls``: service name → URL (``postgresql://`` or SQLAlchemy's) of the role that owns the schema.
    """
    for service in SERVICES:
        database.migrate(service.package, for_sqlalchemy(database_urls[service.name]))


def migrate_from_environment() -> None:
    """As a container's environment says, and the topology with it; where ``SVOPS_POSTGRES_URI_FILE`` is set, roles and
    databases are made first.

    Raises ``SettingsError``.
    """
    places = {service.name: settings.read(_Places, service.settings_prefix, _own(service)) for service in SERVICES}
    urls = {name: place.database_url for name, place in places.items()}
    if path := os.environ.get(SUPERUSER_VARIABLE):
        superuser_uri = Path(path).read_text(encoding="utf-8").strip()
        for url in urls.values():
            _make(superuser_uri, url)
    migrate(urls)
    serve.topology().declare(next(iter(places.values())).amqp_uri)


def for_sqlalchemy(url: str) -> str:
    """The URL with the driver that the house uses."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _own(service: Service) -> dict[str, str]:
    """The environment without the service's other settings, which a migration does not read."""
    wanted = {f"{service.settings_prefix}_DATABASE_URL_FILE", "SVOPS_AMQP_URI_FILE"}
    return {name: value for name, value in os.environ.items() if name in wanted}


def _make(superuser_uri: str, url: str) -> None:
    parts = urlsplit(url)
    name = unquote(parts.username or "")
    if parts.path != f"/{name}" or not parts.password:
        raise SettingsError(f"the database URL of {name!r} must name a password and a database like its role")
    make_role_and_database(superuser_uri, name, unquote(parts.password))
