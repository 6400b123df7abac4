"""Which replica of a service runs its timers: the one that holds an advisory lock of the service's database."""

import threading
from typing import Any

from nameko.extensions import SharedExtension
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from chassis.logging import logger
from chassis.work import Runtime

_TRY = text("SELECT pg_try_advisory_lock(hashtextextended('timers', 0))")
_ALIVE = text("SELECT 1")
_log = logger(__name__)


class Leadership(SharedExtension):  # type: ignore[misc]  # nameko is untyped
    """A lock kept on a connection of its own: who loses the connection loses the lock, and another replica leads."""

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._turn = threading.Lock()
        super().__init__()

    def is_held(self, runtime: Runtime[Any]) -> bool:
        """True when this replica leads now; takes the lock when it is free. A database that is away leads nobody."""
        with self._turn:
            try:
                return self._is_held(runtime)
            except DBAPIError as error:
                _log.warning("timers_without_database", service=runtime.name, error=str(error.orig))
                self._let_go()
                return False

    def stop(self) -> None:
        """Give the lock to whoever comes."""
        self._let_go()

    def _is_held(self, runtime: Runtime[Any]) -> bool:
        if self._connection is not None:
            self._connection.execute(_ALIVE)
            return True
        connection = runtime.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if not connection.execute(_TRY).scalar_one():
            connection.close()
            return False
        connection.detach()  # never back into the pool: the lock belongs to the connection
        self._connection = connection
        return True

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()
