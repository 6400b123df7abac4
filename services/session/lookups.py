"""Finding what a use case works on, locked for it, and refusing whoever it is not for."""

import uuid
from datetime import datetime

from sqlalchemy import select

from chassis.work import Work
from contracts.people import FORMS, IdentifierType, Mode, Names, Person, Role
from contracts.phrase import Phrase
from contracts.refusals.general import NotFound
from contracts.refusals.session import NotOfThisHall, NotOfThisMode, NotSwitchedOn
from regulation import Regulation, in_force
from services.session.rules.answers import Answers
from services.session.rules.phase import Course, Phase, phase
from services.session.tables import Exam, Hall, Incident, Leaving, Sheet, Sitting, Staff

#: What the director may switch on for an exam: column of ``exams`` → its name among people.
SWITCHES = {
    "may_suspend": Phrase("спиране на екрана на кандидат", "suspension of a candidate's screen"),
    "may_give_time": Phrase("добавяне на време с решение", "time added by a decision"),
    "needs_locked_browser": Phrase("само със Safe Exam Browser", "Safe Exam Browser only"),
}


def exam_of(work: Work, exam_id: str) -> Exam:
    """The exam; raises ``NotFound``."""
    exam = work.session.get(Exam, exam_id)
    if exam is None:
        raise NotFound(what=exam_id)
    return exam


def law_of(work: Work, exam_id: str) -> Regulation:
    """The law that the exam keeps; raises ``NotFound``."""
    return in_force(exam_of(work, exam_id).regulation_on)


def require_switched_on(work: Work, exam_id: str, switch: str) -> None:
    """Refuse what the exam does not know unless the director has switched it on; raises ``NotSwitchedOn``."""
    if not getattr(exam_of(work, exam_id), switch):
        raise NotSwitchedOn(what=SWITCHES[switch])


def hall_of(work: Work, exam_id: str, hall: str) -> Hall:
    """The hall, locked; raises ``NotFound``."""
    found = work.session.get(Hall, (exam_id, hall), with_for_update=True)
    if found is None:
        raise NotFound(what=Phrase(f"зала {hall}", f"hall {hall}"))
    return found


def own_hall(work: Work, exam_id: str, hall: str) -> Hall:
    """The hall that the actor administers, locked; raises ``NotFound``, ``NotAllowed``, ``NotOfThisHall``."""
    work.require(exam_id, Role.HALL_ADMINISTRATOR)
    found = hall_of(work, exam_id, hall)
    if work.session.get(Staff, (exam_id, work.actor.id, Role.HALL_ADMINISTRATOR, hall)) is None:
        raise NotOfThisHall(hall=hall)
    return found


