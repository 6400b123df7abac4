"""The verbs of testbank, for every door."""

from chassis.commands import Verb, Verbs
from chassis.document_routes import Readers, question
from contracts.people import Role
from services.testbank import queries, schemas
from services.testbank.usecases import bank, composition, draw, opening, release

_KEEPERS = bank.KEEPERS
_CHAIR, _DIRECTOR = frozenset({Role.CHAIR}), frozenset({Role.DIRECTOR})
_DRAWERS = frozenset({Role.MEMBER, Role.NOTARY})
_WATCHERS = _KEEPERS | _DRAWERS | {Role.OFFICER, Role.OPERATOR}
_EXPORTERS = frozenset({Role.DIRECTOR, Role.OPERATOR})
#: Who reads testbank's protocols.
READERS = Readers(staff=_WATCHERS | {Role.MINISTER})

#: A question's words pass through these; they never go over the broker, so the web door alone offers them.
_IN_PLAIN_TEXT = (
    Verb("submit_questions", bank.submit_questions, schemas.SubmitQuestions, frozenset({Role.AUTHOR}), "чл. 13, ал. 3"),
    Verb("finish_opening", opening.finish_opening, schemas.FinishOpening, _DIRECTOR, "чл. 13, ал. 7"),
)
_COMMANDS = (
    Verb("propose_acceptance", bank.propose_acceptance, schemas.ProposeAcceptance, _KEEPERS, "чл. 13, ал. 3"),
    Verb("confirm_acceptance", bank.confirm_acceptance, schemas.OfExam, _KEEPERS, "чл. 13, ал. 3"),
    Verb("register_keeper_key", composition.register_keeper_key, schemas.RegisterKeeperKey, _KEEPERS, "чл. 13, ал. 6"),
    Verb("propose_composition", composition.propose_composition, schemas.ProposeComposition, _KEEPERS, "чл. 13, ал. 4"),
    Verb("confirm_composition", composition.confirm_composition, schemas.OfExam, _KEEPERS, "чл. 13, ал. 4"),
    Verb("commit_draw", draw.commit_draw, schemas.CommitDraw, _DRAWERS, "чл. 13, ал. 5"),
    Verb("reveal_draw", draw.reveal_draw, schemas.RevealDraw, _DRAWERS, "чл. 13, ал. 5"),
    Verb(
        "record_notarial_act",
        draw.record_notarial_act,
        schemas.RecordNotarialAct,
        frozenset({Role.NOTARY}),
        "чл. 13, ал. 5",
    ),
    Verb("begin_opening", opening.begin_opening, schemas.BeginOpening, _CHAIR, "чл. 13, ал. 7"),
    Verb("propose_no_sitting", release.propose_no_sitting, schemas.NoSitting, _KEEPERS, "чл. 30; чл. 41"),
    Verb("confirm_no_sitting", release.confirm_no_sitting, schemas.NoSitting, _KEEPERS, "чл. 30; чл. 41"),
)
_QUESTIONS = (
    Verb("bank_statistics", queries.bank_statistics, schemas.OfExam, _KEEPERS | {Role.OFFICER}, "чл. 12, ал. 2"),
    Verb("variants", queries.list_variants, schemas.OfExam, _WATCHERS, "чл. 13, ал. 4"),
    Verb("draw", queries.show_draw, schemas.OfExam, _WATCHERS, "чл. 13, ал. 5"),
    Verb("sealed_variant", queries.sealed_variant, schemas.OfVariant, _CHAIR, "чл. 13, ал. 7"),
    Verb("peeled_variant", queries.peeled_variant, schemas.OfVariant, _DIRECTOR, "чл. 13, ал. 7"),
    Verb("booklets", queries.list_booklets, schemas.OfExam, _KEEPERS | {Role.HALL_ADMINISTRATOR}, "чл. 13, ал. 7"),
    question(READERS),
)
_QUESTIONS_IN_PLAIN_TEXT = (
    Verb("questions", queries.list_questions, schemas.Questions, _KEEPERS | {Role.AUTHOR}, "чл. 13, ал. 3"),
    Verb("export", queries.export, schemas.OfExam, _EXPORTERS, "Собствено правило"),
)

VERBS = Verbs((*_IN_PLAIN_TEXT, *_COMMANDS), (*_QUESTIONS, *_QUESTIONS_IN_PLAIN_TEXT))
VERBS_OVER_THE_BROKER = Verbs(_COMMANDS, _QUESTIONS)
