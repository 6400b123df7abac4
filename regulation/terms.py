"""Every term of the Ordinance as a date: from the event it counts from to its last (or first possible) day.

Each function takes the regulation that governs the exam, so that an amendment never moves a term that already
runs.
"""

from datetime import date, timedelta

from regulation.calendar import (
    add_days,
    add_months,
    add_working_days,
    days_before,
    months_before,
    same_day_months_later,
    same_day_years_later,
)
from regulation.law import Regulation


def announcement_last_day(exam_on: date, law: Regulation) -> date:
    """The last day for publishing and posting the announcement. Source: Art. 5(1)."""
    return months_before(exam_on, law.announcement_before_exam_months)


def exam_first_day(announced_on: date, law: Regulation) -> date:
    """The first day an exam announced on a day may be held. Source: Art. 5(1)."""
    return same_day_months_later(announced_on, law.announcement_before_exam_months)


def next_announcement_first_day(exam_on: date, law: Regulation) -> date:
    """The first day the next exam may be announced. Source: Art. 5(2)."""
    return same_day_months_later(exam_on, law.next_announcement_after_months)


def application_last_day(announced_on: date, law: Regulation) -> date:
    """The last day for applying. Source: Art. 6(2)."""
    return add_days(announced_on, law.application_days)


def decision_last_day(applications_until: date, law: Regulation) -> date:
    """The last day for notifying candidates of their status. Source: Art. 7."""
    return add_days(applications_until, law.decision_days)


def ban_last_day(annulled_on: date, law: Regulation) -> date:
    """The last day on which no exam may be taken.

    Source: Art. 8. Own choice: the same calendar day (reading_11).
    """
    return same_day_years_later(annulled_on, law.ban_years)


def is_banned(annulled_on: date, exam_on: date, law: Regulation) -> bool:
    """Whether an annulment for attempted copying bars from an exam on a day.

    Source: Art. 8. Own choice: the date of the exam is compared (reading_12).
    """
    return annulled_on <= exam_on <= ban_last_day(annulled_on, law)


def authors_last_day(exam_on: date, law: Regulation) -> date:
    """The last day for assigning authors. Source: Art. 12(1)."""
    return months_before(exam_on, law.authors_before_months)


def commission_last_day(exam_on: date, law: Regulation) -> date:
    """The last day for appointing the commission. Source: Art. 13(1)."""
    return months_before(exam_on, law.commission_before_months)


def questions_accepted_day(exam_on: date, law: Regulation) -> date:
    """The day on which questions are accepted. Source: Art. 13(3). Own choice: reading_13."""
    return days_before(exam_on, law.questions_accepted_before_days)


def composition_day(exam_on: date, law: Regulation) -> date:
    """The day on which variants are composed and sealed. Source: Art. 13(4). Own choice: reading_13."""
    return days_before(exam_on, law.test_composed_before_days)


def draw_day(exam_on: date, law: Regulation) -> date:
    """The day on which the variant is drawn. Source: Art. 13(5). Own choice: reading_13."""
    return days_before(exam_on, law.draw_before_days)


def schedule_last_day(exam_on: date, law: Regulation) -> date:
    """The last day for place and hour in the profile. Source: Art. 14."""
    return days_before(exam_on, law.schedule_before_days)


def staff_order_last_day(exam_on: date, law: Regulation) -> date:
    """The last day for the order of staff. Source: Art. 15(2). Own choice: reading_16."""
    return days_before(exam_on, law.staff_order_before_days)


def admitted_data_last_day(exam_on: date, law: Regulation) -> date:
    """The last day for handing candidates' data to the system administrators. Source: Art. 17 item 1."""
    return days_before(exam_on, law.admitted_data_before_days)


def protocols_last_day(exam_on: date, law: Regulation) -> date:
    """The last day for handing over App. 6 and App. 7. Source: Art. 43(5)."""
    return add_working_days(exam_on, law.protocols_working_days)


def result_last_day_electronic(exam_on: date, law: Regulation) -> date:
    """The last day for the results of the electronic exam.

    Source: Art. 49. Own choice: `result_term_counting`.
    """
    return exam_on + timedelta(days=law.result_days_electronic)


def result_last_day_paper(exam_on: date, law: Regulation) -> date:
    """The last day for the results of the exam on paper.

    Source: Art. 49. Own choice: `result_term_counting`.
    """
    return exam_on + timedelta(days=law.result_days_paper)


def certificate_last_day(published_on: date, law: Regulation) -> date:
    """The last day for issuing certificates. Source: Art. 51(1)."""
    return add_days(published_on, law.certificate_days)


def duplicate_last_day(requested_on: date, law: Regulation) -> date:
    """The last day for a duplicate. Source: Art. 51(3)."""
    return add_months(requested_on, law.duplicate_months)


def inspection_request_last_day(published_on: date, law: Regulation) -> date:
    """The last day for asking to inspect one's materials. Source: Art. 53(1)."""
    return add_months(published_on, law.inspection_months)


def inspection_appointment_last_day(requested_on: date, law: Regulation) -> date:
    """The last day for fixing day and hour of an inspection. Source: Art. 53(2). Own choice: reading_52."""
    return add_days(requested_on, law.inspection_appointment_days)
