"""Passwords of accounts: argon2id. Exam credentials, random and strong, are keyed hashes in session instead."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's argon2id minimum
#: What is checked when there is no such account, so that the answer takes as long.
_NOBODY = _HASHER.hash("there is nobody of that name")


def hash_password(password: str) -> str:
    """The argon2id string to store."""
    return _HASHER.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether this is the password; ``stored`` is ``None`` for an unknown account, and takes as long."""
    try:
        _HASHER.verify(stored or _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return stored is not None
