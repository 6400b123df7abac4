"""What testbank answers; nothing is changed here."""

import base64
from collections import Counter
from typing import Any

from sqlalchemy import select

from chassis.commands import Answer
from chassis.export import plumbing_export
from chassis.work import Work
from contracts.phrase import Phrase
from contracts.refusals.general import OutOfOrder
from services.testbank.rules import composition, sealing, timing
from services.testbank.tables import Draw, Exam, Opening, Question, StoredBooklet, Variant
from services.testbank.usecases import bank, draw, exams, opening


def list_questions(work: Work, *, exam_id: str, status: str | None = None) -> Answer:
    """The questions in full: an author's own for an author, all for chair and director (Art. 12(2), 13(3))."""
    exams.load(work, exam_id)
    query = select(Question).where(Question.exam_id == exam_id)
    if not work.actor.roles_in(exam_id) & bank.KEEPERS:
        query = query.where(Question.author == work.actor.id)
    if status is not None:
        is_accepted = Question.accepted_at.is_not(None)
        query = query.where(is_accepted if status == "accepted" else ~is_accepted)
    rows = work.session.scalars(query.order_by(Question.submitted_at, Question.question_id))
    return {"questions": [_question(row) | bank.unlocked(work, row) for row in rows]}


def _question(row: Question) -> dict[str, Any]:
    return {
        "question_id": str(row.question_id),
        "code": row.code,
        "area": row.area,
        "author": row.author,
        "sha256": row.sha256,
        "law_as_of": row.law_as_of.isoformat(),
        "standard_version": row.standard_version,
        "study": row.study,
        "submitted_at": row.submitted_at.isoformat(),
        "status": "accepted" if row.accepted_at else "submitted",
    }


def bank_statistics(work: Work, *, exam_id: str) -> Answer:
    """How far the bank is, without a word of a question: per area and author, and when steps are due (Art. 12(2))."""
    exam = exams.load(work, exam_id)
    law = exams.law_of(exam)
    rows = work.session.scalars(select(Question).where(Question.exam_id == exam_id)).all()
    submitted, accepted = Counter(row.area for row in rows), Counter(row.area for row in rows if row.accepted_at)
    return {
        "areas": [
            {
                "area": area.code,
                "title": {"bg": area.title_bg, "en": area.title_en},
                "submitted": submitted[area.code],
                "accepted": accepted[area.code],
                "least_in_variant": area.min_questions,
                "most_in_variant": area.max_questions,
                "needed_by_default": area.default_questions * law.variants,
            }
            for area in law.areas
        ],
        "authors": dict(Counter(row.author for row in rows)),
        "study": sum(row.study for row in rows),
        "possible_compositions": composition.possible(accepted, law),
        "steps": _steps(exam),
    }


def _steps(exam: Exam) -> dict[str, dict[str, str]]:
    law = exams.law_of(exam)
    steps = {"acceptance": timing.ACCEPTANCE, "composition": timing.COMPOSITION, "draw": timing.DRAW}
    found = {}
    for name, step in steps.items():
        first, last = timing.window(step, exam.exam_on, law)
        found[name] = {"rule": step.rule, "not_before": first.isoformat(), "due_at": last.isoformat()}
    return found


def list_variants(work: Work, *, exam_id: str) -> Answer:
    """The sealed variants by their hashes, and what was opened (Art. 13(4)–(7))."""
    exams.load(work, exam_id)
    opened = {row.variant: row for row in exams.openings_of(work, exam_id)}
    variants = exams.variants_of(work, exam_id).values()
    return {"variants": [_variant(row, opened.get(row.variant)) for row in variants]}


