"""Art. 16 item 3, 35(2), 42(1): the print run counted, and what was not given out written off in a protocol."""

from chassis.commands import Answer
from chassis.documents import order
from chassis.work import Work
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, NotFound, OutOfOrder
from contracts.refusals.grading import SubVariantNotOpened
from regulation.calendar import local_day
from services.grading.paper.documents import COPIES_PROTOCOL, CopiesCorrection, CopiesProtocol, CopiesRow
from services.grading.paper.records import (
    announced,
    commission_and_director,
    copies_of,
    print_run_corrections,
    sub_variants_of,
)
from services.grading.paper.rules.copies import Printed, check_accounted, check_written_off
from services.grading.paper.tables import Exam, PrintRun, PrintRunCorrection


def record_print_run(work: Work, *, exam_id: str, kind: Printed, copies: int, sub_variant: str = "") -> Answer:
    """So many copies more were printed (Art. 16 item 3, 35(2))."""
    _unclosed(work, exam_id)
    run = _run(work, exam_id, kind, sub_variant)
    run.printed += copies
    work.audit(exam_id, "copies:printed", "чл. 35, ал. 2", kind=kind, sub_variant=sub_variant, copies=copies)
    return {"printed": run.printed}


def correct_print_run(
    work: Work, *, exam_id: str, kind: Printed, copies: int, reason: str, sub_variant: str = ""
) -> Answer:
    """Say how many copies were printed where another number was typed; the protocol tells of it (Art. 42(1))."""
    _unclosed(work, exam_id)
    run = work.session.get(PrintRun, (exam_id, kind, sub_variant))
    if run is None:
        raise NotFound(
            what=Phrase(f"тираж: {kind.words.bg} {sub_variant}", f"print run: {kind.words.en} {sub_variant}")
        )
    if run.printed == copies:
        raise AlreadyDone(what=Phrase(f"тираж {copies}", f"print run of {copies}"))
    check_written_off(copies, run.spoiled, run.spare)
    said = {"kind": kind, "sub_variant": sub_variant, "was": run.printed, "printed": copies, "reason": reason}
    run.printed = copies
    number = len(print_run_corrections(work, exam_id)) + 1
    work.session.add(PrintRunCorrection(exam_id=exam_id, number=number, corrected_at=work.now, **said))
    work.audit(exam_id, "copies:corrected", "чл. 42, ал. 1", **said)
    return {"printed": copies}


def write_off_copies(
    work: Work, *, exam_id: str, kind: Printed, spoiled: int, spare: int, sub_variant: str = ""
) -> Answer:
    """Say how many copies nobody was given: spoiled in print, and left over; said again it replaces what was said
    before (Art. 42(1)).
    """
    exam = _unclosed(work, exam_id)
    _appeared(exam)
    run = _run(work, exam_id, kind, sub_variant)
    check_written_off(run.printed, spoiled, spare)
    run.spoiled, run.spare = spoiled, spare
    work.audit(
        exam_id,
        "copies:written_off",
        "чл. 42, ал. 1",
        kind=kind,
        sub_variant=sub_variant,
        spoiled=spoiled,
        spare=spare,
    )
    return {"used": run.printed - spoiled - spare}


def issue_copies_protocol(work: Work, *, exam_id: str) -> Answer:
    """Draw up the protocol of the print run; once, when every copy is accounted for (Art. 42(1))."""
    exam = _unclosed(work, exam_id)
    copies, appeared = copies_of(work, exam_id), _appeared(exam)
    check_accounted(copies, appeared)
    exam.copies_closed_at = work.now
    work.audit(exam_id, "copies:closed", "чл. 42, ал. 1", appeared=appeared)
    protocol = CopiesProtocol(
        number="1",
        exam_on=exam.exam_on,
        held_on=local_day(work.now),
        appeared=appeared,
        rows=tuple(
            CopiesRow(
                what=one.kind.words.bg,
                sub_variant=one.sub_variant,
                printed=one.printed,
                used=one.used,
                spare=one.spare,
                spoiled=one.spoiled,
            )
            for one in copies
        ),
        corrections=tuple(
            CopiesCorrection(
                corrected_on=local_day(one.corrected_at),
                what=Printed(one.kind).words.bg,
                sub_variant=one.sub_variant,
                was=one.was,
                printed=one.printed,
                reason=one.reason,
            )
            for one in print_run_corrections(work, exam_id)
        ),
        signatories=commission_and_director(work, exam_id),
    )
    order(work, COPIES_PROTOCOL, exam_id, exam_id, protocol)
    return {"kinds": len(copies)}


def _unclosed(work: Work, exam_id: str) -> Exam:
    exam = announced(work, exam_id, is_locked=True)
    if exam.copies_closed_at is not None:
        raise AlreadyDone(what=Phrase("протокол за тиража", "protocol of the print run"))
    return exam


def _appeared(exam: Exam) -> int:
    if exam.appeared is None:
        raise OutOfOrder(
            state=Phrase("изпитът на хартия не е приключил", "the sitting on paper has not ended"), rule="чл. 42, ал. 1"
        )
    return exam.appeared


def _run(work: Work, exam_id: str, kind: Printed, sub_variant: str) -> PrintRun:
    """The row of a thing; raises ``SubVariantNotOpened`` for a sub-variant that it does not have, or lacks."""
    if sub_variant not in (sub_variants_of(work, exam_id) if kind.has_sub_variants else [""]):
        raise SubVariantNotOpened(sub_variant=sub_variant or "–")
    run = work.session.get(PrintRun, (exam_id, kind, sub_variant))
    if run is None:
        run = PrintRun(exam_id=exam_id, kind=kind, sub_variant=sub_variant, printed=0, spoiled=0, spare=0)
        work.session.add(run)
    return run
