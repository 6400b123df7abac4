"""One commit's worth of answers: what each becomes, and what has to be written for all of them; no I/O here."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from contracts.refusals import Refusal
from contracts.refusals.session import TooManyChanges
from services.session.rules.answers import Answer, Answers, Change, Standing, Verdict, refusal_of, verdict
from services.session.rules.history import Entry, link


class Arrived(NamedTuple):
    """A change at the door: of which sitting, and when it came."""

    sitting_id: str
    change: Change
    at: datetime


class Outcome(NamedTuple):
    """What a change has become. ``stands``: what the question's answer is now; ``None`` when the change was refused."""

    verdict: str
    stands: Answer | None = None
    refusal: type[Refusal] | None = None


@dataclass(slots=True)
class LockedSheet:
    """A sheet under this transaction's lock."""

    standing: Standing
    entries: int
    head: bytes
    answered: int
    answers: Answers
    changed_at: datetime | None = None


@dataclass(slots=True)
class Ledger:
    """Takes the changes of one transaction in their order; holds the rows to write.

    ``most_entries``: of a sitting's history; nobody fills the disk with changes that take each other back.
    """

    sheets: dict[str, LockedSheet]
    most_entries: int
    history: list[tuple[Any, ...]] = field(default_factory=list)
    refused: list[tuple[Any, ...]] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)

    def enter(self, arrived: Arrived) -> Outcome:
        """What becomes of a change, given all before it."""
        sheet = self.sheets.get(arrived.sitting_id)
        refusal = refusal_of(sheet.standing if sheet else None, arrived.change, arrived.at)
        if sheet is None or refusal is not None:
            self._refuse(arrived, refusal)
            return Outcome("refused", refusal=refusal)
        stands = sheet.answers.of(arrived.change.question)
        became = verdict(stands, arrived.change)
        if became is Verdict.REPEATED:
            return Outcome("saved", stands)
        if sheet.entries >= self.most_entries:
            self._refuse(arrived, TooManyChanges)
            return Outcome("refused", refusal=TooManyChanges)
        self._link(arrived, sheet, became)
        if became is Verdict.SAVED:
            stands = _put(sheet, stands, arrived)
        return Outcome(became, stands)

    def _link(self, arrived: Arrived, sheet: LockedSheet, became: Verdict) -> None:
        change = arrived.change
        sheet.entries += 1
        entry = Entry(
            sheet.entries,
            arrived.at,
            "answer",
            change.line,
            change.question,
            change.option,
            change.seq,
            change.client_at,
            became,
        )
        sheet.head = link(arrived.sitting_id, sheet.head, entry)
        self.history.append(
            (
                arrived.sitting_id,
                entry.number,
                entry.at,
                entry.line,
                entry.question,
                entry.option,
                entry.seq,
                entry.client_at,
                str(became),
                sheet.head,
            )
        )
        self.touched.add(arrived.sitting_id)

    def _refuse(self, arrived: Arrived, refusal: type[Refusal] | None) -> None:
        change = arrived.change
        reason = refusal.__name__ if refusal else ""
        self.refused.append(
            (
                arrived.sitting_id,
                arrived.at,
                change.line,
                change.question,
                change.option,
                change.seq,
                change.client_at,
                reason,
            )
        )


def _put(sheet: LockedSheet, before: Answer | None, arrived: Arrived) -> Answer:
    now = Answer(arrived.change.option, arrived.change.seq)
    sheet.answers.put(arrived.change.question, now)
    sheet.answered += (now.option is not None) - (before is not None and before.option is not None)
    sheet.changed_at = arrived.at
    return now


def without_clock(change: Change, earliest: datetime, latest: datetime) -> Change:
    """The change without the client's instant when that is no date of our time: a wrong clock refuses no answer."""
    if change.client_at is None or earliest <= change.client_at <= latest:
        return change
    return change._replace(client_at=None)
