"""The nameko door of the results service."""

from typing import Any

from chassis import heads
from chassis.commands import dispatch
from chassis.entrypoints import ServiceRuntime, answers, handles, sweeps
from chassis.rpc import Request
from chassis.sweeper import Sweep, generic_sweeps
from chassis.work import Actor, Work
from contracts.events.admission import CandidateAbsent, CandidateRefusedAtDoor, SeatAssigned, StaffAppointed
from contracts.events.chassis import AuditHeadTold
from contracts.events.grading import ElectronicSheetGraded, PaperSheetGraded
from contracts.events.registration import AnnouncementPublished
from contracts.events.session import SittingAnnulled
from services.grading.results import usecases
from services.grading.results.commands import VERBS


class GradingResultsService:
    """Questions and commands over RPC; counts of both modes as they arrive."""

    name = "grading_results"
    runtime = ServiceRuntime()

    @answers
    def answer(self, request: Request, actor: Actor) -> dict[str, Any]:
        """Any verb of the service."""
        return dispatch(VERBS, self.runtime, request.method, request.payload, actor, request.idempotency_key)

    @handles(AnnouncementPublished)
    def on_announcement_published(self, work: Work, event: AnnouncementPublished) -> None:
        """Art. 5(1)."""
        usecases.record_exam(work, event)

    @handles(StaffAppointed)
    def on_staff_appointed(self, work: Work, event: StaffAppointed) -> None:
        """Art. 13(1)."""
        usecases.record_duty(work, event)

    @handles(SeatAssigned)
    def on_seat_assigned(self, work: Work, event: SeatAssigned) -> None:
        """Art. 14."""
        usecases.expect_result(work, event)

    @handles(CandidateAbsent)
    def on_candidate_absent(self, work: Work, event: CandidateAbsent) -> None:
        """Art. 22, 34."""
        usecases.record_absence(work, event)

    @handles(CandidateRefusedAtDoor)
    def on_candidate_refused_at_door(self, work: Work, event: CandidateRefusedAtDoor) -> None:
        """Art. 6(4) item 4."""
        usecases.record_refusal_at_door(work, event)

    @handles(SittingAnnulled)
    def on_sitting_annulled(self, work: Work, event: SittingAnnulled) -> None:
        """Art. 28(1), 38(1)."""
        usecases.record_annulment(work, event)

    @handles(ElectronicSheetGraded, PaperSheetGraded)
    def on_sheet_graded(self, work: Work, event: ElectronicSheetGraded | PaperSheetGraded) -> None:
        """Art. 43, 47, 48."""
        usecases.record_count(work, event)

    @handles(AuditHeadTold)
    def on_audit_head_told(self, work: Work, event: AuditHeadTold) -> None:
        """Own choice: chains witness one another."""
        heads.keep(work, event)

    @sweeps(generic_sweeps())
    def sweep(self, sweep: Sweep, work: Work) -> None:
        """What should have happened and has not."""
        sweep.run(work)
