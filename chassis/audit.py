"""The audit chain: one an exam and service, each row holding the hash of the row before."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from chassis.plumbing import AuditRow

BEGINNING = "0" * 64


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no white space, UTF-8: the one form in which things are hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(row: AuditRow, service: str) -> str:
    """SHA-256 (hex) over everything in the row and the hash before it."""
    return hashlib.sha256(
        canonical(
            {
                "service": service,
                "exam_id": row.exam_id,
                "number": row.number,
                "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
                "actor": row.actor,
                "role": row.role,
                "action": row.action,
                "authority": row.authority,
                "facts": row.facts,
                "previous_sha256": row.previous_sha256,
            }
        )
    ).hexdigest()


def hold(session: Session, exam_id: str) -> None:
    """Take the chain's lock to the end of the transaction: what decides by what stands does so one after another."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"audit:{exam_id}", 0))))


def append(
    session: Session,
    service: str,
    *,
    exam_id: str,
    at: datetime,
    actor: str,
    role: str,
    action: str,
    authority: str,
    facts: dict[str, Any],
) -> AuditRow:
    """Add a link to the exam's chain; holds the chain's lock to the end of the transaction."""
    hold(session, exam_id)
    last = head(session, exam_id)
    row = AuditRow(
        exam_id=exam_id,
        number=last.number + 1 if last else 1,
        at=at,
        actor=actor,
        role=role,
        action=action,
        authority=authority,
        facts=facts,
        previous_sha256=last.sha256 if last else BEGINNING,
    )
    row.sha256 = digest(row, service)
    session.add(row)
    session.flush()
    return row


def head(session: Session, exam_id: str) -> AuditRow | None:
    """The newest link of the exam's chain."""
    return session.scalars(
        select(AuditRow).where(AuditRow.exam_id == exam_id).order_by(AuditRow.number.desc()).limit(1)
    ).first()


def first_break(rows: Iterable[AuditRow], service: str) -> int | None:
    """The number of the first row that does not follow from the one before; ``None`` when the chain holds."""
    previous = BEGINNING
    for number, row in enumerate(rows, start=1):
        if row.number != number or row.previous_sha256 != previous or row.sha256 != digest(row, service):
            return number
        previous = row.sha256
    return None


#: Update and delete are impossible for everybody, the owner included, short of dropping the trigger.
FORBID_CHANGE = (
    text("""CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit chain is append-only'; END $$"""),
    text("""CREATE OR REPLACE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"""),
)
