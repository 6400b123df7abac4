"""What happens in a hall and what the chair decides on it; time given back; a screen suspended and let go on."""

import uuid

from sqlalchemy import select

from chassis.acts import ActKind, confirm, propose
from chassis.commands import Answer
from chassis.plumbing import ActRow
from chassis.work import Work
from contracts.articles import by_mode
from contracts.people import Role
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, OutOfOrder
from contracts.refusals.session import SittingClosed
from services.session.lookups import (
    exam_of,
    hall_of,
    incident_of,
    own_hall,
    phase_of,
    require_switched_on,
    sheet_of,
    sheets_of,
    sitting_in_own_hall,
    sitting_of,
    sittings_in,
)
from services.session.rules import annulment, hours
from services.session.rules.incidents import Level, level_of
from services.session.rules.phase import FINAL, OPEN, State
from services.session.tables import Hall, Incident, Sheet, Sitting
from services.session.usecases.notices import tell

GIVING_TIME = ActKind(
    hours.TIME,
    frozenset({Role.CHAIR}),
    frozenset({Role.DIRECTOR}),
    "чл. 10, ал. 2",
    Phrase("решение за добавяне на време", "decision to give time back"),
)
_MAY_BE_SUSPENDED = OPEN | {State.LOGGED_IN}
_GIVES_TIME = frozenset({"event", "moved"})


def configure_sittings(
    work: Work, *, exam_id: str, may_suspend: bool, may_give_time: bool, needs_locked_browser: bool
) -> Answer:
    """Switch on or off what the ordinance does not name (reading_20, reading_21); at any time, with a trace."""
    work.require(exam_id, Role.DIRECTOR)
    exam = exam_of(work, exam_id)
    exam.may_suspend, exam.may_give_time = may_suspend, may_give_time
    exam.needs_locked_browser = needs_locked_browser
    switches = {
        "may_suspend": may_suspend,
        "may_give_time": may_give_time,
        "needs_locked_browser": needs_locked_browser,
    }
    work.audit(exam_id, "sittings:configured", "Собствено правило", **switches)
    return dict(switches)


def record_incident(
    work: Work, *, exam_id: str, hall: str, candidate_id: str | None, code: str, level: int | None, description: str
) -> Answer:
    """Write down what happened in a hall, to one candidate or to all (Art. 16)."""
    own_hall(work, exam_id, hall)
    if candidate_id is not None and sitting_of(work, exam_id, candidate_id).hall != hall:
        raise OutOfOrder(
            state=Phrase("кандидатът не е в тази зала", "the candidate is not in this hall"), rule="чл. 16"
        )
    incident = _reported(work, exam_id, hall, candidate_id, "event", description)
    incident.code, incident.level = code, level_of(code, level)
    facts = {"hall": hall, "candidate": candidate_id, "code": code, "level": incident.level}
    work.audit(exam_id, "incident:recorded", "чл. 16", incident=str(incident.incident_id), **facts)
    return {"incident_id": str(incident.incident_id), "level": incident.level}


def _reported(work: Work, exam_id: str, hall: str, candidate_id: str | None, kind: str, description: str) -> Incident:
    incident = Incident(
        incident_id=uuid.uuid4(),
        exam_id=exam_id,
        hall=hall,
        candidate_id=candidate_id,
        kind=kind,
        level=Level.NOTE,
        reason="",
        description=description,
        reported_by=work.actor.id,
        reported_at=work.now,
    )
    work.session.add(incident)
    return incident


def decide_incident(work: Work, *, exam_id: str, incident_id: str, decision: str) -> Answer:
    """The chair's decision on what was reported; on a report of cheating it is the report's dismissal."""
    work.require(exam_id, Role.CHAIR)
    incident = incident_of(work, exam_id, incident_id)
    _refuse_decided(work, incident)
    if incident.level != Level.DECISION:
        raise OutOfOrder(state=Phrase("записано е само за сведение", "it is a note only"), rule="Собствено правило")
    if incident.kind == "cheating":
        _refuse_while_annulment_stands(work, incident)
    _decide(work, incident, decision)
    action = "cheating:dismissed" if incident.kind == "cheating" else "incident:decided"
    authority = "чл. 28, ал. 1; чл. 38, ал. 1" if incident.kind == "cheating" else "Собствено правило"
    work.audit(exam_id, action, authority, incident=incident_id, decision=decision)
    return {"decided_at": work.now.isoformat()}


def _decide(work: Work, incident: Incident, decision: str) -> None:
    incident.decision, incident.decided_by, incident.decided_at = decision, work.actor.id, work.now


def _refuse_decided(work: Work, incident: Incident) -> None:
    is_annulled = (
        incident.kind == "cheating"
        and incident.candidate_id is not None
        and sitting_of(work, incident.exam_id, incident.candidate_id).annulment_decided_at is not None
    )
    if incident.decided_at is not None or is_annulled:
        raise AlreadyDone(what=Phrase("решение по произшествието", "decision on the incident"))


def _refuse_while_annulment_stands(work: Work, incident: Incident) -> None:
    proposed = select(ActRow.act_id).where(
        ActRow.exam_id == incident.exam_id,
        ActRow.kind == annulment.ACT,
        ActRow.subject == incident.candidate_id,
        ActRow.confirmed_at.is_(None),
        ActRow.expires_at > work.now,
    )
    if work.session.scalar(proposed.limit(1)) is not None:
        place = work.session.get_one(Hall, (incident.exam_id, incident.hall))
        raise OutOfOrder(
            state=Phrase(
                "предложено е анулиране и чака директора", "an annulment was proposed and waits for the director"
            ),
            rule=by_mode(place.mode, "чл. 28, ал. 1", "чл. 38, ал. 1"),
        )


