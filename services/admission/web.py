"""The web door of admission: verbs as JSON, and pages of the commission and of the halls."""

from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from chassis import document_routes
from chassis.commands import Verb, carry_out
from chassis.forms import Form, payload_of, read_form, wrong_fields
from chassis.web import COOKIE, Door, json_body, sign_in
from chassis.work import NOBODY, Actor, Runtime
from contracts.grounds import Ground
from contracts.people import CAPACITIES, Role
from contracts.refusals import Refusal
from contracts.refusals.general import NotAuthenticated, NotFound
from services.admission.commands import LOG_IN, READERS, RENEW, VERBS
from services.admission.records import application_of
from services.admission.rules.checking import DECLARATION, DISABILITY, FEE
from services.admission.settings import Settings

HOME, LOGIN = "/admission/", "/admission/login"
#: What a hall's page may do; the rest has doors of its own.
_ON_PAGE = frozenset({"issue_protocol_1_for_signature", "issue_protocol_1"})


def create_app(runtime: Runtime[Settings]) -> ASGIApp:
    """The finished door."""
    door = Door(runtime, VERBS, Path(__file__).parent)
    screens = Screens(door)
    pages = [
        Route("/api/login", screens.log_in_by_json, methods=["POST"]),
        Route("/api/renew", screens.renew_by_json, methods=["POST"]),
        Route("/api/attachments/{application_id}/{kind}", screens.attachment, methods=["GET"]),
        *document_routes.routes(door, READERS),
        Route("/", screens.home),
        Route("/login", screens.login_form, methods=["GET"]),
        Route("/login", screens.log_in, methods=["POST"]),
        Route("/logout", screens.log_out, methods=["POST"]),
        Route("/declaration/{exam_id}", screens.sign, methods=["POST"]),
        Route("/applications/{exam_id}", screens.applications),
        Route("/applications/{exam_id}/decide", screens.decide, methods=["POST"]),
        Route("/application/{application_id}", screens.application, methods=["GET"]),
        Route("/application/{application_id}", screens.check, methods=["POST"]),
        Route("/hall/{exam_id}/{hall}", screens.hall, methods=["GET"]),
        Route("/hall/{exam_id}/{hall}", screens.issue, methods=["POST"]),
    ]
    return door.app(pages)


