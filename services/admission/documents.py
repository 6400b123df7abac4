"""What stands on the documents of admission: the minister's orders (Art. 13(1), 15(2)), the declaration of App. 2,
the protocol of admitted and not admitted (Art. 6(5)), Protocol № 1 with its list of leavings (App. 3, Art. 27,
37).
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from chassis.documents import DocumentKind, Documents, Signatory
from contracts.people import Mode, Names, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionOrder:
    """The minister's order that appoints the commission (Art. 13(1)). ``number``: of the ministry's register, if
    known.
    """

    number: str
    ordered_on: date
    exam_on: date
    chair: Names
    members: tuple[Names, ...]
    reserves: tuple[Names, ...] = ()
    minister: Signatory


@dataclass(frozen=True, slots=True, kw_only=True)
class HallStaff:
    """Who is on duty in one hall (Art. 15(2))."""

    hall: str
    place: str
    mode: Mode
    administrators: tuple[Names, ...]
    quaestors: tuple[Names, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministratorsOrder:
    """The minister's order that appoints administrators and quaestors and spreads them over the halls (Art.
    15(2)).
    """

    number: str
    ordered_on: date
    exam_on: date
    halls: tuple[HallStaff, ...]
    system_administrators: tuple[Names, ...]
    reserves: tuple[Names, ...] = ()
    minister: Signatory


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendix2:
    """The declaration of non-disclosure (Art. 12(3), App. 2). ``capacity``: one of those the form names, in
    Bulgarian.
    """

    person: Person
    card_number: str
    card_issued_on: date
    card_issued_by: str
    address: str
    phone: str
    capacity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A line of the admitted. ``assisted``: helped by a quaestor (Art. 6(3))."""

    person: Person
    mode: Mode
    assisted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A ground for not admitting: the sentence, and its article as in ``чл. 6, ал. 4, т. 2``."""

    sentence: str
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAdmitted:
    """A line of the not admitted, with every ground."""

    person: Person
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionProtocol:
    """The commission's protocol of admitted and not admitted candidates (Art. 6(5))."""

    number: str
    decided_on: date
    exam_on: date
    admitted: tuple[Admitted, ...]
    not_admitted: tuple[NotAdmitted, ...]
    commission: tuple[Signatory, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol1Row:
    """A line of Protocol № 1. ``appeared``: ``None`` on the form that is printed before the exam. ``entered_at``: when
    the hour of the handing in was entered, where that was later.
    """

    person: Person
    username: str
    appeared: bool | None = None
    handed_in_at: datetime | None = None
    entered_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A line of the list of leavings. ``returned_at``: ``None`` when the candidate did not come back. ``entered_at``:
    when an hour of it was entered, where that was later.
    """

    names: Names
    left_at: datetime
    returned_at: datetime | None
    entered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendix3:
    """Protocol № 1 of one hall and session (Art. 16 item 1, App. 3). ``blank_leavings``: empty lines for the pen.

    ``is_for_signature``: an issue that candidates sign; the last one tells what happened. ``former_at``: of one issued
    anew, when the one before it was issued.
    """

    exam_on: date
    mode: Mode
    session: int
    hall: str
    rows: tuple[Protocol1Row, ...]
    leavings: tuple[Leaving, ...] = ()
    blank_leavings: int = 0
    is_for_signature: bool = False
    former_at: datetime | None = None
    administrator: Names | None
    quaestors: tuple[Names | None, ...]


COMMISSION_ORDER = DocumentKind("commission_order", CommissionOrder, "Заповед по чл. 13, ал. 1")
ADMINISTRATORS_ORDER = DocumentKind("administrators_order", AdministratorsOrder, "Заповед по чл. 15, ал. 2")
APPENDIX_2 = DocumentKind("appendix_2", Appendix2, "Декларация по чл. 12, ал. 3 (приложение № 2)")
ADMISSION_PROTOCOL = DocumentKind("admission_protocol", AdmissionProtocol, "Протокол по чл. 6, ал. 5")
APPENDIX_3 = DocumentKind("appendix_3", Appendix3, "Протокол № 1 (приложение № 3)")

DOCUMENTS = Documents(
    Path(__file__).parent, COMMISSION_ORDER, ADMINISTRATORS_ORDER, APPENDIX_2, ADMISSION_PROTOCOL, APPENDIX_3
)
