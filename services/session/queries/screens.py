"""What a candidate's screen shows."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from chassis.commands import Answer
from chassis.work import Work
from contracts.phrase import Phrase
from contracts.refusals import Refusal
from contracts.refusals.general import NotFound
from contracts.refusals.session import LineMoved
from services.session.lookups import answers_on, course_of, names_of
from services.session.queries.halls import announcements, iso
from services.session.rules.phase import phase
from services.session.tables import (
    Exam,
    Hall,
    Sheet,
    Sitting,
    Variant,
)


def show_screens(work: Work, wanted: Sequence[tuple[uuid.UUID, int]]) -> list[Answer | Refusal]:
    """What stands on candidates' main screens (Art. 24(2)), questions apart, for each sitting and line that asks.

    Instead of a screen there may stand ``NotFound`` or ``LineMoved``.
    """
    sittings = [sitting_id for sitting_id, _ in wanted]
    rows = work.session.execute(
        select(Sitting, Sheet, Hall, Exam)
        .join(Sheet, Sheet.sitting_id == Sitting.sitting_id)
        .join(Hall, (Hall.exam_id == Sitting.exam_id) & (Hall.hall == Sitting.hall))
        .join(Exam, Exam.exam_id == Sitting.exam_id)
        .where(Sitting.sitting_id.in_(sittings))
    )
    found = {row.Sitting.sitting_id: row for row in rows}
    halls = {(row.Hall.exam_id, row.Hall.hall) for row in found.values()}
    announced = {hall: announcements(work, *hall) for hall in halls}
    shown: list[Answer | Refusal] = []
    for sitting_id, line in wanted:
        row = found.get(sitting_id)
        if row is None:
            shown.append(NotFound(what=Phrase("изпит на кандидата", "the candidate's sitting")))
        elif row.Sheet.line != line:
            shown.append(LineMoved())
        else:
            spoken = announced[row.Hall.exam_id, row.Hall.hall]
            shown.append(_screen(work, *row) | {"announcements": spoken})
    return shown


def _screen(work: Work, sitting: Sitting, sheet: Sheet, hall: Hall, exam: Exam) -> Answer:
    return {
        "state": phase(course_of(sitting, hall, sheet), work.now).state,
        "suspended_at": iso(sheet.suspended_at),
        "now": work.now.isoformat(),
        "remaining_seconds": _remaining_seconds(sheet, work),
        "started_at": iso(sheet.opens_at),
        "ends_at": iso(sheet.ends_at),
        "questions_count": sheet.questions,
        "answered": sheet.answered,
        "answers": {str(question): answer._asdict() for question, answer in answers_on(sheet)},
        **_heading(sitting, exam),
    }


def _remaining_seconds(sheet: Sheet, work: Work) -> int | None:
    """Whole seconds to the end, rounded down; ``None`` before the start (Art. 24(2))."""
    if sheet.ends_at is None:
        return None
    return max(0, (sheet.ends_at - work.now) // timedelta(seconds=1))


def _heading(sitting: Sitting, exam: Exam) -> dict[str, Any]:
    return {
        "exam_id": exam.exam_id,
        "title": exam.title,
        "exam_on": exam.exam_on.isoformat(),
        "names": str(names_of(sitting)),
        "identifier_type": sitting.identifier_type,
        "identifier": sitting.identifier,
        "unique_number": sitting.unique_number,
        "exam_username": sitting.exam_username,
        "hall": sitting.hall,
        "seat": sitting.seat,
        "session": sitting.session,
        "variant": sitting.variant,
        "sub_variant": sitting.sub_variant,
    }


def package_of(work: Work, *, exam_id: str, variant: int) -> str:
    """Where the package of an opened variant lies: its SHA-256 in the file store."""
    return work.session.get_one(Variant, (exam_id, variant)).package_sha256
