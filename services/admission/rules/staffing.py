"""Art. 12(1), 13(1), 15(2): who may be appointed to what, and until when."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import combinations

from contracts.people import CAPACITIES, Role
from contracts.refusals.admission import (
    AuthorsTooLate,
    CapacitiesIncompatible,
    CommissionTooLate,
    CommissionTooSmall,
    DirectorMayNotChair,
    DirectorMayNotWrite,
    HallNeeded,
    NamedTwice,
    OrderDateWrong,
    StaffOrderTooLate,
)
from regulation import Regulation, terms

HALL_ROLES = frozenset({Role.HALL_ADMINISTRATOR, Role.QUAESTOR})
STAFF_ROLES = HALL_ROLES | {Role.SYSTEM_ADMINISTRATOR}
#: In the words of App. 2.
IN_APPENDIX_2: Mapping[Role, str] = {role: words.bg for role, words in CAPACITIES.items()} | {
    Role.DIRECTOR: "друг служител, свързан с организацията и провеждането на изпита (директор на дирекция МКВО)",
    Role.OFFICER: "друг служител, свързан с организацията и провеждането на изпита (служител на дирекция МКВО)",
}
#: Offices whose holders take part in every exam without an order naming them, and so sign for every exam.
SIGNING_OFFICES = frozenset({Role.DIRECTOR, Role.OFFICER})
_INCOMPATIBLE = frozenset(
    frozenset(pair)
    for pair in (
        (Role.QUAESTOR, Role.AUTHOR),
        (Role.SYSTEM_ADMINISTRATOR, Role.AUTHOR),
        (Role.SYSTEM_ADMINISTRATOR, Role.MEMBER),
        (Role.SYSTEM_ADMINISTRATOR, Role.CHAIR),
        (Role.CHAIR, Role.MEMBER),
        (Role.NOTARY, Role.CHAIR),
        (Role.NOTARY, Role.MEMBER),
    )
)


def check_capacities(held: Collection[Role]) -> None:
    """Refuse capacities that one person may not hold in one exam.

    Source: Art. 12(1), 13(1), 13(5). Own choice: quaestors are no experts (Art. 18), who runs the system neither
    writes nor marks, the notary is from outside. Raises ``DirectorMayNotChair``, ``DirectorMayNotWrite`` or
    ``CapacitiesIncompatible``.
    """
    if {Role.DIRECTOR, Role.CHAIR} <= set(held):
        raise DirectorMayNotChair
    if {Role.DIRECTOR, Role.AUTHOR} <= set(held):
        raise DirectorMayNotWrite
    for first, second in combinations(sorted(set(held)), 2):
        if frozenset({first, second}) in _INCOMPATIBLE:
            raise CapacitiesIncompatible(first=CAPACITIES[first], second=CAPACITIES[second])


def check_commission(chair: str, members: Sequence[str], today: date, exam_on: date, law: Regulation) -> None:
    """Refuse a commission that is too small, names somebody twice, or comes too late.

    Source: Art. 13(1), App. 7. Raises ``CommissionTooSmall``, ``NamedTwice`` or ``CommissionTooLate``.
    """
    if len(members) < law.commission_members_min:
        raise CommissionTooSmall(least=law.commission_members_min)
    if len({chair, *members}) != len(members) + 1:
        raise NamedTwice
    until = terms.commission_last_day(exam_on, law)
    if today > until:
        raise CommissionTooLate(until=f"{until:%d.%m.%Y}")


def check_authors(authors: Sequence[str], today: date, exam_on: date, law: Regulation) -> None:
    """Refuse authors named twice or too late. Source: Art. 12(1). Raises ``NamedTwice`` or ``AuthorsTooLate``."""
    if len(set(authors)) != len(authors):
        raise NamedTwice
    until = terms.authors_last_day(exam_on, law)
    if today > until:
        raise AuthorsTooLate(until=f"{until:%d.%m.%Y}")


def check_staff(assignments: Sequence[tuple[str, Role, str]], today: date, exam_on: date) -> None:
    """Refuse an order of staff on or after the day, an assignment written twice, hall staff without a hall.

    ``assignments``: person, role, hall (empty for none). Source: Art. 15(2). Raises ``StaffOrderTooLate``,
    ``NamedTwice`` or ``HallNeeded``.
    """
    if today >= exam_on:
        raise StaffOrderTooLate(exam_on=f"{exam_on:%d.%m.%Y}")
    if len(set(assignments)) != len(assignments):
        raise NamedTwice
    if any((role in HALL_ROLES) != bool(hall) for _, role, hall in assignments):
        raise HallNeeded


def check_signed_on(signed_on: date, announced_on: date, today: date) -> None:
    """Refuse an order dated before the announcement or in the future. Own choice: such a date is a slip of the pen."""
    if not announced_on <= signed_on <= today:
        raise OrderDateWrong(not_before=f"{announced_on:%d.%m.%Y}", until=f"{today:%d.%m.%Y}")
