"""A service under test: on a fresh database of its own, a clock that obeys, tokens for whoever is needed."""

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import psycopg
import pyrage
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from psycopg.sql import SQL, Identifier
from sqlalchemy import update
from starlette.applications import Starlette
from starlette.routing import Mount

from chassis import settings as chassis_settings
from chassis.clock import FileClock
from chassis.database import migrate
from chassis.plumbing import OutboxRow
from chassis.sweeper import Sweep
from chassis.tokens import Issuer, public_key
from chassis.work import Actor, Runtime
from contracts.people import Role
from svops.local.database import PrivateDatabase


def _rescue_pem() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def _pem(number: int) -> str:
    key = Ed25519PrivateKey.from_private_bytes(bytes([number] * 32))
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


_KEYS = {issuer: _pem(number) for number, issuer in enumerate(("registration", "admission", "operator"), 1)}
#: Age identities of one run, by whose they are; a setting ``…_public_key`` is the public half of one.
AGE = {name: pyrage.x25519.Identity.generate() for name in ("session", "grading", "archive", "testbank")}
#: What services need beside what all need; secrets are written to files as in production.
_OWN_SETTINGS: dict[str, dict[str, str]] = {
    "registration": {"PORTAL": "https://svops.example.bg", "INQUIRIES": "02 9859 0000"},
    "certification": {"PORTAL": "https://svops.example.bg"},
    "session": {"PORTAL": "https://svops.example.bg"},
    "testbank": {
        "SESSION_PUBLIC_KEY": str(AGE["session"].to_public()),
        "GRADING_PUBLIC_KEY": str(AGE["grading"].to_public()),
        "ARCHIVE_PUBLIC_KEY": str(AGE["archive"].to_public()),
        "BOOKLET_PUBLIC_KEY": str(AGE["testbank"].to_public()),
    },
}
_OWN_SECRETS: dict[str, dict[str, str]] = {
    "registration": {"TOKEN_PRIVATE_KEY": _KEYS["registration"]},
    "admission": {"TOKEN_PRIVATE_KEY": _KEYS["admission"]},
    "testbank": {
        "BANK_KEY": "the bank of nobody's questions, 1899",
        "ARCHIVE_PRIVATE_KEY": str(AGE["archive"]),
        "BOOKLET_PRIVATE_KEY": str(AGE["testbank"]),
    },
    "grading_paper": {"GRADING_PRIVATE_KEY": str(AGE["grading"])},
    "grading_electronic": {"GRADING_PRIVATE_KEY": str(AGE["grading"])},
    "session": {
        "CREDENTIAL_KEY": "the key of nobody's envelopes, 1899",
        "SITTING_KEY": "the key of nobody's sittings, 1899",
        "PACKAGE_PRIVATE_KEY": str(AGE["session"]),
        "RESCUE_PRIVATE_KEY": _rescue_pem(),
    },
}


class Browser:
    """An HTTP client of an ASGI application in this process; keeps its cookies, one request after another."""

    def __init__(self, application: Any) -> None:
        self._loop = asyncio.Runner()
        transport = httpx.ASGITransport(application)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://testserver")

    def get(self, path: str, **options: Any) -> httpx.Response:
        """A GET; a redirect is not followed."""
        return self._loop.run(self._client.get(path, **options))

    def post(self, path: str, **options: Any) -> httpx.Response:
        """A POST; a redirect is not followed."""
        return self._loop.run(self._client.post(path, **options))

    def submit(self, path: str, fields: dict[str, str], **options: Any) -> httpx.Response:
        """A form of one of our own pages."""
        return self.post(path, data=fields, headers={"origin": "http://testserver"}, **options)

    def close(self) -> None:
        """Close the client and its loop."""
        self._loop.run(self._client.aclose())
        self._loop.close()


