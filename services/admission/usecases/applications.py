"""Applications: taken over, checked, decided; and the ban of Art. 8."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.commands import Answer
from chassis.documents import Signatory, order
from chassis.work import Work
from contracts import identifiers
from contracts.events.admission import ApplicationAdmitted, ApplicationRejected
from contracts.events.registration import AnnouncementPublished, ApplicationSubmitted
from contracts.grounds import Ground
from contracts.people import IdentifierType, Mode, Role
from contracts.phrase import Phrase
from contracts.refusals.admission import ApplicationsUnchecked, OwnApplication
from contracts.refusals.general import AlreadyDone, OutOfOrder
from regulation.calendar import local_day
from services.admission import documents
from services.admission.records import application_of, applications_of, exam_of, law_of, named, names_of, staff_of
from services.admission.rules import checking
from services.admission.tables import Application, Ban, Check, Decision, Exam, Person


def record_announcement(work: Work, event: AnnouncementPublished) -> None:
    """Take over an announced exam (Art. 5)."""
    work.session.add(
        Exam(
            exam_id=event.exam_id,
            title=event.title,
            exam_on=event.exam_on,
            modes=[mode.value for mode in event.modes],
            sessions=event.sessions,
            published_at=event.published_at,
            applications_until=event.applications_until,
            regulation_on=event.regulation_on,
        )
    )


def record_application(work: Work, event: ApplicationSubmitted) -> None:
    """Take over an application (Art. 6(1))."""
    person = event.person
    work.session.add(
        Application(
            application_id=event.application_id,
            exam_id=event.exam_id,
            candidate_id=event.candidate_id,
            username=event.username,
            first=person.names.first,
            middle=person.names.middle,
            last=person.names.last,
            identifier_type=person.identifier_type,
            identifier=person.identifier,
            mode=event.mode,
            assisted=event.assisted,
            attachments={one.kind: {"sha256": one.sha256, "media_type": one.media_type} for one in event.attachments},
            submitted_at=event.submitted_at,
        )
    )
    work.audit(event.exam_id, "application:received", "чл. 6, ал. 1", application=event.application_id)


def check_application(
    work: Work,
    *,
    application_id: str,
    payer_names: str | None,
    declaration_names: str | None,
    missing: Sequence[str],
    confirmed_grounds: Sequence[Ground] | None = None,
) -> Answer:
    """Check one application (Art. 6(5)).

    ``payer_names``, ``declaration_names``: as they stand on the documents. ``missing``: attached files that are not the
    document they should be. ``confirmed_grounds``: which differences of names count; none said while ``None``.
    """
    application = application_of(work, application_id, to_change=True)
    work.require(application.exam_id, Role.CHAIR, Role.MEMBER)
    _refuse_own(work, application)
    if work.session.get(Decision, application_id) is not None:
        raise AlreadyDone(what=Phrase(f"заявление {application_id}", f"application {application_id}"))
    law = law_of(exam_of(work, application.exam_id))
    papers = checking.Papers(
        names=str(names_of(application)),
        attached=frozenset(application.attachments),
        missing=frozenset(missing),
        is_assisted=application.assisted,
        payer_names=payer_names,
        declaration_names=declaration_names,
    )
    differences = checking.name_differences(papers)
    grounds = [*checking.missing_documents(papers), *checking.confirmed(differences, confirmed_grounds, law)]
    if _is_banned(work, application):
        grounds.append(Ground.BANNED)
    _save_check(work, papers, application, differences, grounds)
    return {"application_id": application_id, "differences": list(differences), "grounds": list(grounds)}


def _save_check(
    work: Work,
    papers: checking.Papers,
    application: Application,
    differences: Sequence[Ground],
    grounds: Sequence[Ground],
) -> None:
    work.session.merge(
        Check(
            application_id=application.application_id,
            payer_names=papers.payer_names,
            declaration_names=papers.declaration_names,
            differences=list(differences),
            grounds=list(grounds),
            checked_by=work.actor.id,
            checked_at=work.now,
        )
    )
    work.audit(
        application.exam_id,
        "application:checked",
        "чл. 6, ал. 5",
        application=application.application_id,
        differences=list(differences),
        grounds=list(grounds),
    )


def _refuse_own(work: Work, application: Application) -> None:
    checker = work.session.get(Person, work.actor.id)
    own = (checker.identifier_type, checker.identifier) if checker else ("", "")
    if checking.same_number(own, (application.identifier_type, application.identifier)):
        raise OwnApplication


def _is_banned(work: Work, application: Application) -> bool:
    exam = exam_of(work, application.exam_id)
    own = (application.identifier_type, application.identifier)
    bans = work.session.scalars(select(Ban).where(Ban.identifier == application.identifier))
    days = [one.annulled_on for one in bans if checking.same_number(own, (one.identifier_type, one.identifier))]
    return checking.is_banned(days, exam.exam_on, law_of(exam))


def decide_applications(work: Work, *, exam_id: str) -> Answer:
    """Decide on all applications that have no decision yet, and draw up the protocol (Art. 6(5), 7)."""
    exam = exam_of(work, exam_id)
    checking.check_decision_time(work.now, exam.applications_until, law_of(exam))
    work.session.get(Exam, exam_id, with_for_update=True)
    standing = work.session.scalars(select(Decision).where(Decision.exam_id == exam_id)).all()
    decided = {one.application_id for one in standing}
    waiting = [one for one in applications_of(work, exam_id) if one.application_id not in decided]
    if not waiting:
        raise (
            AlreadyDone(what=Phrase("решение по всички заявления", "decision on all applications"))
            if decided
            else OutOfOrder(state=Phrase("няма заявления", "there are no applications"), rule="чл. 6, ал. 5")
        )
    checks = _checks(work, waiting)
    if len(checks) < len(waiting):
        raise ApplicationsUnchecked(count=len(waiting) - len(checks))
    protocol = 1 + max((one.protocol for one in standing), default=0)
    for application in waiting:
        _decide(work, application, checks[application.application_id].grounds, protocol)
    _draw_up(work, exam, waiting, checks, protocol)
    rejected = sum(bool(one.grounds) for one in checks.values())
    return {"admitted": len(waiting) - rejected, "not_admitted": rejected, "protocol": protocol}


def _checks(work: Work, applications: Sequence[Application]) -> dict[str, Check]:
    ids = [one.application_id for one in applications]
    found = work.session.scalars(select(Check).where(Check.application_id.in_(ids)))
    return {one.application_id: one for one in found}


def _decide(work: Work, application: Application, grounds: Sequence[str], protocol: int) -> None:
    work.session.add(
        Decision(
            application_id=application.application_id,
            exam_id=application.exam_id,
            is_admitted=not grounds,
            grounds=list(grounds),
            protocol=protocol,
            decided_at=work.now,
        )
    )
    if grounds:
        work.emit(
            ApplicationRejected(
                exam_id=application.exam_id,
                application_id=application.application_id,
                candidate_id=application.candidate_id,
                grounds=tuple(grounds),
                decided_at=work.now,
            )
        )
        return
    work.emit(
        ApplicationAdmitted(
            exam_id=application.exam_id,
            application_id=application.application_id,
            candidate_id=application.candidate_id,
            username=application.username,
            person=named(application),
            mode=Mode(application.mode),
            assisted=application.assisted,
            decided_at=work.now,
        )
    )


def _draw_up(work: Work, exam: Exam, decided: Sequence[Application], checks: dict[str, Check], protocol: int) -> None:
    outcome = {one.application_id: list(checks[one.application_id].grounds) for one in decided}
    work.audit(exam.exam_id, "applications:decided", "чл. 6, ал. 5", protocol=protocol, grounds=outcome)
    by_name = sorted(decided, key=lambda one: (one.last, one.first, one.middle, one.identifier))
    stands = documents.AdmissionProtocol(
        number=str(protocol),
        decided_on=local_day(work.now),
        exam_on=exam.exam_on,
        admitted=tuple(
            documents.Admitted(person=named(one), mode=Mode(one.mode), assisted=one.assisted)
            for one in by_name
            if not outcome[one.application_id]
        ),
        not_admitted=tuple(
            documents.NotAdmitted(person=named(one), grounds=_in_words(outcome[one.application_id]))
            for one in by_name
            if outcome[one.application_id]
        ),
        commission=_commission(work, exam.exam_id),
    )
    order(work, documents.ADMISSION_PROTOCOL, exam.exam_id, exam.exam_id, stands, issue=protocol)


def _in_words(grounds: Sequence[str]) -> tuple[documents.Ground, ...]:
    known = [Ground(ground) for ground in grounds]
    return tuple(documents.Ground(sentence=one.words.bg, article=one.article) for one in known)


def _commission(work: Work, exam_id: str) -> tuple[Signatory, ...]:
    staff = staff_of(work, exam_id, Role.CHAIR, Role.MEMBER)
    words = {Role.CHAIR: "Председател", Role.MEMBER: "Член"}
    return tuple(Signatory(words[Role(appointment.role)], names_of(person)) for appointment, person in staff)


def import_ban(
    work: Work, *, identifier_type: IdentifierType, identifier: str, annulled_on: date, exam_id: str
) -> Answer:
    """Enter an annulment for copying at an exam before this system (Art. 8)."""
    today = local_day(work.now)
    digits = identifiers.normalised(identifier_type, identifier, today)
    if annulled_on > today:
        raise OutOfOrder(
            state=Phrase("бъдеща дата на анулиране", "the date of the annulment lies in the future"), rule="чл. 8"
        )
    if not record_ban(work, identifier_type, digits, annulled_on, exam_id):
        raise AlreadyDone(what=Phrase(f"забрана от {annulled_on.isoformat()}", f"ban of {annulled_on.isoformat()}"))
    work.audit(exam_id, "ban:imported", "чл. 8", annulled_on=annulled_on.isoformat())
    return {"annulled_on": annulled_on.isoformat()}


def record_ban(work: Work, identifier_type: str, identifier: str, annulled_on: date, exam_id: str) -> bool:
    """Enter a ban (Art. 8); ``False`` when it stands already."""
    row: dict[str, Any] = {
        "identifier_type": identifier_type,
        "identifier": identifier,
        "annulled_on": annulled_on,
        "exam_id": exam_id,
        "recorded_at": work.now,
    }
    entered = insert(Ban).values(row).on_conflict_do_nothing().returning(Ban.identifier)
    return work.session.execute(entered).scalar() is not None
