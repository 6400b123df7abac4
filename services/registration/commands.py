"""The verbs of registration, for every door."""

from chassis import document_routes
from chassis.commands import ANYBODY, Nothing, Verb, Verbs
from chassis.document_routes import Readers
from contracts.people import Role
from services.registration import documents, queries, schemas, usecases

_CANDIDATE = frozenset({Role.CANDIDATE})
_DIRECTORATE = frozenset({Role.DIRECTOR, Role.OFFICER})
#: Who reads registration's documents; a candidate reads the declaration made for him, everybody the announcement.
READERS = Readers(
    staff=frozenset({Role.DIRECTOR, Role.OFFICER, Role.MINISTER, Role.CHAIR, Role.MEMBER, Role.OPERATOR}),
    own=frozenset({documents.APPENDIX_1.name}),
    public=frozenset({documents.ANNOUNCEMENT.name}),
)
_EXPORTERS = frozenset({Role.DIRECTOR, Role.OPERATOR})

#: Not among the verbs: its answer is a secret, so it is never kept under an idempotency key.
LOG_IN = Verb("login", usecases.log_in, schemas.Login, ANYBODY, "чл. 4, ал. 2")

VERBS = Verbs(
    commands=(
        Verb(
            "publish_announcement",
            usecases.publish_announcement,
            schemas.PublishAnnouncement,
            _DIRECTORATE,
            "чл. 5, ал. 1",
        ),
        Verb("register_candidate", usecases.register_candidate, schemas.RegisterCandidate, ANYBODY, "чл. 4, ал. 2"),
        Verb("submit_application", usecases.submit_application, schemas.SubmitApplication, _CANDIDATE, "чл. 6, ал. 1"),
        Verb(
            "request_declaration_form",
            usecases.request_declaration_form,
            schemas.OfExam,
            _CANDIDATE,
            "приложение № 1",
        ),
    ),
    questions=(
        Verb("announcements", queries.list_announcements, Nothing, ANYBODY, "чл. 5, ал. 1"),
        Verb("announcement", queries.show_announcement, schemas.OfExam, ANYBODY, "чл. 5, ал. 1"),
        Verb("deadlines", queries.list_deadlines, schemas.OfExam, ANYBODY, "чл. 5–53"),
        Verb("my_profile", queries.my_profile, Nothing, _CANDIDATE, "чл. 4, ал. 2"),
        Verb("application_status", queries.application_status, schemas.OfExam, _CANDIDATE, "чл. 7"),
        document_routes.question(READERS),
        Verb("export", queries.export, schemas.OfExam, _EXPORTERS, "Собствено правило"),
    ),
)
