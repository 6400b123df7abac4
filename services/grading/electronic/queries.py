"""Read-only views of electronic grading."""

from collections.abc import Collection, Iterator
from itertools import groupby
from operator import itemgetter

from sqlalchemy import select

from chassis.commands import Answer
from chassis.export import plumbing_export
from chassis.sweeper import Sweep, lost_jobs
from chassis.work import Work
from services.grading.electronic.tables import Key, Sheet
from services.grading.electronic.usecases import order_counting, the_exam

_LOOK_SECONDS = 10.0


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


def lost() -> Sweep:
    """Countings whose job went with a broker or a worker."""
    return lost_jobs("sheets", _LOOK_SECONDS, _uncounted, _count_again)


def _uncounted(work: Work) -> Iterator[tuple[str, str]]:
    waiting = work.session.execute(
        select(Sheet.exam_id, Sheet.sitting_id)
        .join(Key, (Key.exam_id == Sheet.exam_id) & (Key.variant == Sheet.variant))
        .where(Sheet.correct.is_(None))
    )
    return ((exam_id, sheet) for exam_id, sheet in waiting)


def _count_again(work: Work, waiting: Collection[tuple[str, str]]) -> None:
    for exam_id, sheets in groupby(sorted(waiting), key=itemgetter(0)):
        order_counting(work, exam_id, [sheet for _exam, sheet in sheets])
