"""Whether a candidate's screen is on the line: what the hall is shown, never what decides anything."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from services.session.rules.phase import State

#: A screen is wanted on the line while the sitting is in one of these.
_WANTED = frozenset({State.LOGGED_IN, State.ANSWERING, State.OUT_OF_HALL, State.SUSPENDED})


def lost_since(state: State, known: Iterable[datetime | None], now: datetime, patience: timedelta) -> datetime | None:
    """Since when nothing has been heard of a screen; ``None`` while it is on the line or need not be.

    ``known``: when it is known to have been there: the log-in, the last answer, its own word. Own choice: the ordinance
    knows no lines; a short silence is none.
    """
    last = max((one for one in known if one is not None), default=None)
    if state not in _WANTED or last is None or now - last <= patience:
        return None
    return last
