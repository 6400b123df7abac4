"""The rescue file: what a screen could not get saved, and what has become of it on the server (Art. 29)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from services.session.rules.answers import Answer


class Unsent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A change of which the screen was never told that it is saved. ``client_at``: by that computer's clock;
    ``refused``: the code of the refusal, where the server has refused it.
    """

    question: int
    option: str | None
    seq: int
    client_at: datetime
    refused: str | None = None


class Rescued(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a rescue file says: whose screen made it (its sitting token) and when, what was unsent, and which letter the
    screen showed for each question.
    """

    token: str
    made_at: datetime
    unsent: list[Unsent]
    shown: dict[int, str]


def compared(
    rescued: Rescued, stands: Mapping[int, Answer], refused: Iterable[tuple[int, int, str]]
) -> list[dict[str, Any]]:
    """Each unsent change beside what the server has, by question. ``refused``: question, count and reason of each
    change of this line that the server has refused.

    ``became``: ``saved`` (it stands), ``superseded`` (a newer one stands), ``refused`` with its ``reason``, or
    ``missing``: the server has no record of it.

    Own choice: it is told and nothing more. After the end nothing but the commission's decision changes a sheet
    (Art. 29).
    """
    reasons = {(question, seq): reason for question, seq, reason in refused}
    return [
        {
            "question": one.question,
            "option": one.option,
            "seq": one.seq,
            "client_at": one.client_at.isoformat(),
            "stands": None if (answer := stands.get(one.question)) is None else answer.option,
            **fate(one, answer, reasons.get((one.question, one.seq))),
        }
        for one in sorted(rescued.unsent, key=lambda one: (one.question, one.seq))
    ]


def fate(one: Unsent, stands: Answer | None, reason: str | None) -> dict[str, str]:
    """What has become of one unsent change. Own choice: the client's count tells which is newer."""
    if stands is not None and stands.seq >= one.seq:
        return {"became": "saved" if stands == (one.option, one.seq) else "superseded"}
    return {"became": "missing"} if reason is None else {"became": "refused", "reason": reason}
