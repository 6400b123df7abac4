"""What programs may ask is in the OpenAPI document, and nothing else is."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from starlette.routing import Route

from services.session.live import create_live_app
from svops import openapi
from svops.services import SERVICES, Service
from tests.interface.house import House

PATHS: dict[str, Any] = yaml.safe_load(openapi.PATH.read_text(encoding="utf-8"))["paths"]


def stated(prefix: str) -> set[tuple[str, str]]:
    """Method and path of what the document has below a prefix."""
    return {(method.upper(), path) for path, item in PATHS.items() if path.startswith(prefix) for method in item}


def there(app: Any, prefix: str, part: str) -> Iterator[tuple[str, str]]:
    """Method and path of an application's routes."""
    for route in app.routes:
        if isinstance(route, Route) and route.path.startswith(part):
            yield from ((method, prefix + route.path) for method in (route.methods or ()) if method != "HEAD")


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_route_for_programs_is_described(service: Service, house_of: Callable[[str], House]) -> None:
    app = service.module("web").create_app(house_of(service.name).runtime)
    assert set(there(app, service.prefix, "/api/")) == stated(f"{service.prefix}/api/")


def test_every_route_of_the_live_door_is_described(house_of: Callable[[str], House]) -> None:
    routes = there(create_live_app(house_of("session").runtime), "/live", "/")
    assert {(method, path.replace(":int", "")) for method, path in routes} == stated("/live/")
