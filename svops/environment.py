"""The settings of every process on one machine: what docker-compose.yml says for containers, here for processes."""

import dataclasses
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pyrage

from chassis import tokens
from svops.local.secrets import Secrets
from svops.services import SERVICES, Service

_TOKEN_ISSUERS = ("registration", "admission", "operator")
#: Settings field → whose age identity it is; a ``…_public_key`` is the public half of the same.
_AGE_IDENTITIES = {
    "package_private_key": "session",
    "session_public_key": "session",
    "grading_private_key": "grading",
    "grading_public_key": "grading",
    "archive_private_key": "archive",
    "archive_public_key": "archive",
    "booklet_private_key": "testbank",
    "booklet_public_key": "testbank",
}
_INQUIRIES = "дирекция „Методология на контрола и вътрешен одит“"


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where a system stands: state folder, address of its pages, and its clock (``system`` or ``file:PATH``)."""

    root: Path
    address: str
    clock: str


class Environment:
    """Makes the environment of the processes of one state folder; every secret is passed as the path of its file."""

    def __init__(self, place: Place, *, database_uri: Callable[[str], str], amqp_uri: str) -> None:
        self._place = place
        self._secrets = Secrets(place.root)
        self._database_uri = database_uri
        self._amqp_uri = amqp_uri

    def variables(self) -> dict[str, str]:
        """Everything, for all services."""
        shared = {
            "SVOPS_AMQP_URI_FILE": self._write("amqp-uri", self._amqp_uri),
            "SVOPS_TOKEN_PUBLIC_KEYS_FILE": self._write("token-public-keys", json.dumps(self._token_public_keys())),
            "SVOPS_FILES_URL": (self._place.root / "files").resolve().as_uri(),
            "SVOPS_CLOCK": self._place.clock,
            "SVOPS_PORTAL": self._place.address,
            "SVOPS_INQUIRIES": _INQUIRIES,
        }
        own = {name: value for service in SERVICES for name, value in self._of(service).items()}
        return _inherited(os.environ) | shared | own

    def _of(self, service: Service) -> dict[str, str]:
        uri = self._database_uri(service.name).replace("postgresql://", "postgresql+psycopg://", 1)
        found = {f"{service.settings_prefix}_DATABASE_URL_FILE": self._write(f"{service.name}-database-url", uri)}
        shared = {"database_url", "amqp_uri", "token_public_keys"}
        for field in dataclasses.fields(service.module("settings").Settings):
            name = f"{service.settings_prefix}_{field.name.upper()}"
            if field.name.endswith("_public_key"):
                found[name] = self._age_public(_AGE_IDENTITIES[field.name])
            elif field.metadata.get("secret") and field.name not in shared:
                found[f"{name}_FILE"] = str(self._secret(service, field.name))
        return found

    def _secret(self, service: Service, field: str) -> Path:
        if field == "token_private_key":
            return self._secrets.ed25519_key(f"{service.name}-token")
        if field == "rescue_private_key":
            return self._secrets.p256_key(f"{service.name}-rescue")
        if field in _AGE_IDENTITIES:
            return self._secrets.age_identity(_AGE_IDENTITIES[field])
        return self._secrets.token(f"{service.name}-{field.replace('_', '-')}")

    def _age_public(self, name: str) -> str:
        identity = pyrage.x25519.Identity.from_str(self._secrets.text(self._secrets.age_identity(name)))
        return str(identity.to_public())

    def _token_public_keys(self) -> dict[str, str]:
        keys = {name: self._secrets.ed25519_key(f"{name}-token") for name in _TOKEN_ISSUERS}
        return {name: tokens.public_key(self._secrets.text(path)) for name, path in keys.items()}

    def _write(self, name: str, text: str) -> str:
        """A secret that follows from others (it has a port in it) and so is written at every start."""
        path = self._secrets.folder / f"derived-{name}"
        beside = path.with_suffix(".new")
        self._secrets.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        beside.replace(path)
        return str(path.resolve())


def _inherited(environment: Mapping[str, str]) -> dict[str, str]:
    """What a child takes over from us; nothing that speaks of other services or brokers."""
    return {name: value for name, value in environment.items() if not name.startswith(("SVOPS_", "RABBITMQ_", "PG"))}
