"""Art. 13(5): a member of the commission draws the variant before the commission and a notary."""

from typing import Any

from chassis.commands import Answer
from chassis.documents import Signatory, order
from chassis.plumbing import UploadRow
from chassis.work import Work
from contracts.events.testbank import VariantDrawn
from contracts.people import Role
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, NotFound, OutOfOrder, SamePerson
from contracts.refusals.testbank import NotTheSameDrawer
from services.testbank.documents import DRAW_PROTOCOL, DrawProtocol, Share
from services.testbank.rules import draw, timing
from services.testbank.tables import Draw, DrawShare, Exam
from services.testbank.usecases import bank, exams

_ROLES = {Role.MEMBER: draw.MEMBER, Role.NOTARY: draw.NOTARY}
_CAPACITIES = {draw.MEMBER: "Член на изпитната комисия", draw.NOTARY: "Нотариус"}
_SITTINGS = {1: "Изпитът (първа сесия и на хартиен носител)", 2: "Вторият електронен изпит за деня"}
_NOT_STATED = "—"
_RECOMPUTING = (
    "Редове, всеки завършен със знак за нов ред (0x0A): „svops-draw-1“, номерът на изпита, двете стойности, печатите.",
    "SHA-256 от тях като цяло число: при четно е изтеглен вариант 1, при нечетно – вариант 2.",
)


def commit_draw(
    work: Work, *, exam_id: str, commitment: str, deviation_reason: str | None = None, **notarial: str | None
) -> Answer:
    """Member and notary, in either order: bind oneself to a value that nobody else knows yet (Art. 13(5)).

    ``notarial``: ``place``, ``notary_number``, ``notarial_act``, as far as the notary states them.
    """
    exam = exams.take(work, exam_id)
    _check_open(work, exam, deviation_reason)
    role = _role(work, exam_id)
    shares = _shares(work, exam_id)
    if role in shares:
        raise AlreadyDone(what=Phrase("обвързване за тегленето", "commitment for the draw"))
    if any(other.person_id == work.actor.id for other in shares.values()):
        raise SamePerson
    work.session.add(
        DrawShare(
            exam_id=exam_id,
            role=role,
            person_id=work.actor.id,
            names=work.actor.names,
            commitment=commitment,
            deviation_reason=deviation_reason,
            committed_at=work.now,
            **notarial,
        )
    )
    work.audit(exam_id, "draw:committed", "чл. 13, ал. 5", commitment=commitment, deviation_reason=deviation_reason)
    return {"role": role, "both_committed": bool(shares)}


def reveal_draw(work: Work, *, exam_id: str, value: str) -> Answer:
    """Member and notary, in either order, once both are bound: reveal the value; the second one draws (Art. 13(5))."""
    exam = exams.take(work, exam_id)
    shares = _shares(work, exam_id)
    if len(shares) < len(_ROLES):
        raise OutOfOrder(
            state=Phrase(
                "член на комисията и нотариус не са се обвързали",
                "a member of the commission and a notary have not committed themselves",
            ),
            rule="чл. 13, ал. 5",
        )
    _check_open(work, exam, next((share.deviation_reason for share in shares.values() if share.deviation_reason), None))
    mine = shares[_role(work, exam_id)]
    if mine.person_id != work.actor.id:
        raise NotTheSameDrawer
    if mine.value is not None:
        raise AlreadyDone(what=Phrase("разкриване на стойността", "revealing of the value"))
    draw.check_reveal(exam_id, mine.role, mine.commitment, value)
    mine.value, mine.revealed_at = value, work.now
    work.audit(exam_id, "draw:revealed", "чл. 13, ал. 5", value=value)
    if any(share.value is None for share in shares.values()):
        return {"drawn": None}
    return _draw(work, exam, shares)


def _check_open(work: Work, exam: Exam, deviation_reason: str | None) -> None:
    if not exams.variants_of(work, exam.exam_id):
        raise OutOfOrder(
            state=Phrase("вариантите не са запечатани", "the variants have not been sealed"), rule="чл. 13, ал. 5"
        )
    if work.session.get(Draw, exam.exam_id) is not None:
        raise AlreadyDone(what=Phrase("тегленето", "the draw"))
    timing.check_step(timing.DRAW, exam.exam_on, work.now, exams.law_of(exam), deviation_reason)


def _role(work: Work, exam_id: str) -> str:
    return _ROLES[work.require(exam_id, *_ROLES)]


def _shares(work: Work, exam_id: str) -> dict[str, DrawShare]:
    found = {role: work.session.get(DrawShare, (exam_id, role)) for role in _ROLES.values()}
    return {role: share for role, share in found.items() if share is not None}


