"""What admission says."""

from dataclasses import dataclass
from datetime import date

from contracts.events.base import Event
from contracts.instants import Instant
from contracts.people import Mode, Names, Person, Role


@dataclass(frozen=True, kw_only=True)
class StaffAppointed(Event, service="admission", personal_data=True, subject="person_id"):
    """A person was appointed in a capacity by the minister's order (Art. 13(1), 15(2)) and has signed the declaration
    of Art. 12(3): from now on he may act. Said once a person, role and exam. ``hall``: for hall staff.
    """

    person_id: str
    role: Role
    names: Names
    hall: str | None = None


@dataclass(frozen=True, kw_only=True)
class ApplicationAdmitted(Event, service="admission", personal_data=True, subject="application_id"):
    """The commission admitted the candidate (Art. 6(5), 7). Said once an application."""

    application_id: str
    candidate_id: str
    username: str
    person: Person
    mode: Mode
    assisted: bool
    decided_at: Instant


@dataclass(frozen=True, kw_only=True)
class ApplicationRejected(Event, service="admission", personal_data=False, subject="application_id"):
    """The commission did not admit the candidate; ``grounds`` are codes of Art. 6(4) and 8 (``missing_declaration``,
    ``missing_fee_document``, ``missing_disability_document``, ``payer_name_differs``, ``declaration_name_differs``,
    ``identity_differs_on_the_day``, ``banned``). Said once an application.
    """

    application_id: str
    candidate_id: str
    grounds: tuple[str, ...]
    decided_at: Instant


@dataclass(frozen=True, kw_only=True)
class SeatAssigned(Event, service="admission", personal_data=True, subject="candidate_id"):
    """Place and hour of an admitted candidate (Art. 14). Said again when the seat is changed; the last one counts.

    ``session``: 1, or 2 for the second electronic exam of the day (Art. 31).
    """

    application_id: str
    candidate_id: str
    username: str
    person: Person
    mode: Mode
    assisted: bool
    session: int
    hall: str
    place: str
    seat: str
    exam_on: date
    entry_at: Instant
    starts_at: Instant


@dataclass(frozen=True, kw_only=True)
class CandidateIdentified(Event, service="admission", subject="candidate_id"):
    """The hall administrator let the candidate in after checking identity (Art. 20, 33). Once a candidate."""

    candidate_id: str
    mode: Mode
    hall: str
    identified_at: Instant


@dataclass(frozen=True, kw_only=True)
class CandidateRefusedAtDoor(Event, service="admission", subject="candidate_id"):
    """Identity differs from the application on the day (Art. 6(4) item 4). Once a candidate."""

    candidate_id: str
    mode: Mode
    refused_at: Instant


@dataclass(frozen=True, kw_only=True)
class CandidateAbsent(Event, service="admission", subject="candidate_id"):
    """Had a seat and had not come when the instructions had been read (Art. 22, 34). Once a candidate."""

    candidate_id: str
    mode: Mode
    hall: str
    closed_at: Instant
