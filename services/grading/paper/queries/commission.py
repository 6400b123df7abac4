"""What commission, director and recount are answered: how far the exam is, scans, the record of the cards."""

from collections import Counter
from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select

from chassis.acts import ActKind
from chassis.commands import Answer
from chassis.export import plumbing_export
from chassis.plumbing import ActRow, DocumentRow
from chassis.work import Work
from contracts.people import Mode, Role
from services.grading.paper.documents import APPENDIX_9
from services.grading.paper.queries import pages as read_pages
from services.grading.paper.queries.marking_screens import counted, opinions_on
from services.grading.paper.records import (
    MARKING,
    Dossier,
    absent_members,
    announced,
    copies_of,
    dossiers,
    findings,
    halls_of,
    members,
    print_run_corrections,
    sub_variants_of,
    usable_pages,
)
from services.grading.paper.rules import checking
from services.grading.paper.rules.copies import Copies, Printed
from services.grading.paper.tables import (
    AnswerKey,
    Assignment,
    Card,
    Exam,
    HallEnvelopes,
    HandIn,
    Marking,
    Opinion,
    PrintRunCorrection,
    Reading,
    Scan,
    Slip,
)
from services.grading.paper.usecases.envelopes import OPENING
from services.grading.paper.usecases.marking import CARD_ANNULMENT

#: Who sees how far the marking is.
WATCHING = frozenset({Role.CHAIR, Role.MEMBER, Role.DIRECTOR, Role.OPERATOR})
SETTLING_ROLES = WATCHING - {Role.MEMBER}
STAGES = ("unscanned", "first", "second", "to_settle", "words", "final", "annulled")
_NOT_FOR_MEMBERS = frozenset(
    {
        "to_settle",
        "third_counts",
        "annulled",
        "annulment_proposed",
        "annulments",
        "completed_numbers",
        "completed_sub_variants",
        "set_aside",
        "absences",
    }
)


def exams(work: Work) -> Answer:
    """The exams on paper that the person at the door may look at, the newest first."""
    mine = {exam_id for role, exam_id in work.actor.capacities if role in WATCHING}
    rows = work.session.scalars(select(Exam).order_by(Exam.exam_on.desc(), Exam.exam_id))
    return {
        "exams": [
            {"exam_id": exam.exam_id, "exam_on": exam.exam_on.isoformat()}
            for exam in rows
            if Mode.PAPER in exam.modes and mine & {None, exam.exam_id}
        ]
    }


def progress(work: Work, *, exam_id: str) -> Answer:
    """How far the paper exam is: counts by step, and what is in the way by number or page.

    Which cards are in dispute or may be annulled is not a member's to know: it could lead him in a second check
    (Art. 48(2)); he gets the counts only.
    """
    exam = announced(work, exam_id)
    pages, codes = usable_pages(work, exam_id), sub_variants_of(work, exam_id)
    cards, found = dossiers(work, exam, of=pages), findings(work, exam_id, pages)
    answer = {
        "exam_on": exam.exam_on.isoformat(),
        "in_files": _in_files(work, exam_id),
        "copies": [_copies(one) for one in copies_of(work, exam_id)],
        "copies_corrections": [_correction(one) for one in print_run_corrections(work, exam_id)],
        "copies_closed": exam.copies_closed_at is not None,
        **_of_envelopes(work, exam),
        "cards": len(cards),
        "registered": _how_many(work, select(Scan.scan_sha256).where(Scan.exam_id == exam_id)),
        "read": _how_many(work, select(Scan.scan_sha256).where(Scan.exam_id == exam_id, Scan.read_at.is_not(None))),
        **_plain(asdict(found)),
        "to_complete": read_pages.to_complete(found, pages),
        "completed_numbers": read_pages.completed_numbers(pages),
        "completed_sub_variants": read_pages.completed_sub_variants(pages, codes, cards),
        "set_aside": read_pages.set_aside(work, exam_id),
        "sub_variants": codes,
        "sent_to_human": sum(read_pages.is_for_a_person(page) for page in pages),
        "annulment_proposed": sorted(
            page.number for page in pages if read_pages.proposes_annulment(page) and page.number
        ),
        "has_key": _how_many(work, select(AnswerKey.sub_variant).where(AnswerKey.exam_id == exam_id)) > 0,
        "distributed": exam.distributed_at is not None,
        "opening_proposal": _proposal(work, OPENING, exam_id, exam_id),
        "opened": exam.opened_at is not None,
        "completed": exam.completed_at is not None,
        "slips": _how_many(work, select(Slip.number).where(Slip.exam_id == exam_id)),
        "without_slip": _without_slip(work, exam, cards),
        "annulments": _annulments(work, exam_id, cards, pages),
        "third_counts": _third_counts(work, exam_id, cards),
        "markers": _markers(work, exam_id),
        "absences": _absences(work, exam_id),
        "stages": _stages(cards),
        **_of_cards(cards),
    }
    return answer if work.actor.roles_in(exam_id) & SETTLING_ROLES else _without(answer, _NOT_FOR_MEMBERS)


