"""Tables of paper grading.

No row holds a card's number and a candidate together but ``slips``, and that table stays empty until commission and
director have opened the small envelopes (Art. 47).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, UniqueConstraint, literal_column
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, column_property, mapped_column

from chassis.plumbing import Table, new_metadata


class Base(Table):
    """Base of paper grading's tables."""

    __abstract__ = True
    metadata = new_metadata()


class Exam(Base):
    """An announced examination, and how far its cards are. ``regulation_on``: the day whose law it keeps."""

    __tablename__ = "exams"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    exam_on: Mapped[date]
    modes: Mapped[list[Any]]
    regulation_on: Mapped[date]
    ended_at: Mapped[datetime | None]  #: the sitting on paper ended and the chair has its envelopes (Art. 41)
    appeared: Mapped[int | None]
    handed_in: Mapped[int | None]  #: how many of them handed in, as the halls said; empty where they did not say it
    numbered_at: Mapped[datetime | None]
    deviation_reason: Mapped[str | None]  #: why there were not as many envelopes as the halls handed over
    distributed_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]  #: the small envelopes (Art. 47)
    completed_at: Mapped[datetime | None]
    copies_closed_at: Mapped[datetime | None]  #: the protocol of the print run was drawn up


class PrintRun(Base):
    """The copies that were printed of one thing (Art. 35(2)), and those that nobody was given. ``sub_variant``: empty
    where there is none.
    """

    __tablename__ = "print_runs"

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    sub_variant: Mapped[str] = mapped_column(primary_key=True)
    printed: Mapped[int] = mapped_column(default=0)
    spoiled: Mapped[int] = mapped_column(default=0)
    spare: Mapped[int] = mapped_column(default=0)


class PrintRunCorrection(Base):
    """A print run that was mistyped: what it was, what it is, and why. Never changed."""

    __tablename__ = "print_run_corrections"
    __table_args__ = (
        ForeignKeyConstraint(
            ["exam_id", "kind", "sub_variant"], ["print_runs.exam_id", "print_runs.kind", "print_runs.sub_variant"]
        ),
    )

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  #: in the exam, from 1
    kind: Mapped[str]
    sub_variant: Mapped[str]
    was: Mapped[int]
    printed: Mapped[int]
    reason: Mapped[str]
    corrected_at: Mapped[datetime]


class StaffMember(Base):
    """A person who may act in an exam (Art. 13(1), 15(2)). Not tied to ``exams``: either may be told first.

    ``absent_since``, ``absent_for``: of a member whose cards were handed on, until he records something again.
    """

    __tablename__ = "staff"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    first: Mapped[str]
    middle: Mapped[str]
    last: Mapped[str]
    absent_since: Mapped[datetime | None]
    absent_for: Mapped[str | None]


class Candidate(Base):
    """Who has a seat on paper: whom a slip may name. Personal data; no number ever."""

    __tablename__ = "candidates"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    candidate_id: Mapped[str] = mapped_column(primary_key=True)
    first: Mapped[str]
    middle: Mapped[str]
    last: Mapped[str]
    identifier_type: Mapped[str]
    identifier: Mapped[str]


class HandIn(Base):
    """An envelope that a candidate handed in (Art. 40(2)), or whose test was annulled in the hall (Art. 38)."""

    __tablename__ = "hand_ins"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    candidate_id: Mapped[str] = mapped_column(primary_key=True)
    is_annulled: Mapped[bool] = mapped_column(default=False)


class HallEnvelopes(Base):
    """What a hall handed over to the chair (Art. 41(2)), as session told it; no word that somebody typed there."""

    __tablename__ = "hall_envelopes"

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    hall: Mapped[str] = mapped_column(primary_key=True)
    appeared: Mapped[int]
    counted: Mapped[int]  #: by the hall
    counted_is_explained: Mapped[bool]
    taken_over: Mapped[int]  #: as the chair counted them
    taken_over_is_explained: Mapped[bool]


class SubVariant(Base):
    """A sub-variant that is solved on paper (Art. 13(4))."""

    __tablename__ = "sub_variants"

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    sub_variant: Mapped[str] = mapped_column(primary_key=True)
    variant: Mapped[int]


