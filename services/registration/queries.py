"""What registration answers; nothing is changed here."""

from typing import Any

from sqlalchemy import select

from chassis.commands import Answer
from chassis.export import plumbing_export
from chassis.plumbing import DocumentRow
from chassis.work import Work
from contracts.refusals.general import NotFound
from regulation.calendar import local_day
from regulation.deadlines import ExamDates, deadlines
from services.registration.documents import ANNOUNCEMENT, APPENDIX_1
from services.registration.records import SEAT_FIELDS, announced, application_of
from services.registration.tables import Account, Application, Exam, ProfileEntry


def list_announcements(work: Work) -> Answer:
    """Every announcement, the newest first (Art. 5(1))."""
    exams = work.session.scalars(select(Exam).order_by(Exam.published_at.desc())).all()
    return {"announcements": [_exam(work, exam) for exam in exams]}


def show_announcement(work: Work, *, exam_id: str) -> Answer:
    """One announcement (Art. 5(1))."""
    return _exam(work, announced(work, exam_id))


def _exam(work: Work, exam: Exam) -> dict[str, Any]:
    return {
        "exam_id": exam.exam_id,
        "title": exam.title,
        "exam_on": exam.exam_on.isoformat(),
        "modes": exam.modes,
        "sessions": exam.sessions,
        "place_posted": exam.place_posted,
        "published_at": exam.published_at.isoformat(),
        "applications_until": exam.applications_until.isoformat(),
        "is_open": work.now <= exam.applications_until,
        "document": _document(work, exam.exam_id, ANNOUNCEMENT.name, exam.exam_id),
    }


def _document(work: Work, exam_id: str, kind: str, subject: str) -> dict[str, Any] | None:
    row = work.session.scalar(
        select(DocumentRow).where(
            DocumentRow.exam_id == exam_id, DocumentRow.kind == kind, DocumentRow.subject == subject
        )
    )
    return None if row is None else {"sha256": row.sha256, "rendered": row.sha256 is not None}


def my_profile(work: Work) -> Answer:
    """The candidate's own profile: who, applications with seat, result and certificate, timeline (Art. 4(2))."""
    account = work.session.get(Account, work.actor.id)
    if account is None:
        raise NotFound(what=work.actor.id)
    mine = select(Application).where(Application.candidate_id == account.candidate_id)
    entries = select(ProfileEntry).where(ProfileEntry.candidate_id == account.candidate_id)
    return {
        "candidate": _account(account),
        "declarations": _declarations(work, account),
        "applications": [
            _application(one) | {"exam": _exam(work, announced(work, one.exam_id))}
            for one in work.session.scalars(mine.order_by(Application.submitted_at.desc()))
        ],
        "timeline": [
            {"kind": one.kind, "at": one.at.isoformat(), "exam_id": one.exam_id, "facts": one.facts}
            for one in work.session.scalars(entries.order_by(ProfileEntry.number.desc()))
        ],
    }


def _declarations(work: Work, account: Account) -> list[dict[str, Any]]:
    rows = work.session.scalars(
        select(DocumentRow)
        .where(DocumentRow.kind == APPENDIX_1.name, DocumentRow.subject == account.candidate_id)
        .order_by(DocumentRow.ordered_at.desc())
    )
    return [{"exam_id": row.exam_id, "sha256": row.sha256, "rendered": row.sha256 is not None} for row in rows]


def _account(account: Account) -> dict[str, Any]:
    return {
        "candidate_id": account.candidate_id,
        "email": account.email,
        "first": account.first,
        "middle": account.middle,
        "last": account.last,
        "identifier_type": account.identifier_type,
        "identifier": account.identifier,
        "address": account.address,
        "phone": account.phone,
    }


def _application(application: Application) -> dict[str, Any]:
    return {
        "application_id": application.application_id,
        "exam_id": application.exam_id,
        "mode": application.mode,
        "first": application.first,
        "middle": application.middle,
        "last": application.last,
        "assisted": application.assisted,
        "submitted_at": application.submitted_at.isoformat(),
        "status": application.status,
        "grounds": application.grounds,
        "attachments": [{"kind": one.kind, "sha256": one.sha256} for one in application.files],
        **(application.seat or dict.fromkeys(SEAT_FIELDS)),
        "outcome": application.outcome,
        "correct": application.correct,
        "certificate_number": application.certificate_number,
    }


def application_status(work: Work, *, exam_id: str) -> Answer:
    """The candidate's own application for one exam (Art. 7)."""
    return _application(application_of(work, exam_id, work.actor.id))


def list_deadlines(work: Work, *, exam_id: str) -> Answer:
    """Every term of the exam with its article, and where it stands now, as far as registration knows."""
    exam = announced(work, exam_id)
    dates = ExamDates(
        exam_on=exam.exam_on,
        has_electronic="electronic" in exam.modes,
        has_paper="paper" in exam.modes,
        announced_on=local_day(exam.published_at),
        applications_until=local_day(exam.applications_until),
    )
    return {
        "deadlines": [
            {
                "id": one.id,
                "article": one.article_bg,
                "title": {"bg": one.title_bg, "en": one.title_en},
                "owed_by": one.owed_by_bg,
                "not_before": one.not_before and one.not_before.isoformat(),
                "due_at": one.due_at and one.due_at.isoformat(),
                "status": one.status(work.now),
            }
            for one in deadlines(dates)
        ]
    }


def export(work: Work, *, exam_id: str) -> Answer:
    """What the independent recount reads: applications by opaque id, results as shown, plumbing. No names."""
    announced(work, exam_id)
    mine = select(Application).where(Application.exam_id == exam_id).order_by(Application.application_id)
    applications = work.session.scalars(mine).all()
    return plumbing_export(work, exam_id) | {
        "applications": [
            {
                "application_id": one.application_id,
                "candidate_id": one.candidate_id,
                "mode": one.mode,
                "submitted_at": one.submitted_at.isoformat(),
                "status": one.status,
                "grounds": one.grounds,
            }
            for one in applications
        ],
        "results": [
            {"candidate_id": one.candidate_id, "outcome": one.outcome, "correct": one.correct}
            for one in applications
            if one.outcome is not None
        ],
    }
