"""Art. 45, 48(2): who marks which card."""

from collections.abc import Mapping, Sequence

from contracts.refusals.grading import NobodyElseToCount, TooFewMarkers


def distribute(numbers: Sequence[str], members: Sequence[str]) -> dict[str, str]:
    """Number → member, in turn.

    Source: Art. 45. Own choice: by the order of the numbers, which are random: shares are equal and nobody chooses.
    Raises ``TooFewMarkers``.
    """
    if len(set(members)) <= 1:
        raise TooFewMarkers
    return hand_on(dict.fromkeys(numbers), members)


def hand_on(waiting: Mapping[str, str | None], members: Sequence[str]) -> dict[str, str]:
    """Number → member, in turn. ``waiting``: number → who made the card's first count, and is passed over.

    Source: Art. 45, 48(2). Own choice: what an absent member has not counted goes by the same rule to the others, all
    of it or none. Raises ``NobodyElseToCount``.
    """
    if stuck := sorted(number for number, first in waiting.items() if not set(members) - {first}):
        raise NobodyElseToCount(numbers=", ".join(stuck))
    markers = sorted(members)
    shares = {}
    for place, number in enumerate(sorted(waiting)):
        turn = place % len(markers)
        in_turn = markers[turn:] + markers[:turn]
        shares[number] = next(member for member in in_turn if member != waiting[number])
    return shares


def second_marker(first: str, members: Sequence[str]) -> str:
    """Who checks a card after its first marker: the next one in order, never the same.

    Source: Art. 48(2). Raises ``TooFewMarkers``.
    """
    others = [member for member in sorted(members) if member != first]
    if not others:
        raise TooFewMarkers
    return next((member for member in others if member > first), others[0])
