"""The keeper's own tool: takes one layer off a sealed variant with a key that never leaves the keeper's machine."""

import pyrage


def new_key() -> tuple[str, str]:
    """A fresh age key pair: (private, public)."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def peel(sealed: bytes, private_key: str) -> bytes:
    """What is inside this layer; raises ``pyrage.DecryptError`` when it was not sealed to this key."""
    inner: bytes = pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(private_key)])
    return inner
