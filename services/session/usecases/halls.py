"""What happens to a whole hall: instructions, start, remaining time, end (Art. 22–24, 29–31, 34, 35, 39, 40)."""

import uuid
from collections import defaultdict
from datetime import datetime
from math import ceil

from sqlalchemy import func, select, update

from chassis.commands import Answer
from chassis.work import Work
from contracts.articles import by_mode, by_session
from contracts.events.session import CandidateStayedOutside, InstructionsRead, SittingStarted
from contracts.people import Mode, Role
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, NotFound, OutOfOrder
from regulation import Regulation
from services.session.lookups import (
    exam_of,
    hall_of,
    law_of,
    open_leaving,
    own_hall,
    phase_of,
    require_mode,
    sheets_of,
    sittings_in,
)
from services.session.rules import hours, seating
from services.session.rules.phase import FINAL, State
from services.session.tables import Announcement, Hall, Sheet, Sitting, Variant
from services.session.usecases.closing import close_expired
from services.session.usecases.moments import last_passed, moment_of
from services.session.usecases.notices import tell

REMAINING, WRITTEN = "remaining", "written"
_MINUTE_SECONDS = 60  # not the law: seconds in a minute
_RESTING = FINAL | {State.EXPECTED}


def record_instructions_read(
    work: Work, *, exam_id: str, hall: str, hour: str | None = None, late_reason: str | None = None
) -> Answer:
    """The instructions have been read to the end (Art. 23(2), 35(1)); says ``InstructionsRead``.

    At computers nobody is let in from now on: admission closes the door, and whoever was not identified does not log
    in (Art. 22).
    """
    place = own_hall(work, exam_id, hall)
    if place.instructions_read_at is not None:
        raise AlreadyDone(what=Phrase(f"указания в зала {hall}", f"instructions in hall {hall}"))
    mode, moment = Mode(place.mode), moment_of(work, place, hour, late_reason, after=())
    law_hours = hours.session_of(law_of(work, exam_id), mode, place.session)
    rule = by_mode(place.mode, by_session(place.session, "чл. 23, ал. 2", "чл. 31, ал. 1, т. 5"), "чл. 35, ал. 1")
    hours.check_instructions(moment.at, exam_of(work, exam_id).exam_on, law_hours, rule=rule)
    place.instructions_read_at = moment.at
    work.emit(
        InstructionsRead(
            exam_id=exam_id, mode=mode, session=place.session, hall=hall, read_at=place.instructions_read_at
        )
    )
    work.audit(exam_id, "instructions:read", rule, hall=hall, **moment.told)
    return {"read_at": moment.at.isoformat()}


def let_in_by_envelope(work: Work, *, exam_id: str, session: int, reason: str) -> Answer:
    """From now on whoever holds an envelope's credentials logs in, without admission's word that he was identified.

    For the day when admission's word does not come (Art. 22 is then kept at the door of the hall alone). Raises
    ``OutOfOrder`` until the instructions have been read, because till then nobody is kept out; ``AlreadyDone``.
    """
    work.require(exam_id, Role.SYSTEM_ADMINISTRATOR)
    halls = [hall for hall in _of_session(work, exam_id, session) if hall.ended_at is None]
    _check_read(halls, rule="Собствено правило")
    waiting = [hall for hall in halls if hall.by_envelope_at is None]
    if not waiting:
        raise AlreadyDone(what=Phrase(f"влизане по плик в сесия {session}", f"log-in by envelope in session {session}"))
    for hall in waiting:
        hall.by_envelope_at = work.now
    names = [hall.hall for hall in waiting]
    work.audit(exam_id, "halls:by_envelope", "Собствено правило", session=session, halls=names, reason=reason)
    return {"halls": names}


