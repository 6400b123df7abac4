"""The web door of certification: JSON, the public register and the verification of a certificate."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from chassis import document_routes
from chassis.web import Door
from chassis.work import Runtime
from services.certification.commands import READERS, VERBS
from services.certification.settings import Settings


def create_app(runtime: Runtime[Settings]) -> ASGIApp:
    """The finished door."""
    door = Door(runtime, VERBS, Path(__file__).parent)

    async def register(request: Request) -> Response:
        found = await door.carry_out(request, "register", {"search": request.query_params.get("search", "")})
        return door.pages.answer(request, "register.html", **found)

    async def verify(request: Request) -> Response:
        entry = await door.carry_out(request, "verify", {"number": request.path_params["number"]})
        return door.pages.answer(request, "verify.html", entry=entry)

    pages = [
        *document_routes.routes(door, READERS),
        Route("/register", register, methods=["GET"]),
        Route("/verify/{number}", verify, methods=["GET"]),
    ]
    return door.app(pages)