def _draw(work: Work, exam: Exam, shares: dict[str, DrawShare]) -> Answer:
    seals = {number: row.seal_sha256 for number, row in exams.variants_of(work, exam.exam_id).items()}
    member, notary = (
        draw.Revealed(shares[role].commitment, str(shares[role].value)) for role in (draw.MEMBER, draw.NOTARY)
    )
    record = draw.transcript(exam.exam_id, member, notary, seals)
    sha256 = draw.transcript_sha256(record)
    result = Draw(
        exam_id=exam.exam_id,
        drawn=record["drawn"],
        transcript=record,
        transcript_sha256=sha256,
        drawn_at=work.now,
        notarial_act=shares[draw.NOTARY].notarial_act,
    )
    work.session.add(result)
    work.emit(
        VariantDrawn(exam_id=exam.exam_id, drawn=result.drawn, transcript_sha256=sha256, drawn_at=result.drawn_at)
    )
    work.audit(exam.exam_id, "variant:drawn", "чл. 13, ал. 5", drawn=result.drawn, transcript_sha256=sha256)
    _order_protocol(work, exam, result, shares)
    return {"drawn": result.drawn, "transcript": record, "transcript_sha256": sha256}


def record_notarial_act(work: Work, *, exam_id: str, notarial_act: str, sha256: str) -> Answer:
    """Notary: the number and the file of his own document about the draw (reading_15); the protocol is issued anew."""
    exam = exams.take(work, exam_id)
    result = exams.draw_of(work, exam_id)
    shares = _shares(work, exam_id)
    if shares[draw.NOTARY].person_id != work.actor.id:
        raise NotTheSameDrawer
    if result.notarial_act_sha256 is not None:
        raise AlreadyDone(what=Phrase("вписване на нотариалния акт", "recording of the notarial act"))
    if work.session.get(UploadRow, (sha256, work.actor.id)) is None:
        raise NotFound(what=Phrase(f"файл {sha256[:12]}", f"file {sha256[:12]}"))
    result.notarial_act, result.notarial_act_sha256 = notarial_act, sha256
    work.audit(exam_id, "notarial_act:recorded", "чл. 13, ал. 5", notarial_act=notarial_act, sha256=sha256)
    _order_protocol(work, exam, result, shares, issue=2)
    return {"notarial_act": notarial_act, "sha256": sha256}


def _order_protocol(work: Work, exam: Exam, result: Draw, shares: dict[str, DrawShare], *, issue: int = 1) -> None:
    notary = shares[draw.NOTARY]
    given = tuple(
        Share(
            capacity=_CAPACITIES[role],
            names=exams.names_of(work, exam.exam_id, share.person_id, share.names),
            commitment=share.commitment,
            secret=str(share.value),
        )
        for role, share in ((role, shares[role]) for role in (draw.MEMBER, draw.NOTARY))
    )
    protocol = DrawProtocol(
        number=f"{exam.exam_id}/13-5",
        drawn_at=result.drawn_at,
        exam_on=exam.exam_on,
        place=notary.place or str(work.settings.place),
        notary=given[1].names,
        notary_number=notary.notary_number or _NOT_STATED,
        notarial_act=result.notarial_act or _NOT_STATED,
        seals=tuple((int(number), seal) for number, seal in result.transcript["seals"].items()),
        shares=given,
        recomputing=_RECOMPUTING,
        transcript_sha256=result.transcript_sha256,
        drawn=result.drawn,
        order_of_use=_order_of_use(exam, result),
        signatories=_signatories(work, exam, given),
    )
    order(work, DRAW_PROTOCOL, exam.exam_id, exam.exam_id, protocol, issue=issue)


def _signatories(work: Work, exam: Exam, given: tuple[Share, ...]) -> tuple[Signatory, ...]:
    chairs = exams.staff_of(work, exam.exam_id, Role.CHAIR)
    members = exams.staff_of(work, exam.exam_id, Role.MEMBER)
    return (
        *(Signatory(bank.CAPACITIES[Role.CHAIR], names) for names in chairs),
        *(Signatory(_CAPACITIES[draw.MEMBER], names) for names in members),
        Signatory(bank.CAPACITIES[Role.DIRECTOR]),
        Signatory(_CAPACITIES[draw.NOTARY], given[1].names),
    )


def _order_of_use(exam: Exam, result: Draw) -> tuple[str, ...]:
    """Which sitting takes which variant, in sentences (reading_04, reading_05)."""
    uses = {variant: sessions_of(exam, variant, result.drawn) for variant in map(int, result.transcript["seals"])}
    taken = sorted((session, variant) for variant, sessions in uses.items() for session in sessions)
    return (
        *(f"{_SITTINGS[session]} се провежда по вариант {variant}." for session, variant in taken),
        *(f"Вариант {variant} остава запечатан." for variant, sessions in uses.items() if not sessions),
    )


def sessions_of(exam: Exam, variant: int, drawn: int) -> tuple[int, ...]:
    """The sittings of the day in which a variant is solved; empty for one that stays sealed."""
    is_reused = exams.law_of(exam).is_variant_reused_in_second_session
    return draw.sessions_of(variant, drawn, exam.sessions, is_reused=is_reused)


def shares_as_told(work: Work, exam_id: str) -> dict[str, Any]:
    """Where the draw stands: per role, the commitment and, once revealed, the value."""
    return {
        role: {"commitment": share.commitment, "value": share.value} for role, share in _shares(work, exam_id).items()
    }
