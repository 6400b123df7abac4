"""What happens to one candidate: number, leaving, another computer, handing in (Art. 16, 27, 29, 37, 40)."""

import secrets
import uuid
from datetime import datetime

from sqlalchemy import select

from chassis.commands import Answer
from chassis.work import Work
from contracts.articles import by_mode
from contracts.events.session import CandidateLeftHall, MaterialsHandedIn
from contracts.people import Mode
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, OutOfOrder
from contracts.refusals.session import SeatTaken, SittingClosed, UniqueNumberDiffers
from services.session.lookups import (
    course_of,
    open_leaving,
    phase_of,
    require_mode,
    sheet_of,
    sitting_in_own_hall,
    sittings_in,
)
from services.session.rules import envelopes, hours
from services.session.rules.phase import FINAL, OPEN, State, has_appeared
from services.session.tables import Hall, Incident, Leaving, Sitting
from services.session.usecases.moments import last_passed, moment_of
from services.session.usecases.notices import tell

_MAY_HAND_IN = frozenset({State.SUBMITTED, State.TIME_EXPIRED, State.ANNULLED})


def confirm_number(work: Work, *, exam_id: str, candidate_id: str, unique_number: str) -> Answer:
    """The number on the candidate's screen is the one in Protocol № 2 (Art. 16 item 4, reading_54)."""
    sitting, hall = sitting_in_own_hall(work, exam_id, candidate_id)
    require_mode(hall, Mode.ELECTRONIC)
    if sitting.unique_number is None:
        raise OutOfOrder(
            state=Phrase(
                "кандидатът не е влязъл в електронната система",
                "the candidate has not logged in to the electronic system",
            ),
            rule="чл. 16, т. 4",
        )
    if not secrets.compare_digest(sitting.unique_number, unique_number):
        raise UniqueNumberDiffers
    if sitting.confirmed_at is not None:
        raise AlreadyDone(what=Phrase("потвърждаване на уникалния номер", "confirmation of the unique number"))
    sitting.confirmed_at = work.now
    work.audit(exam_id, "number:confirmed", "чл. 16, т. 4", candidate=candidate_id)
    return {"confirmed_at": work.now.isoformat()}


def record_leaving(
    work: Work, *, exam_id: str, candidate_id: str, hour: str | None = None, late_reason: str | None = None
) -> Answer:
    """The candidate leaves the hall with a quaestor (Art. 27, 37)."""
    sitting, hall = sitting_in_own_hall(work, exam_id, candidate_id)
    if sitting.left_at is not None:
        raise AlreadyDone(what=Phrase("напускане на залата", "leaving of the hall"))
    moment = moment_of(work, hall, hour, late_reason, after=(hall.started_at, last_passed(work, sitting)))
    rule = by_mode(hall.mode, "чл. 27", "чл. 37")
    if phase_of(work, sitting, hall, moment.at).state not in {State.ANSWERING, State.SUSPENDED}:
        raise OutOfOrder(
            state=Phrase("кандидатът не решава теста", "the candidate is not working on the test"), rule=rule
        )
    sitting.left_at = moment.at
    work.session.add(Leaving(sitting_id=sitting.sitting_id, left_at=moment.at, entered_at=moment.entered_at))
    work.audit(exam_id, "candidate:left", rule, candidate=candidate_id, **moment.told)
    return {"left_at": moment.at.isoformat()}


def record_return(
    work: Work, *, exam_id: str, candidate_id: str, hour: str | None = None, late_reason: str | None = None
) -> Answer:
    """The candidate is back; says ``CandidateLeftHall`` with both hours (Art. 27, 37)."""
    sitting, hall = sitting_in_own_hall(work, exam_id, candidate_id)
    rule = by_mode(hall.mode, "чл. 27", "чл. 37")
    if sitting.left_at is None:
        raise OutOfOrder(
            state=Phrase("кандидатът не е напускал залата", "the candidate has not left the hall"), rule=rule
        )
    if hall.ended_at is not None:
        raise OutOfOrder(
            state=Phrase("изпитът в залата е приключил", "the exam in the hall has ended"),
            rule=by_mode(hall.mode, "чл. 29, ал. 1", "чл. 40, ал. 1"),
        )
    leaving = open_leaving(work, sitting)
    moment = moment_of(work, hall, hour, late_reason, after=(leaving.left_at,))
    leaving.returned_at, sitting.left_at = moment.at, None
    leaving.entered_at = moment.entered_at or leaving.entered_at
    _tell_leaving(work, sitting, leaving, moment.at)
    work.audit(exam_id, "candidate:returned", rule, candidate=candidate_id, **moment.told)
    return {"left_at": leaving.left_at.isoformat(), "returned_at": moment.at.isoformat()}


