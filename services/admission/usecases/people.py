"""People: who they are, in what capacities they may act, and the declaration without which they may not."""

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from chassis.commands import Answer
from chassis.documents import order
from chassis.passwords import hash_password, matches
from chassis.tokens import Issuer
from chassis.work import Actor, Work
from contracts import identifiers
from contracts.events.admission import StaffAppointed
from contracts.people import IdentifierType, Role
from contracts.refusals.admission import NothingToSign, PersonExists
from contracts.refusals.general import NotAuthenticated, WrongCredentials
from regulation.calendar import local_day
from services.admission.documents import APPENDIX_2, Appendix2
from services.admission.records import exam_of, named, names_of, signed_roles
from services.admission.rules.staffing import IN_APPENDIX_2, SIGNING_OFFICES
from services.admission.tables import Appointment, Declaration, Person

#: The audit chain of what belongs to no exam.
PEOPLE_CHAIN = "people"


def add_person(
    work: Work,
    *,
    username: str,
    password: str,
    identifier_type: IdentifierType,
    identifier: str,
    permanent_role: Role | None = None,
    **details: Any,
) -> Answer:
    """Enter somebody who may be appointed, or who holds an office (``permanent_role``).

    ``details``: ``first``, ``middle``, ``last``, ``id_card_number``, ``id_card_issued_on``, ``id_card_issued_by``,
    ``address``, ``phone``.
    """
    digits = identifiers.normalised(identifier_type, identifier, local_day(work.now))
    person = Person(
        person_id=str(uuid.uuid4()),
        username=username.lower(),
        password_hash=hash_password(password),
        identifier_type=identifier_type,
        identifier=digits,
        permanent_role=permanent_role,
        added_at=work.now,
        **details,
    )
    try:
        with work.session.begin_nested():
            work.session.add(person)
    except IntegrityError as error:
        raise PersonExists from error
    work.audit(
        PEOPLE_CHAIN, "person:added", "Собствено правило", person=person.person_id, permanent_role=permanent_role
    )
    return {"person_id": person.person_id}


def log_in(work: Work, *, username: str, password: str) -> Answer:
    """A token with every capacity in which the person may act now."""
    person = work.session.scalar(select(Person).where(Person.username == username.strip().lower()))
    if not matches(person.password_hash if person else None, password) or person is None:
        raise WrongCredentials
    return {"token": _token(work, person), "person_id": person.person_id}


def renew(work: Work) -> Answer:
    """A token for whoever has one, with the capacities that came since (a declaration was signed)."""
    person = _self(work)
    return {"token": _token(work, person), "person_id": person.person_id}


def sign_declaration(work: Work, *, exam_id: str) -> Answer:
    """Sign the declaration in every capacity that the person has in the exam and has not signed for (Art. 12(3))."""
    exam, person = exam_of(work, exam_id), _self(work)
    signed = signed_roles(work, person.person_id)
    waiting = [(role, hall) for role, hall in _capacities_in(work, exam_id, person) if (exam_id, role) not in signed]
    if not waiting:
        raise NothingToSign
    roles = sorted({role for role, _ in waiting})
    for role in roles:
        _sign(work, exam.exam_id, person, role)
    for role, hall in waiting:
        work.emit(
            StaffAppointed(
                exam_id=exam_id, person_id=person.person_id, role=role, names=names_of(person), hall=hall or None
            )
        )
    return {"roles": list(roles)}


def _capacities_in(work: Work, exam_id: str, person: Person) -> list[tuple[Role, str]]:
    """What the minister's orders name the person for, with the hall, and the office if it takes part in every exam."""
    mine = select(Appointment).where(Appointment.exam_id == exam_id, Appointment.person_id == person.person_id)
    named_for = [(Role(one.role), one.hall) for one in work.session.scalars(mine)]
    office = [(role, "") for role in SIGNING_OFFICES if role == person.permanent_role]
    return named_for + office


def _sign(work: Work, exam_id: str, person: Person, role: Role) -> None:
    work.session.add(Declaration(exam_id=exam_id, person_id=person.person_id, role=role, signed_at=work.now))
    work.role = role
    work.audit(exam_id, "declaration:signed", "чл. 12, ал. 3", person=person.person_id, capacity=role)
    stands = Appendix2(
        person=named(person),
        card_number=person.id_card_number,
        card_issued_on=person.id_card_issued_on,
        card_issued_by=person.id_card_issued_by,
        address=person.address,
        phone=person.phone,
        capacity=IN_APPENDIX_2[role],
    )
    order(work, APPENDIX_2, exam_id, f"{person.person_id}-{role}", stands)


def _self(work: Work) -> Person:
    person = work.session.get(Person, work.actor.id)
    if person is None:
        raise NotAuthenticated
    return person


def _token(work: Work, person: Person) -> str:
    capacities: set[tuple[Role, str | None]] = {
        (Role(role), exam_id) for exam_id, role in signed_roles(work, person.person_id)
    }
    if person.permanent_role is not None:
        capacities.add((Role(person.permanent_role), None))
    actor = Actor(person.person_id, frozenset(capacities), str(names_of(person)))
    issuer = Issuer("admission", work.settings.token_private_key)
    return issuer.issue(actor, now=work.now, hours=work.settings.token_hours)
