"""The nameko door of registration."""

from typing import Any

from chassis import heads
from chassis.commands import dispatch
from chassis.entrypoints import ServiceRuntime, answers, handles, sweeps
from chassis.rpc import Request
from chassis.sweeper import Sweep, generic_sweeps
from chassis.work import Actor, Work
from contracts.events.admission import ApplicationAdmitted, ApplicationRejected, CandidateRefusedAtDoor, SeatAssigned
from contracts.events.certification import CertificateHanded, CertificateIssued, DuplicateIssued
from contracts.events.chassis import AuditHeadTold
from contracts.events.grading import ResultPublished
from services.registration.commands import VERBS
from services.registration.usecases import profile


class RegistrationService:
    """Questions and commands over RPC; what other services tell goes into the profiles."""

    name = "registration"
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

    @handles(ApplicationAdmitted)
    def on_application_admitted(self, work: Work, event: ApplicationAdmitted) -> None:
        """Art. 7."""
        profile.record_admission(work, event)

    @handles(ApplicationRejected)
    def on_application_rejected(self, work: Work, event: ApplicationRejected) -> None:
        """Art. 7."""
        profile.record_rejection(work, event)

    @handles(SeatAssigned)
    def on_seat_assigned(self, work: Work, event: SeatAssigned) -> None:
        """Art. 14."""
        profile.record_seat(work, event)

    @handles(CandidateRefusedAtDoor)
    def on_candidate_refused_at_door(self, work: Work, event: CandidateRefusedAtDoor) -> None:
        """Art. 6(4) item 4."""
        profile.record_refusal_at_door(work, event)

    @handles(ResultPublished)
    def on_result_published(self, work: Work, event: ResultPublished) -> None:
        """Art. 49."""
        profile.record_result(work, event)

    @handles(CertificateIssued)
    def on_certificate_issued(self, work: Work, event: CertificateIssued) -> None:
        """Art. 51(1)."""
        profile.record_certificate(work, event)

    @handles(CertificateHanded)
    def on_certificate_handed(self, work: Work, event: CertificateHanded) -> None:
        """Art. 51(1)."""
        profile.record_hand_over(work, event)

    @handles(DuplicateIssued)
    def on_duplicate_issued(self, work: Work, event: DuplicateIssued) -> None:
        """Art. 51(3)."""
        profile.record_duplicate(work, event)
