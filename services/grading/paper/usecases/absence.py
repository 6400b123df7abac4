"""Art. 45, 48(2): a member who cannot come: others count what waits for him, and the third count waits for him no
longer.
"""

from sqlalchemy import select

from chassis.commands import Answer
from chassis.work import Work
from contracts.people import Role
from contracts.phrase import Phrase
from contracts.refusals.general import OutOfOrder
from contracts.refusals.grading import NotAMember, NothingToHandOn, NoThirdCount
from services.grading.paper.records import (
    MARKING,
    Dossier,
    absent_members,
    announced,
    check_awaits_word,
    check_closed,
    dossier,
    dossiers,
    members,
    unannulled,
)
from services.grading.paper.rules import checking
from services.grading.paper.rules.distribution import hand_on
from services.grading.paper.tables import Assignment, Card, Exam, Opinion, StaffMember
from services.grading.paper.usecases.protocols import order_empty_protocols


def hand_on_cards(work: Work, *, exam_id: str, marker: str, reason: str) -> Answer:
    """Give what a member has not counted to the others in turn, and order the protocols of those whose cards changed
    (Art. 45, 48(2)). What he has counted stays his; from now on he is absent, and gets what nobody else may count.
    """
    exam = announced(work, exam_id, is_locked=True)
    check_closed(exam)
    names = members(work, exam_id)
    if marker not in names:
        raise NotAMember(who=marker)
    waiting = _uncounted(work, exam, marker)
    if not waiting:
        raise NothingToHandOn(names=str(names[marker]))
    others = [one for one in names if one != marker]
    shares = hand_on({one.number: first for one, first in waiting}, others, absent_members(work, exam_id))
    moved = [_give(work, one, shares[one.number]) for one, _ in waiting]
    member = work.session.get_one(StaffMember, (exam_id, marker, Role.MEMBER))
    member.absent_since, member.absent_for = member.absent_since or work.now, reason
    work.audit(exam_id, "cards:handed_on", "чл. 45; чл. 48, ал. 2", marker=marker, reason=reason, cards=moved)
    order_empty_protocols(work, exam, _with_another_protocol(marker, moved))
    return {"cards": {one: list(shares.values()).count(one) for one in others}}


def _uncounted(work: Work, exam: Exam, marker: str) -> list[tuple[Assignment, str | None]]:
    """What waits for a member, for this transaction alone, each card with who made its first count."""
    query = (
        select(Assignment)
        .join(Card, (Card.exam_id == Assignment.exam_id) & (Card.number == Assignment.number))
        .where(Assignment.exam_id == exam.exam_id, Assignment.marker == marker, Card.annulled_at.is_(None))
        .order_by(Assignment.number)
        .with_for_update(of=Card)
    )
    given = work.session.scalars(query).all()
    # Only now: who counts a card holds it until his count is in.
    cards = dossiers(work, exam, [one.number for one in given])
    return [
        (one, _first_marker(cards[one.number]))
        for one in given
        if (one.round, MARKING) not in cards[one.number].markings
    ]


def _first_marker(found: Dossier) -> str | None:
    first = found.markings.get((checking.FIRST, MARKING))
    return first.marker if first else None


def _give(work: Work, one: Assignment, to: str) -> dict[str, object]:
    """Change whose the card is; returns what the audit chain keeps of it."""
    facts = {"number": one.number, "round": one.round, "given_at": one.assigned_at.isoformat(), "to": to}
    one.marker, one.assigned_at = to, work.now
    return facts


def _with_another_protocol(marker: str, moved: list[dict[str, object]]) -> list[str]:
    """Whose marking protocol changed: it has the cards of the first check, and those of the second are in another."""
    to = {str(one["to"]) for one in moved if one["round"] == checking.FIRST}
    return sorted({marker, *to}) if to else []


def end_absence(work: Work, *, exam_id: str, marker: str) -> Answer:
    """The chair's word that a member is there again (Art. 45, 48(2)): second checks go to him as to the others."""
    announced(work, exam_id)
    names = members(work, exam_id)
    if marker not in names:
        raise NotAMember(who=marker)
    if not note_return(work, exam_id, marker):
        told = str(names[marker])
        raise OutOfOrder(
            state=Phrase(f"{told} не е отбелязан като отсъстващ", f"{told} is not recorded as absent"), rule="чл. 45"
        )
    return {"marker": marker}


def note_return(work: Work, exam_id: str, marker: str) -> bool:
    """End a member's absence: the chair said so, or he records something again; whether he was absent."""
    member = absent_members(work, exam_id).get(marker)
    if member is None:
        return False
    since = member.absent_since.isoformat() if member.absent_since else None
    member.absent_since = member.absent_for = None
    work.audit(exam_id, "member:back", "чл. 45; чл. 48, ал. 2", marker=marker, absent_since=since)
    return True


def record_absence(work: Work, *, exam_id: str, number: str, marker: str, reason: str) -> Answer:
    """That a member cannot say his word on what he counted again with the chair (Art. 48(2)); once, and for good.

    It is taken after the opening too, as the word itself is.
    """
    exam = announced(work, exam_id)
    unannulled(work, exam_id, number)
    found = dossier(work, exam, number)
    both = (checking.FIRST, checking.SECOND)
    mine = [one for one in both if (one, MARKING) in found.markings and found.markings[one, MARKING].marker == marker]
    if not mine:
        raise NoThirdCount(number=number)
    check_awaits_word(found, mine[0])
    said = {"number": number, "round": mine[0], "marker": marker, "absent": reason}
    work.session.add(Opinion(exam_id=exam_id, dissent=None, said_at=work.now, **said))
    work.audit(exam_id, "card:absence", "чл. 48, ал. 2", **said)
    return {"number": number}
