"""What stands on the documents of registration: the announcement (Art. 5(1)) and the declaration of App. 1."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from chassis.documents import DocumentKind, Documents, Signatory
from contracts.people import Mode, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """The announcement for the site and for the public place in the building (Art. 5(1)).

    ``notified_until``: Art. 7; ``seats_until``: Art. 14; ``required_correct``: Art. 43(3), 48(1); ``portal``: the
    module's address; ``inquiries``: telephone or mail box of the directorate. The numbers come from the exam's
    ``Regulation``.
    """

    exam_on: date
    modes: tuple[Mode, ...]
    sessions: int
    published_at: datetime
    applications_until: datetime
    notified_until: date
    seats_until: date
    questions: int
    options: int
    duration_minutes: int
    required_correct: int
    portal: str
    inquiries: str
    director: Signatory


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendix1:
    """The declaration of higher education, filled in for the candidate to print and sign (Art. 6(1), App. 1)."""

    person: Person
    card_number: str
    card_issued_on: date
    card_issued_by: str
    address: str


ANNOUNCEMENT = DocumentKind("announcement", Announcement, "Обявление за провеждане на изпит")
APPENDIX_1 = DocumentKind("appendix_1", Appendix1, "Декларация по чл. 6, ал. 1 (приложение № 1)")

DOCUMENTS = Documents(Path(__file__).parent, ANNOUNCEMENT, APPENDIX_1)
