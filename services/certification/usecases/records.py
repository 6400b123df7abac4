"""What certification is told, and how the use cases find it again."""

from datetime import datetime

from chassis.documents import Signatory
from chassis.plumbing import UploadRow
from chassis.work import Work
from contracts.events.admission import ApplicationAdmitted
from contracts.events.grading import ResultPublished
from contracts.events.registration import AnnouncementPublished
from contracts.people import Names, Role
from contracts.phrase import Phrase
from contracts.refusals.certification import FileNotYours
from contracts.refusals.general import NotFound, OutOfOrder
from services.certification.tables import Certificate, Exam, Participant

MINISTER = Signatory("министър на финансите")


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
        raise NotFound(what=Phrase(f"сертификат № {number}", f"certificate no. {number}"))
    return certificate


def of_holder(work: Work, number: str) -> Certificate:
    """The certificate, locked, for its holder or an officer; a stranger is told that there is none."""
    certificate = the_certificate(work, number)
    if certificate.candidate_id == work.actor.id:
        return certificate
    if Role.OFFICER not in work.actor.roles_in(certificate.exam_id):
        raise NotFound(what=Phrase(f"сертификат № {number}", f"certificate no. {number}"))
    work.require(certificate.exam_id, Role.OFFICER)
    return certificate


def require_upload(work: Work, sha256: str) -> None:
    """Raises ``FileNotYours`` for a file that the person at the door did not upload."""
    if work.session.get(UploadRow, (sha256, work.actor.id)) is None:
        raise FileNotYours


def published_at(participant: Participant) -> datetime:
    """When the participant's result was published; raises ``OutOfOrder`` before."""
    if participant.published_at is None:
        raise OutOfOrder(state=Phrase("резултатът не е публикуван", "the result has not been published"), rule="чл. 49")
    return participant.published_at


def names_of(row: Certificate | Participant) -> Names:
    """Whose it is."""
    return Names(row.first, row.middle, row.last)


def verify_at(work: Work, number: str) -> str:
    """The public address that confirms a certificate."""
    return f"{work.settings.portal.rstrip('/')}/certification/verify/{number}"
