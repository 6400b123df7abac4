"""Art. 51(3): duplicates asked for, paid for, issued."""

from datetime import date

from sqlalchemy import select

from chassis.commands import Answer
from chassis.documents import order
from chassis.work import Work
from contracts.events.certification import DuplicateIssued
from contracts.people import Role
from contracts.phrase import Phrase
from contracts.refusals.certification import FeeNotProved
from contracts.refusals.general import AlreadyDone, OutOfOrder
from regulation import in_force, terms
from regulation.calendar import local_day
from services.certification import documents, rules
from services.certification.tables import Certificate, Duplicate
from services.certification.usecases.records import (
    MINISTER,
    names_of,
    of_holder,
    require_upload,
    the_certificate,
    the_exam,
    verify_at,
)


def request_duplicate(work: Work, *, number: str, reason: str) -> Answer:
    """The holder asks for a duplicate (Art. 51(3)); one request at a time."""
    certificate = of_holder(work, number)
    if certificate.handed_at is None:
        raise OutOfOrder(
            state=Phrase("сертификатът още не е получен", "the certificate has not been received yet"),
            rule="чл. 51, ал. 3",
        )
    last = _latest_duplicate(work, number)
    if last is not None and last.issued_on is None:
        raise AlreadyDone(what=Phrase("заявяване на дубликат", "request for a duplicate"))
    issue = last.issue + 1 if last else 2
    duplicate = Duplicate(number=number, issue=issue, reason=reason, requested_at=work.now)
    work.session.add(duplicate)
    work.audit(certificate.exam_id, "duplicate:requested", "чл. 51, ал. 3", number=number, issue=issue)
    return {"number": number, "issue": issue, "due_on": _due_on(work, certificate, duplicate).isoformat()}


def prove_duplicate_fee(work: Work, *, number: str, sha256: str) -> Answer:
    """The document of the paid fee for a duplicate (Art. 51(3))."""
    certificate = of_holder(work, number)
    duplicate = _open_duplicate(work, number)
    if duplicate.fee_sha256 is not None:
        raise AlreadyDone(what=Phrase("представяне на документ за такса", "proof of the fee"))
    require_upload(work, sha256)
    duplicate.fee_sha256 = sha256
    work.audit(certificate.exam_id, "duplicate:fee_proved", "чл. 51, ал. 3", number=number, file=sha256)
    return {"number": number}


def issue_duplicate(work: Work, *, number: str, deviation_reason: str | None = None) -> Answer:
    """The minister issues a duplicate: the original's number, marked ДУБЛИКАТ, after proof of the fee (Art. 51(3))."""
    certificate = the_certificate(work, number)
    work.require(certificate.exam_id, Role.MINISTER)
    duplicate = _open_duplicate(work, number)
    if duplicate.fee_sha256 is None:
        raise FeeNotProved
    rules.check_duplicate(work.now, _due_on(work, certificate, duplicate), deviation_reason)
    duplicate.issued_on = local_day(work.now)
    facts = {"number": number, "issue": duplicate.issue, "deviation_reason": deviation_reason}
    work.audit(certificate.exam_id, "duplicate:issued", "чл. 51, ал. 3", **facts)
    work.emit(
        DuplicateIssued(
            exam_id=certificate.exam_id,
            candidate_id=certificate.candidate_id,
            number=number,
            issue=duplicate.issue,
            issued_on=duplicate.issued_on,
        )
    )
    _order_duplicate(work, certificate, duplicate.issue)
    return {"number": number, "issue": duplicate.issue}


def _order_duplicate(work: Work, certificate: Certificate, issue: int) -> None:
    stands = documents.Duplicate(
        number=certificate.number,
        names=names_of(certificate),
        exam_on=certificate.exam_on,
        issued_on=certificate.issued_on,
        issue=issue,
        duplicate_issued_on=local_day(work.now),
        verify_at=verify_at(work, certificate.number),
        minister=MINISTER,
    )
    order(work, documents.DUPLICATE, certificate.exam_id, certificate.number, stands, issue=issue)


def _due_on(work: Work, certificate: Certificate, duplicate: Duplicate) -> date:
    law = in_force(the_exam(work, certificate.exam_id).regulation_on)
    return terms.duplicate_last_day(local_day(duplicate.requested_at), law)


def _latest_duplicate(work: Work, number: str) -> Duplicate | None:
    query = select(Duplicate).where(Duplicate.number == number).order_by(Duplicate.issue.desc()).limit(1)
    return work.session.scalars(query).first()


def _open_duplicate(work: Work, number: str) -> Duplicate:
    duplicate = _latest_duplicate(work, number)
    if duplicate is None or duplicate.issued_on is not None:
        raise OutOfOrder(state=Phrase("няма заявен дубликат", "no duplicate has been requested"), rule="чл. 51, ал. 3")
    return duplicate
