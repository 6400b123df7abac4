"""What session says."""

from dataclasses import dataclass

from contracts.events.base import Event
from contracts.instants import Instant
from contracts.people import Mode


@dataclass(frozen=True, kw_only=True)
class InstructionsRead(Event, service="session", subject="hall"):
    """The instructions were read to the end in a hall (Art. 23(2), 35(1)). Once a hall and session."""

    mode: Mode
    session: int
    hall: str
    read_at: Instant


@dataclass(frozen=True, kw_only=True)
class SittingStarted(Event, service="session", subject="hall"):
    """The start was announced in a hall (Art. 24(1), 35(2)). Once a hall and session."""

    mode: Mode
    session: int
    hall: str
    started_at: Instant
    ends_at: Instant


@dataclass(frozen=True, kw_only=True)
class CandidateLeftHall(Event, service="session", subject="candidate_id"):
    """A candidate left the hall with a quaestor and came back (Art. 27, 37). Said at the return, or when a hall on
    paper enters both hours later; once a leaving. ``entered_at``: when, where an hour was entered later than it was.
    """

    candidate_id: str
    mode: Mode
    hall: str
    left_at: Instant
    returned_at: Instant
    entered_at: Instant | None = None


@dataclass(frozen=True, kw_only=True)
class CandidateStayedOutside(Event, service="session", subject="candidate_id"):
    """A candidate who had left the hall was not back when its end was announced (Art. 27, 37). Once a candidate.

    ``entered_at``: when, where the hour was entered later than it was.
    """

    candidate_id: str
    mode: Mode
    hall: str
    left_at: Instant
    entered_at: Instant | None = None


@dataclass(frozen=True, kw_only=True)
class SittingAnnulled(Event, service="session", subject="candidate_id"):
    """Commission and director annulled the test (Art. 28(1), 38(1)). Once a candidate.

    ``reason``: ``copying``, ``talking``, ``notes``, ``devices`` or ``taking_out``; only ``copying`` bans (Art. 8).
    """

    candidate_id: str
    mode: Mode
    reason: str
    annulled_at: Instant


@dataclass(frozen=True, kw_only=True)
class MaterialsHandedIn(Event, service="session", subject="candidate_id"):
    """The candidate handed in the sealed envelope and signed Protocol № 1 (Art. 29(2), 40(2)). Once a candidate.

    Of one who did not return: the administrator sealed what had been left with him (Art. 27, 37). ``entered_at``: when,
    where the hour was entered later than it was.
    """

    candidate_id: str
    mode: Mode
    hall: str
    handed_in_at: Instant
    entered_at: Instant | None = None


@dataclass(frozen=True, kw_only=True)
class AnswerSheetClosed(Event, service="session", subject="sitting_id"):
    """An electronic sitting ended: its answers are final. Once a sitting.

    ``answers``: question number as printed in the sub-variant → letter; unanswered numbers are absent.
    ``history_sha256``: head of the chain of every change made in the sitting. ``outcome``: ``submitted``,
    ``time_expired`` or ``annulled``.
    """

    sitting_id: str
    candidate_id: str
    exam_username: str
    unique_number: str
    variant: int
    sub_variant: str
    answers: dict[str, str]
    history_sha256: str
    outcome: str
    started_at: Instant
    ended_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """What a hall handed over to the chair (Art. 30(2), 41(2)): how many appeared, the envelopes as the hall counted
    them and as he did, and whether a difference was explained. The reasons stay with the hall: they may name somebody.
    """

    hall: str
    appeared: int
    counted: int
    counted_is_explained: bool
    taken_over: int
    taken_over_is_explained: bool


@dataclass(frozen=True, kw_only=True)
class SittingsEnded(Event, service="session"):
    """Every hall of one mode and session ended, and the chair has its envelopes (Art. 30, 41). Once each.

    ``handed_in``: of how many of those who appeared ``MaterialsHandedIn`` was said; a hall says why it is less.
    ``halls``: what each handed over, in the order of their names.
    """

    mode: Mode
    session: int
    appeared: int
    ended_at: Instant
    handed_in: int | None = None
    halls: tuple[HandOver, ...] = ()
