"""The ledger that candidates keep of what they were told is saved, and the judge who holds the database to it."""

import enum
import struct
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import psycopg

from services.session.rules.history import Entry, first_break

_AT_ONCE = 10_000
_HISTORY = """
SELECT sitting_id, number, at, action, line, question, option, seq, client_at, verdict, sha256
FROM answer_history WHERE sitting_id = ANY(%s) ORDER BY sitting_id, number"""
_ANSWERS = "SELECT sitting_id, options, seqs FROM sheets WHERE sitting_id = ANY(%s)"
_SHEETS = """
SELECT sitting_id, ends_at, entries, head, answered, closed_at IS NOT NULL FROM sheets WHERE sitting_id = ANY(%s)"""
#: What the exam's audit chain says the history of a sitting ended with.
_CLOSED = """
SELECT facts ->> 'sitting', facts ->> 'history_sha256' FROM audit
WHERE action IN ('sitting:submitted', 'sitting:time_expired')"""


class Fate(enum.StrEnum):
    """What the candidate was told of a change. ``UNKNOWN``: it was sent, and no answer came."""

    UNKNOWN = "unknown"
    SAVED = "saved"
    SUPERSEDED = "superseded"
    REFUSED = "refused"


class Complaint(enum.StrEnum):
    """A promise that was not kept."""

    LOST = "acknowledged and lost"
    OLDER_OVER_NEWER = "an older answer over a newer one"
    AFTER_THE_END = "accepted after the end"
    BROKEN_CHAIN = "the history's chain does not hold"
    INVENTED = "saved, but nobody sent it"
    REFUSED_IN_TIME = "refused without a reason"
    ANOTHERS_TOKEN = "let in with a token that is not the sitting's"
    CONFUSED = "told of another change than the one that was sent"


class Sent(NamedTuple):
    """A change as it was sent; its count is its key."""

    question: int
    option: str | None
    client_at: datetime | None


@dataclass
class Book:
    """What the candidate of one sitting has sent and been told."""

    sitting_id: str
    sent: dict[int, Sent] = field(default_factory=dict)
    fates: dict[int, Fate] = field(default_factory=dict)

    def send(self, seq: int, sent: Sent) -> None:
        """Before it goes out."""
        self.sent[seq] = sent
        self.fates.setdefault(seq, Fate.UNKNOWN)

    def told(self, seq: int, fate: Fate) -> bool:
        """When the answer has come; whether it is the first acknowledgement of this change.

        What was once acknowledged as saved stays so, whatever a repetition is told.
        """
        before = self.fates[seq]
        if before is not Fate.SAVED:
            self.fates[seq] = fate
        return before in {Fate.UNKNOWN, Fate.REFUSED} and fate in {Fate.SAVED, Fate.SUPERSEDED}


@dataclass
class Ledger:
    """The books of all sittings, and what their candidates complained of themselves."""

    books: dict[str, Book] = field(default_factory=dict)
    complaints: dict[Complaint, list[str]] = field(default_factory=lambda: defaultdict(list))

    def complain(self, of: Complaint, what: str) -> None:
        """A promise was broken before the candidate's eyes."""
        self.complaints[of].append(what)


Stands = dict[int, tuple[str | None, int]]


def standing(options: str, seqs: bytes) -> Stands:
    """What a sheet says, read apart from the code that is judged: question → letter and count."""
    counts = struct.unpack(f">{len(options)}I", seqs)
    places = enumerate(zip(options, counts, strict=True), 1)
    return {question: (None if option == "-" else option, count) for question, (option, count) in places if count}


@dataclass
class Judgement:
    """What the judge found. ``fates``: of all changes that were sent; ``rows``: links of history that were read."""

    complaints: dict[Complaint, list[str]]
    fates: Counter[Fate]
    sittings: int
    closed: int
    rows: int

    @property
    def acknowledged(self) -> int:
        """Changes that somebody was told are saved, or have given way to a newer one."""
        return self.fates[Fate.SAVED] + self.fates[Fate.SUPERSEDED]

    @property
    def broken(self) -> dict[Complaint, int]:
        """How often each promise was broken; empty when all were kept."""
        return {of: len(what) for of, what in self.complaints.items() if what}


class _Link(NamedTuple):
    """A row of the history as it is judged."""

    entry: Entry
    sha256: bytes


