"""``/livez``, ``/readyz`` and ``/metrics`` of a process that has no web door of its own."""

import json
import sys
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from amqp import AMQPError
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from prometheus_client.registry import CollectorRegistry
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from chassis.topology import Topology
from chassis.work import Runtime

Check = Callable[[], str | None]  #: ``None`` when all is well, otherwise a sentence


def database_check(runtime: Runtime[Any]) -> Check:
    """The service's database answers."""

    def check() -> str | None:
        try:
            with runtime.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            return f"database of {runtime.name}: {type(error).__name__}"
        return None

    return check


def topology_check(topology: Topology, amqp_uri: str) -> Check:
    """The broker answers and has every queue with the right arguments."""

    def check() -> str | None:
        try:
            return "; ".join(topology.differences(amqp_uri)) or None
        except (OSError, AMQPError) as error:
            return f"broker: {type(error).__name__}"

    return check


class _Server(ThreadingHTTPServer):
    """A probe that hangs up before its answer is no event."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Health:
    """A tiny HTTP server for probes and scrapes, in a thread (a green one where threads are patched)."""

    def __init__(
        self,
        checks: Mapping[str, Check],
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        registry: CollectorRegistry = REGISTRY,
    ) -> None:
        self._checks = checks
        self._registry = registry
        self._server = _Server((host, port), self._handler())
        self.port: int = self._server.server_port

    def start(self) -> None:
        """Serve until ``close``."""
        threading.Thread(target=self._server.serve_forever, name="health", daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def failures(self) -> dict[str, str]:
        """The checks that do not hold now, with their sentences."""
        return {name: said for name, check in self._checks.items() if (said := check()) is not None}

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """Status, content type and body for a path."""
        if path == "/livez":
            return 200, "text/plain", b"ok\n"
        if path == "/readyz":
            failures = self.failures()
            return 503 if failures else 200, "application/json", json.dumps(failures, ensure_ascii=False).encode()
        if path == "/metrics":
            return 200, CONTENT_TYPE_LATEST, generate_latest(self._registry)
        return 404, "text/plain", b"not found\n"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        health = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, content_type, body = health.answer(self.path.split("?")[0])
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Probes are not worth a line."""

        return Handler
