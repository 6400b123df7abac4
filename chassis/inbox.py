"""Reading what came over the broker, and remembering what has had its effect."""

import uuid

import msgspec
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from chassis.plumbing import InboxRow
from chassis.work import Work
from contracts.envelope import CONTENT_TYPE, Envelope, decode
from contracts.events import Event

_QUERY_CANCELED = "57014"
_AWAY_CLASSES = frozenset({"08", "53", "57"})  # connection, resources, operator intervention


class Unreadable(Exception):  # noqa: N818 - what the message is
    """A message that no release of this kind can ever read; the text says why."""


def read(body: bytes | str, content_type: str | None) -> tuple[Envelope, Event]:
    """The envelope and the event in a message. Raises ``Unreadable``."""
    if content_type != CONTENT_TYPE:
        raise Unreadable(f"content type {content_type}, not {CONTENT_TYPE}")
    try:
        envelope = decode(body.encode() if isinstance(body, str) else bytes(body))
        uuid.UUID(envelope.id)
        return envelope, envelope.event()
    except KeyError as error:
        raise Unreadable(f"unknown type {error}") from error
    except (msgspec.MsgspecError, ValueError) as error:
        raise Unreadable(f"not readable: {error}") from error


def claim(work: Work, envelope: Envelope, handler: str) -> bool:
    """Enter the message as handled, in this transaction; ``False`` when it already had its effect.

    Waits for another transaction that is handling the same message, and answers by how that one ended.
    """
    row = {"message_id": uuid.UUID(envelope.id), "handler": handler, "type": envelope.type, "handled_at": work.now}
    claimed = insert(InboxRow).values(row).on_conflict_do_nothing().returning(InboxRow.message_id)
    return work.session.execute(claimed).scalar() is not None


def is_database_away(error: BaseException | None) -> bool:
    """True when the database can't be reached or refuses everybody, so that the message is not to blame."""
    if isinstance(error, PoolTimeoutError):
        return True
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return state is None or (state[:2] in _AWAY_CLASSES and state != _QUERY_CANCELED)
