"""Sitting tokens: a signature that was checked once is remembered, and still nobody is let in who should not be."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from contracts.refusals.general import NotAuthenticated
from services.session.live.tokens import Claims, Gate, issue

NINE = datetime(2027, 5, 15, 6, 0, tzinfo=UTC)
SITTING = "00000000-0000-4000-8000-000000000001"


@dataclass
class Hand:
    at: datetime = NINE

    def now(self) -> datetime:
        return self.at


def token(key: str = "key", hours: float = 1) -> str:
    until = int((NINE + timedelta(hours=hours)).timestamp())
    return issue(key, Claims(sitting_id=SITTING, candidate_id="c", exam_id="e", hall="h", line=1, until=until))


def test_a_token_says_who_speaks() -> None:
    bearer = Gate("key", Hand()).bearer(f"Bearer {token()}")
    assert (str(bearer.sitting_id), bearer.claims.line) == (SITTING, 1)


def test_a_token_that_was_let_in_before_is_void_from_its_hour_on() -> None:
    clock = Hand()
    gate = Gate("key", clock)
    gate.bearer(f"Bearer {token()}")
    clock.at = NINE + timedelta(minutes=59, seconds=59)
    gate.bearer(f"Bearer {token()}")
    clock.at = NINE + timedelta(hours=1)
    with pytest.raises(NotAuthenticated):
        gate.bearer(f"Bearer {token()}")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        f"Basic {token()}",
        f"bearer {token()}",
        f"Bearer {token('another')}",
        f"Bearer {token()[:-1]}",
        f"Bearer {token()}.{token()}",
        f"Bearer {token().replace('.', '')}",
        "Bearer Я.Ю",
    ],
)
def test_a_header_that_is_not_ours_opens_nothing_and_is_not_remembered(header: str) -> None:
    gate = Gate("key", Hand())
    for _ in range(2):
        with pytest.raises(NotAuthenticated):
            gate.bearer(header)


def test_a_changed_byte_of_a_remembered_token_is_another_token() -> None:
    gate = Gate("key", Hand())
    good = token()
    gate.bearer(f"Bearer {good}")
    for at in range(0, len(good), 7):
        changed = good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :]
        with pytest.raises(NotAuthenticated):
            gate.bearer(f"Bearer {changed}")
