"""The web door of session: verbs as JSON, the candidate's page, the hall's page, the credentials for the printer.

The candidate's answers have a door of their own: ``live``.
"""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pikepdf
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from chassis import document_routes
from chassis.commands import Answer, Verb, carry_out
from chassis.forms import payload_of, read_form
from chassis.web import Door, json_body
from chassis.work import NOBODY, Actor, Runtime, Work
from contracts.people import Mode, Role
from contracts.phrase import Phrase
from contracts.refusals import Refusal
from contracts.refusals.general import NotFound
from services.session import schemas
from services.session.commands import READERS, VERBS
from services.session.documents import CREDENTIAL_SHEETS, DOCUMENTS
from services.session.live import rescued
from services.session.lookups import SWITCHES, exam_of
from services.session.rules import seating
from services.session.rules.annulment import Reason, words
from services.session.rules.incidents import CODES, GROUPS, Code
from services.session.rules.locked_browser import file_of
from services.session.rules.phase import State
from services.session.settings import Settings
from services.session.usecases import credentials

_STAFF_LOGIN = "/admission/login"
_HERE = Path(__file__).parent
#: What the hall's page may do; the rest has doors of its own.
_ON_PAGE = frozenset(
    {
        "record_instructions_read",
        "unlock",
        "start_paper",
        "confirm_number",
        "record_leaving",
        "record_return",
        "record_past_leaving",
        "move_sitting",
        "report_cheating",
        "record_incident",
        "decide_incident",
        "propose_time",
        "confirm_time",
        "suspend_screen",
        "lift_suspension",
        "announce",
        "configure_sittings",
        "propose_annulment",
        "confirm_annulment",
        "terminate_access",
        "announce_remaining",
        "end_hall",
        "hand_in",
        "reconcile_hall",
        "write_remaining",
        "take_over_hall",
        "issue_protocol_2",
    }
)

#: What the list of halls may do: what is done in all of them at once.
_ON_LIST = frozenset({"unlock", "let_in_by_envelope"})
#: From those who have finished to those who have not come.
_ALONG_THE_BAR = (
    State.SUBMITTED,
    State.TIME_EXPIRED,
    State.ANNULLED,
    State.ANSWERING,
    State.SUSPENDED,
    State.OUT_OF_HALL,
    State.LOGGED_IN,
    State.IDENTIFIED,
    State.EXPECTED,
    State.REFUSED,
    State.ABSENT,
)

#: Who prepares and hands out the materials of a sitting on paper (Art. 13(7), 16 item 3, 35(2)).
_HANDING_OUT = frozenset({Role.HALL_ADMINISTRATOR, Role.CHAIR, Role.DIRECTOR})


def _print(work: Work, *, exam_id: str, hall: str) -> Answer:
    printed, frame = credentials.print_credentials(work, exam_id=exam_id, hall=hall)
    return {"printed": printed, "frame": frame}


#: Not among the verbs: its answer is a secret, so it is never kept under an idempotency key, and has no RPC.
PRINT = Verb("print_credentials", _print, schemas.OfHall, frozenset({Role.SYSTEM_ADMINISTRATOR}), "чл. 16, т. 3")


#: Not among the verbs either: what candidates answered is no one's but the commission's, and passes no broker.
OPEN_RESCUE = Verb(
    "open_rescue",
    rescued.open_rescue,
    schemas.RescueFile,
    frozenset({Role.CHAIR, Role.DIRECTOR, Role.SYSTEM_ADMINISTRATOR, Role.OPERATOR}),
    "чл. 29, ал. 1",
)


def _settings_file(work: Work, *, exam_id: str) -> Answer:
    exam_of(work, exam_id)
    return {"file": file_of(work.settings.portal.rstrip("/"), exam_id)}


#: A file and no JSON, so it is not among the verbs.
LOCKED_BROWSER = Verb(
    "locked_browser", _settings_file, schemas.OfExam, frozenset({Role.SYSTEM_ADMINISTRATOR}), "Собствено правило"
)


def create_app(runtime: Runtime[Settings]) -> ASGIApp:
    """The finished door."""
    door = Door(runtime, VERBS, _HERE)
    screens = Screens(door)
    pages = [
        Route("/api/print_credentials", screens.print_credentials, methods=["POST"]),
        Route("/api/locked_browser", screens.locked_browser, methods=["GET"]),
        Route("/api/open_rescue", screens.open_rescue, methods=["POST"]),
        Route("/rescue", screens.rescue_page, methods=["GET"]),
        Route("/rescue", screens.rescued, methods=["POST"]),
        *document_routes.routes(door, READERS),
        Route("/sit", screens.sit),
        Route("/worker.js", screens.worker),
        Route("/", screens.halls, methods=["GET"]),
        Route("/", screens.act_on_all, methods=["POST"]),
        Route("/hall", screens.hall, methods=["GET"]),
        Route("/hall", screens.act, methods=["POST"]),
        Route("/credentials", screens.printed, methods=["POST"]),
    ]
    return door.app(pages, public_files={"static": _HERE / "static"})


