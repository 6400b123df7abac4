"""The nameko door of testbank."""

from typing import Any

from chassis import heads
from chassis.commands import dispatch
from chassis.entrypoints import ServiceRuntime, answers, handles, sweeps
from chassis.rpc import Request
from chassis.sweeper import Sweep, generic_sweeps
from chassis.work import Actor, Work
from contracts.events.admission import StaffAppointed
from contracts.events.chassis import AuditHeadTold
from contracts.events.registration import AnnouncementPublished
from contracts.events.session import SittingsEnded
from services.testbank.commands import VERBS_OVER_THE_BROKER
from services.testbank.usecases import booklets, exams, release

_SWEEPS = generic_sweeps([booklets.lost()])


class TestbankService:
    """Questions and commands over RPC, as far as no question's words pass through them; what other services tell."""

    name = "testbank"
    runtime = ServiceRuntime()

    @answers
    def answer(self, request: Request, actor: Actor) -> dict[str, Any]:
        """Any verb of the service that may go over the broker."""
        return dispatch(
            VERBS_OVER_THE_BROKER, self.runtime, request.method, request.payload, actor, request.idempotency_key
        )

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
        """Art. 5(1)."""
        exams.record_announcement(work, event)

    @handles(StaffAppointed)
    def on_staff_appointed(self, work: Work, event: StaffAppointed) -> None:
        """Art. 12(3), 13(1), 15(2)."""
        exams.record_appointment(work, event)

    @handles(SittingsEnded)
    def on_sittings_ended(self, work: Work, event: SittingsEnded) -> None:
        """Art. 30, 41."""
        release.record_sittings_ended(work, event)
