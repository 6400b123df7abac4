"""What is done in the results service: one function per verb, one transaction each."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.commands import Answer
from chassis.documents import Signatory, order
from chassis.work import Work
from contracts.articles import by_mode
from contracts.events.admission import CandidateAbsent, CandidateRefusedAtDoor, SeatAssigned, StaffAppointed
from contracts.events.grading import ElectronicSheetGraded, PaperSheetGraded, ResultPublished
from contracts.events.registration import AnnouncementPublished
from contracts.events.session import SittingAnnulled
from contracts.people import IdentifierType, Mode, Names, Person, Role
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, NotFound, OutOfOrder
from regulation import Regulation, in_force
from regulation.calendar import local_day
from services.grading.results.documents import RESULTS_PROTOCOL, AnnulledRow, ResultRow, ResultsProtocol
from services.grading.results.rules import Outcome, check_publication, last_day, outcome
from services.grading.results.tables import Duty, Exam, Protocol, Result

_COMMISSION = {Role.CHAIR: "председател", Role.MEMBER: "член"}


def record_exam(work: Work, event: AnnouncementPublished) -> None:
    """Remember the exam and its law."""
    work.session.merge(Exam(exam_id=event.exam_id, exam_on=event.exam_on, regulation_on=event.regulation_on))


def record_duty(work: Work, event: StaffAppointed) -> None:
    """Remember who signs the protocol."""
    names = event.names
    work.session.merge(
        Duty(
            exam_id=event.exam_id,
            person_id=event.person_id,
            role=event.role,
            first=names.first,
            middle=names.middle,
            last=names.last,
        )
    )


def expect_result(work: Work, event: SeatAssigned) -> None:
    """Whoever has a seat must get a result; a changed seat changes nothing here but the mode."""
    names = event.person.names
    row = {
        "mode": event.mode,
        "first": names.first,
        "middle": names.middle,
        "last": names.last,
        "identifier_type": event.person.identifier_type,
        "identifier": event.person.identifier,
    }
    key = {"exam_id": event.exam_id, "candidate_id": event.candidate_id}
    flags = {"annulled": False, "annulled_on_paper_by_signs": False, "absent": False, "refused_at_door": False}
    work.session.execute(
        insert(Result).values(key | row | flags).on_conflict_do_update(index_elements=list(key), set_=row)
    )


def record_count(work: Work, event: ElectronicSheetGraded | PaperSheetGraded) -> None:
    """A sheet's count, from either side. A second sheet of one candidate, and a sheet of somebody who did not come or
    was not let in, are faults that must be seen: ``ValueError``.
    """
    result = the_result(work, event.exam_id, event.candidate_id)
    if result.sheet not in {None, event.sheet}:
        raise ValueError(f"candidate {event.candidate_id} has sheets {result.sheet} and {event.sheet}")
    if result.absent or result.refused_at_door:
        raise ValueError(f"candidate {event.candidate_id} was not there and has sheet {event.sheet}")
    is_changed = (result.correct, result.annulled) != (event.correct, result.annulled or event.annulled)
    _require_open(result, is_changed=is_changed)
    result.sheet, result.correct, result.wrong = event.sheet, event.correct, event.wrong
    if isinstance(event, PaperSheetGraded):
        result.annulled_on_paper_by_signs = event.annulled and not result.annulled
    result.annulled = result.annulled or event.annulled
    work.audit(
        event.exam_id,
        "count:received",
        "чл. 43, 48",
        candidate=event.candidate_id,
        correct=event.correct,
        annulled=event.annulled,
    )


def _require_open(result: Result, *, is_changed: bool) -> None:
    """No outcome changes once the commission has signed (Art. 50): ``ValueError`` keeps the message for a person.

    The count of an annulled test may still come: it decides nothing.
    """
    if result.outcome not in {None, Outcome.ANNULLED} and is_changed:
        raise ValueError(f"the result of candidate {result.candidate_id} is signed as {result.outcome}")


def record_annulment(work: Work, event: SittingAnnulled) -> None:
    """The test was annulled on the day (Art. 28(1), 38(1)), whatever stands on the card."""
    result = the_result(work, event.exam_id, event.candidate_id)
    _require_open(result, is_changed=not result.annulled)
    result.annulled, result.annulled_on_paper_by_signs = True, False
    work.audit(
        event.exam_id,
        "annulment:received",
        by_mode(event.mode, "чл. 28, ал. 1", "чл. 38, ал. 1"),
        candidate=event.candidate_id,
    )


def record_absence(work: Work, event: CandidateAbsent) -> None:
    """Did not come (Art. 22, 34)."""
    _without_sheet(work, event.exam_id, event.candidate_id).absent = True
    work.audit(event.exam_id, "absence:received", by_mode(event.mode, "чл. 22", "чл. 34"), candidate=event.candidate_id)


def record_refusal_at_door(work: Work, event: CandidateRefusedAtDoor) -> None:
    """Was not let in (Art. 6(4) item 4): has no result, being not admitted."""
    _without_sheet(work, event.exam_id, event.candidate_id).refused_at_door = True
    work.audit(event.exam_id, "refusal:received", "чл. 6, ал. 4, т. 4", candidate=event.candidate_id)


def _without_sheet(work: Work, exam_id: str, candidate_id: str) -> Result:
    result = the_result(work, exam_id, candidate_id)
    if result.sheet is not None:
        raise ValueError(f"candidate {candidate_id} was not there and has sheet {result.sheet}")
    return result


def draw_up_protocol(work: Work, *, exam_id: str, mode: Mode) -> Answer:
    """The commission's protocol of one mode (Art. 43(6), 48(3)); it fixes the outcomes."""
    exam = the_exam(work, exam_id)
    law = in_force(exam.regulation_on)
    results = _of_mode(work, exam_id, mode)
    rule = by_mode(mode, "чл. 43, ал. 6", "чл. 48, ал. 3")
    if work.session.get(Protocol, (exam_id, mode)) is not None:
        raise AlreadyDone(what=Phrase(RESULTS_PROTOCOL.title_bg, "Results protocol"))
    for result in results:
        result.outcome = outcome(law, correct=result.correct, annulled=result.annulled, absent=result.absent)
    if not results or any(result.outcome is None for result in results):
        raise OutOfOrder(
            state=Phrase("не всички резултати са получени", "not all results have been received"), rule=rule
        )
    work.session.add(Protocol(exam_id=exam_id, mode=mode, drawn_up_at=work.now))
    counts = {str(kind): sum(result.outcome == kind for result in results) for kind in Outcome}
    work.audit(exam_id, "results:protocol", rule, mode=mode, **counts)
    order(work, RESULTS_PROTOCOL, exam_id, mode, _protocol(work, exam, law, mode, results))
    return counts


