"""Obligations of an exam: which arise, in which state, and whose they are."""

from datetime import UTC, date, datetime, timedelta

import pytest

from regulation.calendar import end_of_day, start_of_day
from regulation.deadlines import Deadline, ExamDates, deadlines, obligation_ids
from regulation.law import in_force
from regulation.terms import is_banned

EXAM = ExamDates(exam_on=date(2027, 5, 15), announced_on=date(2027, 3, 1))
SECOND = timedelta(seconds=1)


def one(obligation_id: str, exam: ExamDates = EXAM) -> Deadline:
    return next(found for found in deadlines(exam) if found.id == obligation_id)


def test_applications_wait_then_are_open_then_overdue() -> None:
    """Art. 6(2)."""
    term = one("applications_filed")
    opens, ends = start_of_day(date(2027, 3, 1)), end_of_day(date(2027, 3, 11))
    states = [term.status(now) for now in (opens - SECOND, opens, ends, ends + SECOND)]
    assert states == ["waiting", "open", "open", "overdue"]


def test_an_application_at_midnight_after_the_last_day_is_late() -> None:
    """Art. 6(2): the term ends at 24:00, and midnight is the next day."""
    midnight = start_of_day(date(2027, 3, 12))
    exam = ExamDates(exam_on=EXAM.exam_on, announced_on=EXAM.announced_on, met={"applications_filed": midnight})
    assert one("applications_filed", exam).status(midnight) == "met_late"


def test_a_decision_in_time_is_met_and_a_late_one_is_met_late() -> None:
    """Art. 7."""
    for met_on, state in ((date(2027, 3, 25), "met"), (date(2027, 3, 26), "met_late")):
        met = {"decisions_notified": start_of_day(met_on)}
        term = one("decisions_notified", ExamDates(exam_on=EXAM.exam_on, announced_on=EXAM.announced_on, met=met))
        assert term.status(datetime(2027, 4, 1, tzinfo=UTC)) == state
        assert term.status(datetime(2027, 3, 20, tzinfo=UTC)) == "open"


def test_the_commission_appointed_too_late_is_met_late() -> None:
    """Art. 13(1)."""
    exam = ExamDates(exam_on=EXAM.exam_on, commission_appointed_on=date(2027, 4, 16))
    assert one("commission_appointed", exam).status(datetime(2027, 5, 1, tzinfo=UTC)) == "met_late"


def test_a_term_whose_event_has_not_happened_waits() -> None:
    """Art. 51(1)."""
    assert one("certificates_issued_paper").status(datetime(2030, 1, 1, tzinfo=UTC)) == "waiting"


def test_the_next_announcement_is_never_overdue() -> None:
    """Art. 5(2)."""
    term = one("next_announcement")
    assert term.status(datetime(2027, 8, 14, tzinfo=UTC)) == "waiting"
    assert term.status(datetime(2040, 8, 16, tzinfo=UTC)) == "open"


def test_a_later_end_set_by_the_announcement_moves_the_decision() -> None:
    """Art. 7."""
    exam = ExamDates(exam_on=EXAM.exam_on, announced_on=EXAM.announced_on, applications_until=date(2027, 3, 15))
    assert one("decisions_notified", exam).due_on == date(2027, 3, 29)


def test_an_exam_on_paper_only_owes_nothing_electronic() -> None:
    """Art. 49."""
    found = {term.id for term in deadlines(ExamDates(exam_on=EXAM.exam_on, has_electronic=False))}
    assert "results_published_paper" in found
    assert not found & {"results_published_electronic", "protocols_delivered", "admitted_data_handed_over"}


def test_an_electronic_exam_only_owes_nothing_on_paper() -> None:
    """Art. 49."""
    found = {term.id for term in deadlines(ExamDates(exam_on=EXAM.exam_on, has_paper=False))}
    assert "results_published_electronic" in found
    assert not any(name.endswith("_paper") for name in found)


def test_a_person_who_asked_for_nothing_has_no_terms() -> None:
    """Art. 8, 51(3), 53(2)."""
    found = {term.id for term in deadlines(EXAM)}
    assert set(obligation_ids()) - found == {"inspection_appointed", "duplicate_issued", "ban_ended"}


def test_tests_are_handed_over_before_the_start() -> None:
    """Art. 13(7)."""
    assert one("tests_handed_over").due_at == datetime(2027, 5, 15, 6, 30, tzinfo=UTC)


def test_results_cannot_be_published_before_the_sitting_ends() -> None:
    """Art. 49: the first sitting ends at 12:30."""
    assert one("results_published_electronic").not_before == datetime(2027, 5, 15, 9, 30, tzinfo=UTC)


def test_every_obligation_says_its_article_and_who_owes_it_in_bulgarian() -> None:
    full = ExamDates(
        exam_on=EXAM.exam_on,
        annulled_on=EXAM.exam_on,
        duplicate_requested_on=EXAM.exam_on,
        inspection_requested_on=EXAM.exam_on,
    )
    found = deadlines(full)
    assert [term.id for term in found] == list(obligation_ids())
    assert all(term.article_bg.startswith("чл. ") and term.owed_by_bg and term.title_bg for term in found)


def test_a_fact_about_an_unknown_obligation_is_refused() -> None:
    with pytest.raises(ValueError, match="no such obligation: exam_hold"):
        deadlines(ExamDates(exam_on=EXAM.exam_on, met={"exam_hold": datetime(2027, 5, 15, tzinfo=UTC)}))


@pytest.mark.parametrize(
    ("exam_on", "banned"),
    [(date(2027, 5, 15), True), (date(2029, 5, 15), True), (date(2029, 5, 16), False), (date(2027, 5, 14), False)],
)
def test_a_ban_covers_exams_up_to_the_same_date_two_years_later(exam_on: date, *, banned: bool) -> None:
    """Art. 8."""
    assert is_banned(date(2027, 5, 15), exam_on, in_force(exam_on)) is banned
