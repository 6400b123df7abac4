"""Art. 45, 48(2): who marks which card."""

from collections.abc import Collection, Mapping, Sequence

from contracts.refusals.grading import NobodyElseToCount, TooFewMarkers


def distribute(numbers: Sequence[str], members: Sequence[str]) -> dict[str, str]:
    """Number → member, in turn.

    Source: Art. 45. Own choice: by the order of the numbers, which are random: shares are equal and nobody chooses.
    Raises ``TooFewMarkers``.
    """
    if len(set(members)) <= 1:
        raise TooFewMarkers
    return hand_on(dict.fromkeys(numbers), members)


def hand_on(waiting: Mapping[str, str | None], members: Sequence[str], absent: Collection[str] = ()) -> dict[str, str]:
    """Number → member, in turn. ``waiting``: number → who made the card's first count, and is passed over.

    Source: Art. 45, 48(2). Own choice: what an absent member has not counted goes by the same rule to the others, all
    of it or none; to one who is ``absent`` too only what nobody else may count. Raises ``NobodyElseToCount``.
    """
    if stuck := sorted(number for number, first in waiting.items() if not set(members) - {first}):
        raise NobodyElseToCount(numbers=", ".join(stuck))
    present, away = _apart(members, absent)
    shares = {}
    for place, number in enumerate(sorted(waiting)):
        in_turn = _from_turn(present, place) + _from_turn(away, place)
        shares[number] = next(member for member in in_turn if member != waiting[number])
    return shares


def second_marker(first: str, members: Sequence[str], absent: Collection[str] = ()) -> str:
    """Who checks a card after its first marker: the next one in order, never the same.

    Source: Art. 48(2). Own choice: one who is ``absent`` only when nobody else may. Raises ``TooFewMarkers``.
    """
    present, away = _apart([member for member in members if member != first], absent)
    others = present or away
    if not others:
        raise TooFewMarkers
    return next((member for member in others if member > first), others[0])


def _apart(members: Sequence[str], absent: Collection[str]) -> tuple[list[str], list[str]]:
    """Who is there and who is not, each in order. Own choice: cards go to who is there, as long as there is one."""
    in_order = sorted(members)
    return [one for one in in_order if one not in absent], [one for one in in_order if one in absent]


def _from_turn(members: list[str], place: int) -> list[str]:
    """All of them, beginning with the one whose turn it is. Own choice: turns go round."""
    turn = place % len(members) if members else 0
    return members[turn:] + members[:turn]
