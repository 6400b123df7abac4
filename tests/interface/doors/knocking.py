"""All doors under one address, as one web process has them, and requests that no well-behaved client would send."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.types import Message

from chassis.commands import Shape, Verbs
from chassis.web import front
from chassis.work import Actor
from contracts.people import Role
from contracts.refusals import by_code
from svops.services import SERVICES
from tests.cast import acting
from tests.interface.house import House, Templates, build, module_of

EVERYBODY_ON_DUTY = Actor(
    "everybody-on-duty",
    frozenset((role, None) for role in Role if role not in {Role.CANDIDATE, Role.OPERATOR, Role.SYSTEM}),
)
CANDIDATE, OPERATOR = acting(Role.CANDIDATE), acting(Role.OPERATOR)


@dataclass(frozen=True)
class Knock:
    """A request, byte by byte."""

    method: str
    path: str
    query: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""


@dataclass
class Heard:
    """What came back."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""

    def check(self) -> None:
        """A failure is none of ours, and a refusal is a named one in both languages (a page: in its own)."""
        assert self.status < 500, (self.status, self.body[:2000])
        if self.status < 400:
            return
        if self.headers[b"content-type"].startswith(b"text/html"):
            assert b'role="alert"' in self.body
            return
        assert self.headers[b"content-type"] == b"application/problem+json"
        self.check_problem()

    def check_problem(self) -> None:
        """The refusal names itself."""
        told = json.loads(self.body)
        kind = by_code(told["code"])
        assert (told["status"], kind.status) == (self.status, self.status)
        assert told["article"] == told["facts"].get("rule", kind.article)
        assert told["sentence"]["bg"]
        assert told["sentence"]["en"]


class Doors:
    """Every web door and the live one, on databases of their own."""

    def __init__(self, templates: Templates, folder: Path) -> None:
        self.houses: dict[str, House] = {}
        apps: dict[str, Any] = {}
        for service in sorted(SERVICES, key=lambda one: -len(one.prefix)):
            house = build(service.name, templates.address(templates.copy(service.name)), folder)
            self.houses[service.name] = house
            apps[service.prefix] = service.module("web").create_app(house.runtime)
            if service.live_prefix:
                apps[service.live_prefix] = service.module("live").create_live_app(house.runtime)
        self._apps = apps
        self.app = front(apps, "/registration/", [house.runtime for house in self.houses.values()])
        self._loop = asyncio.Runner()

    def close(self) -> None:
        """Give everything back."""
        self._loop.close()
        for house in self.houses.values():
            house.close()

    @cached_property
    def tokens(self) -> list[str]:
        """Tokens of a candidate, of the operator, and of somebody who is everything else at once."""
        house = self.houses["registration"]
        return [house.token(actor) for actor in (CANDIDATE, OPERATOR, EVERYBODY_ON_DUTY)]

    @cached_property
    def places(self) -> list[tuple[str, tuple[str, ...]]]:
        """Every path of every door, with its parameters in braces, and the methods that it takes."""
        doors = [place for prefix, app in self._apps.items() for place in _places(app, prefix)]
        return sorted({*_places(self.app, ""), *doors})

    @cached_property
    def shapes(self) -> dict[str, type[Shape]]:
        """What is asked for at the address of each verb."""
        asked: dict[str, type[Shape]] = {}
        for name, house in self.houses.items():
            verbs: Verbs = module_of(name, "commands").VERBS
            asked |= {f"/{house.prefix}/api/{verb.name}": verb.shape for verb in verbs.by_name.values()}
        return asked

    def knock(self, knock: Knock) -> Heard:
        """Send the request; give what came back."""
        return self._loop.run(self._knock(knock))

    async def _knock(self, knock: Knock) -> Heard:
        heard = Heard()
        unread = [knock.body]

        async def receive() -> Message:
            if unread:
                return {"type": "http.request", "body": unread.pop(), "more_body": False}
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                heard.status, heard.headers = message["status"], dict(message["headers"])
            else:
                heard.body += message.get("body", b"")

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": knock.method,
            "scheme": "http",
            "path": unquote(knock.path, errors="replace"),
            "raw_path": knock.path.encode("ascii", "replace"),
            "query_string": knock.query,
            "root_path": "",
            "headers": [
                (b"host", b"testserver"),
                (b"content-length", str(len(knock.body)).encode()),
                *knock.headers,
            ],
            "client": ("127.0.0.1", 1),
            "server": ("testserver", 80),
            "state": {},
        }
        await self.app(scope, receive, send)
        return heard


def _places(app: Any, prefix: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for route in app.routes:
        if isinstance(route, Mount) and isinstance(route.app, Starlette):
            yield from _places(route.app, prefix + route.path)
        elif isinstance(route, Mount):
            yield f"{prefix}{route.path}/{{path}}", ("GET",)
        elif isinstance(route, Route):
            yield prefix + route.path, tuple(sorted(route.methods or ()))
