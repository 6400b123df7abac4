"""The web door of paper grading: verbs as JSON, what is printed for the halls, pictures of scans, the commission's
page, and the marker's screen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from sqlalchemy import or_, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from chassis import document_routes
from chassis.documents import file_name
from chassis.forms import payload_of, read_form
from chassis.plumbing import DocumentRow
from chassis.web import Door
from chassis.work import NOBODY, Actor, Runtime
from contracts.people import Role
from contracts.phrase import Phrase
from contracts.refusals import Refusal
from contracts.refusals.general import NotAuthenticated, NotFound, OutOfOrder
from services.grading.paper.commands import CORRECTING, PRINTING, READERS, VERBS
from services.grading.paper.documents import (
    APPENDIX_9,
    APPENDIX_11,
    CARD_ANNULMENT_PROTOCOL,
    COPIES_PROTOCOL,
    ENVELOPE_LABELS,
    SECOND_MARKING_PROTOCOL,
    STICKER_SHEET,
)
from services.grading.paper.queries.commission import may_look
from services.grading.paper.rules import signs
from services.grading.paper.rules.copies import Printed
from services.grading.paper.settings import Settings
from services.grading.paper.sheet import marks_of, sheet
from services.grading.paper.tables import Reading
from services.grading.paper.usecases.arrivals import APPENDIX_10
from services.grading.paper.usecases.protocols import COMPLETED

HERE = Path(__file__).parent
PAGE, MARK, LOGIN = "/grading/paper/", "/grading/paper/mark", "/admission/login"
#: What the commission's page does, and at which of its sections one is afterwards.
_ON_PAGE = {
    "record_print_run": "copies",
    "correct_print_run": "copies",
    "write_off_copies": "copies",
    "issue_copies_protocol": "copies",
    "assign_numbers": "numbers",
    "register_scans": "scans",
    "complete_number": "scans",
    "correct_number": "scans",
    "correct_sub_variant": "scans",
    "set_aside_scan": "scans",
    "take_back_scan": "scans",
    "distribute_cards": "marking",
    "hand_on_cards": "marking",
    "end_absence": "marking",
    "record_absence": "marking",
    "propose_card_annulment": "annulments",
    "confirm_card_annulment": "annulments",
    "propose_opening_envelopes": "opening",
    "confirm_opening_envelopes": "opening",
    "enter_slip": "slips",
    "withdraw_slip": "slips",
    "complete_protocols": "protocols",
}
#: Documents of the page: what is put on paper before the marking, and its protocol.
_PRINTED = frozenset({APPENDIX_9.name, ENVELOPE_LABELS.name, STICKER_SHEET.name, COPIES_PROTOCOL.name})


def create_app(runtime: Runtime[Settings]) -> ASGIApp:
    """The finished door."""
    door = Door(runtime, VERBS, HERE)
    pictures, screen, overview = Pictures(runtime), MarkersScreen(door), CommissionsPage(door)
    pages = [
        *document_routes.routes(door, READERS),
        Route("/api/blank_card", pictures.blank_card, methods=["GET"]),
        Route("/api/slips", pictures.slips, methods=["GET"]),
        Route("/api/envelope_labels", pictures.envelope_labels, methods=["GET"]),
        Route("/api/scans/{sha256}", pictures.scan, methods=["GET"]),
        Route("/", overview.show, methods=["GET"]),
        Route("/", overview.act, methods=["POST"]),
        Route("/mark", screen.show, methods=["GET"]),
        Route("/mark", screen.mark, methods=["POST"]),
        Route("/mark/agree", screen.agree, methods=["POST"]),
        Route("/mark/dissent", screen.dissent, methods=["POST"]),
    ]
    return door.app(pages, public_files={"static": HERE / "static"})


class Pictures:
    """Files that are no documents of a person: what is printed for the halls, scans to look at."""

    def __init__(self, runtime: Runtime[Settings]) -> None:
        self._runtime = runtime

    async def blank_card(self, request: Request) -> Response:
        """``GET /api/blank_card?exam_id=…&sub_variant=…``: the card of App. 10 as PDF."""
        return await self._to_print(request, APPENDIX_10, request.query_params.get("sub_variant", ""))

    async def slips(self, request: Request) -> Response:
        """``GET /api/slips?exam_id=…``: the slips of App. 9 as PDF, one for each seat on paper and spare ones."""
        return await self._to_print(request, APPENDIX_9.name)

    async def envelope_labels(self, request: Request) -> Response:
        """``GET /api/envelope_labels?exam_id=…``: labels of the large and the small envelopes as PDF."""
        return await self._to_print(request, ENVELOPE_LABELS.name)

    async def scan(self, request: Request) -> Response:
        """``GET /api/scans/{sha256}``: a card's picture, upright (or with the reading drawn): for chair and director,
        and for the members while they match cards with numbers, then for him to whom the card was given.
        """
        return await run_in_threadpool(self._scan, request.state.actor, request.path_params["sha256"])

    async def _to_print(self, request: Request, kind: str, subject: str | None = None) -> Response:
        exam_id = request.query_params.get("exam_id", "")
        return await run_in_threadpool(
            self._printed, request.state.actor, exam_id, kind, exam_id if subject is None else subject
        )

    def _printed(self, actor: Actor, exam_id: str, kind: str, subject: str) -> Response:
        _check_known(actor)
        with self._runtime.work(actor) as work:
            work.require(exam_id, *PRINTING)
            row = work.session.scalar(
                select(DocumentRow).where(
                    DocumentRow.exam_id == exam_id, DocumentRow.kind == kind, DocumentRow.subject == subject
                )
            )
            if row is None:
                raise NotFound(what=Phrase(f"материал за печат {subject}", f"material to print {subject}"))
            if row.sha256 is None:
                raise OutOfOrder(
                    state=Phrase("документът още се изготвя", "the document is still being made"),
                    rule="Собствено правило",
                )
            content = work.files.get(row.sha256)
        headers = {"content-disposition": f"inline; filename*=UTF-8''{quote(file_name(row))}"}
        return Response(content, media_type="application/pdf", headers=headers)

    def _scan(self, actor: Actor, sha256: str) -> Response:
        _check_known(actor)
        with self._runtime.work(actor) as work:
            is_it = or_(Reading.picture_sha256 == sha256, Reading.overlay_sha256 == sha256)
            if not any(may_look(work, page, sha256) for page in work.session.scalars(select(Reading).where(is_it))):
                raise NotFound(what=Phrase(f"файл {sha256[:12]}", f"file {sha256[:12]}"))
            return Response(work.files.get(sha256), media_type="image/jpeg")


def _check_known(actor: Actor) -> None:
    if actor.id == NOBODY.id:
        raise NotAuthenticated


class CommissionsPage:
    """``/``: where the exam's cards stand, and every step of the commission and the director (Art. 44–48)."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def show(self, request: Request) -> Response:
        """The exam of the address, else the newest."""
        if request.state.actor.id == NOBODY.id:
            return RedirectResponse(LOGIN, status_code=303)
        return await self._show(request, request.query_params.get("exam_id"))

    async def act(self, request: Request) -> Response:
        """Do what a button of the page says; a refusal keeps what was typed."""
        form = await read_form(request)
        typed = dict(form.typed)
        verb = typed.pop("verb", "")
        try:
            if verb not in _ON_PAGE:
                raise NotFound(what=verb)
            payload: dict[str, Any] = payload_of(VERBS.by_name[verb], typed)
            if "scan" in form.files:
                scan = form.files["scan"]
                payload["scans"] = [(await self._door.store_upload(request, scan.content, scan.declared))["sha256"]]
            await self._door.carry_out(request, verb, payload)
        except Refusal as refusal:
            return await self._show(request, typed.get("exam_id"), Failed(verb, typed, refusal))
        done = urlencode({"exam_id": typed.get("exam_id", ""), "done": verb})
        return RedirectResponse(f"{PAGE}?{done}#{_ON_PAGE[verb]}", status_code=303)

    async def _show(self, request: Request, exam_id: str | None, failed: "Failed | None" = None) -> Response:
        exams = (await self._door.carry_out(request, "exams", {}))["exams"]
        exam_id = exam_id or next((one["exam_id"] for one in exams), None)
        documents = await self._documents(request, exam_id) if exam_id else []
        marking_protocols = [one for one in documents if one["kind"] == APPENDIX_11.name]
        return self._door.pages.answer(
            request,
            "overview.html",
            status=failed.refusal.status if failed else 200,
            exams=exams,
            exam_id=exam_id,
            at=await self._door.carry_out(request, "progress", {"exam_id": exam_id}) if exam_id else None,
            me=request.state.actor.id,
            documents=[one for one in documents if one["kind"] in _PRINTED],
            to_sign={one["subject"]: one for one in marking_protocols if one["issue"] != COMPLETED},
            completed={one["subject"]: one for one in marking_protocols if one["issue"] == COMPLETED},
            second_protocols=[one for one in documents if one["kind"] == SECOND_MARKING_PROTOCOL.name],
            annulment_protocols={
                one["subject"]: one for one in documents if one["kind"] == CARD_ANNULMENT_PROTOCOL.name
            },
            roles=request.state.actor.roles_in(exam_id),
            may_correct_copies=bool(request.state.actor.roles_in(exam_id) & CORRECTING),
            Role=Role,
            Printed=Printed,
            words_of_sign=signs.words,
            is_done=request.query_params.get("done") in _ON_PAGE,
            failed=failed,
        )

    async def _documents(self, request: Request, exam_id: str) -> list[dict[str, Any]]:
        answer = await self._door.carry_out(request, "documents", {"exam_id": exam_id})
        found: list[dict[str, Any]] = answer["documents"]
        return found