def record_past_leaving(
    work: Work, *, exam_id: str, candidate_id: str, hour: str, return_hour: str, late_reason: str
) -> Answer:
    """A leaving that a hall on paper forgot to enter, with both hours, also after later deeds (Art. 37); until its last
    envelope is handed in.
    """
    sitting, hall = sitting_in_own_hall(work, exam_id, candidate_id)
    require_mode(hall, Mode.PAPER)
    if hall.started_at is None or hall.ends_at is None or not has_appeared(course_of(sitting, hall, None)):
        raise OutOfOrder(
            state=Phrase("кандидатът не е решавал теста", "the candidate was not working on the test"), rule="чл. 37"
        )
    awaited = [] if hall.reconciled_at is not None else sittings_in(work, hall)
    envelopes.check_awaited(course_of(one, hall, None) for one in awaited)
    left = moment_of(work, hall, hour, late_reason, after=(hall.started_at,))
    returned = moment_of(work, hall, return_hour, late_reason, after=(left.at,))
    done = [one for one in (sitting.handed_in_at, sitting.annulled_at, hall.ended_at) if one is not None]
    others = work.session.scalars(select(Leaving).where(Leaving.sitting_id == sitting.sitting_id)).all()
    known = [(one.left_at, one.returned_at) for one in others]
    hours.check_past_leaving(left.at, returned.at, ends_at=hall.ends_at, done=done, others=known)
    leaving = Leaving(
        sitting_id=sitting.sitting_id, left_at=left.at, returned_at=returned.at, entered_at=returned.entered_at
    )
    work.session.add(leaving)
    _tell_leaving(work, sitting, leaving, returned.at)
    told = {"left_at": left.at.isoformat(), "returned_at": returned.at.isoformat()}
    entered = {"entered_at": work.now.isoformat(), "late_reason": late_reason}
    work.audit(exam_id, "leaving:entered_later", "чл. 37", candidate=candidate_id, **told, **entered)
    return dict(told)


def _tell_leaving(work: Work, sitting: Sitting, leaving: Leaving, returned_at: datetime) -> None:
    work.emit(
        CandidateLeftHall(
            exam_id=sitting.exam_id,
            candidate_id=sitting.candidate_id,
            mode=Mode(sitting.mode),
            hall=sitting.hall,
            left_at=leaving.left_at,
            returned_at=returned_at,
            entered_at=leaving.entered_at,
        )
    )


def move_sitting(work: Work, *, exam_id: str, candidate_id: str, seat: str) -> Answer:
    """The sitting goes on at another computer with the same answers and time (reading_20): the credentials open it once
    more, and whatever still comes over the old line is refused. ``seat`` may be the same one.
    """
    sitting, hall = sitting_in_own_hall(work, exam_id, candidate_id)
    sheet = sheet_of(work, sitting)
    if phase_of(work, sitting, hall).state in FINAL:
        raise SittingClosed
    if sitting.logged_in_at is None:
        raise OutOfOrder(
            state=Phrase(
                "кандидатът не е влязъл в електронната система",
                "the candidate has not logged in to the electronic system",
            ),
            rule="чл. 17, т. 4",
        )
    _refuse_taken(work, hall, sitting, seat)
    left, sitting.seat = sitting.seat, seat
    sitting.is_login_open, sitting.browser = True, None
    sheet.line += 1
    work.session.add(_moved(work, sitting, f"{left} → {seat}"))
    work.audit(exam_id, "sitting:moved", "чл. 17, т. 4", candidate=candidate_id, left=left, seat=seat, line=sheet.line)
    tell(work, "moved", exam_id=exam_id, sitting=str(sitting.sitting_id))
    return {"seat": seat}


def _refuse_taken(work: Work, hall: Hall, mover: Sitting, seat: str) -> None:
    for other in sittings_in(work, hall):
        is_there = other.seat == seat and other is not mover
        if is_there and phase_of(work, other, hall).state not in FINAL:
            raise SeatTaken(seat=seat)


def _moved(work: Work, sitting: Sitting, description: str) -> Incident:
    return Incident(
        incident_id=uuid.uuid4(),
        exam_id=sitting.exam_id,
        hall=sitting.hall,
        candidate_id=sitting.candidate_id,
        kind="moved",
        reason="",
        description=description,
        reported_by=work.actor.id,
        reported_at=work.now,
    )


def hand_in(
    work: Work, *, exam_id: str, candidate_id: str, hour: str | None = None, late_reason: str | None = None
) -> Answer:
    """The candidate hands in the sealed envelope and signs Protocol № 1 (Art. 29(2), (3), 40(2), (3)).

    Of one who did not return before the hall's end: the administrator seals what was left with him (Art. 27, 37).
    """
    sitting, hall = sitting_in_own_hall(work, exam_id, candidate_id)
    if sitting.handed_in_at is not None:
        raise AlreadyDone(what=Phrase("предаване на материалите", "handing in of the materials"))
    if sitting.left_at is not None and hall.ended_at is None:
        raise OutOfOrder(
            state=Phrase("кандидатът е извън залата", "the candidate is outside the hall"),
            rule=by_mode(hall.mode, "чл. 27", "чл. 37"),
        )
    has_returned = sitting.left_at is None
    rule = (
        by_mode(hall.mode, "чл. 29, ал. 2", "чл. 40, ал. 2") if has_returned else by_mode(hall.mode, "чл. 27", "чл. 37")
    )
    done = (hall.started_at, last_passed(work, sitting), None if has_returned else hall.ended_at)
    moment = moment_of(work, hall, hour, late_reason, after=done)
    if phase_of(work, sitting, hall, moment.at).state not in _may_hand_in(hall):
        raise OutOfOrder(
            state=Phrase("изпитът на кандидата не е приключил", "the candidate's sitting has not ended"), rule=rule
        )
    sitting.handed_in_at = moment.at
    event = MaterialsHandedIn(
        exam_id=exam_id,
        candidate_id=candidate_id,
        mode=Mode(sitting.mode),
        hall=sitting.hall,
        handed_in_at=moment.at,
        entered_at=moment.entered_at,
    )
    work.emit(event)
    told = {"candidate": candidate_id, "has_returned": has_returned}
    work.audit(exam_id, "materials:handed_in", rule, **told, **moment.told)
    return {"handed_in_at": moment.at.isoformat()}


def _may_hand_in(hall: Hall) -> frozenset[State]:
    """On paper the handing in is what ends the sitting."""
    return _MAY_HAND_IN | OPEN if hall.mode == Mode.PAPER else _MAY_HAND_IN
