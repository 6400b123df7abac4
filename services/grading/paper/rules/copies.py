"""Art. 16 item 3, 35(2), 42(1): what was printed for the sitting on paper, and what became of every copy."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from contracts.phrase import Phrase
from contracts.refusals.general import OutOfOrder
from contracts.refusals.grading import CopiesDoNotAddUp, MoreCopiesThanPrinted

#: Copies beyond the seats, which what came out spoiled is taken from.
SPARE_PERCENT, LEAST_SPARE = 5, 2


class Printed(enum.StrEnum):
    """What an unsealed envelope holds, and the two envelopes' labels; one of each for a candidate (Art. 35(2))."""

    BOOKLET = "booklet"
    CARD = "card"
    SLIP = "slip"
    LARGE_ENVELOPE = "large_envelope"
    SMALL_ENVELOPE = "small_envelope"

    @property
    def words(self) -> Phrase:
        """Its name among people. Own choice: as the ordinance names it, with its appendix."""
        return _WORDS[self]

    @property
    def has_sub_variants(self) -> bool:
        """Whether each sub-variant has its own. Source: Art. 13(4)."""
        return self in {Printed.BOOKLET, Printed.CARD}


_WORDS = {
    Printed.BOOKLET: Phrase("тест", "booklet"),
    Printed.CARD: Phrase("карта за отговорите (приложение № 10)", "answer card (App. 10)"),
    Printed.SLIP: Phrase("идентификационен фиш (приложение № 9)", "identification slip (App. 9)"),
    Printed.LARGE_ENVELOPE: Phrase("голям плик", "large envelope"),
    Printed.SMALL_ENVELOPE: Phrase("малък плик", "small envelope"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """The copies of one thing, of one sub-variant where it has any. ``spoiled``, ``spare``: not given to anybody."""

    kind: Printed
    sub_variant: str
    printed: int
    spoiled: int
    spare: int

    @property
    def used(self) -> int:
        """How many were given to candidates. Source: Art. 35(2)."""
        return self.printed - self.spoiled - self.spare


def with_spares(seats: int) -> int:
    """How many copies of what each candidate gets once are printed.

    Source: Art. 35(2). Own choice: beyond the seats ``SPARE_PERCENT`` of them, and never fewer than ``LEAST_SPARE``,
    since a copy may come out spoiled or be spoiled at the table; of each sub-variant for its own seats.
    """
    return seats + max(LEAST_SPARE, ceil(seats * SPARE_PERCENT / 100))


def check_written_off(printed: int, spoiled: int, spare: int) -> None:
    """Refuse to write off more than was printed. Source: Art. 42(1). Raises ``MoreCopiesThanPrinted``."""
    if spoiled + spare > printed:
        raise MoreCopiesThanPrinted(written_off=spoiled + spare, printed=printed)


def check_accounted(copies: Iterable[Copies], appeared: int) -> None:
    """Refuse the protocol while a copy is unaccounted for: everybody who came was given one of each.

    Source: Art. 35(2), 42(1). Own choice: of every kind, all sub-variants together, as many were used as came.
    Raises ``CopiesDoNotAddUp``, or ``OutOfOrder`` when nothing was counted.
    """
    counted = list(copies)
    for kind in Printed:
        of_kind = [one for one in counted if one.kind is kind]
        if not of_kind:
            raise OutOfOrder(
                state=Phrase(f"няма отчетен тираж: {kind.words.bg}", f"no print run of: {kind.words.en}"),
                rule="чл. 42, ал. 1",
            )
        used = sum(one.used for one in of_kind)
        if used != appeared:
            raise CopiesDoNotAddUp(what=kind.words, used=used, appeared=appeared)
