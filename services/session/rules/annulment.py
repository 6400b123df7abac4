"""Art. 8, 26(2), (3), 28, 36(2), (3), 38: for what a test is annulled, and what follows from it."""

import enum
from datetime import date

from contracts.people import Mode
from contracts.phrase import Phrase
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
    Reason.COPYING: Phrase("опит за преписване", "attempted copying"),
    Reason.TALKING: Phrase("разговор с друг кандидат", "talking to another candidate"),
    Reason.NOTES: Phrase("предаване на бележки", "passing of notes"),
    Reason.DEVICES: Phrase(
        "използване на мобилен телефон или друга електронна техника",
        "use of a mobile phone or of other electronic equipment",
    ),
    Reason.TAKING_OUT: Phrase(
        "изнасяне на тестове и други писмени материали от залата",
        "taking of tests or other written materials out of the hall",
    ),
}
_PARAGRAPHS = {Reason.TALKING: 2, Reason.NOTES: 2, Reason.DEVICES: 2, Reason.TAKING_OUT: 3}


def words(reason: Reason) -> Phrase:
    """The reason, in Bulgarian in the ordinance's words. Source: Art. 26(2), (3), 28(1), 36(2), (3), 38(1)."""
    return _WORDS[reason]


def article(reason: Reason, mode: Mode) -> str:
    """Where the reason stands. Source: Art. 26(2), (3), 28(1), 36(2), (3), 38(1)."""
    annulled, forbidden = ("чл. 28, ал. 1", "чл. 26") if mode is Mode.ELECTRONIC else ("чл. 38, ал. 1", "чл. 36")
    paragraph = _PARAGRAPHS.get(reason)
    return annulled if paragraph is None else f"{annulled} във връзка с {forbidden}, ал. {paragraph}"


def banned_until(reason: Reason, annulled_on: date, law: Regulation) -> date | None:
    """The last day of the ban that follows, if one does. Source: Art. 8. Own choice: reading_11."""
    return ban_last_day(annulled_on, law) if reason is Reason.COPYING else None
