"""The shapes of `regulation.deadlines`: what is known of an exam, and one obligation with its status."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

from regulation.calendar import local_day
from regulation.citation import parse

Status = Literal["waiting", "open", "met", "met_late", "overdue"]

_OWED_BY_BG: Mapping[str, str] = MappingProxyType(
    {
        "minister": "министърът на финансите",
        "ministry": "Министерството на финансите (МКВО)",
        "director": "директорът на МКВО",
        "chair": "председателят на изпитната комисия",
        "chair_and_director": "председателят на изпитната комисия и директорът на МКВО",
        "commission": "изпитната комисия",
        "system_administrators": "администраторите на електронната система",
        "candidate": "кандидатът",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamDates:
    """What is known of an exam's dates; whatever has not happened yet is None.

    A date given here says that its obligation was met on that day (at its first instant); `met` says the
    exact instant by obligation id and prevails. `applications_until` replaces the computed end of
    applications, for an announcement that set a later one. `annulled_on`, `duplicate_requested_on` and
    `inspection_requested_on` are those of one person: give them for that person's view, and their obligations
    appear.
    """

    exam_on: date
    has_electronic: bool = True
    has_paper: bool = True
    previous_exam_on: date | None = None
    announced_on: date | None = None
    applications_until: date | None = None
    authors_assigned_on: date | None = None
    commission_appointed_on: date | None = None
    staff_ordered_on: date | None = None
    results_published_electronic_on: date | None = None
    results_published_paper_on: date | None = None
    next_exam_on: date | None = None
    annulled_on: date | None = None
    duplicate_requested_on: date | None = None
    inspection_requested_on: date | None = None
    met: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One obligation of one exam.

    `article` is the citation, `owed_by` a code of the person or body. `not_before` is the first instant,
    `due_at` the last one in time (both UTC); either is None where the law sets none or the day it counts from
    is not known yet.
    """

    id: str
    article: str
    owed_by: str
    title_bg: str
    title_en: str
    not_before: datetime | None
    due_at: datetime | None
    met_at: datetime | None

    def status(self, now: datetime) -> Status:
        """Where the obligation stands at an instant.

        ``waiting`` before it can be met (or while its term cannot be counted), ``open`` while it can,
        ``overdue`` past its end, ``met`` or ``met_late`` from the instant it was met. Own choice: five
        states, enough to colour a calendar; what is met later than `now` is not met yet.
        """
        if self.met_at is not None and self.met_at <= now:
            return "met" if self.due_at is None or self.met_at <= self.due_at else "met_late"
        if self.due_at is not None and now > self.due_at:
            return "overdue"
        is_unknown = self.due_at is None and self.not_before is None
        is_early = self.not_before is not None and now < self.not_before
        return "waiting" if is_unknown or is_early else "open"

    @property
    def due_on(self) -> date | None:
        """The last day in time, as a person reads it. Own choice: the local day of `due_at`."""
        return None if self.due_at is None else local_day(self.due_at)

    @property
    def opens_on(self) -> date | None:
        """The first possible day, as a person reads it. Own choice: the local day of `not_before`."""
        return None if self.not_before is None else local_day(self.not_before)

    @property
    def article_bg(self) -> str:
        """The citation in Bulgarian. Own choice: one form everywhere."""
        return "; ".join(one.bg for one in parse(self.article))

    @property
    def owed_by_bg(self) -> str:
        """Who owes it, in Bulgarian. Own choice: the words of the Ordinance."""
        return _OWED_BY_BG[self.owed_by]
