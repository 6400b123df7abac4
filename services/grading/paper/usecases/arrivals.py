"""What other services tell: exam, people, envelopes, sub-variants, the key."""

import json
from dataclasses import asdict

import pyrage
from sqlalchemy import func, select

from chassis.documents import order
from chassis.work import Work
from contracts.events.admission import SeatAssigned, StaffAppointed
from contracts.events.registration import AnnouncementPublished
from contracts.events.session import MaterialsHandedIn, SittingAnnulled, SittingsEnded
from contracts.events.testbank import AnswerKeyReleased, VariantOpened
from contracts.people import Mode
from services.grading.paper.documents import APPENDIX_9, ENVELOPE_LABELS, Appendix9, EnvelopeLabels
from services.grading.paper.records import announced, law_of
from services.grading.paper.rules.copies import with_spares
from services.grading.paper.rules.counting import checked_key
from services.grading.paper.tables import (
    AnswerKey,
    Candidate,
    Exam,
    HallEnvelopes,
    HandIn,
    StaffMember,
    SubVariant,
)

#: Drawn by ``cards`` and not from a template: the form that the machine has to find again.
APPENDIX_10 = "appendix_10"
#: Art. 3(3), 31(1) item 7: paper goes with the first sitting of the day.
_PAPER_SESSION = 1


def record_announcement(work: Work, event: AnnouncementPublished) -> None:
    """An exam was announced (Art. 5)."""
    work.session.merge(
        Exam(
            exam_id=event.exam_id,
            exam_on=event.exam_on,
            modes=list(event.modes),
            regulation_on=event.regulation_on,
        )
    )


def record_appointment(work: Work, event: StaffAppointed) -> None:
    """Somebody may act from now on (Art. 12(3), 13(1))."""
    names = {"first": event.names.first, "middle": event.names.middle, "last": event.names.last}
    work.session.merge(StaffMember(exam_id=event.exam_id, person_id=event.person_id, role=event.role, **names))


def record_seat(work: Work, event: SeatAssigned) -> None:
    """A candidate has a seat on paper (Art. 14)."""
    if event.mode is not Mode.PAPER:
        return
    names = event.person.names
    work.session.merge(
        Candidate(
            exam_id=event.exam_id,
            candidate_id=event.candidate_id,
            first=names.first,
            middle=names.middle,
            last=names.last,
            identifier_type=event.person.identifier_type,
            identifier=event.person.identifier,
        )
    )


def record_hand_in(work: Work, event: MaterialsHandedIn) -> None:
    """An envelope was handed in (Art. 40(2)); of a test annulled in the hall it stays known that it is."""
    if event.mode is Mode.PAPER and work.session.get(HandIn, (event.exam_id, event.candidate_id)) is None:
        work.session.add(HandIn(exam_id=event.exam_id, candidate_id=event.candidate_id, is_annulled=False))


def record_hall_annulment(work: Work, event: SittingAnnulled) -> None:
    """A test was annulled in the hall: it lies in a separate envelope and is not marked (Art. 38(2))."""
    if event.mode is Mode.PAPER:
        work.session.merge(HandIn(exam_id=event.exam_id, candidate_id=event.candidate_id, is_annulled=True))


def record_end(work: Work, event: SittingsEnded) -> None:
    """The chair has the envelopes of all paper halls (Art. 41)."""
    if event.mode is not Mode.PAPER:
        return
    exam = announced(work, event.exam_id)
    exam.ended_at, exam.appeared, exam.handed_in = event.ended_at, event.appeared, event.handed_in
    for one in event.halls:
        work.session.merge(HallEnvelopes(exam_id=event.exam_id, **asdict(one)))


def record_opening(work: Work, event: VariantOpened) -> None:
    """The variant of the paper sitting was opened: its cards, slips and labels are printed (Art. 13(7), 35(2))."""
    exam = announced(work, event.exam_id)
    if Mode.PAPER not in exam.modes or _PAPER_SESSION not in event.sessions:
        return
    for code in event.sub_variants:
        work.session.add(SubVariant(exam_id=exam.exam_id, sub_variant=code, variant=event.variant))
        work.order_document(exam.exam_id, APPENDIX_10, code, {"exam_id": exam.exam_id, "sub_variant": code})
    work.audit(exam.exam_id, "cards:ordered", "чл. 35, ал. 2", variant=event.variant, sub_variants=event.sub_variants)
    _order_for_envelopes(work, exam)


def _order_for_envelopes(work: Work, exam: Exam) -> None:
    seated = work.session.scalar(select(func.count()).where(Candidate.exam_id == exam.exam_id)) or 0
    copies = with_spares(seated)
    slips = Appendix9(cells=law_of(exam).identification_slip_cells, copies=copies)
    order(work, APPENDIX_9, exam.exam_id, exam.exam_id, slips)
    order(work, ENVELOPE_LABELS, exam.exam_id, exam.exam_id, EnvelopeLabels(exam_on=exam.exam_on, copies=copies))


def record_key(work: Work, event: AnswerKeyReleased) -> None:
    """The key has come; it is enciphered for the grading services. ``ValueError`` when it is not a whole one."""
    law = law_of(announced(work, event.exam_id))
    identity = pyrage.x25519.Identity.from_str(work.settings.grading_private_key)
    opened = pyrage.decrypt(work.files.get(event.key_sha256), [identity])
    for code, answers in json.loads(opened).items():
        key = {str(question): letter for question, letter in checked_key(answers, law).items()}
        work.session.merge(AnswerKey(exam_id=event.exam_id, sub_variant=code, variant=event.variant, answers=key))
    work.audit(event.exam_id, "key:received", "чл. 46", variant=event.variant, key=event.key_sha256)