def _in_files(work: Work, exam_id: str) -> int | None:
    """How many slips, and how many labels of each envelope, are in the files to be printed, spare ones included."""
    copies = DocumentRow.context["it"]["copies"].as_integer()
    return work.session.scalar(
        select(copies).where(DocumentRow.exam_id == exam_id, DocumentRow.kind == APPENDIX_9.name)
    )


def _copies(one: Copies) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "sub_variant": one.sub_variant,
        "printed": one.printed,
        "spoiled": one.spoiled,
        "spare": one.spare,
        "used": one.used,
    }


def _correction(one: PrintRunCorrection) -> dict[str, Any]:
    return {
        "kind": Printed(one.kind),
        "sub_variant": one.sub_variant,
        "was": one.was,
        "printed": one.printed,
        "reason": one.reason,
    }


def _of_envelopes(work: Work, exam: Exam) -> dict[str, Any]:
    kinds = list(work.session.scalars(select(HandIn.is_annulled).where(HandIn.exam_id == exam.exam_id)))
    return {
        "envelopes_counted": exam.appeared is not None,
        "appeared": exam.appeared,
        "handed_in": len(kinds),
        "annulled_in_halls": kinds.count(True),
        "halls": [_hall(one) for one in halls_of(work, exam.exam_id)],
        "numbered": exam.numbered_at is not None,
        "deviation_reason": exam.deviation_reason,
    }


def _hall(one: HallEnvelopes) -> dict[str, Any]:
    return {
        "hall": one.hall,
        "appeared": one.appeared,
        "counted": one.counted,
        "counted_is_explained": one.counted_is_explained,
        "taken_over": one.taken_over,
        "taken_over_is_explained": one.taken_over_is_explained,
    }


def _proposal(work: Work, kind: ActKind, exam_id: str, subject: str) -> dict[str, Any] | None:
    """The first person's half of an act that waits for the second one; nothing when there is none, or it is over."""
    act = work.session.scalars(
        select(ActRow)
        .where(ActRow.exam_id == exam_id, ActRow.kind == kind.name, ActRow.subject == subject)
        .order_by(ActRow.proposed_at.desc())
        .limit(1)
    ).first()
    if act is None or act.confirmed_at is not None or act.expires_at <= work.now:
        return None
    return {
        "by_role": act.proposed_role,
        "is_mine": act.proposed_by == work.actor.id,
        "reason": act.proposal.get("reason"),
        "expires_at": act.expires_at.isoformat(),
    }


def _annulments(work: Work, exam_id: str, cards: dict[str, Dossier], pages: list[Reading]) -> list[dict[str, Any]]:
    """Cards that machine or person want annulled, with the evidence, and the cards that are."""
    by_number = {page.number: page for page in pages if page.number in cards}
    acts = select(ActRow.subject).where(ActRow.exam_id == exam_id, ActRow.kind == CARD_ANNULMENT.name)
    proposals = {number: _proposal(work, CARD_ANNULMENT, exam_id, number) for number in work.session.scalars(acts)}
    signs = {number: page.said["reasons"] for number, page in by_number.items() if read_pages.proposes_annulment(page)}
    return [
        {
            "number": number,
            "annulled_for": one.card.annulled_for,
            "signs": signs.get(number, []),
            "picture_sha256": by_number[number].overlay_sha256 if number in by_number else None,
            "proposal": proposals.get(number),
        }
        for number, one in cards.items()
        if number in signs or proposals.get(number) or one.standing is None
    ]


def _third_counts(work: Work, exam_id: str, cards: dict[str, Dossier]) -> list[dict[str, Any]]:
    """The cards that the chair counted with both markers, and each one's word: said, or awaited (Art. 48(2))."""
    names = members(work, exam_id)
    found = {number: opinions_on(one, names) for number, one in cards.items()}
    return [{"number": number, "opinions": opinions} for number, opinions in found.items() if opinions]


def _markers(work: Work, exam_id: str) -> list[dict[str, Any]]:
    """Each member's share: how many cards he was given in each round and how many he has counted, and how many wait
    for him.
    """
    given = Counter(
        (marker, round_number)
        for marker, round_number in work.session.execute(
            select(Assignment.marker, Assignment.round)
            .join(Card, (Card.exam_id == Assignment.exam_id) & (Card.number == Assignment.number))
            .where(Assignment.exam_id == exam_id, Card.annulled_at.is_(None))
        )
    )
    counted = Counter(
        (marker, round_number)
        for marker, round_number in work.session.execute(
            select(Marking.marker, Marking.round)
            .join(Card, (Card.exam_id == Marking.exam_id) & (Card.number == Marking.number))
            .where(Marking.exam_id == exam_id, Marking.stage == MARKING, Card.annulled_at.is_(None))
        )
    )
    return [
        {
            "marker": marker,
            "names": str(names),
            "rounds": [
                {"round": one, "given": given[marker, one], "marked": counted[marker, one]}
                for one in (checking.FIRST, checking.SECOND)
            ],
            "waiting": sum(given[marker, one] - counted[marker, one] for one in (checking.FIRST, checking.SECOND)),
        }
        for marker, names in members(work, exam_id).items()
    ]


