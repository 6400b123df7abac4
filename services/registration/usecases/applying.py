"""Announcing, registering, applying (Art. 4–6)."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from chassis.commands import Answer
from chassis.documents import Signatory, order
from chassis.passwords import hash_password, matches
from chassis.plumbing import DocumentRow, UploadRow
from chassis.tokens import Issuer
from chassis.work import Actor, Work
from contracts import identifiers
from contracts.events.registration import AnnouncementPublished, ApplicationSubmitted
from contracts.people import Attachment, IdentifierType, Mode, Names, Person, Role
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, NotFound, WrongCredentials
from contracts.refusals.registration import AccountExists, AlreadyApplied, AttachmentNotYours
from regulation import in_force, terms
from regulation.calendar import local_day
from services.registration.documents import ANNOUNCEMENT, APPENDIX_1, Announcement, Appendix1
from services.registration.records import announced, enter
from services.registration.rules import announcement, applications
from services.registration.tables import Account, Application, ApplicationFile, Exam

#: The audit chain of what belongs to no exam.
ACCOUNTS_CHAIN = "accounts"


def publish_announcement(
    work: Work, *, exam_id: str, title: str, exam_on: date, modes: Sequence[Mode], sessions: int, place_posted: str
) -> Answer:
    """Announce an exam on the site and record where the announcement hangs (Art. 5)."""
    work.session.execute(text("LOCK TABLE exams IN SHARE ROW EXCLUSIVE MODE"))  # one announcement after another
    if work.session.get(Exam, exam_id) is not None:
        raise AlreadyDone(what=Phrase("обявление на изпита", "announcement of the exam"))
    today = local_day(work.now)
    law = in_force(today)
    announcement.check_day(exam_on, today)
    announcement.check_terms(exam_on, today, work.session.scalar(select(func.max(Exam.exam_on))), law)
    announcement.check_sessions(sessions, modes, law)
    exam = Exam(
        exam_id=exam_id,
        title=title,
        exam_on=exam_on,
        modes=sorted(set(modes)),
        sessions=sessions,
        place_posted=place_posted,
        published_at=work.now,
        published_by=work.actor.id,
        applications_until=announcement.applications_until(today, law),
        regulation_on=today,
    )
    work.session.add(exam)
    _tell_announcement(work, exam)
    _order_announcement(work, exam)
    return {"exam_id": exam_id, "applications_until": exam.applications_until.isoformat()}


def _tell_announcement(work: Work, exam: Exam) -> None:
    work.emit(
        AnnouncementPublished(
            exam_id=exam.exam_id,
            title=exam.title,
            exam_on=exam.exam_on,
            modes=tuple(Mode(mode) for mode in exam.modes),
            sessions=exam.sessions,
            published_at=exam.published_at,
            applications_until=exam.applications_until,
            regulation_on=exam.regulation_on,
        )
    )
    work.audit(
        exam.exam_id,
        "announcement:published",
        "чл. 5, ал. 1",
        exam_on=exam.exam_on.isoformat(),
        modes=exam.modes,
        sessions=exam.sessions,
        place_posted=exam.place_posted,
        applications_until=exam.applications_until.isoformat(),
    )


def _order_announcement(work: Work, exam: Exam) -> None:
    law = in_force(exam.regulation_on)
    order(
        work,
        ANNOUNCEMENT,
        exam.exam_id,
        exam.exam_id,
        Announcement(
            exam_on=exam.exam_on,
            modes=tuple(Mode(mode) for mode in exam.modes),
            sessions=exam.sessions,
            published_at=exam.published_at,
            applications_until=exam.applications_until,
            notified_until=terms.decision_last_day(local_day(exam.applications_until), law),
            seats_until=terms.schedule_last_day(exam.exam_on, law),
            questions=law.questions,
            options=law.options_per_question,
            duration_minutes=law.duration_minutes,
            required_correct=law.pass_correct,
            portal=work.settings.portal,
            inquiries=work.settings.inquiries,
            director=Signatory("Директор на дирекция „Методология на контрола и вътрешен одит“"),
        ),
    )


def register_candidate(
    work: Work, *, email: str, password: str, identifier_type: IdentifierType, identifier: str, **details: Any
) -> Answer:
    """Open a permanent profile (Art. 4(2)).

    ``details``: ``first``, ``middle``, ``last``, ``address``, ``phone``, ``id_card_number``, ``id_card_issued_on``,
    ``id_card_issued_by``. Answers also with ``doubts`` about the number that the person should look at again.
    """
    today = local_day(work.now)
    digits = identifiers.normalised(identifier_type, identifier, today)
    account = Account(
        candidate_id=str(uuid.uuid4()),
        email=email.strip().lower(),
        password_hash=hash_password(password),
        identifier_type=identifier_type,
        identifier=digits,
        registered_at=work.now,
        **details,
    )
    _save(work, account, AccountExists())
    work.role = Role.CANDIDATE
    work.audit(ACCOUNTS_CHAIN, "candidate:registered", "чл. 4, ал. 2", candidate=account.candidate_id)
    doubts = identifiers.doubts(identifier_type, digits, today)
    return {"candidate_id": account.candidate_id, "doubts": list(doubts)}


def log_in(work: Work, *, email: str, password: str) -> Answer:
    """Give a candidate a token for his profile (Art. 4(2))."""
    account = work.session.scalar(select(Account).where(Account.email == email.strip().lower()))
    if not matches(account.password_hash if account else None, password) or account is None:
        raise WrongCredentials
    actor = Actor(account.candidate_id, frozenset({(Role.CANDIDATE, None)}), str(_names(account)))
    issuer = Issuer("registration", work.settings.token_private_key)
    return {"token": issuer.issue(actor, now=work.now, hours=work.settings.token_hours)}


def submit_application(
    work: Work, *, exam_id: str, mode: Mode, assisted: bool, attachments: Sequence[dict[str, str]], **names: str
) -> Answer:
    """Apply for an exam (Art. 6(1)–(3)). ``names``: ``first``, ``middle``, ``last`` as the application states them."""
    exam, account = announced(work, exam_id), _own_account(work)
    applications.check_in_time(work.now, exam.applications_until)
    applications.check_mode(mode, exam.modes)
    applications.check_attachments([one["kind"] for one in attachments], is_assisted=assisted)
    application = Application(
        application_id=str(uuid.uuid4()),
        exam_id=exam_id,
        candidate_id=account.candidate_id,
        mode=mode,
        assisted=assisted,
        submitted_at=work.now,
        status="submitted",
        grounds=[],
        files=[_own_file(work, **one) for one in attachments],
        **names,
    )
    _save(work, application, AlreadyApplied())
    _tell_application(work, application, account)
    return {"application_id": application.application_id, "submitted_at": work.now.isoformat()}


def _tell_application(work: Work, application: Application, account: Account) -> None:
    work.emit(
        ApplicationSubmitted(
            exam_id=application.exam_id,
            application_id=application.application_id,
            candidate_id=account.candidate_id,
            username=account.email,
            person=Person(_names(application), IdentifierType(account.identifier_type), account.identifier),
            mode=Mode(application.mode),
            assisted=application.assisted,
            attachments=tuple(Attachment(one.kind, one.sha256, one.media_type) for one in application.files),
            submitted_at=application.submitted_at,
        )
    )
    enter(work, application.candidate_id, application.exam_id, "submitted", mode=application.mode)
    work.audit(
        application.exam_id,
        "application:submitted",
        "чл. 6, ал. 1",
        application=application.application_id,
        mode=application.mode,
        attachments={one.kind: one.sha256 for one in application.files},
    )


def request_declaration_form(work: Work, *, exam_id: str) -> Answer:
    """Order the declaration of higher education, filled in, for print and signature (App. 1); once an exam."""
    exam, account = announced(work, exam_id), _own_account(work)
    applications.check_in_time(work.now, exam.applications_until)
    ordered = select(DocumentRow.document_id).where(
        DocumentRow.exam_id == exam_id,
        DocumentRow.kind == APPENDIX_1.name,
        DocumentRow.subject == account.candidate_id,
    )
    document_id = work.session.scalar(ordered) or _order_declaration(work, exam_id, account)
    return {"document_id": str(document_id)}


def _order_declaration(work: Work, exam_id: str, account: Account) -> uuid.UUID:
    work.audit(exam_id, "declaration:ordered", "приложение № 1", candidate=account.candidate_id)
    form = Appendix1(
        person=Person(_names(account), IdentifierType(account.identifier_type), account.identifier),
        card_number=account.id_card_number,
        card_issued_on=account.id_card_issued_on,
        card_issued_by=account.id_card_issued_by,
        address=account.address,
    )
    return order(work, APPENDIX_1, exam_id, account.candidate_id, form)


def _own_account(work: Work) -> Account:
    account = work.session.get(Account, work.actor.id)
    if account is None:
        raise NotFound(what=work.actor.id)
    return account


def _own_file(work: Work, *, kind: str, sha256: str) -> ApplicationFile:
    upload = work.session.get(UploadRow, (sha256, work.actor.id))
    if upload is None:
        raise AttachmentNotYours(kind=applications.NAMED[kind])
    return ApplicationFile(kind=kind, sha256=sha256, media_type=upload.media_type)


def _names(of: Account | Application) -> Names:
    return Names(of.first, of.middle, of.last)


def _save(work: Work, row: Any, refusal: Exception) -> None:
    """Insert now, so that of two who come at the same instant the second is refused, not lost."""
    try:
        with work.session.begin_nested():
            work.session.add(row)
    except IntegrityError as error:
        raise refusal from error
