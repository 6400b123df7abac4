"""Every fact that one service tells the others, by the service that says it."""

from contracts.events import admission, certification, chassis, grading, registration, session, testbank
from contracts.events.base import Event, Job, event_type, every

__all__ = [
    "Event",
    "Job",
    "admission",
    "certification",
    "chassis",
    "event_type",
    "every",
    "grading",
    "registration",
    "session",
    "testbank",
]
