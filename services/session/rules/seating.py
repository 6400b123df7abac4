"""Art. 13(4), 24(2): which sub-variant lies on which seat, and which variant a session takes."""

import re
from collections.abc import Sequence

from contracts.phrase import Phrase
from contracts.refusals.general import OutOfOrder

NOWHERE = (0, 0)
_TWO = 2


def place(seat: str) -> tuple[int, int]:
    """Row and column of a seat's name: the last two numbers in it, or one number in row 0.

    Own choice: admission names seats; a name without a number counts as the first place.
    """
    numbers = [int(digits) for digits in re.findall(r"\d+", seat)]
    if not numbers:
        return NOWHERE
    return (numbers[-2], numbers[-1]) if len(numbers) >= _TWO else (0, numbers[-1])


def sub_variant(seat: str, codes: Sequence[str]) -> str:
    """The sub-variant of a seat: those beside, before and behind have another one, where there is more than one.

    Source: Art. 13(4). Own choice: with four and more, diagonal neighbours differ too.
    """
    row, column = place(seat)
    step = 1 if len(codes) == _TWO else _TWO
    return codes[(column + step * row) % len(codes)]


def variant_of_session(session: int, opened: Sequence[int], *, is_reused: bool) -> int:
    """The variant of a session, of those that were opened, in the order of their opening.

    Source: Art. 24(2), 31(1) item 7. Own choice: the second session takes the other variant unless reuse was
    decided (reading_04). Raises ``OutOfOrder`` when its variant has not been opened.
    """
    wanted = 0 if is_reused else session - 1
    if wanted >= len(opened):
        raise OutOfOrder(
            state=Phrase(
                "вариантът на теста за тази сесия не е отворен",
                "the variant of the test for this session has not been opened",
            ),
            rule="чл. 13, ал. 7",
        )
    return opened[wanted]
