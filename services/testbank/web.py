"""The web door of testbank: verbs as JSON, protocols, and booklets on their way to the printer."""

from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from chassis import document_routes
from chassis.web import Door
from chassis.work import NOBODY, Actor, Runtime
from contracts.refusals.general import NotAuthenticated
from services.testbank.commands import READERS, VERBS
from services.testbank.settings import Settings
from services.testbank.usecases.booklets import hand_out_booklet


def create_app(runtime: Runtime[Settings]) -> ASGIApp:
    """The finished door."""
    door = Door(runtime, VERBS, Path(__file__).parent)

    async def booklet(request: Request) -> Response:
        """``GET /api/booklets/{exam_id}/{sub_variant}``: the printed test of one sub-variant."""
        content = await run_in_threadpool(_booklet, runtime, request.state.actor, **request.path_params)
        return Response(content, media_type="application/pdf")

    return door.app(
        [
            *document_routes.routes(door, READERS),
            Route("/api/booklets/{exam_id}/{sub_variant}", booklet, methods=["GET"]),
        ]
    )


def _booklet(runtime: Runtime[Settings], actor: Actor, *, exam_id: str, sub_variant: str) -> bytes:
    if actor.id == NOBODY.id:
        raise NotAuthenticated
    with runtime.work(actor) as work:
        return hand_out_booklet(work, exam_id=exam_id, sub_variant=sub_variant)
