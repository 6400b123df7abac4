"""The work door of electronic grading: counting sheets, rendering protocols."""

from collections.abc import Mapping
from typing import Any

from chassis.documents import render_ordered
from chassis.work import Runtime
from chassis.worker import Carry
from contracts.events import Job
from contracts.events.chassis import RenderDocuments
from contracts.events.grading import GradeSheets
from services.grading.electronic import usecases
from services.grading.electronic.documents import DOCUMENTS


def grade_sheets(runtime: Runtime[Any], job: GradeSheets) -> None:
    """Count the sheets of one job."""
    with runtime.work() as work:
        usecases.grade_sheets(work, job)


def render_documents(runtime: Runtime[Any], _job: RenderDocuments) -> None:
    """Render whatever waits, until nothing does."""
    while render_ordered(runtime, DOCUMENTS):
        continue


JOBS: Mapping[type[Job], Carry] = {GradeSheets: grade_sheets, RenderDocuments: render_documents}