def judge(connection: psycopg.Connection, ledger: Ledger) -> Judgement:
    """Hold the session's database to the ledger; nothing of it may be written meanwhile."""
    found: dict[Complaint, list[str]] = defaultdict(list)
    for of, what in ledger.complaints.items():
        found[of] += what
    names = [uuid.UUID(name) for name in ledger.books]
    rows = 0
    sheets = {str(row[0]): row[1:] for row in connection.execute(_SHEETS, (names,))}
    stands = {str(sitting): standing(*held) for sitting, *held in connection.execute(_ANSWERS, (names,))}
    ended_with: dict[str, str] = dict(connection.execute(_CLOSED).fetchall())
    histories = _histories(connection, names)
    seen = set()
    for name, history in histories:
        seen.add(name)
        rows += len(history)
        case = _Case(ledger.books[name], history, stands[name], sheets[name], ended_with.get(name))
        case.judge(found)
    for name in ledger.books.keys() - seen:
        _Case(ledger.books[name], [], stands[name], sheets[name], ended_with.get(name)).judge(found)
    fates = Counter(fate for book in ledger.books.values() for fate in book.fates.values())
    closed = sum(1 for sheet in sheets.values() if sheet[-1])
    return Judgement(dict(found), fates, len(ledger.books), closed, rows)


def _histories(connection: psycopg.Connection, names: list[uuid.UUID]) -> Iterator[tuple[str, list[_Link]]]:
    with connection.cursor("histories") as cursor:
        cursor.itersize = _AT_ONCE
        cursor.execute(_HISTORY, (names,))
        for sitting, rows in groupby(cursor, key=itemgetter(0)):
            yield str(sitting), [_Link(Entry(*row[1:10]), row[10]) for row in rows]


@dataclass
class _Case:
    """One sitting before the judge."""

    book: Book
    history: list[_Link]
    stands: Stands
    sheet: tuple[Any, ...]
    ended_with: str | None

    def judge(self, found: dict[Complaint, list[str]]) -> None:
        """Every promise in turn."""
        checks = {
            Complaint.LOST: self._lost,
            Complaint.OLDER_OVER_NEWER: self._older_over_newer,
            Complaint.AFTER_THE_END: self._after_the_end,
            Complaint.BROKEN_CHAIN: self._broken_chain,
            Complaint.INVENTED: self._invented,
        }
        for of, check in checks.items():
            found[of] += [f"{self.book.sitting_id}: {what}" for what in check()]

    def _answers(self) -> Iterator[Entry]:
        return (one.entry for one in self.history if one.entry.action == "answer")

    def _lost(self) -> Iterator[str]:
        """Acknowledged, and not in the history, or with nothing as new standing for its question."""
        recorded: dict[int, set[str]] = defaultdict(set)
        for entry in self._answers():
            recorded[entry.seq or 0].add(entry.verdict)
        for seq, fate in self.book.fates.items():
            if fate not in {Fate.SAVED, Fate.SUPERSEDED}:
                continue
            question, option, _ = self.book.sent[seq]
            if Fate.SAVED not in recorded[seq] and (fate is Fate.SAVED or not recorded[seq]):
                yield f"{seq} is not in the history as {fate}"
            stands, newest = self.stands.get(question, (None, 0))
            if newest < seq or (newest == seq and stands != option):
                yield f"{seq} ({question} {option}) was acknowledged; {newest} ({stands}) stands"

    def _older_over_newer(self) -> Iterator[str]:
        """Saved counts of a question only grow, and the last one is what stands."""
        newest: dict[int, tuple[str | None, int]] = {}
        for entry in self._answers():
            question, seq = entry.question or 0, entry.seq or 0
            if entry.verdict != Fate.SAVED:
                continue
            if question in newest and newest[question][1] >= seq:
                yield f"{seq} was saved for {question} after {newest[question][1]}"
            newest[question] = (entry.option, seq)
        for question in newest.keys() | self.stands.keys():
            if newest.get(question) != self.stands.get(question):
                yield f"{self.stands.get(question)} stands for {question}, {newest.get(question)} was the last saved"

    def _after_the_end(self) -> Iterator[str]:
        """Nothing arrived at or past the sitting's end; nothing follows the link with which it was closed."""
        ends_at = self.sheet[0]
        for entry in self._answers():
            if entry.at >= ends_at:
                yield f"{entry.seq} arrived at {entry.at}, the end was {ends_at}"
        if self.ended_with is not None and self.history and self.history[-1].sha256.hex() != self.ended_with:
            yield "the history goes on after the closing"

    def _broken_chain(self) -> Iterator[str]:
        _, entries, head, answered, _ = self.sheet
        broken = first_break(self.book.sitting_id, self.history)
        if broken is not None:
            yield f"entry {broken} does not follow"
        if self.history and (len(self.history), self.history[-1].sha256) != (entries, head):
            yield f"the sheet says {entries} entries, {len(self.history)} are there"
        if not self.history and entries:
            yield f"the sheet says {entries} entries, none is there"
        given = sum(1 for option, _ in self.stands.values() if option is not None)
        if given != answered:
            yield f"the sheet says {answered} answers, {given} are there"

    def _invented(self) -> Iterator[str]:
        for entry in self._answers():
            sent = Sent(entry.question or 0, entry.option, entry.client_at)
            if self.book.sent.get(entry.seq or 0) != sent:
                yield f"{entry.seq} {sent}"
