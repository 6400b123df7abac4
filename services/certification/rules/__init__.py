"""Art. 51, 53: numbers of certificates, what may be inspected, and until when."""

from collections.abc import Sequence
from datetime import date, datetime

from contracts.people import Mode
from contracts.refusals.certification import InspectionTooLate, NotShownAtInspection
from regulation import Regulation, terms
from regulation.calendar import end_of_day, local_day

#: What an inspection shows (Art. 53(3), (4)).
MATERIALS = {
    Mode.ELECTRONIC: ("appendix_6", "test_copy"),
    Mode.PAPER: ("test", "card_copy", "slip_copy"),
}
_DIGITS = 4


def certificate_number(issued_on: date, place: int) -> str:
    """``ВО-<year>-<four digits>``; ``place``: of the certificate among those of the year, from 1.

    Own choice: the ordinance gives no form of the number (reading 37); year and place are what registers use.
    """
    return f"ВО-{issued_on.year}-{place:0{_DIGITS}}"


def check_inspection_term(requested_at: datetime, published_at: datetime, law: Regulation) -> None:
    """Raises ``InspectionTooLate`` after three months from the publication of the result. Source: Art. 53(1)."""
    last_day = terms.inspection_request_last_day(local_day(published_at), law)
    if requested_at > end_of_day(last_day):
        raise InspectionTooLate(until=last_day)


def check_shown(mode: Mode, shown: Sequence[str]) -> None:
    """Raises ``NotShownAtInspection`` for materials not of this mode. Source: Art. 53(3), (4)."""
    if foreign := [kind for kind in shown if kind not in MATERIALS[mode]]:
        raise NotShownAtInspection(kinds=", ".join(foreign))
