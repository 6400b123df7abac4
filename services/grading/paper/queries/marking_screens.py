"""What the marking screens are answered (Art. 45, 48(2)): a person's cards, and a card as far as he may see it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from chassis.audit import canonical
from chassis.commands import Answer
from chassis.work import Work
from contracts.people import Names, Role
from contracts.refusals.grading import CardNotYours
from regulation import Regulation
from services.grading.paper.records import (
    MARKING,
    SETTLING,
    Dossier,
    announced,
    dossier,
    dossiers,
    law_of,
    machine_reading,
    members,
)
from services.grading.paper.rules import checking
from services.grading.paper.rules.checking import Standing
from services.grading.paper.tables import Assignment, Card, Exam, Marking, Opinion


def my_cards(work: Work, *, exam_id: str) -> Answer:
    """The cards given to this member (Art. 45, 48(2)): first checks, then second ones, each by number.

    ``to_settle``: both members have counted and saw it differently; the chair and the two count again (reading_30).
    ``awaits_word``: the chair has recorded what the three counted, and this member has not said whether he agrees.
    """
    exam = announced(work, exam_id)
    query = (
        select(Assignment)
        .join(Card, (Card.exam_id == Assignment.exam_id) & (Card.number == Assignment.number))
        .where(Assignment.exam_id == exam_id, Assignment.marker == work.actor.id, Card.annulled_at.is_(None))
        .order_by(Assignment.round, Assignment.number)
    )
    marked = select(Marking.number, Marking.round).where(
        Marking.exam_id == exam_id, Marking.marker == work.actor.id, Marking.stage == MARKING
    )
    done = {(number, round_number) for number, round_number in work.session.execute(marked)}
    given = work.session.scalars(query).all()
    twice = _counted_twice(work, exam, [one.number for one in given])
    return {
        "cards": [
            {
                "number": one.number,
                "round": one.round,
                "marked": (one.number, one.round) in done,
                "to_settle": one.number in twice and bool(twice[one.number].to_settle),
                "awaits_word": one.number in twice and one.round in twice[one.number].awaits_words,
            }
            for one in given
        ]
    }


def _counted_twice(work: Work, exam: Exam, numbers: list[str]) -> dict[str, Standing]:
    """Where the cards stand on which both members' counts are in."""
    twice = select(Marking.number).where(
        Marking.exam_id == exam.exam_id,
        Marking.round == checking.SECOND,
        Marking.stage == MARKING,
        Marking.number.in_(numbers),
    )
    found = dossiers(work, exam, work.session.scalars(twice))
    return {number: one.standing for number, one in found.items() if one.standing is not None}


def card(work: Work, *, exam_id: str, number: str) -> Answer:
    """A card as the machine read it, with its picture; ``open``: the questions that this person has to decide, or
    decides with the others.

    A member sees his own count and no other's (Art. 48(2)) until both members' are in and differ, and of the machine's
    reading nothing at the questions that are open to him; of the words on the third count he sees his own. The chair
    sees all, and what is to be settled. Raises ``CardNotYours``.
    """
    exam = announced(work, exam_id)
    law, found = law_of(exam), dossier(work, exam, number)
    shown = {
        "number": number,
        "questions": law.questions,
        "options": list(law.option_letters),
        "annulled": found.standing is None,
        "sub_variant": found.page.sub_variant if found.page else None,
        "scan_sha256": found.page.scan_sha256 if found.page else None,
        "picture_sha256": found.page.picture_sha256 if found.page else None,
    }
    return shown | (_for_chair(work, found) if work.role is Role.CHAIR else _for_member(work, found, law))


def _for_chair(work: Work, found: Dossier) -> dict[str, Any]:
    standing = found.standing
    return {
        "overlay_sha256": found.page.overlay_sha256 if found.page else None,
        "reading": found.page.reading if found.page else None,
        "round": standing.round if standing else None,
        "open": list(standing.differing) if standing else [],
        "to_settle": list(standing.to_settle) if standing else [],
        "differing": list(standing.differing) if standing else [],
        "markings": [counted(one) for _, one in sorted(found.markings.items())],
        "together": _together(work, found),
        "opinions": opinions_on(found, members(work, found.card.exam_id)),
    }


def _together(work: Work, found: Dossier) -> list[str]:
    """The two members who saw the card differently: they count again with the chair (reading_30)."""
    if found.standing is None or not found.standing.differing or found.standing.round != checking.SECOND:
        return []
    names = members(work, found.card.exam_id)
    markers = (found.markings[one, MARKING].marker for one in (checking.FIRST, checking.SECOND))
    return [str(names[marker]) for marker in markers]


def opinions_on(found: Dossier, names: Mapping[str, Names]) -> list[dict[str, Any]]:
    """Each of the two members' word on the count of the three, said or awaited; none while there is no such count."""
    if found.standing is None or (checking.SECOND, SETTLING) not in found.markings:
        return []
    return [
        _opinion(found.markings[one, MARKING], names, found.opinions.get(one))
        for one in (checking.FIRST, checking.SECOND)
    ]


def _opinion(of: Marking, names: Mapping[str, Names], said: Opinion | None) -> dict[str, Any]:
    return {
        "round": of.round,
        "marker": of.marker,
        "names": str(names[of.marker]),
        "said_at": said.said_at.isoformat() if said else None,
        "dissent": said.dissent if said else None,
        "absent": said.absent if said else None,
    }


def _for_member(work: Work, found: Dossier, law: Regulation) -> dict[str, Any]:
    given = work.session.scalar(
        select(Assignment).where(
            Assignment.exam_id == found.card.exam_id,
            Assignment.number == found.card.number,
            Assignment.marker == work.actor.id,
        )
    )
    if given is None:
        raise CardNotYours(number=found.card.number)
    mine = found.markings.get((given.round, MARKING))
    together = _together(work, found)
    differing = list(found.standing.differing) if found.standing and together else []
    shown = sorted(found.markings.items()) if together else [((given.round, MARKING), mine)]
    opinions = opinions_on(found, members(work, found.card.exam_id))
    page = found.page
    # The measures of the boxes are told to no member: what is drawn from them is not to be foreseen.
    seed = b"" if page is None else canonical(page.reading)
    own = checking.left_to_member(machine_reading(page), given.round, law, seed)
    return {
        "reading": _without_word(page.reading, own) if page else None,
        "round": given.round,
        "open": differing if together else sorted(own),
        "differing": differing,
        "markings": [counted(one) for _, one in shown if one],
        "together": together,
        "opinions": [one for one in opinions if one["marker"] == work.actor.id],
        "awaits_word": found.standing is not None and given.round in found.standing.awaits_words,
    }


def _without_word(reading: dict[str, Any], own: frozenset[int]) -> dict[str, Any]:
    """What a member may see of a reading: where it looked for a sign, and its word on all but his own questions."""
    told = {name: reading[name] for name in ("ok", "why_not", "annul_proposed", "reasons", "signs")}
    for name in ("marks", "pencil"):
        told[name] = {question: letters for question, letters in reading[name].items() if int(question) not in own}
    told["boxes"] = [
        {name: box[name] for name in ("question", "option", "state")}
        for box in reading["boxes"]
        if box["question"] not in own
    ]
    return told


def counted(one: Marking) -> dict[str, Any]:
    """A person's count of a card."""
    return {
        "round": one.round,
        "stage": one.stage,
        "marker": one.marker,
        "marks": one.marks,
        "pencil_only": one.pencil_only,
        "correct": one.correct,
        "wrong": one.wrong,
        "reasons": one.reasons,
        "marked_at": one.marked_at.isoformat(),
    }
