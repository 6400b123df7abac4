"""What certification says."""

from dataclasses import dataclass
from datetime import date

from contracts.events.base import Event
from contracts.instants import Instant


@dataclass(frozen=True, kw_only=True)
class CertificateIssued(Event, service="certification", public=True, subject="number"):
    """The minister issued a certificate and it stands in the register (Art. 51(1), (2)). Once a certificate."""

    candidate_id: str
    number: str
    issued_on: date


@dataclass(frozen=True, kw_only=True)
class CertificateHanded(Event, service="certification", subject="number"):
    """The certificate was received after proof of the fee (Art. 51(1)). Once a certificate."""

    candidate_id: str
    number: str
    handed_at: Instant


@dataclass(frozen=True, kw_only=True)
class DuplicateIssued(Event, service="certification", public=True, subject="number"):
    """A duplicate was issued (Art. 51(3)): the original's number, its own issue number. Once a duplicate."""

    candidate_id: str
    number: str
    issue: int
    issued_on: date


@dataclass(frozen=True, kw_only=True)
class InspectionHeld(Event, service="certification", subject="candidate_id"):
    """A participant inspected the graded materials (Art. 53). Once an inspection."""

    candidate_id: str
    held_at: Instant