def _protocol(work: Work, exam: Exam, law: Regulation, mode: Mode, results: Sequence[Result]) -> ResultsProtocol:
    def rows(kind: Outcome) -> tuple[ResultRow, ...]:
        return tuple(
            ResultRow(person=person_of(row), correct=row.correct or 0) for row in results if row.outcome == kind
        )

    return ResultsProtocol(
        number="1" if mode is Mode.ELECTRONIC else "2",
        decided_on=local_day(work.now),
        exam_on=exam.exam_on,
        mode=mode,
        questions=law.questions,
        required_correct=law.pass_correct,
        appeared=sum(not row.absent for row in results),
        absent=sum(row.absent for row in results),
        passed=rows(Outcome.PASSED),
        failed=rows(Outcome.FAILED),
        annulled=tuple(
            AnnulledRow(person=person_of(row), article=_article_of_annulment(row))
            for row in results
            if row.outcome == Outcome.ANNULLED
        ),
        commission=tuple(
            Signatory(_COMMISSION[Role(duty.role)], Names(duty.first, duty.middle, duty.last))
            for duty in _commission(work, exam.exam_id)
        ),
    )


def _article_of_annulment(row: Result) -> str:
    if row.annulled_on_paper_by_signs:
        return "чл. 46, ал. 2"
    return by_mode(row.mode, "чл. 28, ал. 1", "чл. 38, ал. 1")


def publish_results(work: Work, *, exam_id: str, mode: Mode, deviation_reason: str | None = None) -> Answer:
    """Every individual result to its profile (Art. 49); each is said once and never edited."""
    exam = the_exam(work, exam_id)
    if work.session.get(Protocol, (exam_id, mode)) is None:
        raise OutOfOrder(
            state=Phrase("няма протокол на комисията", "there is no protocol of the commission"), rule="чл. 49"
        )
    check_publication(work.now, last_day(mode, exam.exam_on, in_force(exam.regulation_on)), deviation_reason)
    results = [result for result in _of_mode(work, exam_id, mode) if result.published_at is None]
    if not results:
        raise AlreadyDone(what=Phrase("публикуване на резултатите", "publication of the results"))
    work.audit(
        exam_id, "results:published", "чл. 49", mode=mode, results=len(results), deviation_reason=deviation_reason
    )
    for result in results:
        result.published_at = work.now
        is_counted = result.outcome in {Outcome.PASSED, Outcome.FAILED}
        work.emit(
            ResultPublished(
                exam_id=exam_id,
                candidate_id=result.candidate_id,
                mode=mode,
                outcome=str(result.outcome),
                correct=result.correct if is_counted else None,
                published_at=work.now,
            )
        )
    return {"published": len(results)}


def the_exam(work: Work, exam_id: str) -> Exam:
    """The exam; raises ``NotFound``."""
    exam = work.session.get(Exam, exam_id)
    if exam is None:
        raise NotFound(what=exam_id)
    return exam


def the_result(work: Work, exam_id: str, candidate_id: str) -> Result:
    """The row of a candidate who has a seat."""
    return work.session.get_one(Result, (exam_id, candidate_id), with_for_update=True)


def person_of(row: Result) -> Person:
    """Whose result it is."""
    return Person(Names(row.first, row.middle, row.last), IdentifierType(row.identifier_type), row.identifier)


def _of_mode(work: Work, exam_id: str, mode: Mode) -> list[Result]:
    query = select(Result).where(Result.exam_id == exam_id, Result.mode == mode, ~Result.refused_at_door)
    return list(work.session.scalars(query.order_by(Result.last, Result.first, Result.candidate_id).with_for_update()))


def _commission(work: Work, exam_id: str) -> list[Duty]:
    query = select(Duty).where(Duty.exam_id == exam_id, Duty.role.in_(_COMMISSION))
    return list(work.session.scalars(query.order_by(Duty.role, Duty.last, Duty.first)))
