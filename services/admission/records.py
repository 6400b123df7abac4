"""Finding what admission keeps: each function answers with the row, or raises ``NotFound``."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from chassis.plumbing import DocumentRow
from chassis.work import Work
from contracts.people import IdentifierType, Mode, Names, Role
from contracts.people import Person as Named
from contracts.phrase import Phrase
from contracts.refusals.general import NotFound
from regulation import Regulation, in_force
from services.admission.documents import APPENDIX_3
from services.admission.rules.seating import Room
from services.admission.tables import Application, Appointment, Arrival, Declaration, Exam, Hall, Person, Seat


def exam_of(work: Work, exam_id: str) -> Exam:
    """An announced exam."""
    exam = work.session.get(Exam, exam_id)
    if exam is None:
        raise NotFound(what=exam_id)
    return exam


def law_of(exam: Exam) -> Regulation:
    """The law that the exam keeps."""
    return in_force(exam.regulation_on)


def people_of(work: Work, person_ids: Collection[str]) -> dict[str, Person]:
    """These people by id; every one of them must be known."""
    found = work.session.scalars(select(Person).where(Person.person_id.in_(person_ids)))
    by_id = {one.person_id: one for one in found}
    for person_id in person_ids:
        if person_id not in by_id:
            raise NotFound(what=person_id)
    return by_id


def names_of(one: Person | Application) -> Names:
    """The three names."""
    return Names(one.first, one.middle, one.last)


def named(one: Person | Application) -> Named:
    """As protocols name somebody."""
    return Named(names_of(one), IdentifierType(one.identifier_type), one.identifier)


def application_of(work: Work, application_id: str, *, to_change: bool = False) -> Application:
    """An application; ``to_change`` locks it, so that what is done to it is done by one person at a time."""
    found = work.session.get(Application, application_id, with_for_update=to_change)
    if found is None:
        raise NotFound(what=application_id)
    return found


def applications_of(work: Work, exam_id: str) -> list[Application]:
    """All applications of an exam in the order in which they came."""
    query = select(Application).where(Application.exam_id == exam_id)
    return list(work.session.scalars(query.order_by(Application.submitted_at, Application.application_id)))


def hall_of(work: Work, exam_id: str, hall: str, *, to_change: bool = False) -> Hall:
    """A planned hall; ``to_change`` locks it: its door is closed once."""
    found = work.session.get(Hall, (exam_id, hall), with_for_update=to_change)
    if found is None:
        raise NotFound(what=Phrase(f"зала {hall}", f"hall {hall}"))
    return found


def room_of(hall: Hall) -> Room:
    """A hall as the rules see it."""
    return Room(session=hall.session, hall=hall.hall, mode=Mode(hall.mode), rows=hall.rows, columns=hall.columns)


def seated_in(work: Work, exam_id: str, hall: str) -> list[tuple[Seat, Application]]:
    """Who sits in a hall, seat by seat."""
    query = (
        select(Seat, Application)
        .join(Application, Application.application_id == Seat.application_id)
        .where(Seat.exam_id == exam_id, Seat.hall == hall)
        .order_by(Seat.row, Seat.column)
    )
    return [(seat, application) for seat, application in work.session.execute(query)]


def arrivals_of(work: Work, exam_id: str) -> dict[str, str]:
    """What happened at the door to each candidate who came there or did not: ``Arrival.state``."""
    arrivals = work.session.scalars(select(Arrival).where(Arrival.exam_id == exam_id))
    return {one.candidate_id: one.state for one in arrivals}


def protocols_1(work: Work, exam_id: str, hall: str) -> list[DocumentRow]:
    """Every issue of a hall's Protocol № 1, the first one first."""
    query = select(DocumentRow).where(
        DocumentRow.exam_id == exam_id, DocumentRow.kind == APPENDIX_3.name, DocumentRow.subject == hall
    )
    return list(work.session.scalars(query.order_by(DocumentRow.issue)))


def is_last_protocol_1(row: DocumentRow) -> bool:
    """Whether an issue is a last one of its hall: those before the first such are for signature, those after it were
    issued anew.
    """
    return not row.context["it"].get("is_for_signature", False)


def staff_of(work: Work, exam_id: str, *roles: Role) -> list[tuple[Appointment, Person]]:
    """Who is appointed in these capacities, in the order of the minister's orders."""
    query = (
        select(Appointment, Person)
        .join(Person, Person.person_id == Appointment.person_id)
        .where(Appointment.exam_id == exam_id, Appointment.role.in_(roles))
        .order_by(Appointment.appointed_at, Appointment.place)
    )
    return [(appointment, person) for appointment, person in work.session.execute(query)]


def signed_roles(work: Work, person_id: str) -> Mapping[tuple[str, str], Declaration]:
    """The declarations that a person has signed, by exam and role."""
    signed = work.session.scalars(select(Declaration).where(Declaration.person_id == person_id))
    return {(one.exam_id, one.role): one for one in signed}
