"""Read-only views of the results service."""

from collections import Counter

from sqlalchemy import select

from chassis.commands import Answer
from chassis.export import plumbing_export
from chassis.work import Work
from services.grading.results.tables import Result
from services.grading.results.usecases import the_exam


def list_results(work: Work, *, exam_id: str) -> Answer:
    """Every result that is known, by opaque id; no names."""
    the_exam(work, exam_id)
    rows = work.session.scalars(select(Result).where(Result.exam_id == exam_id).order_by(Result.candidate_id))
    return {
        "results": [
            {
                "candidate_id": row.candidate_id,
                "mode": row.mode,
                "sheet": row.sheet,
                "correct": row.correct,
                "wrong": row.wrong,
                "annulled": row.annulled,
                "absent": row.absent,
                "refused_at_door": row.refused_at_door,
                "outcome": row.outcome,
                "published_at": row.published_at.isoformat() if row.published_at else None,
            }
            for row in rows
        ]
    }


def statistics(work: Work, *, exam_id: str) -> Answer:
    """How many had how many right answers, by mode; annulled tests are left out."""
    the_exam(work, exam_id)
    rows = work.session.scalars(
        select(Result).where(Result.exam_id == exam_id, Result.correct.is_not(None), ~Result.annulled)
    )
    counts = Counter((row.mode, row.correct) for row in rows)
    return {
        "histogram": [
            {"mode": mode, "correct": correct, "candidates": n} for (mode, correct), n in sorted(counts.items())
        ]
    }


def export(work: Work, *, exam_id: str) -> Answer:
    """What the independent recount reads."""
    listed = list_results(work, exam_id=exam_id)["results"]
    return plumbing_export(work, exam_id) | {"results": [row for row in listed if not row["refused_at_door"]]}
