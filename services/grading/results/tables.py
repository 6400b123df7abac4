"""Tables of the results service."""

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from chassis.plumbing import Table, new_metadata


class Base(Table):
    """Base of the results service's tables."""

    __abstract__ = True
    metadata = new_metadata()


class Exam(Base):
    """An announced examination. ``regulation_on``: the day whose law it keeps."""

    __tablename__ = "exams"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    exam_on: Mapped[date]
    regulation_on: Mapped[date]


class Duty(Base):
    """A member of the commission, who signs the protocol. Personal data."""

    __tablename__ = "duties"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    first: Mapped[str]
    middle: Mapped[str]
    last: Mapped[str]


class Result(Base):
    """What is known of a candidate who had a seat: count, annulment, absence; the outcome follows from these."""

    __tablename__ = "results"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    candidate_id: Mapped[str] = mapped_column(primary_key=True)
    mode: Mapped[str]
    first: Mapped[str]
    middle: Mapped[str]
    last: Mapped[str]
    identifier_type: Mapped[str]
    identifier: Mapped[str]
    sheet: Mapped[str | None]
    correct: Mapped[int | None]
    wrong: Mapped[int | None]
    annulled: Mapped[bool] = mapped_column(default=False)
    annulled_on_paper_by_signs: Mapped[bool] = mapped_column(default=False)
    absent: Mapped[bool] = mapped_column(default=False)
    refused_at_door: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str | None]  #: decided by the protocol: ``passed``, ``failed``, ``annulled``, ``absent``
    published_at: Mapped[datetime | None]


class Protocol(Base):
    """The commission's protocol of one mode."""

    __tablename__ = "protocols"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    mode: Mapped[str] = mapped_column(primary_key=True)
    drawn_up_at: Mapped[datetime]
