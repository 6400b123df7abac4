"""What admission answers; nothing is changed here."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from chassis.commands import Answer
from chassis.export import plumbing_export
from chassis.plumbing import DocumentRow
from chassis.work import Work
from contracts.grounds import Ground
from contracts.people import Mode, Role
from contracts.refusals.general import NotAuthenticated
from regulation.calendar import local, local_day
from regulation.deadlines import ExamDates, deadlines
from services.admission.records import (
    application_of,
    applications_of,
    exam_of,
    hall_of,
    is_last_protocol_1,
    law_of,
    names_of,
    protocols_1,
    seated_in,
    signed_roles,
    staff_of,
)
from services.admission.rules import seating
from services.admission.tables import (
    Annulment,
    Application,
    Appointment,
    Arrival,
    Ban,
    Check,
    Decision,
    Exam,
    Hall,
    HandIn,
    Order,
    Person,
    Seat,
)


def my_appointments(work: Work) -> Answer:
    """In what the person is appointed, and whether the declaration is signed; needs no capacity yet."""
    person = work.session.get(Person, work.actor.id)
    if person is None:
        raise NotAuthenticated
    signed = signed_roles(work, person.person_id)
    mine = select(Appointment, Exam).join(Exam, Exam.exam_id == Appointment.exam_id)
    mine = mine.where(Appointment.person_id == person.person_id).order_by(Exam.exam_on, Appointment.role)
    return {
        "person_id": person.person_id,
        "names": str(names_of(person)),
        "permanent_role": person.permanent_role,
        "appointments": [
            {
                "exam_id": exam.exam_id,
                "title": exam.title,
                "exam_on": exam.exam_on.isoformat(),
                "role": one.role,
                "hall": one.hall or None,
                "is_signed": (exam.exam_id, one.role) in signed,
            }
            for one, exam in work.session.execute(mine)
        ],
    }


def list_exams(work: Work) -> Answer:
    """The exams that admission knows, the newest first."""
    exams = work.session.scalars(select(Exam).order_by(Exam.exam_on.desc()))
    return {
        "exams": [
            {
                "exam_id": one.exam_id,
                "title": one.title,
                "exam_on": one.exam_on.isoformat(),
                "applications_until": one.applications_until.isoformat(),
                "halls": _hall_names(work, one.exam_id),
            }
            for one in exams
        ]
    }


def _hall_names(work: Work, exam_id: str) -> list[str]:
    return list(work.session.scalars(select(Hall.hall).where(Hall.exam_id == exam_id).order_by(Hall.hall)))


def list_applications(work: Work, *, exam_id: str) -> Answer:
    """The commission's work list (Art. 6(5))."""
    exam = exam_of(work, exam_id)
    of_exam = select(Check).join(Application, Application.application_id == Check.application_id)
    of_exam = of_exam.where(Application.exam_id == exam_id)
    checks = {one.application_id: one for one in work.session.scalars(of_exam)}
    decided = {
        one.application_id: one for one in work.session.scalars(select(Decision).where(Decision.exam_id == exam_id))
    }
    return {
        "exam_id": exam_id,
        "title": exam.title,
        "exam_on": exam.exam_on.isoformat(),
        "applications_until": exam.applications_until.isoformat(),
        "is_closed": work.now > exam.applications_until,
        "applications": [
            _summary(one, checks.get(one.application_id), decided.get(one.application_id))
            for one in applications_of(work, exam_id)
        ],
    }


def _summary(application: Application, check: Check | None, decision: Decision | None) -> dict[str, Any]:
    return {
        "application_id": application.application_id,
        "candidate_id": application.candidate_id,
        "names": str(names_of(application)),
        "mode": application.mode,
        "assisted": application.assisted,
        "submitted_at": application.submitted_at.isoformat(),
        "attachments": sorted(application.attachments),
        "state": _state(check, decision),
        "grounds": decision.grounds if decision else check.grounds if check else [],
    }


def _state(check: Check | None, decision: Decision | None) -> str:
    if decision is not None:
        return "admitted" if decision.is_admitted else "rejected"
    return "waiting" if check is None else "checked"


