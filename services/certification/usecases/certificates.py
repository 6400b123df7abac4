"""Art. 51(1), (2): certificates issued, entered in the register, paid for, received."""

from sqlalchemy import func, select, text

from chassis.commands import Answer
from chassis.documents import order
from chassis.work import Work
from contracts.events.certification import CertificateHanded, CertificateIssued
from contracts.people import Role
from contracts.phrase import Phrase
from contracts.refusals.certification import FeeNotProved
from contracts.refusals.general import AlreadyDone
from regulation import in_force
from regulation.calendar import local_day
from services.certification import documents, rules
from services.certification.tables import Certificate, Exam, Participant
from services.certification.usecases.records import (
    MINISTER,
    names_of,
    of_holder,
    published_at,
    require_upload,
    the_certificate,
    the_exam,
    verify_at,
)

PASSED = "passed"


def issue_certificates(work: Work, *, exam_id: str, deviation_reason: str | None = None) -> Answer:
    """The minister issues to all who passed and have none yet, by order of names; each enters the register."""
    exam = the_exam(work, exam_id)
    work.session.execute(text("LOCK TABLE certificates IN SHARE ROW EXCLUSIVE MODE"))  # numbers without gaps
    waiting = eligible(work, exam_id)
    if not waiting:
        raise AlreadyDone(what=Phrase("издаване на сертификатите", "issue of the certificates"))
    law = in_force(exam.regulation_on)
    rules.check_issue(work.now, [local_day(published_at(one)) for one in waiting], law, deviation_reason)
    first = _issued_in(work, local_day(work.now).year) + 1
    if deviation_reason is not None:
        work.audit(exam_id, "certificates:deviation", "чл. 51, ал. 1", deviation_reason=deviation_reason)
    issued = [_issue(work, exam, participant, place) for place, participant in enumerate(waiting, start=first)]
    return {"certificates": [{"number": one.number, "candidate_id": one.candidate_id} for one in issued]}


def _issued_in(work: Work, year: int) -> int:
    of_year = func.extract("year", Certificate.issued_on) == year
    return work.session.scalar(select(func.count()).select_from(Certificate).where(of_year)) or 0


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
    _tell_and_order(work, certificate)
    return certificate


def _tell_and_order(work: Work, certificate: Certificate) -> None:
    number, exam_id = certificate.number, certificate.exam_id
    issued = CertificateIssued(
        exam_id=exam_id, candidate_id=certificate.candidate_id, number=number, issued_on=certificate.issued_on
    )
    work.emit(issued)
    stands = documents.Certificate(
        number=number,
        names=names_of(certificate),
        exam_on=certificate.exam_on,
        issued_on=certificate.issued_on,
        verify_at=verify_at(work, number),
        minister=MINISTER,
    )
    order(work, documents.CERTIFICATE, exam_id, number, stands)


def prove_fee(work: Work, *, number: str, sha256: str) -> Answer:
    """The document of the paid fee, from the holder or taken in by an officer (Art. 51(1))."""
    certificate = of_holder(work, number)
    if certificate.fee_sha256 is not None:
        raise AlreadyDone(what=Phrase("представяне на документ за такса", "proof of the fee"))
    require_upload(work, sha256)
    certificate.fee_sha256 = sha256
    work.audit(certificate.exam_id, "certificate:fee_proved", "чл. 51, ал. 1", number=number, file=sha256)
    return {"number": number}


def hand_over(work: Work, *, number: str, received_by: str, authorised: bool) -> Answer:
    """The certificate is received, after proof of the fee, by the holder or somebody authorised (Art. 51(1))."""
    certificate = the_certificate(work, number)
    work.require(certificate.exam_id, Role.OFFICER)
    if certificate.fee_sha256 is None:
        raise FeeNotProved
    if certificate.handed_at is not None:
        raise AlreadyDone(what=Phrase(f"предаване на сертификат № {number}", f"handing over certificate no. {number}"))
    certificate.handed_at, certificate.received_by = work.now, received_by
    certificate.received_by_authorised = authorised
    work.audit(certificate.exam_id, "certificate:handed", "чл. 51, ал. 1", number=number, authorised=authorised)
    work.emit(
        CertificateHanded(
            exam_id=certificate.exam_id, candidate_id=certificate.candidate_id, number=number, handed_at=work.now
        )
    )
    return {"number": number}


def eligible(work: Work, exam_id: str) -> list[Participant]:
    """Who passed, by the published result, and has no certificate yet; by order of names."""
    has_one = select(Certificate.candidate_id).where(Certificate.exam_id == exam_id)
    query = select(Participant).where(
        Participant.exam_id == exam_id, Participant.outcome == PASSED, Participant.candidate_id.not_in(has_one)
    )
    order_of_names = (Participant.last, Participant.first, Participant.middle, Participant.candidate_id)
    return list(work.session.scalars(query.order_by(*order_of_names)))
