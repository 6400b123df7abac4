"""What every service hands to the independent recount: its audit chain, the heads it was told, its documents."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from chassis.plumbing import AuditRow, DocumentRow, ForeignHeadRow, OutboxRow
from chassis.work import Work
from contracts.events import every


def plumbing_export(work: Work, exam_id: str) -> dict[str, Any]:
    """``service``, ``exam_id``, ``audit`` (rows in order, instants as they were hashed), ``foreign_heads``,
    ``documents``, how many public events were told (``told_publicly``); JSON values. The service adds its own facts.
    """
    return {
        "service": work.service,
        "exam_id": exam_id,
        "audit": _audit(work, exam_id),
        "foreign_heads": _foreign_heads(work, exam_id),
        "documents": documents_of(work, exam_id),
        "told_publicly": _told_publicly(work, exam_id),
    }


def documents_of(work: Work, exam_id: str) -> list[dict[str, Any]]:
    """The documents that the service ordered for an exam; ``rendered`` tells whether the file is there."""
    rows = work.session.scalars(
        select(DocumentRow)
        .where(DocumentRow.exam_id == exam_id)
        .order_by(DocumentRow.kind, DocumentRow.subject, DocumentRow.issue)
    )
    return [
        {
            "kind": row.kind,
            "subject": row.subject,
            "issue": row.issue,
            "sha256": row.sha256,
            "rendered": row.sha256 is not None,
        }
        for row in rows
    ]


def _told_publicly(work: Work, exam_id: str) -> int:
    public = [event.type_name() for event in every() if event.public]
    query = select(func.count()).where(OutboxRow.exam_id == exam_id, OutboxRow.type.in_(public))
    return work.session.scalars(query).one()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _audit(work: Work, exam_id: str) -> list[dict[str, Any]]:
    rows = work.session.scalars(select(AuditRow).where(AuditRow.exam_id == exam_id).order_by(AuditRow.number))
    return [
        {
            "number": row.number,
            "at": _instant(row.at),
            "actor": row.actor,
            "role": row.role,
            "action": row.action,
            "authority": row.authority,
            "facts": row.facts,
            "previous_sha256": row.previous_sha256,
            "sha256": row.sha256,
        }
        for row in rows
    ]


def _foreign_heads(work: Work, exam_id: str) -> list[dict[str, Any]]:
    rows = work.session.scalars(
        select(ForeignHeadRow)
        .where(ForeignHeadRow.exam_id == exam_id)
        .order_by(ForeignHeadRow.told_by, ForeignHeadRow.number)
    )
    return [
        {"told_by": row.told_by, "number": row.number, "sha256": row.sha256, "told_at": _instant(row.told_at)}
        for row in rows
    ]
