"""Art. 13(3)–(5), 13(7): on which day the questions are accepted, the test composed, the variant drawn and opened.

„Една седмица / два дни / деня преди“ is the named day itself, or the previous working day when nobody works on it
(reading_13). Whoever must act on another day says why, and the reason is recorded with the act.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from contracts.refusals.general import DeadlinePassed, TooEarly
from regulation import Regulation, terms
from regulation.calendar import ZONE, end_of_day, local, start_of_day


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the preparation: the provision it stands in, and the day that is counted back from the exam."""

    rule: str
    day: Callable[[date, Regulation], date]


ACCEPTANCE = Step("чл. 13, ал. 3", terms.questions_accepted_day)
COMPOSITION = Step("чл. 13, ал. 4", terms.composition_day)
DRAW = Step("чл. 13, ал. 5", terms.draw_day)


def window(step: Step, exam_on: date, law: Regulation) -> tuple[datetime, datetime]:
    """The first and the last instant (UTC) of a step. Source: Art. 13(3), 13(4), 13(5). Own choice: reading_13."""
    day = step.day(exam_on, law)
    return start_of_day(day), end_of_day(day)


def check_step(step: Step, exam_on: date, now: datetime, law: Regulation, deviation_reason: str | None) -> None:
    """Refuse a step on another day than its own, unless a reason is given; and in any case once the exam has begun.

    Source: Art. 13(3), 13(4), 13(5). Own choice: a deviation needs a reason (reading_13).
    Raises ``TooEarly`` or ``DeadlinePassed``.
    """
    first, last = window(step, exam_on, law)
    start = local(exam_on, law.clock.electronic_first.start_at)
    if now < first and not deviation_reason:
        raise TooEarly(not_before=_told(first), rule=step.rule)
    if now > (start if deviation_reason else last):
        raise DeadlinePassed(until=_told(start if deviation_reason else last), rule=step.rule)


def check_exam_day(exam_on: date, now: datetime) -> None:
    """Refuse an opening on another day than the exam's; no reason helps.

    Source: Art. 13(7). Raises ``TooEarly`` or ``DeadlinePassed``.
    """
    if now < start_of_day(exam_on):
        raise TooEarly(not_before=_told(start_of_day(exam_on)), rule="чл. 13, ал. 7")
    if now > end_of_day(exam_on):
        raise DeadlinePassed(until=_told(end_of_day(exam_on)), rule="чл. 13, ал. 7")


def check_before_start(exam_on: date, now: datetime, law: Regulation) -> None:
    """Refuse what prepares an exam once it has begun.

    Own choice: after the start nothing is prepared. Raises ``DeadlinePassed``.
    """
    start = local(exam_on, law.clock.electronic_first.start_at)
    if now > start:
        raise DeadlinePassed(until=_told(start), rule="Собствено правило")


def _told(instant: datetime) -> str:
    """An instant as a person reads it. Own choice: the hour of Europe/Sofia."""
    return f"{instant.astimezone(ZONE):%d.%m.%Y, %H:%M:%S}"
