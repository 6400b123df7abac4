"""Secrets of one machine: each is made once and kept in a file that only its owner reads."""

import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

_TOKEN_BYTES = 32


class Secrets:
    """The folder ``root/secrets`` (mode 0700); every secret is one file in it (mode 0600).

    Each method gives the path of the file and makes the secret if it is not there; two processes that ask
    at the same time get the same one. Services are told the path (``NAME_FILE``), never the secret.
    """

    def __init__(self, root: Path) -> None:
        self.folder = root / "secrets"

    def token(self, name: str) -> Path:
        """A random URL-safe word of 256 bits: passwords, HMAC keys, cookies."""
        return self._once(name, lambda: secrets.token_urlsafe(_TOKEN_BYTES))

    def ed25519_key(self, name: str) -> Path:
        """An Ed25519 private key, PEM (PKCS #8), not encrypted."""
        return self._once(name, lambda: _pem(Ed25519PrivateKey.generate()))

    def p256_key(self, name: str) -> Path:
        """A private key of the curve P-256, which browsers know, PEM (PKCS #8), not encrypted."""
        return self._once(name, lambda: _pem(generate_private_key(SECP256R1())))

    def age_identity(self, name: str) -> Path:
        """An age X25519 identity (``AGE-SECRET-KEY-1…``)."""
        return self._once(name, lambda: str(pyrage.x25519.Identity.generate()))

    def text(self, path: Path) -> str:
        """What a secret's file holds, without the line end."""
        return path.read_text().strip()

    def _once(self, name: str, make: Callable[[], str]) -> Path:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / name
        if not path.exists():
            self._publish(path, make())
        return path

    def _publish(self, path: Path, text: str) -> None:
        """Write aside (mkstemp: mode 0600), then link: the first process wins, no half file is ever seen."""
        handle, aside = tempfile.mkstemp(dir=self.folder, prefix=".new-")
        try:
            with os.fdopen(handle, "w") as file:
                file.write(text.strip() + "\n")
            path.hardlink_to(aside)
        except FileExistsError:
            return
        finally:
            Path(aside).unlink()


def _pem(key: PrivateKeyTypes) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
