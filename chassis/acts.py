"""Acts of two persons: proposed by one, confirmed by another within a window, done. One person is never both."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from chassis import audit
from chassis.plumbing import ActRow
from contracts.people import Role, reserved_to
from contracts.phrase import Phrase
from contracts.refusals.general import ActExpired, AlreadyDone, NotAllowed, NotFound, SamePerson

if TYPE_CHECKING:
    from chassis.work import Work


@dataclass(frozen=True, slots=True)
class ActKind:
    """A kind of act: its name, who may be its two persons in either order, its article, and its name among people."""

    name: str
    proposers: frozenset[Role]
    confirmers: frozenset[Role]
    authority: str
    words: Phrase


def propose(work: "Work", kind: ActKind, *, exam_id: str, subject: str, proposal: dict[str, Any]) -> ActRow:
    """The first person's half. A new proposal replaces one that has expired; an open or done one is in the way."""
    role = work.require(exam_id, *kind.proposers)
    audit.hold(work.session, exam_id)  # where nothing stands yet there is no row to lock
    standing = _latest(work, kind, exam_id, subject)
    if standing is not None and (standing.confirmed_at is not None or standing.expires_at > work.now):
        raise AlreadyDone(what=kind.words)
    act = ActRow(
        act_id=uuid.uuid4(),
        exam_id=exam_id,
        kind=kind.name,
        subject=subject,
        proposal=proposal,
        proposed_by=work.actor.id,
        proposed_role=role,
        proposed_at=work.now,
        expires_at=work.now + timedelta(minutes=work.settings.act_window_minutes),
    )
    work.session.add(act)
    work.audit(exam_id, f"{kind.name}:proposed", kind.authority, act=str(act.act_id), subject=subject)
    return act


def confirm(work: "Work", kind: ActKind, *, exam_id: str, subject: str) -> ActRow:
    """The second person's half: the caller does the act in the same transaction."""
    act = _latest(work, kind, exam_id, subject)
    if act is None:
        raise NotFound(what=kind.words)
    if act.confirmed_at is not None:
        raise AlreadyDone(what=kind.words)
    if act.proposed_by == work.actor.id:
        raise SamePerson
    role = work.require(exam_id, *kind.confirmers)
    if role == act.proposed_role and len(kind.proposers | kind.confirmers) > 1:
        raise NotAllowed(act=reserved_to(kind.confirmers - {role}))
    if act.expires_at <= work.now:
        raise ActExpired(until=act.expires_at.isoformat())
    act.confirmed_by, act.confirmed_role, act.confirmed_at = work.actor.id, role, work.now
    work.audit(exam_id, f"{kind.name}:confirmed", kind.authority, act=str(act.act_id), subject=subject)
    return act


def _latest(work: "Work", kind: ActKind, exam_id: str, subject: str) -> ActRow | None:
    return work.session.scalars(
        select(ActRow)
        .where(ActRow.exam_id == exam_id, ActRow.kind == kind.name, ActRow.subject == subject)
        .order_by(ActRow.proposed_at.desc())
        .limit(1)
        .with_for_update()
    ).first()