def _variant(row: Variant, opened: Opening | None) -> dict[str, Any]:
    return {
        "variant": row.variant,
        "seal_sha256": row.seal_sha256,
        "inner_sha256": row.inner_sha256,
        "commitment_sha256": row.commitment_sha256,
        "counts": row.counts,
        "sub_variants": row.sub_variants,
        "sealed_at": row.sealed_at.isoformat(),
        "begun_at": opened and opened.begun_at.isoformat(),
        "opened_at": opened and opened.finished_at and opened.finished_at.isoformat(),
        "package_sha256": opened and opened.package_sha256,
        "key_sha256": opened and opened.key_sha256,
    }


def show_draw(work: Work, *, exam_id: str) -> Answer:
    """Where the draw stands; once it is done, the transcript by which anybody can repeat it (Art. 13(5))."""
    exams.load(work, exam_id)
    return {"shares": draw.shares_as_told(work, exam_id), "draw": _draw(work.session.get(Draw, exam_id))}


def _draw(row: Draw | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "drawn": row.drawn,
        "transcript": row.transcript,
        "transcript_sha256": row.transcript_sha256,
        "drawn_at": row.drawn_at.isoformat(),
        "notarial_act": row.notarial_act,
        "notarial_act_sha256": row.notarial_act_sha256,
    }


def sealed_variant(work: Work, *, exam_id: str, variant: int | None = None) -> Answer:
    """Chair, on exam day: the sealed file to be opened, whose outer envelope is his (Art. 13(7))."""
    sealed = opening.to_be_opened(work, exams.load(work, exam_id), variant)
    content = opening.sealed_file(work, sealed)
    return {"variant": sealed.variant, "sealed_base64": _base64(content), "sha256": sealed.seal_sha256}


def peeled_variant(work: Work, *, exam_id: str, variant: int | None = None) -> Answer:
    """Director, on exam day: his envelope, once the chair has taken it out of the outer one (Art. 13(7))."""
    sealed = opening.to_be_opened(work, exams.load(work, exam_id), variant)
    if work.session.get(Opening, (exam_id, sealed.variant)) is None:
        raise OutOfOrder(
            state=Phrase(
                "външният плик не е отворен от председателя", "the outer envelope has not been opened by the chair"
            ),
            rule="чл. 13, ал. 7",
        )
    content = work.files.get(sealed.inner_sha256)
    return {"variant": sealed.variant, "peeled_base64": _base64(content), "sha256": sealed.inner_sha256}


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def list_booklets(work: Work, *, exam_id: str) -> Answer:
    """Which booklets are ready for the printer."""
    exams.load(work, exam_id)
    query = select(StoredBooklet.sub_variant).where(StoredBooklet.exam_id == exam_id)
    return {"sub_variants": list(work.session.scalars(query.order_by(StoredBooklet.sub_variant)))}


def export(work: Work, *, exam_id: str) -> Answer:
    """What the independent recount reads: counts and hashes, the sealed files as they lie in the store, the draw; the
    plain text of an opened variant only once its key was released. Raises ``SealBroken`` for a file that was changed.
    """
    exam = exams.load(work, exam_id)
    released = [row for row in exams.openings_of(work, exam_id) if row.released_at and row.archive]
    return (
        plumbing_export(work, exam_id)
        | list_variants(work, exam_id=exam_id)
        | {
            "exam": {
                "exam_on": exam.exam_on.isoformat(),
                "regulation_on": exam.regulation_on.isoformat(),
                "modes": exam.modes,
                "sessions": exam.sessions,
            },
            "questions": [
                {"sha256": row.sha256, "area": row.area, "accepted": row.accepted_at is not None}
                for row in work.session.scalars(
                    select(Question).where(Question.exam_id == exam_id).order_by(Question.sha256)
                )
            ],
            "draw": _draw(work.session.get(Draw, exam_id)),
            "sealed": {
                str(number): _base64(opening.sealed_file(work, row))
                for number, row in exams.variants_of(work, exam_id).items()
            },
            "released": {str(row.variant): _disclosed(work, row) for row in released},
        }
    )


def _disclosed(work: Work, row: Opening) -> str:
    return sealing.disclose(row.archive or b"", work.settings.archive_private_key).decode()
