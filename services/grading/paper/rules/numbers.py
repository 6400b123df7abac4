"""Art. 44: the numbers that hide the names."""

import random
from collections.abc import Collection

from contracts.refusals.grading import EnvelopesNotAsHandedIn
from regulation import Regulation


def to_mark(unannulled: int, handed_in: int, taken_over: Collection[int]) -> int:
    """How many envelopes to mark the halls handed over: those handed in whose test was not annulled (``unannulled``),
    and so many more or fewer as the chair took over (``taken_over``, by hall) than were handed in at all.

    Source: Art. 38(2), 41(2). Own choice: where the halls did not tell what they handed over, as many as were handed
    in; a difference that was explained at the hand-over is not explained again.
    """
    return unannulled + (sum(taken_over) - handed_in if taken_over else 0)


def check_envelopes(envelopes: int, handed_in: int, *, deviation_reason: str | None) -> None:
    """Refuse more or fewer envelopes than the halls handed over, unless the chair says why. Source: Art. 41. Own
    choice: as at the hand-over, where he counts them himself. Raises ``EnvelopesNotAsHandedIn``.
    """
    if envelopes != handed_in and deviation_reason is None:
        raise EnvelopesNotAsHandedIn(envelopes=envelopes, handed_in=handed_in)


def draw_numbers(how_many: int, law: Regulation, chance: random.Random) -> list[str]:
    """So many different numbers in an order that says nothing.

    Source: Art. 44. Own choice: random, so that a list by number is a list in no other order (reading_32).
    Raises ``ValueError`` when there are not so many numbers.
    """
    possible = range(law.card_number_from, law.card_number_to + 1)
    return [f"{number:0{law.card_number_digits}}" for number in chance.sample(possible, how_many)]
