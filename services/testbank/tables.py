"""Tables of testbank. No column holds a question or a variant in plain text."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.plumbing import Table, new_metadata


class Base(Table):
    """Base of testbank's tables."""

    __abstract__ = True
    metadata = new_metadata()


class Exam(Base):
    """An announced examination. ``regulation_on``: the day whose law it keeps."""

    __tablename__ = "exams"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    exam_on: Mapped[date]
    modes: Mapped[list[Any]]
    sessions: Mapped[int]
    regulation_on: Mapped[date]


class StaffMember(Base):
    """A person who may act in an exam (Art. 12(1), 13(1), 15(2)). Not tied to ``exams``: either may be told first."""

    __tablename__ = "staff"

    exam_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    first: Mapped[str]
    middle: Mapped[str]
    last: Mapped[str]
    hall: Mapped[str | None]


class Question(Base):
    """A question that an author submitted (Art. 13(3)); never changed afterwards.

    ``locked``: text, options, right answer, ground, salt, under lock (rules/safekeeping.py); ``sha256``: of these.
    """

    __tablename__ = "questions"
    __table_args__ = (UniqueConstraint("exam_id", "fingerprint"),)

    question_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), index=True)
    area: Mapped[str]
    author: Mapped[str]
    code: Mapped[str | None]  #: the author's own mark
    locked: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str]
    fingerprint: Mapped[str]
    law_as_of: Mapped[date]
    standard_version: Mapped[str | None]
    study: Mapped[bool]
    submitted_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]


class Keeper(Base):
    """The public key of one of the two who keep the variants (Art. 13(6)). ``role``: ``chair`` or ``director``."""

    __tablename__ = "keepers"

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str]
    public_key: Mapped[str]
    registered_at: Mapped[datetime]


class Variant(Base):
    """A sealed variant (Art. 13(4)): hashes and counts. Which questions are in it stands nowhere but under the seal."""

    __tablename__ = "variants"

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    variant: Mapped[int] = mapped_column(primary_key=True)
    seal_sha256: Mapped[str]  #: of the file in the store: the chair's envelope around the director's
    inner_sha256: Mapped[str]  #: of the director's envelope
    commitment_sha256: Mapped[str]  #: of the salted plain text
    counts: Mapped[dict[str, Any]]  #: questions by area
    sub_variants: Mapped[list[Any]]
    sealed_at: Mapped[datetime]


class DrawShare(Base):
    """What one person gives to the draw (Art. 13(5)). ``role``: ``member`` or ``notary``."""

    __tablename__ = "draw_shares"

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str]
    names: Mapped[str]
    commitment: Mapped[str]
    deviation_reason: Mapped[str | None]
    place: Mapped[str | None]
    notary_number: Mapped[str | None]
    notarial_act: Mapped[str | None]
    committed_at: Mapped[datetime]
    value: Mapped[str | None]
    revealed_at: Mapped[datetime | None]


class Draw(Base):
    """The outcome of the draw, with all that is needed to repeat it (Art. 13(5))."""

    __tablename__ = "draws"

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    drawn: Mapped[int]
    transcript: Mapped[dict[str, Any]]
    transcript_sha256: Mapped[str]
    drawn_at: Mapped[datetime]
    notarial_act: Mapped[str | None]
    notarial_act_sha256: Mapped[str | None]  #: the notary's document in the store


class Opening(Base):
    """A variant on its way out (Art. 13(7)); bytes here are age files to keys that testbank's database does not hold.

    ``answer_key``: to the grading services, kept back until nobody sits any more; ``archive``: the whole plain text,
    for the recount after that.
    """

    __tablename__ = "openings"

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    variant: Mapped[int] = mapped_column(primary_key=True)
    begun_by: Mapped[str]
    begun_at: Mapped[datetime]
    finished_by: Mapped[str | None]
    finished_at: Mapped[datetime | None]
    package_sha256: Mapped[str | None]
    booklet_package_sha256: Mapped[str | None]
    answer_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    archive: Mapped[bytes | None] = mapped_column(LargeBinary)
    key_sha256: Mapped[str | None]
    released_at: Mapped[datetime | None]


class StoredBooklet(Base):
    """A printed test of one sub-variant (Art. 35(2)), stored as an age file to testbank's own key."""

    __tablename__ = "booklets"

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    sub_variant: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    rendered_at: Mapped[datetime]


class EndedSitting(Base):
    """All halls of one mode and session have ended (Art. 30, 41)."""

    __tablename__ = "ended_sittings"

    exam_id: Mapped[str] = mapped_column(ForeignKey("exams.exam_id"), primary_key=True)
    mode: Mapped[str] = mapped_column(primary_key=True)
    session: Mapped[int] = mapped_column(primary_key=True)
    appeared: Mapped[int]
    ended_at: Mapped[datetime]