def unlock(work: Work, *, exam_id: str, session: int, reuse_variant: bool = False) -> Answer:
    """Unlock the system for all electronic halls of a session at one instant (Art. 24(1), 31(1) item 6).

    ``reuse_variant``: the recorded decision that the second session takes the first one's variant (reading_04).
    """
    work.require(exam_id, Role.SYSTEM_ADMINISTRATOR)
    law = law_of(work, exam_id)
    law_hours = hours.session_of(law, Mode.ELECTRONIC, session)
    rule = by_session(session, "чл. 24, ал. 1", "чл. 31, ал. 1, т. 6")
    hours.check_start(work.now, exam_of(work, exam_id).exam_on, law_hours, rule=rule)
    halls = _electronic_halls(work, exam_id, session, rule=rule)
    variant = _variant(work, exam_id, session, is_reused=reuse_variant or law.is_variant_reused_in_second_session)
    for hall in halls:
        _start(work, hall, law, work.now)
        _hand_out(work, hall, variant, law)
    work.audit(
        exam_id,
        "system:unlocked",
        rule,
        session=session,
        variant=variant.variant,
        reuse_variant=reuse_variant,
        halls=[hall.hall for hall in halls],
    )
    return {"started_at": work.now.isoformat(), "halls": [hall.hall for hall in halls], "variant": variant.variant}


def _electronic_halls(work: Work, exam_id: str, session: int, *, rule: str) -> list[Hall]:
    halls = _of_session(work, exam_id, session)
    if any(hall.started_at is not None for hall in halls):
        raise AlreadyDone(what=Phrase(f"отключване на сесия {session}", f"unlocking of session {session}"))
    _check_read(halls, rule=rule)
    return halls


def _of_session(work: Work, exam_id: str, session: int) -> list[Hall]:
    query = select(Hall).where(Hall.exam_id == exam_id, Hall.mode == Mode.ELECTRONIC, Hall.session == session)
    halls = list(work.session.scalars(query.order_by(Hall.hall).with_for_update()))
    if not halls:
        raise NotFound(what=Phrase(f"зали за сесия {session}", f"halls of session {session}"))
    return halls


def _check_read(halls: list[Hall], *, rule: str) -> None:
    if unread := [hall.hall for hall in halls if hall.instructions_read_at is None]:
        names = ", ".join(unread)
        raise OutOfOrder(
            state=Phrase(
                f"указанията не са прочетени в зали {names}", f"the instructions have not been read in halls {names}"
            ),
            rule=rule,
        )


def _variant(work: Work, exam_id: str, session: int, *, is_reused: bool) -> Variant:
    query = select(Variant.variant).where(Variant.exam_id == exam_id).order_by(Variant.opened_at, Variant.variant)
    opened = list(work.session.scalars(query))
    chosen = seating.variant_of_session(session, opened, is_reused=is_reused)
    return work.session.get_one(Variant, (exam_id, chosen))


def _start(work: Work, hall: Hall, law: Regulation, at: datetime) -> None:
    hall.started_at, hall.ends_at = at, hours.end_of(at, law)
    work.emit(
        SittingStarted(
            exam_id=hall.exam_id,
            mode=Mode(hall.mode),
            session=hall.session,
            hall=hall.hall,
            started_at=hall.started_at,
            ends_at=hall.ends_at,
        )
    )
    facts = {"started_at": hall.started_at.isoformat(), "ends_at": hall.ends_at.isoformat()}
    tell(work, "unlock", exam_id=hall.exam_id, hall=hall.hall, **facts)


def _hand_out(work: Work, hall: Hall, variant: Variant, law: Regulation) -> None:
    taken: dict[str, list[uuid.UUID]] = defaultdict(list)
    for sitting in sheets_of(work, sittings_in(work, hall)):
        taken[seating.sub_variant(sitting.seat, variant.sub_variants)].append(sitting.sitting_id)
    for code, sittings in taken.items():
        sits, answers = Sitting.sitting_id.in_(sittings), Sheet.sitting_id.in_(sittings)
        work.session.execute(update(Sitting).where(sits).values(variant=variant.variant, sub_variant=code))
        work.session.execute(
            update(Sheet)
            .where(answers)
            .values(
                opens_at=hall.started_at,
                ends_at=hall.ends_at,
                questions=variant.questions,
                letters="".join(law.option_letters),
            )
        )


