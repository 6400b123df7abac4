"""One verb of the ordinance, one transaction: the fact, its events, its audit row, all or nothing."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from chassis import audit, settings
from chassis.clock import Clock, clock_from
from chassis.files import FileStore
from chassis.logging import current_traceparent
from chassis.plumbing import DocumentRow, OutboxRow
from contracts.envelope import encode, seal
from contracts.events import Event
from contracts.events.chassis import RenderDocuments
from contracts.people import Role, reserved_to
from contracts.refusals.general import NotAllowed

S = TypeVar("S", bound=settings.ServiceSettings)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an opaque id, and each capacity with the exam it is for (``None``: for every exam)."""

    id: str
    capacities: frozenset[tuple[Role, str | None]] = frozenset()
    names: str = ""

    def roles_in(self, exam_id: str | None) -> frozenset[Role]:
        """In what capacities this person acts in an exam."""
        return frozenset(role for role, exam in self.capacities if exam is None or exam_id is None or exam == exam_id)


NOBODY = Actor("anonymous")
SYSTEM = Actor("system", frozenset({(Role.SYSTEM, None)}))


@dataclass
class Work:
    """What a use case works with; made by ``Runtime.work`` and gone at the end of the transaction."""

    service: str
    session: Session
    actor: Actor
    now: datetime
    settings: Any
    files: FileStore
    role: Role | None = None  #: the capacity in which the last ``require`` let the actor act
    emitted: list[uuid.UUID] = field(default_factory=list)
    ordered: set[str] = field(default_factory=set)  #: exams for which a document was ordered

    def require(self, exam_id: str | None, *roles: Role) -> Role:
        """The capacity in which the actor may do this in the exam; raises ``NotAllowed``."""
        held = self.actor.roles_in(exam_id) & set(roles)
        if not held:
            raise NotAllowed(act=reserved_to(roles))
        self.role = min(held)
        return self.role

    def emit(self, event: Event) -> None:
        """Say an event: it stands in the outbox when the transaction commits, and the relay publishes it."""
        envelope = seal(event, source=self.service, at=self.now, traceparent=current_traceparent())
        self.session.add(
            OutboxRow(
                id=uuid.UUID(envelope.id),
                type=envelope.type,
                exam_id=event.exam_id,
                body=encode(envelope),
                created_at=self.now,
            )
        )
        self.emitted.append(uuid.UUID(envelope.id))

    def audit(self, exam_id: str, action: str, authority: str, **facts: Any) -> None:
        """Append who did what, in which capacity, on what authority (article) to the exam's chain.

        ``facts`` are JSON values; no names, no personal numbers, nothing that leads from a card to a person.
        """
        audit.append(
            self.session,
            self.service,
            exam_id=exam_id,
            at=self.now,
            actor=self.actor.id,
            role=self.role or _only_role(self.actor),
            action=action,
            authority=authority,
            facts=facts,
        )

    def order_document(
        self, exam_id: str, kind: str, subject: str, context: dict[str, Any], *, issue: int = 1
    ) -> uuid.UUID:
        """Order a document: its context is frozen now, and when the transaction has committed a worker renders it.

        Ordering it again is refused.
        """
        row = DocumentRow(
            document_id=uuid.uuid4(),
            exam_id=exam_id,
            kind=kind,
            subject=subject,
            issue=issue,
            context=context,
            ordered_at=self.now,
        )
        self.session.add(row)
        self.ordered.add(exam_id)
        return row.document_id


def _only_role(actor: Actor) -> Role:
    return min(role for role, _ in actor.capacities) if actor.capacities else Role.SYSTEM


class Runtime(Generic[S]):
    """A service in a process: its name, settings, database, clock and files."""

    def __init__(self, name: str, own: S, *, clock: Clock | None = None, pool_size: int = 10) -> None:
        self.name = name
        self.settings = own
        self.clock = clock or clock_from(own.clock)
        self.files = FileStore(own.files_url)
        self.engine: Engine = create_engine(
            own.database_url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True
        )

    @contextmanager
    def work(self, actor: Actor = SYSTEM) -> Iterator[Work]:
        """One transaction; committed at the end of the block, rolled back when it raises."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            work = Work(self.name, session, actor, self.clock.now(), self.settings, self.files)
            yield work
            for exam_id in sorted(work.ordered):
                work.emit(RenderDocuments(exam_id=exam_id, ordered_by=self.name))
            if work.emitted:
                session.execute(text("SELECT pg_notify('outbox', '')"))

    def close(self) -> None:
        """Give back the connections."""
        self.engine.dispose()
