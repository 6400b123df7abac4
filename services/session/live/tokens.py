"""Sitting tokens: who sits over which line, signed, so that an answer is let in without a database read."""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

import msgspec

from contracts.refusals.general import NotAuthenticated


class Claims(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a token says. ``line``: over which log-in; ``until``: seconds since 1970 by the service's clock."""

    sitting_id: str
    candidate_id: str
    exam_id: str
    hall: str
    line: int
    until: int


_DECODER = msgspec.json.Decoder(Claims)


def issue(key: str, claims: Claims) -> str:
    """The token: claims and HMAC-SHA256, both base64url."""
    body = _pack(msgspec.json.encode(claims))
    return f"{body}.{_pack(_sign(key, body))}"


def read(key: str, token: str, *, now: datetime) -> Claims:
    """What a token of ours says; raises ``NotAuthenticated`` for a forged or expired one."""
    body, _, signature = token.partition(".")
    try:
        is_ours = hmac.compare_digest(_sign(key, body), _unpack(signature))
        claims = _DECODER.decode(_unpack(body)) if is_ours else None
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise NotAuthenticated from error
    if claims is None or claims.until <= now.timestamp():
        raise NotAuthenticated
    return claims


def _sign(key: str, body: str) -> bytes:
    return hmac.digest(key.encode(), body.encode("ascii"), hashlib.sha256)


def _pack(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _unpack(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
