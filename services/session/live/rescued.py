"""A rescue file opened beside what the server has. Nothing is changed: the commission decides (Art. 29)."""

import hashlib
import uuid

import msgspec
from sqlalchemy import select

from chassis import commands, jwe
from chassis.work import Work
from contracts.phrase import Phrase
from contracts.refusals.general import InvalidInput, NotFound
from services.session.live import tokens
from services.session.lookups import answers_on
from services.session.rules import rescue
from services.session.rules.history import instant
from services.session.tables import RefusedAnswer, Sheet, Sitting


def open_rescue(work: Work, *, exam_id: str, file: str) -> commands.Answer:
    """What the file holds and what has become of each change in it; the opening is entered in the exam's chain.

    The file is bound to its sitting by the token in it, which only this service could sign. Raises ``InvalidInput`` for
    a file that cannot be opened, ``NotAuthenticated`` for one whose token is not ours, ``NotFound`` for another exam's.
    """
    rescued = _read(file, work.settings.rescue_private_key)
    claims, sitting_id = tokens.verified(work.settings.sitting_key, rescued.token)
    if claims.exam_id != exam_id:
        raise NotFound(what=exam_id)
    sitting = work.session.get_one(Sitting, sitting_id)
    sheet = work.session.get_one(Sheet, sitting_id)
    digest = hashlib.sha256(file.strip().encode()).hexdigest()
    work.audit(exam_id, "rescue:opened", "чл. 29, ал. 1", sitting=str(sitting_id), line=claims.line, sha256=digest)
    return {
        "exam_id": exam_id,
        "candidate_id": sitting.candidate_id,
        "exam_username": sitting.exam_username,
        "hall": sitting.hall,
        "seat": sitting.seat,
        "line": claims.line,
        "live_line": sheet.line,
        "ends_at": instant(sheet.ends_at),
        "outcome": sheet.outcome,
        "made_at": rescued.made_at.isoformat(),
        "sha256": digest,
        "changes": rescue.compared(rescued, dict(answers_on(sheet)), _refused(work, sitting_id, claims.line)),
        "shown": {str(question): letter for question, letter in sorted(rescued.shown.items())},
    }


def _read(file: str, private_pem: str) -> rescue.Rescued:
    try:
        return msgspec.json.decode(jwe.decrypted(file, private_pem), type=rescue.Rescued)
    except (jwe.UnreadableError, msgspec.MsgspecError) as error:
        what = Phrase(
            "спасителен файл, който е повреден или не е за този ключ",
            "a rescue file that is damaged or for another key",
        )
        raise InvalidInput(errors=what) from error


def _refused(work: Work, sitting_id: uuid.UUID, line: int) -> list[tuple[int, int, str]]:
    rows = select(RefusedAnswer.question, RefusedAnswer.seq, RefusedAnswer.reason).where(
        RefusedAnswer.sitting_id == sitting_id, RefusedAnswer.line == line
    )
    return [(row.question, row.seq, row.reason) for row in work.session.execute(rows)]
