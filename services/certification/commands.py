"""The verbs of certification, for every door."""

from chassis import document_routes
from chassis.commands import ANYBODY, Verb, Verbs
from chassis.document_routes import Readers
from contracts.people import Role
from services.certification import queries, schemas
from services.certification.usecases import certificates, duplicates, inspections

_MINISTER = frozenset({Role.MINISTER})
_OFFICER = frozenset({Role.OFFICER})
_CANDIDATE = frozenset({Role.CANDIDATE})
_DIRECTORATE = frozenset({Role.MINISTER, Role.DIRECTOR, Role.OFFICER})
_EXPORTERS = frozenset({Role.DIRECTOR, Role.OPERATOR})
#: Certificates are handed over on paper after the fee (Art. 51(1)); nobody downloads the own one.
READERS = Readers(staff=_DIRECTORATE | {Role.OPERATOR})

VERBS = Verbs(
    commands=(
        Verb("issue_certificates", certificates.issue_certificates, schemas.Issue, _MINISTER, "чл. 51, ал. 1 и 2"),
        Verb("prove_fee", certificates.prove_fee, schemas.ProveFee, _CANDIDATE | _OFFICER, "чл. 51, ал. 1"),
        Verb("hand_over", certificates.hand_over, schemas.HandOver, _OFFICER, "чл. 51, ал. 1"),
        Verb("request_duplicate", duplicates.request_duplicate, schemas.RequestDuplicate, _CANDIDATE, "чл. 51, ал. 3"),
        Verb(
            "prove_duplicate_fee",
            duplicates.prove_duplicate_fee,
            schemas.ProveFee,
            _CANDIDATE | _OFFICER,
            "чл. 51, ал. 3",
        ),
        Verb("issue_duplicate", duplicates.issue_duplicate, schemas.IssueDuplicate, _MINISTER, "чл. 51, ал. 3"),
        Verb("request_inspection", inspections.request_inspection, schemas.OfExam, _CANDIDATE, "чл. 53, ал. 1"),
        Verb(
            "schedule_inspection",
            inspections.schedule_inspection,
            schemas.ScheduleInspection,
            frozenset({Role.DIRECTOR}),
            "чл. 53, ал. 2",
        ),
        Verb("hold_inspection", inspections.hold_inspection, schemas.HoldInspection, _OFFICER, "чл. 53, ал. 2"),
    ),
    questions=(
        Verb("register", queries.register, schemas.SearchRegister, ANYBODY, "чл. 51, ал. 2"),
        Verb("verify", queries.verify, schemas.OfCertificate, ANYBODY, "чл. 51, ал. 2"),
        Verb("eligible", queries.list_eligible, schemas.OfExam, _DIRECTORATE, "чл. 51, ал. 1"),
        document_routes.question(READERS),
        Verb("export", queries.export, schemas.OfExam, _EXPORTERS, "Собствено правило"),
    ),
)
