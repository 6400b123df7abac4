"""The nameko door of certification."""

from typing import Any

from chassis import heads
from chassis.commands import dispatch
from chassis.entrypoints import ServiceRuntime, answers, handles, sweeps
from chassis.rpc import Request
from chassis.sweeper import Sweep, generic_sweeps
from chassis.work import Actor, Work
from contracts.events.admission import ApplicationAdmitted
from contracts.events.chassis import AuditHeadTold
from contracts.events.grading import ResultPublished
from contracts.events.registration import AnnouncementPublished
from services.certification.commands import VERBS
from services.certification.usecases import records


class CertificationService:
    """Questions and commands over RPC; who took part and with what result, as it is told."""

    name = "certification"
    runtime = ServiceRuntime()

    @answers
    def answer(self, request: Request, actor: Actor) -> dict[str, Any]:
        """Any verb of the service."""
        return dispatch(VERBS, self.runtime, request.method, request.payload, actor, request.idempotency_key)

    @handles(AnnouncementPublished)
    def on_announcement_published(self, work: Work, event: AnnouncementPublished) -> None:
        """Art. 5(1)."""
        records.record_exam(work, event)

    @handles(ApplicationAdmitted)
    def on_application_admitted(self, work: Work, event: ApplicationAdmitted) -> None:
        """Art. 7."""
        records.record_participant(work, event)

    @handles(ResultPublished)
    def on_result_published(self, work: Work, event: ResultPublished) -> None:
        """Art. 49."""
        records.record_result(work, event)

    @handles(AuditHeadTold)
    def on_audit_head_told(self, work: Work, event: AuditHeadTold) -> None:
        """Own choice: chains witness one another."""
        heads.keep(work, event)

    @sweeps(generic_sweeps())
    def sweep(self, sweep: Sweep, work: Work) -> None:
        """What should have happened and has not."""
        sweep.run(work)
