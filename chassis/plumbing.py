"""The tables that every service has beside its own: outbox, inbox, audit chain, acts of two, answered requests,
heads of other services' chains, files it was given, documents it ordered.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Identity, Index, LargeBinary, MetaData, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(DeclarativeBase):
    """Base of a service's own tables; instants are ``timestamptz``, dictionaries are ``jsonb``.

    Every service derives its own base from this with a ``MetaData`` of its own (``metadata = new_metadata()``).
    """

    __abstract__ = True
    type_annotation_map = {datetime: DateTime(timezone=True), dict[str, Any]: JSONB, list[Any]: JSONB}  # noqa: RUF012 - SQLAlchemy reads it under this name; nobody changes it


def new_metadata() -> MetaData:
    """Metadata with the house's names for keys and constraints."""
    return MetaData(naming_convention=NAMING)


class Plumbing(Table):
    """Base of the tables below."""

    __abstract__ = True
    metadata = new_metadata()


class OutboxRow(Plumbing):
    """An event or a job that the relay has to publish; written in the transaction of the fact it tells."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_waiting", "number", postgresql_where=text("published_at IS NULL")),)

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(unique=True)
    type: Mapped[str]
    exam_id: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)  #: the encoded envelope
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]


class InboxRow(Plumbing):
    """A message that has had its effect; written in the transaction of the effect."""

    __tablename__ = "inbox"

    message_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    handler: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    handled_at: Mapped[datetime]


class AuditRow(Plumbing):
    """One link of the audit chain of one exam: who did what, in which capacity, on what authority."""

    __tablename__ = "audit"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    role: Mapped[str]
    action: Mapped[str]
    authority: Mapped[str]
    facts: Mapped[dict[str, Any]]
    previous_sha256: Mapped[str]
    sha256: Mapped[str]


class ActRow(Plumbing):
    """An act of two persons: proposed by one, confirmed by another."""

    __tablename__ = "acts"

    act_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    exam_id: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]
    proposal: Mapped[dict[str, Any]]
    proposed_by: Mapped[str]
    proposed_role: Mapped[str]
    proposed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_by: Mapped[str | None]
    confirmed_role: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]


class AnsweredRow(Plumbing):
    """A request that was carried out under an idempotency key, with its answer."""

    __tablename__ = "answered"

    key: Mapped[str] = mapped_column(primary_key=True)
    actor: Mapped[str] = mapped_column(primary_key=True)
    command: Mapped[str]
    request_sha256: Mapped[str]
    answer: Mapped[dict[str, Any] | None]
    answered_at: Mapped[datetime]


class ForeignHeadRow(Plumbing):
    """The head of another service's chain, as it was told to us."""

    __tablename__ = "foreign_heads"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    told_by: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    told_at: Mapped[datetime]


class UploadRow(Plumbing):
    """A file that somebody gave us: checked, stored by its hash, not yet necessarily used."""

    __tablename__ = "uploads"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    uploaded_by: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    uploaded_at: Mapped[datetime]


class DocumentRow(Plumbing):
    """A document that a use case ordered: what stands on it, and, once rendered, the file."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("exam_id", "kind", "subject", "issue"),)

    document_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    exam_id: Mapped[str]
    kind: Mapped[str]  #: ``appendix_6``, ``certificate`` …
    subject: Mapped[str]  #: whose or which: a candidate, a hall, a card; file names are made of it, so never a name
    issue: Mapped[int] = mapped_column(default=1)
    context: Mapped[dict[str, Any]]  #: what stands on it, frozen when it was ordered
    ordered_at: Mapped[datetime]
    sha256: Mapped[str | None]
    rendered_at: Mapped[datetime | None]
