"""What stands on the documents of testbank: acceptance, sealing, draw and handover (Art. 13(3)–(7)), and the
booklet.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from chassis.documents import DocumentKind, Documents, Signatory
from contracts.people import Mode, Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What one author delivered and what became of it (numbers of questions)."""

    author: Names
    delivered: int
    accepted: int
    returned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaCount:
    """An area of Art. 11 in the ordinance's words, the share it may have, and how many questions it has."""

    title: str
    share: str
    questions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionsAcceptanceProtocol:
    """Chair and director accept the questions (Art. 13(3)). ``collection_sha256``: over the accepted questions'
    hashes.
    """

    number: str
    accepted_on: date
    exam_on: date
    deliveries: tuple[Delivery, ...]
    areas: tuple[AreaCount, ...]
    collection_sha256: str
    signatories: tuple[Signatory, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedVariant:
    """A sealed variant: its make-up, its sub-variants, the sealed file's SHA-256, the commitment to the plain
    text.
    """

    number: int
    areas: tuple[AreaCount, ...]
    sub_variants: tuple[str, ...]
    seal_sha256: str
    commitment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingProtocol:
    """Chair and director chose the questions and sealed the variants (Art. 13(4)).

    ``recomputing``: how a commitment is checked after the exam, in one sentence.
    """

    number: str
    sealed_at: datetime
    exam_on: date
    questions: int
    variants: tuple[SealedVariant, ...]
    recomputing: str
    signatories: tuple[Signatory, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one of the two persons of the draw gave: first the commitment, then the secret that opens it (both
    hex).
    """

    capacity: str
    names: Names
    commitment: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawProtocol:
    """A member drew the variant before the commission and a notary (Art. 13(5)).

    ``seals``: (variant, SHA-256 of its sealed file); ``recomputing``: the rule by which anybody gets ``drawn``
    from the shares; ``order_of_use``: which session uses which variant, in sentences.
    """

    number: str
    drawn_at: datetime
    exam_on: date
    place: str
    notary: Names
    notary_number: str
    notarial_act: str
    seals: tuple[tuple[int, str], ...]
    shares: tuple[Share, ...]
    recomputing: tuple[str, ...]
    transcript_sha256: str
    drawn: int
    order_of_use: tuple[str, ...]
    signatories: tuple[Signatory, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverProtocol:
    """Chair and director handed the tests over on the day (Art. 13(7)). ``copies``: printed booklets by
    sub-variant, on paper; ``package_sha256``: the opened package, electronically.
    """

    number: str
    handed_at: datetime
    exam_on: date
    mode: Mode
    hall: str | None
    variant: int
    seal_sha256: str
    seal_intact: bool
    package_sha256: str | None = None
    copies: tuple[tuple[str, int], ...] = ()
    handed_by: tuple[Signatory, ...]
    taken_by: tuple[Signatory, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as printed: its number in the sub-variant, its text, its options in the order of their letters."""

    number: int
    text: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Booklet:
    """A test booklet of one sub-variant (Art. 10, 35(2)); the five-digit number gets its place top left (Art. 44)."""

    exam_on: date
    variant: int
    sub_variant: str
    duration_minutes: int
    letters: str
    questions: tuple[Question, ...]


QUESTIONS_ACCEPTANCE_PROTOCOL = DocumentKind(
    "questions_acceptance_protocol", QuestionsAcceptanceProtocol, "Протокол по чл. 13, ал. 3"
)
SEALING_PROTOCOL = DocumentKind("sealing_protocol", SealingProtocol, "Протокол по чл. 13, ал. 4")
DRAW_PROTOCOL = DocumentKind("draw_protocol", DrawProtocol, "Протокол по чл. 13, ал. 5")
HANDOVER_PROTOCOL = DocumentKind("handover_protocol", HandoverProtocol, "Протокол по чл. 13, ал. 7")
BOOKLET = DocumentKind("booklet", Booklet, "Изпитен тест", secret=True)

DOCUMENTS = Documents(
    Path(__file__).parent, QUESTIONS_ACCEPTANCE_PROTOCOL, SEALING_PROTOCOL, DRAW_PROTOCOL, HANDOVER_PROTOCOL, BOOKLET
)
