"""Read-only views of electronic grading."""

from datetime import timedelta

from sqlalchemy import select

from chassis.commands import Answer
from chassis.export import plumbing_export
from chassis.work import Work
from services.grading.electronic.tables import Key, Sheet
from services.grading.electronic.usecases import order_counting, the_exam

_LOST_AFTER = timedelta(minutes=5)
LOOK_EVERY_SECONDS = timedelta(minutes=1).total_seconds()


def list_sheets(work: Work, *, exam_id: str) -> Answer:
    """The sheets that came, and which of them are counted."""
    the_exam(work, exam_id)
    rows = work.session.scalars(select(Sheet).where(Sheet.exam_id == exam_id).order_by(Sheet.unique_number))
    return {
        "sheets": [
            {
                "sheet": row.sitting_id,
                "unique_number": row.unique_number,
                "outcome": row.outcome,
                "correct": row.correct,
                "wrong": row.wrong,
            }
            for row in rows
        ]
    }


def export(work: Work, *, exam_id: str) -> Answer:
    """What the independent recount reads: the key, every sheet with its answers and its count."""
    the_exam(work, exam_id)
    keys = work.session.scalars(select(Key).where(Key.exam_id == exam_id).order_by(Key.variant))
    sheets = work.session.scalars(select(Sheet).where(Sheet.exam_id == exam_id).order_by(Sheet.number))
    return plumbing_export(work, exam_id) | {
        "keys": {str(key.variant): key.letters for key in keys},
        "sheets": [
            {
                "sheet": row.sitting_id,
                "candidate_id": row.candidate_id,
                "variant": row.variant,
                "sub_variant": row.sub_variant,
                "answers": row.answers,
                "answers_sha256": row.answers_sha256,
                "history_sha256": row.history_sha256,
                "outcome": row.outcome,
                "correct": row.correct,
                "wrong": row.wrong,
            }
            for row in sheets
        ],
    }


def count_what_was_lost(work: Work) -> None:
    """Sheets that have a key and, minutes later, no count: their job is ordered again."""
    lost = work.session.execute(
        select(Sheet.exam_id, Sheet.sitting_id)
        .join(Key, (Key.exam_id == Sheet.exam_id) & (Key.variant == Sheet.variant))
        .where(Sheet.correct.is_(None), Key.released_at <= work.now - _LOST_AFTER)
        .order_by(Sheet.number)
    )
    by_exam: dict[str, list[str]] = {}
    for exam_id, sheet in lost:
        by_exam.setdefault(exam_id, []).append(sheet)
    for exam_id, sheets in by_exam.items():
        order_counting(work, exam_id, sheets)
