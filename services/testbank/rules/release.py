"""Art. 24, 29, 40, 43(1): the key leaves testbank when nobody sits any more."""

from collections.abc import Collection

from contracts.people import Mode

Sitting = tuple[Mode, int]  #: mode and session of the day


def expected_sittings(modes: Collection[Mode], sessions: int) -> frozenset[Sitting]:
    """The sittings that the announcement speaks of: each electronic session, and paper beside the first.

    Source: Art. 3(2), 3(3), 31(1). Own choice: paper is „по същото време“ as the first session (reading_05).
    """
    electronic = (
        {(Mode.ELECTRONIC, session) for session in range(1, sessions + 1)} if Mode.ELECTRONIC in modes else set()
    )
    paper = {(Mode.PAPER, 1)} if Mode.PAPER in modes else set()
    return frozenset(electronic | paper)


def is_over(expected: frozenset[Sitting], ended: Collection[Sitting]) -> bool:
    """Whether every sitting has ended. Source: Art. 30, 41. Own choice: an exam without sittings is never over."""
    return bool(expected) and expected <= set(ended)