def show_application(work: Work, *, application_id: str) -> Answer:
    """One application with its check (Art. 6(5)). Personal data, so for the commission and the directorate only."""
    application = application_of(work, application_id)
    work.require(application.exam_id, Role.CHAIR, Role.MEMBER, Role.DIRECTOR, Role.OFFICER)
    check = work.session.get(Check, application_id)
    decision = work.session.get(Decision, application_id)
    return _summary(application, check, decision) | {
        "exam_id": application.exam_id,
        "first": application.first,
        "middle": application.middle,
        "last": application.last,
        "identifier_type": application.identifier_type,
        "identifier": application.identifier,
        "username": application.username,
        "attachments": application.attachments,
        "check": check
        and {
            "payer_names": check.payer_names,
            "declaration_names": check.declaration_names,
            "differences": check.differences,
            "grounds": check.grounds,
            "checked_by": check.checked_by,
            "checked_at": check.checked_at.isoformat(),
        },
    }


def show_hall(work: Work, *, exam_id: str, hall: str) -> Answer:
    """A hall with its seats, and what is known of everyone in it (App. 3)."""
    exam, place = exam_of(work, exam_id), hall_of(work, exam_id, hall)
    hours = seating.hours(Mode(place.mode), place.session, law_of(exam))
    arrivals = _by_candidate(work, Arrival, exam_id)
    annulled = _by_candidate(work, Annulment, exam_id)
    handed_in = _by_candidate(work, HandIn, exam_id)
    return {
        "exam_id": exam_id,
        "hall": hall,
        "place": place.place,
        "mode": place.mode,
        "session": place.session,
        "rows": place.rows,
        "columns": place.columns,
        "entry_at": local(exam.exam_on, hours.entry_at).isoformat(),
        "starts_at": local(exam.exam_on, hours.start_at).isoformat(),
        "closed_at": _iso(place.closed_at),
        "seats_assigned_at": _iso(exam.seats_assigned_at),
        "protocols_1": _protocols_1(work, exam_id, hall),
        "seats": [
            {
                "candidate_id": seat.candidate_id,
                "seat": seating.label(seat.row, seat.column),
                "row": seat.row,
                "column": seat.column,
                "names": str(names_of(one)),
                "identifier": one.identifier,
                "username": one.username,
                "assisted": one.assisted,
                "state": _state_at_seat(seat.candidate_id, arrivals, annulled),
                "handed_in": seat.candidate_id in handed_in,
            }
            for seat, one in seated_in(work, exam_id, hall)
        ],
    }


def _protocols_1(work: Work, exam_id: str, hall: str) -> list[dict[str, Any]]:
    issued = protocols_1(work, exam_id, hall)
    newest = max((one.issue for one in issued if is_last_protocol_1(one)), default=None)
    return [_protocol_1(one, newest) for one in issued]


def _protocol_1(row: DocumentRow, newest: int | None) -> dict[str, Any]:
    """An issue of Protocol № 1. ``is_former``: the last one until it was issued anew. ``sha256``: ``None`` while it is
    being rendered.
    """
    return {
        "issue": row.issue,
        "is_last": row.issue == newest,
        "is_former": is_last_protocol_1(row) and row.issue != newest,
        "ordered_at": row.ordered_at.isoformat(),
        "sha256": row.sha256,
    }


def _state_at_seat(candidate_id: str, arrivals: dict[str, Arrival], annulled: dict[str, Annulment]) -> str:
    if candidate_id in annulled:
        return "annulled"
    return arrivals[candidate_id].state if candidate_id in arrivals else "expected"


def candidates_for_system_administrators(work: Work, *, exam_id: str) -> Answer:
    """What the system administrators receive of the admitted electronic candidates (Art. 17 items 1 and 2)."""
    exam = exam_of(work, exam_id)
    query = (
        select(Seat, Application, Hall)
        .join(Application, Application.application_id == Seat.application_id)
        .join(Hall, (Hall.exam_id == Seat.exam_id) & (Hall.hall == Seat.hall))
        .where(Seat.exam_id == exam_id, Hall.mode == Mode.ELECTRONIC)
        .order_by(Hall.session, Seat.hall, Seat.row, Seat.column)
    )
    return {
        "exam_id": exam_id,
        "exam_on": exam.exam_on.isoformat(),
        "candidates": [
            {
                "candidate_id": one.candidate_id,
                "names": str(names_of(one)),
                "identifier_type": one.identifier_type,
                "identifier": one.identifier,
                "assisted": one.assisted,
                "session": hall.session,
                "hall": seat.hall,
                "seat": seating.label(seat.row, seat.column),
            }
            for seat, one, hall in work.session.execute(query)
        ],
    }


