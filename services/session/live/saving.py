"""``PUT /live/answers/{question}``, before any framework: four hundred people may press a key in one second."""

import time
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.middleware import HEADERS, SECONDS, Named, Shell
from chassis.web import is_json, problem
from contracts.phrase import Phrase
from contracts.refusals import Refusal
from contracts.refusals.general import InvalidInput, MethodNotAllowed, NotFound, NotJson, TooLarge
from services.session.live import shapes
from services.session.live.tokens import Gate
from services.session.live.writer import Writer
from services.session.rules.answers import Change

_PATH = "/answers/"
_DIGITS = 9
_BODY_LIMIT_BYTES = 4096
_JSON = (b"content-type", b"application/json")


class SavesAnswers:
    """The outermost layer of the door: saves an answer itself and passes everything else on.

    What it refuses, or what fails, is told as by every other route: followed, named, counted, logged.
    """

    def __init__(self, app: ASGIApp, gate: Gate, writer: Writer) -> None:
        self._app = app
        self._gate = gate
        self._writer = writer
        self._seconds = SECONDS.labels("live", "PUT", "200")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or not scope["path"].startswith(scope.get("root_path", "") + _PATH):
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        try:
            told = await self._saved(scope, receive)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is named
            await Shell(Named(_Raising(error), answer=_problem), service="live")(scope, receive, send)
            return
        headers = [*HEADERS, _JSON, (b"content-length", b"%d" % len(told))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": told})
        self._seconds.observe(time.perf_counter() - began)

    async def _saved(self, scope: Scope, receive: Receive) -> bytes:
        if scope["method"] != "PUT":
            raise MethodNotAllowed(allowed="PUT")
        question = _question(scope["path"])
        headers = dict(scope["headers"])
        bearer = self._gate.bearer(headers.get(b"authorization", b"").decode("latin-1"))
        if not is_json(headers.get(b"content-type", b"").decode("latin-1")):
            raise NotJson
        given = shapes.read(shapes.ONE, await _body(receive))
        change = shapes.change(question, given, bearer.claims.line)
        (outcome,) = await self._writer.save(bearer.sitting_id, [change])
        if outcome.refusal is not None:
            raise _refusal(outcome.refusal, change)
        return shapes.encode(shapes.told(change, outcome))


def _problem(_: Scope, refusal: Refusal) -> ASGIApp:
    return problem(refusal)


class _Raising:
    def __init__(self, error: Exception) -> None:
        self._error = error

    async def __call__(self, _scope: Scope, _receive: Receive, _send: Send) -> None:
        raise self._error


def _question(path: str) -> int:
    number = path.rpartition("/")[2]
    if not (number.isascii() and number.isdigit()):
        raise NotFound(what=path)
    return int(number[:_DIGITS])  # a longer one is no question either


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
