"""Art. 45, 47, 48(2): the marking protocols, empty when cards are handed out and complete when names are known."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import func, select

from chassis.commands import Answer
from chassis.documents import DocumentKind, Signatory, order
from chassis.plumbing import DocumentRow
from chassis.work import Work
from contracts.events.grading import PaperSheetGraded
from contracts.people import IdentifierType, Names, Person, Role
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, OutOfOrder
from contracts.refusals.grading import EnvelopesStillSealed, SlipsMissing
from regulation.calendar import local_day
from services.grading.paper.documents import (
    APPENDIX_11,
    CARD_ANNULMENT_PROTOCOL,
    SECOND_MARKING_PROTOCOL,
    Appendix11,
    CardAnnulmentProtocol,
    MarkedCard,
    SecondMarking,
    SecondMarkingProtocol,
)
from services.grading.paper.records import (
    MARKING,
    SETTLING,
    Dossier,
    announced,
    commission_and_director,
    dossier,
    dossiers,
    law_of,
    members,
    staff,
)
from services.grading.paper.rules import checking, signs
from services.grading.paper.rules.counting import calls_for_second_check
from services.grading.paper.tables import Assignment, Candidate, Card, Exam, Slip

#: The protocol's copies for one member: handed out with the cards, and completed (Art. 45, 47). Those from the third on
#: are handed out in place of the one before, when cards went from one member to another.
_HANDED_OUT, COMPLETED = 1, 2
_SETTLED = (
    "Разликите са преброени от председателя и от двамата проверяващи; окончателният брой е вписан и двамата са "
    "изразили мнение по него, освен отбелязаните като отсъстващи. Особеното мнение и причината за отсъствието, ако "
    "има такива, са вписани при името."
)
_NO_DIFFERENCE = "Между двете проверки няма разлики."


def order_empty_protocols(work: Work, exam: Exam, markers: Iterable[str]) -> None:
    """Order each of these members' copy with the cards that he has now (Art. 45): no counts, no names."""
    shares = _first_shares(work, exam.exam_id)
    is_annulled = select(Card.number).where(Card.exam_id == exam.exam_id, Card.annulled_at.is_not(None))
    annulled = set(work.session.scalars(is_annulled))
    for marker in markers:
        share = shares.get(marker, [])
        rows = tuple(
            MarkedCard(card=one.number, correct=None, wrong=None, annulled=one.number in annulled) for one in share
        )
        _order_protocol(work, exam, marker, rows, share, issue=_next_issue(work, exam.exam_id, marker))


def _next_issue(work: Work, exam_id: str, marker: str) -> int:
    last = _last_issue(work, APPENDIX_11, exam_id, marker)
    return _HANDED_OUT if last is None else max(last, COMPLETED) + 1


def _last_issue(work: Work, kind: DocumentKind, exam_id: str, subject: str) -> int | None:
    return work.session.scalar(
        select(func.max(DocumentRow.issue)).where(
            DocumentRow.exam_id == exam_id, DocumentRow.kind == kind.name, DocumentRow.subject == subject
        )
    )


def order_annulment_protocol(work: Work, exam: Exam, card: Card) -> None:
    """Order the protocol of a card that is annulled, as it stands now (Art. 46(2)); once more when its number or
    sub-variant was corrected.
    """
    if card.annulled_at is None or card.annulled_for is None:
        raise ValueError(f"card {card.number} is not annulled")
    page = dossier(work, exam, card.number).page
    protocol = CardAnnulmentProtocol(
        number=f"К-{card.number}",
        exam_on=exam.exam_on,
        decided_at=card.annulled_at,
        card=card.number,
        sub_variant=page.sub_variant if page else None,
        reason=card.annulled_for,
        signs=tuple(signs.words(sign).bg for sign in page.said["reasons"]) if page else (),
        scan_sha256=page.scan_sha256 if page else None,
        signatories=commission_and_director(work, exam.exam_id),
    )
    issue = (_last_issue(work, CARD_ANNULMENT_PROTOCOL, exam.exam_id, card.number) or 0) + 1
    order(work, CARD_ANNULMENT_PROTOCOL, exam.exam_id, card.number, protocol, issue=issue)


def complete_protocols(work: Work, *, exam_id: str) -> Answer:
    """Complete the protocols with the names and tell the results (Art. 47); once, when every number has its slip."""
    exam = announced(work, exam_id, is_locked=True)
    _check_may_complete(exam)
    cards = dossiers(work, exam)
    candidates = {slip.number: slip.candidate_id for slip in _slips(work, exam_id)}
    if missing := sorted(cards.keys() - candidates.keys()):
        raise SlipsMissing(numbers=", ".join(missing))
    exam.completed_at = work.now
    for number, one in cards.items():
        work.emit(_graded(work, one, candidates[number]))
    work.audit(exam_id, "protocols:completed", "чл. 47", cards=len(cards))
    _order_complete_protocols(work, exam, cards, candidates)
    _order_second_protocol(work, exam, cards)
    return {"cards": len(cards)}


def _check_may_complete(exam: Exam) -> None:
    if exam.opened_at is None:
        raise EnvelopesStillSealed
    if exam.completed_at is not None:
        raise AlreadyDone(what=Phrase("попълване на протоколите за оценяване", "completion of the marking protocols"))


def _graded(work: Work, one: Dossier, candidate_id: str) -> PaperSheetGraded:
    """The event of a card; an annulled one counts nothing."""
    correct, wrong = _final(one) or (0, 0)
    return PaperSheetGraded(
        exam_id=one.card.exam_id,
        candidate_id=candidate_id,
        sheet=one.card.number,
        correct=correct,
        wrong=wrong,
        annulled=one.card.annulled_at is not None,
        graded_at=work.now,
    )


