"""Heads of other services' audit chains, kept so that no service can rewrite its own chain alone."""

from sqlalchemy.dialects.postgresql import insert

from chassis.plumbing import ForeignHeadRow
from chassis.work import Work
from contracts.events.chassis import AuditHeadTold


def keep(work: Work, event: AuditHeadTold) -> None:
    """Remember the head that another service told; one's own, and one that is known already, change nothing."""
    if event.told_by == work.service:
        return
    row = {
        "exam_id": event.exam_id,
        "told_by": event.told_by,
        "number": event.number,
        "sha256": event.sha256,
        "told_at": work.now,
    }
    work.session.execute(insert(ForeignHeadRow).values(row).on_conflict_do_nothing())
