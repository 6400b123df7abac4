"""Telling the doors of live sittings, through the database that they share, that something has changed."""

import json
from typing import Any

from sqlalchemy import func, select

from chassis.work import Work

#: The channel on which every live door listens; a notice is a hint, the state is in the tables.
CHANNEL = "live"


def tell(work: Work, kind: str, *, exam_id: str, hall: str = "", sitting: str = "", **facts: Any) -> None:
    """Say it to a hall's sittings, or to one, when the transaction commits. ``facts``: 8,000 bytes at most."""
    notice = {"kind": kind, "exam_id": exam_id, "hall": hall, "sitting_id": sitting, "facts": facts}
    work.session.execute(select(func.pg_notify(CHANNEL, json.dumps(notice, ensure_ascii=False))))
