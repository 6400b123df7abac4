"""The halls of an exam as their pages show them, what happened in them and what waits for a decision."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, tuple_

from chassis.commands import Answer
from chassis.plumbing import ActRow, DocumentRow
from chassis.work import Work
from contracts.people import Mode, Role
from contracts.phrase import Phrase
from contracts.refusals.general import NotFound
from regulation.calendar import local_day
from services.session.documents import APPENDIX_4, APPENDIX_8
from services.session.lookups import SWITCHES, course_of, exam_of, law_of, names_of
from services.session.rules import hours, screens
from services.session.rules.annulment import ACT
from services.session.rules.hours import TIME
from services.session.rules.incidents import Level
from services.session.rules.phase import State, phase
from services.session.tables import (
    Announcement,
    Exam,
    Hall,
    Incident,
    Screen,
    Sheet,
    Sitting,
    Variant,
)

_CLOSED = {"submitted", "time_expired", "annulled"}
_SEATS = (
    select(Sitting, Sheet, Screen.seen_at)
    .outerjoin(Sheet, Sheet.sitting_id == Sitting.sitting_id)
    .outerjoin(Screen, Screen.sitting_id == Sitting.sitting_id)
)


def list_halls(work: Work, *, exam_id: str) -> Answer:
    """Every hall of an exam and how far it has come."""
    exam_of(work, exam_id)
    halls = work.session.scalars(select(Hall).where(Hall.exam_id == exam_id).order_by(Hall.session, Hall.hall))
    return {"halls": [hall_facts(hall) for hall in halls]}


def show_hall(work: Work, *, exam_id: str, hall: str) -> Answer:
    """A hall as seats with their live state."""
    place = work.session.get(Hall, (exam_id, hall))
    if place is None:
        raise NotFound(what=Phrase(f"зала {hall}", f"hall {hall}"))
    rows = work.session.execute(_SEATS.where(Sitting.exam_id == exam_id, Sitting.hall == hall))
    seats = [_seat(work, place, *row) for row in rows]
    found = select(Incident).where(Incident.exam_id == exam_id, Incident.hall == hall)
    incidents = [_incident(work, one) for one in work.session.scalars(found.order_by(Incident.reported_at.desc()))]
    exam = exam_of(work, exam_id)
    return (
        hall_facts(place)
        | _board(work, exam_id, place)
        | {
            "now": work.now.isoformat(),
            "seats": sorted(seats, key=lambda seat: seat["seat"]),
            "announcements": announcements(work, exam_id, hall),
            "incidents": sorted(incidents, key=lambda one: not one["waits"]),
            "remaining_minutes": _remaining_minutes(work, place),
            "sub_variants": _sub_variants(work, exam_id, place),
            "instructions_sha256": _instructions(work, place),
            "documents": _issued(work, place),
            "switches": {name: getattr(exam, name) for name in SWITCHES},
        }
    )


def _board(work: Work, exam_id: str, hall: Hall) -> dict[str, Any]:
    """What the hall is to be told of the remaining time, and whether it was: ``writings`` each hour on paper (Art.
    39(1)), and the ``warning`` before the end in every hall (Art. 39(2), App. 4); nothing before the start.
    """
    if hall.started_at is None or hall.ends_at is None:
        return {"writings": [], "warning": None}
    law_hours = hours.session_of(law_of(work, exam_id), Mode(hall.mode), hall.session)
    written = _announced(work, hall, "written")
    due = hours.writings(hall.started_at, hall.ends_at, law_hours)
    hour_ends = zip(due, (*due[1:], hall.ends_at), strict=True) if due else ()
    last = hours.warning_at(hall.ends_at, law_hours)
    return {
        "writings": [_line(work, hall, written, begin, end) for begin, end in hour_ends],
        "warning": _line(work, hall, _announced(work, hall, "remaining"), last, hall.ends_at),
    }


def _announced(work: Work, hall: Hall, kind: str) -> list[datetime]:
    rows = select(Announcement.announced_at).where(
        Announcement.exam_id == hall.exam_id, Announcement.hall == hall.hall, Announcement.kind == kind
    )
    return list(work.session.scalars(rows))


def _line(work: Work, hall: Hall, done: Sequence[datetime], begin: datetime, end: datetime) -> dict[str, Any]:
    return {"at": begin.isoformat(), "state": hours.due_state(done, begin, end, work.now, ended_at=hall.ended_at)}


def _remaining_minutes(work: Work, hall: Hall) -> int | None:
    """Whole minutes to the hall's end, rounded up as they are announced; nothing before the start."""
    if hall.ends_at is None:
        return None
    return max(0, -((work.now - hall.ends_at) // timedelta(minutes=1)))


def _sub_variants(work: Work, exam_id: str, hall: Hall) -> list[str]:
    """Of a hall on paper: the sub-variants whose booklets and cards are handed out (Art. 35(2))."""
    if hall.mode != Mode.PAPER:
        return []
    opened = select(Variant).where(Variant.exam_id == exam_id).order_by(Variant.opened_at, Variant.variant)
    first = work.session.scalars(opened.limit(1)).first()
    return [] if first is None else sorted(first.sub_variants)


def _instructions(work: Work, hall: Hall) -> str | None:
    """Where the instructions lie that are read in a hall (App. 4, 8); nothing while they are being rendered."""
    kind = APPENDIX_8 if hall.mode == Mode.PAPER else APPENDIX_4
    ordered = select(DocumentRow.sha256).where(DocumentRow.exam_id == hall.exam_id, DocumentRow.kind == kind.name)
    return work.session.scalars(ordered.order_by(DocumentRow.issue.desc()).limit(1)).first()


def _issued(work: Work, hall: Hall) -> list[dict[str, Any]]:
    """A hall's own documents, each issue of them; ``sha256`` is ``None`` while one is being rendered."""
    query = select(DocumentRow).where(DocumentRow.exam_id == hall.exam_id, DocumentRow.subject == hall.hall)
    rows = work.session.scalars(query.order_by(DocumentRow.ordered_at, DocumentRow.kind, DocumentRow.issue))
    return [
        {"kind": row.kind, "issue": row.issue, "ordered_at": row.ordered_at.isoformat(), "sha256": row.sha256}
        for row in rows
    ]


def announcements(work: Work, exam_id: str, hall: str) -> list[dict[str, Any]]:
    """What a hall was told, in order: ``minutes`` of the warning, or ``text``."""
    spoken = select(Announcement).where(Announcement.exam_id == exam_id, Announcement.hall == hall)
    rows = work.session.scalars(spoken.order_by(Announcement.announced_at, Announcement.announcement_id))
    return [
        {"kind": one.kind, "minutes": one.minutes, "text": one.text, "at": one.announced_at.isoformat()} for one in rows
    ]


def hall_facts(hall: Hall) -> dict[str, Any]:
    """A hall as every page and the export tell of it."""
    instants = (
        "instructions_read_at",
        "by_envelope_at",
        "started_at",
        "ends_at",
        "ended_at",
        "reconciled_at",
        "taken_over_at",
    )
    return {
        "hall": hall.hall,
        "mode": hall.mode,
        "session": hall.session,
        "place": hall.place,
        "envelopes": hall.envelopes,
    } | {name: iso(getattr(hall, name)) for name in instants}


def _seat(work: Work, hall: Hall, sitting: Sitting, sheet: Sheet | None, seen_at: datetime | None) -> dict[str, Any]:
    now = phase(course_of(sitting, hall, sheet), work.now)
    return {
        "candidate_id": sitting.candidate_id,
        "seat": sitting.seat,
        "names": str(names_of(sitting)),
        "state": now.state,
        "until": iso(now.until),
        "lost_since": iso(_lost_since(work, now.state, sitting, sheet, seen_at)),
        "suspended_at": None if sheet is None else iso(sheet.suspended_at),
        "assisted": sitting.assisted,
        "exam_username": sitting.exam_username,
        "sub_variant": sitting.sub_variant,
        "has_credentials": sitting.password_hash is not None,
        "logged_in_at": iso(sitting.logged_in_at),
        "confirmed_at": iso(sitting.confirmed_at),
        "left_at": iso(sitting.left_at),
        "annulment_decided_at": iso(sitting.annulment_decided_at),
        "handed_in_at": iso(sitting.handed_in_at),
        "answered": None if sheet is None else sheet.answered,
        "questions": None if sheet is None else sheet.questions,
        "refused": None if sheet is None else sheet.refused,
        "changed_at": None if sheet is None else iso(sheet.changed_at),
    }


def _lost_since(
    work: Work, state: State, sitting: Sitting, sheet: Sheet | None, seen_at: datetime | None
) -> datetime | None:
    patience = timedelta(seconds=work.settings.screen_lost_seconds)
    known = () if sheet is None else (sitting.logged_in_at, sheet.changed_at, seen_at)
    return screens.lost_since(state, known, work.now, patience)


def list_incidents(work: Work, *, exam_id: str) -> Answer:
    """What the halls reported, the newest first, and where the decision on it stands."""
    found = select(Incident).where(Incident.exam_id == exam_id).order_by(Incident.reported_at.desc())
    return {"incidents": [_incident(work, one) for one in work.session.scalars(found)]}


def _incident(work: Work, incident: Incident) -> dict[str, Any]:
    sitting = work.session.scalars(
        select(Sitting).where(Sitting.exam_id == incident.exam_id, Sitting.candidate_id == incident.candidate_id)
    ).one_or_none()
    is_cheating = incident.kind == "cheating"
    annulled_at, annulment_at = (sitting.annulled_at, sitting.annulment_decided_at) if sitting else (None, None)
    decided_at = incident.decided_at or (annulment_at if is_cheating else None)
    return {
        "incident_id": str(incident.incident_id),
        "hall": incident.hall,
        "candidate_id": incident.candidate_id,
        "names": str(names_of(sitting)) if sitting else None,
        "seat": sitting.seat if sitting else None,
        "kind": incident.kind,
        "code": incident.code,
        "level": incident.level,
        "reason": incident.reason,
        "description": incident.description,
        "reported_at": incident.reported_at.isoformat(),
        "proposed_at": iso(_proposed_at(work, incident)),
        "waits": incident.level == Level.DECISION and decided_at is None,
        "decision": incident.decision,
        "minutes_given": incident.minutes_given,
        "decided_at": iso(decided_at),
        "annulled_at": iso(annulled_at) if is_cheating else None,
    }


def _proposed_at(work: Work, incident: Incident) -> datetime | None:
    """When the chair proposed what would follow from it: annulment, or time; ``None`` when that has lapsed."""
    kind, subject = (ACT, incident.candidate_id) if incident.kind == "cheating" else (TIME, str(incident.incident_id))
    proposed = select(ActRow.proposed_at).where(
        ActRow.exam_id == incident.exam_id,
        ActRow.kind == kind,
        ActRow.subject == subject,
        ActRow.expires_at > work.now,
    )
    return work.session.scalar(proposed.limit(1))


def my_halls(work: Work) -> Answer:
    """The halls that the person at the door may look at, and what waits in them for a decision, cheating first.

    ``figures`` of a hall, until the chair has taken over its envelopes: ``seats``, ``identified``, ``logged_in``,
    ``lost`` (lines), ``waiting`` (incidents) and ``states``: state → how many.
    """
    exams = {exam for role, exam in work.actor.capacities if role is not Role.CANDIDATE}
    query = (
        select(Hall, Exam.exam_on)
        .join(Exam, Exam.exam_id == Hall.exam_id)
        .order_by(Hall.exam_id, Hall.session, Hall.hall)
    )
    mine = [(hall, on) for hall, on in work.session.execute(query) if None in exams or hall.exam_id in exams]
    open_halls = {(hall.exam_id, hall.hall): hall for hall, _ in mine if hall.taken_over_at is None}
    waiting = _waiting(work, open_halls)
    figures = _figures(work, open_halls)
    for one in waiting:
        figures[one["exam_id"], one["hall"]]["waiting"] += 1
    today = local_day(work.now)
    halls = [
        hall_facts(hall)
        | {
            "exam_id": hall.exam_id,
            "is_today": on == today,
            "figures": figures.get((hall.exam_id, hall.hall)),
        }
        for hall, on in mine
    ]
    return {"halls": halls, "waiting": waiting}


def _figures(work: Work, halls: Mapping[tuple[str, str], Hall]) -> dict[tuple[str, str], dict[str, Any]]:
    rows = work.session.execute(_SEATS.where(tuple_(Sitting.exam_id, Sitting.hall).in_(list(halls))))
    figures: dict[tuple[str, str], dict[str, Any]] = {
        place: {"seats": 0, "identified": 0, "logged_in": 0, "lost": 0, "waiting": 0, "states": {}} for place in halls
    }
    for sitting, sheet, seen_at in rows:
        place = (sitting.exam_id, sitting.hall)
        state = phase(course_of(sitting, halls[place], sheet), work.now).state
        counted = figures[place]
        counted["states"][state.value] = counted["states"].get(state.value, 0) + 1
        counted["seats"] += 1
        counted["identified"] += sitting.identified_at is not None
        counted["logged_in"] += sitting.logged_in_at is not None
        counted["lost"] += _lost_since(work, state, sitting, sheet, seen_at) is not None
    return figures


def _waiting(work: Work, halls: Mapping[tuple[str, str], Hall]) -> list[dict[str, Any]]:
    """What waits for the chair or the director: reports of cheating first, the oldest first."""
    query = select(Incident).where(
        tuple_(Incident.exam_id, Incident.hall).in_(list(halls)),
        Incident.level == Level.DECISION,
        Incident.decided_at.is_(None),
    )
    found = work.session.scalars(query.order_by(Incident.reported_at))
    told = [_incident(work, one) | {"exam_id": one.exam_id} for one in found]
    return sorted((one for one in told if one["waits"]), key=lambda one: one["kind"] != "cheating")


def iso(at: Any) -> str | None:
    """An instant or a day as pages read it."""
    return None if at is None else at.isoformat()
