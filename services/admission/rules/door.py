"""Art. 6(4) item 4, 20, 22, 31(1), 33, 34: who is let in, from when, until when."""

from datetime import datetime

from contracts.people import Person
from contracts.refusals.admission import DoorClosed, EntryNotOpen, InstructionsTooEarly, MaterialsMissing
from regulation.calendar import ZONE
from services.admission.rules.names import correspond


def check_entry(now: datetime, entry_at: datetime, closed_at: datetime | None) -> None:
    """Refuse to let in before the hour of entry and after the instructions have been read.

    Source: Art. 20, 22, 31(1) items 2 and 3, 33, 34. Own choice: reading_18. Raises ``EntryNotOpen`` or ``DoorClosed``.
    """
    if closed_at is not None:
        raise DoorClosed
    if now < entry_at:
        raise EntryNotOpen(not_before=f"{entry_at.astimezone(ZONE):%d.%m.%Y, %H:%M}")


def check_closing(now: datetime, instructions_at: datetime) -> None:
    """Refuse to read the instructions before their hour.

    Source: Art. 23(2), 31(1) item 5, 35(1). Raises ``InstructionsTooEarly``.
    """
    if now < instructions_at:
        raise InstructionsTooEarly(not_before=f"{instructions_at.astimezone(ZONE):%d.%m.%Y, %H:%M}")


def identity_differences(applied: Person, names: str, identifier: str) -> tuple[str, ...]:
    """In what an identity document differs from the application: ``names``, ``identifier``; empty when in nothing.

    Source: Art. 6(4) item 4, 20.
    """
    found = [] if correspond(str(applied.names), names) else ["names"]
    if "".join(identifier.split()) != applied.identifier:
        found.append("identifier")
    return tuple(found)


def missing(appeared: set[str], annulled: set[str], handed_in: set[str]) -> frozenset[str]:
    """Who came and handed nothing in; an annulled test needs no hand-in. Source: Art. 29(2), 40(2)."""
    return frozenset(appeared - annulled - handed_in)


def check_handed_in(
    appeared: set[str], annulled: set[str], handed_in: set[str], *, deviation_reason: str | None
) -> frozenset[str]:
    """Who came and handed nothing in. Refuse to close Protocol № 1 over them, unless the hall says why.

    Source: Art. 29(2), 40(2). Own choice: one who went away with his materials does not keep the protocol from the
    chair (Art. 30(2), 41(2)). Raises ``MaterialsMissing``.
    """
    gone = missing(appeared, annulled, handed_in)
    if gone and deviation_reason is None:
        raise MaterialsMissing(count=len(gone))
    return gone
