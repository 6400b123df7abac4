"""What paper grading answers; nothing is changed here, and before the opening nothing leads from a number to a name."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select

from chassis.commands import Answer
from chassis.export import plumbing_export
from chassis.work import Work
from contracts.people import Role
from contracts.refusals.grading import CardNotYours
from services.grading.paper.records import (
    MARKING,
    Dossier,
    announced,
    dossier,
    dossiers,
    findings,
    law_of,
    usable_pages,
)
from services.grading.paper.rules import checking
from services.grading.paper.tables import AnswerKey, Assignment, Card, Marking, Reading, Scan, Slip


def progress(work: Work, *, exam_id: str) -> Answer:
    """How far the marking is: counts, and what is in the way by number or scan."""
    exam = announced(work, exam_id)
    cards = dossiers(work, exam)
    pages = usable_pages(work, exam_id)
    return {
        "envelopes_counted": exam.appeared is not None,
        "cards": len(cards),
        "registered": _how_many(work, select(Scan.scan_sha256).where(Scan.exam_id == exam_id)),
        "read": _how_many(work, select(Scan.scan_sha256).where(Scan.exam_id == exam_id, Scan.read_at.is_not(None))),
        **_plain(asdict(findings(work, exam_id))),
        "sent_to_human": sum(_is_for_a_person(page) for page in pages),
        "annulment_proposed": sorted(page.number for page in pages if _proposes_annulment(page) and page.number),
        "has_key": _how_many(work, select(AnswerKey.sub_variant).where(AnswerKey.exam_id == exam_id)) > 0,
        "distributed": exam.distributed_at is not None,
        "opened": exam.opened_at is not None,
        "completed": exam.completed_at is not None,
        "slips": _how_many(work, select(Slip.number).where(Slip.exam_id == exam_id)),
        **_of_cards(cards),
    }


def _of_cards(cards: dict[str, Dossier]) -> dict[str, Any]:
    standings = {number: one.standing for number, one in cards.items() if one.standing is not None}
    return {
        "marked": sum((checking.FIRST, MARKING) in one.markings for one in cards.values()),
        "second_checked": sum((checking.SECOND, MARKING) in one.markings for one in cards.values()),
        "to_settle": [number for number, standing in standings.items() if standing.to_settle],
        "settled": sum(standing.final is not None for standing in standings.values()),
        "annulled": [number for number, one in cards.items() if one.standing is None],
    }


def my_cards(work: Work, *, exam_id: str) -> Answer:
    """The cards given to this member (Art. 45, 48(2)): first checks, then second ones, each by number."""
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
    return {
        "cards": [
            {"number": one.number, "round": one.round, "marked": (one.number, one.round) in done}
            for one in work.session.scalars(query)
        ]
    }


def card(work: Work, *, exam_id: str, number: str) -> Answer:
    """A card as the machine read it, with its picture. A member sees his own count, and no other's (Art. 48(2)); the
    chair sees all, and what is to be settled. Raises ``CardNotYours``.
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
        "overlay_sha256": found.page.overlay_sha256 if found.page else None,
        "reading": found.page.reading if found.page else None,
    }
    return shown | (_for_chair(found) if work.role is Role.CHAIR else _for_member(work, exam_id, found))


def _for_chair(found: Dossier) -> dict[str, Any]:
    standing = found.standing
    return {
        "round": standing.round if standing else None,
        "to_settle": list(standing.to_settle) if standing else [],
        "differing": list(standing.differing) if standing else [],
        "markings": [_marking(one) for _, one in sorted(found.markings.items())],
    }


def _for_member(work: Work, exam_id: str, found: Dossier) -> dict[str, Any]:
    given = work.session.scalar(
        select(Assignment).where(
            Assignment.exam_id == exam_id,
            Assignment.number == found.card.number,
            Assignment.marker == work.actor.id,
        )
    )
    if given is None:
        raise CardNotYours(number=found.card.number)
    mine = found.markings.get((given.round, MARKING))
    return {"round": given.round, "markings": [_marking(mine)] if mine else []}


def _marking(one: Marking) -> dict[str, Any]:
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


def export(work: Work, *, exam_id: str) -> Answer:
    """What the independent recount reads: every card with reading, counts and final count; ``candidate_id`` from the
    opening on; plumbing. No names.
    """
    exam = announced(work, exam_id)
    entered = work.session.execute(select(Slip.number, Slip.candidate_id).where(Slip.exam_id == exam_id))
    slips = {row.number: row.candidate_id for row in entered}
    keys = work.session.scalars(select(AnswerKey).where(AnswerKey.exam_id == exam_id).order_by(AnswerKey.sub_variant))
    return plumbing_export(work, exam_id) | {
        "key": {one.sub_variant: one.answers for one in keys},
        "opened_at": exam.opened_at and exam.opened_at.isoformat(),
        "cards": [_exported(one, slips.get(number)) for number, one in dossiers(work, exam).items()],
        "scans": [_scan(page) for page in _all_pages(work, exam_id)],
    }


def _exported(one: Dossier, candidate_id: str | None) -> dict[str, Any]:
    final = one.standing.final if one.standing else None
    return {
        "number": one.card.number,
        "sub_variant": one.page.sub_variant if one.page else None,
        "scan_sha256": one.page.scan_sha256 if one.page else None,
        "reading": one.page.reading if one.page else None,
        "markings": [_marking(marking) for _, marking in sorted(one.markings.items())],
        "annulled": one.card.annulled_at is not None,
        "annulled_for": one.card.annulled_for,
        "correct": final.count.correct if final else None,
        "wrong": final.count.wrong if final else None,
        "candidate_id": candidate_id,
    }


def _scan(page: Reading) -> dict[str, Any]:
    return {
        "scan_sha256": page.scan_sha256,
        "page": page.page,
        "number": page.number,
        "why_not": page.why_not,
        "completed_by": page.completed_by,
        "set_aside_for": page.set_aside_for,
    }


def _all_pages(work: Work, exam_id: str) -> list[Reading]:
    query = select(Reading).where(Reading.exam_id == exam_id).order_by(Reading.scan_sha256, Reading.page)
    return list(work.session.scalars(query))


def _is_for_a_person(page: Reading) -> bool:
    """Whether the machine could not say all of a page: doubtful questions, no number, a sign, or nothing at all."""
    read = page.reading
    return not page.is_read or bool(read["doubtful"]) or read["number"] is None or _proposes_annulment(page)


def _proposes_annulment(page: Reading) -> bool:
    return bool(page.reading["annul_proposed"])


def _how_many(work: Work, query: Any) -> int:
    return work.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in facts.items()}
