"""What the candidate does at the computer, answers apart: logging in and submitting (Art. 22, 24(1), 29(1), (3))."""

import secrets
import uuid

from sqlalchemy import select

from chassis.commands import Answer
from chassis.work import Work
from contracts.articles import by_session
from contracts.people import Mode
from contracts.phrase import Phrase
from contracts.refusals.general import OutOfOrder, WrongCredentials
from contracts.refusals.session import (
    CredentialsUsed,
    LineMoved,
    NotLetIn,
    ScreenSuspended,
    SittingClosed,
    SittingNotOpen,
    TimeExpired,
)
from services.session.lookups import exam_of, law_of, sheet_of
from services.session.rules import credentials, history, hours
from services.session.tables import Hall, HistoryRow, Sheet, Sitting
from services.session.usecases.closing import close, give_number


def log_in(work: Work, *, username: str, password: str, browser: str | None = None) -> tuple[Sitting, Sheet]:
    """Open a sitting with what stands on the candidate's sheets; the line that comes of it is the live one.

    Raises ``WrongCredentials``, ``TooEarly``, ``CredentialsUsed``, ``SittingClosed``, ``OutOfOrder``, ``NotLetIn``.
    """
    sitting = _who(work, username, password)
    law = law_of(work, sitting.exam_id)
    law_hours = hours.session_of(law, Mode.ELECTRONIC, sitting.session)
    rule = by_session(sitting.session, "чл. 20", "чл. 31, ал. 1, т. 2")
    hours.check_entry(work.now, exam_of(work, sitting.exam_id).exam_on, law_hours, rule=rule)
    sheet = sheet_of(work, sitting)
    _refuse_closed(work, sitting, sheet)
    _refuse_latecomer(work, sitting)
    if not sitting.is_login_open:
        if browser is not None and browser == sitting.browser:
            return sitting, sheet
        raise CredentialsUsed
    sitting.is_login_open, sitting.browser = False, browser
    sitting.logged_in_at = sitting.logged_in_at or work.now
    give_number(work, sitting)
    sheet.line += 1
    _enter_history(work, sheet)
    return sitting, sheet


def _who(work: Work, username: str, password: str) -> Sitting:
    shown = credentials.shown(username)
    given = credentials.keyed_hash(work.settings.credential_key, shown, password)
    query = select(Sitting).where(Sitting.exam_username == shown).with_for_update()
    sitting = work.session.scalars(query).one_or_none()
    if sitting is None or not secrets.compare_digest(sitting.password_hash or b"", given):
        raise WrongCredentials
    return sitting


def _refuse_closed(work: Work, sitting: Sitting, sheet: Sheet) -> None:
    if sitting.refused_at is not None or (sitting.absent_at is not None and sitting.logged_in_at is None):
        late = sitting.refused_at is None
        rule = by_session(sitting.session, "чл. 22", "чл. 31, ал. 1, т. 3") if late else "чл. 6, ал. 4, т. 4"
        raise OutOfOrder(
            state=Phrase("кандидатът не е допуснат в залата", "the candidate has not been let into the hall"), rule=rule
        )
    if sheet.closed_at is not None or sitting.annulled_at is not None:
        raise SittingClosed
    if sheet.ends_at is not None and sheet.ends_at <= work.now:
        raise TimeExpired


def _refuse_latecomer(work: Work, sitting: Sitting) -> None:
    if sitting.identified_at is not None or sitting.logged_in_at is not None:
        return
    hall = work.session.get_one(Hall, (sitting.exam_id, sitting.hall))
    if hall.instructions_read_at is not None and hall.by_envelope_at is None:
        raise NotLetIn(rule=by_session(sitting.session, "чл. 22", "чл. 31, ал. 1, т. 3"))


def _enter_history(work: Work, sheet: Sheet) -> None:
    entry = history.Entry(
        number=sheet.entries + 1,
        at=work.now,
        action="login",
        line=sheet.line,
        question=None,
        option=None,
        seq=None,
        client_at=None,
        verdict="saved",
    )
    sheet.head = history.link(str(sheet.sitting_id), sheet.head, entry)
    sheet.entries = entry.number
    row = HistoryRow(
        sitting_id=sheet.sitting_id,
        number=entry.number,
        at=entry.at,
        action=entry.action,
        line=entry.line,
        verdict=entry.verdict,
        sha256=sheet.head,
    )
    work.session.add(row)


def submit(work: Work, *, sitting_id: uuid.UUID, line: int) -> Answer:
    """The final submission (reading_24); doing it again is answered alike. No score is told (Art. 49).

    Raises ``LineMoved``, ``SittingClosed``, ``SittingNotOpen``, ``TimeExpired``, ``ScreenSuspended``.
    """
    sitting = work.session.get_one(Sitting, sitting_id, with_for_update=True)
    sheet = sheet_of(work, sitting)
    if line != sheet.line:
        raise LineMoved
    if sheet.closed_at is None:
        _refuse_outside_time(work, sheet)
        if sheet.suspended_at is not None:
            raise ScreenSuspended
        close(work, sitting, sheet, "submitted")
        facts = {"sitting": str(sitting_id), "answered": sheet.answered, "history_sha256": sheet.head.hex()}
        work.audit(sitting.exam_id, "sitting:submitted", "чл. 29, ал. 3", **facts)
    elif sheet.outcome != "submitted":
        raise SittingClosed
    submitted_at = (sheet.closed_at or work.now).isoformat()
    return {"submitted_at": submitted_at, "answered": sheet.answered, "open": sheet.questions - sheet.answered}


def _refuse_outside_time(work: Work, sheet: Sheet) -> None:
    if sheet.opens_at is None or sheet.ends_at is None:
        raise SittingNotOpen
    if sheet.ends_at <= work.now:
        raise TimeExpired