def propose_time(work: Work, *, exam_id: str, incident_id: str, minutes: int, reason: str) -> Answer:
    """The commission's half of the decision that time is given back for an incident (reading_20)."""
    require_switched_on(work, exam_id, "may_give_time")
    incident = incident_of(work, exam_id, incident_id)
    _refuse_to_give(work, incident)
    act = propose(
        work, GIVING_TIME, exam_id=exam_id, subject=incident_id, proposal={"minutes": minutes, "reason": reason}
    )
    return {"act_id": str(act.act_id), "expires_at": act.expires_at.isoformat()}


def _refuse_to_give(work: Work, incident: Incident) -> None:
    _refuse_decided(work, incident)
    if incident.kind not in _GIVES_TIME:
        raise OutOfOrder(
            state=Phrase("за това не се добавя време", "no time is given back for this"), rule="чл. 10, ал. 2"
        )


def confirm_time(work: Work, *, exam_id: str, incident_id: str) -> Answer:
    """The director's half: the end moves for the incident's candidate, or for everybody of its hall who still works."""
    work.require(exam_id, Role.DIRECTOR)
    require_switched_on(work, exam_id, "may_give_time")
    incident = incident_of(work, exam_id, incident_id)
    _refuse_to_give(work, incident)
    hall = hall_of(work, exam_id, incident.hall)
    concerned = _who_still_works(work, hall, incident)
    act = confirm(work, GIVING_TIME, exam_id=exam_id, subject=incident_id)
    minutes: int = act.proposal["minutes"]
    ends = _give(work, hall, concerned, minutes, is_for_all=incident.candidate_id is None)
    _decide(work, incident, act.proposal["reason"])
    incident.minutes_given = minutes
    facts = {"hall": hall.hall, "candidate": incident.candidate_id, "minutes": minutes}
    work.audit(exam_id, "time:given", "чл. 10, ал. 2", incident=incident_id, sittings=len(ends), **facts)
    return {"minutes": minutes, "ends_at": ends}


def _who_still_works(work: Work, hall: Hall, incident: Incident) -> dict[Sitting, Sheet]:
    if incident.candidate_id is None:
        sheets = sheets_of(work, sittings_in(work, hall))
    else:
        sitting = sitting_of(work, incident.exam_id, incident.candidate_id)
        sheets = {sitting: sheet_of(work, sitting)}
    return {one: sheet for one, sheet in sheets.items() if phase_of(work, one, hall).state not in FINAL}


def _give(work: Work, hall: Hall, concerned: dict[Sitting, Sheet], minutes: int, *, is_for_all: bool) -> dict[str, str]:
    ends: dict[str, str] = {}
    if is_for_all:
        hall.ends_at = hours.check_given(minutes, hall.ends_at, work.now)
    elif not concerned:
        raise SittingClosed
    for sitting, sheet in concerned.items():
        sheet.ends_at = hours.check_given(minutes, sheet.ends_at, work.now)
        ends[sitting.candidate_id] = sheet.ends_at.isoformat()
        tell(
            work,
            "time",
            exam_id=sitting.exam_id,
            sitting=str(sitting.sitting_id),
            ends_at=ends[sitting.candidate_id],
            minutes=minutes,
        )
    return ends


def suspend_screen(work: Work, *, exam_id: str, candidate_id: str, reason: str) -> Answer:
    """Take no more answers of a sitting until its hall's administrator lets it go on; its time is not stopped."""
    sitting, hall = sitting_in_own_hall(work, exam_id, candidate_id)
    require_switched_on(work, exam_id, "may_suspend")
    sheet = sheet_of(work, sitting)
    if sheet.suspended_at is not None:
        raise AlreadyDone(what=Phrase("спиране на екрана", "suspension of the screen"))
    if phase_of(work, sitting, hall).state not in _MAY_BE_SUSPENDED:
        raise OutOfOrder(
            state=Phrase("кандидатът не е на екрана си", "the candidate is not at a screen"), rule="Собствено правило"
        )
    sheet.suspended_at = work.now
    _tell_suspension(work, sitting, "suspended", reason)
    return {"suspended_at": work.now.isoformat()}


def lift_suspension(work: Work, *, exam_id: str, candidate_id: str, reason: str) -> Answer:
    """Let a suspended screen go on, with the answers and the time that it has."""
    sitting, _ = sitting_in_own_hall(work, exam_id, candidate_id)
    sheet = sheet_of(work, sitting)
    if sheet.suspended_at is None:
        raise OutOfOrder(state=Phrase("екранът не е спрян", "the screen is not suspended"), rule="Собствено правило")
    sheet.suspended_at = None
    _tell_suspension(work, sitting, "resumed", reason)
    return {"resumed_at": work.now.isoformat()}


def _tell_suspension(work: Work, sitting: Sitting, kind: str, reason: str) -> None:
    _reported(work, sitting.exam_id, sitting.hall, sitting.candidate_id, kind, reason)
    facts = {"candidate": sitting.candidate_id, "reason": reason}
    work.audit(sitting.exam_id, f"screen:{kind}", "Собствено правило", **facts)
    tell(
        work,
        "suspension",
        exam_id=sitting.exam_id,
        sitting=str(sitting.sitting_id),
        is_suspended=kind == "suspended",
    )