def sitting_of(work: Work, exam_id: str, candidate_id: str) -> Sitting:
    """The candidate's sitting, locked; raises ``NotFound``."""
    found = work.session.scalars(
        select(Sitting).where(Sitting.exam_id == exam_id, Sitting.candidate_id == candidate_id).with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound(what=Phrase(f"кандидат {candidate_id}", f"candidate {candidate_id}"))
    return found


def sitting_in_own_hall(work: Work, exam_id: str, candidate_id: str) -> tuple[Sitting, Hall]:
    """The candidate's sitting and its hall, of which the actor is an administrator; both locked, the hall first."""
    work.require(exam_id, Role.HALL_ADMINISTRATOR)
    place = work.session.scalar(
        select(Sitting.hall).where(Sitting.exam_id == exam_id, Sitting.candidate_id == candidate_id)
    )
    if place is None:
        raise NotFound(what=Phrase(f"кандидат {candidate_id}", f"candidate {candidate_id}"))
    hall = own_hall(work, exam_id, place)
    return sitting_of(work, exam_id, candidate_id), hall


def incident_of(work: Work, exam_id: str, incident_id: str) -> Incident:
    """What a hall reported, locked; raises ``NotFound``."""
    found = work.session.get(Incident, uuid.UUID(incident_id), with_for_update=True)
    if found is None or found.exam_id != exam_id:
        raise NotFound(what=Phrase(f"произшествие {incident_id}", f"incident {incident_id}"))
    return found


def sittings_in(work: Work, hall: Hall) -> list[Sitting]:
    """All sittings of a hall, by seat, locked."""
    query = select(Sitting).where(Sitting.exam_id == hall.exam_id, Sitting.hall == hall.hall)
    return list(work.session.scalars(query.order_by(Sitting.sitting_id).with_for_update()))


def sheet_of(work: Work, sitting: Sitting) -> Sheet:
    """The sheet of an electronic sitting as it stands, locked against answers that arrive; raises ``NotOfThisMode``."""
    if sitting.mode != Mode.ELECTRONIC:
        raise NotOfThisMode(mode=FORMS[Mode(sitting.mode)])
    return work.session.get_one(Sheet, sitting.sitting_id, with_for_update=True, populate_existing=True)


def sheets_of(work: Work, sittings: list[Sitting]) -> dict[Sitting, Sheet]:
    """The sheets of electronic sittings, locked in one order and as they stand under the lock."""
    wanted = {one.sitting_id: one for one in sittings}
    query = select(Sheet).where(Sheet.sitting_id.in_(wanted)).order_by(Sheet.sitting_id).with_for_update()
    found = work.session.scalars(query, execution_options={"populate_existing": True})
    return {wanted[sheet.sitting_id]: sheet for sheet in found}


def require_mode(hall: Hall | Sitting, mode: Mode) -> None:
    """Refuse an act of the other form of the exam; raises ``NotOfThisMode``."""
    if hall.mode != mode:
        raise NotOfThisMode(mode=FORMS[Mode(hall.mode)])


def course_of(sitting: Sitting, hall: Hall, sheet: Sheet | None) -> Course:
    """What has happened in a sitting, for the rules. ``sheet``: ``None`` on paper."""
    closed_at = {sheet.outcome: sheet.closed_at} if sheet is not None else {}
    return Course(
        mode=Mode(sitting.mode),
        refused_at=sitting.refused_at,
        absent_at=sitting.absent_at,
        identified_at=sitting.identified_at,
        logged_in_at=sitting.logged_in_at,
        started_at=hall.started_at if sheet is None else sheet.opens_at,
        ends_at=hall.ends_at if sheet is None else sheet.ends_at,
        left_at=sitting.left_at,
        suspended_at=None if sheet is None else sheet.suspended_at,
        submitted_at=sitting.handed_in_at if sheet is None else closed_at.get("submitted"),
        expired_at=hall.ended_at if sheet is None else closed_at.get("time_expired"),
        annulled_at=sitting.annulled_at,
    )


def phase_of(work: Work, sitting: Sitting, hall: Hall, at: datetime | None = None) -> Phase:
    """The phase of a sitting now, or by what is known now at another instant."""
    sheet = work.session.get(Sheet, sitting.sitting_id)
    return phase(course_of(sitting, hall, sheet), at or work.now)


def open_leaving(work: Work, sitting: Sitting) -> Leaving:
    """The leaving of a candidate who is out of the hall."""
    open_one = select(Leaving).where(Leaving.sitting_id == sitting.sitting_id, Leaving.returned_at.is_(None))
    return work.session.scalars(open_one).one()


def names_of(row: Sitting | Staff) -> Names:
    """Three names by the identity document."""
    return Names(row.first, row.middle, row.last)


def person_of(sitting: Sitting) -> Person:
    """The candidate as protocols name him."""
    return Person(names_of(sitting), IdentifierType(sitting.identifier_type), sitting.identifier)


def staff_names(work: Work, exam_id: str, role: Role, hall: str = "") -> list[Names]:
    """Names of those on duty in a capacity (and, when one is given, in a hall), in a fixed order."""
    query = select(Staff).where(Staff.exam_id == exam_id, Staff.role == role)
    if hall:
        query = query.where(Staff.hall == hall)
    rows = work.session.scalars(query.order_by(Staff.last, Staff.first, Staff.person_id))
    return [names_of(row) for row in rows]


def answers_on(sheet: Sheet) -> Answers:
    """What stands on a sheet, as the last commit left it."""
    return Answers(sheet.options, sheet.seqs)


def letters_on(sheet: Sheet) -> dict[str, str]:
    """Question as printed → letter; unanswered questions are absent."""
    return {str(question): answer.option for question, answer in answers_on(sheet) if answer.option is not None}