class Screens:
    """The pages; a refusal is shown on the page on which it was met."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def print_credentials(self, request: Request) -> Response:
        """``POST /api/print_credentials``: the sheets of a hall as one PDF, or as JSON for a printing machine.

        They exist in this answer only.
        """
        payload = await json_body(request)
        answer = await run_in_threadpool(carry_out, self._door.runtime, PRINT, payload, request.state.actor)
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"credentials": [_as_json(one) for one in answer["printed"]]})
        content = await run_in_threadpool(_as_pdf, answer)
        return Response(content, media_type="application/pdf")

    async def printed(self, request: Request) -> Response:
        """``POST /credentials``: the button of the hall's page; the sheets as one PDF."""
        form = (await read_form(request)).typed
        place: dict[str, str] = {name: form[name] for name in ("exam_id", "hall") if name in form}
        try:
            answer = await run_in_threadpool(carry_out, self._door.runtime, PRINT, place, request.state.actor)
        except Refusal as refusal:
            return await self._hall(request, place, refusal)
        content = await run_in_threadpool(_as_pdf, answer)
        return Response(content, media_type="application/pdf")

    async def open_rescue(self, request: Request) -> Response:
        """``POST /api/open_rescue`` ``{"exam_id", "file"}``: what a rescue file holds, beside what the server has."""
        payload = await json_body(request)
        return JSONResponse(
            await run_in_threadpool(carry_out, self._door.runtime, OPEN_RESCUE, payload, request.state.actor)
        )

    async def rescue_page(self, request: Request) -> Response:
        """``GET /rescue``: where a file that a screen saved is opened by who may."""
        if request.state.actor.id == NOBODY.id:
            return RedirectResponse(_STAFF_LOGIN, status_code=303)
        return self._rescue(request, request.query_params.get("exam_id", ""))

    async def rescued(self, request: Request) -> Response:
        """``POST /rescue``: what the file holds, beside what the server has."""
        form = await read_form(request)
        asked = {"exam_id": form.typed.get("exam_id", "")}
        if attached := form.files.get("file"):
            asked["file"] = attached.content.decode("ascii", "replace")
        try:
            opened = await run_in_threadpool(carry_out, self._door.runtime, OPEN_RESCUE, asked, request.state.actor)
        except Refusal as refusal:
            return self._rescue(request, asked["exam_id"], refusal=refusal)
        return self._rescue(request, asked["exam_id"], opened=opened)

    def _rescue(
        self, request: Request, exam_id: str, *, opened: Answer | None = None, refusal: Refusal | None = None
    ) -> Response:
        mine = {exam for role, exam in request.state.actor.capacities if exam and role in OPEN_RESCUE.roles}
        return self._door.pages.answer(
            request,
            "rescue.html",
            status=refusal.status if refusal else 200,
            exam_id=exam_id or max(mine, default=""),
            opened=opened,
            refusal=refusal,
        )

    async def locked_browser(self, request: Request) -> Response:
        """``GET /api/locked_browser?exam_id=…``: the exam's settings for Safe Exam Browser, a file."""
        asked = dict(request.query_params)
        answer = await run_in_threadpool(carry_out, self._door.runtime, LOCKED_BROWSER, asked, request.state.actor)
        headers = {"content-disposition": f'attachment; filename="{asked["exam_id"]}.seb"'}
        return Response(answer["file"], media_type="application/seb", headers=headers)

    async def sit(self, request: Request) -> Response:
        """The candidate's page; everything on it comes from ``/live``."""
        return self._door.pages.answer(request, "sit.html")

    async def worker(self, _: Request) -> Response:
        """What keeps the candidate's page for a reload without a server; a browser wants it beside the page."""
        return FileResponse(_HERE / "static" / "worker.js")

    async def halls(self, request: Request) -> Response:
        """The halls that the person at the door may look at, and how far each has come."""
        if request.state.actor.id == NOBODY.id:
            return RedirectResponse(_STAFF_LOGIN, status_code=303)
        return await self._halls(request, None)

    async def act_on_all(self, request: Request) -> Response:
        """``POST /``: do what a button of the list of halls says."""
        form = (await read_form(request)).typed
        verb = form.pop("verb", "")
        try:
            if verb not in _ON_LIST:
                raise NotFound(what=verb)
            await self._door.carry_out(request, verb, payload_of(VERBS.by_name[verb], form))
        except Refusal as refusal:
            return await self._halls(request, refusal)
        return RedirectResponse("/session/", status_code=303)

    async def _halls(self, request: Request, refusal: Refusal | None) -> Response:
        shown = await self._door.carry_out(request, "my_halls", {})
        return self._door.pages.answer(
            request,
            "halls.html",
            status=refusal.status if refusal else 200,
            refusal=refusal,
            opens_rescue=any(role in OPEN_RESCUE.roles for role, _ in request.state.actor.capacities),
            sessions=_sessions(shown["halls"], request.state.actor),
            states=[str(state) for state in _ALONG_THE_BAR],
            reasons={reason: words(reason) for reason in Reason},
            codes=CODES,
            **shown,
        )

    async def hall(self, request: Request) -> Response:
        """A hall as seats."""
        if request.state.actor.id == NOBODY.id:
            return RedirectResponse(_STAFF_LOGIN, status_code=303)
        asked = dict(request.query_params)
        if not {"exam_id", "hall"} <= set(asked):
            return RedirectResponse("/session/", status_code=303)
        return await self._hall(request, asked, None)

    async def act(self, request: Request) -> Response:
        """Do what a button of the hall's page says."""
        form = (await read_form(request)).typed
        verb = form.pop("verb", "")
        place = {name: form[name] for name in ("exam_id", "hall") if name in form}
        selected = {"candidate_id": form["candidate_id"]} if form.get("candidate_id") else {}
        try:
            if verb not in _ON_PAGE:
                raise NotFound(what=verb)
            await self._door.carry_out(request, verb, payload_of(VERBS.by_name[verb], form))
        except Refusal as refusal:
            return await self._hall(request, place | selected, refusal)
        return RedirectResponse(f"{request.scope['path']}?{urlencode(place | selected)}", status_code=303)

    async def _hall(self, request: Request, asked: dict[str, str], refusal: Refusal | None) -> Response:
        place = {name: asked[name] for name in ("exam_id", "hall") if name in asked}
        hall = await self._door.carry_out(request, "hall", place)
        selected = next((one for one in hall["seats"] if one["candidate_id"] == asked.get("candidate_id")), None)
        return self._door.pages.answer(
            request,
            "hall.html",
            status=refusal.status if refusal else 200,
            refusal=refusal,
            exam_id=place["exam_id"],
            hall=hall,
            drawn=_drawn(hall["seats"]),
            selected=selected,
            roles=request.state.actor.roles_in(place["exam_id"]),
            Role=Role,
            Mode=Mode,
            states=list(State),
            reads=bool(request.state.actor.roles_in(place["exam_id"]) & READERS.staff),
            hands_out=bool(request.state.actor.roles_in(place["exam_id"]) & _HANDING_OUT),
            reasons={reason: words(reason) for reason in Reason},
            groups=_grouped(CODES),
            codes=CODES,
            switches=SWITCHES,
        )


