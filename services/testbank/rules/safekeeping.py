"""Art. 12(3), 13(6): questions lie in the database under lock, so a copy of the database is not a copy of the bank.

AES-256-GCM; the key is derived from the service's secret with HKDF-SHA256; the context (exam and question) is
authenticated, so that no row can be put in the place of another. Stored form: 12 bytes nonce, then ciphertext with tag.
"""

import hmac
import secrets
from functools import cache
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12
_KEY_BYTES = 32


@cache
def _key(secret: str, purpose: bytes) -> bytes:
    """A key of one purpose. Own choice: RFC 5869, so that locking and fingerprints share no key."""
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"svops testbank " + purpose).derive(secret.encode())


def lock(content: bytes, secret: str, context: str) -> bytes:
    """Content under lock, bound to its context. Source: Art. 12(3)."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(_key(secret, b"questions")).encrypt(nonce, content, context.encode())


def unlock(locked: bytes, secret: str, context: str) -> bytes:
    """The content; ``cryptography.exceptions.InvalidTag`` when it was changed or moved. Source: Art. 12(3)."""
    nonce, ciphertext = locked[:_NONCE_BYTES], locked[_NONCE_BYTES:]
    return AESGCM(_key(secret, b"questions")).decrypt(nonce, ciphertext, context.encode())


def fingerprint(text: str, secret: str, exam_id: str) -> str:
    """By what a question is known again without being read, 64 hexadecimal digits.

    Own choice: keyed, so that whoever has the database alone cannot try out guesses.
    """
    return hmac.new(_key(secret, b"fingerprints"), f"{exam_id}\n{text}".encode(), sha256).hexdigest()
