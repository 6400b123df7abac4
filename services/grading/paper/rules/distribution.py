"""Art. 45, 48(2): who marks which card."""

from collections.abc import Sequence

from contracts.refusals.grading import TooFewMarkers


def distribute(numbers: Sequence[str], members: Sequence[str]) -> dict[str, str]:
    """Number → member, in turn.

    Source: Art. 45. Own choice: by the order of the numbers, which are random: shares are equal and nobody chooses.
    Raises ``TooFewMarkers``.
    """
    markers = sorted(members)
    if len(set(markers)) <= 1:
        raise TooFewMarkers
    return {number: markers[place % len(markers)] for place, number in enumerate(sorted(numbers))}


def second_marker(first: str, members: Sequence[str]) -> str:
    """Who checks a card after its first marker: the next one in order, never the same.

    Source: Art. 48(2). Raises ``TooFewMarkers``.
    """
    others = [member for member in sorted(members) if member != first]
    if not others:
        raise TooFewMarkers
    return next((member for member in others if member > first), others[0])
