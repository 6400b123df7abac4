"""The nameko door of paper grading."""

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
from contracts.events.session import MaterialsHandedIn, SittingAnnulled, SittingsEnded
from contracts.events.testbank import AnswerKeyReleased, VariantOpened
from services.grading.paper.commands import VERBS
from services.grading.paper.usecases import arrivals, scans

_SWEEPS = generic_sweeps([scans.lost()])


class PaperGradingService:
    """Questions and commands over RPC; what other services tell of the paper sitting."""

    name = "grading_paper"
    runtime = ServiceRuntime()

    @answers
    def answer(self, request: Request, actor: Actor) -> dict[str, Any]:
        """Any verb of the service."""
        return dispatch(VERBS, self.runtime, request.method, request.payload, actor, request.idempotency_key)

    @sweeps(_SWEEPS)
    def sweep(self, sweep: Sweep, work: Work) -> None:
        """What should have happened and has not."""
        sweep.run(work)

    @handles(AuditHeadTold)
    def on_audit_head_told(self, work: Work, event: AuditHeadTold) -> None:
        """Another service's chain."""
        heads.keep(work, event)

    @handles(AnnouncementPublished)
    def on_announcement_published(self, work: Work, event: AnnouncementPublished) -> None:
        """Art. 5."""
        arrivals.record_announcement(work, event)

    @handles(StaffAppointed)
    def on_staff_appointed(self, work: Work, event: StaffAppointed) -> None:
        """Art. 12(3), 13(1)."""
        arrivals.record_appointment(work, event)

    @handles(SeatAssigned)
    def on_seat_assigned(self, work: Work, event: SeatAssigned) -> None:
        """Art. 14."""
        arrivals.record_seat(work, event)

    @handles(VariantOpened)
    def on_variant_opened(self, work: Work, event: VariantOpened) -> None:
        """Art. 13(7), 35(2)."""
        arrivals.record_opening(work, event)

    @handles(MaterialsHandedIn)
    def on_materials_handed_in(self, work: Work, event: MaterialsHandedIn) -> None:
        """Art. 40(2)."""
        arrivals.record_hand_in(work, event)

    @handles(SittingAnnulled)
    def on_sitting_annulled(self, work: Work, event: SittingAnnulled) -> None:
        """Art. 38."""
        arrivals.record_hall_annulment(work, event)

    @handles(SittingsEnded)
    def on_sittings_ended(self, work: Work, event: SittingsEnded) -> None:
        """Art. 41."""
        arrivals.record_end(work, event)

    @handles(AnswerKeyReleased)
    def on_answer_key_released(self, work: Work, event: AnswerKeyReleased) -> None:
        """Art. 46."""
        arrivals.record_key(work, event)
