"""``svops secrets``: every secret of docker-compose.yml, made once; what follows from others is written anew."""

import base64
import hashlib
import json
import os
import secrets as randomness
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from svops.environment import Environment, Place
from svops.local.secrets import Secrets

_PRIVATE, _READABLE = 0o600, 0o644
_USER = _VHOST = "svops"
_SALT_BYTES = 4


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the containers find their servers, ``HOST:PORT``."""

    postgres: str = "postgres:5432"
    rabbitmq: str = "rabbitmq:5672"


_COMPOSED = Servers()


def write_secrets(root: Path, servers: Servers = _COMPOSED, *, owner: int | None = None) -> Path:
    """Fill ``root/secrets`` (mode 0700); a secret that is there stays. ``owner``: the user id of the containers,
    to whom the files are given; the folder stays the caller's.

    Private files have mode 0600. ``public.env`` (public keys) and ``rabbitmq-definitions`` (a salted hash of 256 random
    bits) have 0644, because the broker reads as a user of its own.
    """
    secrets = Secrets(root)
    _write_settings(root, secrets, servers)
    _write(secrets.folder / "rabbitmq-definitions", json.dumps(_definitions(_password(secrets, "rabbitmq"))), _READABLE)
    superuser = f"postgresql://postgres:{quote(_password(secrets, 'postgres'))}@{servers.postgres}/postgres"
    _write(secrets.folder / "derived-postgres-superuser-uri", superuser, _PRIVATE)
    secrets.token("grafana-password")
    if owner is not None:
        for path in secrets.folder.iterdir():
            os.chown(path, owner, owner)
    return secrets.folder


def _write_settings(root: Path, secrets: Secrets, servers: Servers) -> None:
    """The settings of all services: secrets as files, and the public keys as lines of ``public.env``."""

    def database_uri(service: str) -> str:
        name, password = f"svops_{service}", secrets.text(secrets.token(f"postgres-{service}"))
        return f"postgresql://{name}:{quote(password)}@{servers.postgres}/{name}"

    amqp_uri = f"amqp://{_USER}:{_password(secrets, 'rabbitmq')}@{servers.rabbitmq}/{_VHOST}"
    variables = Environment(Place(root, "", "system"), database_uri=database_uri, amqp_uri=amqp_uri).variables()
    public = [f"{name}={value}" for name, value in sorted(variables.items()) if name.endswith("_PUBLIC_KEY")]
    _write(secrets.folder / "public.env", "\n".join(public) + "\n", _READABLE)


def _password(secrets: Secrets, server: str) -> str:
    """The password of a server's own user; the same file that one machine's private server uses."""
    name = {"postgres": "postgres-superuser", "rabbitmq": "rabbitmq-password"}[server]
    return secrets.text(secrets.token(name))


def _definitions(password: str) -> dict[str, object]:
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    user = {
        "name": _USER,
        "password_hash": _broker_hash(password),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": [],
    }
    return {
        "users": [user],
        "vhosts": [{"name": _VHOST}],
        "permissions": [{"user": _USER, "vhost": _VHOST, **everything}],
    }


def _broker_hash(password: str) -> str:
    """As RabbitMQ keeps a password: a salt of four bytes, then SHA-256 of salt and password, in base64."""
    salt = randomness.token_bytes(_SALT_BYTES)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode("ascii")


def _write(path: Path, text: str, mode: int) -> None:
    beside = path.with_name(f".new-{path.name}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)
    beside.replace(path)
