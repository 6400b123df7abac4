"""After the end: envelopes against those who came, and the hall's protocols (Art. 16 item 4, 28(2), 30, 38(2), 41)."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from chassis.commands import Answer
from chassis.documents import Signatory, order
from chassis.plumbing import DocumentRow
from chassis.work import Work
from contracts.articles import by_mode
from contracts.events.session import HandOver, SittingsEnded
from contracts.people import Mode, Names, Role
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, OutOfOrder
from regulation.calendar import local_day
from services.session.documents import (
    ANNULMENT_PROTOCOL,
    APPENDIX_5,
    ENVELOPES_COUNT,
    Annulled,
    AnnulmentProtocol,
    Appendix5,
    EnvelopesCount,
    Protocol2Row,
)
from services.session.lookups import (
    course_of,
    exam_of,
    hall_of,
    law_of,
    names_of,
    own_hall,
    person_of,
    require_mode,
    sittings_in,
    staff_names,
)
from services.session.rules import annulment
from services.session.rules import envelopes as rules
from services.session.rules.phase import has_appeared
from services.session.tables import Hall, Incident, Sitting, Staff
from services.session.usecases.halls import hall_for_system_administrator


def reconcile_hall(
    work: Work, *, exam_id: str, hall: str, envelopes: int, deviation_reason: str | None = None
) -> Answer:
    """Compare the envelopes with those who came (Art. 30(1), 41(1)); a difference is taken with its reason alone."""
    place = own_hall(work, exam_id, hall)
    rule = by_mode(place.mode, "чл. 30, ал. 1", "чл. 41, ал. 1")
    if place.ended_at is None:
        raise OutOfOrder(
            state=Phrase(
                "краят на изпита в залата не е обявен", "the end of the exam in the hall has not been announced"
            ),
            rule=rule,
        )
    if place.reconciled_at is not None:
        raise AlreadyDone(what=Phrase(f"сверяване в зала {hall}", f"reconciliation in hall {hall}"))
    sittings = sittings_in(work, place)
    came = _who_came(place, sittings)
    reason = deviation_reason if envelopes != len(came) else None
    _check(place, sittings, came, counted=envelopes, deviation_reason=reason, rule=rule)
    place.envelopes, place.envelopes_reason, place.reconciled_at = envelopes, reason, work.now
    counted = {"envelopes": envelopes, "appeared": len(came), "deviation_reason": reason}
    work.audit(exam_id, "hall:reconciled", rule, hall=hall, **counted)
    work.session.flush()
    _order_documents(work, place, came, explanation=reason or "")
    return {"appeared": len(came), "envelopes": envelopes}


def take_over_hall(
    work: Work, *, exam_id: str, hall: str, envelopes: int, deviation_reason: str | None = None
) -> Answer:
    """The chair takes over a hall's envelopes and protocols, after counting them himself (Art. 30(2), 41(2)); with the
    last hall the sittings have ended.
    """
    place = hall_of(work, exam_id, hall)
    rule = by_mode(place.mode, "чл. 30, ал. 2", "чл. 41, ал. 2")
    if place.envelopes is None:
        raise OutOfOrder(
            state=Phrase("пликовете в залата не са сверени", "the envelopes of the hall have not been compared"),
            rule=rule,
        )
    if place.taken_over_at is not None:
        raise AlreadyDone(what=Phrase(f"приемане от зала {hall}", f"taking over from hall {hall}"))
    rules.check_taken_over(envelopes, place.envelopes, deviation_reason=deviation_reason)
    reason = deviation_reason if envelopes != place.envelopes else None
    place.taken_over_by, place.taken_over_at = work.actor.id, work.now
    place.taken_over_envelopes, place.taken_over_reason = envelopes, reason
    work.audit(exam_id, "hall:taken_over", rule, hall=hall, envelopes=envelopes, deviation_reason=reason)
    work.session.flush()
    return {"taken_over_at": work.now.isoformat(), "sittings_ended": _tell_if_last(work, place)}


def _who_came(hall: Hall, sittings: list[Sitting]) -> list[Sitting]:
    return [one for one in sittings if has_appeared(course_of(one, hall, None))]


def _check(
    hall: Hall, sittings: list[Sitting], came: list[Sitting], *, counted: int, deviation_reason: str | None, rule: str
) -> None:
    gone = [one for one in sittings if one.absent_at is not None or one.refused_at is not None]
    rules.check(
        envelopes=counted,
        appeared=len(came),
        handed_in=sum(one.handed_in_at is not None for one in came),
        undecided=len(set(sittings) - set(came) - set(gone)),
        not_terminated=sum(
            hall.mode == Mode.ELECTRONIC and one.annulment_decided_at is not None and one.annulled_at is None
            for one in sittings
        ),
        deviation_reason=deviation_reason,
        rule=rule,
    )


def _order_documents(work: Work, hall: Hall, came: list[Sitting], *, explanation: str) -> None:
    if hall.mode == Mode.ELECTRONIC:
        _order_protocol_2(work, hall, came)
    if annulled := [one for one in came if one.annulled_at is not None]:
        order(work, ANNULMENT_PROTOCOL, hall.exam_id, hall.hall, _annulment_protocol(work, hall, annulled))
    order(work, ENVELOPES_COUNT, hall.exam_id, hall.hall, _envelopes_count(work, hall, len(came), explanation))


def _tell_if_last(work: Work, hall: Hall) -> bool:
    """The audit chain's lock is held already, so of two halls that finish at once the second one sees both."""
    same = (Hall.exam_id == hall.exam_id, Hall.mode == hall.mode, Hall.session == hall.session)
    if work.session.scalar(select(func.count()).where(*same, Hall.taken_over_at.is_(None))):
        return False
    halls = work.session.scalars(select(Hall).where(*same).order_by(Hall.hall)).all()
    came = _who_came_to(work, *same)
    work.emit(
        SittingsEnded(
            exam_id=hall.exam_id,
            mode=Mode(hall.mode),
            session=hall.session,
            appeared=len(came),
            handed_in=sum(one.handed_in_at is not None for one in came),
            ended_at=work.now,
            halls=tuple(_handed_over(one, sum(sitting.hall == one.hall for sitting in came)) for one in halls),
        )
    )
    return True


