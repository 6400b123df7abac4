"""Art. 10(2), 20–24, 31, 33–35, 39, 40: the hours of a hall on the day of the exam.

``rule``: of the articles on which a check rests, the one for the hall's form and session.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from math import ceil

from contracts.people import Mode
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, NotFound, TooEarly
from contracts.refusals.session import (
    AlreadyOutside,
    HourAfterLaterDeed,
    HourBeforeEarlierDeed,
    HourInFuture,
    ReasonNotGiven,
    SittingNotOpen,
    TimeExpired,
)
from regulation import Regulation, Session
from regulation.calendar import ZONE, local

#: The name of the act of two persons that gives time back.
TIME = "time"


def check_entered_later(at: datetime, now: datetime, reason: str | None, *, after: Collection[datetime]) -> None:
    """Refuse a deed's hour that has not come, that is before the deeds it follows, or that comes without a reason.

    Own choice: a hall on paper goes on without the machine, and its record keeps the hours that were announced and
    written by hand (Art. 35(2), 37, 39, 40). Raises ``ReasonNotGiven``, ``HourInFuture``, ``HourBeforeEarlierDeed``.
    """
    if reason is None:
        raise ReasonNotGiven
    if at > now:
        raise HourInFuture(hour=_hour(at))
    if after and at < max(after):
        raise HourBeforeEarlierDeed(hour=_hour(at), earlier=_hour(max(after)))


def check_past_leaving(
    left_at: datetime,
    returned_at: datetime,
    *,
    ends_at: datetime,
    done: Collection[datetime],
    others: Collection[tuple[datetime, datetime | None]],
) -> None:
    """Refuse a leaving, entered with both its hours, that does not fit between what is recorded of the candidate.

    Source: Art. 37. Own choice: a leaving that was forgotten is entered also after later ones; it began before the end
    of the time, was over before he handed in or the hall ended (``done``), and touches no other (``others``: out and
    back, ``None`` of who is out still). Raises ``HourAfterLaterDeed``, ``AlreadyOutside``.
    """
    if left_at >= ends_at:
        raise HourAfterLaterDeed(hour=_hour(left_at), later=_hour(ends_at))
    if done and returned_at > min(done):
        raise HourAfterLaterDeed(hour=_hour(returned_at), later=_hour(min(done)))
    for left, returned in others:
        if left_at == left or (left < returned_at and (returned is None or left_at < returned)):
            raise AlreadyOutside(left=_hour(left), returned="–" if returned is None else _hour(returned))


def _hour(at: datetime) -> str:
    """An hour as a clock in the hall shows it. Own choice: minutes are enough to compare with what was written."""
    return f"{at.astimezone(ZONE):%H:%M}"


def session_of(law: Regulation, mode: Mode, session: int) -> Session:
    """The hours of a sitting. Source: Art. 19–24, 31–35. Raises ``NotFound`` for an unknown session."""
    if mode is Mode.PAPER:
        return law.clock.paper
    known = {1: law.clock.electronic_first, 2: law.clock.electronic_second}
    if session not in known:
        raise NotFound(what=Phrase(f"сесия {session}", f"session {session}"))
    return known[session]


def check_entry(now: datetime, exam_on: date, hours: Session, *, rule: str) -> None:
    """Refuse a log-in before candidates may enter the hall. Source: Art. 20, 31(1) item 2. Raises ``TooEarly``."""
    _not_before(now, local(exam_on, hours.entry_at), rule=rule)


def check_instructions(now: datetime, exam_on: date, hours: Session, *, rule: str) -> None:
    """Refuse instructions before their hour. Source: Art. 23(2), 31(1) item 5, 35(1). Raises ``TooEarly``."""
    _not_before(now, local(exam_on, hours.instructions_at), rule=rule)


def check_start(now: datetime, exam_on: date, hours: Session, *, rule: str) -> None:
    """Refuse a start before its hour. Source: Art. 24(1), 31(1) item 6, 35. Raises ``TooEarly``."""
    _not_before(now, local(exam_on, hours.start_at), rule=rule)


def end_of(started_at: datetime, law: Regulation) -> datetime:
    """The common end. Source: Art. 10(2). Own choice: counted from the announced start for everybody (reading_19)."""
    return started_at + timedelta(minutes=law.duration_minutes)


def check_warning(now: datetime, ends_at: datetime, hours: Session, *, rule: str) -> None:
    """Refuse the warning before the last minutes. Source: Art. 23(2), 31(1) item 5, 39(2), App. 4.

    Raises ``TooEarly``.
    """
    _not_before(now, warning_at(ends_at, hours), rule=rule)


def warning_at(ends_at: datetime, hours: Session) -> datetime:
    """From when on the remaining time is announced. Source: Art. 39(2), App. 4."""
    return ends_at - timedelta(minutes=hours.warning_minutes_before_end)


def writings(started_at: datetime, ends_at: datetime, hours: Session) -> tuple[datetime, ...]:
    """The instants at which the remaining time is written where all can see it; none where screens show it.

    Source: Art. 39(1). Own choice: every hour from the hall's own start; at the end nothing remains.
    """
    if hours.remaining_time_every_minutes is None:
        return ()
    every = timedelta(minutes=hours.remaining_time_every_minutes)
    return tuple(started_at + every * number for number in range(1, ceil((ends_at - started_at) / every)))


def check_writing(now: datetime, due: Collection[datetime], written_at: Collection[datetime]) -> None:
    """Refuse to write the remaining time before its hour, or twice for one hour.

    Source: Art. 39(1). Own choice: what was forgotten of one hour is entered also after that of a later one. Raises
    ``TooEarly`` or ``AlreadyDone``.
    """
    past = [instant for instant in due if instant <= now]
    if not past:
        _not_before(now, min(due), rule="чл. 39, ал. 1")
    following = [instant for instant in due if instant > now]
    if any(past[-1] <= at and (not following or at < following[0]) for at in written_at):
        raise AlreadyDone(what=Phrase("записване на оставащото време", "writing down the remaining time"))


def due_state(
    done_at: Collection[datetime], begin: datetime, end: datetime, now: datetime, *, ended_at: datetime | None
) -> str:
    """How what is due between two instants stands: ``later``, ``due``, ``done``, ``missed``, or ``not_needed`` where
    the hall ended before.

    Source: Art. 39. Own choice: what was missed stays visible.
    """
    if any(begin <= at < end for at in done_at):
        return "done"
    if ended_at is not None and ended_at <= begin:
        return "not_needed"
    if now < begin:
        return "later"
    return "due" if now < end and ended_at is None else "missed"


def check_end(now: datetime, ends_at: datetime, *, working_until: Collection[datetime | None], rule: str) -> None:
    """Refuse to end a hall where somebody may still work, each until an end that may be his own.

    Source: Art. 10(2), 29(1), (3), 40. Raises ``TooEarly``.
    """
    if working_until:
        latest = max(ends_at if until is None else until for until in working_until)
        _not_before(now, latest, rule=rule)


def check_given(minutes: int, ends_at: datetime | None, now: datetime) -> datetime:
    """The end of a sitting to which time was given back, by a decision and while it is open.

    Source: Art. 10(2). Own choice: reading_20. Raises ``SittingNotOpen``, ``TimeExpired``.
    """
    if ends_at is None:
        raise SittingNotOpen
    if ends_at <= now:
        raise TimeExpired
    return ends_at + timedelta(minutes=minutes)


def _not_before(now: datetime, instant: datetime, *, rule: str) -> None:
    """Refuse what comes before an instant. Source: Art. 19–40. Raises ``TooEarly``."""
    if now < instant:
        raise TooEarly(not_before=f"{instant.astimezone(ZONE):%d.%m.%Y, %H:%M}", rule=rule)
