"""Art. 8, 26(2), (3), 28, 36(2), (3), 38: for what a test is annulled, and what follows from it."""

import enum
from datetime import date

from contracts.people import Mode
from regulation import Regulation
from regulation.terms import ban_last_day

#: The name of the act of two persons.
ACT = "annulment"


class Reason(enum.StrEnum):
    """The closed list of reasons (reading_11)."""

    COPYING = "copying"
    TALKING = "talking"
    NOTES = "notes"
    DEVICES = "devices"
    TAKING_OUT = "taking_out"


_WORDS = {
    Reason.COPYING: "опит за преписване",
    Reason.TALKING: "разговор с друг кандидат",
    Reason.NOTES: "предаване на бележки",
    Reason.DEVICES: "използване на мобилен телефон или друго електронно устройство",
    Reason.TAKING_OUT: "изнасяне на писмени материали от залата",
}
_PARAGRAPHS = {Reason.TALKING: 2, Reason.NOTES: 2, Reason.DEVICES: 2, Reason.TAKING_OUT: 3}


def words(reason: Reason) -> str:
    """The reason in the ordinance's words. Source: Art. 26(2), (3), 28(1), 36(2), (3), 38(1)."""
    return _WORDS[reason]


def article(reason: Reason, mode: Mode) -> str:
    """Where the reason stands. Source: Art. 26(2), (3), 28(1), 36(2), (3), 38(1)."""
    annulled, forbidden = ("чл. 28, ал. 1", "чл. 26") if mode is Mode.ELECTRONIC else ("чл. 38, ал. 1", "чл. 36")
    paragraph = _PARAGRAPHS.get(reason)
    return annulled if paragraph is None else f"{annulled} във връзка с {forbidden}, ал. {paragraph}"


def banned_until(reason: Reason, annulled_on: date, law: Regulation) -> date | None:
    """The last day of the ban that follows, if one does. Source: Art. 8. Own choice: reading_11."""
    return ban_last_day(annulled_on, law) if reason is Reason.COPYING else None