def _absences(work: Work, exam_id: str) -> dict[str, dict[str, Any]]:
    """Who is absent, by person: since when and why."""
    return {
        marker: {"since": one.absent_since and one.absent_since.isoformat(), "reason": one.absent_for}
        for marker, one in absent_members(work, exam_id).items()
    }


def _stages(cards: dict[str, Dossier]) -> dict[str, int]:
    """How many cards are at each stage of their way."""
    found = Counter(_stage(one) for one in cards.values())
    return {stage: found[stage] for stage in STAGES}


def _stage(one: Dossier) -> str:
    if one.standing is None:
        return "annulled"
    if one.page is None:
        return "unscanned"
    if one.standing.final is not None:
        return "final"
    if one.standing.to_settle:
        return "to_settle"
    if one.standing.awaits_words:
        return "words"
    return "first" if one.standing.round == checking.FIRST else "second"


def _without_slip(work: Work, exam: Exam, cards: dict[str, Dossier]) -> list[str]:
    """The numbers whose small envelope has not been entered; none before the opening."""
    if exam.opened_at is None:
        return []
    return sorted(cards.keys() - set(work.session.scalars(select(Slip.number).where(Slip.exam_id == exam.exam_id))))


def _without(answer: Answer, names: frozenset[str]) -> Answer:
    return {name: value for name, value in answer.items() if name not in names}


def _of_cards(cards: dict[str, Dossier]) -> dict[str, Any]:
    standings = {number: one.standing for number, one in cards.items() if one.standing is not None}
    return {
        "marked": sum((checking.FIRST, MARKING) in one.markings for one in cards.values()),
        "second_checked": sum((checking.SECOND, MARKING) in one.markings for one in cards.values()),
        "to_settle": [number for number, standing in standings.items() if standing.to_settle],
        "settled": sum(standing.final is not None for standing in standings.values()),
        "annulled": [number for number, one in cards.items() if one.standing is None],
    }


def may_look(work: Work, page: Reading, picture_sha256: str) -> bool:
    """Whether the person at the door may see one of a page's pictures: chair and director; a member while cards are
    matched with numbers (Art. 44), and afterwards only of the cards given to him (Art. 45), never with the reading
    drawn over it.
    """
    roles = work.actor.roles_in(page.exam_id)
    if roles & {Role.CHAIR, Role.DIRECTOR}:
        return True
    if Role.MEMBER not in roles or picture_sha256 != page.picture_sha256:
        return False
    if announced(work, page.exam_id).distributed_at is None:
        return True
    given = select(Assignment).where(
        Assignment.exam_id == page.exam_id, Assignment.number == page.number, Assignment.marker == work.actor.id
    )
    return work.session.scalars(given).first() is not None


def scans(work: Work, *, exam_id: str) -> Answer:
    """The files that are registered, by hash: whoever uploads a batch again sends only what is not among them."""
    announced(work, exam_id)
    return {"scans": sorted(work.session.scalars(select(Scan.scan_sha256).where(Scan.exam_id == exam_id)))}


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
        "scans": [_scan(page) for page in read_pages.all_pages(work, exam_id)],
    }


def _exported(one: Dossier, candidate_id: str | None) -> dict[str, Any]:
    final = one.standing.final if one.standing else None
    return {
        "number": one.card.number,
        "sub_variant": one.page.sub_variant if one.page else None,
        "scan_sha256": one.page.scan_sha256 if one.page else None,
        "reading": one.page.reading if one.page else None,
        "markings": [counted(marking) for _, marking in sorted(one.markings.items())],
        "opinions": [_opinion(said) for _, said in sorted(one.opinions.items())],
        "annulled": one.card.annulled_at is not None,
        "annulled_for": one.card.annulled_for,
        "correct": final.count.correct if final else None,
        "wrong": final.count.wrong if final else None,
        "candidate_id": candidate_id,
    }


def _opinion(one: Opinion) -> dict[str, Any]:
    return {
        "round": one.round,
        "marker": one.marker,
        "dissent": one.dissent,
        "absent": one.absent,
        "said_at": one.said_at.isoformat(),
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


def _how_many(work: Work, query: Any) -> int:
    return work.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in facts.items()}