@dataclass(frozen=True)
class Failed:
    """A step that was refused: which, what was typed, and why."""

    verb: str
    typed: Mapping[str, str]
    refusal: Refusal

    def value(self, verb: str, about: Mapping[str, object], name: str) -> str:
        """What was typed into a field, if this is the form that was refused."""
        is_it = verb == self.verb and all(self.typed.get(key) == str(value) for key, value in about.items())
        return self.typed.get(name, "") if is_it else ""


@dataclass(frozen=True)
class Waiting:
    """What waits for a person, by number: cards to count, third counts to say his word on, and cards that he counts
    again with the chair; and how many of his are done.
    """

    to_count: list[str]
    done: int
    to_answer: list[str] = field(default_factory=list)
    disputed: list[str] = field(default_factory=list)

    @property
    def numbers(self) -> list[str]:
        """What he can do now, in the order in which it is shown to him."""
        return [*self.to_count, *self.to_answer]


class MarkersScreen:
    """``/mark``: a member counts the cards given to him and says his word on what was counted again; the chair settles
    those on which counts differ.
    """

    def __init__(self, door: Door) -> None:
        self._door = door

    async def show(self, request: Request) -> Response:
        """The card asked for, else the next one that waits, else that there is none."""
        if request.state.actor.id == NOBODY.id:
            return RedirectResponse(LOGIN, status_code=303)
        return await self._show(request, _exam(request), request.query_params.get("number"))

    async def mark(self, request: Request) -> Response:
        """Count the card by the form, and on to the next; a refusal keeps what was typed."""
        form = await read_form(request)
        exam_id, number = form.typed.get("exam_id", ""), form.typed.get("number", "")
        verb = "settle_card" if _is_chair(request.state.actor, exam_id) else "mark_card"
        card = await self._door.carry_out(request, "card", {"exam_id": exam_id, "number": number})
        try:
            seen = marks_of(form.typed, card["questions"], card["options"])
            await self._door.carry_out(request, verb, {"exam_id": exam_id, "number": number, **seen})
        except Refusal as refusal:
            return await self._show(request, exam_id, number, form.typed, refusal)
        return _onward(exam_id, number)

    async def agree(self, request: Request) -> Response:
        """Record that the member agrees with what he counted again with the chair, and on to the next."""
        return await self._say(request, "agree_to_count")

    async def dissent(self, request: Request) -> Response:
        """Record that he does not, and why; a refusal keeps what was typed."""
        return await self._say(request, "dissent_from_count")

    async def _say(self, request: Request, verb: str) -> Response:
        typed = (await read_form(request)).typed
        exam_id, number = typed.get("exam_id", ""), typed.get("number", "")
        try:
            await self._door.carry_out(request, verb, payload_of(VERBS.by_name[verb], typed))
        except Refusal as refusal:
            return await self._show(request, exam_id, number, typed, refusal)
        return _onward(exam_id, number)

    async def _show(
        self,
        request: Request,
        exam_id: str,
        number: str | None,
        typed: Mapping[str, str] | None = None,
        refusal: Refusal | None = None,
    ) -> Response:
        waiting = await self._waiting(request, exam_id)
        number = number or next(iter(waiting.numbers), None)
        card = number and await self._door.carry_out(request, "card", {"exam_id": exam_id, "number": number})
        return self._door.pages.answer(
            request,
            "mark.html",
            status=refusal.status if refusal else 200,
            exam_id=exam_id,
            waiting=waiting,
            just_done=request.query_params.get("done"),
            card=card,
            sheet=sheet(card, typed) if card else None,
            typed=typed or {},
            words_of_sign=signs.words,
            refusal=refusal,
        )

    async def _waiting(self, request: Request, exam_id: str) -> Waiting:
        if _is_chair(request.state.actor, exam_id):
            answer = await self._door.carry_out(request, "progress", {"exam_id": exam_id})
            return Waiting(answer["to_settle"], answer["settled"])
        cards = (await self._door.carry_out(request, "my_cards", {"exam_id": exam_id}))["cards"]
        to_count = [one["number"] for one in cards if not one["marked"]]
        to_answer = [one["number"] for one in cards if one["awaits_word"]]
        disputed = [one["number"] for one in cards if one["to_settle"]]
        return Waiting(to_count, len(cards) - len(to_count) - len(to_answer), to_answer, disputed)


def _onward(exam_id: str, number: str) -> RedirectResponse:
    """To the next card that waits, with the word that this one is recorded."""
    return RedirectResponse(f"{MARK}?{urlencode({'exam_id': exam_id, 'done': number})}", status_code=303)


def _exam(request: Request) -> str:
    """The exam of the address, else the one in which this person marks."""
    asked = request.query_params.get("exam_id")
    if asked:
        return str(asked)
    marking = {exam for role, exam in request.state.actor.capacities if role in {Role.CHAIR, Role.MEMBER} and exam}
    return max(marking, default="")


def _is_chair(actor: Actor, exam_id: str) -> bool:
    return Role.CHAIR in actor.roles_in(exam_id)
