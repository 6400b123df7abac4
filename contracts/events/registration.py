"""What registration says."""

from dataclasses import dataclass
from datetime import date

from contracts.events.base import Event
from contracts.instants import Instant
from contracts.people import Attachment, Mode, Person


@dataclass(frozen=True, kw_only=True)
class AnnouncementPublished(Event, service="registration", public=True):
    """The examination was announced on the site (Art. 5(1)). Said once an exam; twice means the same announcement.

    No personal data. ``modes``: how it will be held; ``sessions``: 1 or 2 electronic sittings in the day (Art. 3(2));
    ``regulation_on``: the day whose law the exam keeps to its end.
    """

    title: str
    exam_on: date
    modes: tuple[Mode, ...]
    sessions: int
    published_at: Instant
    applications_until: Instant
    regulation_on: date


@dataclass(frozen=True, kw_only=True)
class ApplicationSubmitted(Event, service="registration", personal_data=True, subject="application_id"):
    """A candidate applied (Art. 6(1)), with all that the commission checks. Said once an application.

    ``username`` is the portal user name (App. 3 column 4). ``assisted``: disability stated under Art. 6(3).
    """

    application_id: str
    candidate_id: str
    username: str
    person: Person
    mode: Mode
    assisted: bool
    attachments: tuple[Attachment, ...]
    submitted_at: Instant
