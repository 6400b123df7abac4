"""Art. 45, 46, 48(2): cards given to members, counted, settled, counted again, agreed upon, annulled."""

import hashlib
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from chassis import acts
from chassis.acts import ActKind
from chassis.audit import canonical
from chassis.commands import Answer
from chassis.work import Work
from contracts.people import Role
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, OutOfOrder
from contracts.refusals.grading import CardNotYours, NothingToSettle
from services.grading.paper.records import (
    MARKING,
    SETTLING,
    Dossier,
    absent_members,
    announced,
    check_awaits_word,
    check_closed,
    dossier,
    findings,
    key_of,
    law_of,
    members,
    numbers_of,
    unannulled,
    usable_pages,
)
from services.grading.paper.rules import checking
from services.grading.paper.rules.batch import check_complete
from services.grading.paper.rules.checking import Standing
from services.grading.paper.rules.counting import Seen, check_seen, count, in_order
from services.grading.paper.rules.distribution import distribute, second_marker
from services.grading.paper.tables import Assignment, Card, Exam, Marking, Opinion
from services.grading.paper.usecases.absence import note_return
from services.grading.paper.usecases.protocols import order_annulment_protocol, order_empty_protocols

_BOTH = frozenset({Role.CHAIR, Role.DIRECTOR})
CARD_ANNULMENT = ActKind(
    "card_annulment",
    _BOTH,
    _BOTH,
    "чл. 46, ал. 2",
    Phrase("решение за анулиране на картата", "decision to annul the card"),
)
_AUTHORITY = {checking.FIRST: "чл. 45", checking.SECOND: "чл. 48, ал. 2"}


def distribute_cards(work: Work, *, exam_id: str) -> Answer:
    """Give the cards to the members in turn and order their protocols (Art. 45); once an exam."""
    exam = announced(work, exam_id, is_locked=True)
    if exam.numbered_at is None:
        raise OutOfOrder(state=Phrase("още не са поставени номера", "no numbers have been given yet"), rule="чл. 44")
    if exam.distributed_at is not None:
        raise AlreadyDone(what=Phrase("разпределяне на картите", "distribution of the cards"))
    check_complete(findings(work, exam_id, usable_pages(work, exam_id)))
    markers = members(work, exam_id)
    shares = distribute(numbers_of(work, exam_id), list(markers))
    exam.distributed_at = work.now
    for number, marker in shares.items():
        _assign(work, exam_id, number, checking.FIRST, marker)
    given = {marker: [number for number, to in shares.items() if to == marker] for marker in markers}
    work.audit(exam_id, "cards:distributed", "чл. 45", given=given)
    order_empty_protocols(work, exam, markers)
    return {"cards": {marker: len(numbers) for marker, numbers in given.items()}}


def mark_card(
    work: Work, *, exam_id: str, number: str, marks: Mapping[str, Sequence[str]], pencil_only: Sequence[int]
) -> Answer:
    """A member's own count of a card given to him (Art. 45, 46(1)); once a card and round."""
    exam, card = _markable(work, exam_id, number)
    assignment = _given(work, exam_id, number)
    if work.session.get(Marking, (exam_id, number, assignment.round, MARKING)) is not None:
        raise AlreadyDone(what=Phrase(f"проверка на карта {number}", f"marking of card {number}"))
    marking = _count(work, exam, card, assignment.round, MARKING, _seen(marks, pencil_only))
    work.audit(exam_id, "card:marked", _AUTHORITY[marking.round], **_facts(marking))
    note_return(work, exam_id, work.actor.id)
    return _pass_on(work, exam, marking)


def settle_card(
    work: Work, *, exam_id: str, number: str, marks: Mapping[str, Sequence[str]], pencil_only: Sequence[int]
) -> Answer:
    """The chair's count where two counts differ, the machine saw a sign, or it could not read (Art. 48(2))."""
    exam, card = _markable(work, exam_id, number)
    standing = dossier(work, exam, number).standing
    if standing is None or not standing.to_settle:
        raise NothingToSettle(number=number)
    marking = _count(work, exam, card, standing.round, SETTLING, _seen(marks, pencil_only), standing.to_settle)
    work.audit(
        exam_id,
        "card:settled",
        _AUTHORITY[marking.round],
        reasons=marking.reasons,
        differing=standing.differing,
        **_facts(marking),
    )
    return _pass_on(work, exam, marking)


def agree_to_count(work: Work, *, exam_id: str, number: str) -> Answer:
    """A member's word that what he counted again with the chair is recorded right (Art. 48(2)); once."""
    return _say(work, exam_id, number, dissent=None)


def dissent_from_count(work: Work, *, exam_id: str, number: str, reason: str) -> Answer:
    """A member's separate opinion on what he counted again with the chair (Art. 48(2)): the count stays; once."""
    return _say(work, exam_id, number, dissent=reason)


def _say(work: Work, exam_id: str, number: str, *, dissent: str | None) -> Answer:
    """Keep the word. It is taken after the opening too: it changes no count, and an exam that was opened before words
    were asked for could not be completed without it.
    """
    exam = announced(work, exam_id)
    unannulled(work, exam_id, number)
    assignment = _given(work, exam_id, number)
    check_awaits_word(dossier(work, exam, number), assignment.round)
    said = {"number": number, "round": assignment.round, "dissent": dissent}
    work.session.add(Opinion(exam_id=exam_id, marker=work.actor.id, said_at=work.now, **said))
    work.audit(exam_id, "card:opinion", _AUTHORITY[checking.SECOND], **said)
    note_return(work, exam_id, work.actor.id)
    return {"number": number}