def start_paper(
    work: Work, *, exam_id: str, hall: str, hour: str | None = None, late_reason: str | None = None
) -> Answer:
    """The tests are handed out and the exact hour of the start is announced (Art. 35(2))."""
    place = own_hall(work, exam_id, hall)
    require_mode(place, Mode.PAPER)
    if place.started_at is not None:
        raise AlreadyDone(what=Phrase(f"начало в зала {hall}", f"start in hall {hall}"))
    rule = "чл. 35, ал. 2"
    if place.instructions_read_at is None:
        raise OutOfOrder(state=Phrase("указанията не са прочетени", "the instructions have not been read"), rule=rule)
    law = law_of(work, exam_id)
    moment = moment_of(work, place, hour, late_reason, after=(place.instructions_read_at,))
    hours.check_start(moment.at, exam_of(work, exam_id).exam_on, law.clock.paper, rule=rule)
    _start(work, place, law, moment.at)
    work.audit(exam_id, "paper:started", rule, hall=hall, **moment.told)
    return {"started_at": moment.at.isoformat(), "ends_at": place.ends_at and place.ends_at.isoformat()}


def announce_remaining(
    work: Work, *, exam_id: str, hall: str, hour: str | None = None, late_reason: str | None = None
) -> Answer:
    """Announce the remaining time in the last minutes (Art. 39(2); at computers App. 4: Art. 23(2), 31(1) item 5)."""
    place = own_hall(work, exam_id, hall)
    moment = moment_of(work, place, hour, late_reason, after=(place.started_at,))
    rule = by_mode(place.mode, by_session(place.session, "чл. 23, ал. 2", "чл. 31, ал. 1, т. 5"), "чл. 39, ал. 2")
    ends_at = _running_until(place, moment.at, rule=rule)
    law_hours = hours.session_of(law_of(work, exam_id), Mode(place.mode), place.session)
    hours.check_warning(moment.at, ends_at, law_hours, rule=rule)
    minutes = _remaining(work, place, ends_at, REMAINING, moment.at)
    work.audit(exam_id, "remaining:announced", rule, hall=hall, minutes=minutes, **moment.told)
    tell(work, "announcement", exam_id=exam_id, hall=hall, minutes=minutes)
    return {"minutes": minutes}


def write_remaining(
    work: Work, *, exam_id: str, hall: str, hour: str | None = None, late_reason: str | None = None
) -> Answer:
    """The remaining time has been written where all in the hall can see it; once an hour (Art. 39(1))."""
    place = own_hall(work, exam_id, hall)
    require_mode(place, Mode.PAPER)
    moment = moment_of(work, place, hour, late_reason, after=(place.started_at,))
    ends_at = _running_until(place, moment.at, rule="чл. 39, ал. 1")
    due = hours.writings(place.started_at or ends_at, ends_at, law_of(work, exam_id).clock.paper)
    earlier = select(Announcement.announced_at).where(
        Announcement.exam_id == exam_id, Announcement.hall == hall, Announcement.kind == WRITTEN
    )
    hours.check_writing(moment.at, due, list(work.session.scalars(earlier)))
    minutes = _remaining(work, place, ends_at, WRITTEN, moment.at)
    work.audit(exam_id, "remaining:written", "чл. 39, ал. 1", hall=hall, minutes=minutes, **moment.told)
    return {"minutes": minutes}


def _last_announced(work: Work, place: Hall) -> datetime | None:
    of_hall = (Announcement.exam_id == place.exam_id, Announcement.hall == place.hall, Announcement.kind != "text")
    return work.session.scalar(select(func.max(Announcement.announced_at)).where(*of_hall))


def _running_until(place: Hall, at: datetime, *, rule: str) -> datetime:
    if place.reconciled_at is not None:
        raise OutOfOrder(
            state=Phrase("пликовете в залата са сверени", "the envelopes of the hall have been compared"),
            rule="Собствено правило",
        )
    if place.ends_at is None or min(place.ends_at, place.ended_at or place.ends_at) <= at:
        raise OutOfOrder(state=Phrase("изпитът в залата не тече", "the exam in the hall is not running"), rule=rule)
    return place.ends_at


