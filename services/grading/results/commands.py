"""The verbs of the results service, for every door."""

from chassis import document_routes
from chassis.commands import Verb, Verbs
from chassis.document_routes import Readers
from contracts.people import Role
from services.grading.results import queries, schemas, usecases

_CHAIR = frozenset({Role.CHAIR})
_PUBLISHERS = frozenset({Role.CHAIR, Role.OFFICER})
_COMMISSION = frozenset({Role.CHAIR, Role.MEMBER, Role.DIRECTOR, Role.OFFICER, Role.MINISTER})
_EXPORTERS = frozenset({Role.DIRECTOR, Role.OPERATOR})
READERS = Readers(staff=_COMMISSION | {Role.OPERATOR})

VERBS = Verbs(
    commands=(
        Verb("draw_up_protocol", usecases.draw_up_protocol, schemas.OfMode, _CHAIR, "чл. 43, ал. 6; чл. 48, ал. 3"),
        Verb("publish_results", usecases.publish_results, schemas.Publish, _PUBLISHERS, "чл. 49"),
    ),
    questions=(
        Verb("results", queries.list_results, schemas.OfExam, _COMMISSION, "чл. 43, ал. 6; чл. 48, ал. 3"),
        Verb("statistics", queries.statistics, schemas.OfExam, _COMMISSION, "Собствено правило"),
        document_routes.question(READERS),
        Verb("export", queries.export, schemas.OfExam, _EXPORTERS, "Собствено правило"),
    ),
)