def _sessions(halls: list[dict[str, Any]], actor: Actor) -> list[dict[str, Any]]:
    """Today's electronic sessions that are locked, or wait for word of candidates: in which halls the instructions have
    not been read, and of how many candidates it is not known whether they were identified.
    """
    waiting: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for one in halls:
        if one["is_today"] and one["mode"] == Mode.ELECTRONIC and one["ended_at"] is None:
            waiting.setdefault((one["exam_id"], one["session"]), []).append(one)
    found_out = [
        {
            "exam_id": exam_id,
            "session": session,
            "is_locked": any(one["started_at"] is None for one in found),
            "unread": [one["hall"] for one in found if one["instructions_read_at"] is None],
            "unknown": sum(one["figures"]["states"].get(State.EXPECTED, 0) for one in found if one["figures"]),
            "is_by_envelope": all(one["by_envelope_at"] for one in found),
            "may_unlock": bool(actor.roles_in(exam_id) & VERBS.by_name["unlock"].roles),
        }
        for (exam_id, session), found in waiting.items()
    ]
    return [one for one in found_out if one["is_locked"] or (one["unknown"] and one["may_unlock"])]


def _grouped(codes: Mapping[str, Code]) -> list[tuple[Phrase, dict[str, Phrase]]]:
    """The list of codes as a person chooses from it: by what an incident is about."""
    return [
        (name, {code: one.words for code, one in codes.items() if one.group is group}) for group, name in GROUPS.items()
    ]


def _as_json(one: credentials.Printed) -> dict[str, str]:
    sheets = one.sheets
    return {
        "candidate_id": one.candidate_id,
        "seat": sheets.seat,
        "username": sheets.username,
        "password": sheets.password,
    }


def _as_pdf(answer: Answer) -> bytes:
    parts = DOCUMENTS.render_all(CREDENTIAL_SHEETS, [(one.sheets, answer["frame"]) for one in answer["printed"]])
    together, out = pikepdf.new(), io.BytesIO()
    for part in parts:
        with pikepdf.open(io.BytesIO(part)) as pdf:
            together.pages.extend(pdf.pages)
    together.save(out)
    return out.getvalue()


def _drawn(seats: list[dict[str, Any]]) -> dict[str, Any]:
    """Where each seat stands in the picture, in units of one seat; rows and columns without seats are left out.

    Seats that have no number in their name, such as spare ones, stand in a row of their own behind the others.
    """
    places = {one["candidate_id"]: seating.place(one["seat"]) for one in seats}
    spare = sorted(who for who, place in places.items() if place == seating.NOWHERE)
    rows = sorted({row for who, (row, _) in places.items() if who not in spare})
    columns = sorted({column for who, (_, column) in places.items() if who not in spare})
    at = {who: (columns.index(place[1]), rows.index(place[0])) for who, place in places.items() if who not in spare}
    at |= {who: (column, len(rows)) for column, who in enumerate(spare)}
    return {"columns": max(len(columns), len(spare)), "rows": len(rows) + bool(spare), "at": at}
