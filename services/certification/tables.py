"""Tables of certification."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.plumbing import Table, new_metadata


class Base(Table):
    """Base of certification's tables."""

    __abstract__ = True
    metadata = new_metadata()


class Exam(Base):
    """An announced examination. ``regulation_on``: the day whose law it keeps."""

    __tablename__ = "exams"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    exam_on: Mapped[date]
    regulation_on: Mapped[date]


class Participant(Base):
    """An admitted candidate and the published result. Personal data."""

    __tablename__ = "participants"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    candidate_id: Mapped[str] = mapped_column(primary_key=True)
    mode: Mapped[str]
    first: Mapped[str]
    middle: Mapped[str]
    last: Mapped[str]
    identifier_type: Mapped[str]
    identifier: Mapped[str]
    outcome: Mapped[str | None]
    published_at: Mapped[datetime | None]


class Certificate(Base):
    """An issued certificate, which is also its entry in the register (Art. 51(1), (2))."""

    __tablename__ = "certificates"
    __table_args__ = (UniqueConstraint("exam_id", "candidate_id"),)

    number: Mapped[str] = mapped_column(primary_key=True)
    exam_id: Mapped[str]
    candidate_id: Mapped[str]
    first: Mapped[str]
    middle: Mapped[str]
    last: Mapped[str]
    exam_on: Mapped[date]
    issued_on: Mapped[date]
    fee_sha256: Mapped[str | None]
    handed_at: Mapped[datetime | None]
    received_by: Mapped[str | None]
    received_by_authorised: Mapped[bool] = mapped_column(default=False)


class Duplicate(Base):
    """A duplicate of a certificate (Art. 51(3)): asked for, paid for, issued."""

    __tablename__ = "duplicates"

    number: Mapped[str] = mapped_column(ForeignKey("certificates.number"), primary_key=True)
    issue: Mapped[int] = mapped_column(primary_key=True)  #: 2 for the first duplicate
    reason: Mapped[str]
    requested_at: Mapped[datetime]
    fee_sha256: Mapped[str | None]
    issued_on: Mapped[date | None]


class Inspection(Base):
    """A participant's wish to inspect the graded materials, and what came of it (Art. 53)."""

    __tablename__ = "inspections"
    __table_args__ = (UniqueConstraint("exam_id", "candidate_id"),)

    inspection_id: Mapped[str] = mapped_column(primary_key=True)
    exam_id: Mapped[str]
    candidate_id: Mapped[str]
    requested_at: Mapped[datetime]
    at: Mapped[datetime | None]
    employee: Mapped[str | None]
    held_at: Mapped[datetime | None]
    shown: Mapped[list[Any]]
    notes: Mapped[str]
