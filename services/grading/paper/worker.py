"""The work door of paper grading: reading scans, printing cards, rendering documents."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from chassis.documents import render_ordered
from chassis.plumbing import DocumentRow
from chassis.work import Runtime, Work
from chassis.worker import Carry
from contracts.events import Job
from contracts.events.chassis import RenderDocuments
from contracts.events.grading import ReadScan
from services.grading.paper.cards.printing import card_pdf
from services.grading.paper.documents import DOCUMENTS
from services.grading.paper.records import announced, law_of
from services.grading.paper.usecases import scans
from services.grading.paper.usecases.arrivals import APPENDIX_10
from services.grading.paper.usecases.pages import read_pages


def read_scan(runtime: Runtime[Any], job: ReadScan) -> None:
    """Read a file outside any transaction, then keep what was read; doing it twice keeps it once."""
    with runtime.work() as work:
        waiting = scans.to_read(work, job.exam_id, job.scan_sha256)
    if waiting is None:
        return
    content = runtime.files.get(job.scan_sha256)
    pages = read_pages(content, waiting.media_type, job.exam_id, waiting.law, runtime.files)
    with runtime.work() as work:
        scans.record_reading(work, job.exam_id, job.scan_sha256, pages)


def render_documents(runtime: Runtime[Any], _job: RenderDocuments) -> None:
    """Print the cards that wait, and render whatever else does."""
    with runtime.work() as work:
        _print_cards(work)
    while render_ordered(runtime, DOCUMENTS):
        continue


def _print_cards(work: Work) -> None:
    """App. 10 for every sub-variant that has been ordered: drawn by the same geometry by which cards are read."""
    waiting = select(DocumentRow).where(DocumentRow.kind == APPENDIX_10, DocumentRow.sha256.is_(None))
    for row in work.session.scalars(waiting.with_for_update(skip_locked=True)):
        law = law_of(announced(work, row.exam_id))
        printed = card_pdf(row.exam_id, row.subject, questions=law.questions, options="".join(law.option_letters))
        row.sha256, row.rendered_at = work.files.put(printed), work.now
        work.audit(
            row.exam_id,
            "document:rendered",
            "чл. 35, ал. 2",
            kind=row.kind,
            subject=row.subject,
            issue=row.issue,
            sha256=row.sha256,
        )


JOBS: Mapping[type[Job], Carry] = {ReadScan: read_scan, RenderDocuments: render_documents}
