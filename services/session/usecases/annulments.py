"""Annulment (Art. 16 item 8, 28, 38): reported by the hall, decided by the commission and the director, carried out."""

import uuid

from chassis.acts import ActKind, confirm, propose
from chassis.commands import Answer
from chassis.work import Work
from contracts.articles import by_mode
from contracts.events.session import SittingAnnulled
from contracts.people import Mode, Role
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, OutOfOrder
from services.session.lookups import require_mode, sheet_of, sitting_in_own_hall, sitting_of
from services.session.rules.annulment import ACT, Reason, article
from services.session.rules.incidents import Level
from services.session.tables import Incident, Sitting
from services.session.usecases.closing import close
from services.session.usecases.notices import tell

ANNULMENT = ActKind(
    ACT,
    frozenset({Role.CHAIR}),
    frozenset({Role.DIRECTOR}),
    "чл. 28, ал. 1; чл. 38, ал. 1",
    Phrase("решение за анулиране на теста", "decision to annul the test"),
)


def report_cheating(work: Work, *, exam_id: str, candidate_id: str, reason: Reason, description: str) -> Answer:
    """Tell the chair and the director at once (Art. 16 item 8); the sitting goes on (reading_21)."""
    sitting, hall = sitting_in_own_hall(work, exam_id, candidate_id)
    if hall.started_at is None:
        raise OutOfOrder(
            state=Phrase("изпитът в залата не е започнал", "the exam in the hall has not started"), rule="чл. 16, т. 8"
        )
    incident = Incident(
        incident_id=uuid.uuid4(),
        exam_id=exam_id,
        hall=sitting.hall,
        candidate_id=candidate_id,
        kind="cheating",
        level=Level.DECISION,
        reason=reason,
        description=description,
        reported_by=work.actor.id,
        reported_at=work.now,
    )
    work.session.add(incident)
    work.audit(exam_id, "cheating:reported", "чл. 16, т. 8", candidate=candidate_id, reason=reason)
    return {"incident_id": str(incident.incident_id)}


def propose_annulment(work: Work, *, exam_id: str, candidate_id: str, reason: Reason) -> Answer:
    """The commission's half of the decision, by its chair (Art. 28(1), 38(1))."""
    _refuse_what_cannot_be(sitting_of(work, exam_id, candidate_id))
    act = propose(work, ANNULMENT, exam_id=exam_id, subject=candidate_id, proposal={"reason": reason})
    return {"act_id": str(act.act_id), "expires_at": act.expires_at.isoformat()}


def confirm_annulment(work: Work, *, exam_id: str, candidate_id: str) -> Answer:
    """The director's half. On paper the test is annulled by it; an electronic sitting ends when its access is ended."""
    sitting = sitting_of(work, exam_id, candidate_id)
    _refuse_what_cannot_be(sitting)
    act = confirm(work, ANNULMENT, exam_id=exam_id, subject=candidate_id)
    sitting.annulment_reason, sitting.annulment_decided_at = act.proposal["reason"], work.now
    if sitting.mode == Mode.PAPER:
        _annul(work, sitting)
    return {"decided_at": work.now.isoformat(), "reason": sitting.annulment_reason}


def _refuse_what_cannot_be(sitting: Sitting) -> None:
    if sitting.annulment_decided_at is not None:
        raise AlreadyDone(what=Phrase("анулиране на теста", "annulment of the test"))
    if sitting.identified_at is None and sitting.logged_in_at is None:
        rule = by_mode(sitting.mode, "чл. 28, ал. 1", "чл. 38, ал. 1")
        raise OutOfOrder(state=Phrase("кандидатът не се е явил", "the candidate did not appear"), rule=rule)


def terminate_access(work: Work, *, exam_id: str, candidate_id: str) -> Answer:
    """End the candidate's access and mark the test АНУЛИРАН, once it is decided (Art. 28(1))."""
    work.require(exam_id, Role.SYSTEM_ADMINISTRATOR)
    sitting = sitting_of(work, exam_id, candidate_id)
    require_mode(sitting, Mode.ELECTRONIC)
    if sitting.annulment_decided_at is None:
        raise OutOfOrder(
            state=Phrase(
                "анулирането не е решено от комисията и директора",
                "the annulment has not been decided by the commission and the director",
            ),
            rule="чл. 28, ал. 1",
        )
    if sitting.annulled_at is not None:
        raise AlreadyDone(what=Phrase("прекратяване на достъпа", "ending of the access"))
    sheet = sheet_of(work, sitting)
    if sheet.opens_at is None:
        raise OutOfOrder(
            state=Phrase("изпитът в залата не е започнал", "the exam in the hall has not started"), rule="чл. 28, ал. 1"
        )
    _annul(work, sitting)
    if sheet.closed_at is None:
        close(work, sitting, sheet, "annulled")
    tell(work, "suspension", exam_id=exam_id, sitting=str(sitting.sitting_id))
    return {"annulled_at": work.now.isoformat(), "history_sha256": sheet.head.hex()}


def _annul(work: Work, sitting: Sitting) -> None:
    reason, mode = Reason(sitting.annulment_reason or ""), Mode(sitting.mode)
    sitting.annulled_at = work.now
    event = SittingAnnulled(
        exam_id=sitting.exam_id,
        candidate_id=sitting.candidate_id,
        mode=mode,
        reason=reason,
        annulled_at=work.now,
    )
    work.emit(event)
    facts = {"candidate": sitting.candidate_id, "reason": reason}
    work.audit(sitting.exam_id, "sitting:annulled", article(reason, mode), **facts)
