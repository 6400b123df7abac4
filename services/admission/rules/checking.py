"""Art. 6(3)–(5), 7, 8: what the commission finds on an application, and when it decides."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from contracts.grounds import Ground
from contracts.people import IdentifierType
from contracts.phrase import Phrase
from contracts.refusals.admission import (
    ApplicationsStillOpen,
    DecisionTooLate,
    GroundNotFound,
    NamesDiffer,
    NamesNotEntered,
)
from regulation import Regulation, terms
from regulation.calendar import ZONE, end_of_day, local_day
from services.admission.rules.names import correspond

DECLARATION, FEE, DISABILITY = "declaration", "fee", "disability"
_MISSING = {
    DECLARATION: Ground.MISSING_DECLARATION,
    FEE: Ground.MISSING_FEE_DOCUMENT,
    DISABILITY: Ground.MISSING_DISABILITY_DOCUMENT,
}
_NAMED = {
    FEE: Phrase("документ за платена държавна такса", "document of the paid state fee"),
    DECLARATION: Phrase("декларация за висше образование", "declaration of higher education"),
}
_DIFFERS = {FEE: Ground.PAYER_NAME_DIFFERS, DECLARATION: Ground.DECLARATION_NAME_DIFFERS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What lies before the member: the applicant's names, what is attached, what of it is not what it should be
    (``missing``), and the names as they stand on the fee document and on the declaration.
    """

    names: str
    attached: frozenset[str]
    missing: frozenset[str]
    is_assisted: bool
    payer_names: str | None
    declaration_names: str | None


def missing_documents(papers: Papers) -> tuple[Ground, ...]:
    """Grounds of documents that are not there or are not what they should be.

    Source: Art. 6(4) item 1. Own choice: a missing disability document is a ground of its own (reading_06).
    """
    required = (DECLARATION, FEE, DISABILITY) if papers.is_assisted else (DECLARATION, FEE)
    return tuple(_MISSING[kind] for kind in required if kind not in papers.attached - papers.missing)


def name_differences(papers: Papers) -> tuple[Ground, ...]:
    """Grounds that the comparison of names shows, for the documents that are there.

    Source: Art. 6(4) items 2 and 3. Raises ``NamesNotEntered`` when a document is there and its names are not.
    """
    found = []
    for kind, written in ((FEE, papers.payer_names), (DECLARATION, papers.declaration_names)):
        if kind not in papers.attached - papers.missing:
            continue
        if not written:
            raise NamesNotEntered(kind=_NAMED[kind])
        if not correspond(papers.names, written):
            found.append(_DIFFERS[kind])
    return tuple(found)


def confirmed(
    differences: Collection[Ground], confirmation: Collection[Ground] | None, law: Regulation
) -> tuple[Ground, ...]:
    """Which differences count as grounds: those that a person confirmed.

    ``confirmation`` is ``None`` while nobody has said anything; an empty one says that none counts.
    Source: Art. 6(4) items 2 and 3. Own choice: reading_08. Raises ``NamesDiffer`` or ``GroundNotFound``.
    """
    stray = [ground for ground in confirmation or () if ground not in differences]
    if stray:
        raise GroundNotFound(ground=stray[0].words)
    if law.is_name_mismatch_refused_automatically:
        return tuple(differences)
    if differences and confirmation is None:
        raise NamesDiffer(grounds=Phrase.listed((one.words for one in differences), "; "))
    return tuple(ground for ground in differences if ground in (confirmation or ()))


def same_number(first: tuple[str, str], second: tuple[str, str]) -> bool:
    """Whether two (type, digits) are one person's. Own choice: ЛН and ЛНЧ are written for one another, ЕГН is not."""
    families = [kind == IdentifierType.EGN for kind, _ in (first, second)]
    return families[0] == families[1] and first[1] == second[1]


def is_banned(annulled_on: Iterable[date], exam_on: date, law: Regulation) -> bool:
    """Whether one of a person's annulments for copying bars from an exam on a day. Source: Art. 8."""
    return any(terms.is_banned(day, exam_on, law) for day in annulled_on)


def check_decision_time(now: datetime, applications_until: datetime, law: Regulation) -> None:
    """Refuse a decision while candidates may still apply, and one after the term for notifying them.

    Source: Art. 7. Raises ``ApplicationsStillOpen`` or ``DecisionTooLate``.
    """
    if now <= applications_until:
        raise ApplicationsStillOpen(until=f"{applications_until.astimezone(ZONE):%d.%m.%Y, %H:%M:%S}")
    until = terms.decision_last_day(local_day(applications_until), law)
    if now > end_of_day(until):
        raise DecisionTooLate(until=f"{until:%d.%m.%Y}")
