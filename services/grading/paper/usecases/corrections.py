"""Art. 44: a number or a sub-variant that a person entered wrongly, corrected: what was seen on a page stays with the
page.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from chassis.commands import Answer
from chassis.plumbing import ActRow
from chassis.work import Work
from contracts.people import Role
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, OutOfOrder
from contracts.refusals.grading import BothCardsWaitForOne, CardAnnulled, NumberTaken, NumberWasRead
from services.grading.paper.records import (
    MARKING,
    Dossier,
    announced,
    card_of,
    check_closed,
    dossier,
    dossiers,
    key_of,
    law_of,
    page_of,
    seen_in,
    staff,
    sub_variants_of,
    usable_pages,
)
from services.grading.paper.rules import checking
from services.grading.paper.rules.batch import check_sub_variant
from services.grading.paper.rules.counting import count
from services.grading.paper.tables import Assignment, Card, Exam, Marking, Opinion, Reading
from services.grading.paper.usecases.marking import CARD_ANNULMENT, give_second_check, take_back_second_check
from services.grading.paper.usecases.protocols import order_annulment_protocol, order_empty_protocols


def correct_number(work: Work, *, exam_id: str, scan_sha256: str, page: int, number: str, reason: str) -> Answer:
    """Give a page whose number a person completed the number that stands on it, until the small envelopes are opened
    (Art. 44). Where another page completed by hand has that number, the two exchange theirs.

    Who counts the page, what was counted on it, and its annulment go with the page; no answer is touched.
    """
    exam = announced(work, exam_id, is_locked=True)
    check_closed(exam)
    found = page_of(work, exam_id, scan_sha256, page)
    was = _completed_number(found)
    if was == number:
        raise AlreadyDone(what=Phrase(f"номер {number}", f"number {number}"))
    cards = [card_of(work, exam_id, one) for one in sorted((was, number))]
    others = [one for one in usable_pages(work, exam_id, (was, number)) if one is not found]
    partner = _partner([one for one in others if one.number == number], number)
    _check_annulments_have_pages(cards, number, [one.number for one in others if one is not partner], partner)
    _check_nobody_has_both(work, exam, (was, number))
    for one, its in ((found, number), (partner, was)):
        if one is not None:
            one.number, one.completed_by, one.completed_at = its, work.actor.id, work.now
    changed = _exchange(work, cards)
    facts = {
        "scan": scan_sha256,
        "page": page,
        "was": was,
        "number": number,
        "exchanged_with": partner and {"scan": partner.scan_sha256, "page": partner.page},
    }
    work.audit(exam_id, "number:corrected", "чл. 44", reason=reason, **facts)
    order_empty_protocols(work, exam, changed)
    for card in cards:
        if card.annulled_at is not None:
            order_annulment_protocol(work, exam, card)
    return {"was": was, "number": number, "is_exchanged": partner is not None}


def correct_sub_variant(
    work: Work, *, exam_id: str, scan_sha256: str, page: int, sub_variant: str, reason: str
) -> Answer:
    """Give a page whose sub-variant a person entered the one that stands on it, until the small envelopes are opened
    (Art. 44).

    What each person saw on it stays; its worth is counted anew by the right key, and a second check follows the new
    count (Art. 46(1), 48(2)): it is given, or taken back from who has not made it.
    """
    exam = announced(work, exam_id, is_locked=True)
    check_closed(exam)
    found = page_of(work, exam_id, scan_sha256, page)
    opened = sub_variants_of(work, exam_id)
    check_sub_variant(found.said["sub_variant"], sub_variant, opened)
    was = found.sub_variant
    if found.number is None or was not in opened:
        raise OutOfOrder(
            state=Phrase("страницата още няма подвариант", "the page has no sub-variant yet"), rule="чл. 44"
        )
    if was == sub_variant:
        raise AlreadyDone(what=Phrase(f"подвариант {sub_variant}", f"sub-variant {sub_variant}"))
    card = card_of(work, exam_id, found.number)
    found.sub_variant, found.completed_by, found.completed_at = sub_variant, work.actor.id, work.now
    counts = _count_anew(work, exam, card.number, sub_variant)
    facts = {"scan": scan_sha256, "page": page, "number": card.number, "was": was, "sub_variant": sub_variant}
    work.audit(exam_id, "sub_variant:corrected", "чл. 44", reason=reason, counts=counts, **facts)
    now = dossier(work, exam, card.number)
    give_second_check(work, exam, now)
    take_back_second_check(work, exam, now)
    if card.annulled_at is not None:
        order_annulment_protocol(work, exam, card)
    return {"was": was, "sub_variant": sub_variant, "counts": counts}


def _count_anew(work: Work, exam: Exam, number: str, sub_variant: str) -> list[dict[str, Any]]:
    """Count what each person saw on a card by another key; returns what each count was and is."""
    changed = []
    for _, one in sorted(dossier(work, exam, number).markings.items()):
        now, was = count(seen_in(one), key_of(work, exam.exam_id, sub_variant), law_of(exam)), one.correct
        one.correct, one.wrong = now.correct, now.wrong
        changed.append({"round": one.round, "stage": one.stage, "was": was, "correct": now.correct, "wrong": now.wrong})
    work.session.flush()
    return changed


def _completed_number(page: Reading) -> str:
    """The number that a person gave the page; raises ``NumberWasRead``, or ``OutOfOrder`` when nobody has."""
    read: str | None = page.said["number"]
    if read is not None:
        raise NumberWasRead(number=read)
    if page.number is None:
        raise OutOfOrder(state=Phrase("страницата още няма номер", "the page has no number yet"), rule="чл. 44")
    return page.number


def _partner(holders: Sequence[Reading], number: str) -> Reading | None:
    """The page that has the number, if any; raises ``NumberTaken`` when a sticker says so, or several have it."""
    if len(holders) > 1 or any(one.said["number"] is not None for one in holders):
        raise NumberTaken(number=number)
    return holders[0] if holders else None


def _check_annulments_have_pages(
    cards: Iterable[Card], number: str, twice: Collection[str | None], partner: Reading | None
) -> None:
    """An annulment goes with its page; raises ``CardAnnulled`` where the card has none, or two."""
    for card in cards:
        has_one_page = card.number not in twice and (card.number != number or partner is not None)
        if card.annulled_at is not None and not has_one_page:
            raise CardAnnulled(number=card.number)


def _check_nobody_has_both(work: Work, exam: Exam, numbers: tuple[str, str]) -> None:
    """A screen knows a card by its number: what is being typed of the one must not be recorded of the other."""
    given = work.session.scalars(
        select(Assignment).where(Assignment.exam_id == exam.exam_id, Assignment.number.in_(numbers))
    ).all()
    chairs = staff(work, exam.exam_id, Role.CHAIR)
    found = dossiers(work, exam, numbers)
    one, other = (_awaited(found[of], [row for row in given if row.number == of], chairs) for of in numbers)
    if both := one & other:
        names = staff(work, exam.exam_id, Role.MEMBER) | chairs
        told = ", ".join(sorted({str(names[person]) for _, person in both}))
        raise BothCardsWaitForOne(numbers=", ".join(sorted(numbers)), names=told)


def _awaited(found: Dossier, given: Iterable[Assignment], chairs: Iterable[str]) -> set[tuple[str, str]]:
    """What is awaited on a card, and of whom."""
    if found.standing is None:
        return set()
    uncounted = {("count", one.marker) for one in given if (one.round, MARKING) not in found.markings}
    unsaid = {("word", found.markings[one, MARKING].marker) for one in found.standing.awaits_words}
    return uncounted | unsaid | {("settling", one) for one in chairs if found.standing.to_settle}


def _exchange(work: Work, cards: Sequence[Card]) -> set[str]:
    """Exchange all that is known of two cards; returns the members whose protocol of marking is another now."""
    one, other = cards
    numbers = {one.number: other.number, other.number: one.number}
    is_annulled_apart = (one.annulled_at is None) != (other.annulled_at is None)
    work.session.flush()
    first = _renumber(work, one.exam_id, numbers)
    work.session.expire_all()
    one.annulled_at, other.annulled_at = other.annulled_at, one.annulled_at
    one.annulled_for, other.annulled_for = other.annulled_for, one.annulled_for
    acts = select(ActRow).where(
        ActRow.exam_id == one.exam_id, ActRow.kind == CARD_ANNULMENT.name, ActRow.subject.in_(numbers)
    )
    for act in work.session.scalars(acts).all():
        act.subject = numbers[act.subject]
    return first if len(first) > 1 or is_annulled_apart else set()


def _renumber(work: Work, exam_id: str, numbers: Mapping[str, str]) -> set[str]:
    """Write the rows of two cards anew, each under the other's number; returns who has them in the first check."""
    first: set[str] = set()
    for table in (Assignment, Marking, Opinion):
        its = delete(table).where(table.exam_id == exam_id, table.number.in_(numbers)).returning(*table.__table__.c)
        rows = [dict(row) for row in work.session.execute(its).mappings()]
        if rows:
            work.session.execute(insert(table), [row | {"number": numbers[row["number"]]} for row in rows])
        if table is Assignment:
            first = {row["marker"] for row in rows if row["round"] == checking.FIRST}
    return first
