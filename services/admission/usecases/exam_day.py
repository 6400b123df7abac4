"""The day of the exam at the door, and Protocol № 1 (Art. 16 item 1, 20, 22, 27, 29–30)."""

from datetime import datetime

from sqlalchemy import select

from chassis.commands import Answer
from chassis.documents import order
from chassis.work import Work
from contracts.articles import by_mode, by_session
from contracts.events.admission import CandidateAbsent, CandidateIdentified, CandidateRefusedAtDoor
from contracts.events.session import InstructionsRead, SittingAnnulled, SittingStarted
from contracts.people import Mode, Names, Role
from contracts.phrase import Phrase
from contracts.refusals.admission import IdentityDiffers, NotYourHall
from contracts.refusals.general import AlreadyDone, NotFound, OutOfOrder
from regulation import Session
from regulation.calendar import local, local_day
from services.admission import documents
from services.admission.records import arrivals_of, exam_of, hall_of, law_of, named, seated_in
from services.admission.rules import door, seating
from services.admission.tables import Annulment, Application, Appointment, Arrival, Declaration, Exam, Hall, Seat
from services.admission.usecases.applications import record_ban
from services.admission.usecases.protocol_1 import appendix_3, counted, issue_anew, next_issue, require_as_told, rows_of

#: The only reason of an annulment that bars from later exams (Art. 8).
COPYING = "copying"
_FIELDS = {"names": Phrase("имена", "names"), "identifier": Phrase("ЕГН/ЛН/ЛНЧ", "personal number")}
_UNTIL_READ = "instructions_read"  #: the law's word for the moment in ``Session.latecomers_until``


def identify_candidate(
    work: Work,
    *,
    exam_id: str,
    candidate_id: str,
    first: str,
    middle: str,
    last: str,
    identifier: str,
    confirmed: bool = False,
) -> Answer:
    """Compare the identity document with the application and let the candidate in (Art. 20, 33), or not (Art. 6(4)4).

    A difference is refused as ``IdentityDiffers`` and nothing happens; the same request with ``confirmed`` records that
    the candidate is not admitted on the day. That can't be undone.
    """
    seat, application = _seat_of(work, exam_id, candidate_id)
    hall = _own_hall(work, exam_id, seat.hall)
    exam = exam_of(work, exam_id)
    door.check_entry(work.now, local(exam.exam_on, _hours(exam, hall).entry_at), hall.closed_at)
    if work.session.get(Arrival, (exam_id, candidate_id)) is not None:
        raise AlreadyDone(what=Phrase("проверка на самоличността", "identification"))
    differs = door.identity_differences(named(application), str(Names(first, middle, last)), identifier)
    if differs and not confirmed:
        raise IdentityDiffers(fields=Phrase.listed(_FIELDS[one] for one in differs))
    _record_arrival(work, seat, hall, differs)
    return {"is_admitted": not differs, "differences": list(differs), "seat": seating.label(seat.row, seat.column)}


def _record_arrival(work: Work, seat: Seat, hall: Hall, differs: tuple[str, ...]) -> None:
    mode, candidate_id = Mode(hall.mode), seat.candidate_id
    _arrive(work, seat, "refused" if differs else "identified")
    if differs:
        refused = CandidateRefusedAtDoor(
            exam_id=seat.exam_id, candidate_id=candidate_id, mode=mode, refused_at=work.now
        )
        work.emit(refused)
        authority = "чл. 6, ал. 4, т. 4"
    else:
        identified = CandidateIdentified(
            exam_id=seat.exam_id, candidate_id=candidate_id, mode=mode, hall=hall.hall, identified_at=work.now
        )
        work.emit(identified)
        authority = "чл. 16, т. 2"
    action = "candidate:refused" if differs else "candidate:identified"
    work.audit(seat.exam_id, action, authority, candidate=candidate_id, hall=hall.hall, differences=list(differs))


def _arrive(work: Work, seat: Seat, state: str) -> None:
    work.session.add(
        Arrival(
            exam_id=seat.exam_id,
            candidate_id=seat.candidate_id,
            state=state,
            recorded_by=work.actor.id,
            recorded_at=work.now,
        )
    )


def close_door(work: Work, *, exam_id: str, hall: str) -> Answer:
    """The instructions have been read, the tests handed out: nobody is let in any more (Art. 22, 31, 34).

    What the hall says through session does the same, so a door that is closed already is answered alike.
    """
    place, exam = _own_hall(work, exam_id, hall), exam_of(work, exam_id)
    door.check_closing(work.now, local(exam.exam_on, _hours(exam, place).instructions_at))
    _close(work, place, work.now)
    work.session.flush()
    arrivals = arrivals_of(work, exam_id)
    seated = [seat.candidate_id for seat, _ in seated_in(work, exam_id, hall)]
    return {"absent": sum(arrivals.get(one) == "absent" for one in seated), "expected": len(seated)}


def record_instructions_read(work: Work, event: InstructionsRead) -> None:
    """The reading has ended: where that is what latecomers wait for, the door closes (Art. 22, 31(1) item 3)."""
    place, exam = hall_of(work, event.exam_id, event.hall, to_change=True), exam_of(work, event.exam_id)
    if _hours(exam, place).latecomers_until == _UNTIL_READ:
        _close(work, place, event.read_at)


def record_start(work: Work, event: SittingStarted) -> None:
    """The tests were handed out and the start announced: the door of a hall on paper closes (Art. 34, 35(2))."""
    _close(work, hall_of(work, event.exam_id, event.hall, to_change=True), event.started_at)


