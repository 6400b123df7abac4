"""Settings: a frozen dataclass read from the environment once, at start. Secrets come by ``NAME_FILE``."""

import dataclasses
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

Settings = TypeVar("Settings")
_BOOLEANS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


class CannotStartError(Exception):
    """Something is missing that a person must put right first; the text says what, and a command prints it alone."""


class SettingsError(CannotStartError):
    """The environment does not give what a process needs; the process must not start."""


def secret() -> Any:
    """A field that is read from the file named by ``PREFIX_NAME_FILE`` and from nowhere else."""
    return dataclasses.field(metadata={"secret": True}, repr=False)


def _read_secret(name: str, environment: Mapping[str, str]) -> str | None:
    path = environment.get(f"{name}_FILE")
    if path is None:
        return None
    file = Path(path)
    try:
        if file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            raise SettingsError(f"{name}_FILE: {path} may be read by others; chmod 0600 it")
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}_FILE: {path} cannot be read: {error}") from error


def _typed(name: str, text: str, kind: Any) -> Any:
    try:
        return _BOOLEANS[text.lower()] if kind is bool else kind(text)
    except (ValueError, KeyError) as error:
        raise SettingsError(f"{name}={text!r} is not a {kind.__name__}") from error


def read(kind: type[Settings], prefix: str, environment: Mapping[str, str] | None = None) -> Settings:
    """Read ``kind``'s fields from ``PREFIX_FIELD`` (or ``SVOPS_FIELD`` for what all services share).

    Raises ``SettingsError`` naming every variable that is missing, malformed, or unknown under the prefix.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    missing: list[str] = []
    hints = get_type_hints(kind)
    fields = dataclasses.fields(kind)  # type: ignore[arg-type]  # a bound TypeVar can't say "dataclass"
    for field in fields:
        own, shared = f"{prefix}_{field.name.upper()}", f"SVOPS_{field.name.upper()}"
        if field.metadata.get("secret"):
            text = _read_secret(own, environment) or _read_secret(shared, environment)
        else:
            text = environment.get(own, environment.get(shared))
        if text is not None:
            values[field.name] = _typed(own, text, hints[field.name])
        elif field.default is dataclasses.MISSING:
            missing.append(f"{own}_FILE" if field.metadata.get("secret") else own)
    _refuse_unknown(prefix, {field.name.upper() for field in fields}, environment)
    if missing:
        raise SettingsError(f"not set: {', '.join(missing)}")
    return kind(**values)


def _refuse_unknown(prefix: str, known: set[str], environment: Mapping[str, str]) -> None:
    names = {
        name.removeprefix(f"{prefix}_").removesuffix("_FILE") for name in environment if name.startswith(f"{prefix}_")
    }
    if unknown := sorted(names - known):
        raise SettingsError(f"unknown settings: {', '.join(f'{prefix}_{name}' for name in unknown)}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """What every service needs. Each service's own settings are a subclass of this."""

    database_url: str = secret()  #: postgresql+psycopg://…, with the service's own role
    amqp_uri: str = secret()  #: amqp://…
    files_url: str  #: fsspec URL of the content-addressed store
    clock: str = "system"
    token_public_keys: str = secret()  #: JSON: issuer → Ed25519 public key, hex
    act_window_minutes: int = 1440  #: how long a proposal waits for its second person
    upload_limit_bytes: int = 10_000_000
