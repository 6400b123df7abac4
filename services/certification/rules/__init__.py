"""Art. 51, 53: numbers of certificates, what may be inspected, and until when."""

from collections.abc import Sequence
from datetime import date, datetime

from contracts.people import Mode
from contracts.refusals.certification import InspectionTooLate, NothingToInspect, NotShownAtInspection
from contracts.refusals.general import DeadlinePassed
from regulation import Regulation, terms
from regulation.calendar import end_of_day, local_day

#: What an inspection shows (Art. 53(3), (4)).
MATERIALS = {
    Mode.ELECTRONIC: ("appendix_6", "test_copy"),
    Mode.PAPER: ("test", "card_copy", "slip_copy"),
}
#: The published outcome of who did not come and so has no graded materials.
ABSENT = "absent"
_DIGITS = 4


def certificate_number(issued_on: date, place: int) -> str:
    """``ВО-<year>-<four digits>``; ``place``: of the certificate among those of the year, from 1.

    Own choice: the ordinance gives no form of the number (reading 37); year and place are what registers use.
    """
    return f"ВО-{issued_on.year}-{place:0{_DIGITS}}"


def check_issue(now: datetime, published_on: Sequence[date], law: Regulation, deviation_reason: str | None) -> None:
    """Refuse to issue certificates after the earliest term of those who wait, unless a reason is given.

    Source: Art. 51(1). Own choice: the term binds the ministry and takes nobody's certificate away; so a reason is
    asked for and kept; in a mixed exam it runs from each one's own publication (reading_33). Raises ``DeadlinePassed``.
    """
    last_day = min(terms.certificate_last_day(day, law) for day in published_on)
    if now > end_of_day(last_day) and not deviation_reason:
        raise DeadlinePassed(until=last_day, rule="чл. 51, ал. 1")


def check_duplicate(now: datetime, last_day: date, deviation_reason: str | None) -> None:
    """Refuse to issue a duplicate after its term, unless a reason is given, such as a fee that was paid late.

    Source: Art. 51(3). Own choice: as for certificates. Raises ``DeadlinePassed``.
    """
    if now > end_of_day(last_day) and not deviation_reason:
        raise DeadlinePassed(until=last_day, rule="чл. 51, ал. 3")


def check_inspection_term(requested_at: datetime, published_at: datetime, law: Regulation) -> None:
    """Raises ``InspectionTooLate`` after three months from the publication of the result. Source: Art. 53(1)."""
    last_day = terms.inspection_request_last_day(local_day(published_at), law)
    if requested_at > end_of_day(last_day):
        raise InspectionTooLate(until=last_day)


def check_has_materials(outcome: str | None) -> None:
    """Raises ``NothingToInspect`` for who did not come; an annulled test is inspected as it is.

    Source: Art. 53(1): every participant, the own graded materials.
    """
    if outcome == ABSENT:
        raise NothingToInspect


def check_shown(mode: Mode, shown: Sequence[str]) -> None:
    """Raises ``NotShownAtInspection`` for materials not of this mode. Source: Art. 53(3), (4)."""
    if foreign := [kind for kind in shown if kind not in MATERIALS[mode]]:
        raise NotShownAtInspection(kinds=", ".join(foreign))
