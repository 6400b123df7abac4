"""Sitting tokens: who sits over which line, signed, so that an answer is let in without a database read."""

import base64
import binascii
import functools
import hashlib
import hmac
import uuid
from typing import NamedTuple

import msgspec

from chassis.clock import Clock
from contracts.refusals.general import NotAuthenticated


class Claims(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a token says. ``line``: over which log-in; ``until``: seconds since 1970 by the service's clock."""

    sitting_id: str
    candidate_id: str
    exam_id: str
    hall: str
    line: int
    until: int


_REMEMBERED = 4096
_DECODER = msgspec.json.Decoder(Claims)


def issue(key: str, claims: Claims) -> str:
    """The token: claims and HMAC-SHA256, both base64url."""
    body = _pack(msgspec.json.encode(claims))
    return f"{body}.{_pack(_sign(key, body))}"


class Bearer(NamedTuple):
    """Who speaks: what the token says, and its sitting as the database names it."""

    claims: Claims
    sitting_id: uuid.UUID


class Gate:
    """Lets in by tokens. A signature that was checked once is remembered; the token's hour is looked at each time."""

    def __init__(self, key: str, clock: Clock) -> None:
        self._clock = clock
        self._verified = functools.lru_cache(maxsize=_REMEMBERED)(functools.partial(verified, key))

    def bearer(self, authorization: str) -> Bearer:
        """Who sends this header; raises ``NotAuthenticated`` for a forged or expired token, or none."""
        scheme, _, token = authorization.partition(" ")
        if scheme != "Bearer":
            raise NotAuthenticated
        bearer = self._verified(token)
        if bearer.claims.until <= self._clock.now().timestamp():
            raise NotAuthenticated
        return bearer


def verified(key: str, token: str) -> Bearer:
    """Who a token speaks for, whatever the hour; raises ``NotAuthenticated`` for one that is not ours."""
    body, _, signature = token.partition(".")
    try:
        is_ours = hmac.compare_digest(_sign(key, body), _unpack(signature))
        claims = _DECODER.decode(_unpack(body)) if is_ours else None
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise NotAuthenticated from error
    if claims is None:
        raise NotAuthenticated
    return Bearer(claims, uuid.UUID(claims.sitting_id))


def _sign(key: str, body: str) -> bytes:
    return hmac.digest(key.encode(), body.encode("ascii"), hashlib.sha256)


def _pack(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _unpack(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
