"""What stands on the documents of the paper exam's grading: the slip of App. 9, the envelopes' labels, the numbers of
Art. 44, the protocol of the print run, the marking protocol of App. 11, the protocol of an annulled card (Art. 46(2)),
the second marking (Art. 48(2)). The answer card of App. 10 is drawn by ``cards``, where it is also read.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from markupsafe import Markup

from chassis.documents import DocumentKind, Documents, Signatory
from contracts.people import Names, Person
from services.grading.paper.cards.drawing import sticker_svg


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendix9:
    """Identification slips for the small envelopes, empty (Art. 35(2), App. 9). ``cells``: one a digit of the
    identifier.
    """

    cells: int
    copies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeLabels:
    """Labels for the large and the small envelopes, with an empty place for the number (Art. 35(2), 40(2), 44).
    Neither number nor name: the envelopes are handed out before there are numbers.
    """

    exam_on: date
    copies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiesRow:
    """What became of the copies of one thing."""

    what: str
    sub_variant: str
    printed: int
    used: int
    spare: int
    spoiled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiesCorrection:
    """A print run that was mistyped, and corrected before the protocol."""

    corrected_on: date
    what: str
    sub_variant: str
    was: int
    printed: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiesProtocol:
    """The print run, and the spare and spoiled copies that are written off (Art. 35(2), 42(1))."""

    number: str
    exam_on: date
    held_on: date
    appeared: int
    rows: tuple[CopiesRow, ...]
    signatories: tuple[Signatory, ...]
    corrections: tuple[CopiesCorrection, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StickerSheet:
    """Stickers with the five-digit numbers, one for each of ``carriers`` a number (Art. 44)."""

    numbers: tuple[str, ...]
    carriers: tuple[str, ...]

    def drawn(self, number: str) -> Markup:
        """A sticker as SVG: by the same drawing by which it is read from the card."""
        return Markup(sticker_svg(number))  # noqa: S704 - digits and paths of our own


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedCard:
    """A line of the marking protocol; the person stays empty until the small envelopes are opened (Art. 47)."""

    card: str
    correct: int | None
    wrong: int | None
    annulled: bool = False
    person: Person | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendix11:
    """One member's marking protocol (Art. 45, 47, App. 11); dates stay empty for the pen when they are not known."""

    exam_on: date
    rows: tuple[MarkedCard, ...]
    chair: Names
    member: Names
    handed_out_on: date | None = None
    handed_back_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardAnnulmentProtocol:
    """The decision that a card is annulled for what stands on it (Art. 46(2)), before anybody knows whose it is.
    ``signs``: what the machine saw; ``scan_sha256``: of the scan that was looked at, if there is one.
    """

    number: str
    exam_on: date
    decided_at: datetime
    card: str
    sub_variant: str | None
    reason: str
    signs: tuple[str, ...]
    scan_sha256: str | None
    signatories: tuple[Signatory, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondMarking:
    """A card that was marked twice. ``settled``: the count that stands; ``differing``: numbers of the questions in
    dispute; ``…_dissent``: why a marker does not agree with the count of the three; ``…_absent``: why he could not say
    whether he does.
    """

    card: str
    first_marker: Names
    first_correct: int
    second_marker: Names
    second_correct: int
    differing: tuple[int, ...]
    settled: int
    first_dissent: str | None = None
    second_dissent: str | None = None
    first_absent: str | None = None
    second_absent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondMarkingProtocol:
    """The second marking of all cards between the bounds (Art. 48(2)). ``settling``: how differences were settled.
    ``no_longer_due``: cards that are no longer between them, since their sub-variant was corrected (Art. 44).
    """

    number: str
    exam_on: date
    held_on: date
    from_correct: int
    to_correct: int
    rows: tuple[SecondMarking, ...]
    settling: str
    signatories: tuple[Signatory, ...]
    no_longer_due: tuple[str, ...] = ()


APPENDIX_9 = DocumentKind("appendix_9", Appendix9, "Идентификационен фиш (приложение № 9)")
ENVELOPE_LABELS = DocumentKind("envelope_labels", EnvelopeLabels, "Етикети за пликовете по чл. 35, ал. 2")
COPIES_PROTOCOL = DocumentKind("copies_protocol", CopiesProtocol, "Протокол за тиража на изпитните материали")
STICKER_SHEET = DocumentKind("sticker_sheet", StickerSheet, "Номера по чл. 44")
APPENDIX_11 = DocumentKind("appendix_11", Appendix11, "Протокол за оценяване (приложение № 11)")
CARD_ANNULMENT_PROTOCOL = DocumentKind(
    "card_annulment_protocol", CardAnnulmentProtocol, "Протокол за анулиран тест по чл. 46, ал. 2"
)
SECOND_MARKING_PROTOCOL = DocumentKind(
    "second_marking_protocol", SecondMarkingProtocol, "Протокол за втора проверка по чл. 48, ал. 2"
)

DOCUMENTS = Documents(
    Path(__file__).parent,
    APPENDIX_9,
    ENVELOPE_LABELS,
    COPIES_PROTOCOL,
    STICKER_SHEET,
    APPENDIX_11,
    CARD_ANNULMENT_PROTOCOL,
    SECOND_MARKING_PROTOCOL,
)
