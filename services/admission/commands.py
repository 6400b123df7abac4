"""The verbs of admission, for every door."""

from chassis import document_routes
from chassis.commands import ANYBODY, Nothing, Verb, Verbs
from chassis.document_routes import Readers
from chassis.plumbing import DocumentRow
from chassis.work import Actor
from contracts.people import Role
from services.admission import queries, schemas, usecases
from services.admission.documents import APPENDIX_3

_MINISTER = frozenset({Role.MINISTER})
_CHAIR = frozenset({Role.CHAIR})
_COMMISSION = frozenset({Role.CHAIR, Role.MEMBER})
_PLANNERS = frozenset({Role.CHAIR, Role.DIRECTOR})
_DIRECTORATE = frozenset({Role.DIRECTOR, Role.OFFICER})
_HALL = frozenset({Role.HALL_ADMINISTRATOR})
_IN_HALLS = frozenset({Role.HALL_ADMINISTRATOR, Role.QUAESTOR, Role.SYSTEM_ADMINISTRATOR})
_STAFF = _COMMISSION | _DIRECTORATE | _MINISTER
_OPERATOR = frozenset({Role.OPERATOR})
_EVERYBODY = _STAFF | _IN_HALLS | _OPERATOR | {Role.AUTHOR, Role.NOTARY}


class _Readers(Readers):
    """Who draws Protocol № 1 up and has it signed reads it too (Art. 16 item 1), and nothing else of admission's."""

    def may_read(self, actor: Actor, document: DocumentRow) -> bool:
        """Whether the person at the door may have this document."""
        is_in_hall = bool(actor.roles_in(document.exam_id) & _HALL)
        return super().may_read(actor, document) or (document.kind == APPENDIX_3.name and is_in_hall)


READERS = _Readers(staff=_STAFF | _OPERATOR)

#: Not among the verbs: their answers are secrets, so they are never kept under an idempotency key.
LOG_IN = Verb("login", usecases.log_in, schemas.Login, ANYBODY, "чл. 12, ал. 3")
RENEW = Verb("renew", usecases.renew, Nothing, ANYBODY, "чл. 12, ал. 3")

VERBS = Verbs(
    commands=(
        Verb("add_person", usecases.add_person, schemas.AddPerson, _OPERATOR, "Собствено правило"),
        Verb("appoint_commission", usecases.appoint_commission, schemas.AppointCommission, _MINISTER, "чл. 13, ал. 1"),
        Verb("appoint_authors", usecases.appoint_authors, schemas.AppointAuthors, _MINISTER, "чл. 12, ал. 1"),
        Verb(
            "appoint_administrators",
            usecases.appoint_administrators,
            schemas.AppointAdministrators,
            _MINISTER,
            "чл. 15, ал. 2",
        ),
        # Whoever is appointed has no capacity before he signs, so the use case itself finds out who he is.
        Verb("sign_declaration", usecases.sign_declaration, schemas.OfExam, ANYBODY, "чл. 12, ал. 3"),
        Verb("check_application", usecases.check_application, schemas.CheckApplication, _COMMISSION, "чл. 6, ал. 5"),
        Verb("decide_applications", usecases.decide_applications, schemas.OfExam, _CHAIR, "чл. 6, ал. 5"),
        Verb("import_ban", usecases.import_ban, schemas.ImportBan, _OPERATOR, "чл. 8"),
        Verb("plan_halls", usecases.plan_halls, schemas.PlanHalls, _PLANNERS, "чл. 15, ал. 1"),
        Verb("assign_seats", usecases.assign_seats, schemas.OfExam, _PLANNERS, "чл. 14"),
        Verb("identify_candidate", usecases.identify_candidate, schemas.IdentifyCandidate, _HALL, "чл. 16, т. 2"),
        Verb("close_door", usecases.close_door, schemas.OfHall, _HALL, "чл. 22; чл. 31, ал. 1, т. 3; чл. 34"),
        Verb(
            "issue_protocol_1_for_signature",
            usecases.issue_protocol_1_for_signature,
            schemas.OfHall,
            _HALL,
            "чл. 16, т. 1",
        ),
        Verb("issue_protocol_1", usecases.issue_protocol_1, schemas.IssueProtocol1, _HALL, "чл. 16, т. 1"),
    ),
    questions=(
        Verb("my_appointments", queries.my_appointments, Nothing, ANYBODY, "чл. 12, ал. 3"),
        Verb("exams", queries.list_exams, Nothing, _EVERYBODY, "чл. 5, ал. 1"),
        Verb("applications", queries.list_applications, schemas.OfExam, _COMMISSION | _DIRECTORATE, "чл. 6, ал. 5"),
        Verb(
            "application", queries.show_application, schemas.OfApplication, _COMMISSION | _DIRECTORATE, "чл. 6, ал. 5"
        ),
        Verb("hall", queries.show_hall, schemas.OfHall, _COMMISSION | _DIRECTORATE | _IN_HALLS, "чл. 16, т. 1"),
        Verb(
            "candidates_for_system_administrators",
            queries.candidates_for_system_administrators,
            schemas.OfExam,
            frozenset({Role.CHAIR, Role.SYSTEM_ADMINISTRATOR}),
            "чл. 17, т. 1",
        ),
        Verb("bans", queries.list_bans, Nothing, _COMMISSION | _DIRECTORATE | _OPERATOR, "чл. 8"),
        Verb("deadlines", queries.list_deadlines, schemas.OfExam, _EVERYBODY, "чл. 5–53"),
        document_routes.question(READERS),
        Verb("export", queries.export, schemas.OfExam, frozenset({Role.DIRECTOR, Role.OPERATOR}), "Собствено правило"),
    ),
)
