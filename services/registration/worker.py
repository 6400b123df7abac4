"""The work door of registration: rendering its documents."""

from collections.abc import Mapping
from typing import Any

from chassis.documents import render_ordered
from chassis.work import Runtime
from chassis.worker import Carry
from contracts.events import Job
from contracts.events.chassis import RenderDocuments
from services.registration.documents import DOCUMENTS


def render_documents(runtime: Runtime[Any], _job: RenderDocuments) -> None:
    """Render whatever waits, until nothing does."""
    while render_ordered(runtime, DOCUMENTS):
        continue


JOBS: Mapping[type[Job], Carry] = {RenderDocuments: render_documents}