class Screens:
    """The pages; a refusal is shown on the page it belongs to, and what the person typed stays."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def home(self, request: Request) -> Response:
        """What the person is appointed to, and where to go from there."""
        if request.state.actor.id == NOBODY.id:
            return RedirectResponse(LOGIN, status_code=303)
        mine = await self._door.carry_out(request, "my_appointments", {})
        exams = await self._exams(request)
        return self._page(request, "home.html", **mine, exams=exams, capacities=CAPACITIES)

    async def login_form(self, request: Request) -> Response:
        """Where people on duty log in."""
        return self._page(request, "login.html", typed={}, refusal=None)

    async def log_in(self, request: Request) -> Response:
        """Log in by the form."""
        form = await read_form(request)
        try:
            answer = await self._secret(LOG_IN, form.only("username", "password"))
        except Refusal as refusal:
            return self._page(request, "login.html", status=refusal.status, typed=form.typed, refusal=refusal)
        return self._signed_in(request, RedirectResponse(HOME, status_code=303), answer)

    async def log_in_by_json(self, request: Request) -> Response:
        """``POST /api/login`` → ``{"token", "person_id"}``."""
        answer = await self._secret(LOG_IN, await json_body(request))
        return self._signed_in(request, JSONResponse(answer), answer)

    async def renew_by_json(self, request: Request) -> Response:
        """``POST /api/renew`` → ``{"token", "person_id"}`` with the capacities that came since."""
        answer = await self._secret(RENEW, {}, request.state.actor)
        return self._signed_in(request, JSONResponse(answer), answer)

    async def log_out(self, request: Request) -> Response:
        """Forget the browser's token."""
        del request
        response = RedirectResponse(LOGIN, status_code=303)
        response.delete_cookie(COOKIE, path="/")
        return response

    async def sign(self, request: Request) -> Response:
        """Sign the declaration of App. 2; from the next page on the person may act."""
        await self._door.carry_out(request, "sign_declaration", {"exam_id": request.path_params["exam_id"]})
        answer = await self._secret(RENEW, {}, request.state.actor)
        return self._signed_in(request, RedirectResponse(HOME, status_code=303), answer)

    async def applications(self, request: Request) -> Response:
        """The commission's list."""
        return await self._list(request, None)

    async def decide(self, request: Request) -> Response:
        """Decide on all checked applications."""
        try:
            await self._door.carry_out(request, "decide_applications", {"exam_id": request.path_params["exam_id"]})
        except Refusal as refusal:
            return await self._list(request, refusal)
        return RedirectResponse(f"{HOME}applications/{request.path_params['exam_id']}", status_code=303)

    async def application(self, request: Request) -> Response:
        """One application with its documents and the form of the check."""
        return await self._application(request, Form({}, {}), None)

    async def check(self, request: Request) -> Response:
        """Record the check."""
        form = await read_form(request)
        try:
            await self._door.carry_out(
                request, "check_application", _check(request.path_params["application_id"], form)
            )
        except Refusal as refusal:
            return await self._application(request, form, refusal)
        shown = await self._shown(request)
        return RedirectResponse(f"{HOME}applications/{shown['exam_id']}", status_code=303)

    async def hall(self, request: Request) -> Response:
        """A hall as seats."""
        return await self._hall(request, None)

    async def issue(self, request: Request) -> Response:
        """Issue Protocol № 1: the button of the hall's page."""
        form = await read_form(request)
        verb = form.typed.get("verb", "")
        try:
            if verb not in _ON_PAGE:
                raise NotFound(what=verb)
            typed = form.typed | request.path_params
            await self._door.carry_out(request, verb, payload_of(VERBS.by_name[verb], typed))
        except Refusal as refusal:
            return await self._hall(request, refusal)
        return RedirectResponse(request.url.path, status_code=303)

    async def attachment(self, request: Request) -> Response:
        """A document attached to an application, for the commission only (Art. 6(5))."""
        ids = request.path_params
        return await run_in_threadpool(
            _attachment, self._door.runtime, request.state.actor, ids["application_id"], ids["kind"]
        )

    async def _list(self, request: Request, refusal: Refusal | None) -> Response:
        answer = await self._door.carry_out(request, "applications", {"exam_id": request.path_params["exam_id"]})
        roles = request.state.actor.roles_in(answer["exam_id"])
        return self._page(
            request,
            "applications.html",
            status=refusal.status if refusal else 200,
            shown=answer,
            refusal=refusal,
            may_decide=Role.CHAIR in roles,
            Ground=Ground,
        )

    async def _application(self, request: Request, form: Form, refusal: Refusal | None) -> Response:
        shown = await self._shown(request)
        return self._page(
            request,
            "application.html",
            status=refusal.status if refusal else 200,
            shown=shown,
            typed=form.typed or _typed(shown),
            refusal=refusal,
            may_check=bool(request.state.actor.roles_in(shown["exam_id"]) & {Role.CHAIR, Role.MEMBER}),
            Ground=Ground,
        )

    async def _hall(self, request: Request, refusal: Refusal | None) -> Response:
        shown = await self._door.carry_out(request, "hall", dict(request.path_params))
        roles = request.state.actor.roles_in(shown["exam_id"])
        return self._page(
            request,
            "hall.html",
            status=refusal.status if refusal else 200,
            shown=shown,
            grid={(one["row"], one["column"]): one for one in shown["seats"]},
            refusal=refusal,
            reads=bool(roles & (READERS.staff | {Role.HALL_ADMINISTRATOR})),
            may_issue=Role.HALL_ADMINISTRATOR in roles,
        )

    async def _shown(self, request: Request) -> dict[str, Any]:
        ids = {"application_id": request.path_params["application_id"]}
        answer: dict[str, Any] = await self._door.carry_out(request, "application", ids)
        return answer

    async def _exams(self, request: Request) -> list[dict[str, Any]]:
        if not request.state.actor.capacities:
            return []
        answer = await self._door.carry_out(request, "exams", {})
        exams: list[dict[str, Any]] = answer["exams"]
        return exams

    async def _secret(self, verb: Verb, payload: Any, actor: Actor = NOBODY) -> dict[str, Any]:
        return await run_in_threadpool(carry_out, self._door.runtime, verb, payload, actor)

    def _signed_in(self, request: Request, response: Response, answer: dict[str, Any]) -> Response:
        return sign_in(response, answer["token"], secure=request.scope["scheme"] == "https")

    def _page(self, request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
        wrong = wrong_fields(context.get("refusal"))
        return self._door.pages.answer(request, template, status=status, wrong=wrong, **context)


def _check(application_id: str, form: Form) -> dict[str, Any]:
    """The form of the check as the verb's fields: empty names are none, and ticks are lists."""
    ticked = [ground for ground in Ground if f"ground_{ground}" in form.typed]
    is_decided = bool(ticked) or "no_ground" in form.typed
    return {
        "application_id": application_id,
        "payer_names": form.typed.get("payer_names", "").strip() or None,
        "declaration_names": form.typed.get("declaration_names", "").strip() or None,
        "missing": [kind for kind in (DECLARATION, FEE, DISABILITY) if f"missing_{kind}" in form.typed],
        "confirmed_grounds": [ground.value for ground in ticked] if is_decided else None,
    }


def _typed(shown: dict[str, Any]) -> dict[str, str]:
    check = shown["check"] or {}
    return {name: check.get(name) or "" for name in ("payer_names", "declaration_names")}


def _attachment(runtime: Runtime[Any], actor: Actor, application_id: str, kind: str) -> Response:
    if actor.id == NOBODY.id:
        raise NotAuthenticated
    with runtime.work(actor) as work:
        application = application_of(work, application_id)
        work.require(application.exam_id, Role.CHAIR, Role.MEMBER)
        if kind not in application.attachments:
            raise NotFound(what=kind)
        file = application.attachments[kind]
        content = work.files.get(file["sha256"])
    headers = {"content-disposition": "inline", "content-security-policy": "default-src 'none'; sandbox"}
    return Response(content, media_type=file["media_type"], headers=headers)
