"""What other services tell about a candidate, written into the profile (Art. 4(2), 7, 14, 49, 51)."""

from datetime import datetime
from typing import Any

from chassis.work import Work
from contracts.events.admission import ApplicationAdmitted, ApplicationRejected, CandidateRefusedAtDoor, SeatAssigned
from contracts.events.certification import CertificateHanded, CertificateIssued, DuplicateIssued
from contracts.events.grading import ResultPublished
from contracts.grounds import Ground
from services.registration.records import SEAT_FIELDS, application_of, enter
from services.registration.tables import Application


def record_admission(work: Work, event: ApplicationAdmitted) -> None:
    """The candidate is admitted (Art. 7)."""
    application = application_of(work, event.exam_id, event.candidate_id)
    application.status = "admitted"
    _note(work, application, "admitted", "чл. 7", decided_at=event.decided_at.isoformat())


def record_rejection(work: Work, event: ApplicationRejected) -> None:
    """The candidate is not admitted, and why (Art. 6(4), 7)."""
    application = application_of(work, event.exam_id, event.candidate_id)
    application.status, application.grounds = "rejected", list(event.grounds)
    _note(work, application, "rejected", "чл. 7", grounds=application.grounds, decided_at=event.decided_at.isoformat())


def record_seat(work: Work, event: SeatAssigned) -> None:
    """Place and hour (Art. 14); a later seat replaces an earlier one."""
    application = application_of(work, event.exam_id, event.candidate_id)
    kind = "seat_changed" if application.seat else "seat_assigned"
    application.seat = {name: _plain(getattr(event, name)) for name in SEAT_FIELDS}
    _note(work, application, kind, "чл. 14", **application.seat)


def record_refusal_at_door(work: Work, event: CandidateRefusedAtDoor) -> None:
    """Identity differed on the day (Art. 6(4) item 4)."""
    application = application_of(work, event.exam_id, event.candidate_id)
    application.status, application.grounds = "refused_at_door", [Ground.IDENTITY_DIFFERS_ON_THE_DAY]
    _note(work, application, "refused_at_door", "чл. 6, ал. 4, т. 4", refused_at=event.refused_at.isoformat())


def record_result(work: Work, event: ResultPublished) -> None:
    """The individual result (Art. 49)."""
    application = application_of(work, event.exam_id, event.candidate_id)
    application.outcome, application.correct = event.outcome, event.correct
    _note(work, application, "result_published", "чл. 49", outcome=event.outcome, correct=event.correct)


def record_certificate(work: Work, event: CertificateIssued) -> None:
    """A certificate was issued (Art. 51(1))."""
    application = application_of(work, event.exam_id, event.candidate_id)
    application.certificate_number = event.number
    _note(
        work,
        application,
        "certificate_issued",
        "чл. 51, ал. 1",
        number=event.number,
        issued_on=event.issued_on.isoformat(),
    )


def record_hand_over(work: Work, event: CertificateHanded) -> None:
    """The certificate was received (Art. 51(1))."""
    application = application_of(work, event.exam_id, event.candidate_id)
    _note(work, application, "certificate_handed", "чл. 51, ал. 1", number=event.number)


def record_duplicate(work: Work, event: DuplicateIssued) -> None:
    """A duplicate was issued (Art. 51(3))."""
    application = application_of(work, event.exam_id, event.candidate_id)
    _note(
        work,
        application,
        "duplicate_issued",
        "чл. 51, ал. 3",
        number=event.number,
        issue=event.issue,
        issued_on=event.issued_on.isoformat(),
    )


def _note(work: Work, application: Application, kind: str, authority: str, **facts: Any) -> None:
    enter(work, application.candidate_id, application.exam_id, kind, **facts)
    work.audit(application.exam_id, f"profile:{kind}", authority, application=application.application_id, **facts)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
