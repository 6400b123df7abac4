"""Art. 3(2), 5, 6(2): when an exam may be announced, in which form, and until when candidates apply."""

from collections.abc import Collection
from datetime import date, datetime

from contracts.people import Mode
from contracts.refusals.general import TooFarAhead
from contracts.refusals.registration import AnnouncementTooLate, AnnouncementTooSoon, SessionsNotAllowed
from regulation import Regulation, terms
from regulation.calendar import end_of_day, same_day_years_later

_MOST_YEARS_AHEAD = 2


def check_terms(exam_on: date, announced_on: date, previous_exam_on: date | None, law: Regulation) -> None:
    """Refuse an announcement too close to its exam, or too soon after the previous exam.

    Source: Art. 5(1), 5(2). Raises ``AnnouncementTooLate`` or ``AnnouncementTooSoon``.
    """
    until = terms.announcement_last_day(exam_on, law)
    if announced_on > until:
        raise AnnouncementTooLate(exam_on=f"{exam_on:%d.%m.%Y}", until=f"{until:%d.%m.%Y}")
    if previous_exam_on is None:
        return
    not_before = terms.next_announcement_first_day(previous_exam_on, law)
    if announced_on < not_before:
        raise AnnouncementTooSoon(not_before=f"{not_before:%d.%m.%Y}")


def check_day(exam_on: date, announced_on: date) -> None:
    """Refuse an exam so far ahead that its day is a slip of the hand; a day too near is ``check_terms``'s.

    Own choice: two years. Raises ``TooFarAhead``.
    """
    until = same_day_years_later(announced_on, _MOST_YEARS_AHEAD)
    if exam_on > until:
        raise TooFarAhead(day=f"{exam_on:%d.%m.%Y}", until=f"{until:%d.%m.%Y}")


def check_sessions(sessions: int, modes: Collection[Mode], law: Regulation) -> None:
    """Refuse more sittings in a day than allowed, and a second one that is not electronic.

    Source: Art. 3(2), 31(1). Raises ``SessionsNotAllowed``.
    """
    if not 1 <= sessions <= law.max_exams_per_day or (sessions > 1 and Mode.ELECTRONIC not in modes):
        raise SessionsNotAllowed(most=law.max_exams_per_day)


def applications_until(announced_on: date, law: Regulation) -> datetime:
    """The last instant for applying. Source: Art. 6(2)."""
    return end_of_day(terms.application_last_day(announced_on, law))
