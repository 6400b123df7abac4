"""The verbs of electronic grading, for every door."""

from chassis import document_routes
from chassis.commands import Verb, Verbs
from chassis.document_routes import Readers
from contracts.people import Role
from services.grading.electronic import queries, schemas, usecases

_SYSTEM = frozenset({Role.SYSTEM_ADMINISTRATOR})
_WATCHERS = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.CHAIR, Role.MEMBER, Role.DIRECTOR, Role.OFFICER})
_EXPORTERS = frozenset({Role.DIRECTOR, Role.OPERATOR})
#: A candidate sees the own individual protocol only at an inspection in the ministry (Art. 53(3)), never by download.
READERS = Readers(staff=_WATCHERS | {Role.OPERATOR})

VERBS = Verbs(
    commands=(
        Verb("issue_summary", usecases.issue_summary, schemas.OfExam, _SYSTEM, "чл. 43, ал. 4"),
        Verb("hand_over_protocols", usecases.hand_over_protocols, schemas.HandOver, _SYSTEM, "чл. 43, ал. 5"),
    ),
    questions=(
        Verb("sheets", queries.list_sheets, schemas.OfExam, _WATCHERS, "чл. 43, ал. 1"),
        document_routes.question(READERS),
        Verb("export", queries.export, schemas.OfExam, _EXPORTERS, "Собствено правило"),
    ),
)
