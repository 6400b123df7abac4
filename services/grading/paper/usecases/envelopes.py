"""Art. 44, 47: numbers on the envelopes, and names when the small ones are opened."""

import random

from sqlalchemy import select

from chassis import acts
from chassis.acts import ActKind
from chassis.commands import Answer
from chassis.documents import order
from chassis.plumbing import ActRow
from chassis.work import Work
from contracts.people import Names, Role
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, NotFound, OutOfOrder
from contracts.refusals.grading import CardsNotSettled, EnvelopesStillSealed
from services.grading.paper.documents import STICKER_SHEET, StickerSheet
from services.grading.paper.records import announced, card_of, dossiers, halls_of, law_of
from services.grading.paper.rules.numbers import check_envelopes, draw_numbers, to_mark
from services.grading.paper.rules.slips import Expected, whose
from services.grading.paper.tables import Candidate, Card, Exam, HandIn, Slip
from services.grading.paper.usecases.marking import CARD_ANNULMENT

_BOTH = frozenset({Role.CHAIR, Role.DIRECTOR})
OPENING = ActKind(
    "opening_envelopes", _BOTH, _BOTH, "чл. 47", Phrase("отваряне на малките пликове", "opening of the small envelopes")
)
#: Where a number is put (Art. 44).
CARRIERS = ("голям плик", "малък плик", "карта", "тест")


def assign_numbers(work: Work, *, exam_id: str, envelopes: int, deviation_reason: str | None = None) -> Answer:
    """Draw a number for every envelope on the table and order the stickers (Art. 44); once an exam.

    ``deviation_reason``: why there is another number than the chair took over from the halls (Art. 41(2)); of a member
    it counts for nothing.
    """
    exam = announced(work, exam_id, is_locked=True)
    if exam.numbered_at is not None:
        raise AlreadyDone(what=Phrase("поставяне на номера", "numbering"))
    reason, handed_in = deviation_reason if work.role is Role.CHAIR else None, _to_mark(work, exam)
    check_envelopes(envelopes, handed_in, deviation_reason=reason)
    exam.deviation_reason = reason if envelopes != handed_in else None
    numbers = draw_numbers(envelopes, law_of(exam), random.SystemRandom())
    exam.numbered_at = work.now
    work.session.add_all(Card(exam_id=exam_id, number=number) for number in sorted(numbers))
    given = {"numbers": sorted(numbers), "handed_in": handed_in, "deviation_reason": exam.deviation_reason}
    work.audit(exam_id, "numbers:given", "чл. 44", **given)
    order(work, STICKER_SHEET, exam_id, exam_id, StickerSheet(numbers=tuple(numbers), carriers=CARRIERS))
    return {"numbers": numbers}


def _to_mark(work: Work, exam: Exam) -> int:
    """Envelopes to be marked; raises ``OutOfOrder`` while the halls' word, or some of the envelopes, is on its way."""
    kinds = list(work.session.scalars(select(HandIn.is_annulled).where(HandIn.exam_id == exam.exam_id)))
    expected = exam.appeared if exam.handed_in is None else exam.handed_in
    if expected is None or len(kinds) < expected:
        raise OutOfOrder(
            state=Phrase(
                "предаването на пликовете още не е приключило", "the envelopes have not all been handed in yet"
            ),
            rule="чл. 44",
        )
    return to_mark(kinds.count(False), expected, [one.taken_over for one in halls_of(work, exam.exam_id)])


def propose_opening(work: Work, *, exam_id: str) -> Answer:
    """The first person's half of opening the small envelopes (Art. 47)."""
    _check_settled(work, _unopened(work, exam_id))
    act = acts.propose(work, OPENING, exam_id=exam_id, subject=exam_id, proposal={})
    return {"act_id": str(act.act_id), "expires_at": act.expires_at.isoformat()}


