"""What a screen may send, read by msgspec: quick, strict, unknown fields refused."""

from datetime import UTC, datetime
from typing import Annotated, TypeVar

import msgspec

from contracts.phrase import Phrase
from contracts.refusals.general import InvalidInput
from services.session.live.ledger import without_clock
from services.session.rules.answers import Change

_MOST_REPLAYED = 1000
_LARGEST_QUESTION = 1000  #: a bound of the column; how many a test has, its sheet says
_LARGEST_SEQ = 2**31 - 1
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

Seq = Annotated[int, msgspec.Meta(ge=1, le=_LARGEST_SEQ)]
Question = Annotated[int, msgspec.Meta(ge=1, le=_LARGEST_QUESTION)]
Option = Annotated[str, msgspec.Meta(min_length=1, max_length=1)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class OneAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``PUT /live/answers/{question}``."""

    option: Option | None
    seq: Seq
    client_at: Instant | None = None


class ReplayedAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of ``POST /live/answers``."""

    question: Question
    option: Option | None
    seq: Seq
    client_at: Instant | None = None


Replay = Annotated[list[ReplayedAnswer], msgspec.Meta(min_length=1, max_length=_MOST_REPLAYED)]
ONE = msgspec.json.Decoder(OneAnswer)
MANY: msgspec.json.Decoder[list[ReplayedAnswer]] = msgspec.json.Decoder(Replay)
T = TypeVar("T")


def read(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """The body's value; raises ``InvalidInput``."""
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(errors=Phrase("не е от изисквания вид", str(error))) from error


def change(question: int, answer: OneAnswer | ReplayedAnswer, line: int) -> Change:
    """The change that an answer asks for; raises ``InvalidInput`` for what can be no letter and no question."""
    if not 1 <= question <= _LARGEST_QUESTION or (answer.option is not None and not answer.option.isalpha()):
        raise InvalidInput(errors=Phrase("въпрос, отговор", "question, option"))
    made = Change(question, answer.option, answer.seq, line, answer.client_at)
    return without_clock(made, _EARLIEST, _LATEST)


def changes(answers: list[ReplayedAnswer], line: int) -> list[Change]:
    """The changes that a replay asks for, in its order; raises ``InvalidInput``."""
    return [change(one.question, one, line) for one in answers]
