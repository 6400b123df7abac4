"""What the database could not do, as a refusal."""

from psycopg.errors import DeadlockDetected, ExclusionViolation, SerializationFailure, UniqueViolation
from sqlalchemy.exc import DataError, SQLAlchemyError

from chassis.inbox import is_database_away
from chassis.logging import logger
from contracts.phrase import Phrase
from contracts.refusals import Refusal
from contracts.refusals.general import InvalidInput, Overtaken, Unavailable

_OVERTAKEN = (UniqueViolation, ExclusionViolation, SerializationFailure, DeadlockDetected)
_log = logger(__name__)


def refusal_of(error: Exception) -> Refusal | None:
    """The refusal that an exception of a transaction amounts to; ``None`` for what nobody foresaw.

    Its reason is logged; nothing of it is told.
    """
    if not isinstance(error, SQLAlchemyError):
        return None
    if is_database_away(error):
        _log.warning("database_away", error=str(error))
        return Unavailable()
    if isinstance(getattr(error, "orig", None), _OVERTAKEN):
        _log.warning("overtaken", error=type(error).__name__, reason=str(getattr(error, "orig", "")))
        return Overtaken()
    if isinstance(error, DataError):
        _log.warning("not_storable", reason=str(error.orig))
        return InvalidInput(errors=Phrase("стойност, която не може да се запише", "a value that cannot be stored"))
    return None
