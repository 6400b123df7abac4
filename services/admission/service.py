"""The nameko door of admission."""

from typing import Any

from chassis import heads
from chassis.commands import dispatch
from chassis.entrypoints import ServiceRuntime, answers, handles, sweeps
from chassis.rpc import Request
from chassis.sweeper import Sweep, generic_sweeps
from chassis.work import Actor, Work
from contracts.events.chassis import AuditHeadTold
from contracts.events.registration import AnnouncementPublished, ApplicationSubmitted
from contracts.events.session import (
    CandidateLeftHall,
    CandidateStayedOutside,
    InstructionsRead,
    MaterialsHandedIn,
    SittingAnnulled,
    SittingStarted,
)
from services.admission import usecases
from services.admission.commands import VERBS


class AdmissionService:
    """Questions and commands over RPC; what registration and session tell."""

    name = "admission"
    runtime = ServiceRuntime()

    @answers
    def answer(self, request: Request, actor: Actor) -> dict[str, Any]:
        """Any verb of the service."""
        return dispatch(VERBS, self.runtime, request.method, request.payload, actor, request.idempotency_key)

    @sweeps(generic_sweeps())
    def sweep(self, sweep: Sweep, work: Work) -> None:
        """What should have happened and has not."""
        sweep.run(work)

    @handles(AuditHeadTold)
    def on_audit_head_told(self, work: Work, event: AuditHeadTold) -> None:
        """Another service's chain."""
        heads.keep(work, event)

    @handles(AnnouncementPublished)
    def on_announcement_published(self, work: Work, event: AnnouncementPublished) -> None:
        """Art. 5(1)."""
        usecases.record_announcement(work, event)

    @handles(ApplicationSubmitted)
    def on_application_submitted(self, work: Work, event: ApplicationSubmitted) -> None:
        """Art. 6(1)."""
        usecases.record_application(work, event)

    @handles(InstructionsRead)
    def on_instructions_read(self, work: Work, event: InstructionsRead) -> None:
        """Art. 22, 31(1) item 3."""
        usecases.record_instructions_read(work, event)

    @handles(SittingStarted)
    def on_sitting_started(self, work: Work, event: SittingStarted) -> None:
        """Art. 34, 35(2)."""
        usecases.record_start(work, event)

    @handles(CandidateLeftHall)
    def on_candidate_left_hall(self, work: Work, event: CandidateLeftHall) -> None:
        """Art. 27, 37."""
        usecases.record_leaving(work, event)

    @handles(CandidateStayedOutside)
    def on_candidate_stayed_outside(self, work: Work, event: CandidateStayedOutside) -> None:
        """Art. 27, 37."""
        usecases.record_staying_outside(work, event)

    @handles(MaterialsHandedIn)
    def on_materials_handed_in(self, work: Work, event: MaterialsHandedIn) -> None:
        """Art. 29(2), 40(2)."""
        usecases.record_hand_in(work, event)

    @handles(SittingAnnulled)
    def on_sitting_annulled(self, work: Work, event: SittingAnnulled) -> None:
        """Art. 8, 28(1), 38(1)."""
        usecases.record_annulment(work, event)
