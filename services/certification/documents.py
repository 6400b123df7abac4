"""What stands on the documents of certification: certificate and duplicate (Art. 51), the register's extract (Art.
51(2)), the record of an inspection (Art. 53).
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from chassis.documents import DocumentKind, Documents, Signatory
from contracts.people import Mode, Names, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The certificate (Art. 51(1)); no form is given for it. ``verify_at``: the public address that confirms it."""

    number: str
    names: Names
    exam_on: date
    issued_on: date
    verify_at: str
    minister: Signatory


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """A duplicate (Art. 51(3)): the original's number and day, its own issue number and day."""

    number: str
    names: Names
    exam_on: date
    issued_on: date
    issue: int
    duplicate_issued_on: date
    verify_at: str
    minister: Signatory


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntry:
    """An entry of the register: no identifier, ``status`` in Bulgarian."""

    number: str
    names: Names
    exam_on: date
    issued_on: date
    basis: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterExtract:
    """An extract from the register of Art. 50 of the law (Art. 51(2)). ``as_of``: the instant that it shows."""

    number: str
    as_of: datetime
    entries: tuple[RegisterEntry, ...]
    officer: Signatory


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionRecord:
    """What was shown to a participant, when, and before whom (Art. 53). ``shown``: the materials of Art. 53(3) or
    (4).
    """

    number: str
    person: Person
    mode: Mode
    exam_on: date
    requested_on: date
    held_at: datetime
    ended_at: datetime
    place: str
    shown: tuple[str, ...]
    remarks: str = ""
    officer: Signatory


CERTIFICATE = DocumentKind(
    "certificate", Certificate, "Сертификат „вътрешен одитор в публичния сектор“", claim="pdf/a-3a"
)
DUPLICATE = DocumentKind(
    "duplicate", Duplicate, "Дубликат на сертификат „вътрешен одитор в публичния сектор“", claim="pdf/a-3a"
)
REGISTER_EXTRACT = DocumentKind("register_extract", RegisterExtract, "Извлечение от регистъра по чл. 51, ал. 2")
INSPECTION_RECORD = DocumentKind(
    "inspection_record", InspectionRecord, "Протокол за преглед на изпитни материали по чл. 53"
)

DOCUMENTS = Documents(Path(__file__).parent, CERTIFICATE, DUPLICATE, REGISTER_EXTRACT, INSPECTION_RECORD)
