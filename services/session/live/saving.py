"""``PUT /live/answers/{question}``, before any framework: four hundred people may press a key in one second."""

import time
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.middleware import HEADERS, SECONDS, Named, Shell
from chassis.web import is_json, problem
from contracts.phrase import Phrase
from contracts.refusals import Refusal
from contracts.refusals.general import InvalidInput, NotFound, NotJson, TooLarge
from services.session.live import shapes
from services.session.live.tokens import Gate
from services.session.live.writer import Writer
from services.session.rules.answers import Change

_PATH = "/answers/"
_DIGITS = 9
_BODY_LIMIT_BYTES = 4096
_JSON = (b"content-type", b"application/json")


class SavesAnswers:
    """The route: an ASGI application of its own."""

    def __init__(self, gate: Gate, writer: Writer) -> None:
        self._gate = gate
        self._writer = writer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        await acknowledge(await self.saved(scope, receive), send)

    async def saved(self, scope: Scope, receive: Receive) -> bytes:
        """What the screen is told once its answer is durable; raises whatever it is refused for."""
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


class FastLane:
    """Takes an answer past the door's other layers; what is refused or fails is told by them, as everywhere."""

    def __init__(self, app: ASGIApp, route: SavesAnswers) -> None:
        self._app = app
        self._route = route
        self._seconds = SECONDS.labels("live", "PUT", "200")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["method"] != "PUT" or not _is_answer(scope):
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        try:
            told = await self._route.saved(scope, receive)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is named
            await Shell(Named(_Raising(error), answer=_problem), service="live")(scope, receive, send)
            return
        await acknowledge(told, send)
        self._seconds.observe(time.perf_counter() - began)


async def acknowledge(told: bytes, send: Send) -> None:
    """An answer's 200."""
    headers = [*HEADERS, _JSON, (b"content-length", b"%d" % len(told))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": told})


def _is_answer(scope: Scope) -> bool:
    path: str = scope["path"]
    number = path.rpartition("/")[2]
    return path.startswith(scope.get("root_path", "") + _PATH) and number.isdigit() and number.isascii()


def _problem(_: Scope, refusal: Refusal) -> ASGIApp:
    return problem(refusal)


class _Raising:
    def __init__(self, error: Exception) -> None:
        self._error = error

    async def __call__(self, _scope: Scope, _receive: Receive, _send: Send) -> None:
        raise self._error


def _question(path: str) -> int:
    return int(path.rpartition("/")[2][:_DIGITS])  # a longer one is no question either


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
