"""The end of electronic sittings: a sheet's answers become final and leave for grading (Art. 28(1), 29)."""

import secrets
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import or_, select

from chassis.work import Work
from contracts.events.session import AnswerSheetClosed
from contracts.people import Role
from services.session.lookups import letters_on
from services.session.rules import credentials
from services.session.tables import Sheet, Sitting
from services.session.usecases.notices import tell

_AT_ONCE = 500


def close(work: Work, sitting: Sitting, sheet: Sheet, outcome: str) -> None:
    """Make the answers of a locked sheet final; says ``AnswerSheetClosed`` and tells the screen.

    ``outcome``: ``submitted``, ``time_expired`` or ``annulled``.
    """
    if sheet.opens_at is None or sheet.ends_at is None:
        raise ValueError("a sheet that was never open has nothing to close")
    sheet.closed_at = min(work.now, sheet.ends_at) if outcome == "time_expired" else work.now
    sheet.outcome = outcome
    sitting.is_login_open = False
    give_number(work, sitting)
    work.emit(
        AnswerSheetClosed(
            exam_id=sitting.exam_id,
            sitting_id=str(sitting.sitting_id),
            candidate_id=sitting.candidate_id,
            exam_username=sitting.exam_username or "",
            unique_number=sitting.unique_number or "",
            variant=sitting.variant or 0,
            sub_variant=sitting.sub_variant or "",
            answers=letters_on(sheet),
            history_sha256=sheet.head.hex(),
            outcome=outcome,
            started_at=sheet.opens_at,
            ended_at=sheet.closed_at,
        )
    )
    tell(work, "end", exam_id=sitting.exam_id, sitting=str(sitting.sitting_id), outcome=outcome)


def give_number(work: Work, sitting: Sitting) -> None:
    """The unique number, random and of nobody else in the exam, if the sitting has none (Art. 16 item 4)."""
    while sitting.unique_number is None:
        number = credentials.unique_number(secrets.choice)
        taken = select(Sitting.sitting_id).where(Sitting.exam_id == sitting.exam_id, Sitting.unique_number == number)
        if work.session.scalar(taken) is None:
            sitting.unique_number = number


def close_expired(work: Work, sittings: Iterable[tuple[Sitting, Sheet]]) -> int:
    """Close these as ``time_expired``, each with the head of its history in the exam's chain; how many there were.

    Left out are those whose annulment was decided and waits for the end of access: they close as annulled.
    """
    open_ones = [
        (sitting, sheet)
        for sitting, sheet in sittings
        if sheet.closed_at is None and sitting.annulment_decided_at is None
    ]
    for sitting, sheet in open_ones:
        close(work, sitting, sheet, "time_expired")
        work.audit(
            sitting.exam_id,
            "sitting:time_expired",
            "чл. 29, ал. 1",
            sitting=str(sitting.sitting_id),
            history_sha256=sheet.head.hex(),
        )
    return len(open_ones)


def sweep_expired(work: Work) -> None:
    """Close what is past its end and still open, though nobody has pressed anything (Art. 29(1))."""
    before = work.now - timedelta(seconds=work.settings.close_grace_seconds)
    query = (
        select(Sitting, Sheet)
        .join(Sheet, Sheet.sitting_id == Sitting.sitting_id)
        .where(
            Sheet.closed_at.is_(None),
            Sheet.ends_at <= before,
            Sitting.refused_at.is_(None),
            Sitting.annulment_decided_at.is_(None),
            or_(Sitting.identified_at.is_not(None), Sitting.logged_in_at.is_not(None)),
        )
        .order_by(Sitting.sitting_id)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    work.role = Role.SYSTEM
    close_expired(work, [(sitting, sheet) for sitting, sheet in work.session.execute(query)])
