"""The candidate's door: log-in, the screen, answers, submission, the stream (architecture.md §10, ``live``)."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from chassis.commands import ANYBODY, Answer, Verb, carry_out
from chassis.lane import Lane
from chassis.middleware import LET_THROUGH, BodyLimit, Named, Shell
from chassis.web import json_body, json_text, problem
from chassis.work import NOBODY, Actor, Runtime, Work
from contracts.people import Role
from contracts.refusals import Refusal
from services.session import schemas
from services.session.live import shapes, tokens, told
from services.session.live.locked import Locked
from services.session.live.notices import Listener
from services.session.live.saving import SavesAnswers
from services.session.live.screens import Screens
from services.session.live.tokens import Bearer, Claims, Gate
from services.session.live.writer import Writer
from services.session.rules.locked_browser import Shown
from services.session.settings import Settings
from services.session.usecases import sittings

_BODY_LIMIT_BYTES = 256 * 1024
T = TypeVar("T")


def create_live_app(runtime: Runtime[Settings]) -> Starlette:
    """The door, mounted at ``/live``. Its connections open with the first request, so it needs no start; where it is
    served by itself its lifespan also closes them in order.
    """
    door = LiveDoor(runtime)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await door.close()

    app = Starlette(
        routes=[
            Route("/login", door.log_in, methods=["POST"]),
            Route("/sitting", door.sitting, methods=["GET"]),
            Route("/answers/{question}", door.answer, methods=["PUT"]),
            Route("/answers", door.replay, methods=["POST"]),
            Route("/submit", door.submit, methods=["POST"]),
            Route("/here", door.here, methods=["POST"]),
            Route("/stream", door.stream, methods=["GET"]),
        ],
        middleware=[
            Middleware(Shell, service="live"),
            Middleware(Named, answer=lambda _, refusal: problem(refusal)),
            Middleware(BodyLimit, limit_bytes=_BODY_LIMIT_BYTES),
        ],
        exception_handlers=LET_THROUGH,
        lifespan=lifespan,
    )
    app.state.lane = Lane("PUT /live/answers/", door.answer.take)
    return app


class LiveDoor:
    """What the routes do."""

    def __init__(self, runtime: Runtime[Settings]) -> None:
        self._runtime = runtime
        self._gate = Gate(runtime.settings.sitting_key, runtime.clock)
        self._writer = Writer(runtime.settings, runtime.clock)
        self.answer = SavesAnswers(self._gate, self._writer)
        self._listener = Listener(runtime.settings, runtime.clock)
        self._screens = Screens(runtime)
        self._locked = Locked(runtime)

    async def close(self) -> None:
        """Write what waits, and hang up."""
        await self._writer.close()
        await self._listener.close()

    async def log_in(self, request: Request) -> Response:
        """``POST /live/login`` ``{"username", "password"}`` → ``{"token", "sitting"}``."""
        payload = await json_body(request)
        enter = Verb(
            "login", partial(self._log_in, self._locked.shown(request)), schemas.LogIn, ANYBODY, "чл. 24, ал. 1"
        )
        return _json(told.Entered(**await run_in_threadpool(carry_out, self._runtime, enter, payload, NOBODY)))

    async def sitting(self, request: Request) -> Response:
        """``GET /live/sitting``: the main screen (Art. 24(2)); its questions only while they may be worked on."""
        return _json(await self._screens.show(await self._bearer(request)))

    async def replay(self, request: Request) -> Response:
        """``POST /live/answers`` ``[{"question", "option", "seq"}]`` → ``{"verdicts": […]}``, one each."""
        claims, _ = await self._bearer(request)
        changes = shapes.changes(shapes.read(shapes.MANY, await json_text(request)), claims.line)
        outcomes = await self._writer.save(claims.sitting_id, changes)
        return _json(told.Verdicts([told.verdict(*one) for one in zip(changes, outcomes, strict=True)]))

    async def submit(self, request: Request) -> Response:
        """``POST /live/submit``: the final submission."""
        claims, sitting_id = await self._bearer(request)
        submitted = await self._in_work(
            claims, lambda work: sittings.submit(work, sitting_id=sitting_id, line=claims.line)
        )
        return _json(told.Submitted(**submitted))

    async def here(self, request: Request) -> Response:
        """``POST /live/here``: the screen is on the line; what the hall is shown, and nothing else, depends on it."""
        self._listener.hear((await self._bearer(request)).claims)
        return _json(told.Nothing())

    async def stream(self, request: Request) -> Response:
        """``GET /live/stream``: server-sent events ``unlock``, ``announcement``, ``time``, ``moved``, ``suspension``,
        ``end``, and ``resync`` (look again).
        """
        events = self._listener.stream((await self._bearer(request)).claims)
        return StreamingResponse(events, media_type="text/event-stream", headers={"x-accel-buffering": "no"})

    async def _bearer(self, request: Request) -> Bearer:
        bearer = self._gate.bearer(request.headers.get("authorization", ""))
        await self._locked.check_request(request, bearer.claims.exam_id)
        return bearer

    async def _in_work(self, claims: Claims, do: Callable[[Work], T]) -> T:
        actor = Actor(claims.candidate_id, frozenset({(Role.CANDIDATE, claims.exam_id)}))

        def in_transaction() -> T:
            with self._runtime.work(actor) as work:
                return do(work)

        return await run_in_threadpool(in_transaction)

    def _log_in(self, shown: Shown, work: Work, *, username: str, password: str, browser: str | None) -> Answer:
        sitting, sheet = sittings.log_in(work, username=username, password=password, browser=browser)
        self._locked.check(work, sitting.exam_id, shown)
        work.session.flush()
        until = work.now + timedelta(hours=self._runtime.settings.sitting_token_hours)
        claims = Claims(
            sitting_id=str(sitting.sitting_id),
            candidate_id=sitting.candidate_id,
            exam_id=sitting.exam_id,
            hall=sitting.hall,
            line=sheet.line,
            until=int(until.timestamp()),
        )
        (screen,) = self._screens.of(work, [Bearer(claims, sitting.sitting_id)])
        if isinstance(screen, Refusal):
            raise screen
        return {"token": tokens.issue(self._runtime.settings.sitting_key, claims), "sitting": screen}


def _json(value: Any) -> Response:
    return Response(told.encode(value), media_type="application/json")
