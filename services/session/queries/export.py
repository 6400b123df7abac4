"""What the independent recount reads of the sittings."""

from typing import Any

from sqlalchemy import select

from chassis.commands import Answer
from chassis.export import plumbing_export
from chassis.work import Work
from services.session.lookups import exam_of, letters_on
from services.session.queries.halls import hall_facts
from services.session.rules.history import instant
from services.session.tables import (
    Hall,
    HistoryRow,
    Leaving,
    RefusedAnswer,
    Sheet,
    Sitting,
)


def export(work: Work, *, exam_id: str) -> Answer:
    """What the independent recount reads: sittings by opaque id with their whole history; no names."""
    exam_of(work, exam_id)
    rows = work.session.execute(
        select(Sitting, Sheet)
        .outerjoin(Sheet, Sheet.sitting_id == Sitting.sitting_id)
        .where(Sitting.exam_id == exam_id)
        .order_by(Sitting.sitting_id)
    ).all()
    return plumbing_export(work, exam_id) | {
        "halls": [hall_facts(hall) for hall in work.session.scalars(select(Hall).where(Hall.exam_id == exam_id))],
        "sittings": [_exported(work, sitting, sheet) for sitting, sheet in rows],
        "annulments": [
            {
                "candidate_id": sitting.candidate_id,
                "mode": sitting.mode,
                "reason": sitting.annulment_reason,
                "decided_at": instant(sitting.annulment_decided_at),
                "annulled_at": instant(sitting.annulled_at),
            }
            for sitting, _ in rows
            if sitting.annulment_decided_at is not None
        ],
    }


def _exported(work: Work, sitting: Sitting, sheet: Sheet | None) -> dict[str, Any]:
    common = {
        "sitting_id": str(sitting.sitting_id),
        "candidate_id": sitting.candidate_id,
        "mode": sitting.mode,
        "session": sitting.session,
        "hall": sitting.hall,
        "seat": sitting.seat,
        "appeared": sitting.refused_at is None and bool(sitting.identified_at or sitting.logged_in_at),
        "variant": sitting.variant,
        "sub_variant": sitting.sub_variant,
        "unique_number": sitting.unique_number,
        "handed_in_at": instant(sitting.handed_in_at),
        "annulled_at": instant(sitting.annulled_at),
        "leavings": _leavings(work, sitting),
    }
    is_blank = sheet is None or (sheet.closed_at is None and not sheet.entries)
    return common if sheet is None or is_blank else common | _exported_sheet(work, sitting, sheet)


def _exported_sheet(work: Work, sitting: Sitting, sheet: Sheet) -> dict[str, Any]:
    history = select(HistoryRow).where(HistoryRow.sitting_id == sitting.sitting_id).order_by(HistoryRow.number)
    refused = select(RefusedAnswer).where(RefusedAnswer.sitting_id == sitting.sitting_id)
    return {
        "answers": letters_on(sheet),
        "outcome": sheet.outcome,
        "started_at": instant(sheet.opens_at),
        "ends_at": instant(sheet.ends_at),
        "ended_at": instant(sheet.closed_at),
        "history_sha256": sheet.head.hex(),
        "refused_count": sheet.refused,
        "history": [_link(row) for row in work.session.scalars(history)],
        "refused": [
            {
                "at": instant(row.at),
                "question": row.question,
                "option": row.option,
                "seq": row.seq,
                "line": row.line,
                "reason": row.reason,
            }
            for row in work.session.scalars(refused.order_by(RefusedAnswer.number))
        ],
    }


def _link(row: HistoryRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "at": instant(row.at),
        "action": row.action,
        "line": row.line,
        "question": row.question,
        "option": row.option,
        "seq": row.seq,
        "client_at": instant(row.client_at),
        "verdict": row.verdict,
        "sha256": row.sha256.hex(),
    }


def _leavings(work: Work, sitting: Sitting) -> list[dict[str, Any]]:
    query = select(Leaving).where(Leaving.sitting_id == sitting.sitting_id).order_by(Leaving.left_at)
    return [
        {"left_at": instant(row.left_at), "returned_at": instant(row.returned_at)}
        for row in work.session.scalars(query)
    ]
