"""``python -m contracts.asyncapi``: what other systems may hear, as an AsyncAPI 3.0 document."""

import inspect
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from contracts.envelope import CONTENT_TYPE, Envelope
from contracts.events import Event, every
from contracts.generated import as_yaml, keep
from contracts.schemas import components

PATH = Path(__file__).parents[1] / "docs" / "integration" / "asyncapi.yaml"
EXCHANGE = "svops.public"
STREAM = "public.stream"
SUBSCRIBER_QUEUE = "public.{subscriber}"
VHOST = "svops"
_BINDING = {"bindingVersion": "0.3.0"}
_LICENCE = {"name": "EUPL-1.2", "url": "https://eupl.eu/1.2/en/"}
_INTRODUCTION = """\
Events of the examination for the certificate "вътрешен одитор в публичния сектор" that the public may know. None
carries personal data; a candidate is an opaque id.

Every message is a CloudEvents 1.0 envelope in structured JSON. Fields are only ever added, and optional: ignore those
that you do not know. A change that would break a reader is an event of a new version. A message may come twice: keep
its `id`. Events of one exam told by one service come in the order in which they happened.
"""


def public_events() -> tuple[type[Event], ...]:
    """The events that other systems may hear, by type name."""
    return tuple(event for event in every() if event.public)


def document() -> dict[str, Any]:
    """The whole AsyncAPI 3.0.0 document, as JSON values."""
    events = public_events()
    return {
        "asyncapi": "3.0.0",
        "id": "urn:svops:public",
        "info": {
            "title": "SVOPS: public events",
            "version": "1",
            "description": _INTRODUCTION,
            "license": _LICENCE,
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {"broker": _server()},
        "channels": {
            **{event.__name__: _exchange_channel(event) for event in events},
            "EverythingSoFar": _stream_channel(events),
            "QueueOfOneSubscriber": _subscriber_channel(events),
        },
        "operations": {f"tell{event.__name__}": _operation(event) for event in events},
        "components": {
            "securitySchemes": {"password": {"type": "userPassword"}},
            "messages": {event.__name__: _message(event) for event in events},
            "schemas": _schemas(events),
        },
    }


def _reference(*path: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(path)}


def _server() -> dict[str, Any]:
    return {
        "host": "{host}",
        "pathname": f"/{VHOST}",
        "protocol": "amqp",
        "protocolVersion": "0-9-1",
        "description": "RabbitMQ. Each subscriber has a user of its own.",
        "variables": {"host": {"description": "name and port that the operator gives out"}},
        "security": [_reference("components", "securitySchemes", "password")],
    }


def _messages(*events: type[Event]) -> dict[str, Any]:
    return {event.__name__: _reference("components", "messages", event.__name__) for event in events}


def _exchange_channel(event: type[Event]) -> dict[str, Any]:
    exchange = {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False, "vhost": VHOST}
    return {
        "address": event.type_name(),
        "description": f"Told on the exchange {EXCHANGE} with the event's type as routing key.",
        "messages": _messages(event),
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange, **_BINDING}},
    }


def _queue(name: str) -> dict[str, Any]:
    queue = {"name": name, "durable": True, "exclusive": False, "autoDelete": False, "vhost": VHOST}
    return {"amqp": {"is": "queue", "queue": queue, **_BINDING}}


def _stream_channel(events: Sequence[type[Event]]) -> dict[str, Any]:
    return {
        "address": STREAM,
        "description": (
            "A stream of every public event since the first. Consume with a prefetch count, acknowledge, and give the "
            "consumer argument x-stream-offset: first, an offset, or a timestamp."
        ),
        "messages": _messages(*events),
        "bindings": _queue(STREAM),
        "x-queue-arguments": {"x-queue-type": "stream"},
    }


def _subscriber_channel(events: Sequence[type[Event]]) -> dict[str, Any]:
    return {
        "address": SUBSCRIBER_QUEUE,
        "description": "A quorum queue of one subscriber, bound to the types it asked for; it may read nothing else.",
        "parameters": {"subscriber": {"description": "the name under which the operator knows the subscriber"}},
        "messages": _messages(*events),
        "bindings": _queue(SUBSCRIBER_QUEUE),
        "x-queue-arguments": {"x-queue-type": "quorum"},
    }


def _operation(event: type[Event]) -> dict[str, Any]:
    name = event.__name__
    return {
        "action": "send",
        "channel": _reference("channels", name),
        "messages": [_reference("channels", name, "messages", name)],
        "bindings": {"amqp": {"deliveryMode": 2, "mandatory": True, **_BINDING}},
    }


def _message(event: type[Event]) -> dict[str, Any]:
    summary, _, more = inspect.cleandoc(event.__doc__ or "").partition("\n\n")
    own = {
        "type": "object",
        "properties": {
            "type": {"const": event.type_name()},
            "data": _reference("components", "schemas", event.__name__),
        },
    }
    return {
        "name": event.type_name(),
        "title": event.__name__,
        "summary": " ".join(summary.split()),
        **({"description": more} if more else {}),
        "contentType": CONTENT_TYPE,
        "payload": {"allOf": [_reference("components", "schemas", "CloudEvent"), own]},
        "bindings": {"amqp": {"messageType": event.type_name(), **_BINDING}},
    }


def _schemas(events: Sequence[type[Event]]) -> dict[str, Any]:
    found = components((Envelope, *events), "#/components/schemas/{name}")
    return {"CloudEvent": _cloud_event(found.pop("Envelope")), **found}


def _cloud_event(envelope: dict[str, Any]) -> dict[str, Any]:
    """The envelope as it is sent: members that may be empty are left out instead."""
    members = envelope["properties"]
    members["specversion"] = {"const": "1.0"}
    members["datacontenttype"] = {"const": "application/json"}
    for name, member in members.items():
        if "anyOf" in member:
            members[name] = {"type": "string"}
    always = [*envelope["required"], "specversion", "datacontenttype"]
    return {**envelope, "title": "CloudEvent", "required": always}


def text() -> str:
    """The document as YAML."""
    return as_yaml("Made by `python -m contracts.asyncapi` from contracts/events; change those.", document())


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the document, or with ``--check`` only compare it; 1 when it differs."""
    return keep("python -m contracts.asyncapi", __doc__, PATH, text, arguments)


if __name__ == "__main__":
    sys.exit(main())
