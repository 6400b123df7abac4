"""Halls and seats (Art. 14, 15(1))."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from chassis.commands import Answer
from chassis.work import Work
from contracts.events.admission import SeatAssigned
from contracts.people import Mode
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, OutOfOrder
from regulation import Regulation
from regulation.calendar import local, local_day
from services.admission.records import exam_of, law_of, named, room_of
from services.admission.rules import seating
from services.admission.tables import Application, Decision, Exam, Hall, Seat


def plan_halls(work: Work, *, exam_id: str, halls: Sequence[dict[str, Any]]) -> Answer:
    """Plan halls for a form and a sitting (Art. 15(1)); more may be added until seats are given out."""
    exam = exam_of(work, exam_id)
    if exam.seats_assigned_at is not None:
        raise OutOfOrder(state=Phrase("местата са определени", "the seats have been assigned"), rule="чл. 14")
    for one in halls:
        hall = Hall(exam_id=exam_id, closed_at=None, **one)
        seating.check_hall(room_of(hall), exam.modes, exam.sessions)
        if work.session.get(Hall, (exam_id, hall.hall)) is not None:
            raise AlreadyDone(what=Phrase(f"зала {hall.hall}", f"hall {hall.hall}"))
        work.session.add(hall)
        work.session.flush()
    plan = [{key: one[key] for key in ("hall", "mode", "session", "rows", "columns")} for one in halls]
    work.audit(exam_id, "halls:planned", "чл. 15, ал. 1", halls=plan)
    return {"halls": len(halls), "seats": sum(one["rows"] * one["columns"] for one in halls)}


def assign_seats(work: Work, *, exam_id: str) -> Answer:
    """Give every admitted candidate a seat and tell place and hour (Art. 14); once, for all forms together."""
    exam = work.session.get(Exam, exam_id, with_for_update=True) or exam_of(work, exam_id)
    if exam.seats_assigned_at is not None:
        raise AlreadyDone(what=Phrase("определяне на местата", "assignment of seats"))
    law = law_of(exam)
    seating.check_in_time(local_day(work.now), exam.exam_on, law)
    admitted = _admitted(work, exam_id)
    if not admitted:
        raise OutOfOrder(state=Phrase("няма допуснати кандидати", "there are no admitted candidates"), rule="чл. 14")
    halls = {one.hall: one for one in work.session.scalars(select(Hall).where(Hall.exam_id == exam_id))}
    seats = _seats(exam, admitted, halls)
    for candidate_id, (hall, row, column) in seats.items():
        _seat(work, exam, law, admitted[candidate_id], halls[hall], row, column)
    exam.seats_assigned_at = work.now
    work.audit(exam_id, "seats:assigned", "чл. 14", seats={one: list(seat) for one, seat in seats.items()})
    return {"seats": len(seats)}


def _admitted(work: Work, exam_id: str) -> dict[str, Application]:
    query = (
        select(Application)
        .join(Decision, Decision.application_id == Application.application_id)
        .where(Application.exam_id == exam_id, Decision.is_admitted)
    )
    return {one.candidate_id: one for one in work.session.scalars(query)}


def _seats(exam: Exam, admitted: dict[str, Application], halls: dict[str, Hall]) -> dict[str, tuple[str, int, int]]:
    rooms = [room_of(one) for one in halls.values()]
    order = seating.mixed(exam.exam_id, admitted)
    seats: dict[str, tuple[str, int, int]] = {}
    for mode in Mode:
        seats |= seating.assign(mode, [one for one in order if admitted[one].mode == mode], rooms)
    return seats


def _seat(work: Work, exam: Exam, law: Regulation, application: Application, hall: Hall, row: int, column: int) -> None:
    work.session.add(
        Seat(
            exam_id=exam.exam_id,
            candidate_id=application.candidate_id,
            application_id=application.application_id,
            hall=hall.hall,
            row=row,
            column=column,
        )
    )
    hours = seating.hours(Mode(hall.mode), hall.session, law)
    work.emit(
        SeatAssigned(
            exam_id=exam.exam_id,
            application_id=application.application_id,
            candidate_id=application.candidate_id,
            username=application.username,
            person=named(application),
            mode=Mode(hall.mode),
            assisted=application.assisted,
            session=hall.session,
            hall=hall.hall,
            place=hall.place,
            seat=seating.label(row, column),
            exam_on=exam.exam_on,
            entry_at=local(exam.exam_on, hours.entry_at),
            starts_at=local(exam.exam_on, hours.start_at),
        )
    )
