"""Opening a connection to the broker, with every wait bounded."""

from typing import Any
from urllib.parse import SplitResult, urlsplit

from kombu.connection import Connection

from chassis.settings import SettingsError

CONNECT_SECONDS = 5.0
HEARTBEAT_SECONDS = 20


def parts_of(uri: str) -> SplitResult:
    """The parts of a broker's address; raises ``SettingsError`` when it is none. The password is not told."""
    try:
        parts = urlsplit(uri)
        is_one = parts.scheme in {"amqp", "amqps"} and parts.hostname is not None and parts.port != 0
    except ValueError:  # whose text may hold a piece of the password
        is_one = False
    if not is_one:
        raise SettingsError("AMQP_URI is not amqp://USER:PASSWORD@HOST:PORT/VHOST")
    return parts


def parameters(uri: str, *, heartbeat_seconds: int = 0, io_seconds: float | None = None, **options: Any) -> Any:
    """A ``kombu.Connection`` that is not yet connected. ``io_seconds``: bound for one read or write on the socket."""
    if io_seconds is not None:
        options |= {"read_timeout": io_seconds, "write_timeout": io_seconds}
    parts_of(uri)
    make: Any = Connection  # kombu is typed here and there only
    return make(uri, connect_timeout=CONNECT_SECONDS, heartbeat=heartbeat_seconds, transport_options=options)


def connect(uri: str, *, heartbeat_seconds: int = 0, io_seconds: float | None = None, **options: Any) -> Any:
    """A connected ``kombu.Connection``; raises ``OSError`` or ``amqp.AMQPError``."""
    connection = parameters(uri, heartbeat_seconds=heartbeat_seconds, io_seconds=io_seconds, **options)
    connection.connect()
    return connection
