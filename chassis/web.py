"""The web door: a service's verbs as JSON, its pages, its files, one form of refusal."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis import files, language, tokens
from chassis.commands import Verb, Verbs, carry_out
from chassis.middleware import LET_THROUGH, BodyLimit, Named, Shell, headers_of
from chassis.pages import HERE, Pages
from chassis.plumbing import UploadRow
from chassis.work import NOBODY, Actor, Runtime
from contracts.phrase import Phrase
from contracts.refusals import Refusal
from contracts.refusals.general import InvalidInput, NotAllowed, NotAuthenticated, NotJson, TooLarge

COOKIE = "svops"
JSON_LIMIT_BYTES = 1_000_000
Endpoint = Callable[[Request], Awaitable[Response]]


def wants_json(request: Request) -> bool:
    """Whether an answer to this request is for a program."""
    return (
        "/api/" in request.scope["path"]
        or "/live/" in request.scope["path"]
        or "application/json" in request.headers.get("accept", "")
    )


def actor_of(request: Request, runtime: Runtime[Any]) -> Actor:
    """The person at the door, by bearer token or cookie; nobody when neither is given.

    A cookie counts on a request that changes something only when the request comes from a page of ours.
    """
    header = request.headers.get("authorization", "")
    token = header.removeprefix("Bearer ") if header.startswith("Bearer ") else request.cookies.get(COOKIE)
    if not token:
        return NOBODY
    if not header and request.method not in {"GET", "HEAD"} and not _is_from_our_page(request):
        raise NotAllowed(act=f"{request.method} {request.scope['path']}")
    try:
        return tokens.read(token, public_keys=runtime.settings.token_public_keys, now=runtime.clock.now())
    except NotAuthenticated:
        if header:
            raise
        return NOBODY


def _is_from_our_page(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    try:
        return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host")
    except ValueError:  # an origin that is no address
        return False


def sign_in(response: Response, token: str, *, secure: bool) -> Response:
    """Give the browser its token: not readable by script, not sent from other sites."""
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=secure, path="/")
    return response


class Door:
    """A service's web door under construction: its runtime, verbs and pages, and what turns them into routes."""

    def __init__(self, runtime: Runtime[Any], verbs: Verbs, folder: Path) -> None:
        self.runtime = runtime
        self.verbs = verbs
        self.pages = Pages(folder)

    async def carry_out(self, request: Request, name: str, payload: Any) -> dict[str, Any]:
        """Carry out a verb for the person at the door, in a thread of its own."""
        return await run_in_threadpool(
            carry_out,
            self.runtime,
            self.verbs.by_name[name],
            payload,
            request.state.actor,
            key=self.verbs.key_of(name, request.headers.get("idempotency-key")),
        )

    async def store_upload(self, request: Request, content: bytes, declared: str) -> dict[str, Any]:
        """Check and store a file for the person at the door; answers ``{"sha256", "media_type", "size_bytes"}``."""
        if request.state.actor is NOBODY:
            raise NotAuthenticated
        return await run_in_threadpool(_store, self.runtime, request.state.actor, content, declared)

    def app(self, pages: Sequence[BaseRoute] = (), public_files: Mapping[str, Path] | None = None) -> ASGIApp:
        """The finished ASGI application; ``pages`` are the service's own routes."""
        api = [
            *(Route(f"/api/{verb.name}", self._command(verb), methods=["POST"]) for verb in self.verbs.commands),
            *(Route(f"/api/{verb.name}", self._question(verb), methods=["GET"]) for verb in self.verbs.questions),
            Route("/api/files", self._upload, methods=["POST"]),
        ]
        static = [Mount(f"/{name}", StaticFiles(directory=path)) for name, path in (public_files or {}).items()]
        app = Starlette(
            routes=[*api, *static, *pages],
            middleware=[
                Middleware(Shell, service=self.runtime.name),
                Middleware(Named, answer=partial(_answer, self.pages)),
                Middleware(BodyLimit, limit_bytes=self.runtime.settings.upload_limit_bytes),
                Middleware(_Identify, runtime=self.runtime),
            ],
            exception_handlers=LET_THROUGH,
        )
        app.state.runtime = self.runtime
        return app

    def _command(self, verb: Verb) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            return JSONResponse(await self.carry_out(request, verb.name, await json_body(request)))

        return endpoint

    def _question(self, verb: Verb) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            return JSONResponse(await self.carry_out(request, verb.name, dict(request.query_params)))

        return endpoint

    async def _upload(self, request: Request) -> Response:
        content = await request.body()
        return JSONResponse(await self.store_upload(request, content, request.headers.get("content-type", "")))


