"""The doors of a nameko service: ``@handles`` events, ``@answers`` requests, ``@every`` so many seconds, ``@sweeps``.

nameko's own ``@event_handler``, ``@rpc`` and ``@timer`` lose messages, wait for ever, and fire in every replica; they
are not used. A service class has a ``name`` and ``runtime = ServiceRuntime()``, and methods like::

    @handles(ApplicationSubmitted)
    def on_application_submitted(self, work: Work, event: ApplicationSubmitted) -> None: ...

    @answers
    def answer(self, request: Request, actor: Actor) -> dict[str, Any]: ...
"""

import contextlib
import functools
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import eventlet
from eventlet.event import Event as Signal
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import DependencyProvider, Entrypoint, register_entrypoint

from chassis import inbox, metrics, rpc, tokens
from chassis.consumer import EventQueueConsumer, RequestQueueConsumer
from chassis.leadership import Leadership
from chassis.logging import follow, logger, trace_number
from chassis.replies import Replies
from chassis.sweeper import Sweep
from chassis.topology import DELIVERY_LIMIT
from chassis.work import NOBODY, SYSTEM, Actor, Runtime, Work
from contracts.envelope import Envelope
from contracts.events import Event
from contracts.phrase import Phrase
from contracts.refusals import Refusal
from contracts.refusals.general import InternalFailure, InvalidInput

RUNTIMES_CONFIG_KEY = "runtimes"
_FIRST_RETRY_SECONDS = 0.1
_LONGEST_RETRY_SECONDS = 5.0
_UNREADABLE_SECONDS = 10  # how long whoever sent what cannot be read may wait for its refusal

Method = TypeVar("Method", bound=Callable[..., Any])
_log = logger(__name__)


@dataclass(frozen=True)
class Attempt:
    """How it stands with a message: how often its handler failed, and how often the database was away meanwhile."""

    failures: int = 0
    absences: int = 0
    error: str = ""
    is_database_away: bool = False

    @property
    def pause_seconds(self) -> float:
        """How long to wait before the next attempt: doubling, five seconds at most."""
        before = self.absences if self.is_database_away else self.failures
        return float(min(_FIRST_RETRY_SECONDS * 2 ** min(before - 1, 10), _LONGEST_RETRY_SECONDS))

    def failed(self, error: BaseException) -> "Attempt":
        """After one more that ended so."""
        is_away = inbox.is_database_away(error)
        failures, absences = (self.failures, self.absences + 1) if is_away else (self.failures + 1, self.absences)
        return Attempt(failures, absences, f"{type(error).__name__}: {error}", is_away)


FIRST_ATTEMPT = Attempt()


class ServiceRuntime(DependencyProvider):  # type: ignore[misc]  # nameko is untyped
    """Gives ``self.runtime`` to the service: settings, database, clock, files."""

    def get_dependency(self, worker_ctx: Any) -> Runtime[Any]:
        """The runtime of the service that the worker belongs to."""
        return runtime_of(worker_ctx.container)


def runtime_of(container: Any) -> Runtime[Any]:
    """The runtime that ``run_containers`` was given for this service."""
    runtime: Runtime[Any] = container.config[RUNTIMES_CONFIG_KEY][container.service_name]
    return runtime


def handles(*types: type[Event]) -> Callable[[Callable[[Any, Work, Any], None]], Callable[..., None]]:
    """The method has the effect of these events, once each: ``(self, work, event)``, in the inbox row's transaction.

    A method that raises has no effect and is tried again, five times, with pauses; then the message is parked. While
    the database is away the message is held and tried again for as long as it takes. Nothing overtakes it meanwhile.
    """

    def decorate(method: Callable[[Any, Work, Any], None]) -> Callable[..., None]:
        @functools.wraps(method)
        def once(self: Any, envelope: Envelope, event: Event) -> None:
            follow(envelope.traceparent)
            with self.runtime.work(SYSTEM) as work:
                if inbox.claim(work, envelope, method.__name__):
                    method(self, work, event)
                else:
                    metrics.DUPLICATES.labels(self.runtime.name).inc()

        register_entrypoint(once, Handles(types))
        return once

    return decorate


