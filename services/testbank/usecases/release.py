"""Art. 30, 41, 43(1): the key goes to the grading services when the last sitting has ended, once."""

from datetime import datetime

from sqlalchemy import select

from chassis import acts
from chassis.acts import ActKind
from chassis.commands import Answer
from chassis.work import Work
from contracts.events.session import SittingsEnded
from contracts.events.testbank import AnswerKeyReleased
from contracts.people import FORMS, Mode
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, NotFound
from services.testbank.rules import release, timing
from services.testbank.tables import EndedSitting, Exam
from services.testbank.usecases import bank, exams

NO_SITTING = ActKind(
    "no_sitting",
    bank.KEEPERS,
    bank.KEEPERS,
    "чл. 30; чл. 41",
    Phrase("установяване, че в сесията няма кандидати", "finding that a session has no candidates"),
)


def record_sittings_ended(work: Work, event: SittingsEnded) -> None:
    """One mode and session has ended in all halls; with the last one the key is released."""
    exam = exams.take(work, event.exam_id)
    _end(work, exam, (event.mode, event.session), event.appeared, event.ended_at)


def propose_no_sitting(work: Work, *, exam_id: str, mode: Mode, session: int) -> Answer:
    """Chair or director: nobody was assigned to an announced sitting, so nothing will tell of its end."""
    exam = exams.take(work, exam_id)
    timing.check_exam_day(exam.exam_on, work.now)
    _check_waiting(work, exam, (mode, session))
    subject = f"{mode}-{session}"
    act = acts.propose(work, NO_SITTING, exam_id=exam_id, subject=subject, proposal={"proposer": work.actor.names})
    return {"expires_at": act.expires_at.isoformat()}


def confirm_no_sitting(work: Work, *, exam_id: str, mode: Mode, session: int) -> Answer:
    """The other of the two: the sitting counts as ended, with nobody in it."""
    exam = exams.take(work, exam_id)
    acts.confirm(work, NO_SITTING, exam_id=exam_id, subject=f"{mode}-{session}")
    _check_waiting(work, exam, (mode, session))
    _end(work, exam, (mode, session), 0, work.now)
    return {"mode": mode, "session": session}


def _check_waiting(work: Work, exam: Exam, sitting: release.Sitting) -> None:
    mode, session = sitting
    words = Phrase(f"{FORMS[mode].bg}, сесия {session}", f"{FORMS[mode].en}, session {session}")
    if sitting not in _expected(exam):
        raise NotFound(what=words)
    if sitting in _ended(work, exam):
        raise AlreadyDone(what=words)


def _end(work: Work, exam: Exam, sitting: release.Sitting, appeared: int, at: datetime) -> None:
    mode, session = sitting
    work.session.merge(EndedSitting(exam_id=exam.exam_id, mode=mode, session=session, appeared=appeared, ended_at=at))
    work.audit(exam.exam_id, "sittings:ended", "чл. 30; чл. 41", mode=mode, session=session, appeared=appeared)
    if release.is_over(_expected(exam), _ended(work, exam)):
        _release(work, exam)


def _expected(exam: Exam) -> frozenset[release.Sitting]:
    return release.expected_sittings([Mode(mode) for mode in exam.modes], exam.sessions)


def _ended(work: Work, exam: Exam) -> set[release.Sitting]:
    rows = work.session.scalars(select(EndedSitting).where(EndedSitting.exam_id == exam.exam_id))
    return {(Mode(row.mode), row.session) for row in rows}


def _release(work: Work, exam: Exam) -> None:
    """Every opened variant's key, as it was enciphered at the opening, goes to the store; once each."""
    for opening in exams.openings_of(work, exam.exam_id):
        if opening.answer_key is None or opening.released_at is not None:
            continue
        opening.key_sha256, opening.released_at = work.files.put(opening.answer_key), work.now
        work.emit(
            AnswerKeyReleased(
                exam_id=exam.exam_id,
                variant=opening.variant,
                key_sha256=opening.key_sha256,
                released_at=work.now,
            )
        )
        work.audit(
            exam.exam_id, "answer_key:released", "чл. 43, ал. 1", variant=opening.variant, key_sha256=opening.key_sha256
        )
