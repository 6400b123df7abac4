"""What stands on the documents of session: the instructions read aloud (App. 4, 8), Protocol № 2 (App. 5), the
sheets with credentials (Art. 16 item 3), the protocol of annulled tests (Art. 28(2), 38(2)), the count of
envelopes (Art. 30, 41).
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from chassis.documents import DocumentKind, Documents, Signatory
from contracts.people import Mode, Names, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Instructions:
    """The numbers in the instructions of App. 4 (electronic) and App. 8 (paper); they come from the exam's
    ``Regulation``.
    """

    exam_on: date
    duration_minutes: int
    warning_minutes: int
    questions: int
    options: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol2Row:
    """A line of Protocol № 2: the user name of the exam system and the unique number that the system made."""

    person: Person
    exam_username: str
    unique_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendix5:
    """Protocol № 2 of one hall and session (Art. 16 item 4, 25, App. 5)."""

    exam_on: date
    session: int
    hall: str
    rows: tuple[Protocol2Row, ...]
    system_administrator: Names | None
    hall_administrator: Names | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialSheets:
    """One candidate's two sheets with user name and password, each with room for the ministry's stamp (Art. 16
    item 3).
    """

    exam_on: date
    session: int
    hall: str
    seat: str
    names: Names
    username: str
    password: str
    sheets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Annulled:
    """An annulled test. ``sheet``: number of the individual protocol or of the card; ``banned_until``: Art. 8, if
    it applies.
    """

    person: Person
    sheet: str
    reason: str
    article: str
    reported_by: str
    annulled_at: datetime
    banned_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnulmentProtocol:
    """The annulled tests of one hall, put into an envelope of their own (Art. 28(2), 38(2))."""

    number: str
    exam_on: date
    mode: Mode
    session: int
    hall: str
    drawn_up_at: datetime
    annulled: tuple[Annulled, ...]
    signatories: tuple[Signatory, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopesCount:
    """The envelopes of one hall against those who appeared, and their handing to the chair (Art. 30, 41)."""

    exam_on: date
    mode: Mode
    session: int
    hall: str
    counted_at: datetime
    appeared: int
    envelopes: int
    explanation: str = ""
    administrators: tuple[Signatory, ...]
    chair: Signatory


APPENDIX_4 = DocumentKind("appendix_4", Instructions, "Указания за изпит в електронен вариант (приложение № 4)")
APPENDIX_8 = DocumentKind("appendix_8", Instructions, "Указания за изпит на хартиен носител (приложение № 8)")
APPENDIX_5 = DocumentKind("appendix_5", Appendix5, "Протокол № 2 (приложение № 5)")
CREDENTIAL_SHEETS = DocumentKind(
    "credential_sheets", CredentialSheets, "Потребителско име и парола по чл. 16, т. 3", many=True, secret=True
)
ANNULMENT_PROTOCOL = DocumentKind("annulment_protocol", AnnulmentProtocol, "Протокол за анулирани тестове")
ENVELOPES_COUNT = DocumentKind("envelopes_count", EnvelopesCount, "Протокол за сверяване на пликовете")

DOCUMENTS = Documents(
    Path(__file__).parent, APPENDIX_4, APPENDIX_8, APPENDIX_5, CREDENTIAL_SHEETS, ANNULMENT_PROTOCOL, ENVELOPES_COUNT
)
