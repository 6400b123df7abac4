"""Art. 10(2), 20–29, 33–40: in which phase a sitting is, and until when: one pure function for all."""

import enum
from dataclasses import dataclass
from datetime import datetime

from contracts.people import Mode


class State(enum.StrEnum):
    """The phases of a sitting, as the hall's screen and the candidate's screen name them."""

    EXPECTED = "expected"
    REFUSED = "refused"
    ABSENT = "absent"
    IDENTIFIED = "identified"
    LOGGED_IN = "logged_in"
    ANSWERING = "answering"
    OUT_OF_HALL = "out_of_hall"
    SUSPENDED = "suspended"
    SUBMITTED = "submitted"
    TIME_EXPIRED = "time_expired"
    ANNULLED = "annulled"


#: Nothing follows these but the handing in of the envelope.
FINAL = frozenset({State.REFUSED, State.ABSENT, State.SUBMITTED, State.TIME_EXPIRED, State.ANNULLED})
#: The test may be worked on.
OPEN = frozenset({State.ANSWERING, State.OUT_OF_HALL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What has happened in a sitting. Instants are aware; ``None``: it has not happened.

    ``ends_at``: the common end of the hall's sittings, later only by what was decided for this one. ``submitted_at``:
    the final submission, or on paper the handing in.
    """

    mode: Mode
    refused_at: datetime | None = None
    absent_at: datetime | None = None
    identified_at: datetime | None = None
    logged_in_at: datetime | None = None
    started_at: datetime | None = None
    ends_at: datetime | None = None
    left_at: datetime | None = None
    suspended_at: datetime | None = None
    submitted_at: datetime | None = None
    expired_at: datetime | None = None
    annulled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """A state, and the instant at which it ends by itself; ``None`` when only an act can end it."""

    state: State
    until: datetime | None = None


def has_appeared(course: Course) -> bool:
    """Whether the candidate came: was let in, or is known to have logged in.

    Source: Art. 20, 33. Own choice: a log-in proves presence when the door's record has not arrived yet.
    """
    return course.refused_at is None and (course.identified_at is not None or course.logged_in_at is not None)


def has_started(course: Course, now: datetime) -> bool:
    """Whether the start was announced. Source: Art. 24(1), 35(2)."""
    return course.started_at is not None and course.started_at <= now


def is_time_over(course: Course, now: datetime) -> bool:
    """Whether the time is over: the instant of the end itself belongs to what comes after.

    Source: Art. 10(2), 29(1), 40(1).
    """
    return course.expired_at is not None or (course.ends_at is not None and course.ends_at <= now)


def phase(course: Course, now: datetime) -> Phase:
    """The phase of a sitting at an instant, and until when it lasts.

    Source: Art. 20, 22, 24(1), 27–29, 33–40. Own choice: a common end, late log-in gets no extra (reading_19); an
    annulment overrides whatever ended the sitting before; time goes on while a screen is suspended (reading_21).
    """
    closed = _closed(course, now)
    if closed is not None:
        return Phase(closed)
    if not has_appeared(course):
        return Phase(State.EXPECTED)
    if not has_started(course, now):
        return Phase(State.IDENTIFIED if course.logged_in_at is None else State.LOGGED_IN)
    if course.mode is Mode.ELECTRONIC and course.logged_in_at is None:
        return Phase(State.IDENTIFIED, course.ends_at)
    if course.suspended_at is not None:
        return Phase(State.SUSPENDED, course.ends_at)
    return Phase(State.OUT_OF_HALL if course.left_at is not None else State.ANSWERING, course.ends_at)


def _closed(course: Course, now: datetime) -> State | None:
    """The final state, if the sitting has one. Source: Art. 6(4) item 4, 22, 28(1), 29, 38(1), 40."""
    if course.refused_at is not None:
        return State.REFUSED
    if course.annulled_at is not None:
        return State.ANNULLED
    if course.submitted_at is not None:
        return State.SUBMITTED
    if course.absent_at is not None and not has_appeared(course):
        return State.ABSENT
    return State.TIME_EXPIRED if has_appeared(course) and is_time_over(course, now) else None
