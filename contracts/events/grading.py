"""What the three grading services say."""

from dataclasses import dataclass

from contracts.events.base import Event, Job
from contracts.instants import Instant
from contracts.people import Mode


@dataclass(frozen=True, kw_only=True)
class ElectronicSheetGraded(Event, service="grading_electronic", subject="candidate_id"):
    """An electronic sheet was counted against the key (Art. 43(1)). Once a sheet; counting again gives the same."""

    candidate_id: str
    sheet: str
    correct: int
    wrong: int
    annulled: bool
    graded_at: Instant


@dataclass(frozen=True, kw_only=True)
class PaperSheetGraded(Event, service="grading_paper", subject="candidate_id"):
    """A card's final count got its name after the small envelopes were opened (Art. 47). Once a card."""

    candidate_id: str
    sheet: str
    correct: int
    wrong: int
    annulled: bool
    graded_at: Instant


@dataclass(frozen=True, kw_only=True)
class ResultPublished(Event, service="grading_results", public=True, subject="candidate_id"):
    """An individual result was published (Art. 49). Once a candidate; never corrected by edit.

    ``outcome``: ``passed``, ``failed``, ``annulled`` or ``absent``; ``correct`` is absent for the last two.
    No personal data: ``candidate_id`` is opaque.
    """

    candidate_id: str
    mode: Mode
    outcome: str
    correct: int | None
    published_at: Instant


@dataclass(frozen=True, kw_only=True)
class GradeSheets(Job, service="grading_electronic"):
    """Count these sheets against the key."""

    sheets: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ReadScan(Job, service="grading_paper", subject="scan_sha256"):
    """Read one scanned card."""

    scan_sha256: str
