"""The verbs of session, for every door. The candidate's own door is ``live``."""

from chassis import document_routes
from chassis.commands import Nothing, Verb, Verbs
from chassis.document_routes import Readers
from contracts.people import Role
from services.session import schemas
from services.session.queries.export import export
from services.session.queries.halls import list_halls, list_incidents, my_halls, show_hall
from services.session.usecases import annulments, candidates, halls, incidents, reconciling

_HALL = frozenset({Role.HALL_ADMINISTRATOR})
_SYSTEM = frozenset({Role.SYSTEM_ADMINISTRATOR})
_ON_DUTY = frozenset(
    {
        Role.HALL_ADMINISTRATOR,
        Role.SYSTEM_ADMINISTRATOR,
        Role.QUAESTOR,
        Role.CHAIR,
        Role.MEMBER,
        Role.DIRECTOR,
        Role.OFFICER,
        Role.OPERATOR,
    }
)
_DECIDING = frozenset({Role.CHAIR, Role.MEMBER, Role.DIRECTOR, Role.SYSTEM_ADMINISTRATOR, Role.OPERATOR})
READERS = Readers(staff=_ON_DUTY - {Role.QUAESTOR} | {Role.MINISTER})

VERBS = Verbs(
    commands=(
        Verb(
            "record_instructions_read",
            halls.record_instructions_read,
            schemas.HallDeed,
            _HALL,
            "чл. 23, ал. 2; чл. 31, ал. 1, т. 5; чл. 35, ал. 1",
        ),
        Verb("let_in_by_envelope", halls.let_in_by_envelope, schemas.LetInByEnvelope, _SYSTEM, "Собствено правило"),
        Verb("unlock", halls.unlock, schemas.Unlock, _SYSTEM, "чл. 24, ал. 1; чл. 31, ал. 1, т. 6"),
        Verb("start_paper", halls.start_paper, schemas.HallDeed, _HALL, "чл. 35, ал. 2"),
        Verb("confirm_number", candidates.confirm_number, schemas.ConfirmNumber, _HALL, "чл. 16, т. 4"),
        Verb("record_leaving", candidates.record_leaving, schemas.CandidateDeed, _HALL, "чл. 27; чл. 37"),
        Verb("record_return", candidates.record_return, schemas.CandidateDeed, _HALL, "чл. 27; чл. 37"),
        Verb("record_past_leaving", candidates.record_past_leaving, schemas.PastLeaving, _HALL, "чл. 37"),
        Verb("move_sitting", candidates.move_sitting, schemas.MoveSitting, _HALL, "чл. 17, т. 4"),
        Verb("report_cheating", annulments.report_cheating, schemas.ReportCheating, _HALL, "чл. 16, т. 8"),
        Verb(
            "propose_annulment",
            annulments.propose_annulment,
            schemas.ProposeAnnulment,
            frozenset({Role.CHAIR}),
            "чл. 28, ал. 1; чл. 38, ал. 1",
        ),
        Verb(
            "confirm_annulment",
            annulments.confirm_annulment,
            schemas.OfCandidate,
            frozenset({Role.DIRECTOR}),
            "чл. 28, ал. 1; чл. 38, ал. 1",
        ),
        Verb("terminate_access", annulments.terminate_access, schemas.OfCandidate, _SYSTEM, "чл. 28, ал. 1"),
        Verb("suspend_screen", incidents.suspend_screen, schemas.Suspend, _HALL, "чл. 16"),
        Verb("lift_suspension", incidents.lift_suspension, schemas.Suspend, _HALL, "чл. 16"),
        Verb("record_incident", incidents.record_incident, schemas.RecordIncident, _HALL, "чл. 16"),
        Verb(
            "decide_incident",
            incidents.decide_incident,
            schemas.DecideIncident,
            frozenset({Role.CHAIR}),
            "чл. 28, ал. 1; чл. 38, ал. 1",
        ),
        Verb("propose_time", incidents.propose_time, schemas.ProposeTime, frozenset({Role.CHAIR}), "чл. 10, ал. 2"),
        Verb("confirm_time", incidents.confirm_time, schemas.OfIncident, frozenset({Role.DIRECTOR}), "чл. 10, ал. 2"),
        Verb(
            "configure_sittings",
            incidents.configure_sittings,
            schemas.ConfigureSittings,
            frozenset({Role.DIRECTOR}),
            "Собствено правило",
        ),
        Verb("announce", halls.announce, schemas.Announce, _HALL, "чл. 16"),
        Verb(
            "announce_remaining",
            halls.announce_remaining,
            schemas.HallDeed,
            _HALL,
            "чл. 23, ал. 2; чл. 31, ал. 1, т. 5; чл. 39, ал. 2",
        ),
        Verb("write_remaining", halls.write_remaining, schemas.HallDeed, _HALL, "чл. 39, ал. 1"),
        Verb("end_hall", halls.end_hall, schemas.HallDeed, _HALL, "чл. 29, ал. 1; чл. 40, ал. 1"),
        Verb("hand_in", candidates.hand_in, schemas.CandidateDeed, _HALL, "чл. 29, ал. 2; чл. 40, ал. 2"),
        Verb(
            "reconcile_hall", reconciling.reconcile_hall, schemas.CountEnvelopes, _HALL, "чл. 30, ал. 1; чл. 41, ал. 1"
        ),
        Verb(
            "take_over_hall",
            reconciling.take_over_hall,
            schemas.CountEnvelopes,
            frozenset({Role.CHAIR}),
            "чл. 30, ал. 2; чл. 41, ал. 2",
        ),
        Verb("issue_protocol_2", reconciling.issue_protocol_2, schemas.OfHall, _SYSTEM, "чл. 25"),
    ),
    questions=(
        Verb("hall", show_hall, schemas.OfHall, _ON_DUTY, "чл. 16"),
        Verb("halls", list_halls, schemas.OfExam, _ON_DUTY, "чл. 16"),
        Verb("my_halls", my_halls, Nothing, _ON_DUTY, "чл. 16"),
        Verb("incidents", list_incidents, schemas.OfExam, _DECIDING, "чл. 28, ал. 1"),
        document_routes.question(READERS),
        Verb("export", export, schemas.OfExam, frozenset({Role.DIRECTOR, Role.OPERATOR}), "Собствено правило"),
    ),
)