def handled_types(service_class: type) -> frozenset[type[Event]]:
    """The event types that a service class has a handler for; raises ``TypeError`` when two handlers share one."""
    found = [
        event
        for method in vars(service_class).values()
        for entry in getattr(method, "nameko_entrypoints", ())
        if isinstance(entry, Handles)
        for event in entry.types
    ]
    if len(found) != len(set(found)):
        raise TypeError(f"{service_class.__name__}: two handlers of one event")
    return frozenset(found)


class Handles(Entrypoint):  # type: ignore[misc]  # nameko is untyped
    """See ``handles``."""

    consumer = EventQueueConsumer()

    def __init__(self, types: tuple[type[Event], ...] = ()) -> None:
        self.types = types
        super().__init__()

    def setup(self) -> None:
        """Ask for the service's events."""
        self.consumer.register_provider(self)

    def stop(self) -> None:
        """Ask for nothing more."""
        self.consumer.unregister_provider(self)

    def handle(self, envelope: Envelope, event: Event, message: Any, attempt: Attempt = FIRST_ATTEMPT) -> None:
        """Run the method on a message, and again until it has its effect or is parked."""
        begun = time.monotonic()
        labels = (self.container.service_name, envelope.type)

        def settle(_worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            metrics.HANDLING_SECONDS.labels(*labels).observe(time.monotonic() - begun)
            if exc_info is None:
                metrics.HANDLED.labels(*labels).inc()
                self.consumer.ack(message)
            else:
                failed = attempt.failed(exc_info[1])
                self.container.spawn_managed_thread(lambda: self._after_failure(failed, envelope, event, message))
            return result, exc_info

        try:
            self.container.spawn_worker(self, (envelope, event), {}, handle_result=settle)
        except ContainerBeingKilled:
            self.consumer.release()

    def _after_failure(self, failed: Attempt, envelope: Envelope, event: Event, message: Any) -> None:
        counter = metrics.HELD if failed.is_database_away else metrics.HANDLER_FAILURES
        counter.labels(self.container.service_name, envelope.type).inc()
        _log.warning(
            "handler_failed", type=envelope.type, message_id=envelope.id, failures=failed.failures, error=failed.error
        )
        if failed.failures > DELIVERY_LIMIT:
            self.consumer.park(message, f"{self.method_name} raised {failed.failures} times: {failed.error}")
            return
        eventlet.sleep(failed.pause_seconds)
        if self.consumer.is_stopping:
            self.consumer.release()
        else:
            self.handle(envelope, event, message, failed)


def answers(method: Callable[[Any, rpc.Request, Actor], dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """The method answers the service's requests: ``(self, request, actor)`` to a result, or it raises a ``Refusal``.

    A request past its deadline is never begun. ``actor`` is whom the token speaks of, ``NOBODY`` without a token.
    """

    @functools.wraps(method)
    def authenticated(self: Any, request: rpc.Request) -> dict[str, Any]:
        follow(None)
        keys, now = self.runtime.settings.token_public_keys, self.runtime.clock.now()
        actor = NOBODY if request.token is None else tokens.read(request.token, public_keys=keys, now=now)
        return method(self, request, actor)

    register_entrypoint(authenticated, Answers())
    return authenticated


class Answers(Entrypoint):  # type: ignore[misc]  # nameko is untyped
    """See ``answers``."""

    consumer = RequestQueueConsumer()
    replies = Replies()

    def __init__(self) -> None:
        super().__init__(expected_exceptions=Refusal)

    def setup(self) -> None:
        """Ask for the service's requests."""
        self.consumer.register_provider(self)

    def stop(self) -> None:
        """Ask for nothing more."""
        self.consumer.unregister_provider(self)

    def handle(self, message: Any) -> None:
        """Carry a request out unless it is stale; answer; acknowledge.

        What is no request is refused as such. It is not parked: who asks waits for an answer, and nobody asks later.
        """
        try:
            request = rpc.decode_request(_bytes_of(message.body))
        except ValueError as error:
            self._refuse_unreadable(message, str(error))
            return
        if request.is_stale():
            metrics.STALE_REQUESTS.labels(self.container.service_name).inc()
            self.consumer.ack(message)
            return
        self._carry_out(request, message)

    def _refuse_unreadable(self, message: Any, reason: str) -> None:
        _log.warning("request_unreadable", message_id=message.properties.get("message_id"), error=reason)
        refusal = InvalidInput(errors=Phrase("заявка, която не може да се прочете", "an unreadable request"))
        waited_for = datetime.now(UTC) + timedelta(seconds=_UNREADABLE_SECONDS)
        self.replies.send(rpc.encode_refusal(refusal), message, waited_for)
        self.consumer.ack(message)

    def _carry_out(self, request: rpc.Request, message: Any) -> None:
        begun = time.monotonic()

        def settle(_worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            error = exc_info[1] if exc_info else None
            self.replies.send(_answer(result, error), message, request.deadline)
            name = type(error).__name__ if error else "done"
            metrics.REQUEST_SECONDS.labels(self.container.service_name, name).observe(time.monotonic() - begun)
            self.consumer.ack(message)
            return result, exc_info

        try:
            self.container.spawn_worker(self, (request,), {}, handle_result=settle)
        except ContainerBeingKilled:
            self.consumer.release()


def _answer(result: Any, error: BaseException | None) -> bytes:
    if error is None:
        try:
            return rpc.encode_result(result)
        except TypeError as unsaid:  # not a JSON value: the service's mistake, and no reason for the process to die
            error = unsaid
    if not isinstance(error, Refusal):
        _log.error("request_failed", exc_info=error)
        error = InternalFailure(trace=trace_number())
    return rpc.encode_refusal(error)


def _bytes_of(body: bytes | str | memoryview) -> bytes:
    return body.encode() if isinstance(body, str) else bytes(body)


def every(seconds: float) -> Callable[[Callable[[Any, Work], None]], Callable[..., None]]:
    """The method runs at the start and every so many seconds of the real clock after a run, ``(self, work)`` in one
    transaction, in one replica.
    """

    def decorate(method: Callable[[Any, Work], None]) -> Callable[..., None]:
        @functools.wraps(method)
        def in_transaction(self: Any) -> None:
            follow(None)
            with self.runtime.work(SYSTEM) as work:
                method(self, work)

        register_entrypoint(in_transaction, Every(seconds))
        return in_transaction

    return decorate


def sweeps(found: Iterable[Sweep]) -> Callable[[Callable[[Any, Sweep, Work], None]], Callable[..., None]]:
    """The method runs each sweep at its own interval, ``(self, sweep, work)``, as ``every`` does."""

    def decorate(method: Callable[[Any, Sweep, Work], None]) -> Callable[..., None]:
        @functools.wraps(method)
        def in_transaction(self: Any, sweep: Sweep) -> None:
            follow(None)
            with self.runtime.work(SYSTEM) as work:
                method(self, sweep, work)

        for sweep in found:
            register_entrypoint(in_transaction, Every(sweep.every_seconds, (sweep,)))
        return in_transaction

    return decorate


class Every(Entrypoint):  # type: ignore[misc]  # nameko is untyped
    """See ``every``; ``arguments`` go to the method."""

    leadership = Leadership()

    def __init__(self, seconds: float = 0.0, arguments: tuple[Any, ...] = ()) -> None:
        self._seconds = seconds
        self._arguments = arguments
        self._stopping = Signal()
        self._thread: Any = None
        super().__init__()

    def start(self) -> None:
        """Begin to count."""
        self._thread = self.container.spawn_managed_thread(self._run)

    def stop(self) -> None:
        """Stop counting; a run that has begun is waited for."""
        self._stopping.send(True)  # noqa: FBT003 - eventlet's event carries a value
        self._thread.wait()

    def kill(self) -> None:
        """Stop at once."""
        self._thread.kill()

    def _run(self) -> None:
        while True:
            if self.leadership.is_held(runtime_of(self.container)):
                self._tick()
            if self._stopping.wait(timeout=self._seconds):
                return

    def _tick(self) -> None:
        done = Signal()

        def settle(_worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            outcome = "failed" if exc_info else "done"
            metrics.TIMER_RUNS.labels(self.container.service_name, self.method_name, outcome).inc()
            done.send()
            return result, exc_info

        with contextlib.suppress(ContainerBeingKilled):
            self.container.spawn_worker(self, self._arguments, {}, handle_result=settle)
            done.wait()
