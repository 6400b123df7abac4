"""Art. 53: the graded materials inspected, at the ministry, before an employee of the directorate."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from chassis.commands import Answer
from chassis.documents import Signatory, order
from chassis.work import Work
from contracts.events.certification import InspectionHeld
from contracts.people import IdentifierType, Mode, Person, Role
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, NotFound, OutOfOrder, TooEarly
from regulation import in_force, terms
from regulation.calendar import local_day
from services.certification import documents, rules
from services.certification.tables import Inspection, Participant
from services.certification.usecases.records import names_of, published_at, the_exam


def request_inspection(work: Work, *, exam_id: str) -> Answer:
    """A participant asks to inspect the graded materials, within three months (Art. 53(1))."""
    exam = the_exam(work, exam_id)
    participant = work.session.get(Participant, (exam_id, work.actor.id), with_for_update=True)
    if participant is None:
        raise NotFound(what=Phrase("участие в този изпит", "participation in this exam"))
    law = in_force(exam.regulation_on)
    rules.check_inspection_term(work.now, published_at(participant), law)
    rules.check_has_materials(participant.outcome)
    standing = select(Inspection).where(Inspection.exam_id == exam_id, Inspection.candidate_id == work.actor.id)
    if work.session.scalars(standing).first() is not None:
        raise AlreadyDone(what=Phrase("заявяване на преглед", "request for an inspection"))
    inspection = Inspection(
        inspection_id=str(uuid.uuid4()),
        exam_id=exam_id,
        candidate_id=work.actor.id,
        requested_at=work.now,
        shown=[],
        notes="",
    )
    work.session.add(inspection)
    work.audit(exam_id, "inspection:requested", "чл. 53, ал. 1", inspection=inspection.inspection_id)
    appointed_by = terms.inspection_appointment_last_day(local_day(work.now), law)
    return {"inspection_id": inspection.inspection_id, "appointed_by": appointed_by.isoformat()}


def schedule_inspection(work: Work, *, inspection_id: str, at: datetime, employee: str) -> Answer:
    """The director sets day, hour and employee (Art. 53(2))."""
    inspection = _the_inspection(work, inspection_id)
    work.require(inspection.exam_id, Role.DIRECTOR)
    if inspection.held_at is not None:
        raise AlreadyDone(what=Phrase("преглед на материалите", "inspection of the materials"))
    if at <= work.now:
        raise TooEarly(not_before=work.now.isoformat(), rule="чл. 53, ал. 2")
    inspection.at, inspection.employee = at, employee
    work.audit(inspection.exam_id, "inspection:scheduled", "чл. 53, ал. 2", inspection=inspection_id, at=at.isoformat())
    return {"inspection_id": inspection_id}


def hold_inspection(work: Work, *, inspection_id: str, shown: Sequence[str], notes: str) -> Answer:
    """The inspection took place before an employee of the directorate; what was shown is recorded (Art. 53)."""
    inspection = _the_inspection(work, inspection_id)
    work.require(inspection.exam_id, Role.OFFICER)
    if inspection.at is None:
        raise OutOfOrder(
            state=Phrase("не са определени ден и час", "day and hour have not been set"), rule="чл. 53, ал. 2"
        )
    if inspection.held_at is not None:
        raise AlreadyDone(what=Phrase("преглед на материалите", "inspection of the materials"))
    if work.now < inspection.at:
        raise TooEarly(not_before=inspection.at.isoformat(), rule="чл. 53, ал. 2")
    participant = work.session.get_one(Participant, (inspection.exam_id, inspection.candidate_id))
    rules.check_shown(Mode(participant.mode), shown)
    inspection.held_at, inspection.shown, inspection.notes = work.now, list(dict.fromkeys(shown)), notes
    work.audit(inspection.exam_id, "inspection:held", "чл. 53, ал. 2", inspection=inspection_id, shown=inspection.shown)
    work.emit(InspectionHeld(exam_id=inspection.exam_id, candidate_id=inspection.candidate_id, held_at=work.now))
    _order_record(work, inspection, participant)
    return {"inspection_id": inspection_id}


_SHOWN_BG = {
    "appendix_6": "индивидуален протокол (приложение № 6)",
    "test_copy": "копие на изпитния тест",
    "test": "тест",
    "card_copy": "копие на картата за попълване на отговорите",
    "slip_copy": "копие на идентификационния фиш",
}


def _order_record(work: Work, inspection: Inspection, participant: Participant) -> None:
    every = select(func.count()).where(Inspection.exam_id == inspection.exam_id, Inspection.held_at.is_not(None))
    held = work.session.scalar(every)  # under the chain's lock: no two records have one number
    person = Person(names_of(participant), IdentifierType(participant.identifier_type), participant.identifier)
    order(
        work,
        documents.INSPECTION_RECORD,
        inspection.exam_id,
        inspection.inspection_id,
        documents.InspectionRecord(
            number=str(held),
            person=person,
            mode=Mode(participant.mode),
            exam_on=the_exam(work, inspection.exam_id).exam_on,
            requested_on=local_day(inspection.requested_at),
            held_at=inspection.at or work.now,
            ended_at=work.now,
            place=work.settings.inspection_place,
            shown=tuple(_SHOWN_BG[kind] for kind in inspection.shown),
            remarks=inspection.notes,
            officer=Signatory(f"служител на дирекция МКВО: {inspection.employee}"),
        ),
    )


def _the_inspection(work: Work, inspection_id: str) -> Inspection:
    inspection = work.session.get(Inspection, inspection_id, with_for_update=True)
    if inspection is None:
        raise NotFound(what=Phrase("заявен преглед", "requested inspection"))
    return inspection
