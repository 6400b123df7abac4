"""The web door of registration: verbs as JSON, and the candidate's pages."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from chassis import document_routes
from chassis.commands import carry_out
from chassis.forms import Form, read_form, wrong_fields
from chassis.web import COOKIE, Door, json_body, sign_in
from chassis.work import NOBODY, Runtime
from contracts.grounds import Ground
from contracts.people import IdentifierType, Mode
from contracts.refusals import Refusal
from services.registration.commands import LOG_IN, READERS, VERBS
from services.registration.rules.applications import KINDS
from services.registration.schemas import RegisterCandidate
from services.registration.settings import Settings

HOME, LOGIN, PROFILE = "/registration/", "/registration/login", "/registration/profile"
_REGISTRATION_FIELDS = tuple(RegisterCandidate().fields)
_NAMES = ("first", "middle", "last")
Page = Callable[[Request], Awaitable[Response]]


def create_app(runtime: Runtime[Settings]) -> ASGIApp:
    """The finished door."""
    door = Door(runtime, VERBS, Path(__file__).parent)
    screens = Screens(door)
    pages = [
        Route("/api/login", screens.log_in_by_json, methods=["POST"]),
        *document_routes.routes(door, READERS),
        Route("/", screens.announcements),
        Route("/login", screens.login_form, methods=["GET"]),
        Route("/login", screens.log_in, methods=["POST"]),
        Route("/logout", screens.log_out, methods=["POST"]),
        Route("/register", screens.registration_form, methods=["GET"]),
        Route("/register", screens.register, methods=["POST"]),
        Route("/profile", screens.profile),
        Route("/apply/{exam_id}", screens.application_form, methods=["GET"]),
        Route("/apply/{exam_id}", screens.apply, methods=["POST"]),
        Route("/declaration/{exam_id}", screens.request_declaration, methods=["POST"]),
    ]
    return door.app(pages)


class Screens:
    """The pages; a refusal is shown on the page it belongs to, and what the person typed stays."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def announcements(self, request: Request) -> Response:
        """All announcements."""
        listed = await self._door.carry_out(request, "announcements", {})
        return self._page(request, "announcements.html", **listed)

    async def login_form(self, request: Request) -> Response:
        """Where a candidate logs in."""
        return self._page(request, "login.html", typed={}, refusal=None)

    async def log_in(self, request: Request) -> Response:
        """Log in by the form."""
        form = await read_form(request)
        try:
            token = await self._token(form.only("email", "password"))
        except Refusal as refusal:
            return self._again(request, "login.html", form, refusal)
        return self._signed_in(request, token, PROFILE)

    async def log_in_by_json(self, request: Request) -> Response:
        """``POST /api/login`` → ``{"token"}``."""
        token = await self._token(await json_body(request))
        return self._with_cookie(request, JSONResponse({"token": token}), token)

    async def log_out(self, request: Request) -> Response:
        """Forget the browser's token."""
        del request
        response = RedirectResponse(HOME, status_code=303)
        response.delete_cookie(COOKIE, path="/")
        return response

    async def registration_form(self, request: Request) -> Response:
        """Where a candidate opens a profile."""
        return self._page(request, "register.html", typed={}, refusal=None, kinds=list(IdentifierType))

    async def register(self, request: Request) -> Response:
        """Open a profile by the form, and log in."""
        form = await read_form(request)
        try:
            await self._door.carry_out(request, "register_candidate", form.only(*_REGISTRATION_FIELDS))
            token = await self._token(form.only("email", "password"))
        except Refusal as refusal:
            return self._again(request, "register.html", form, refusal, kinds=list(IdentifierType))
        return self._signed_in(request, token, PROFILE)

    async def profile(self, request: Request) -> Response:
        """The candidate's profile: applications and timeline."""
        if request.state.actor.id == NOBODY.id:
            return RedirectResponse(LOGIN, status_code=303)
        return self._page(
            request, "profile.html", **await self._door.carry_out(request, "my_profile", {}), Ground=Ground
        )

    async def application_form(self, request: Request) -> Response:
        """Where a candidate applies; the names of the profile are proposed."""
        if request.state.actor.id == NOBODY.id:
            return RedirectResponse(LOGIN, status_code=303)
        exam = await self._exam(request)
        candidate = (await self._door.carry_out(request, "my_profile", {}))["candidate"]
        typed = {name: candidate[name] for name in _NAMES}
        return self._page(request, "apply.html", exam=exam, typed=typed, refusal=None)

    async def apply(self, request: Request) -> Response:
        """Apply by the form, with its files."""
        form = await read_form(request)
        exam = await self._exam(request)
        try:
            await self._door.carry_out(request, "submit_application", await self._application(request, form))
        except Refusal as refusal:
            return self._again(request, "apply.html", form, refusal, exam=exam)
        return RedirectResponse(PROFILE, status_code=303)

    async def request_declaration(self, request: Request) -> Response:
        """Order the declaration of App. 1; it appears in the profile."""
        exam_id = request.path_params["exam_id"]
        await self._door.carry_out(request, "request_declaration_form", {"exam_id": exam_id})
        return RedirectResponse(PROFILE, status_code=303)

    async def _application(self, request: Request, form: Form) -> dict[str, Any]:
        attachments = []
        for kind in KINDS:
            if kind in form.files:
                file = form.files[kind]
                stored = await self._door.store_upload(request, file.content, file.declared)
                attachments.append({"kind": kind, "sha256": stored["sha256"]})
        return {
            **form.only("mode", *_NAMES),
            "exam_id": request.path_params["exam_id"],
            "assisted": "assisted" in form.typed,
            "attachments": attachments,
        }

    async def _exam(self, request: Request) -> dict[str, Any]:
        exam_id = request.path_params["exam_id"]
        answer: dict[str, Any] = await self._door.carry_out(request, "announcement", {"exam_id": exam_id})
        return answer

    async def _token(self, payload: Any) -> str:
        answer = await run_in_threadpool(carry_out, self._door.runtime, LOG_IN, payload, NOBODY)
        return str(answer["token"])

    def _signed_in(self, request: Request, token: str, to: str) -> Response:
        return self._with_cookie(request, RedirectResponse(to, status_code=303), token)

    def _with_cookie(self, request: Request, response: Response, token: str) -> Response:
        return sign_in(response, token, secure=request.scope["scheme"] == "https")

    def _page(self, request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
        return self._door.pages.answer(
            request, template, status=status, wrong=wrong_fields(context.get("refusal")), modes=list(Mode), **context
        )

    def _again(self, request: Request, template: str, form: Form, refusal: Refusal, **context: Any) -> Response:
        return self._page(request, template, status=refusal.status, typed=form.typed, refusal=refusal, **context)
