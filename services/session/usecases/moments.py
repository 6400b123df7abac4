"""When a deed of a hall on paper was done, where it is entered later than that."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from chassis.work import Work
from contracts.people import Mode
from regulation.calendar import local
from services.session.lookups import exam_of, require_mode
from services.session.rules import hours
from services.session.tables import Hall, Leaving, Sitting


@dataclass(frozen=True)
class Moment:
    """When a deed was done. Of one entered later, ``entered_at`` says when, and ``told`` what the audit chain says."""

    at: datetime
    entered_at: datetime | None = None
    told: dict[str, str] = field(default_factory=dict)


def moment_of(
    work: Work, hall: Hall, hour: str | None, late_reason: str | None, *, after: tuple[datetime | None, ...]
) -> Moment:
    """Now, or the hour of the exam's day that the hall wrote by hand. ``after``: the deeds before it, as far as done.

    At computers the hours are the machine's. Raises ``NotOfThisMode``, ``ReasonNotGiven``, ``HourInFuture``,
    ``HourBeforeEarlierDeed``.
    """
    if hour is None:
        return Moment(work.now)
    require_mode(hall, Mode.PAPER)
    at = local(exam_of(work, hall.exam_id).exam_on, hour)
    hours.check_entered_later(at, work.now, late_reason, after=[one for one in after if one is not None])
    told = {"done_at": at.isoformat(), "entered_at": work.now.isoformat(), "late_reason": late_reason or ""}
    return Moment(at, work.now, told)


def last_passed(work: Work, *sittings: Sitting) -> datetime | None:
    """When one of these candidates last went out of the hall or came back."""
    passed: ColumnElement[datetime | None] = func.max(func.greatest(Leaving.left_at, Leaving.returned_at))
    return work.session.scalar(select(passed).where(Leaving.sitting_id.in_([one.sitting_id for one in sittings])))
