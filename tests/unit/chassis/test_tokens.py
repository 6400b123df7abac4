"""A door believes a token only whole, in time, and no further than its issuer may vouch."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis import tokens
from chassis.tokens import Issuer
from chassis.work import Actor
from contracts.people import Role
from contracts.refusals.general import NotAuthenticated
from svops.local.secrets import Secrets

NOW = datetime(2027, 6, 26, 9, 0, tzinfo=UTC)
HOURS = 12.0
STAFF = sorted(set(Role) - {Role.CANDIDATE, Role.OPERATOR, Role.SYSTEM})


class Registry:
    """The issuers of one house and their public keys."""

    def __init__(self, folder: Path) -> None:
        secrets = Secrets(folder)
        keys = {name: secrets.text(secrets.ed25519_key(name)) for name in ("registration", "admission", "operator")}
        self.issuers = {name: Issuer(name, key) for name, key in keys.items()}
        self.public_keys = json.dumps({name: tokens.public_key(key) for name, key in keys.items()})

    def issue(self, issuer: str, *roles: Role, exam: str | None = "2027-05") -> str:
        actor = Actor("somebody", frozenset((role, exam) for role in roles), "Надежда Колева")
        return self.issuers[issuer].issue(actor, now=NOW, hours=HOURS)

    def read(self, token: str, *, at: datetime = NOW) -> Actor:
        return tokens.read(token, public_keys=self.public_keys, now=at)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return Registry(tmp_path_factory.mktemp("issuers"))


@pytest.mark.parametrize(
    ("issuer", "roles"), [("registration", [Role.CANDIDATE]), ("admission", STAFF), ("operator", [Role.OPERATOR])]
)
def test_a_door_knows_whom_the_token_speaks_of(registry: Registry, issuer: str, roles: list[Role]) -> None:
    actor = registry.read(registry.issue(issuer, *roles))
    assert actor == Actor("somebody", frozenset((role, "2027-05") for role in roles), "Надежда Колева")


def test_a_capacity_for_one_exam_is_none_for_another(registry: Registry) -> None:
    actor = registry.read(registry.issue("admission", Role.CHAIR))
    assert actor.roles_in("2027-05") == {Role.CHAIR}
    assert actor.roles_in("2027-11") == frozenset()


def test_a_token_ends_at_its_hour(registry: Registry) -> None:
    token, end = registry.issue("admission", Role.CHAIR), NOW + timedelta(hours=HOURS)
    assert registry.read(token, at=end - timedelta(microseconds=1)).id == "somebody"
    with pytest.raises(NotAuthenticated):
        registry.read(token, at=end)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.CANDIDATE}))
def test_registration_vouches_for_candidates_only(registry: Registry, role: Role) -> None:
    for roles in ((role,), (Role.CANDIDATE, role)):
        with pytest.raises(NotAuthenticated):
            registry.read(registry.issue("registration", *roles))


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.OPERATOR, Role.SYSTEM])
def test_admission_vouches_for_people_on_duty_only(registry: Registry, role: Role) -> None:
    with pytest.raises(NotAuthenticated):
        registry.read(registry.issue("admission", Role.CHAIR, role))


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OPERATOR}))
def test_the_operators_key_makes_nobody_a_person_of_the_exam(registry: Registry, role: Role) -> None:
    with pytest.raises(NotAuthenticated):
        registry.read(registry.issue("operator", role))


def test_an_issuer_that_nobody_knows_is_not_believed(registry: Registry) -> None:
    stranger = Issuer("testbank", registry.issuers["admission"].private_key)
    with pytest.raises(NotAuthenticated):
        registry.read(stranger.issue(Actor("somebody"), now=NOW, hours=1))


def test_an_issuer_cannot_speak_in_anothers_name(registry: Registry) -> None:
    false = Issuer("admission", registry.issuers["registration"].private_key)
    with pytest.raises(NotAuthenticated):
        registry.read(false.issue(Actor("somebody", frozenset({(Role.CHAIR, None)})), now=NOW, hours=1))


@settings(deadline=None)
@given(place=st.integers(0, 10_000), other=st.characters(codec="ascii", categories=("L", "N")))
def test_a_token_with_another_letter_in_its_claims_is_forged(registry: Registry, place: int, other: str) -> None:
    body, _, signature = registry.issue("admission", Role.CHAIR).partition(".")
    place %= len(body)
    changed = body[:place] + other + body[place + 1 :]
    if changed != body:
        with pytest.raises(NotAuthenticated):
            registry.read(f"{changed}.{signature}")


@settings(deadline=None)
@given(bit=st.integers(0, 511))
def test_a_token_with_another_bit_in_its_signature_is_forged(registry: Registry, bit: int) -> None:
    body, _, signature = registry.issue("admission", Role.CHAIR).partition(".")
    signed = bytearray(urlsafe_b64decode(signature + "=="))
    signed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(NotAuthenticated):
        registry.read(f"{body}.{urlsafe_b64encode(signed).decode()}")


def test_a_longer_life_cannot_be_written_into_a_token(registry: Registry) -> None:
    body, _, signature = registry.issue("admission", Role.CHAIR).partition(".")
    claims = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    claims["exp"] = (NOW + timedelta(days=3650)).isoformat()
    longer = urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    with pytest.raises(NotAuthenticated):
        registry.read(f"{longer}.{signature}")


@settings(deadline=None)
@given(token=st.text())
def test_whatever_else_is_shown_is_no_token(registry: Registry, token: str) -> None:
    with pytest.raises(NotAuthenticated):
        registry.read(token)


@settings(deadline=None)
@given(claims=st.recursive(st.none() | st.text() | st.integers(), st.lists, max_leaves=5))
def test_claims_of_another_shape_are_no_token(registry: Registry, claims: object) -> None:
    body = urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    with pytest.raises(NotAuthenticated):
        registry.read(f"{body}.AAAA")