@dataclass
class House:
    """A service under test: its runtime, its clock, its web door."""

    name: str
    runtime: Runtime[Any]
    clock: FileClock
    door: Browser
    environment: dict[str, str]  #: what a process of the service needs, but for a broker

    def at(self, instant: datetime | str) -> None:
        """Make it this instant (an ISO text is local time with its offset)."""
        self.clock.set(datetime.fromisoformat(instant) if isinstance(instant, str) else instant)

    def publish(self) -> None:
        """What a relay does, without a broker: nothing waits in the outbox afterwards."""
        with self.runtime.work() as work:
            work.session.execute(update(OutboxRow).values(published_at=work.now))

    def look(self, sweep: Sweep, *, times: int = 1) -> None:
        """What a timer does with a sweep."""
        for _ in range(times):
            with self.runtime.work() as work:
                sweep.run(work)

    def token(self, actor: Actor) -> str:
        """A token for the actor from whoever may vouch for the capacity."""
        roles = {role for role, _ in actor.capacities}
        issuer = "registration" if Role.CANDIDATE in roles else "operator" if Role.OPERATOR in roles else "admission"
        return Issuer(issuer, _KEYS[issuer]).issue(actor, now=self.clock.now(), hours=12)

    def tell(self, verb: str, payload: Any, actor: Actor | None = None, **headers: str) -> httpx.Response:
        """A command through the web door."""
        return self.door.post(f"/{self.prefix}/api/{verb}", json=payload, headers=self._headers(actor) | headers)

    def ask(self, verb: str, actor: Actor | None = None, **fields: str) -> httpx.Response:
        """A question through the web door."""
        return self.door.get(f"/{self.prefix}/api/{verb}", params=fields, headers=self._headers(actor))

    def upload(self, content: bytes, media_type: str, actor: Actor | None) -> httpx.Response:
        """A file through the web door."""
        headers = self._headers(actor) | {"content-type": media_type}
        return self.door.post(f"/{self.prefix}/api/files", content=content, headers=headers)

    def close(self) -> None:
        """Give back connections."""
        self.door.close()
        self.runtime.close()

    @property
    def prefix(self) -> str:
        """Where the service's door stands."""
        return self.name.replace("_", "/")

    def _headers(self, actor: Actor | None) -> dict[str, str]:
        return {} if actor is None else {"authorization": f"Bearer {self.token(actor)}"}


class Templates:
    """Databases with a service's schema, made once a run and copied for every test."""

    def __init__(self, server: PrivateDatabase) -> None:
        self._uri = server.superuser_uri
        self._numbers = count(1)
        self._made: set[str] = set()

    def copy(self, service: str) -> str:
        """A fresh database of the service; its name."""
        template = f"template_{service}"
        with psycopg.connect(self._uri, autocommit=True) as server:
            if service not in self._made:
                server.execute(SQL("CREATE DATABASE {}").format(Identifier(template)))
                migrate(f"services.{service.replace('_', '.')}", self.address(template))
                self._made.add(service)
        return self.copy_of(template)

    def copy_of(self, template: str) -> str:
        """A copy of a database to which nobody is connected; its name."""
        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self._uri, autocommit=True) as server:
            server.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template)))
        return name

    def drop(self, name: str) -> None:
        """Take a database away, whoever is still connected."""
        with psycopg.connect(self._uri, autocommit=True) as server:
            server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

    def address(self, name: str) -> str:
        """SQLAlchemy's address of a database."""
        return self._uri.replace("postgresql://", "postgresql+psycopg://").removesuffix("postgres") + name


def module_of(service: str, part: str) -> ModuleType:
    """``services.<service>.<part>``; ``grading_paper`` is ``services.grading.paper``."""
    return import_module(f"services.{service.replace('_', '.')}.{part}")


def build(service: str, database_url: str, folder: Path) -> House:
    """The service on this database, at noon of 1 March 2027; its files, clock and secrets in the folder."""
    clock = FileClock(folder / f"{service}.clock")
    clock.set(datetime.fromisoformat("2027-03-01T12:00:00+02:00"))
    environment = _environment(service, database_url, folder)
    settings = chassis_settings.read(
        module_of(service, "settings").Settings, f"SVOPS_{service.upper()}", environment | _no_broker(service, folder)
    )
    runtime: Runtime[Any] = Runtime(service, settings, clock=clock, pool_size=5)
    prefix = f"/{service.replace('_', '/')}"
    door = Starlette(routes=[Mount(prefix, module_of(service, "web").create_app(runtime))])
    return House(service, runtime, clock, Browser(door), environment)


def _environment(service: str, database_url: str, folder: Path) -> dict[str, str]:
    prefix = f"SVOPS_{service.upper()}"
    public_keys = json.dumps({issuer: public_key(pem) for issuer, pem in _KEYS.items()})
    secrets = {"DATABASE_URL": database_url, "TOKEN_PUBLIC_KEYS": public_keys} | _OWN_SECRETS.get(service, {})
    environment = {f"{prefix}_{name}": text for name, text in _OWN_SETTINGS.get(service, {}).items()}
    environment[f"{prefix}_FILES_URL"] = f"file://{folder / 'files'}"
    for name, text in secrets.items():
        environment |= kept_secret(service, name, text, folder)
    return environment


def _no_broker(service: str, folder: Path) -> dict[str, str]:
    return kept_secret(service, "AMQP_URI", "amqp://nobody.invalid", folder)


def kept_secret(service: str, name: str, text: str, folder: Path) -> dict[str, str]:
    """A secret written to a file as in production, and the variable that names the file."""
    path = folder / f"{service}-{name}"
    path.write_text(text, encoding="ascii")
    path.chmod(0o600)
    return {f"SVOPS_{service.upper()}_{name}_FILE": str(path)}