def _final(one: Dossier) -> tuple[int, int] | None:
    """Right and wrong answers as they stand; ``None`` for an annulled card."""
    if one.standing is None:
        return None
    if one.standing.final is None:
        raise OutOfOrder(
            state=Phrase(
                f"карта {one.card.number} няма окончателен резултат", f"card {one.card.number} has no final count"
            ),
            rule="чл. 47",
        )
    return one.standing.final.count.correct, one.standing.final.count.wrong


def _order_complete_protocols(
    work: Work, exam: Exam, cards: Mapping[str, Dossier], candidates: Mapping[str, str]
) -> None:
    people = _people(work, exam.exam_id)
    for marker, share in _first_shares(work, exam.exam_id).items():
        numbers = [one.number for one in share]
        rows = tuple(_row(cards[number], people[candidates[number]]) for number in numbers)
        back = [cards[n].markings[checking.FIRST, MARKING].marked_at for n in numbers if cards[n].markings]
        _order_protocol(
            work, exam, marker, rows, share, issue=COMPLETED, handed_back_on=local_day(max(back)) if back else None
        )


def _row(one: Dossier, person: Person) -> MarkedCard:
    correct, wrong = _final(one) or (None, None)
    return MarkedCard(
        card=one.card.number, correct=correct, wrong=wrong, annulled=one.card.annulled_at is not None, person=person
    )


def _order_protocol(
    work: Work,
    exam: Exam,
    marker: str,
    rows: tuple[MarkedCard, ...],
    share: Sequence[Assignment],
    *,
    issue: int,
    handed_back_on: date | None = None,
) -> None:
    """Order a member's protocol. Own choice: it bears the day on which he had the last of these cards."""
    given = [exam.distributed_at, *(one.assigned_at for one in share)]
    protocol = Appendix11(
        exam_on=exam.exam_on,
        rows=rows,
        chair=_chair(work, exam.exam_id),
        member=members(work, exam.exam_id)[marker],
        handed_out_on=max((local_day(at) for at in given if at is not None), default=None),
        handed_back_on=handed_back_on,
    )
    order(work, APPENDIX_11, exam.exam_id, marker, protocol, issue=issue)


def _order_second_protocol(work: Work, exam: Exam, cards: Mapping[str, Dossier]) -> None:
    law, markers = law_of(exam), members(work, exam.exam_id)
    twice = [one for one in cards.values() if (checking.SECOND, MARKING) in one.markings and one.standing is not None]
    rows = tuple(_second_row(one, markers) for one in twice)
    protocol = SecondMarkingProtocol(
        number="1",
        exam_on=exam.exam_on,
        held_on=local_day(work.now),
        from_correct=law.second_marking_from,
        to_correct=law.second_marking_to,
        rows=rows,
        no_longer_due=tuple(row.card for row in rows if not calls_for_second_check(row.first_correct, law)),
        settling=_SETTLED if any(row.differing for row in rows) else _NO_DIFFERENCE,
        signatories=(
            Signatory("Председател на изпитната комисия", _chair(work, exam.exam_id)),
            *(Signatory("Член на изпитната комисия", names) for names in markers.values()),
        ),
    )
    order(work, SECOND_MARKING_PROTOCOL, exam.exam_id, exam.exam_id, protocol)


def _second_row(one: Dossier, markers: Mapping[str, Names]) -> SecondMarking:
    """A card's line. What the first check came to is the chair's count where he had to settle it."""
    first, second = one.markings[checking.FIRST, MARKING], one.markings[checking.SECOND, MARKING]
    correct, _ = _final(one) or (0, 0)
    dissents = {number: said.dissent for number, said in one.opinions.items()}
    absences = {number: said.absent for number, said in one.opinions.items()}
    return SecondMarking(
        card=one.card.number,
        first_marker=markers[first.marker],
        first_correct=one.markings.get((checking.FIRST, SETTLING), first).correct,
        second_marker=markers[second.marker],
        second_correct=second.correct,
        differing=one.standing.differing if one.standing else (),
        settled=correct,
        first_dissent=dissents.get(checking.FIRST),
        second_dissent=dissents.get(checking.SECOND),
        first_absent=absences.get(checking.FIRST),
        second_absent=absences.get(checking.SECOND),
    )


def _chair(work: Work, exam_id: str) -> Names:
    found = list(staff(work, exam_id, Role.CHAIR).values())
    if not found:
        raise OutOfOrder(
            state=Phrase(
                "няма назначен председател на изпитната комисия", "no chair of the commission has been appointed"
            ),
            rule="чл. 13, ал. 1",
        )
    return found[0]


def _first_shares(work: Work, exam_id: str) -> dict[str, list[Assignment]]:
    query = select(Assignment).where(Assignment.exam_id == exam_id, Assignment.round == checking.FIRST)
    shares: dict[str, list[Assignment]] = {}
    for one in work.session.scalars(query.order_by(Assignment.marker, Assignment.number)):
        shares.setdefault(one.marker, []).append(one)
    return shares


def _slips(work: Work, exam_id: str) -> list[Slip]:
    return list(work.session.scalars(select(Slip).where(Slip.exam_id == exam_id).order_by(Slip.number)))


def _people(work: Work, exam_id: str) -> dict[str, Person]:
    return {
        one.candidate_id: Person(
            Names(one.first, one.middle, one.last), IdentifierType(one.identifier_type), one.identifier
        )
        for one in work.session.scalars(select(Candidate).where(Candidate.exam_id == exam_id))
    }
