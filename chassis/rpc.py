"""Asking a service: requests with a deadline and an idempotency key, and a client that is safe to retry.

A request is JSON: ``method``, ``payload``, ``token`` (or null), ``idempotency_key`` (or null), ``deadline`` (ISO
instant of the real clock, never of a simulated one). The answer is ``{"result": …}`` or ``{"refusal": …}``. The
server's side is ``chassis.entrypoints.answers``; this module knows no framework of services.
"""

import threading
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import amqp
import msgspec

from chassis.broker import connect
from chassis.topology import rpc_queue
from contracts.refusals import Refusal
from contracts.refusals.general import InternalFailure, Unavailable

CONTENT_TYPE = "application/json"
_REPLY_TO = "amq.rabbitmq.reply-to"
_RETRY_SECONDS = 0.2
_LONGEST_RETRY_SECONDS = 2.0


class RpcError(Exception):
    """The request got no answer that could be understood."""


class RpcTimeout(RpcError):  # noqa: N818 - the name under which everybody looks for it
    """No answer before the deadline; the request will not be begun after it, but may have been carried out before."""


class UnroutableService(RpcError):  # noqa: N818 - as above
    """No such service: its queue is not declared."""


class RpcFailed(RpcError):  # noqa: N818 - as above
    """The service failed while answering; its log says why."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked. ``deadline``: aware, real time; after it nobody may begin to carry the request out."""

    method: str
    payload: dict[str, Any]
    deadline: datetime
    token: str | None = None
    idempotency_key: str | None = None

    def is_stale(self) -> bool:
        """True when the deadline has passed."""
        return datetime.now(UTC) >= self.deadline


class _Answer(msgspec.Struct):
    result: dict[str, Any] | None = None
    refusal: dict[str, Any] | None = None

    def is_refused_as(self, kind: type[Refusal]) -> bool:
        """Whether the answer is a refusal of that name."""
        return self.refusal is not None and self.refusal["code"] == kind.__name__


def decode_request(body: bytes) -> Request:
    """The request in these bytes; raises ``ValueError`` when it is none."""
    try:
        request = msgspec.json.decode(body, type=Request)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from error
    if request.deadline.tzinfo is None:
        raise ValueError("a deadline without a zone")
    return request


def encode_result(result: dict[str, Any]) -> bytes:
    """The answer to a request that was carried out."""
    return msgspec.json.encode({"result": result})


def encode_refusal(refusal: Refusal) -> bytes:
    """The answer to a request that the rules do not allow."""
    return msgspec.json.encode({"refusal": refusal.to_dict()})


class RpcClient:
    """Asks services over one connection, which it opens when needed and opens again when it breaks.

    Calls from several threads wait for one another; give each thread a client of its own to ask at the same time.
    """

    def __init__(self, amqp_uri: str) -> None:
        self._uri = amqp_uri
        self._line: _Line | None = None
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def call(
        self,
        service: str,
        method: str,
        payload: dict[str, Any],
        *,
        token: str | None = None,
        idempotency_key: str | None = None,
        deadline_seconds: float = 10.0,
    ) -> dict[str, Any]:
        """Ask and wait. Without an ``idempotency_key`` one is made, so that a retry is never carried out twice.

        Raises the service's ``Refusal``, or ``RpcTimeout``, ``UnroutableService``, ``RpcFailed``.
        """
        request = Request(
            method=method,
            payload=payload,
            token=token,
            idempotency_key=idempotency_key or str(uuid.uuid4()),
            deadline=datetime.now(UTC) + timedelta(seconds=deadline_seconds),
        )
        ends = time.monotonic() + deadline_seconds
        pause = _RETRY_SECONDS
        with self._turn:
            while True:
                answer = self._try(service, request, ends)
                if answer is not None and not answer.is_refused_as(Unavailable):
                    return _unpack(service, method, answer)
                if time.monotonic() + pause >= ends:
                    raise RpcTimeout(f"{service}.{method}: no answer in {deadline_seconds} s")
                time.sleep(pause)
                pause = min(pause * 2, _LONGEST_RETRY_SECONDS)

    def _try(self, service: str, request: Request, ends: float) -> _Answer | None:
        try:
            if self._line is None:
                self._line = _Line(self._uri)
            return self._line.ask(service, request, ends)
        except (OSError, amqp.AMQPError):
            self.close()
            return None


def _unpack(service: str, method: str, answer: _Answer) -> dict[str, Any]:
    if answer.refusal is not None:
        refusal = Refusal.from_dict(answer.refusal)
        raise RpcFailed(f"{service}.{method}: {refusal}") if answer.is_refused_as(InternalFailure) else refusal
    if answer.result is None:
        raise RpcFailed(f"{service}.{method}: an answer without a result")
    return answer.result


class _Line:
    """One connection with the broker's direct reply-to: no reply queue is ever declared."""

    def __init__(self, uri: str) -> None:
        self._connection = connect(uri)
        self._channel = self._connection.channel()
        self._channel.events["basic_return"].add(self._on_return)
        self._channel.basic_consume(_REPLY_TO, no_ack=True, callback=self._on_reply)
        self._awaited = ""
        self._answer: _Answer | None = None
        self._is_returned = False

    def ask(self, service: str, request: Request, ends: float) -> _Answer:
        """Publish and wait for the answer to this request; raises ``socket.timeout`` at the end of the time."""
        self._awaited, self._answer, self._is_returned = str(uuid.uuid4()), None, False
        left = max(ends - time.monotonic(), 0.001)
        message = amqp.Message(
            msgspec.json.encode(request),
            content_type=CONTENT_TYPE,
            delivery_mode=2,
            correlation_id=self._awaited,
            reply_to=_REPLY_TO,
            message_id=str(uuid.uuid4()),
            expiration=str(max(int(left * 1000), 1)),
        )
        self._channel.basic_publish(message, exchange="", routing_key=rpc_queue(service), mandatory=True, timeout=left)
        while self._answer is None:
            if self._is_returned:
                raise UnroutableService(f"no service {service}: its queue is not declared")
            self._connection.drain_events(timeout=max(ends - time.monotonic(), 0.001))
        return self._answer

    def close(self) -> None:
        """Close what can be closed of it; a broken connection is just forgotten."""
        self._connection.collect()

    def _on_reply(self, message: Any) -> None:
        if message.properties.get("correlation_id") == self._awaited:
            self._answer = msgspec.json.decode(message.body, type=_Answer)

    def _on_return(self, _error: Exception, _exchange: str, _key: str, message: Any) -> None:
        if message.properties.get("correlation_id") == self._awaited:
            self._is_returned = True