class AnswerKey(Base):
    """The right letters of one sub-variant, from the end of all sittings on. ``answers``: question number → letter."""

    __tablename__ = "answer_keys"

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    sub_variant: Mapped[str] = mapped_column(primary_key=True)
    variant: Mapped[int]
    answers: Mapped[dict[str, Any]]


class Card(Base):
    """An envelope's number (Art. 44), which stands on the card, the test and both envelopes."""

    __tablename__ = "cards"

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    annulled_at: Mapped[datetime | None]
    annulled_for: Mapped[str | None]


class Scan(Base):
    """A file with scanned cards. ``read_at`` is empty until the worker has read all its pages."""

    __tablename__ = "scans"

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    scan_sha256: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[str]
    registered_by: Mapped[str]
    registered_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Reading(Base):
    """One page of a scan as the machine read it; what a person completed stands beside it, never over it.

    ``number`` and ``sub_variant`` are those that count; ``reading`` is the machine's and never changes.
    """

    __tablename__ = "readings"
    __table_args__ = (ForeignKeyConstraint(["exam_id", "scan_sha256"], ["scans.exam_id", "scans.scan_sha256"]),)

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    scan_sha256: Mapped[str] = mapped_column(primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True)
    is_read: Mapped[bool]
    why_not: Mapped[str]
    number: Mapped[str | None] = mapped_column(index=True)
    sub_variant: Mapped[str | None]
    reading: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    #: The reading but for the measures of its boxes, which are most of it and which no count needs.
    said: Mapped[dict[str, Any]] = column_property(
        reading.op("-", return_type=JSONB())(literal_column("'boxes'::text"))
    )
    picture_sha256: Mapped[str | None]  #: the card upright and level, for the screen
    overlay_sha256: Mapped[str | None]  #: the same with the reading drawn over it
    completed_by: Mapped[str | None]
    completed_at: Mapped[datetime | None]
    set_aside_by: Mapped[str | None]
    set_aside_for: Mapped[str | None]


class Assignment(Base):
    """A card given to a member (Art. 45); the second round is the second check (Art. 48(2)). A card that he has not
    counted may be given to another: whose it was is in the audit chain.
    """

    __tablename__ = "assignments"
    __table_args__ = (
        ForeignKeyConstraint(["exam_id", "number"], ["cards.exam_id", "cards.number"]),
        UniqueConstraint("exam_id", "number", "marker"),
    )

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    marker: Mapped[str]
    assigned_at: Mapped[datetime]


class Marking(Base):
    """What a person saw on a card, which is never changed, and its worth by the key of the card's sub-variant.
    ``stage``: ``marking`` by the member, ``settling`` by the chair.
    """

    __tablename__ = "markings"
    __table_args__ = (ForeignKeyConstraint(["exam_id", "number"], ["cards.exam_id", "cards.number"]),)

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    marker: Mapped[str]
    marks: Mapped[dict[str, Any]]  #: question → letters crossed in pen
    pencil_only: Mapped[list[Any]]
    correct: Mapped[int]
    wrong: Mapped[int]
    reasons: Mapped[list[Any]]  #: why it had to be settled
    marked_at: Mapped[datetime]


class Opinion(Base):
    """A member's word on what the chair and the two markers counted (Art. 48(2)), or that he cannot say it. ``round``:
    the one in which he had counted alone. Never changed.
    """

    __tablename__ = "opinions"
    __table_args__ = (ForeignKeyConstraint(["exam_id", "number"], ["cards.exam_id", "cards.number"]),)

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    marker: Mapped[str]
    dissent: Mapped[str | None]  #: why he does not agree; empty when he does
    absent: Mapped[str | None]  #: why he cannot say his word, as the chair recorded it; empty when he has said it
    said_at: Mapped[datetime]


class Slip(Base):
    """The slip of a small envelope (Art. 47): the only row that leads from a number to a candidate."""

    __tablename__ = "slips"
    __table_args__ = (
        ForeignKeyConstraint(["exam_id", "number"], ["cards.exam_id", "cards.number"]),
        ForeignKeyConstraint(["exam_id", "candidate_id"], ["candidates.exam_id", "candidates.candidate_id"]),
        UniqueConstraint("exam_id", "candidate_id"),
    )

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    candidate_id: Mapped[str]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
