"""What is done in certification: one function per verb, one transaction each."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, text

from chassis.commands import Answer
from chassis.documents import Signatory, order
from chassis.plumbing import UploadRow
from chassis.work import Work
from contracts.events.admission import ApplicationAdmitted
from contracts.events.certification import CertificateHanded, CertificateIssued, DuplicateIssued, InspectionHeld
from contracts.events.chassis import RenderDocuments
from contracts.events.grading import ResultPublished
from contracts.events.registration import AnnouncementPublished
from contracts.people import IdentifierType, Mode, Names, Person, Role
from contracts.refusals.certification import FeeNotProved, FileNotYours
from contracts.refusals.general import AlreadyDone, DeadlinePassed, NotFound, OutOfOrder, TooEarly
from regulation import in_force, terms
from regulation.calendar import end_of_day, local_day
from services.certification import documents, rules
from services.certification.tables import Certificate, Duplicate, Exam, Inspection, Participant

PASSED = "passed"
_MINISTER = Signatory("министър на финансите")


def record_exam(work: Work, event: AnnouncementPublished) -> None:
    """Remember the exam and its law."""
    work.session.merge(Exam(exam_id=event.exam_id, exam_on=event.exam_on, regulation_on=event.regulation_on))


def record_participant(work: Work, event: ApplicationAdmitted) -> None:
    """Remember who may pass."""
    names = event.person.names
    work.session.merge(
        Participant(
            exam_id=event.exam_id,
            candidate_id=event.candidate_id,
            mode=event.mode,
            first=names.first,
            middle=names.middle,
            last=names.last,
            identifier_type=event.person.identifier_type,
            identifier=event.person.identifier,
        )
    )


def record_result(work: Work, event: ResultPublished) -> None:
    """Remember the published result: from its day run the terms of Art. 51(1) and 53(1)."""
    participant = work.session.get_one(Participant, (event.exam_id, event.candidate_id))
    participant.outcome, participant.published_at = event.outcome, event.published_at


def issue_certificates(work: Work, *, exam_id: str) -> Answer:
    """The minister issues to all who passed and have none yet, by order of names; each enters the register."""
    exam = the_exam(work, exam_id)
    work.session.execute(text("LOCK TABLE certificates IN SHARE ROW EXCLUSIVE MODE"))  # numbers without gaps
    waiting = eligible(work, exam_id)
    if not waiting:
        raise AlreadyDone(what="чл. 51, ал. 1")
    _check_issue_term(work, exam, waiting)
    today = local_day(work.now)
    first = (
        1
        + work.session.scalars(
            select(func.count())
            .select_from(Certificate)
            .where(func.extract("year", Certificate.issued_on) == today.year)
        ).one()
    )
    issued = [_issue(work, exam, participant, place) for place, participant in enumerate(waiting, start=first)]
    work.emit(RenderDocuments(exam_id=exam_id, ordered_by=work.service))
    return {"certificates": [{"number": one.number, "candidate_id": one.candidate_id} for one in issued]}


def _check_issue_term(work: Work, exam: Exam, waiting: Sequence[Participant]) -> None:
    law = in_force(exam.regulation_on)
    last = min(terms.certificate_last_day(local_day(_published(one)), law) for one in waiting)
    if work.now > end_of_day(last):
        raise DeadlinePassed(until=last, rule="чл. 51, ал. 1")


def _issue(work: Work, exam: Exam, participant: Participant, place: int) -> Certificate:
    issued_on = local_day(work.now)
    certificate = Certificate(
        number=rules.certificate_number(issued_on, place),
        exam_id=exam.exam_id,
        candidate_id=participant.candidate_id,
        first=participant.first,
        middle=participant.middle,
        last=participant.last,
        exam_on=exam.exam_on,
        issued_on=issued_on,
    )
    work.session.add(certificate)
    work.audit(
        exam.exam_id,
        "certificate:issued",
        "чл. 51, ал. 1 и 2",
        number=certificate.number,
        candidate=participant.candidate_id,
    )
    work.emit(
        CertificateIssued(
            exam_id=exam.exam_id, candidate_id=participant.candidate_id, number=certificate.number, issued_on=issued_on
        )
    )
    order(
        work,
        documents.CERTIFICATE,
        exam.exam_id,
        certificate.number,
        documents.Certificate(
            number=certificate.number,
            names=_names(certificate),
            exam_on=exam.exam_on,
            issued_on=issued_on,
            verify_at=_verify_at(work, certificate.number),
            minister=_MINISTER,
        ),
    )
    return certificate


def _verify_at(work: Work, number: str) -> str:
    return f"{work.settings.portal.rstrip('/')}/certification/verify/{number}"


def prove_fee(work: Work, *, number: str, sha256: str) -> Answer:
    """The document of the paid fee, from the holder or taken in by an officer (Art. 51(1))."""
    certificate = _holders(work, number)
    if certificate.fee_sha256 is not None:
        raise AlreadyDone(what="чл. 51, ал. 1")
    _require_upload(work, sha256)
    certificate.fee_sha256 = sha256
    work.audit(certificate.exam_id, "certificate:fee_proved", "чл. 51, ал. 1", number=number, file=sha256)
    return {"number": number}


def hand_over(work: Work, *, number: str, received_by: str, authorised: bool) -> Answer:
    """The certificate is received, after proof of the fee, by the holder or somebody authorised (Art. 51(1))."""
    certificate = the_certificate(work, number)
    if certificate.fee_sha256 is None:
        raise FeeNotProved
    if certificate.handed_at is not None:
        raise AlreadyDone(what=number)
    certificate.handed_at, certificate.received_by = work.now, received_by
    certificate.received_by_authorised = authorised
    work.audit(certificate.exam_id, "certificate:handed", "чл. 51, ал. 1", number=number, authorised=authorised)
    work.emit(
        CertificateHanded(
            exam_id=certificate.exam_id, candidate_id=certificate.candidate_id, number=number, handed_at=work.now
        )
    )
    return {"number": number}


def request_duplicate(work: Work, *, number: str, reason: str) -> Answer:
    """The holder asks for a duplicate (Art. 51(3)); one request at a time."""
    certificate = _holders(work, number)
    if certificate.handed_at is None:
        raise OutOfOrder(state="сертификатът още не е получен")
    last = _latest_duplicate(work, number)
    if last is not None and last.issued_on is None:
        raise AlreadyDone(what=f"чл. 51, ал. 3: {number}")
    issue = last.issue + 1 if last else 2
    work.session.add(Duplicate(number=number, issue=issue, reason=reason, requested_at=work.now))
    work.audit(certificate.exam_id, "duplicate:requested", "чл. 51, ал. 3", number=number, issue=issue)
    return {"number": number, "issue": issue}


def prove_duplicate_fee(work: Work, *, number: str, sha256: str) -> Answer:
    """The document of the paid fee for a duplicate (Art. 51(3))."""
    certificate = _holders(work, number)
    duplicate = _open_duplicate(work, number)
    _require_upload(work, sha256)
    duplicate.fee_sha256 = sha256
    work.audit(certificate.exam_id, "duplicate:fee_proved", "чл. 51, ал. 3", number=number, file=sha256)
    return {"number": number}


def issue_duplicate(work: Work, *, number: str) -> Answer:
    """The minister issues a duplicate: the original's number, marked ДУБЛИКАТ, after proof of the fee (Art. 51(3))."""
    certificate, duplicate = the_certificate(work, number), _open_duplicate(work, number)
    if duplicate.fee_sha256 is None:
        raise FeeNotProved
    duplicate.issued_on = local_day(work.now)
    work.audit(certificate.exam_id, "duplicate:issued", "чл. 51, ал. 3", number=number, issue=duplicate.issue)
    work.emit(
        DuplicateIssued(
            exam_id=certificate.exam_id,
            candidate_id=certificate.candidate_id,
            number=number,
            issue=duplicate.issue,
            issued_on=duplicate.issued_on,
        )
    )
    order(
        work,
        documents.DUPLICATE,
        certificate.exam_id,
        number,
        documents.Duplicate(
            number=number,
            names=_names(certificate),
            exam_on=certificate.exam_on,
            issued_on=certificate.issued_on,
            issue=duplicate.issue,
            duplicate_issued_on=duplicate.issued_on,
            verify_at=_verify_at(work, number),
            minister=_MINISTER,
        ),
        issue=duplicate.issue,
    )
    work.emit(RenderDocuments(exam_id=certificate.exam_id, ordered_by=work.service))
    return {"number": number, "issue": duplicate.issue}


