"""``PUT /live/answers/{question}``: four hundred people may press a key in one second."""

from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from chassis.lane import REFUSAL, Call, Reply
from chassis.web import is_json
from contracts.phrase import Phrase
from contracts.refusals import Refusal
from contracts.refusals.general import InvalidInput, NotFound, NotJson, TooLarge
from services.session.live import shapes, told
from services.session.live.ledger import Outcome
from services.session.live.tokens import Bearer, Gate
from services.session.live.writer import Writer
from services.session.rules.answers import Change

_DIGITS = 9
_BODY_LIMIT_BYTES = 4096
_JSON = (b"content-type", b"application/json")


class SavesAnswers:
    """The route, an ASGI application of its own, and the lane past the layers in front of it."""

    def __init__(self, gate: Gate, writer: Writer) -> None:
        self._gate = gate
        self._writer = writer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI. Raises whatever an answer is refused for, be it here or in the lane before."""
        if refusal := scope.get("state", {}).get(REFUSAL):
            raise refusal
        bearer, change = self._asked(scope["path"], dict(scope["headers"]), await _body(receive))
        (outcome,) = await self._writer.save(bearer.claims.sitting_id, [change])
        said = _said(change, outcome)
        if isinstance(said, Refusal):
            raise said
        headers = [_JSON, (b"content-length", b"%d" % len(said))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": said})

    def take(self, call: Call, reply: Reply) -> bool:
        """The lane: what is refused before it is written is left to the route."""
        try:
            bearer, change = self._asked(call.rest, call.headers, call.body)
        except Refusal:
            return False

        def tell(became: list[Outcome] | Refusal) -> None:
            reply(became if isinstance(became, Refusal) else _said(change, became[0]))

        return self._writer.put(bearer.claims.sitting_id, [change], tell)

    def _asked(self, path: str, headers: dict[bytes, bytes], body: bytes) -> tuple[Bearer, Change]:
        bearer = self._gate.bearer(headers.get(b"authorization", b"").decode("latin-1"))
        if not is_json(headers.get(b"content-type", b"").decode("latin-1")):
            raise NotJson
        if len(body) > _BODY_LIMIT_BYTES:
            raise TooLarge(limit_bytes=_BODY_LIMIT_BYTES)
        given = shapes.read(shapes.ONE, body)
        return bearer, shapes.change(_question(path), given, bearer.claims.line)


def _said(change: Change, outcome: Outcome) -> bytes | Refusal:
    """What the screen is told of an answer that is durable, or why it is refused."""
    if outcome.refusal is not None:
        return _refusal(outcome.refusal, change)
    return told.encode(told.verdict(change, outcome))


def _question(path: str) -> int:
    last = path.rpartition("/")[2]
    if not (last.isascii() and last.isdecimal()):
        raise NotFound(what=path)
    return int(last[:_DIGITS])  # a longer one is no question either


async def _body(receive: Receive) -> bytes:
    body, is_whole = bytearray(), False
    while not is_whole:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > _BODY_LIMIT_BYTES:
            raise TooLarge(limit_bytes=_BODY_LIMIT_BYTES)
        is_whole = not message.get("more_body", False)
    return bytes(body)


def _refusal(kind: type[Refusal], change: Change) -> Refusal:
    facts: dict[type[Refusal], dict[str, Any]] = {
        NotFound: {"what": Phrase("изпит на кандидата", "the candidate's sitting")},
        InvalidInput: {"errors": f"{change.question}: {change.option}"},
    }
    return kind(**facts.get(kind, {}))
