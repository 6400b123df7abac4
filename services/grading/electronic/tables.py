"""Tables of electronic grading."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.plumbing import Table, new_metadata


class Base(Table):
    """Base of electronic grading's tables."""

    __abstract__ = True
    metadata = new_metadata()


class Exam(Base):
    """An announced examination. ``regulation_on``: the day whose law it keeps."""

    __tablename__ = "exams"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    exam_on: Mapped[date]
    regulation_on: Mapped[date]


class Duty(Base):
    """A person on duty whose name stands on the protocols. Personal data."""

    __tablename__ = "duties"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    first: Mapped[str]
    middle: Mapped[str]
    last: Mapped[str]


class Candidate(Base):
    """Whose name and number stand on App. 6 and 7. Personal data."""

    __tablename__ = "candidates"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    candidate_id: Mapped[str] = mapped_column(primary_key=True)
    first: Mapped[str]
    middle: Mapped[str]
    last: Mapped[str]
    identifier_type: Mapped[str]
    identifier: Mapped[str]
    session: Mapped[int]


class Key(Base):
    """The answer key of a variant: sub-variant → question number → letter."""

    __tablename__ = "keys"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    variant: Mapped[int] = mapped_column(primary_key=True)
    letters: Mapped[dict[str, Any]]
    released_at: Mapped[datetime]


class Sheet(Base):
    """A final answer sheet as session closed it, and its count."""

    __tablename__ = "sheets"
    __table_args__ = (UniqueConstraint("exam_id", "number"),)

    sitting_id: Mapped[str] = mapped_column(primary_key=True)
    exam_id: Mapped[str] = mapped_column(index=True)
    candidate_id: Mapped[str]
    exam_username: Mapped[str]
    unique_number: Mapped[str]
    variant: Mapped[int]
    sub_variant: Mapped[str]
    answers: Mapped[dict[str, Any]]
    answers_sha256: Mapped[str]
    history_sha256: Mapped[str]
    outcome: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    number: Mapped[int | None]  #: of the individual protocol, given when the key arrives
    correct: Mapped[int | None]
    wrong: Mapped[int | None]
    graded_at: Mapped[datetime | None]
    annulled_at: Mapped[datetime | None]  #: the test was annulled (Art. 28(1)); its protocol is marked, its count kept


class EndedSitting(Base):
    """All electronic halls of a session have handed over their envelopes (Art. 30): so many sheets must come."""

    __tablename__ = "ended_sittings"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    session: Mapped[int] = mapped_column(primary_key=True)
    appeared: Mapped[int]


class Handover(Base):
    """The protocols of an exam were handed over (Art. 43(5))."""

    __tablename__ = "handovers"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    handed_at: Mapped[datetime]