def _close(work: Work, place: Hall, at: datetime) -> None:
    """Close a door that is open: who was not identified is absent."""
    if place.closed_at is not None:
        return
    place.closed_at = at
    came = arrivals_of(work, place.exam_id)
    seated = seated_in(work, place.exam_id, place.hall)
    absent = [seat for seat, _ in seated if seat.candidate_id not in came]
    for seat in absent:
        _arrive(work, seat, "absent")
        work.emit(
            CandidateAbsent(
                exam_id=place.exam_id,
                candidate_id=seat.candidate_id,
                mode=Mode(place.mode),
                hall=place.hall,
                closed_at=at,
            )
        )
    who = [seat.candidate_id for seat in absent]
    authority = by_mode(place.mode, by_session(place.session, "чл. 22", "чл. 31, ал. 1, т. 3"), "чл. 34")
    work.audit(place.exam_id, "door:closed", authority, hall=place.hall, absent=who)


def issue_protocol_1_for_signature(work: Work, *, exam_id: str, hall: str) -> Answer:
    """Protocol № 1 as it stands now, for the pen (Art. 16 item 1, App. 3), from when the seats have been given.

    Identity is compared with it at the door (Art. 20, 33); candidates sign on it and on its list of leavings before
    they go out, when they are back, and when they hand in (Art. 27, 29(2), 37, 40(2)). Not after the last issue.
    """
    place = _own_hall(work, exam_id, hall)
    exam = exam_of(work, exam_id)
    if exam.seats_assigned_at is None:
        raise OutOfOrder(
            state=Phrase("местата не са разпределени", "the seats have not been assigned"), rule="чл. 16, т. 1"
        )
    issue = next_issue(work, exam_id, hall)
    stands = appendix_3(work, exam, place, rows_of(work, exam_id, hall), is_for_signature=True)
    work.audit(exam_id, "protocol_1:issued_for_signature", "чл. 16, т. 1", hall=hall, issue=issue)
    order(work, documents.APPENDIX_3, exam_id, hall, stands, issue=issue)
    return {"hall": hall, "issue": issue}


def issue_protocol_1(work: Work, *, exam_id: str, hall: str, deviation_reason: str | None = None) -> Answer:
    """The last issue of a hall's Protocol № 1, with its list of leavings (Art. 16 item 1, App. 3); once.

    ``deviation_reason``: why somebody who came will not hand in (Art. 41(1)). What is told later has it issued anew.
    """
    place = _own_hall(work, exam_id, hall)
    if place.closed_at is None:
        raise OutOfOrder(state=Phrase("вратата не е затворена", "the door has not been closed"), rule="чл. 16, т. 1")
    issue = next_issue(work, exam_id, hall)
    rows = rows_of(work, exam_id, hall)
    of = counted(rows)
    missing = door.check_handed_in(of.appeared, of.annulled, of.handed_in, deviation_reason=deviation_reason)
    stands = appendix_3(work, exam_of(work, exam_id), place, rows, missing=missing)
    told = {"appeared": len(of.appeared), "missing": sorted(missing)}
    reason = deviation_reason if missing else None
    work.audit(exam_id, "protocol_1:issued", "чл. 16, т. 1", hall=hall, issue=issue, deviation_reason=reason, **told)
    order(work, documents.APPENDIX_3, exam_id, hall, stands, issue=issue)
    return {"hall": hall, "expected": len(rows), "appeared": len(of.appeared), "handed_in": len(of.handed_in)}


def record_annulment(work: Work, event: SittingAnnulled) -> None:
    """A test was annulled; for attempted copying its author is banned (Art. 8, 28, 38).

    What was heard already changes nothing, and is a fault with another reason or hour.
    """
    seat, application = _seat_of(work, event.exam_id, event.candidate_id)
    place = hall_of(work, event.exam_id, seat.hall, to_change=True)
    known = work.session.get(Annulment, (event.exam_id, event.candidate_id))
    if known is not None:
        told = (event.reason, event.annulled_at)
        require_as_told(event.candidate_id, (known.reason, known.annulled_at) == told)
        return
    work.session.add(
        Annulment(
            exam_id=event.exam_id,
            candidate_id=event.candidate_id,
            reason=event.reason,
            annulled_at=event.annulled_at,
        )
    )
    if event.reason == COPYING:
        annulled_on = local_day(event.annulled_at)
        record_ban(work, application.identifier_type, application.identifier, annulled_on, event.exam_id)
        work.audit(
            event.exam_id, "ban:recorded", "чл. 8", candidate=event.candidate_id, annulled_on=annulled_on.isoformat()
        )
    issue_anew(work, place, event.candidate_id, by_mode(place.mode, "чл. 28, ал. 1", "чл. 38, ал. 1"))


def _hours(exam: Exam, hall: Hall) -> Session:
    return seating.hours(Mode(hall.mode), hall.session, law_of(exam))


def _seat_of(work: Work, exam_id: str, candidate_id: str) -> tuple[Seat, Application]:
    seat = work.session.get(Seat, (exam_id, candidate_id), with_for_update=True)
    if seat is None:
        raise NotFound(what=Phrase(f"кандидат {candidate_id}", f"candidate {candidate_id}"))
    return seat, work.session.get_one(Application, seat.application_id)


def _own_hall(work: Work, exam_id: str, hall: str) -> Hall:
    """The hall, when the actor is its appointed administrator and has signed the declaration."""
    found = hall_of(work, exam_id, hall, to_change=True)
    mine = select(Appointment.appointment_id).where(
        Appointment.exam_id == exam_id,
        Appointment.person_id == work.actor.id,
        Appointment.role == Role.HALL_ADMINISTRATOR,
        Appointment.hall == hall,
    )
    declared = work.session.get(Declaration, (exam_id, work.actor.id, Role.HALL_ADMINISTRATOR))
    if declared is None or work.session.scalar(mine) is None:
        raise NotYourHall(hall=hall)
    return found