def _remaining(work: Work, place: Hall, ends_at: datetime, kind: str, at: datetime) -> int:
    """Keep that the hall was told how many minutes remain."""
    minutes = ceil((ends_at - at).total_seconds() / _MINUTE_SECONDS)
    work.session.add(
        Announcement(
            exam_id=place.exam_id,
            hall=place.hall,
            kind=kind,
            minutes=minutes,
            announced_by=work.actor.id,
            announced_at=at,
        )
    )
    return minutes


def announce(work: Work, *, exam_id: str, hall: str, text: str) -> Answer:
    """Tell a hall something, in words; kept with those who said it and when (Art. 16)."""
    place = own_hall(work, exam_id, hall)
    if place.ended_at is not None:
        rule = by_mode(place.mode, "чл. 29, ал. 1", "чл. 40, ал. 1")
        raise OutOfOrder(state=Phrase("изпитът в залата е приключил", "the exam in the hall has ended"), rule=rule)
    row = Announcement(exam_id=exam_id, hall=hall, kind="text", text=text, announced_by=work.actor.id)
    row.announced_at = work.now
    work.session.add(row)
    work.audit(exam_id, "hall:announced", "чл. 16", hall=hall, text=text)
    tell(work, "announcement", exam_id=exam_id, hall=hall, text=text)
    return {"announced_at": work.now.isoformat()}


def end_hall(work: Work, *, exam_id: str, hall: str, hour: str | None = None, late_reason: str | None = None) -> Answer:
    """Announce the end (Art. 29(1), 40(1)): open sittings are closed as they are; who is outside did not return."""
    work.require(exam_id, Role.HALL_ADMINISTRATOR)
    place = own_hall(work, exam_id, hall)
    rule = by_mode(place.mode, "чл. 29, ал. 1", "чл. 40, ал. 1")
    if place.ends_at is None:
        raise OutOfOrder(
            state=Phrase("изпитът в залата не е започнал", "the exam in the hall has not started"), rule=rule
        )
    if place.ended_at is not None:
        raise AlreadyDone(what=Phrase(f"край в зала {hall}", f"end in hall {hall}"))
    sittings = sittings_in(work, place)
    sheets = sheets_of(work, sittings)
    done = (place.started_at, _last_announced(work, place), last_passed(work, *sittings))
    moment = moment_of(work, place, hour, late_reason, after=done)
    working_until = _working_until(work, place, sittings, moment.at)
    hours.check_end(moment.at, place.ends_at, working_until=working_until, rule=rule)
    place.ended_at = moment.at
    closed = close_expired(work, _who_appeared(sheets))
    outside = [one.candidate_id for one in sittings if _tell_if_outside(work, one)]
    work.audit(exam_id, "hall:ended", rule, hall=hall, closed=closed, not_returned=outside, **moment.told)
    return {"ended_at": moment.at.isoformat(), "closed": closed}


def _tell_if_outside(work: Work, sitting: Sitting) -> bool:
    """Say of who left and is not back at the end that he did not return (Art. 27, 37)."""
    if sitting.left_at is None:
        return False
    work.emit(
        CandidateStayedOutside(
            exam_id=sitting.exam_id,
            candidate_id=sitting.candidate_id,
            mode=Mode(sitting.mode),
            hall=sitting.hall,
            left_at=sitting.left_at,
            entered_at=open_leaving(work, sitting).entered_at,
        )
    )
    return True


def _working_until(work: Work, hall: Hall, sittings: list[Sitting], at: datetime) -> list[datetime | None]:
    phases = [phase_of(work, one, hall, at) for one in sittings]
    return [one.until for one in phases if one.state not in _RESTING]


def _who_appeared(sheets: dict[Sitting, Sheet]) -> list[tuple[Sitting, Sheet]]:
    return [
        (sitting, sheet)
        for sitting, sheet in sheets.items()
        if sitting.refused_at is None and (sitting.identified_at or sitting.logged_in_at)
    ]


def hall_for_system_administrator(work: Work, exam_id: str, hall: str) -> Hall:
    """A hall as the administrators of the electronic system see it: any of the exam's."""
    work.require(exam_id, Role.SYSTEM_ADMINISTRATOR)
    return hall_of(work, exam_id, hall)
