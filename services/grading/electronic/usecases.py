"""What is done in electronic grading: one function per verb, one transaction each."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
import pyrage
from sqlalchemy import Select, func, select

from chassis.audit import canonical
from chassis.commands import Answer
from chassis.documents import Signatory, order
from chassis.plumbing import DocumentRow
from chassis.work import Work
from contracts.events.admission import SeatAssigned, StaffAppointed
from contracts.events.grading import ElectronicSheetGraded, GradeSheets
from contracts.events.registration import AnnouncementPublished
from contracts.events.session import AnswerSheetClosed, SittingAnnulled, SittingsEnded
from contracts.events.testbank import AnswerKeyReleased
from contracts.people import IdentifierType, Mode, Names, Person, Role
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, NotFound, OutOfOrder
from regulation import in_force, terms
from regulation.calendar import local_day
from services.grading.electronic import rules
from services.grading.electronic.documents import (
    APPENDIX_6,
    APPENDIX_7,
    HANDOVER_PROTOCOL_43_5,
    Appendix6,
    Appendix7,
    HandedFile,
    HandoverProtocol,
    SummaryRow,
)
from services.grading.electronic.tables import Candidate, Duty, EndedSitting, Exam, Handover, Key, Sheet

ANNULLED = "annulled"


def record_exam(work: Work, event: AnnouncementPublished) -> None:
    """Remember the exam and its law."""
    work.session.merge(Exam(exam_id=event.exam_id, exam_on=event.exam_on, regulation_on=event.regulation_on))


def record_duty(work: Work, event: StaffAppointed) -> None:
    """Remember who signs the protocols."""
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


def record_seat(work: Work, event: SeatAssigned) -> None:
    """Remember whose sheet will come; candidates on paper are not ours."""
    if event.mode is not Mode.ELECTRONIC:
        return
    names = event.person.names
    work.session.merge(
        Candidate(
            exam_id=event.exam_id,
            candidate_id=event.candidate_id,
            first=names.first,
            middle=names.middle,
            last=names.last,
            identifier_type=event.person.identifier_type,
            identifier=event.person.identifier,
            session=event.session,
        )
    )


def record_sheet(work: Work, event: AnswerSheetClosed) -> None:
    """Take the final sheet as it came, with a hash of our own; its answers are never changed. One that comes after the
    key is counted at once.
    """
    answers_sha256 = hashlib.sha256(canonical(event.answers)).hexdigest()
    sheet = Sheet(
        sitting_id=event.sitting_id,
        exam_id=event.exam_id,
        candidate_id=event.candidate_id,
        exam_username=event.exam_username,
        unique_number=event.unique_number,
        variant=event.variant,
        sub_variant=event.sub_variant,
        answers=event.answers,
        answers_sha256=answers_sha256,
        history_sha256=event.history_sha256,
        outcome=event.outcome,
        started_at=event.started_at,
        ended_at=event.ended_at,
        annulled_at=event.ended_at if event.outcome == ANNULLED else None,
    )
    work.session.add(sheet)
    work.audit(
        event.exam_id, "sheet:received", "чл. 43, ал. 1", sitting=event.sitting_id, answers_sha256=answers_sha256
    )
    if work.session.get(Key, (event.exam_id, event.variant)) is not None:
        _number_and_count(work, event.exam_id, [sheet])


def record_annulment(work: Work, event: SittingAnnulled) -> None:
    """The test was annulled (Art. 28(1)): a sheet that was closed before is marked, and its protocol issued again.

    A sheet that comes after says itself that it is annulled.
    """
    query = select(Sheet).where(
        Sheet.exam_id == event.exam_id, Sheet.candidate_id == event.candidate_id, Sheet.annulled_at.is_(None)
    )
    sheet = work.session.scalars(query.with_for_update()).first()
    if event.mode is not Mode.ELECTRONIC or sheet is None:
        return
    sheet.annulled_at = event.annulled_at
    work.audit(event.exam_id, "sheet:annulled", "чл. 28, ал. 1", sitting=sheet.sitting_id)
    if sheet.correct is not None:
        _order_protocol(work, sheet, _key_of(work, sheet), issue=2)


def record_end(work: Work, event: SittingsEnded) -> None:
    """So many came to a session (Art. 30), so many sheets there must be."""
    if event.mode is Mode.ELECTRONIC:
        work.session.merge(EndedSitting(exam_id=event.exam_id, session=event.session, appeared=event.appeared))


def record_key(work: Work, event: AnswerKeyReleased) -> None:
    """Open the key, number the protocols in the order of the unique numbers, order the counting."""
    plain = pyrage.decrypt(
        work.files.get(event.key_sha256), [pyrage.x25519.Identity.from_str(work.settings.grading_private_key)]
    )
    letters = msgspec.json.decode(plain, type=dict[str, dict[str, str]])
    work.session.add(Key(exam_id=event.exam_id, variant=event.variant, letters=letters, released_at=event.released_at))
    work.audit(
        event.exam_id,
        "key:received",
        "чл. 43, ал. 1",
        variant=event.variant,
        letters_sha256=hashlib.sha256(canonical(letters)).hexdigest(),
    )
    waiting = select(Sheet).where(Sheet.exam_id == event.exam_id, Sheet.variant == event.variant)
    _number_and_count(work, event.exam_id, work.session.scalars(waiting.order_by(Sheet.unique_number)).all())


def _number_and_count(work: Work, exam_id: str, sheets: Sequence[Sheet]) -> None:
    """Give individual protocols their numbers, one after another, and order the counting. Under the chain's lock, which
    every caller holds since its audit row, so that no number is given twice.
    """
    numbered = select(func.max(Sheet.number)).where(Sheet.exam_id == exam_id)
    first = (work.session.scalar(numbered) or 0) + 1
    for number, sheet in enumerate(sheets, start=first):
        sheet.number = number
    order_counting(work, exam_id, [sheet.sitting_id for sheet in sheets])


def order_counting(work: Work, exam_id: str, sheets: Sequence[str]) -> None:
    """Jobs for the workers, so many sheets each."""
    size = work.settings.sheets_a_job
    for at in range(0, len(sheets), size):
        work.emit(GradeSheets(exam_id=exam_id, sheets=tuple(sheets[at : at + size])))


def grade_sheets(work: Work, job: GradeSheets) -> None:
    """Count the sheets of a job that are not counted yet, and order their protocols (Art. 43(1), (2)); all or none.

    Raises ``ValueError`` for a sheet and a key that do not belong together.
    """
    waiting = work.session.scalars(
        select(Sheet)
        .where(Sheet.sitting_id.in_(job.sheets), Sheet.correct.is_(None))
        .order_by(Sheet.number)
        .with_for_update()
    ).all()
    for sheet in waiting:
        _grade(work, sheet)


def _grade(work: Work, sheet: Sheet) -> None:
    key = _key_of(work, sheet)
    found = rules.count(sheet.answers, key)
    sheet.correct, sheet.wrong, sheet.graded_at = found.correct, found.wrong, work.now
    work.audit(
        sheet.exam_id,
        "sheet:counted",
        "чл. 43, ал. 1",
        sitting=sheet.sitting_id,
        correct=found.correct,
        wrong=found.wrong,
    )
    work.emit(
        ElectronicSheetGraded(
            exam_id=sheet.exam_id,
            candidate_id=sheet.candidate_id,
            sheet=sheet.sitting_id,
            correct=found.correct,
            wrong=found.wrong,
            annulled=sheet.annulled_at is not None,
            graded_at=work.now,
        )
    )
    _order_protocol(work, sheet, key, issue=1)


def _key_of(work: Work, sheet: Sheet) -> Mapping[str, str]:
    found = work.session.get(Key, (sheet.exam_id, sheet.variant))
    if found is None:
        raise ValueError(f"no key of variant {sheet.variant} for the sheet of sitting {sheet.sitting_id}")
    return rules.key_of(found.letters, sheet.sub_variant)


def _order_protocol(work: Work, sheet: Sheet, key: Mapping[str, str], *, issue: int) -> None:
    protocol = _individual_protocol(work, sheet, key)
    order(work, APPENDIX_6, sheet.exam_id, sheet.candidate_id, protocol, issue=issue)


def _individual_protocol(work: Work, sheet: Sheet, key: Mapping[str, str]) -> Appendix6:
    exam = the_exam(work, sheet.exam_id)
    answers = tuple((sheet.answers.get(question, ""), key[question]) for question in sorted(key, key=int))
    return Appendix6(
        number=str(sheet.number),
        person=_person(work, sheet),
        exam_username=sheet.exam_username,
        unique_number=sheet.unique_number,
        exam_on=exam.exam_on,
        variant=sheet.sub_variant,
        started_at=sheet.started_at,
        ended_at=sheet.ended_at,
        answers=answers,
        correct=sheet.correct or 0,
        wrong=sheet.wrong or 0,
        annulled=sheet.annulled_at is not None,
        system_administrator=next(iter(_on_duty(work, sheet.exam_id, Role.SYSTEM_ADMINISTRATOR)), None),
        chair=next(iter(_on_duty(work, sheet.exam_id, Role.CHAIR)), None),
    )


def issue_summary(work: Work, *, exam_id: str) -> Answer:
    """The summary protocol, one for each session of the day (Art. 43(4), App. 7)."""
    the_exam(work, exam_id, is_locked=True)
    sheets = _all_graded(work, exam_id)
    if work.session.scalars(_documents(exam_id, APPENDIX_7.name)).first() is not None:
        raise AlreadyDone(what=Phrase(APPENDIX_7.title_bg, "Summary protocol (Appendix 7)"))
    work.audit(exam_id, "summary:issued", "чл. 43, ал. 4", sheets=len(sheets))
    by_session: dict[int, list[Sheet]] = {}
    for sheet in sheets:
        session = work.session.get_one(Candidate, (exam_id, sheet.candidate_id)).session
        by_session.setdefault(session, []).append(sheet)
    for session, its_sheets in sorted(by_session.items()):
        order(work, APPENDIX_7, exam_id, str(session), _summary(work, exam_id, session, its_sheets))
    return {"sheets": len(sheets), "sessions": len(by_session)}


def _summary(work: Work, exam_id: str, session: int, sheets: Sequence[Sheet]) -> Appendix7:
    rows = tuple(
        SummaryRow(
            exam_username=sheet.exam_username,
            person=_person(work, sheet),
            correct=sheet.correct or 0,
            wrong=sheet.wrong or 0,
            annulled=sheet.annulled_at is not None,
        )
        for sheet in sheets
    )
    return Appendix7(
        exam_on=the_exam(work, exam_id).exam_on,
        session=session,
        rows=rows,
        appeared=len(rows),
        system_administrator=next(iter(_on_duty(work, exam_id, Role.SYSTEM_ADMINISTRATOR)), None),
        director=next(iter(_on_duty(work, exam_id, Role.DIRECTOR)), None),
        chair=next(iter(_on_duty(work, exam_id, Role.CHAIR)), None),
        members=tuple(_on_duty(work, exam_id, Role.MEMBER)),
    )


def hand_over_protocols(work: Work, *, exam_id: str, deviation_reason: str | None = None) -> Answer:
    """Hand App. 6 and 7 to commission and director in three working days (Art. 43(5)); hashes on the protocol."""
    exam = the_exam(work, exam_id, is_locked=True)
    due_on = terms.protocols_last_day(exam.exam_on, in_force(exam.regulation_on))
    rules.check_handover(work.now, due_on, deviation_reason)
    if work.session.get(Handover, exam_id) is not None:
        raise AlreadyDone(what=Phrase(HANDOVER_PROTOCOL_43_5.title_bg, "Hand-over protocol (Art. 43(5))"))
    individual, summary = (
        list(work.session.scalars(_documents(exam_id, kind.name))) for kind in (APPENDIX_6, APPENDIX_7)
    )
    if not summary or any(row.sha256 is None for row in (*individual, *summary)):
        raise OutOfOrder(
            state=Phrase(
                "протоколите по чл. 43, ал. 2 и 4 не са готови", "the protocols of Art. 43(2) and (4) are not ready"
            ),
            rule="чл. 43, ал. 5",
        )
    work.session.add(Handover(exam_id=exam_id, handed_at=work.now))
    files = tuple(_handed(kind.title_bg, rows) for kind, rows in ((APPENDIX_6, individual), (APPENDIX_7, summary)))
    hashes = {file.title: file.sha256 for file in files}
    work.audit(exam_id, "protocols:handed_over", "чл. 43, ал. 5", files=hashes, deviation_reason=deviation_reason)
    counts = {"individual_protocols": len(individual), "summary_protocols": len(summary)}
    _order_handover(work, exam, due_on, files, counts)
    return counts | {"on": local_day(work.now).isoformat()}


def _order_handover(
    work: Work, exam: Exam, due_on: date, files: tuple[HandedFile, ...], counts: Mapping[str, int]
) -> None:
    exam_id = exam.exam_id
    stands = HandoverProtocol(
        number="1",
        handed_at=work.now,
        exam_on=exam.exam_on,
        due_on=due_on,
        **counts,
        files=files,
        handed_by=_signatories(work, exam_id, Role.SYSTEM_ADMINISTRATOR, "администратор на електронната система"),
        taken_by=(
            *_signatories(work, exam_id, Role.CHAIR, "председател на изпитната комисия"),
            *_signatories(work, exam_id, Role.DIRECTOR, "директор на дирекция МКВО"),
        ),
    )
    order(work, HANDOVER_PROTOCOL_43_5, exam_id, exam_id, stands)


def _handed(title: str, rows: Sequence[DocumentRow]) -> HandedFile:
    together = hashlib.sha256("\n".join(sorted(row.sha256 or "" for row in rows)).encode("ascii")).hexdigest()
    return HandedFile(title=title, pieces=len(rows), sha256=together)


def _signatories(work: Work, exam_id: str, role: Role, capacity: str) -> tuple[Signatory, ...]:
    """Places for the signatures of a capacity; one without a name when nobody of it was told."""
    return tuple(Signatory(capacity, names) for names in _on_duty(work, exam_id, role)) or (Signatory(capacity),)


def the_exam(work: Work, exam_id: str, *, is_locked: bool = False) -> Exam:
    """The exam, for this transaction alone when ``is_locked``; raises ``NotFound``."""
    exam = work.session.get(Exam, exam_id, with_for_update=True if is_locked else None)
    if exam is None:
        raise NotFound(what=exam_id)
    return exam


def _all_graded(work: Work, exam_id: str) -> list[Sheet]:
    sheets = list(work.session.scalars(select(Sheet).where(Sheet.exam_id == exam_id).order_by(Sheet.number)))
    ended = work.session.scalars(select(EndedSitting.appeared).where(EndedSitting.exam_id == exam_id)).all()
    if not ended or len(sheets) != sum(ended):
        raise OutOfOrder(
            state=Phrase(
                f"получени са {len(sheets)} електронни теста, явили са се {sum(ended)}",
                f"{len(sheets)} electronic tests were received and {sum(ended)} candidates appeared",
            ),
            rule="чл. 43, ал. 4",
        )
    if not sheets or any(sheet.correct is None for sheet in sheets):
        raise OutOfOrder(
            state=Phrase("не всички електронни тестове са оценени", "not all electronic tests have been graded"),
            rule="чл. 43, ал. 4",
        )
    return sheets


def _documents(exam_id: str, kind: str) -> Select[DocumentRow]:
    return select(DocumentRow).where(DocumentRow.exam_id == exam_id, DocumentRow.kind == kind)


def _person(work: Work, sheet: Sheet) -> Person:
    one = work.session.get_one(Candidate, (sheet.exam_id, sheet.candidate_id))
    return Person(Names(one.first, one.middle, one.last), IdentifierType(one.identifier_type), one.identifier)


def _on_duty(work: Work, exam_id: str, role: Role) -> list[Names]:
    rows = work.session.scalars(
        select(Duty).where(Duty.exam_id == exam_id, Duty.role == role).order_by(Duty.last, Duty.first)
    )
    return [Names(row.first, row.middle, row.last) for row in rows]
