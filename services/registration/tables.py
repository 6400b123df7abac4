"""Tables of registration."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.plumbing import Table, new_metadata


class Base(Table):
    """Base of registration's tables."""

    __abstract__ = True
    metadata = new_metadata()


class Exam(Base):
    """An announced examination (Art. 5(1)). ``regulation_on``: the day whose law it keeps."""

    __tablename__ = "exams"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    exam_on: Mapped[date]
    modes: Mapped[list[Any]]
    sessions: Mapped[int]
    place_posted: Mapped[str]
    published_at: Mapped[datetime]
    published_by: Mapped[str]
    applications_until: Mapped[datetime]
    regulation_on: Mapped[date]


class Account(Base):
    """A candidate with a permanent profile (Art. 4(2)). Personal data; the e-mail is the user name."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("identifier_type", "identifier"),)

    candidate_id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    first: Mapped[str]
    middle: Mapped[str]
    last: Mapped[str]
    identifier_type: Mapped[str]
    identifier: Mapped[str]
    address: Mapped[str]
    phone: Mapped[str]
    id_card_number: Mapped[str]
    id_card_issued_on: Mapped[date]
    id_card_issued_by: Mapped[str]
    registered_at: Mapped[datetime]


class Application(Base):
    """An application for one exam and what has become of it; the names are those that the candidate wrote in it."""

    __tablename__ = "applications"
    __table_args__ = (UniqueConstraint("exam_id", "candidate_id"),)

    application_id: Mapped[str] = mapped_column(primary_key=True)
    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"))
    candidate_id: Mapped[str] = mapped_column(ForeignKey("accounts.candidate_id"))
    mode: Mapped[str]
    first: Mapped[str]
    middle: Mapped[str]
    last: Mapped[str]
    assisted: Mapped[bool]
    submitted_at: Mapped[datetime]
    status: Mapped[str]  #: ``submitted``, ``admitted``, ``rejected``, ``refused_at_door``
    grounds: Mapped[list[Any]]
    seat: Mapped[dict[str, Any] | None]  #: session, hall, place, seat, entry_at, starts_at
    outcome: Mapped[str | None]
    correct: Mapped[int | None]
    certificate_number: Mapped[str | None]
    files: Mapped[list["ApplicationFile"]] = relationship(order_by="ApplicationFile.kind")


class ApplicationFile(Base):
    """A document attached to an application: one of a kind."""

    __tablename__ = "application_files"

    application_id: Mapped[str] = mapped_column(ForeignKey("applications.application_id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  #: ``declaration``, ``fee``, ``disability``
    sha256: Mapped[str]
    media_type: Mapped[str]


class ProfileEntry(Base):
    """A line of the timeline in a candidate's profile (Art. 7, 14, 49)."""

    __tablename__ = "profile_entries"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    candidate_id: Mapped[str] = mapped_column(ForeignKey("accounts.candidate_id"), index=True)
    exam_id: Mapped[str]
    kind: Mapped[str]
    at: Mapped[datetime]
    facts: Mapped[dict[str, Any]]
