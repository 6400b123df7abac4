"""When each obligation of an exam can be met and must have been met: pairs of instants (UTC), first and last.

Dates are counted in `regulation.terms`; None stands where the law sets no bound or the event is not known
yet.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from regulation import terms
from regulation.calendar import end_of_day, local, start_of_day
from regulation.law import Regulation
from regulation.obligation import ExamDates

_LAST_MONTH, _LAST_DAY = 12, 31
Window = tuple[datetime | None, datetime | None]
_Counted = Callable[[date, Regulation], date]


def span(first: date | None, last: date | None) -> Window:
    """From the beginning of one day to the end of another. Own choice: `term_counting`."""
    return (None if first is None else start_of_day(first)), (None if last is None else end_of_day(last))


def since(event: date | None, counted: _Counted, law: Regulation) -> Window:
    """From an event to the last day of the term that it starts; open on both sides while it has not happened.

    Own choice: a term whose event is unknown is shown as waiting rather than guessed.
    """
    return (None, None) if event is None else span(event, counted(event, law))


def _applications_until(exam: ExamDates, law: Regulation) -> date | None:
    """The last day for applying, if the announcement is known. Source: Art. 6(2)."""
    if exam.applications_until is not None or exam.announced_on is None:
        return exam.applications_until
    return terms.application_last_day(exam.announced_on, law)


def exam_held(exam: ExamDates, _: Regulation) -> Window:
    """The calendar year of the exam. Source: Art. 3(1)."""
    year = exam.exam_on.year
    return span(date(year, 1, 1), date(year, _LAST_MONTH, _LAST_DAY))


def announcement(exam: ExamDates, law: Regulation) -> Window:
    """Not too early after the previous exam, not too late before this one. Source: Art. 5(1), 5(2)."""
    previous = exam.previous_exam_on
    first = None if previous is None else terms.next_announcement_first_day(previous, law)
    return span(first, terms.announcement_last_day(exam.exam_on, law))


def next_announcement(exam: ExamDates, law: Regulation) -> Window:
    """From three months after this exam. Source: Art. 5(2)."""
    return span(terms.next_announcement_first_day(exam.exam_on, law), None)


def applications(exam: ExamDates, law: Regulation) -> Window:
    """From the publication to the end of day ten. Source: Art. 6(2)."""
    return span(exam.announced_on, _applications_until(exam, law))


def commission_for_checking(exam: ExamDates, law: Regulation) -> Window:
    """The commission is there when applications end. Own choice: reading_02. Source: Art. 6(5), 7, 13(1)."""
    return span(None, _applications_until(exam, law))


def decisions(exam: ExamDates, law: Regulation) -> Window:
    """From the day after applications end, for fourteen days. Source: Art. 7."""
    last = _applications_until(exam, law)
    if last is None:
        return None, None
    return span(last + timedelta(days=1), terms.decision_last_day(last, law))


def ban(exam: ExamDates, law: Regulation) -> Window:
    """From the first day on which an exam may be taken again. Source: Art. 8."""
    if exam.annulled_on is None:
        return None, None
    return span(terms.ban_last_day(exam.annulled_on, law) + timedelta(days=1), None)


def until(counted: _Counted) -> Callable[[ExamDates, Regulation], Window]:
    """A term counted back from the exam, met at any time before.

    Source: Art. 12(1), 13(1), 14, 15(2), 17 item 1.
    """
    return lambda exam, law: span(None, counted(exam.exam_on, law))


def on(counted: _Counted) -> Callable[[ExamDates, Regulation], Window]:
    """One day counted back from the exam. Source: Art. 13(3), 13(4), 13(5). Own choice: reading_13."""
    return lambda exam, law: span(counted(exam.exam_on, law), counted(exam.exam_on, law))


def tests_handed_over(exam: ExamDates, law: Regulation) -> Window:
    """Exam day until the start. Source: Art. 13(7). Own choice: `tests_handed_over_until_start`."""
    return start_of_day(exam.exam_on), local(exam.exam_on, law.clock.electronic_first.start_at)


def after_sitting(counted: _Counted) -> Callable[[ExamDates, Regulation], Window]:
    """From the end of the first sitting to the last day of a term. Source: Art. 43(5), 49."""

    def window(exam: ExamDates, law: Regulation) -> Window:
        """The window of one exam. Source: Art. 10(2), 24(1)."""
        start = local(exam.exam_on, law.clock.electronic_first.start_at)
        end = start + timedelta(minutes=law.duration_minutes)
        return end, end_of_day(counted(exam.exam_on, law))

    return window


def _published(exam: ExamDates) -> tuple[date | None, ...]:
    """The days of publication of the modes that the exam has. Source: Art. 49."""
    electronic = (exam.results_published_electronic_on,) if exam.has_electronic else ()
    return electronic + ((exam.results_published_paper_on,) if exam.has_paper else ())


def destruction(exam: ExamDates, law: Regulation) -> Window:
    """From the next exam, and not before the last inspection can be asked for.

    Source: Art. 42(2), 52(2), 53(1). Own choice: reading_39.
    """
    ends = [exam.next_exam_on]
    for day in _published(exam):
        last = None if day is None else terms.inspection_request_last_day(day, law)
        ends.append(None if last is None else last + timedelta(days=1))
    known = [day for day in ends if day is not None]
    return span(max(known), None) if len(known) == len(ends) else (None, None)


def since_published_electronic(counted: _Counted) -> Callable[[ExamDates, Regulation], Window]:
    """A term from the electronic results. Source: Art. 51(1), 53(1). Own choice: reading_33."""
    return lambda exam, law: since(exam.results_published_electronic_on, counted, law)


def since_published_paper(counted: _Counted) -> Callable[[ExamDates, Regulation], Window]:
    """A term from the results on paper. Source: Art. 51(1), 53(1). Own choice: reading_33."""
    return lambda exam, law: since(exam.results_published_paper_on, counted, law)


def inspection_appointed(exam: ExamDates, law: Regulation) -> Window:
    """From the request to the last day for fixing a day. Source: Art. 53(2). Own choice: reading_52."""
    return since(exam.inspection_requested_on, terms.inspection_appointment_last_day, law)


def duplicate_issued(exam: ExamDates, law: Regulation) -> Window:
    """From the request to the last day for the duplicate. Source: Art. 51(3)."""
    return since(exam.duplicate_requested_on, terms.duplicate_last_day, law)


def declarations_destroyed(exam: ExamDates, _: Regulation) -> Window:
    """From the next exam. Source: Art. 12(4)."""
    return span(exam.next_exam_on, None)