def propose_card_annulment(work: Work, *, exam_id: str, number: str, reason: str) -> Answer:
    """The first person's half of annulling a card for what stands on it (Art. 46(2))."""
    _markable(work, exam_id, number)
    act = acts.propose(work, CARD_ANNULMENT, exam_id=exam_id, subject=number, proposal={"reason": reason})
    return {"act_id": str(act.act_id), "expires_at": act.expires_at.isoformat()}


def confirm_card_annulment(work: Work, *, exam_id: str, number: str) -> Answer:
    """The second person's half: the card is annulled, whatever was counted on it, by a protocol (Art. 46(2))."""
    exam, card = _markable(work, exam_id, number)
    act = acts.confirm(work, CARD_ANNULMENT, exam_id=exam_id, subject=number)
    card.annulled_at, card.annulled_for = work.now, str(act.proposal["reason"])
    work.audit(exam_id, "card:annulled", "чл. 46, ал. 2", number=number, reason=card.annulled_for)
    order_annulment_protocol(work, exam, card)
    return {"number": number}


def _markable(work: Work, exam_id: str, number: str) -> tuple[Exam, Card]:
    exam = announced(work, exam_id)
    check_closed(exam)
    return exam, unannulled(work, exam_id, number)


def _given(work: Work, exam_id: str, number: str) -> Assignment:
    """The card as it was given to whoever asks; raises ``CardNotYours``."""
    assignment = work.session.scalar(
        select(Assignment).where(
            Assignment.exam_id == exam_id, Assignment.number == number, Assignment.marker == work.actor.id
        )
    )
    if assignment is None:
        raise CardNotYours(number=number)
    return assignment


def _seen(marks: Mapping[str, Sequence[str]], pencil_only: Sequence[int]) -> Seen:
    return Seen({int(question): tuple(letters) for question, letters in marks.items()}, frozenset(pencil_only))


def _count(
    work: Work, exam: Exam, card: Card, round_number: int, stage: str, seen: Seen, reasons: Sequence[str] = ()
) -> Marking:
    law = law_of(exam)
    check_seen(seen, law)
    page = dossier(work, exam, card.number).page
    counted = count(seen, key_of(work, exam.exam_id, page.sub_variant if page else None), law)
    marking = Marking(
        exam_id=exam.exam_id,
        number=card.number,
        round=round_number,
        stage=stage,
        marker=work.actor.id,
        marks=in_order(seen, law.option_letters),
        pencil_only=sorted(seen.pencil_only),
        correct=counted.correct,
        wrong=counted.wrong,
        reasons=list(reasons),
        marked_at=work.now,
    )
    work.session.add(marking)
    work.session.flush()
    return marking


def _facts(marking: Marking) -> dict[str, object]:
    return {
        "number": marking.number,
        "round": marking.round,
        "correct": marking.correct,
        "wrong": marking.wrong,
        "marks_sha256": hashlib.sha256(canonical([marking.marks, marking.pencil_only])).hexdigest(),
    }


def _pass_on(work: Work, exam: Exam, marking: Marking) -> Answer:
    """Give the card to a second member when its count calls for it (Art. 48(2)); answers with the count just made."""
    give_second_check(work, exam, dossier(work, exam, marking.number))
    return {
        "number": marking.number,
        "round": marking.round,
        "correct": marking.correct,
        "wrong": marking.wrong,
    }


def give_second_check(work: Work, exam: Exam, found: Dossier) -> None:
    """Give the card to a second member if its count calls for it and he is not found yet (Art. 48(2))."""
    if _awaits_second(found.standing):
        first = found.markings[checking.FIRST, MARKING].marker
        _assign_once(work, exam, found, _second_marker(work, exam, first))


def take_back_second_check(work: Work, exam: Exam, found: Dossier) -> None:
    """Take the card back from a second member who has not counted it, if its count calls for none (Art. 48(2))."""
    given = work.session.get(Assignment, (exam.exam_id, found.card.number, checking.SECOND))
    if given is None or found.standing is None or found.standing.round == checking.SECOND:
        return
    work.session.delete(given)
    facts = {"number": found.card.number, "marker": given.marker}
    work.audit(exam.exam_id, "card:second_check_taken_back", "чл. 48, ал. 2", **facts)


def _second_marker(work: Work, exam: Exam, first: str) -> str:
    return second_marker(first, list(members(work, exam.exam_id)), absent_members(work, exam.exam_id))


def _awaits_second(standing: Standing | None) -> bool:
    return standing is not None and standing.round == checking.SECOND and standing.awaits_marker


def _assign_once(work: Work, exam: Exam, found: Dossier, marker: str) -> None:
    if work.session.get(Assignment, (exam.exam_id, found.card.number, checking.SECOND)) is None:
        _assign(work, exam.exam_id, found.card.number, checking.SECOND, marker)
        work.audit(exam.exam_id, "card:second_check", "чл. 48, ал. 2", number=found.card.number, marker=marker)


def _assign(work: Work, exam_id: str, number: str, round_number: int, marker: str) -> None:
    work.session.add(
        Assignment(exam_id=exam_id, number=number, round=round_number, marker=marker, assigned_at=work.now)
    )
