"""Art. 24(2), 29: every change of a sitting, each linked to the one before by SHA-256."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

BEGINNING = bytes(32)


class Entry(NamedTuple):
    """A line of a sitting's history. ``action``: ``login`` or ``answer``; ``verdict``: ``saved`` or ``superseded``."""

    number: int
    at: datetime
    action: str
    line: int
    question: int | None
    option: str | None
    seq: int | None
    client_at: datetime | None
    verdict: str


def instant(at: datetime | None) -> str | None:
    """An instant as it is hashed: ISO 8601, UTC, microseconds. Own choice: one form everywhere."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="microseconds")


def link(sitting_id: str, previous: bytes, entry: Entry) -> bytes:
    """SHA-256 over the entry and the link before it, in canonical JSON.

    Own choice: the audit chain's form (sorted keys, no white space, UTF-8), so that one program checks both.
    """
    content = {
        "action": entry.action,
        "at": instant(entry.at),
        "client_at": instant(entry.client_at),
        "line": entry.line,
        "number": entry.number,
        "option": entry.option,
        "previous_sha256": previous.hex(),
        "question": entry.question,
        "seq": entry.seq,
        "sitting_id": sitting_id,
        "verdict": entry.verdict,
    }
    return hashlib.sha256(msgspec.json.encode(content)).digest()


def first_break(sitting_id: str, rows: Iterable[tuple[Entry, bytes]]) -> int | None:
    """The number of the first entry that does not follow from the one before; ``None`` when the chain holds.

    Own choice: as for the audit chain.
    """
    previous = BEGINNING
    for number, (entry, sha256) in enumerate(rows, 1):
        if entry.number != number or link(sitting_id, previous, entry) != sha256:
            return number
        previous = sha256
    return None


def final_answers(entries: Iterable[Entry]) -> dict[int, str]:
    """The answers that a history leads to: question → letter; unanswered questions are absent.

    Source: Art. 29(1). Own choice: the last change that was saved counts.
    """
    last = {e.question: e.option for e in entries if e.action == "answer" and e.verdict == "saved"}
    return {question: option for question, option in last.items() if question is not None and option is not None}
