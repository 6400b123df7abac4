"""Art. 44: cards scanned, read by the machine, and completed by a person where the sticker could not be read."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from chassis.commands import Answer
from chassis.plumbing import UploadRow
from chassis.sweeper import Sweep, lost_jobs
from chassis.work import Work
from contracts.events.grading import ReadScan
from contracts.phrase import Phrase
from contracts.refusals.general import OutOfOrder
from contracts.refusals.grading import NumberNotGiven, NumberTaken, ScanNotYours
from regulation import Regulation
from services.grading.paper.records import announced, any_page, law_of, page_of, sub_variants_of
from services.grading.paper.rules.batch import check_number_unread, check_sub_variant
from services.grading.paper.tables import Card, Exam, Reading, Scan

_LOOK_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class PageRead:
    """A page as the worker read it: ``reading`` as JSON values; hashes of its pictures in the store."""

    reading: dict[str, Any]
    picture_sha256: str | None
    overlay_sha256: str | None


@dataclass(frozen=True, slots=True)
class ToRead:
    """A file that waits to be read: its kind, and the law that says what a card looks like."""

    media_type: str
    law: Regulation


def register_scans(work: Work, *, exam_id: str, scans: Sequence[str]) -> Answer:
    """Give uploaded files to the machine; a file that is registered already is told and left alone (Art. 44)."""
    _unstarted(work, exam_id)
    known = set(work.session.scalars(select(Scan.scan_sha256).where(Scan.exam_id == exam_id)))
    fresh = [sha256 for sha256 in dict.fromkeys(scans) if sha256 not in known]
    for sha256 in fresh:
        upload = work.session.get(UploadRow, (sha256, work.actor.id))
        if upload is None:
            raise ScanNotYours(scan=sha256[:12])
        work.session.add(
            Scan(
                exam_id=exam_id,
                scan_sha256=sha256,
                media_type=upload.media_type,
                registered_by=work.actor.id,
                registered_at=work.now,
            )
        )
        work.emit(ReadScan(exam_id=exam_id, scan_sha256=sha256))
    work.audit(exam_id, "scans:registered", "чл. 44", scans=fresh)
    return {"registered": len(fresh), "already_registered": sorted(known & set(scans))}


def lost() -> Sweep:
    """Readings whose job went with a broker or a worker."""
    return lost_jobs("scans", _LOOK_SECONDS, _unread, _read_again)


def _unread(work: Work) -> Iterator[tuple[str, str]]:
    waiting = work.session.execute(select(Scan.exam_id, Scan.scan_sha256).where(Scan.read_at.is_(None)))
    return ((exam_id, scan_sha256) for exam_id, scan_sha256 in waiting)


def _read_again(work: Work, waiting: Collection[tuple[str, str]]) -> None:
    for exam_id, scan_sha256 in sorted(waiting):
        work.emit(ReadScan(exam_id=exam_id, scan_sha256=scan_sha256))


def to_read(work: Work, exam_id: str, scan_sha256: str) -> ToRead | None:
    """What a worker needs to read a file; nothing when it is read already, or unknown."""
    scan = work.session.get(Scan, (exam_id, scan_sha256))
    if scan is None or scan.read_at is not None:
        return None
    return ToRead(scan.media_type, law_of(announced(work, exam_id)))


def record_reading(work: Work, exam_id: str, scan_sha256: str, pages: Iterable[PageRead]) -> None:
    """Keep what the machine read; a second time it changes nothing (Art. 44)."""
    scan = work.session.get_one(Scan, (exam_id, scan_sha256), with_for_update=True)
    if scan.read_at is not None:
        return
    scan.read_at = work.now
    for number, page in enumerate(pages, 1):
        work.session.add(_reading(scan, number, page))
        work.audit(
            exam_id,
            "scan:read",
            "чл. 44",
            scan=scan_sha256,
            page=number,
            number=page.reading["number"],
            why_not=page.reading["why_not"],
            doubtful=len(page.reading["doubtful"]),
            annul_proposed=page.reading["annul_proposed"],
        )


def _reading(scan: Scan, number: int, page: PageRead) -> Reading:
    return Reading(
        exam_id=scan.exam_id,
        scan_sha256=scan.scan_sha256,
        page=number,
        is_read=page.reading["ok"],
        why_not=page.reading["why_not"],
        number=page.reading["number"],
        sub_variant=page.reading["sub_variant"],
        reading=page.reading,
        picture_sha256=page.picture_sha256,
        overlay_sha256=page.overlay_sha256,
    )


def complete_number(
    work: Work, *, exam_id: str, scan_sha256: str, page: int, number: str, sub_variant: str | None = None
) -> Answer:
    """Say which number a page bears when the sticker could not be read, and which sub-variant if that is missing too.

    What the machine read stays: an answer is never touched here (Art. 44).
    """
    _unstarted(work, exam_id)
    found = page_of(work, exam_id, scan_sha256, page)
    check_number_unread(found.said["number"], number)
    if work.session.get(Card, (exam_id, number)) is None:
        raise NumberNotGiven(number=number)
    _check_free(work, found, number)
    if sub_variant is not None:
        check_sub_variant(found.said["sub_variant"], sub_variant, sub_variants_of(work, exam_id))
        found.sub_variant = sub_variant
    found.number, found.completed_by, found.completed_at = number, work.actor.id, work.now
    work.audit(
        exam_id, "number:completed", "чл. 44", scan=scan_sha256, page=page, number=number, sub_variant=found.sub_variant
    )
    return {"number": number, "sub_variant": found.sub_variant}


def set_aside_scan(work: Work, *, exam_id: str, scan_sha256: str, page: int, reason: str) -> Answer:
    """Leave a page out: scanned twice, no card, to be scanned again (Art. 44)."""
    _unstarted(work, exam_id)
    found = page_of(work, exam_id, scan_sha256, page)
    found.set_aside_by, found.set_aside_for = work.actor.id, reason
    work.audit(exam_id, "scan:set_aside", "чл. 44", scan=scan_sha256, page=page, number=found.number, reason=reason)
    return {"scan_sha256": scan_sha256, "page": page}


def take_back_scan(work: Work, *, exam_id: str, scan_sha256: str, page: int, reason: str) -> Answer:
    """Let a page count again that was set aside, as it was (Art. 44)."""
    _unstarted(work, exam_id)
    found = any_page(work, exam_id, scan_sha256, page)
    if found.set_aside_by is None:
        raise OutOfOrder(
            state=Phrase("страницата не е оставена настрана", "the page has not been set aside"), rule="чл. 44"
        )
    found.set_aside_by = found.set_aside_for = None
    work.audit(exam_id, "scan:taken_back", "чл. 44", scan=scan_sha256, page=page, number=found.number, reason=reason)
    return {"scan_sha256": scan_sha256, "page": page}


def _check_free(work: Work, page: Reading, number: str) -> None:
    others = select(Reading).where(
        Reading.exam_id == page.exam_id, Reading.number == number, Reading.set_aside_by.is_(None)
    )
    if any(one is not page for one in work.session.scalars(others)):
        raise NumberTaken(number=number)


def _unstarted(work: Work, exam_id: str) -> Exam:
    """The exam between numbering and distribution."""
    exam = announced(work, exam_id, is_locked=True)
    if exam.numbered_at is None:
        raise OutOfOrder(state=Phrase("още не са поставени номера", "no numbers have been given yet"), rule="чл. 44")
    if exam.distributed_at is not None:
        raise OutOfOrder(
            state=Phrase("картите са разпределени за проверка", "the cards have been distributed for marking"),
            rule="чл. 45",
        )
    return exam
