"""Sending answers back: a connection of its own, opened again when it breaks; an answer that can't be sent is lost.

Losing one is safe: the client asks again with the same idempotency key, and is given the same answer.
"""

import threading
from datetime import UTC, datetime
from typing import Any

import amqp
from nameko.constants import AMQP_URI_CONFIG_KEY
from nameko.extensions import SharedExtension

from chassis.broker import connect
from chassis.logging import logger
from chassis.rpc import CONTENT_TYPE

_WRITE_SECONDS = 5
_ATTEMPTS = 2
_log = logger(__name__)


class Replies(SharedExtension):  # type: ignore[misc]  # nameko is untyped
    """Sends one answer after another. Never raises: the process must not die of a caller who has gone."""

    def __init__(self) -> None:
        self._channel: Any = None
        self._turn = threading.Lock()
        super().__init__()

    def send(self, body: bytes, asked: Any, deadline: datetime) -> None:
        """Answer the message ``asked`` if somebody may still wait for it."""
        reply_to = asked.properties.get("reply_to")
        if not reply_to:
            return
        correlation = asked.properties.get("correlation_id")
        with self._turn:
            for _ in range(_ATTEMPTS):
                if datetime.now(UTC) < deadline and self._is_sent(body, reply_to, correlation):
                    return
        _log.warning("answer_lost", correlation_id=correlation)

    def stop(self) -> None:
        """Hang up."""
        if self._channel is not None:
            self._channel.connection.collect()

    def _is_sent(self, body: bytes, reply_to: str, correlation: str | None) -> bool:
        message = amqp.Message(body, content_type=CONTENT_TYPE, correlation_id=correlation)
        try:
            if self._channel is None:
                self._channel = self._open()
            self._channel.basic_publish(message, exchange="", routing_key=reply_to, timeout=_WRITE_SECONDS)
        except (OSError, amqp.AMQPError) as error:
            _log.warning("answer_not_sent", error=str(error))
            self._channel = None
            return False
        return True

    def _open(self) -> Any:
        return connect(self.container.config[AMQP_URI_CONFIG_KEY], io_seconds=_WRITE_SECONDS).channel()
