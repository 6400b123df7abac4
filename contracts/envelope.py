"""The one envelope: CloudEvents 1.0, structured JSON.

Source: CloudEvents 1.0.2; ``traceparent`` is the Distributed Tracing extension, ``sequence`` the Sequence extension.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from contracts.events import Event, event_type
from contracts.instants import Instant

CONTENT_TYPE = "application/cloudevents+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An event on its way: who says it, which, when, about what; ``data`` is the event's own body as JSON values."""

    id: str
    source: str
    type: str
    time: Instant
    subject: str
    data: dict[str, Any]
    specversion: str = "1.0"
    datacontenttype: str = "application/json"
    traceparent: str | None = None
    sequence: str | None = None

    def event(self) -> Event:
        """The event inside; raises ``msgspec.ValidationError`` when the body is not of its type's shape."""
        return msgspec.convert(self.data, event_type(self.type))


def seal(event: Event, *, source: str, at: datetime, traceparent: str | None = None) -> Envelope:
    """Put an event into an envelope with a fresh id."""
    return Envelope(
        id=str(uuid.uuid4()),
        source=f"urn:svops:{source}",
        type=event.type_name(),
        time=at,
        subject=event.subject(),
        data=msgspec.to_builtins(event),
        traceparent=traceparent,
    )


def encode(envelope: Envelope) -> bytes:
    """The envelope as UTF-8 JSON; members without a value are left out."""
    members = {name: value for name, value in msgspec.to_builtins(envelope).items() if value is not None}
    return msgspec.json.encode(members)


def decode(body: bytes) -> Envelope:
    """The envelope in these bytes; raises ``msgspec.DecodeError`` (or its ``ValidationError``) when it is none."""
    return msgspec.json.decode(body, type=Envelope)