def confirm_opening(work: Work, *, exam_id: str) -> Answer:
    """The second person's half: from now on slips may be entered and no card changes (Art. 47)."""
    exam = _unopened(work, exam_id)
    _check_settled(work, exam)
    acts.confirm(work, OPENING, exam_id=exam_id, subject=exam_id)
    exam.opened_at = work.now
    work.audit(exam_id, "envelopes:opened", "чл. 47")
    return {"opened_at": work.now.isoformat()}


def _unopened(work: Work, exam_id: str) -> Exam:
    exam = announced(work, exam_id, is_locked=True)
    if exam.opened_at is not None:
        raise AlreadyDone(what=Phrase("отваряне на малките пликове", "opening of the small envelopes"))
    if exam.distributed_at is None:
        raise OutOfOrder(
            state=Phrase("картите не са разпределени за проверка", "the cards have not been distributed for marking"),
            rule="чл. 47",
        )
    return exam


def _check_settled(work: Work, exam: Exam) -> None:
    proposed = work.session.scalars(
        select(ActRow.subject).where(
            ActRow.exam_id == exam.exam_id,
            ActRow.kind == CARD_ANNULMENT.name,
            ActRow.confirmed_at.is_(None),
            ActRow.expires_at > work.now,
        )
    )
    unfinished = set(proposed) | {
        number
        for number, one in dossiers(work, exam).items()
        if one.standing is not None and one.standing.final is None
    }
    if unfinished:
        raise CardsNotSettled(numbers=", ".join(sorted(unfinished)))


def enter_slip(work: Work, *, exam_id: str, number: str, first: str, middle: str, last: str, identifier: str) -> Answer:
    """Enter the slip of a small envelope: the number gets its name (Art. 47)."""
    exam = _opened(work, exam_id)
    card_of(work, exam_id, number)
    if work.session.get(Slip, (exam_id, number)) is not None:
        raise AlreadyDone(what=Phrase(f"фиш: {number}", f"slip {number}"))
    candidate_id = whose(Names(first, middle, last), identifier, _expected(work, exam))
    slip = Slip(
        exam_id=exam_id, number=number, candidate_id=candidate_id, entered_by=work.actor.id, entered_at=work.now
    )
    work.session.add(slip)
    work.audit(exam_id, "slip:entered", "чл. 47", number=number)
    return {"number": number}


def withdraw_slip(work: Work, *, exam_id: str, number: str, reason: str) -> Answer:
    """Take back a slip that was entered under a wrong number; the card stays as it is (Art. 47)."""
    _opened(work, exam_id)
    slip = work.session.get(Slip, (exam_id, number))
    if slip is None:
        raise NotFound(what=Phrase(f"фиш: {number}", f"slip {number}"))
    work.session.delete(slip)
    work.audit(exam_id, "slip:withdrawn", "чл. 47", number=number, reason=reason)
    return {"number": number}


def _opened(work: Work, exam_id: str) -> Exam:
    """The exam between opening and completion; raises ``EnvelopesStillSealed`` or ``AlreadyDone``."""
    exam = announced(work, exam_id, is_locked=True)
    if exam.opened_at is None:
        raise EnvelopesStillSealed
    if exam.completed_at is not None:
        raise AlreadyDone(what=Phrase("попълване на протоколите за оценяване", "completion of the marking protocols"))
    return exam


def _expected(work: Work, exam: Exam) -> list[Expected]:
    """Whom a slip may name: who handed in an envelope that is marked."""
    taken = set(work.session.scalars(select(Slip.candidate_id).where(Slip.exam_id == exam.exam_id)))
    candidates = work.session.scalars(
        select(Candidate)
        .join(HandIn, (HandIn.exam_id == Candidate.exam_id) & (HandIn.candidate_id == Candidate.candidate_id))
        .where(Candidate.exam_id == exam.exam_id, HandIn.is_annulled.is_(False))
    )
    return [
        Expected(one.candidate_id, Names(one.first, one.middle, one.last), one.identifier, one.candidate_id in taken)
        for one in candidates
    ]
