"""Art. 16 item 3, 35(2): printed tests for the halls on paper; in plain text only on their way to the printer."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import select

from chassis import audit
from chassis.documents import Frame
from chassis.sweeper import Sweep, lost_jobs
from chassis.work import Work
from contracts.events.testbank import RenderBooklets
from contracts.people import Mode, Role
from contracts.phrase import Phrase
from contracts.refusals.general import NotFound
from services.testbank.documents import BOOKLET, DOCUMENTS, Booklet, Question
from services.testbank.rules import sealing, timing
from services.testbank.tables import Exam, Opening, StoredBooklet, Variant
from services.testbank.usecases import draw, exams

_LOOK_SECONDS = 10.0


def render_booklets(work: Work, job: RenderBooklets) -> None:
    """Render the booklets of an opened variant that are not there yet; store each enciphered to testbank's own key."""
    exam = exams.load(work, job.exam_id)
    opening = work.session.get(Opening, (job.exam_id, job.variant))
    if opening is None or opening.booklet_package_sha256 is None or opening.finished_at is None:
        return
    package = sealing.disclose(work.files.get(opening.booklet_package_sha256), work.settings.booklet_private_key)
    head = audit.head(work.session, job.exam_id)
    frame = Frame(ordered_at=opening.finished_at, chain_head=head.sha256 if head else audit.BEGINNING)
    for booklet in _booklets(exam, json.loads(package)):
        if work.session.get(StoredBooklet, (job.exam_id, booklet.sub_variant)) is None:
            _store(work, exam, booklet, frame)


def lost() -> Sweep:
    """Booklets whose job went with a broker or a worker."""
    return lost_jobs("booklets", _LOOK_SECONDS, _missing, _render_again)


def _missing(work: Work) -> Iterator[tuple[str, int]]:
    opened = select(Opening).where(Opening.finished_at.is_not(None), Opening.released_at.is_(None))
    for opening in work.session.scalars(opened):
        exam = exams.load(work, opening.exam_id)
        sealed = exams.variants_of(work, opening.exam_id)[opening.variant]
        if is_for_paper(work, exam, opening.variant) and not _has_all(work, sealed):
            yield opening.exam_id, opening.variant


def _render_again(work: Work, waiting: Collection[tuple[str, int]]) -> None:
    for exam_id, variant in sorted(waiting):
        work.emit(RenderBooklets(exam_id=exam_id, variant=variant))


def is_for_paper(work: Work, exam: Exam, variant: int) -> bool:
    """Whether a variant is solved on paper: it goes with the first session (reading_05)."""
    sessions = draw.sessions_of(exam, variant, exams.draw_of(work, exam.exam_id).drawn)
    return Mode.PAPER in exam.modes and 1 in sessions


def _has_all(work: Work, sealed: Variant) -> bool:
    return all(work.session.get(StoredBooklet, (sealed.exam_id, code)) for code in sealed.sub_variants)


def _booklets(exam: Exam, package: Mapping[str, Any]) -> Iterator[Booklet]:
    law = exams.law_of(exam)
    by_number = {one["number"]: one for one in package["questions"]}
    for code, order in package["sub_variants"].items():
        yield Booklet(
            exam_on=exam.exam_on,
            variant=package["variant"],
            sub_variant=code,
            duration_minutes=law.duration_minutes,
            letters="".join(law.option_letters),
            questions=tuple(
                Question(
                    number=printed,
                    text=by_number[number]["text"],
                    options=tuple(by_number[number]["options"][letter] for letter in law.option_letters),
                )
                for printed, number in enumerate(order, 1)
            ),
        )


def _store(work: Work, exam: Exam, booklet: Booklet, frame: Frame) -> None:
    content = DOCUMENTS.render(BOOKLET, booklet, frame)
    enclosed = sealing.enclose(content, work.settings.booklet_public_key)
    work.session.add(
        StoredBooklet(
            exam_id=exam.exam_id,
            sub_variant=booklet.sub_variant,
            sha256=work.files.put(enclosed),
            rendered_at=work.now,
        )
    )


def hand_out_booklet(work: Work, *, exam_id: str, sub_variant: str) -> bytes:
    """A booklet as PDF for the printer, on exam day; who took it is recorded (Art. 13(7)). Raises ``NotFound``."""
    work.require(exam_id, Role.HALL_ADMINISTRATOR, Role.CHAIR)
    exam = exams.load(work, exam_id)
    timing.check_exam_day(exam.exam_on, work.now)
    stored = work.session.get(StoredBooklet, (exam_id, sub_variant))
    if stored is None:
        raise NotFound(what=Phrase(f"тест {sub_variant}", f"test {sub_variant}"))
    content = sealing.disclose(work.files.get(stored.sha256), work.settings.booklet_private_key)
    work.audit(exam_id, "booklet:handed_out", "чл. 13, ал. 7", sub_variant=sub_variant, sha256=stored.sha256)
    return content
