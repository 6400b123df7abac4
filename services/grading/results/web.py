"""The web door of the results service: JSON and documents."""

from pathlib import Path

from starlette.types import ASGIApp

from chassis import document_routes
from chassis.web import Door
from chassis.work import Runtime
from services.grading.results.commands import READERS, VERBS
from services.grading.results.settings import Settings


def create_app(runtime: Runtime[Settings]) -> ASGIApp:
    """The finished door."""
    door = Door(runtime, VERBS, Path(__file__).parent)
    return door.app(document_routes.routes(door, READERS))