def request_inspection(work: Work, *, exam_id: str) -> Answer:
    """A participant asks to inspect the graded materials, within three months (Art. 53(1))."""
    exam = the_exam(work, exam_id)
    participant = work.session.get(Participant, (exam_id, work.actor.id))
    if participant is None or participant.published_at is None:
        raise NotFound(what="чл. 53, ал. 1")
    rules.check_inspection_term(work.now, participant.published_at, in_force(exam.regulation_on))
    standing = select(Inspection).where(Inspection.exam_id == exam_id, Inspection.candidate_id == work.actor.id)
    if work.session.scalars(standing).first() is not None:
        raise AlreadyDone(what="чл. 53, ал. 1")
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
    return {"inspection_id": inspection.inspection_id}


def schedule_inspection(work: Work, *, inspection_id: str, at: datetime, employee: str) -> Answer:
    """The director sets day, hour and employee (Art. 53(2))."""
    inspection = _the_inspection(work, inspection_id)
    if inspection.held_at is not None:
        raise AlreadyDone(what=inspection_id)
    if at <= work.now:
        raise TooEarly(not_before=work.now.isoformat(), rule="чл. 53, ал. 2")
    inspection.at, inspection.employee = at, employee
    work.audit(inspection.exam_id, "inspection:scheduled", "чл. 53, ал. 2", inspection=inspection_id, at=at.isoformat())
    return {"inspection_id": inspection_id}


