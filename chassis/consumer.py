"""Two queues of a nameko container: its events, one after another, and its requests, several at a time.

nameko's own consumer acknowledges what fails and what it cannot read; this one hands over raw messages and acknowledges
nothing by itself. It declares nothing, reconnects for ever, and closes only when what it holds has been settled.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import amqp
from kombu.entity import Queue
from nameko.constants import AMQP_URI_CONFIG_KEY
from nameko.extensions import ProviderCollector
from nameko.messaging import QueueConsumer

from chassis import inbox
from chassis.broker import HEARTBEAT_SECONDS, parameters
from chassis.logging import logger
from chassis.topology import event_queue, rpc_queue
from contracts.events import Event

_RECONNECT = {"interval_start": 0.2, "interval_step": 0.4, "interval_max": 2.0}

_log = logger(__name__)


class SettledQueueConsumer(QueueConsumer):  # type: ignore[misc]  # nameko is untyped
    """One consumer on one queue for all entrypoints of a kind; subclasses say which queue and how many at a time."""

    prefetch_count = 1

    def __init__(self) -> None:
        self.doors: list[Any] = []
        self.is_consuming = False
        self._held = 0
        self._consumer: Any = None
        super().__init__()

    @property
    def queue_name(self) -> str:
        """The queue to consume from."""
        raise NotImplementedError

    @property
    def is_stopping(self) -> bool:
        """True when every entrypoint was told to end."""
        return not self._providers

    @property
    def connection(self) -> Any:
        """Parameters for the connection that kombu opens, and opens again."""
        return parameters(self.container.config[AMQP_URI_CONFIG_KEY], heartbeat_seconds=HEARTBEAT_SECONDS)

    def register_provider(self, provider: Any) -> None:
        """An entrypoint wants what comes over this queue."""
        self.doors.append(provider)
        super().register_provider(provider)

    def unregister_provider(self, provider: Any) -> None:
        """An entrypoint was told to end; after the last one nothing new is taken, and what is held is settled."""
        ProviderCollector.unregister_provider(self, provider)

    @contextmanager
    def establish_connection(self) -> Iterator[Any]:
        """A connection; tried again every two seconds at most, so that a broker that is back is used at once."""
        with self.connection as connection:
            connection.ensure_connection(self.on_connection_error, **_RECONNECT)
            try:
                yield connection
            finally:
                self.is_consuming = False

    def get_consumers(self, consumer_cls: Any, channel: Any) -> list[Any]:
        """Exactly one consumer, on the declared queue, for undecoded messages."""
        make: Any = Queue
        queue = make(self.queue_name, channel=channel, no_declare=True)
        self._consumer = consumer_cls(queues=[queue], on_message=self._on_message, auto_declare=False)
        self._consumer.qos(prefetch_count=self.prefetch_count)
        return [self._consumer]

    def on_consume_ready(self, connection: Any, channel: Any, consumers: Any, **kwargs: Any) -> None:
        """Called after every (re)connection, when messages will come."""
        self.is_consuming = True
        super().on_consume_ready(connection, channel, consumers, **kwargs)

    def on_connection_error(self, exc: Exception, interval: float) -> None:
        """Say that the broker is away."""
        _log.warning("broker_away", queue=self.queue_name, error=str(exc), retry_seconds=interval)

    def on_iteration(self) -> None:
        """After the last entrypoint has left: take nothing new, and end when all is settled."""
        if self.is_stopping:
            self._consumer.cancel()
            self.should_stop = self._held == 0

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """A message whose very frame can't be read is parked."""
        self._held += 1
        self.park(message, f"frame: {exc}")

    def accept_message(self, message: Any) -> None:
        """Do something with a message, in a green thread of its own, and settle it in the end."""
        raise NotImplementedError

    def ack(self, message: Any) -> None:
        """It had its effect: it may go."""
        self._settle(message, "ack")

    def release(self) -> None:
        """Let go of a message unsettled: it goes back to its place in the queue when this process's connection closes.

        A message is never requeued: after one has died of its delivery limit, RabbitMQ 3.10 no longer puts requeued
        messages back in their place, but those of a closed connection it does.
        """
        self._held -= 1

    def park(self, message: Any, reason: str) -> None:
        """To the parking queue at once."""
        _log.error(
            "message_parked", queue=self.queue_name, message_id=message.properties.get("message_id"), reason=reason
        )
        self._settle(message, "reject")

    def _on_message(self, message: Any) -> None:
        self._held += 1
        self.container.spawn_managed_thread(lambda: self.accept_message(message), identifier=self.queue_name)

    def _settle(self, message: Any, verdict: str) -> None:
        self._held -= 1
        try:
            getattr(message, verdict)()
        except (OSError, amqp.AMQPError, AttributeError) as error:
            # The connection is gone, so the broker has taken the message back; it comes again and the inbox knows it.
            # AttributeError is how py-amqp says that a collected channel has no connection.
            _log.warning("settling_too_late", queue=self.queue_name, verdict=verdict, error=str(error))


class EventQueueConsumer(SettledQueueConsumer):
    """The service's events, strictly one after another."""

    @property
    def queue_name(self) -> str:
        """The service's inbound queue."""
        return event_queue(self.container.service_name)

    def accept_message(self, message: Any) -> None:
        """To the entrypoint of the message's type; what no entrypoint can read is parked."""
        try:
            envelope, event = inbox.read(message.body, message.content_type)
            door = self._door(event)
        except inbox.Unreadable as error:
            self.park(message, str(error))
        else:
            door.handle(envelope, event, message)

    def _door(self, event: Event) -> Any:
        for door in self.doors:
            if type(event) in door.types:
                return door
        raise inbox.Unreadable(f"{self.container.service_name} does not handle {event.type_name()}")


class RequestQueueConsumer(SettledQueueConsumer):
    """The service's requests, some at a time."""

    prefetch_count = 4

    @property
    def queue_name(self) -> str:
        """The service's request queue."""
        return rpc_queue(self.container.service_name)

    def accept_message(self, message: Any) -> None:
        """To the one entrypoint that answers."""
        self.doors[0].handle(message)
