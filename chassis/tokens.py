"""Who is at the door: short signed tokens that any door can check without asking anybody.

Ed25519 over canonical JSON. Each issuer has its own key; a door accepts only the capacities that an issuer may give.
"""

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chassis.audit import canonical
from chassis.work import Actor
from contracts.people import Role
from contracts.refusals.general import NotAuthenticated

#: Registration vouches for candidates, admission for whom the minister appointed, the command for its operator.
_MAY_VOUCH = {
    "registration": frozenset({Role.CANDIDATE}),
    "admission": frozenset(Role) - {Role.CANDIDATE, Role.OPERATOR, Role.SYSTEM},
    "operator": frozenset({Role.OPERATOR}),
}


def _pack(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _unpack(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True)
class Issuer:
    """A service that may say who somebody is. ``private_key``: Ed25519, PEM (PKCS #8)."""

    name: str
    private_key: str

    def issue(self, actor: Actor, *, now: datetime, hours: float) -> str:
        """A token for this person, valid for so many hours of the service's clock."""
        claims = {
            "iss": self.name,
            "sub": actor.id,
            "names": actor.names,
            "cap": sorted(([str(role), exam] for role, exam in actor.capacities), key=str),
            "exp": (now + timedelta(hours=hours)).isoformat(),
        }
        body = _pack(canonical(claims))
        return f"{body}.{_pack(_signing_key(self.private_key).sign(body.encode('ascii')))}"


def _signing_key(pem: str) -> Ed25519PrivateKey:
    key = load_pem_private_key(pem.encode("ascii"), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("a token key is an Ed25519 key")
    return key


def public_key(pem: str) -> str:
    """The public half of a token key, as 64 hex digits."""
    return _signing_key(pem).public_key().public_bytes_raw().hex()


def read(token: str, *, public_keys: str, now: datetime) -> Actor:
    """The person a token speaks of; raises ``NotAuthenticated`` for a forged, expired or over-reaching one.

    ``public_keys``: JSON object, issuer → Ed25519 public key as 64 hex digits.
    """
    try:
        body, _, signature = token.partition(".")
        claims = json.loads(_unpack(body))
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(json.loads(public_keys)[claims["iss"]]))
        key.verify(_unpack(signature), body.encode("ascii"))
        capacities = frozenset((Role(role), exam) for role, exam in claims["cap"])
        expired = datetime.fromisoformat(claims["exp"]) <= now
    except (ValueError, KeyError, TypeError, RecursionError, InvalidSignature) as error:
        raise NotAuthenticated from error
    if expired or not {role for role, _ in capacities} <= _MAY_VOUCH[claims["iss"]]:
        raise NotAuthenticated
    return Actor(claims["sub"], capacities, claims["names"])
