"""What testbank says. No event ever carries a question or a key: packages travel as references to sealed files."""

from dataclasses import dataclass

from contracts.events.base import Event, Job
from contracts.instants import Instant


@dataclass(frozen=True, kw_only=True)
class VariantsSealed(Event, service="testbank", public=True):
    """Both variants were composed and sealed by chair and director (Art. 13(4)). Once an exam.

    ``seals``: variant number → SHA-256 of the sealed file; ``commitments``: variant number → SHA-256 of the salted
    plaintext, checked at opening and, after the exam, by anybody.
    """

    seals: dict[str, str]
    commitments: dict[str, str]
    sealed_at: Instant


@dataclass(frozen=True, kw_only=True)
class VariantDrawn(Event, service="testbank", public=True):
    """The variant was drawn before the commission and a notary (Art. 13(5)). Once an exam. ``drawn`` is 1 or 2."""

    drawn: int
    transcript_sha256: str
    drawn_at: Instant


@dataclass(frozen=True, kw_only=True)
class VariantOpened(Event, service="testbank"):
    """Chair and director opened the drawn variant on the day (Art. 13(7)). Once an exam and variant.

    ``package_sha256``: file in the store, encrypted to the session service, with the questions and sub-variants and
    no key. ``sub_variants``: their codes, such as ``1А``; ``questions``: how many. ``sessions``: the sittings of the
    day in which this variant is solved (Art. 31(1) item 7); paper goes with the first.
    """

    variant: int
    package_sha256: str
    sub_variants: tuple[str, ...]
    questions: int
    opened_at: Instant
    sessions: tuple[int, ...] = (1,)


@dataclass(frozen=True, kw_only=True)
class AnswerKeyReleased(Event, service="testbank"):
    """The key left testbank after every sitting of the exam had ended. Once an exam and variant.

    ``key_sha256``: file in the store, encrypted to the grading services: per sub-variant, question number → letter.
    """

    variant: int
    key_sha256: str
    released_at: Instant


@dataclass(frozen=True, kw_only=True)
class RenderBooklets(Job, service="testbank"):
    """Render the booklets of an opened variant for the halls on paper; stored enciphered. Twice means nothing new."""

    variant: int
