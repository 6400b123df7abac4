"""Tables of admission."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.plumbing import Table, new_metadata


class Base(Table):
    """Base of admission's tables."""

    __abstract__ = True
    metadata = new_metadata()


class Exam(Base):
    """An exam as registration announced it."""

    __tablename__ = "exams"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    exam_on: Mapped[date]
    modes: Mapped[list[Any]]
    sessions: Mapped[int]
    published_at: Mapped[datetime]
    applications_until: Mapped[datetime]
    regulation_on: Mapped[date]
    seats_assigned_at: Mapped[datetime | None]


class Person(Base):
    """Somebody who may be appointed, or holds an office. Personal data."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("identifier_type", "identifier"),)

    person_id: Mapped[str] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    first: Mapped[str]
    middle: Mapped[str]
    last: Mapped[str]
    identifier_type: Mapped[str]
    identifier: Mapped[str]
    id_card_number: Mapped[str]
    id_card_issued_on: Mapped[date]
    id_card_issued_by: Mapped[str]
    address: Mapped[str]
    phone: Mapped[str]
    permanent_role: Mapped[str | None]  #: an office, held in every exam
    added_at: Mapped[datetime]


class Order(Base):
    """An order of the minister (Art. 13(1), 15(2))."""

    __tablename__ = "orders"

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]  #: ``commission``, ``administrators``
    signed_on: Mapped[date]
    signed_by: Mapped[str]
    entered_at: Mapped[datetime]


class Appointment(Base):
    """A person's capacity in an exam; without the declaration of Art. 12(3) it gives no access."""

    __tablename__ = "appointments"
    __table_args__ = (UniqueConstraint("exam_id", "person_id", "role", "hall"),)

    appointment_id: Mapped[str] = mapped_column(primary_key=True)
    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.person_id"), index=True)
    role: Mapped[str]
    hall: Mapped[str] = mapped_column(default="")  #: empty for those who are not hall staff
    place: Mapped[int]  #: order in which the order names them
    order_number: Mapped[str | None]  #: authors are assigned without an order
    appointed_at: Mapped[datetime]


class Declaration(Base):
    """A declaration of non-disclosure, signed in one capacity (Art. 12(3), App. 2)."""

    __tablename__ = "declarations"

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.person_id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    signed_at: Mapped[datetime]


class Application(Base):
    """An application as registration told it. Personal data; attachments may hold health data (Art. 6(3))."""

    __tablename__ = "applications"
    __table_args__ = (UniqueConstraint("exam_id", "candidate_id"),)

    application_id: Mapped[str] = mapped_column(primary_key=True)
    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"))
    candidate_id: Mapped[str]
    username: Mapped[str]
    first: Mapped[str]
    middle: Mapped[str]
    last: Mapped[str]
    identifier_type: Mapped[str]
    identifier: Mapped[str]
    mode: Mapped[str]
    assisted: Mapped[bool]
    attachments: Mapped[dict[str, Any]]  #: kind → {sha256, media_type}
    submitted_at: Mapped[datetime]


class Check(Base):
    """What a member found on an application (Art. 6(5)); the last check before the decision counts."""

    __tablename__ = "checks"

    application_id: Mapped[str] = mapped_column(ForeignKey("applications.application_id"), primary_key=True)
    payer_names: Mapped[str | None]
    declaration_names: Mapped[str | None]
    differences: Mapped[list[Any]]  #: grounds that the comparison of names showed
    grounds: Mapped[list[Any]]  #: grounds that count
    checked_by: Mapped[str]
    checked_at: Mapped[datetime]


class Decision(Base):
    """Admitted or not (Art. 6(5), 7); ``protocol``: in which of the exam's protocols it stands."""

    __tablename__ = "decisions"

    application_id: Mapped[str] = mapped_column(ForeignKey("applications.application_id"), primary_key=True)
    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"))
    is_admitted: Mapped[bool]
    grounds: Mapped[list[Any]]
    protocol: Mapped[int]
    decided_at: Mapped[datetime]


class Hall(Base):
    """A hall of an exam for one form and sitting; a room used in both sittings is two halls."""

    __tablename__ = "halls"

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    hall: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[str]
    mode: Mapped[str]
    session: Mapped[int]
    rows: Mapped[int]
    columns: Mapped[int]
    closed_at: Mapped[datetime | None]  #: instructions read, tests handed out: no latecomers any more


class Seat(Base):
    """Where an admitted candidate sits (Art. 14)."""

    __tablename__ = "seats"
    __table_args__ = (UniqueConstraint("exam_id", "hall", "row", "column"),)

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    candidate_id: Mapped[str] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("applications.application_id"))
    hall: Mapped[str]
    row: Mapped[int]
    column: Mapped[int]


class Arrival(Base):
    """What happened at the door, and an annulment later (Art. 20, 22, 28)."""

    __tablename__ = "arrivals"

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    candidate_id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]  #: ``identified``, ``refused``, ``absent``
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]


class Annulment(Base):
    """A test that was annulled in the hall (Art. 28, 38)."""

    __tablename__ = "annulments"

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    candidate_id: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    annulled_at: Mapped[datetime]


class Leaving(Base):
    """Out of the hall and back (Art. 27, 37)."""

    __tablename__ = "leavings"

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    candidate_id: Mapped[str] = mapped_column(primary_key=True)
    left_at: Mapped[datetime] = mapped_column(primary_key=True)
    returned_at: Mapped[datetime | None]  #: ``None``: not back when the end was announced
    entered_at: Mapped[datetime | None]  #: when, where an hour was entered later than it was


class HandIn(Base):
    """Materials handed in at the end (Art. 29(2), 40(2))."""

    __tablename__ = "hand_ins"

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    candidate_id: Mapped[str] = mapped_column(primary_key=True)
    handed_in_at: Mapped[datetime]
    entered_at: Mapped[datetime | None]  #: when, where the hour was entered later than it was


class Ban(Base):
    """An annulment for attempted copying (Art. 8), by personal number, so that a new profile does not escape it.

    ``exam_id``: where it happened; that exam may be older than this system.
    """

    __tablename__ = "bans"

    identifier_type: Mapped[str] = mapped_column(primary_key=True)
    identifier: Mapped[str] = mapped_column(primary_key=True)
    annulled_on: Mapped[date] = mapped_column(primary_key=True)
    exam_id: Mapped[str]
    recorded_at: Mapped[datetime]