def hold_inspection(work: Work, *, inspection_id: str, shown: Sequence[str], notes: str) -> Answer:
    """The inspection took place before an employee of the directorate; what was shown is recorded (Art. 53)."""
    inspection = _the_inspection(work, inspection_id)
    if inspection.at is None:
        raise OutOfOrder(state="не са определени ден и час")
    if inspection.held_at is not None:
        raise AlreadyDone(what=inspection_id)
    if work.now < inspection.at:
        raise TooEarly(not_before=inspection.at.isoformat(), rule="чл. 53, ал. 2")
    participant = work.session.get_one(Participant, (inspection.exam_id, inspection.candidate_id))
    rules.check_shown(Mode(participant.mode), shown)
    inspection.held_at, inspection.shown, inspection.notes = work.now, list(shown), notes
    work.audit(inspection.exam_id, "inspection:held", "чл. 53, ал. 2", inspection=inspection_id, shown=list(shown))
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
    person = Person(_names(participant), IdentifierType(participant.identifier_type), participant.identifier)
    order(
        work,
        documents.INSPECTION_RECORD,
        inspection.exam_id,
        inspection.inspection_id,
        documents.InspectionRecord(
            number="1",
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
    work.emit(RenderDocuments(exam_id=inspection.exam_id, ordered_by=work.service))


def eligible(work: Work, exam_id: str) -> list[Participant]:
    """Who passed, by the published result, and has no certificate yet; by order of names."""
    has_one = select(Certificate.candidate_id).where(Certificate.exam_id == exam_id)
    query = select(Participant).where(
        Participant.exam_id == exam_id, Participant.outcome == PASSED, Participant.candidate_id.not_in(has_one)
    )
    order_of_names = (Participant.last, Participant.first, Participant.middle, Participant.candidate_id)
    return list(work.session.scalars(query.order_by(*order_of_names)))


def the_exam(work: Work, exam_id: str) -> Exam:
    """The exam; raises ``NotFound``."""
    exam = work.session.get(Exam, exam_id)
    if exam is None:
        raise NotFound(what=exam_id)
    return exam


def the_certificate(work: Work, number: str) -> Certificate:
    """The certificate, locked; raises ``NotFound``."""
    certificate = work.session.get(Certificate, number, with_for_update=True)
    if certificate is None:
        raise NotFound(what=number)
    return certificate


def _holders(work: Work, number: str) -> Certificate:
    """The certificate for its holder or an officer; a stranger is told that there is none."""
    certificate = the_certificate(work, number)
    if Role.OFFICER not in work.actor.roles_in(certificate.exam_id) and certificate.candidate_id != work.actor.id:
        raise NotFound(what=number)
    return certificate


def _require_upload(work: Work, sha256: str) -> None:
    if work.session.get(UploadRow, (sha256, work.actor.id)) is None:
        raise FileNotYours


def _latest_duplicate(work: Work, number: str) -> Duplicate | None:
    query = select(Duplicate).where(Duplicate.number == number).order_by(Duplicate.issue.desc()).limit(1)
    return work.session.scalars(query).first()


def _open_duplicate(work: Work, number: str) -> Duplicate:
    duplicate = _latest_duplicate(work, number)
    if duplicate is None or duplicate.issued_on is not None:
        raise OutOfOrder(state="няма заявен дубликат")
    return duplicate


def _the_inspection(work: Work, inspection_id: str) -> Inspection:
    inspection = work.session.get(Inspection, inspection_id, with_for_update=True)
    if inspection is None:
        raise NotFound(what=inspection_id)
    return inspection


def _published(participant: Participant) -> datetime:
    if participant.published_at is None:
        raise OutOfOrder(state="резултатът не е публикуван")
    return participant.published_at


def _names(row: Certificate | Participant) -> Names:
    return Names(row.first, row.middle, row.last)
