"""The work door of testbank: rendering its protocols, and the booklets of an opened variant."""

from collections.abc import Mapping
from typing import Any

from chassis.documents import render_ordered
from chassis.work import Runtime
from chassis.worker import Carry
from contracts.events import Job
from contracts.events.chassis import RenderDocuments
from contracts.events.testbank import RenderBooklets
from services.testbank.documents import DOCUMENTS
from services.testbank.usecases import booklets


def render_documents(runtime: Runtime[Any], _job: RenderDocuments) -> None:
    """Render whatever waits, until nothing does."""
    while render_ordered(runtime, DOCUMENTS):
        continue


def render_booklets(runtime: Runtime[Any], job: RenderBooklets) -> None:
    """Render the booklets of one variant."""
    with runtime.work() as work:
        booklets.render_booklets(work, job)


JOBS: Mapping[type[Job], Carry] = {RenderDocuments: render_documents, RenderBooklets: render_booklets}
