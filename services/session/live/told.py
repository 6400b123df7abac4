"""What screens are told, as JSON; programs find the same in the OpenAPI document."""

from typing import Annotated, Any

import msgspec

from services.session.live.ledger import Outcome
from services.session.rules.answers import Change


class Stands(msgspec.Struct, frozen=True):
    """What a question's answer is now. ``seq``: the client's count of the change that put it there."""

    option: str | None
    seq: int


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """What has become of a change: ``saved``, ``superseded`` by a newer one, ``refused`` with a code."""

    question: int
    seq: int
    verdict: str
    code: str | None = None
    stands: Stands | None = None


class Verdicts(msgspec.Struct, frozen=True):
    """One for each change of a replay, in its order."""

    verdicts: list[Verdict]


class Nothing(msgspec.Struct, frozen=True):
    """There is nothing to say."""


class Spoken(msgspec.Struct, frozen=True):
    """What was announced to the hall: the warning's ``minutes``, or ``text``."""

    kind: str
    minutes: int | None
    text: str | None
    at: str


class PrintedQuestion(msgspec.Struct, frozen=True):
    """A question of the sub-variant, under the number that it has there; options by their letters."""

    number: int
    text: str
    options: dict[str, str]


class Rescue(msgspec.Struct, frozen=True):
    """To whom a rescue file is encrypted, as a JWK, and after how many seconds away one is offered."""

    key: dict[str, str]
    after_seconds: float


class Screen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The main screen (Art. 24(2)). ``questions``: only while they may be worked on. Instants: ISO 8601, UTC."""

    state: str
    suspended_at: str | None
    now: str
    remaining_seconds: int | None
    started_at: str | None
    ends_at: str | None
    questions_count: int
    answered: int
    exam_id: str
    title: str
    exam_on: str
    names: str
    identifier_type: str
    identifier: str
    unique_number: str | None
    exam_username: str | None
    hall: str
    seat: str
    session: int
    variant: int | None
    sub_variant: str | None
    answers: dict[str, Stands]
    announcements: list[Spoken]
    rescue: Rescue
    questions: Annotated[
        msgspec.Raw | msgspec.UnsetType,
        msgspec.Meta(
            extra_json_schema={"type": "array", "items": {"$ref": "#/components/schemas/PrintedQuestion"}},
        ),
    ] = msgspec.UNSET


class Entered(msgspec.Struct, frozen=True):
    """A log-in: the token for one line of one sitting, and its screen."""

    token: str
    sitting: Screen


class Submitted(msgspec.Struct, frozen=True):
    """The final submission: when, and how many questions have an answer and how many none."""

    submitted_at: str
    answered: int
    open: int


def verdict(change: Change, outcome: Outcome) -> Verdict:
    """What a screen is told of its change."""
    code = outcome.refusal.__name__ if outcome.refusal else None
    stands = Stands(outcome.stands.option, outcome.stands.seq) if outcome.stands else None
    return Verdict(change.question, change.seq, outcome.verdict, code, stands)


def encode(value: Any) -> bytes:
    """JSON."""
    return msgspec.json.encode(value)
