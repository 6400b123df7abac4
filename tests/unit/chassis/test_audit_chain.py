"""The audit chain: whatever is changed, taken out, put in or moved, the first row that no longer follows is named."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.audit import BEGINNING, canonical, digest, first_break
from chassis.plumbing import AuditRow

SERVICE = "admission"
BEGUN_AT = datetime(2027, 6, 1, 9, 0, tzinfo=UTC)
FACTS = st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.integers() | st.none(), max_size=3)


def linked(facts: list[dict[str, Any]], service: str = SERVICE) -> list[AuditRow]:
    """A chain with one row for each of these facts."""
    rows: list[AuditRow] = []
    for number, told in enumerate(facts, start=1):
        row = AuditRow(
            exam_id="2027-05",
            number=number,
            at=BEGUN_AT + timedelta(minutes=number),
            actor="somebody",
            role="chair",
            action="admit",
            authority="Art. 6(5)",
            facts=told,
            previous_sha256=rows[-1].sha256 if rows else BEGINNING,
        )
        row.sha256 = digest(row, service)
        rows.append(row)
    return rows


CHAINS = st.lists(FACTS, min_size=3, max_size=8).map(linked)


@settings(deadline=None)
@given(rows=st.lists(FACTS, max_size=8).map(linked))
def test_a_chain_that_nobody_touched_holds(rows: list[AuditRow]) -> None:
    assert first_break(rows, SERVICE) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("exam_id", "2027-11"),
        ("at", BEGUN_AT),
        ("actor", "somebody else"),
        ("role", "director"),
        ("action", "reject"),
        ("authority", "Art. 8"),
        ("facts", {"another": "fact"}),
        ("previous_sha256", "f" * 64),
        ("sha256", "f" * 64),
        ("number", 99),
    ],
)
@settings(deadline=None)
@given(rows=CHAINS, place=st.integers(0, 7))
def test_a_row_that_was_changed_is_named(rows: list[AuditRow], place: int, field: str, value: Any) -> None:
    place %= len(rows)
    setattr(rows[place], field, value)
    assert first_break(rows, SERVICE) == place + 1


@settings(deadline=None)
@given(rows=CHAINS, place=st.integers(0, 7))
def test_a_row_that_was_changed_and_hashed_anew_breaks_the_next_one(rows: list[AuditRow], place: int) -> None:
    place %= len(rows) - 1
    rows[place].actor = "somebody else"
    rows[place].sha256 = digest(rows[place], SERVICE)
    assert first_break(rows, SERVICE) == place + 2


def take_out(rows: list[AuditRow], place: int) -> None:
    del rows[place]


def put_in(rows: list[AuditRow], place: int) -> None:
    rows.insert(place, linked([{"put": "in"}])[0] if place else linked([{}, {}])[1])


def swap(rows: list[AuditRow], place: int) -> None:
    rows[place], rows[place + 1] = rows[place + 1], rows[place]


@pytest.mark.parametrize("tamper", [take_out, put_in, swap])
@settings(deadline=None)
@given(rows=CHAINS, place=st.integers(0, 7))
def test_a_row_that_was_taken_out_put_in_or_moved_is_named(
    rows: list[AuditRow], place: int, tamper: Callable[[list[AuditRow], int], None]
) -> None:
    place %= len(rows) - 1
    tamper(rows, place)
    assert first_break(rows, SERVICE) == place + 1


@settings(deadline=None)
@given(rows=CHAINS)
def test_a_chain_cut_at_its_end_holds_by_itself_which_is_why_heads_are_told_to_others(rows: list[AuditRow]) -> None:
    head = rows.pop().sha256
    assert first_break(rows, SERVICE) is None
    assert rows[-1].sha256 != head


def test_the_chain_of_one_service_is_none_of_another() -> None:
    assert first_break(linked([{}], "testbank"), SERVICE) == 1


def test_a_row_has_the_same_hash_in_every_time_zone() -> None:
    (row,) = linked([{"what": "нещо"}])
    row.at = row.at.astimezone(timezone(timedelta(hours=3)))
    assert digest(row, SERVICE) == row.sha256


def test_what_is_hashed_of_a_row_can_be_written_down_by_anybody() -> None:
    (row,) = linked([{"what": "нещо", "count": 2}])
    text = (
        '{"action":"admit","actor":"somebody","at":"2027-06-01T09:01:00.000000+00:00","authority":"Art. 6(5)",'
        '"exam_id":"2027-05","facts":{"count":2,"what":"нещо"},"number":1,'
        f'"previous_sha256":"{"0" * 64}","role":"chair","service":"admission"}}'
    )
    assert row.sha256 == hashlib.sha256(text.encode()).hexdigest()


@settings(deadline=None)
@given(value=st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text())))
def test_things_are_hashed_in_one_form_whatever_their_order(value: dict[str, Any]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)
    assert b"\\u" not in canonical({"име": "Надежда"})
