"""Tables of session. ``sheets``, ``answers`` and ``answer_history`` are the hot ones: narrow, and written by ``live``
alone while a sitting is open.
"""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from chassis.plumbing import Table, new_metadata
from services.session.rules.history import BEGINNING


class Base(Table):
    """Base of session's tables."""

    __abstract__ = True
    metadata = new_metadata()


class Exam(Base):
    """An announced exam, as far as sittings need it. ``regulation_on``: the day whose law it keeps.

    ``may_suspend``, ``may_give_time``, ``needs_locked_browser``: what the director has switched on for it.
    """

    __tablename__ = "exams"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    exam_on: Mapped[date]
    regulation_on: Mapped[date]
    may_suspend: Mapped[bool] = mapped_column(server_default=false())
    may_give_time: Mapped[bool] = mapped_column(server_default=false())
    needs_locked_browser: Mapped[bool] = mapped_column(server_default=false())


class Staff(Base):
    """A person who may act, by the minister's order (Art. 13(1), 15(2)). ``hall``: empty for no particular hall."""

    __tablename__ = "staff"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    hall: Mapped[str] = mapped_column(primary_key=True)
    first: Mapped[str]
    middle: Mapped[str]
    last: Mapped[str]


class Variant(Base):
    """An opened variant (Art. 13(7)): where its package lies, encrypted to us."""

    __tablename__ = "variants"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    variant: Mapped[int] = mapped_column(primary_key=True)
    package_sha256: Mapped[str]
    sub_variants: Mapped[list[Any]]
    questions: Mapped[int]
    opened_at: Mapped[datetime]


class Hall(Base):
    """A hall of one mode and session on the day, and how far it has come."""

    __tablename__ = "halls"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    hall: Mapped[str] = mapped_column(primary_key=True)
    mode: Mapped[str]
    session: Mapped[int]
    place: Mapped[str]
    instructions_read_at: Mapped[datetime | None]
    by_envelope_at: Mapped[datetime | None]  #: since when log-ins do not wait for admission's word
    started_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    envelopes: Mapped[int | None]
    envelopes_reason: Mapped[str | None]  #: why the hall counted another number than came
    reconciled_at: Mapped[datetime | None]
    taken_over_by: Mapped[str | None]
    taken_over_at: Mapped[datetime | None]  #: by the chair, with Protocol No. 1 (Art. 30(2), 41(2))
    taken_over_envelopes: Mapped[int | None]  #: as he counted them
    taken_over_reason: Mapped[str | None]  #: why he counted another number than the hall


class Sitting(Base):
    """A candidate's place in the exam and what has happened at it. Personal data."""

    __tablename__ = "sittings"
    __table_args__ = (
        UniqueConstraint("exam_id", "candidate_id"),
        UniqueConstraint("exam_id", "unique_number"),
        Index("ix_sittings_hall", "exam_id", "hall"),
    )

    sitting_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    exam_id: Mapped[str]
    candidate_id: Mapped[str]
    mode: Mapped[str]
    session: Mapped[int]
    hall: Mapped[str]
    seat: Mapped[str]
    first: Mapped[str]
    middle: Mapped[str]
    last: Mapped[str]
    identifier_type: Mapped[str]
    identifier: Mapped[str]
    assisted: Mapped[bool]
    identified_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    absent_at: Mapped[datetime | None]
    exam_username: Mapped[str | None] = mapped_column(unique=True)  #: never the portal's user name
    password_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    credential_issue: Mapped[int] = mapped_column(default=0)
    is_login_open: Mapped[bool] = mapped_column(default=False)  #: the credentials have not been used on this seat
    browser: Mapped[str | None]  #: the random id of the browser that used them
    unique_number: Mapped[str | None]
    logged_in_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]  #: set while out of the hall; who did not return keeps it
    variant: Mapped[int | None]
    sub_variant: Mapped[str | None]
    annulment_reason: Mapped[str | None]
    annulment_decided_at: Mapped[datetime | None]
    annulled_at: Mapped[datetime | None]
    handed_in_at: Mapped[datetime | None]


