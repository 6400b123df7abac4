"""Art. 43(3), 48(1): who passed. Art. 28, 38, 46(2): annulled tests. Nothing else decides an outcome.
Art. 49: until when it is published.
"""

import enum
from datetime import date, datetime

from contracts.people import Mode
from contracts.refusals.general import DeadlinePassed
from regulation import Regulation, terms
from regulation.calendar import end_of_day


class Outcome(enum.StrEnum):
    """How an examination ended for a candidate."""

    PASSED = "passed"
    FAILED = "failed"
    ANNULLED = "annulled"
    ABSENT = "absent"


def outcome(law: Regulation, *, correct: int | None, annulled: bool, absent: bool) -> Outcome | None:
    """The outcome, or ``None`` while it is not known. An annulled test has no other outcome, whatever was counted.

    Source: Art. 43(3), 48(1) (at least so many correct); Art. 28(1), 38(1), 46(2) (annulled).
    """
    if annulled:
        return Outcome.ANNULLED
    if absent:
        return Outcome.ABSENT
    if correct is None:
        return None
    return Outcome.PASSED if correct >= law.pass_correct else Outcome.FAILED


def last_day(mode: Mode, exam_on: date, law: Regulation) -> date:
    """The last day for publishing the results of a mode. Source: Art. 49."""
    last = terms.result_last_day_electronic if mode is Mode.ELECTRONIC else terms.result_last_day_paper
    return last(exam_on, law)


def check_publication(now: datetime, last: date, deviation_reason: str | None) -> None:
    """Refuse a publication after its term, unless a reason is given.

    Source: Art. 49. Own choice: the term binds the commission and takes no candidate's result away; so a reason is
    asked for and kept. Raises ``DeadlinePassed``.
    """
    if now > end_of_day(last) and not deviation_reason:
        raise DeadlinePassed(until=last, rule="чл. 49")
