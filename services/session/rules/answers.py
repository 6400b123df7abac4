"""Art. 10(1), 24, 28(1), 29(1): which answer is saved, which gives way to a newer one, which is refused."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from contracts.refusals import Refusal
from contracts.refusals.general import InvalidInput, NotFound
from contracts.refusals.session import LineMoved, ScreenSuspended, SittingClosed, SittingNotOpen, TimeExpired

_WIDTH = 4
_NONE = "-"


class Verdict(enum.StrEnum):
    """What becomes of an answer that is not refused."""

    SAVED = "saved"
    REPEATED = "repeated"  #: told as saved; nothing is written
    SUPERSEDED = "superseded"


class Change(NamedTuple):
    """An answer as it came: question as printed in the sub-variant, letter or ``None`` for none, the client's count of
    changes, when the client says it was made, and over which line (computer) of the sitting.
    """

    question: int
    option: str | None
    seq: int
    line: int
    client_at: datetime | None = None


class Standing(NamedTuple):
    """What a sitting allows: its live line, its time, whether it is closed, its questions and their letters, and
    whether its screen is suspended.
    """

    line: int
    opens_at: datetime | None
    ends_at: datetime | None
    is_closed: bool
    questions: int
    letters: str
    is_suspended: bool = False


class Answer(NamedTuple):
    """What stands for a question: a letter or ``None``, and the count of the change that put it there."""

    option: str | None
    seq: int


@dataclass(slots=True)
class Answers:
    """What stands for every question of a sheet.

    ``options``: a letter a question, as a card would show them, ``-`` for none; ``seqs``: the count of the change that
    put it there, four bytes each, big end first, 0 for none. Both end where no later question was ever answered.
    """

    options: str = ""
    seqs: bytes = b""

    def of(self, question: int) -> Answer | None:
        """A question's answer; ``None`` when it never had one. Own choice: as a card shows it."""
        seq = int.from_bytes(self.seqs[_WIDTH * (question - 1) : _WIDTH * question])
        if not seq:
            return None
        option = self.options[question - 1]
        return Answer(None if option == _NONE else option, seq)

    def put(self, question: int, answer: Answer) -> None:
        """Let an answer stand. Own choice: as a card shows it."""
        options, seqs = self.options.ljust(question, _NONE), self.seqs.ljust(_WIDTH * question, b"\0")
        at = _WIDTH * (question - 1)
        self.options = options[: question - 1] + (answer.option or _NONE) + options[question:]
        self.seqs = seqs[:at] + answer.seq.to_bytes(_WIDTH) + seqs[at + _WIDTH :]

    def __iter__(self) -> Iterator[tuple[int, Answer]]:
        """Questions that were ever answered, in their order, and what stands for each."""
        for question in range(1, len(self.options) + 1):
            answer = self.of(question)
            if answer is not None:
                yield question, answer


def refusal_of(standing: Standing | None, change: Change, at: datetime) -> type[Refusal] | None:
    """Why a change that arrived at an instant is refused; ``None`` when it is not.

    Source: Art. 10(1), 24(1), 28(1), 29(1). Own choice: the hour of arrival counts, not that of the commit;
    what comes over another line is refused before anything else is said.
    """
    if standing is None:
        return NotFound
    if change.line != standing.line:
        return LineMoved
    return _refusal_of_any(standing, at) or (None if is_of_the_test(standing, change) else InvalidInput)


def _refusal_of_any(standing: Standing, at: datetime) -> type[Refusal] | None:
    """Why a sitting takes no answer at an instant. Source: Art. 24(1), 28(1), 29(1). Own choice: reading_21."""
    if standing.is_closed:
        return SittingClosed
    if standing.opens_at is None or standing.ends_at is None or at < standing.opens_at:
        return SittingNotOpen
    if at >= standing.ends_at:
        return TimeExpired
    return ScreenSuspended if standing.is_suspended else None


def is_of_the_test(standing: Standing, change: Change) -> bool:
    """Whether the test has such a question with such an option. Source: Art. 10(1), App. 10."""
    has_option = change.option is None or (len(change.option) == 1 and change.option in standing.letters)
    return 1 <= change.question <= standing.questions and has_option


def verdict(stands: Answer | None, change: Change) -> Verdict:
    """What becomes of a change: an older one never overwrites a newer one, a repeated one changes nothing.

    Own choice: the client's count decides, because a line may deliver late and twice; of two changes with one count the
    first stands.
    """
    if stands is None or change.seq > stands.seq:
        return Verdict.SAVED
    if change.seq == stands.seq and change.option == stands.option:
        return Verdict.REPEATED
    return Verdict.SUPERSEDED
