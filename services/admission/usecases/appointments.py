"""The minister's orders: authors, commission, administrators and quaestors (Art. 12(1), 13(1), 15(2))."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from chassis.commands import Answer
from chassis.documents import Signatory, order
from chassis.work import Work
from contracts.people import Mode, Names, Role
from contracts.phrase import Phrase
from contracts.refusals.admission import StaffIsCandidate
from contracts.refusals.general import AlreadyDone
from regulation.calendar import local_day
from services.admission.documents import (
    ADMINISTRATORS_ORDER,
    COMMISSION_ORDER,
    AdministratorsOrder,
    CommissionOrder,
    HallStaff,
)
from services.admission.records import exam_of, hall_of, law_of, names_of, people_of
from services.admission.rules import staffing
from services.admission.rules.checking import same_number
from services.admission.tables import Application, Appointment, Exam, Hall, Order, Person

MINISTER = Signatory("Министър на финансите")
Assignment = tuple[str, Role, str]  #: person, capacity, hall (empty for none)


def appoint_commission(
    work: Work, *, exam_id: str, order_number: str, signed_on: date, chair: str, members: Sequence[str]
) -> Answer:
    """Appoint chair and members by order (Art. 13(1)); once an exam."""
    exam = exam_of(work, exam_id)
    today = local_day(work.now)
    staffing.check_commission(chair, members, today, exam.exam_on, law_of(exam))
    if any(one.role == Role.CHAIR for one in _standing(work, exam_id)):
        raise AlreadyDone(what=Phrase("определяне на изпитната комисия", "appointment of the commission"))
    _enter_order(work, exam, "commission", order_number, signed_on)
    assignments = [(chair, Role.CHAIR, ""), *((member, Role.MEMBER, "") for member in members)]
    people = _appoint(work, exam, assignments, order_number)
    work.audit(exam_id, "commission:appointed", "чл. 13, ал. 1", order=order_number, chair=chair, members=list(members))
    stands = CommissionOrder(
        number=order_number,
        ordered_on=signed_on,
        exam_on=exam.exam_on,
        chair=names_of(people[chair]),
        members=tuple(names_of(people[member]) for member in members),
        minister=MINISTER,
    )
    order(work, COMMISSION_ORDER, exam_id, exam_id, stands)
    return {"exam_id": exam_id, "order_number": order_number}


def appoint_authors(work: Work, *, exam_id: str, authors: Sequence[str]) -> Answer:
    """Assign the writing of questions (Art. 12(1)); authors may be added until the term ends."""
    exam = exam_of(work, exam_id)
    staffing.check_authors(authors, local_day(work.now), exam.exam_on, law_of(exam))
    _appoint(work, exam, [(author, Role.AUTHOR, "") for author in authors], None)
    work.audit(exam_id, "authors:assigned", "чл. 12, ал. 1", authors=list(authors))
    return {"exam_id": exam_id, "authors": len(authors)}


def appoint_administrators(
    work: Work, *, exam_id: str, order_number: str, signed_on: date, assignments: Sequence[dict[str, Any]]
) -> Answer:
    """Appoint administrators and quaestors and spread them over the halls by order (Art. 15(2)).

    ``assignments``: ``person_id``, ``role``, and ``hall`` for hall staff. A later order adds to an earlier one.
    """
    exam = exam_of(work, exam_id)
    wanted = [(one["person_id"], one["role"], one.get("hall") or "") for one in assignments]
    staffing.check_staff(wanted, local_day(work.now), exam.exam_on)
    halls = {hall: hall_of(work, exam_id, hall) for hall in sorted({hall for _, _, hall in wanted if hall})}
    _enter_order(work, exam, "administrators", order_number, signed_on)
    people = _appoint(work, exam, wanted, order_number)
    work.audit(
        exam_id,
        "administrators:appointed",
        "чл. 15, ал. 2",
        order=order_number,
        assignments=[{"person": person, "role": role, "hall": hall} for person, role, hall in wanted],
    )
    stands = _administrators_order(exam, order_number, signed_on, halls, wanted, people)
    order(work, ADMINISTRATORS_ORDER, exam_id, order_number, stands)
    return {"exam_id": exam_id, "order_number": order_number}


def _administrators_order(
    exam: Exam,
    number: str,
    signed_on: date,
    halls: dict[str, Hall],
    wanted: Sequence[Assignment],
    people: dict[str, Person],
) -> AdministratorsOrder:
    def of(role: Role, hall: str) -> tuple[Names, ...]:
        return tuple(
            names_of(people[one]) for one, its_role, its_hall in wanted if (its_role, its_hall) == (role, hall)
        )

    return AdministratorsOrder(
        number=number,
        ordered_on=signed_on,
        exam_on=exam.exam_on,
        halls=tuple(
            HallStaff(
                hall=name,
                place=hall.place,
                mode=Mode(hall.mode),
                administrators=of(Role.HALL_ADMINISTRATOR, name),
                quaestors=of(Role.QUAESTOR, name),
            )
            for name, hall in halls.items()
        ),
        system_administrators=of(Role.SYSTEM_ADMINISTRATOR, ""),
        minister=MINISTER,
    )


def _enter_order(work: Work, exam: Exam, kind: str, number: str, signed_on: date) -> None:
    staffing.check_signed_on(signed_on, local_day(exam.published_at), local_day(work.now))
    if work.session.get(Order, (exam.exam_id, number)) is not None:
        raise AlreadyDone(what=Phrase(f"заповед № {number}", f"order no. {number}"))
    work.session.add(
        Order(
            exam_id=exam.exam_id,
            number=number,
            kind=kind,
            signed_on=signed_on,
            signed_by=work.actor.id,
            entered_at=work.now,
        )
    )


def _appoint(work: Work, exam: Exam, wanted: Sequence[Assignment], number: str | None) -> dict[str, Person]:
    """Save the appointments after checking every person against all that he already is in this exam."""
    people = people_of(work, {person_id for person_id, _, _ in wanted})
    standing = _standing(work, exam.exam_id)
    if {(one.person_id, one.role, one.hall) for one in standing} & set(wanted):
        raise AlreadyDone(what=Phrase("определяне на лицето", "appointment of the person"))
    _check_capacities(people, standing, wanted)
    _refuse_candidates(work, exam.exam_id, people)
    for place, (person_id, role, hall) in enumerate(wanted, start=1):
        work.session.add(
            Appointment(
                appointment_id=str(uuid.uuid4()),
                exam_id=exam.exam_id,
                person_id=person_id,
                role=role,
                hall=hall,
                place=place,
                order_number=number,
                appointed_at=work.now,
            )
        )
    return people


def _standing(work: Work, exam_id: str) -> Sequence[Appointment]:
    work.session.get(Exam, exam_id, with_for_update=True)  # orders for one exam are entered one after another
    return work.session.scalars(select(Appointment).where(Appointment.exam_id == exam_id)).all()


def _check_capacities(people: dict[str, Person], standing: Sequence[Appointment], wanted: Sequence[Assignment]) -> None:
    held: dict[str, set[Role]] = defaultdict(set)
    for person_id, role, _ in wanted:
        held[person_id].add(role)
    for one in standing:
        held[one.person_id].add(Role(one.role))
    for person_id, person in people.items():
        office = {Role(person.permanent_role)} if person.permanent_role else set()
        staffing.check_capacities(held[person_id] | office)


def _refuse_candidates(work: Work, exam_id: str, people: dict[str, Person]) -> None:
    applicants = work.session.scalars(select(Application).where(Application.exam_id == exam_id)).all()
    for person in people.values():
        own = (person.identifier_type, person.identifier)
        if any(same_number(own, (one.identifier_type, one.identifier)) for one in applicants):
            raise StaffIsCandidate
