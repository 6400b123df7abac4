"""Finding and noting what registration keeps."""

from typing import Any

from sqlalchemy import select

from chassis.work import Work
from contracts.refusals.general import NotFound
from services.registration.tables import Application, Exam, ProfileEntry

#: What the profile tells of a seat (Art. 14).
SEAT_FIELDS = ("session", "hall", "place", "seat", "entry_at", "starts_at")


def announced(work: Work, exam_id: str) -> Exam:
    """The exam of that id; raises ``NotFound``."""
    exam = work.session.get(Exam, exam_id)
    if exam is None:
        raise NotFound(what=exam_id)
    return exam


def application_of(work: Work, exam_id: str, candidate_id: str) -> Application:
    """A candidate's application for an exam; raises ``NotFound``."""
    found = work.session.scalar(
        select(Application).where(Application.exam_id == exam_id, Application.candidate_id == candidate_id)
    )
    if found is None:
        raise NotFound(what=exam_id)
    return found


def enter(work: Work, candidate_id: str, exam_id: str, kind: str, **facts: Any) -> None:
    """Write a line into a candidate's timeline; ``facts`` are JSON values."""
    work.session.add(ProfileEntry(candidate_id=candidate_id, exam_id=exam_id, kind=kind, at=work.now, facts=facts))