class Sheet(Base):
    """An electronic sitting's answers: which line is live, its time, what stands, the head of its history."""

    __tablename__ = "sheets"
    __table_args__ = (
        Index("ix_sheets_open", "ends_at", postgresql_where=text("closed_at IS NULL")),
        {"postgresql_with": {"fillfactor": "60"}},
    )

    sitting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sittings.sitting_id"), primary_key=True)
    line: Mapped[int] = mapped_column(SmallInteger, default=0)
    opens_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]  #: ``submitted``, ``time_expired`` or ``annulled``
    suspended_at: Mapped[datetime | None]  #: set while answers are not taken
    questions: Mapped[int] = mapped_column(SmallInteger, default=0)
    letters: Mapped[str] = mapped_column(default="")
    answered: Mapped[int] = mapped_column(SmallInteger, default=0)
    entries: Mapped[int] = mapped_column(default=0)
    head: Mapped[bytes] = mapped_column(LargeBinary, default=BEGINNING)
    changed_at: Mapped[datetime | None]
    refused: Mapped[int] = mapped_column(server_default=text("0"))  #: answers refused, also those not kept
    options: Mapped[str] = mapped_column(server_default="")  #: with ``seqs``: ``rules.answers.Answers``
    seqs: Mapped[bytes] = mapped_column(LargeBinary, server_default="")


class Screen(Base):
    """When a sitting's screen was last heard of; beside the sheets, which answers write."""

    __tablename__ = "screens"
    __table_args__ = ({"postgresql_with": {"fillfactor": "50"}},)

    sitting_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]


class HistoryRow(Base):
    """One link of a sitting's history; see ``rules.history``."""

    __tablename__ = "answer_history"

    sitting_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str]
    line: Mapped[int] = mapped_column(SmallInteger)
    question: Mapped[int | None] = mapped_column(SmallInteger)
    option: Mapped[str | None]
    seq: Mapped[int | None]
    client_at: Mapped[datetime | None]
    verdict: Mapped[str]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)


class RefusedAnswer(Base):
    """An answer that was refused, and why: too late, of a closed sitting, of another line. Never part of the sheet.

    The first ones of a sitting; ``Sheet.refused`` counts all.
    """

    __tablename__ = "refused_answers"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    sitting_id: Mapped[uuid.UUID] = mapped_column(index=True)
    at: Mapped[datetime]
    line: Mapped[int]
    question: Mapped[int]
    option: Mapped[str | None]
    seq: Mapped[int]
    client_at: Mapped[datetime | None]
    reason: Mapped[str]


class Leaving(Base):
    """A candidate out of the hall with a quaestor (Art. 27, 37)."""

    __tablename__ = "leavings"

    leaving_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    sitting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sittings.sitting_id"), index=True)
    left_at: Mapped[datetime]
    returned_at: Mapped[datetime | None]
    entered_at: Mapped[datetime | None]  #: when, where an hour was entered later than it was


class Incident(Base):
    """Something that the hall reported. ``kind``: ``cheating`` (Art. 16 item 8), ``moved`` (a computer that died),
    ``suspended``, ``resumed``, or ``event``, which has a ``code``. ``level``: see ``rules.incidents``. Without a
    candidate it is about the hall.
    """

    __tablename__ = "incidents"

    incident_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    exam_id: Mapped[str] = mapped_column(index=True)
    hall: Mapped[str]
    candidate_id: Mapped[str | None]
    kind: Mapped[str]
    code: Mapped[str | None]
    level: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
    reason: Mapped[str]
    description: Mapped[str]
    reported_by: Mapped[str]
    reported_at: Mapped[datetime]
    decision: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    minutes_given: Mapped[int | None]


class Announcement(Base):
    """What was announced to a hall: the remaining time (Art. 39(2)) in ``minutes``, or anything else in ``text``.

    Of ``kind`` ``written`` it is the remaining time written where all can see it (Art. 39(1)).
    """

    __tablename__ = "announcements"

    announcement_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    exam_id: Mapped[str]
    hall: Mapped[str]
    kind: Mapped[str]
    minutes: Mapped[int | None]
    text: Mapped[str | None]
    announced_by: Mapped[str]
    announced_at: Mapped[datetime]