def list_bans(work: Work) -> Answer:
    """Annulments for copying, the newest first (Art. 8)."""
    found = work.session.scalars(select(Ban).order_by(Ban.annulled_on.desc(), Ban.identifier))
    return {
        "bans": [
            {
                "identifier_type": one.identifier_type,
                "identifier": one.identifier,
                "annulled_on": one.annulled_on.isoformat(),
                "exam_id": one.exam_id,
            }
            for one in found
        ]
    }


def list_deadlines(work: Work, *, exam_id: str) -> Answer:
    """Every term of the exam with its article, and where it stands, as far as admission knows."""
    exam = exam_of(work, exam_id)
    dates = ExamDates(
        exam_on=exam.exam_on,
        has_electronic=Mode.ELECTRONIC in exam.modes,
        has_paper=Mode.PAPER in exam.modes,
        announced_on=local_day(exam.published_at),
        applications_until=local_day(exam.applications_until),
        met=_met(work, exam),
    )
    return {
        "deadlines": [
            {
                "id": one.id,
                "article": one.article_bg,
                "title": {"bg": one.title_bg, "en": one.title_en},
                "owed_by": one.owed_by_bg,
                "not_before": _iso(one.not_before),
                "due_at": _iso(one.due_at),
                "status": one.status(work.now),
            }
            for one in deadlines(dates)
        ]
    }


def _met(work: Work, exam: Exam) -> dict[str, datetime]:
    orders = {
        one.kind: one.entered_at for one in work.session.scalars(select(Order).where(Order.exam_id == exam.exam_id))
    }
    authors = staff_of(work, exam.exam_id, Role.AUTHOR)
    decided = select(Decision.decided_at).where(Decision.exam_id == exam.exam_id).order_by(Decision.decided_at.desc())
    met = {
        "commission_appointed": orders.get("commission"),
        "commission_appointed_for_checking": orders.get("commission"),
        "staff_ordered": orders.get("administrators"),
        "authors_assigned": authors[0][0].appointed_at if authors else None,
        "decisions_notified": work.session.scalars(decided.limit(1)).first(),
        "schedule_published": exam.seats_assigned_at,
        "admitted_data_handed_over": exam.seats_assigned_at,
    }
    return {name: at for name, at in met.items() if at is not None}


def export(work: Work, *, exam_id: str) -> Answer:
    """What the independent recount reads: by opaque id, no names and no personal numbers."""
    exam_of(work, exam_id)
    decisions = work.session.scalars(select(Decision).where(Decision.exam_id == exam_id))
    decided = {one.application_id: one for one in decisions}
    seats, arrivals = _by_candidate(work, Seat, exam_id), _by_candidate(work, Arrival, exam_id)
    staff = staff_of(work, exam_id, Role.CHAIR, Role.MEMBER)
    return plumbing_export(work, exam_id) | {
        "applications": [
            {
                "application_id": one.application_id,
                "candidate_id": one.candidate_id,
                "mode": one.mode,
                "submitted_at": one.submitted_at.isoformat(),
                **_outcome(decided.get(one.application_id), arrivals.get(one.candidate_id)),
            }
            for one in applications_of(work, exam_id)
        ],
        "seats": [
            {"candidate_id": one.candidate_id, "hall": one.hall, "seat": seating.label(one.row, one.column)}
            for one in seats.values()
        ],
        "arrivals": [
            {"candidate_id": one.candidate_id, "state": one.state, "at": one.recorded_at.isoformat()}
            for one in arrivals.values()
        ],
        "bans": [
            {"candidate_id": one.candidate_id, "reason": one.reason, "annulled_at": one.annulled_at.isoformat()}
            for one in _by_candidate(work, Annulment, exam_id).values()
            if one.reason == "copying"
        ],
        "commission": [{"person_id": one.person_id, "role": one.role} for one, _ in staff],
    }


def _outcome(decision: Decision | None, arrival: Arrival | None) -> dict[str, Any]:
    """What the commission decided, and every ground, that of the door (Art. 6(4) item 4) included."""
    if decision is None:
        return {"is_admitted": None, "grounds": []}
    at_the_door = [Ground.IDENTITY_DIFFERS_ON_THE_DAY] if arrival is not None and arrival.state == "refused" else []
    return {"is_admitted": decision.is_admitted, "grounds": [*decision.grounds, *at_the_door]}


def _by_candidate(work: Work, table: Any, exam_id: str) -> dict[str, Any]:
    rows = work.session.scalars(select(table).where(table.exam_id == exam_id).order_by(table.candidate_id))
    return {one.candidate_id: one for one in rows}


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
