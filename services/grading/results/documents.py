"""What stands on the document of results: the protocol of those who passed and did not (Art. 43(6), 48(3))."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chassis.documents import DocumentKind, Documents, Signatory
from contracts.people import Mode, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """A candidate's count of right answers."""

    person: Person
    correct: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnulledRow:
    """A candidate whose test was annulled, and on what article."""

    person: Person
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsProtocol:
    """Passed and failed candidates of one mode (Art. 43(6) electronic, 48(3) paper)."""

    number: str
    decided_on: date
    exam_on: date
    mode: Mode
    questions: int
    required_correct: int
    appeared: int
    absent: int
    passed: tuple[ResultRow, ...]
    failed: tuple[ResultRow, ...]
    annulled: tuple[AnnulledRow, ...]
    commission: tuple[Signatory, ...]


RESULTS_PROTOCOL = DocumentKind(
    "results_protocol", ResultsProtocol, "Протокол за издържалите и неиздържалите изпита кандидати"
)

DOCUMENTS = Documents(Path(__file__).parent, RESULTS_PROTOCOL)
