"""What should have happened and has not: asked of the database again and again, and ordered again.

The state is in the database, the queue is a hint; a job or an event that was lost with a broker comes back by this.
"""

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from chassis.audit import head
from chassis.plumbing import AuditRow, DocumentRow, OutboxRow
from chassis.work import Work
from contracts.envelope import decode
from contracts.events.chassis import AuditHeadTold, RenderDocuments

DOCUMENTS_EVERY_SECONDS = 10.0
HEADS_EVERY_SECONDS = 30.0


@dataclass(frozen=True)
class Sweep:
    """A question asked of the database at an interval of the real clock: ``run`` finds what is missing and emits or
    does it again.
    """

    name: str
    every_seconds: float
    run: Callable[[Work], None]


def lost_jobs(
    name: str,
    every_seconds: float,
    waiting: Callable[[Work], Iterable[Hashable]],
    order: Callable[[Work, Collection[Any]], None],
) -> Sweep:
    """Orders again what ``waiting`` tells of, when none of it was done between two looks and no event waits to be sent.

    A pile that shrinks is being worked off, however long it is; one that stands still has lost its jobs. Jobs are
    idempotent, so that a slow one that is ordered again does no harm.
    """
    seen: frozenset[Hashable] = frozenset()

    def run(work: Work) -> None:
        nonlocal seen
        before, seen = seen, frozenset(waiting(work))
        if before and before <= seen and not _is_sending(work):
            order(work, seen)

    return Sweep(name, every_seconds, run)


def _documents_waiting(work: Work) -> Iterable[Hashable]:
    rows = work.session.execute(
        select(DocumentRow.exam_id, DocumentRow.document_id).where(DocumentRow.sha256.is_(None))
    )
    return [(exam_id, document) for exam_id, document in rows]


def _order_documents(work: Work, waiting: Collection[Any]) -> None:
    for exam_id in sorted({exam_id for exam_id, _document in waiting}):
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
        lost_jobs("documents", DOCUMENTS_EVERY_SECONDS, _documents_waiting, _order_documents),
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


def _is_sending(work: Work) -> bool:
    waiting = select(OutboxRow.number).where(OutboxRow.published_at.is_(None))
    return work.session.scalars(waiting.limit(1)).first() is not None