def _who_came_to(work: Work, *halls: ColumnElement[bool]) -> list[Sitting]:
    in_hall = (Hall.exam_id == Sitting.exam_id) & (Hall.hall == Sitting.hall)
    rows = work.session.execute(select(Sitting, Hall).join(Hall, in_hall).where(*halls))
    return [sitting for sitting, hall in rows if has_appeared(course_of(sitting, hall, None))]


def _handed_over(hall: Hall, appeared: int) -> HandOver:
    if hall.envelopes is None or hall.taken_over_envelopes is None:
        raise ValueError(f"hall {hall.hall} has handed nothing over")
    return HandOver(
        hall=hall.hall,
        appeared=appeared,
        counted=hall.envelopes,
        counted_is_explained=hall.envelopes_reason is not None,
        taken_over=hall.taken_over_envelopes,
        taken_over_is_explained=hall.taken_over_reason is not None,
    )


def issue_protocol_2(work: Work, *, exam_id: str, hall: str) -> Answer:
    """Protocol № 2 as it stands now, for the candidates to sign during the exam (Art. 16 item 4, 25)."""
    place = hall_for_system_administrator(work, exam_id, hall)
    require_mode(place, Mode.ELECTRONIC)
    if place.started_at is None:
        raise OutOfOrder(
            state=Phrase("електронната система не е отключена", "the electronic system has not been unlocked"),
            rule="чл. 25",
        )
    work.audit(exam_id, "protocol_2:issued", "чл. 25", hall=hall)
    issue = _order_protocol_2(work, place, _who_came(place, sittings_in(work, place)))
    return {"issue": issue}


def _order_protocol_2(work: Work, hall: Hall, came: list[Sitting]) -> int:
    rows = [
        Protocol2Row(
            person=person_of(one), exam_username=one.exam_username or "", unique_number=one.unique_number or ""
        )
        for one in sorted(came, key=lambda one: (one.last, one.first, one.middle, one.identifier))
    ]
    content = Appendix5(
        exam_on=exam_of(work, hall.exam_id).exam_on,
        session=hall.session,
        hall=hall.hall,
        rows=tuple(rows),
        system_administrator=_system_administrator(work, hall),
        hall_administrator=_one(work, hall, Role.HALL_ADMINISTRATOR, hall.hall),
    )
    issue = len(_protocols_2(work, hall)) + 1
    order(work, APPENDIX_5, hall.exam_id, hall.hall, content, issue=issue)
    return issue


