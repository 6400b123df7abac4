"""Art. 13(6), 13(7): chair and director open the drawn variant on the day, each with the key that only he has."""

from chassis.commands import Answer
from chassis.documents import Signatory, order
from chassis.logging import logger
from chassis.work import Work
from contracts.events.testbank import RenderBooklets, VariantOpened
from contracts.people import Mode, Role
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, NotFound, OutOfOrder, SamePerson
from contracts.refusals.testbank import SealBroken, WrongVariant
from services.testbank.documents import HANDOVER_PROTOCOL, HandoverProtocol
from services.testbank.rules import sealing, timing
from services.testbank.tables import Exam, Opening, Variant
from services.testbank.usecases import bank, booklets, draw, exams

_TAKEN_BY = {
    Mode.ELECTRONIC: (Role.SYSTEM_ADMINISTRATOR, "Администратор на електронната система (чл. 17)"),
    Mode.PAPER: (Role.HALL_ADMINISTRATOR, "Администратор на зала (чл. 16)"),
}
#: By which a protocol's number tells the two forms apart.
_LETTER = {Mode.ELECTRONIC: "Е", Mode.PAPER: "Х"}
_LOG = logger(__name__)


def begin_opening(work: Work, *, exam_id: str, peeled: bytes, variant: int | None = None) -> Answer:
    """Chair: the director's envelope, taken out of the chair's own (Art. 13(7)). No private key ever comes here."""
    exam = exams.take(work, exam_id)
    sealed = to_be_opened(work, exam, variant)
    if work.session.get(Opening, (exam_id, sealed.variant)) is not None:
        raise AlreadyDone(
            what=Phrase(f"външният плик на вариант {sealed.variant}", f"the outer envelope of variant {sealed.variant}")
        )
    sealed_file(work, sealed)
    _check(sealed, Phrase("вътрешен плик", "the inner envelope"), peeled, sealed.inner_sha256)
    work.files.put(peeled)
    work.session.add(Opening(exam_id=exam_id, variant=sealed.variant, begun_by=work.actor.id, begun_at=work.now))
    work.audit(exam_id, "opening:begun", "чл. 13, ал. 7", variant=sealed.variant, inner_sha256=sealed.inner_sha256)
    return {"variant": sealed.variant, "inner_sha256": sealed.inner_sha256}


def finish_opening(work: Work, *, exam_id: str, plaintext: bytes, variant: int | None = None) -> Answer:
    """Director: the plain text, taken out of his envelope; checked, enciphered for those who need it, forgotten."""
    exam = exams.take(work, exam_id)
    sealed = to_be_opened(work, exam, variant)
    opening = work.session.get(Opening, (exam_id, sealed.variant))
    if opening is None:
        raise OutOfOrder(
            state=Phrase(
                "външният плик не е отворен от председателя", "the outer envelope has not been opened by the chair"
            ),
            rule="чл. 13, ал. 7",
        )
    if opening.finished_at is not None:
        raise AlreadyDone(
            what=Phrase(f"отварянето на вариант {sealed.variant}", f"the opening of variant {sealed.variant}")
        )
    if opening.begun_by == work.actor.id:
        raise SamePerson
    _check(sealed, Phrase("съдържание", "the contents"), plaintext, sealed.commitment_sha256)
    _enclose(work, opening, plaintext)
    sessions = draw.sessions_of(exam, sealed.variant, exams.draw_of(work, exam_id).drawn)
    _tell(work, exam, sealed, opening, sessions)
    _order_handover(work, exam, sealed, opening, sessions)
    return {"variant": sealed.variant, "package_sha256": opening.package_sha256, "sessions": list(sessions)}


def to_be_opened(work: Work, exam: Exam, variant: int | None) -> Variant:
    """The variant of that number (the drawn one when none is named), if today is the day and it is to be opened.

    Raises ``TooEarly``, ``DeadlinePassed``, ``OutOfOrder`` before the draw, or ``WrongVariant``.
    """
    timing.check_exam_day(exam.exam_on, work.now)
    drawn = exams.draw_of(work, exam.exam_id).drawn
    number = variant or drawn
    if not draw.sessions_of(exam, number, drawn):
        raise WrongVariant(variant=number)
    return exams.variants_of(work, exam.exam_id)[number]


