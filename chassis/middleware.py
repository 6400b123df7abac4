"""What happens to every HTTP request: limits, correlation, timing, headers, and refusals in one form."""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.logging import follow, logger
from contracts.refusals.general import TooLarge

_SECONDS = Histogram(
    "svops_http_seconds",
    "HTTP requests",
    ["service", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_HEADERS = (
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
            _SECONDS.labels(self._service, scope["method"], str(status)).observe(seconds)
            _LOG.info("request", method=scope["method"], path=scope["path"], status=status, ms=round(seconds * 1000, 1))


def _add_headers(message: MutableMapping[str, Any], trace: str) -> None:
    present = {name.lower() for name, _ in message["headers"]}
    message["headers"] = [
        *message["headers"],
        *((n, v) for n, v in _HEADERS if n not in present),
        (b"traceparent", trace.encode("ascii")),
    ]


class BodyLimit:
    """Refuses a body over the limit, by its stated length or by counting what really comes."""

    def __init__(self, app: ASGIApp, limit_bytes: int, refuse: Callable[[Scope, TooLarge], ASGIApp]) -> None:
        self._app = app
        self._limit_bytes = limit_bytes
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        stated = dict(scope["headers"]).get(b"content-length", b"0")
        if not stated.isdigit() or int(stated) > self._limit_bytes:
            await self._refuse(scope, TooLarge(limit_bytes=self._limit_bytes))(scope, receive, send)
            return
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
