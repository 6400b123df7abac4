"""What a browser encrypts to one of our keys: JWE in compact form (RFC 7516), ECDH-ES over P-256, AES-256-GCM."""

import base64
import binascii

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_ALGORITHM, _ENCRYPTION = "ECDH-ES", "A256GCM"
_KEY_BYTES = 32
_WORD_BYTES = 4
_CURVE = ec.SECP256R1()


class UnreadableError(Exception):
    """The text is no JWE of this kind, was damaged, or was encrypted to another key."""


class _PublicKey(msgspec.Struct, frozen=True):
    kty: str
    crv: str
    x: str
    y: str


class _Header(msgspec.Struct, frozen=True):
    alg: str
    enc: str
    epk: _PublicKey


def public_jwk(private_pem: str) -> dict[str, str]:
    """The public half of a P-256 key as a JWK (RFC 7517), as a browser takes it."""
    numbers = _private(private_pem).public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": _coordinate(numbers.x), "y": _coordinate(numbers.y)}


def decrypted(text: str, private_pem: str) -> bytes:
    """What was encrypted to a P-256 key; raises ``UnreadableError``."""
    private = _private(private_pem)
    try:
        protected, wrapped, nonce, content, tag = text.strip().split(".")
        header = msgspec.json.decode(_bytes(protected), type=_Header)
        key = _content_key(private.exchange(ec.ECDH(), _public(header, wrapped)))
        return AESGCM(key).decrypt(_bytes(nonce), _bytes(content) + _bytes(tag), protected.encode("ascii"))
    except (ValueError, binascii.Error, InvalidTag, msgspec.MsgspecError) as error:
        raise UnreadableError from error


def _public(header: _Header, wrapped: str) -> ec.EllipticCurvePublicKey:
    """The browser's half of the agreement; raises ``ValueError`` for any other algorithm."""
    jwk = header.epk
    if (header.alg, header.enc, jwk.kty, jwk.crv, wrapped) != (_ALGORITHM, _ENCRYPTION, "EC", "P-256", ""):
        raise ValueError("another algorithm")
    x, y = (int.from_bytes(_bytes(one)) for one in (jwk.x, jwk.y))
    return ec.EllipticCurvePublicNumbers(x, y, _CURVE).public_key()


def _content_key(shared: bytes) -> bytes:
    """Concat KDF of RFC 7518 §4.6.2, without the parties' names."""
    parts = (_ENCRYPTION.encode("ascii"), b"", b"")
    info = b"".join(len(part).to_bytes(_WORD_BYTES) + part for part in parts) + (_KEY_BYTES * 8).to_bytes(_WORD_BYTES)
    return ConcatKDFHash(SHA256(), length=_KEY_BYTES, otherinfo=info).derive(shared)


def _private(pem: str) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(pem.encode("ascii"), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != _CURVE.name:
        raise TypeError("not a key of the curve P-256")
    return key


def _coordinate(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(_KEY_BYTES)).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
