"""What other services tell, written down: exams, staff, seats, who came, which variant was opened."""

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.documents import order
from chassis.work import Work
from contracts.events.admission import (
    CandidateAbsent,
    CandidateIdentified,
    CandidateRefusedAtDoor,
    SeatAssigned,
    StaffAppointed,
)
from contracts.events.registration import AnnouncementPublished
from contracts.events.testbank import VariantOpened
from contracts.people import Mode
from regulation import in_force
from services.session.documents import APPENDIX_4, APPENDIX_8, Instructions
from services.session.lookups import sitting_of
from services.session.rules import hours
from services.session.tables import Base, Exam, Hall, Sheet, Sitting, Staff, Variant


def record_exam(work: Work, event: AnnouncementPublished) -> None:
    """An exam was announced (Art. 5(1)): the instructions that will be read are ordered."""
    exam = Exam(
        exam_id=event.exam_id,
        title=event.title,
        exam_on=event.exam_on,
        regulation_on=event.regulation_on,
        may_suspend=in_force(event.regulation_on).is_sitting_suspended_before_annulment,
    )
    work.session.merge(exam)
    work.audit(event.exam_id, "instructions:ordered", "приложения № 4 и 8", modes=list(event.modes))
    for mode, kind in ((Mode.ELECTRONIC, APPENDIX_4), (Mode.PAPER, APPENDIX_8)):
        if mode in event.modes:
            order(work, kind, event.exam_id, event.exam_id, _instructions(exam, mode))


def _instructions(exam: Exam, mode: Mode) -> Instructions:
    law = in_force(exam.regulation_on)
    return Instructions(
        exam_on=exam.exam_on,
        duration_minutes=law.duration_minutes,
        warning_minutes=hours.session_of(law, mode, 1).warning_minutes_before_end,
        questions=law.questions,
        options=law.options_per_question,
    )


def record_staff(work: Work, event: StaffAppointed) -> None:
    """Somebody may act from now on (Art. 13(1), 15(2))."""
    names = {"first": event.names.first, "middle": event.names.middle, "last": event.names.last}
    key = {
        "exam_id": event.exam_id,
        "person_id": event.person_id,
        "role": event.role,
        "hall": event.hall or "",
    }
    _upsert(work, Staff, key, names)


def record_variant(work: Work, event: VariantOpened) -> None:
    """Chair and director opened a variant (Art. 13(7))."""
    facts = {
        "package_sha256": event.package_sha256,
        "sub_variants": list(event.sub_variants),
        "questions": event.questions,
        "opened_at": event.opened_at,
    }
    _upsert(work, Variant, {"exam_id": event.exam_id, "variant": event.variant}, facts)


def record_seat(work: Work, event: SeatAssigned) -> None:
    """A candidate got a seat, or another one (Art. 14). Nothing changes any more once the candidate has logged in.

    Sheets printed for another session, hall or seat are void from then on (Art. 16 item 3).
    """
    where = select(Sitting).where(Sitting.exam_id == event.exam_id, Sitting.candidate_id == event.candidate_id)
    sitting = work.session.scalars(where.with_for_update()).one_or_none()
    if sitting is None:
        sitting = Sitting(
            sitting_id=uuid.uuid4(), exam_id=event.exam_id, candidate_id=event.candidate_id, **_place(event)
        )
        work.session.add(sitting)
        work.session.flush()
        if event.mode is Mode.ELECTRONIC:
            work.session.add(Sheet(sitting_id=sitting.sitting_id))
    elif sitting.logged_in_at is None:
        left = sitting.hall
        if (sitting.session, sitting.hall, sitting.seat) != (event.session, event.hall, event.seat):
            _void_credentials(work, sitting)
        for name, value in _place(event).items():
            setattr(sitting, name, value)
        work.session.flush()
        _forget_if_empty(work, event.exam_id, left)
    facts = {"mode": event.mode, "session": event.session, "place": event.place}
    _upsert(work, Hall, {"exam_id": event.exam_id, "hall": sitting.hall}, facts)


def _void_credentials(work: Work, sitting: Sitting) -> None:
    if sitting.password_hash is None:
        return
    sitting.exam_username, sitting.password_hash, sitting.is_login_open = None, None, False
    left = {"session": sitting.session, "hall": sitting.hall, "seat": sitting.seat}
    work.audit(sitting.exam_id, "credentials:voided", "чл. 16, т. 3", candidate=sitting.candidate_id, **left)


def _place(event: SeatAssigned) -> dict[str, Any]:
    return {
        "mode": event.mode,
        "session": event.session,
        "hall": event.hall,
        "seat": event.seat,
        "first": event.person.names.first,
        "middle": event.person.names.middle,
        "last": event.person.names.last,
        "identifier_type": event.person.identifier_type,
        "identifier": event.person.identifier,
        "assisted": event.assisted,
    }


def _forget_if_empty(work: Work, exam_id: str, hall: str) -> None:
    """A hall that everybody was moved out of before the exam is none."""
    inside = select(Sitting.sitting_id).where(Sitting.exam_id == exam_id, Sitting.hall == hall).limit(1)
    if work.session.scalar(inside) is None and (row := work.session.get(Hall, (exam_id, hall))) is not None:
        work.session.delete(row)
        work.session.flush()


def record_identified(work: Work, event: CandidateIdentified) -> None:
    """The candidate was let in (Art. 20, 33)."""
    sitting_of(work, event.exam_id, event.candidate_id).identified_at = event.identified_at


def record_refused(work: Work, event: CandidateRefusedAtDoor) -> None:
    """The candidate was not let in (Art. 6(4) item 4)."""
    sitting_of(work, event.exam_id, event.candidate_id).refused_at = event.refused_at


def record_absent(work: Work, event: CandidateAbsent) -> None:
    """The candidate had not come when the instructions had been read (Art. 22, 34)."""
    sitting_of(work, event.exam_id, event.candidate_id).absent_at = event.closed_at


def _upsert(work: Work, table: type[Base], key: dict[str, Any], facts: dict[str, Any]) -> None:
    statement = insert(table).values(**key, **facts)
    work.session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=facts))
