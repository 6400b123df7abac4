"""What stands on the documents of the electronic exam's grading: the individual protocols (App. 6), the summary
(App. 7), and their handover to commission and director (Art. 43(5)).
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from chassis.documents import DocumentKind, Documents, Signatory
from contracts.people import Names, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendix6:
    """An individual protocol (Art. 17 item 6, App. 6).

    ``answers``: per question as numbered in the sub-variant, the candidate's letter (empty: none) and the right one.
    """

    number: str
    person: Person
    exam_username: str
    unique_number: str
    exam_on: date
    variant: str
    started_at: datetime
    ended_at: datetime
    answers: tuple[tuple[str, str], ...]
    correct: int
    wrong: int
    annulled: bool
    system_administrator: Names | None
    chair: Names | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRow:
    """A line of the summary; the counts of an annulled test are left out."""

    exam_username: str
    person: Person
    correct: int
    wrong: int
    annulled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendix7:
    """The summary protocol (Art. 17 item 7, App. 7)."""

    exam_on: date
    session: int
    rows: tuple[SummaryRow, ...]
    appeared: int
    system_administrator: Names | None
    director: Names | None
    chair: Names | None
    members: tuple[Names | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedFile:
    """A file that is handed over: which, for how many, and its SHA-256 (hex)."""

    title: str
    pieces: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverProtocol:
    """The protocols are handed over on both media (Art. 43(5)). ``due_on``: the last day of the term."""

    number: str
    handed_at: datetime
    exam_on: date
    due_on: date
    individual_protocols: int
    summary_protocols: int
    files: tuple[HandedFile, ...]
    handed_by: tuple[Signatory, ...]
    taken_by: tuple[Signatory, ...]


APPENDIX_6 = DocumentKind("appendix_6", Appendix6, "Индивидуален протокол (приложение № 6)", many=True)
APPENDIX_7 = DocumentKind("appendix_7", Appendix7, "Обобщен протокол (приложение № 7)")
HANDOVER_PROTOCOL_43_5 = DocumentKind(
    "handover_protocol_43_5", HandoverProtocol, "Приемно-предавателен протокол по чл. 43, ал. 5"
)

DOCUMENTS = Documents(Path(__file__).parent, APPENDIX_6, APPENDIX_7, HANDOVER_PROTOCOL_43_5)