def sealed_file(work: Work, sealed: Variant) -> bytes:
    """The sealed file as it lies in the store; raises ``SealBroken`` when it is not there or not the same."""
    try:
        return work.files.get(sealed.seal_sha256)
    except (ValueError, NotFound) as error:
        _LOG.error("seal broken", exam=sealed.exam_id, variant=sealed.variant, what="sealed file")
        raise SealBroken(variant=sealed.variant, what=Phrase("запечатан файл", "the sealed file")) from error


def _check(sealed: Variant, what: Phrase, content: bytes, expected: str) -> None:
    try:
        sealing.check_hash(sealed.variant, what, content, expected)
    except SealBroken:
        _LOG.error("seal broken", exam=sealed.exam_id, variant=sealed.variant, what=what.en)
        raise


def _enclose(work: Work, opening: Opening, plaintext: bytes) -> None:
    package, settings = sealing.package(plaintext), work.settings
    opening.package_sha256 = work.files.put(sealing.enclose(package, settings.session_public_key))
    opening.booklet_package_sha256 = work.files.put(sealing.enclose(package, settings.booklet_public_key))
    opening.answer_key = sealing.enclose(sealing.answer_key(plaintext), settings.grading_public_key)
    opening.archive = sealing.enclose(plaintext, settings.archive_public_key)
    opening.finished_by, opening.finished_at = work.actor.id, work.now


def _tell(work: Work, exam: Exam, sealed: Variant, opening: Opening, sessions: tuple[int, ...]) -> None:
    work.emit(
        VariantOpened(
            exam_id=exam.exam_id,
            variant=sealed.variant,
            package_sha256=str(opening.package_sha256),
            sub_variants=tuple(sealed.sub_variants),
            questions=sum(sealed.counts.values()),
            opened_at=work.now,
            sessions=sessions,
        )
    )
    work.audit(
        exam.exam_id,
        "variant:opened",
        "чл. 13, ал. 7",
        variant=sealed.variant,
        package_sha256=opening.package_sha256,
        sessions=list(sessions),
    )
    if booklets.is_for_paper(work, exam, sealed.variant):
        work.emit(RenderBooklets(exam_id=exam.exam_id, variant=sealed.variant))


def _order_handover(work: Work, exam: Exam, sealed: Variant, opening: Opening, sessions: tuple[int, ...]) -> None:
    """One protocol for each mode that takes the variant; paper goes with the first session (reading_05)."""
    modes = [mode for mode in Mode if mode in exam.modes and (mode is Mode.ELECTRONIC or 1 in sessions)]
    for mode in modes:
        role, capacity = _TAKEN_BY[mode]
        protocol = HandoverProtocol(
            number=f"{exam.exam_id}/13-7/{sealed.variant}-{_LETTER[mode]}",
            handed_at=work.now,
            exam_on=exam.exam_on,
            mode=mode,
            hall=None,
            variant=sealed.variant,
            seal_sha256=sealed.seal_sha256,
            seal_intact=True,
            package_sha256=opening.package_sha256 if mode is Mode.ELECTRONIC else None,
            handed_by=_handed_by(work, exam, opening),
            taken_by=tuple(Signatory(capacity, names) for names in exams.staff_of(work, exam.exam_id, role)),
        )
        order(work, HANDOVER_PROTOCOL, exam.exam_id, f"{mode}-{sealed.variant}", protocol)


def _handed_by(work: Work, exam: Exam, opening: Opening) -> tuple[Signatory, ...]:
    return (
        Signatory(bank.CAPACITIES[Role.CHAIR], exams.names_of(work, exam.exam_id, opening.begun_by)),
        Signatory(
            bank.CAPACITIES[Role.DIRECTOR],
            exams.names_of(work, exam.exam_id, work.actor.id, work.actor.names),
        ),
    )