def problem(refusal: Refusal) -> Response:
    """A refusal for a program: problem details of RFC 9457."""
    return JSONResponse(
        refusal.to_dict(), refusal.status, headers=headers_of(refusal), media_type="application/problem+json"
    )


def is_json(content_type: str) -> bool:
    """Whether a header says that the body is JSON."""
    return content_type.partition(";")[0].strip().lower() == "application/json"


async def json_text(request: Request) -> bytes:
    """The bytes of a request that says it is JSON; raises ``NotJson`` or ``TooLarge``."""
    if not is_json(request.headers.get("content-type", "")):
        raise NotJson
    body = await request.body()
    if len(body) > JSON_LIMIT_BYTES:
        raise TooLarge(limit_bytes=JSON_LIMIT_BYTES)
    return body


async def json_body(request: Request) -> Any:
    """The request's JSON; raises ``NotJson``, ``TooLarge``, or ``InvalidInput`` when it is none."""
    body = await json_text(request)
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(errors=Phrase("JSON, който не може да се прочете", "unreadable JSON")) from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _answer(pages: Pages, scope: Scope, refusal: Refusal) -> ASGIApp:
    request = Request(scope)
    if wants_json(request):
        return problem(refusal)
    _speak(request)
    page = pages.refusal(request, refusal)
    page.headers.update(headers_of(refusal))
    return page


def _speak(request: Request) -> None:
    language.speak(request.query_params.get("lang") or request.cookies.get("lang") or "bg")


class _Identify:
    """Finds out who is at the door and in which language to answer."""

    def __init__(self, app: ASGIApp, runtime: Runtime[Any]) -> None:
        self._app = app
        self._runtime = runtime

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """ASGI."""
        if scope["type"] == "http":
            request = Request(scope)
            _speak(request)
            request.state.actor = actor_of(request, self._runtime)
        await self._app(scope, receive, send)


def _store(runtime: Runtime[Any], actor: Actor, content: bytes, declared: str) -> dict[str, Any]:
    checked = files.check(content, declared, limit_bytes=runtime.settings.upload_limit_bytes)
    sha256 = runtime.files.put(checked.content)
    with runtime.work(actor) as work:
        work.session.execute(
            insert(UploadRow)
            .values(
                sha256=sha256,
                uploaded_by=actor.id,
                media_type=checked.media_type,
                size_bytes=len(content),
                uploaded_at=work.now,
            )
            .on_conflict_do_nothing()
        )
    return {"sha256": sha256, "media_type": checked.media_type, "size_bytes": len(content)}


def front(apps: Mapping[str, ASGIApp], home: str, runtimes: Sequence[Runtime[Any]]) -> Starlette:
    """The doors of one process under one address: path prefix → application; health, metrics and style beside them."""

    async def livez(_: Request) -> Response:
        return PlainTextResponse("ok")

    def readyz(_: Request) -> Response:
        failing = [runtime.name for runtime in runtimes if not _answers(runtime)]
        return JSONResponse({"failing": failing}, status_code=503 if failing else 200)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    async def to_home(_: Request) -> Response:
        return Response(status_code=303, headers={"location": home})

    return Starlette(
        routes=[
            Route("/", to_home),
            Route("/livez", livez),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
            Mount("/static", StaticFiles(packages=[("chassis", "static")])),
        ],
        middleware=[
            Middleware(_Doors, doors=apps),
            Middleware(Named, answer=partial(_answer, Pages(HERE))),
        ],
        exception_handlers=LET_THROUGH,
    )


class _Doors:
    """Straight to the door whose prefix an address has; what has none is for the house itself."""

    def __init__(self, app: ASGIApp, doors: Mapping[str, ASGIApp]) -> None:
        self._app = app
        self._doors = tuple(doors.items())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http":
            for prefix, door in self._doors:
                if scope["path"].startswith(prefix) and scope["path"][len(prefix) :][:1] in {"", "/"}:
                    await door({**scope, "root_path": scope.get("root_path", "") + prefix}, receive, send)
                    return
        await self._app(scope, receive, send)


def _answers(runtime: Runtime[Any]) -> bool:
    try:
        with runtime.engine.connect() as connection:
            return connection.execute(text("SELECT 1")).scalar() == 1
    except Exception:  # noqa: BLE001 - whatever is wrong, it is not ready
        return False
