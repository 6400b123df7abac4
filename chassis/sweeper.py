"""What should have happened and has not: asked of the database again and again, and ordered again.

The state is in the database, the queue is a hint; a job or an event that was lost with a broker comes back by this.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from chassis.audit import head
from chassis.plumbing import AuditRow, DocumentRow, OutboxRow
from chassis.work import Work
from contracts.envelope import decode
from contracts.events.chassis import AuditHeadTold, RenderDocuments

DOCUMENTS_AFTER_SECONDS = 60.0
HEADS_EVERY_SECONDS = 30.0


@dataclass(frozen=True)
class Sweep:
    """A question asked of the database at an interval: ``run`` finds what is missing and emits or does it again."""

    name: str
    every_seconds: float
    run: Callable[[Work], None]


def order_documents_again(work: Work) -> None:
    """Documents that were ordered long ago (``DOCUMENTS_AFTER_SECONDS`` of the service's clock) and have no file."""
    before = work.now - timedelta(seconds=DOCUMENTS_AFTER_SECONDS)
    waiting = (
        select(DocumentRow.exam_id).where(DocumentRow.sha256.is_(None), DocumentRow.ordered_at <= before).distinct()
    )
    for exam_id in work.session.scalars(waiting):
        if not _is_waiting(work, RenderDocuments.type_name(), exam_id):
            work.emit(RenderDocuments(exam_id=exam_id, ordered_by=work.service))


def tell_heads(work: Work) -> None:
    """Exams whose audit chain has grown since its head was last told to the other services."""
    for exam_id, number in _heads(work):
        newest = head(work.session, exam_id)
        if newest is not None and number > _told(work, exam_id):
            work.emit(AuditHeadTold(exam_id=exam_id, told_by=work.service, number=newest.number, sha256=newest.sha256))


def generic_sweeps(own: Iterable[Sweep] = ()) -> tuple[Sweep, ...]:
    """What every service sweeps, and what this one adds."""
    return (
        Sweep("documents", DOCUMENTS_AFTER_SECONDS, order_documents_again),
        Sweep("audit_heads", HEADS_EVERY_SECONDS, tell_heads),
        *own,
    )


def _heads(work: Work) -> list[tuple[str, int]]:
    query = select(AuditRow.exam_id, func.max(AuditRow.number)).group_by(AuditRow.exam_id)
    return [(exam_id, number) for exam_id, number in work.session.execute(query)]


def _told(work: Work, exam_id: str) -> int:
    query = (
        select(OutboxRow.body)
        .where(OutboxRow.type == AuditHeadTold.type_name(), OutboxRow.exam_id == exam_id)
        .order_by(OutboxRow.number.desc())
    )
    body = work.session.scalars(query.limit(1)).first()
    return 0 if body is None else int(decode(body).data["number"])


def _is_waiting(work: Work, type_name: str, exam_id: str) -> bool:
    query = select(OutboxRow.number).where(
        OutboxRow.published_at.is_(None), OutboxRow.type == type_name, OutboxRow.exam_id == exam_id
    )
    return work.session.scalars(query.limit(1)).first() is not None
