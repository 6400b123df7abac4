"""The nameko door of electronic grading."""

from typing import Any

from chassis import heads
from chassis.commands import dispatch
from chassis.entrypoints import ServiceRuntime, answers, handles, sweeps
from chassis.rpc import Request
from chassis.sweeper import Sweep, generic_sweeps
from chassis.work import Actor, Work
from contracts.events.admission import SeatAssigned, StaffAppointed
from contracts.events.chassis import AuditHeadTold
from contracts.events.registration import AnnouncementPublished
from contracts.events.session import AnswerSheetClosed, SittingAnnulled, SittingsEnded
from contracts.events.testbank import AnswerKeyReleased
from services.grading.electronic import queries, usecases
from services.grading.electronic.commands import VERBS

_SWEEPS = generic_sweeps([queries.lost()])


class GradingElectronicService:
    """Questions and commands over RPC; sheets and keys as they arrive."""

    name = "grading_electronic"
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
        """Art. 13(1), 15(2)."""
        usecases.record_duty(work, event)

    @handles(SeatAssigned)
    def on_seat_assigned(self, work: Work, event: SeatAssigned) -> None:
        """Art. 14."""
        usecases.record_seat(work, event)

    @handles(AnswerSheetClosed)
    def on_answer_sheet_closed(self, work: Work, event: AnswerSheetClosed) -> None:
        """Art. 29."""
        usecases.record_sheet(work, event)

    @handles(SittingAnnulled)
    def on_sitting_annulled(self, work: Work, event: SittingAnnulled) -> None:
        """Art. 28(1)."""
        usecases.record_annulment(work, event)

    @handles(SittingsEnded)
    def on_sittings_ended(self, work: Work, event: SittingsEnded) -> None:
        """Art. 30."""
        usecases.record_end(work, event)

    @handles(AnswerKeyReleased)
    def on_answer_key_released(self, work: Work, event: AnswerKeyReleased) -> None:
        """Art. 43(1)."""
        usecases.record_key(work, event)

    @handles(AuditHeadTold)
    def on_audit_head_told(self, work: Work, event: AuditHeadTold) -> None:
        """Own choice: chains witness one another."""
        heads.keep(work, event)

    @sweeps(_SWEEPS)
    def sweep(self, sweep: Sweep, work: Work) -> None:
        """What should have happened and has not."""
        sweep.run(work)
