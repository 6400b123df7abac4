"""The nameko door of session."""

from typing import Any

from chassis import heads
from chassis.commands import dispatch
from chassis.entrypoints import ServiceRuntime, answers, handles, sweeps
from chassis.rpc import Request
from chassis.sweeper import Sweep, generic_sweeps
from chassis.work import Actor, Work
from contracts.events.admission import (
    CandidateAbsent,
    CandidateIdentified,
    CandidateRefusedAtDoor,
    SeatAssigned,
    StaffAppointed,
)
from contracts.events.chassis import AuditHeadTold
from contracts.events.registration import AnnouncementPublished
from contracts.events.testbank import VariantOpened
from services.session.commands import VERBS
from services.session.usecases import closing, records

_SWEEPS = generic_sweeps([Sweep("expired_sittings", 1.0, closing.sweep_expired)])


class SessionService:
    """Questions and commands over RPC; who sits where and what was opened is written down for the day."""

    name = "session"
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
        """Art. 5(1)."""
        records.record_exam(work, event)

    @handles(StaffAppointed)
    def on_staff_appointed(self, work: Work, event: StaffAppointed) -> None:
        """Art. 13(1), 15(2)."""
        records.record_staff(work, event)

    @handles(SeatAssigned)
    def on_seat_assigned(self, work: Work, event: SeatAssigned) -> None:
        """Art. 14, 17 item 2."""
        records.record_seat(work, event)

    @handles(CandidateIdentified)
    def on_candidate_identified(self, work: Work, event: CandidateIdentified) -> None:
        """Art. 20, 33."""
        records.record_identified(work, event)

    @handles(CandidateRefusedAtDoor)
    def on_candidate_refused_at_door(self, work: Work, event: CandidateRefusedAtDoor) -> None:
        """Art. 6(4) item 4."""
        records.record_refused(work, event)

    @handles(CandidateAbsent)
    def on_candidate_absent(self, work: Work, event: CandidateAbsent) -> None:
        """Art. 22, 34."""
        records.record_absent(work, event)

    @handles(VariantOpened)
    def on_variant_opened(self, work: Work, event: VariantOpened) -> None:
        """Art. 13(7)."""
        records.record_variant(work, event)