def _system_administrator(work: Work, hall: Hall) -> Names | None:
    """Who issues Protocol № 2; the last one, which the hall's end orders, names who issued the one before it."""
    acts = work.session.get(Staff, (hall.exam_id, work.actor.id, Role.SYSTEM_ADMINISTRATOR, ""))
    before = _protocols_2(work, hall)
    named = before[-1].context["it"]["system_administrator"] if before and acts is None else None
    return Names(**named) if named else _one(work, hall, Role.SYSTEM_ADMINISTRATOR, "")


def _protocols_2(work: Work, hall: Hall) -> list[DocumentRow]:
    query = select(DocumentRow).where(
        DocumentRow.exam_id == hall.exam_id,
        DocumentRow.kind == APPENDIX_5.name,
        DocumentRow.subject == hall.hall,
    )
    return list(work.session.scalars(query.order_by(DocumentRow.issue)))


def _annulment_protocol(work: Work, hall: Hall, annulled: list[Sitting]) -> AnnulmentProtocol:
    return AnnulmentProtocol(
        number=f"А-{hall.hall}",
        exam_on=exam_of(work, hall.exam_id).exam_on,
        mode=Mode(hall.mode),
        session=hall.session,
        hall=hall.hall,
        drawn_up_at=work.now,
        annulled=tuple(_annulled(work, hall, one) for one in annulled),
        signatories=(
            Signatory("Председател на изпитната комисия", _one(work, hall, Role.CHAIR, "")),
            Signatory("Директор на дирекция „Методология на контрола и вътрешен одит“"),
            *(Signatory("Администратор на зала", names) for names in _administrators(work, hall)),
        ),
    )


def _annulled(work: Work, hall: Hall, sitting: Sitting) -> Annulled:
    reason = annulment.Reason(sitting.annulment_reason or "")
    at: datetime = sitting.annulled_at or work.now
    return Annulled(
        person=person_of(sitting),
        sheet=sitting.unique_number or "",
        reason=annulment.words(reason).bg,
        article=annulment.article(reason, Mode(hall.mode)),
        reported_by=_reporter(work, sitting),
        annulled_at=at,
        banned_until=annulment.banned_until(reason, local_day(at), law_of(work, hall.exam_id)),
    )


def _reporter(work: Work, sitting: Sitting) -> str:
    """Who reported it (Art. 16 item 8); where nobody did, the administrators of the hall in which it was seen."""
    query = select(Incident).where(
        Incident.exam_id == sitting.exam_id,
        Incident.candidate_id == sitting.candidate_id,
        Incident.kind == "cheating",
        Incident.decided_at.is_(None),
    )
    report = work.session.scalars(query.order_by(Incident.reported_at).limit(1)).first()
    place = sitting.hall if report is None else report.hall
    names = staff_names(work, sitting.exam_id, Role.HALL_ADMINISTRATOR, place)
    if report is not None:
        reporter = work.session.get(Staff, (sitting.exam_id, report.reported_by, Role.HALL_ADMINISTRATOR, place))
        names = names if reporter is None else [names_of(reporter)]
    return ", ".join(str(one) for one in names)


def _envelopes_count(work: Work, hall: Hall, appeared: int, explanation: str) -> EnvelopesCount:
    if hall.envelopes is None:
        raise ValueError(f"hall {hall.hall} has counted nothing")
    return EnvelopesCount(
        exam_on=exam_of(work, hall.exam_id).exam_on,
        mode=Mode(hall.mode),
        session=hall.session,
        hall=hall.hall,
        counted_at=work.now,
        appeared=appeared,
        envelopes=hall.envelopes,
        explanation=explanation,
        administrators=tuple(Signatory("Администратор на зала", names) for names in _administrators(work, hall)),
        chair=Signatory("Председател на изпитната комисия", _one(work, hall, Role.CHAIR, "")),
    )


def _administrators(work: Work, hall: Hall) -> list[Names]:
    return staff_names(work, hall.exam_id, Role.HALL_ADMINISTRATOR, hall.hall)


def _one(work: Work, hall: Hall, role: Role, of_hall: str) -> Names | None:
    """Who stands for a capacity: whoever acts in it, else the first by name."""
    mine = work.session.get(Staff, (hall.exam_id, work.actor.id, role, of_hall))
    return names_of(mine) if mine else next(iter(staff_names(work, hall.exam_id, role, of_hall)), None)
