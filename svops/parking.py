"""``svops parked``: what no service could digest, and sending it back."""

from rich.console import Console
from rich.table import Table

from chassis import parked
from svops.operating import amqp_uri
from svops.services import Service


def show(services: tuple[Service, ...]) -> int:
    """Print the parked messages of these services; answers with how many there are."""
    found = parked.list_parked(amqp_uri(), [service.name for service in services])
    table = Table(title=f"{len(found)} parked")
    for heading in ("service", "message", "type", "died in", "why", "since"):
        table.add_column(heading, overflow="fold")
    for one in found:
        since = one.parked_at.isoformat() if one.parked_at else ""
        table.add_row(one.service, one.message_id, one.type or "", one.queue, one.explanation, since)
    Console().print(table)
    return len(found)


def replay(services: tuple[Service, ...], message_id: str | None) -> int:
    """Send one message, or all of these services, back to the queue where it died; answers with how many."""
    uri = amqp_uri()
    return sum(parked.replay(uri, service.name, message_id) for service in services)
