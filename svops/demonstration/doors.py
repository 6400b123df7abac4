"""How the people of a demonstration reach the services: over HTTP, patiently, each request safe to send again."""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from contracts.refusals import Refusal

_PATIENCE_SECONDS = 90.0
_PAUSE_SECONDS = 0.2
_AGAIN = frozenset({"Overtaken"})
_MAY_COME = _AGAIN | {"NotFound", "OutOfOrder"}
Json = dict[str, Any]


class DoorStaysClosedError(RuntimeError):
    """A service did not answer, or an expected effect did not appear, for longer than a restart takes."""


def open_doors(address: str) -> httpx.Client:
    """Connections that many people share: nobody's cookie is kept, each shows the own token."""
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.Client(base_url=address, timeout=60, cookies=no_cookies)


@dataclass
class Client:
    """Somebody with (or without) a token. A command carries a key made of what it says, and is sent until answered."""

    http: httpx.Client
    token: str | None = None
    names: str = ""
    waits_for_events: bool = False  #: tries again where a refusal may only mean that an event is on its way
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def command(self, service: str, verb: str, /, occasion: str = "", **payload: Any) -> Json:
        """Carry out a command; raises its ``Refusal``. ``occasion`` tells two of the same words apart."""
        said = f"{self.names} {service} {verb} {json.dumps(payload, sort_keys=True)}{occasion}"
        headers = self.headers | {"Idempotency-Key": str(uuid.uuid5(uuid.NAMESPACE_URL, said))}
        answer: Json = self.send("POST", f"/{service}/api/{verb}", json=payload, headers=headers).json()
        return answer

    def ask(self, service: str, question: str, **params: Any) -> Json:
        """Ask a question; raises its ``Refusal``."""
        answer: Json = self.send("GET", f"/{service}/api/{question}", params=params, headers=self.headers).json()
        return answer

    def upload(self, service: str, content: bytes, media_type: str) -> str:
        """Give a file to a service; its SHA-256."""
        headers = self.headers | {"Content-Type": media_type}
        answer: Json = self.send("POST", f"/{service}/api/files", content=content, headers=headers).json()
        return str(answer["sha256"])

    def download(self, path: str, **params: Any) -> bytes:
        """The bytes at a path."""
        return self.send("GET", path, params=params, headers=self.headers).content

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """One request, sent again while the door is away or ill."""
        last = ""
        until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < until:
            try:
                response = self.http.request(method, path, **request)
            except httpx.TransportError as error:
                last = repr(error)
            else:
                if not response.is_server_error and not self._is_to_be_tried_again(response):
                    return _accept(response)
                last = f"{response.status_code} {response.text[:300]}"
            time.sleep(_PAUSE_SECONDS)
        raise DoorStaysClosedError(f"{method} {path}: {last}")

    def _is_to_be_tried_again(self, response: httpx.Response) -> bool:
        """Whether the refusal only says that somebody else was quicker, or that an event may still be on its way."""
        if response.headers.get("content-type", "").startswith("application/problem+json"):
            return response.json()["code"] in (_MAY_COME if self.waits_for_events else _AGAIN)
        return False


def _accept(response: httpx.Response) -> httpx.Response:
    if response.is_client_error:
        if response.headers.get("content-type", "").startswith("application/problem+json"):
            problem: Mapping[str, Any] = response.json()
            raise Refusal.from_dict(problem)
        response.raise_for_status()
    return response


def until(what: str, seen: Callable[[], Any], *, patience_seconds: float = _PATIENCE_SECONDS) -> Any:
    """Wait until a fact that travels as an event has arrived: the first true answer of ``seen``."""
    end = time.monotonic() + patience_seconds
    while time.monotonic() < end:
        if answer := seen():
            return answer
        time.sleep(_PAUSE_SECONDS)
    raise DoorStaysClosedError(f"did not happen: {what}")
