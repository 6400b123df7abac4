"""What happens to every HTTP request: limits, correlation, timing, headers, and a name for whatever is refused."""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from prometheus_client import Histogram
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.failures import refusal_of
from chassis.fields import is_storable
from chassis.logging import follow, logger, trace_number
from contracts.phrase import Phrase
from contracts.refusals import Refusal
from contracts.refusals.general import InternalFailure, InvalidInput, MethodNotAllowed, NotFound, TooLarge, Unavailable

_SECONDS = Histogram(
    "svops_http_seconds",
    "HTTP requests",
    ["service", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
#: What every answer says to a browser.
HEADERS = (
    (
        b"content-security-policy",
        (
            b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            b"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_RETRY_AFTER_SECONDS = "2"
_LONGEST_LENGTH = 18  # digits
_LOG = logger("http")


class Shell:
    """Outermost layer of a web door: follows the trace, adds security headers, counts and logs."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        trace = follow(headers.get(b"traceparent", b"").decode("ascii", "replace") or None)
        began, status = time.perf_counter(), 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(message, trace)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        finally:
            seconds = time.perf_counter() - began
            method = scope["method"] if scope["method"] in _METHODS else "other"
            _SECONDS.labels(self._service, method, str(status)).observe(seconds)
            _LOG.info("request", method=scope["method"], path=scope["path"], status=status, ms=round(seconds * 1000, 1))


def _add_headers(message: MutableMapping[str, Any], trace: str) -> None:
    present = {name.lower() for name, _ in message["headers"]}
    message["headers"] = [
        *message["headers"],
        *((n, v) for n, v in HEADERS if n not in present),
        (b"traceparent", trace.encode("ascii")),
    ]


class Named:
    """Whatever is raised below is answered as a refusal with its name; what nobody foresaw is logged and told as that.

    The application below must let Starlette's own exceptions through: ``exception_handlers=LET_THROUGH``.
    """

    def __init__(self, app: ASGIApp, answer: Callable[[Scope, Refusal], ASGIApp]) -> None:
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False
        if not is_storable(scope["path"]) or b"%00" in scope["query_string"]:
            refusal = InvalidInput(errors=Phrase("адрес с непозволени знаци", "an address with characters not allowed"))
            await self._answer(scope, refusal)(scope, receive, send)
            return

        async def noticing(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, noticing)
        except ClientDisconnect:
            _LOG.info("client_gone", path=scope["path"])
        except Exception as error:
            if has_begun:
                raise
            await self._answer(scope, _name(error, scope))(scope, receive, send)


async def _let_through(_: Request, error: Exception) -> Response:
    raise error


LET_THROUGH: dict[Any, Any] = {HTTPException: _let_through}


def headers_of(refusal: Refusal) -> dict[str, str]:
    """What HTTP wants said beside a refusal: when to come again, what the address takes."""
    if isinstance(refusal, MethodNotAllowed):
        return {"allow": refusal.facts["allowed"]}
    return {"retry-after": _RETRY_AFTER_SECONDS} if refusal.status == Unavailable.status else {}


def _name(error: Exception, scope: Scope) -> Refusal:
    if isinstance(error, Refusal):
        return error
    if isinstance(error, HTTPException):
        if error.status_code == MethodNotAllowed.status:
            return MethodNotAllowed(allowed=(error.headers or {}).get("Allow", "GET, HEAD"))
        return NotFound(what=scope["path"])
    known = refusal_of(error)
    if known is not None:
        return known
    _LOG.error("request_failed", method=scope["method"], path=scope["path"], exc_info=error)
    return InternalFailure(trace=trace_number())


class BodyLimit:
    """Refuses a body over the limit, by its stated length or by counting what really comes: raises ``TooLarge``."""

    def __init__(self, app: ASGIApp, limit_bytes: int) -> None:
        self._app = app
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        stated = dict(scope["headers"]).get(b"content-length", b"0")
        if not stated.isdigit() or len(stated) > _LONGEST_LENGTH or int(stated) > self._limit_bytes:
            raise TooLarge(limit_bytes=self._limit_bytes)
        await self._app(scope, self._counted(receive), send)

    def _counted(self, receive: Receive) -> Callable[[], Awaitable[Message]]:
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit_bytes:
                raise TooLarge(limit_bytes=self._limit_bytes)
            return message

        return counted
