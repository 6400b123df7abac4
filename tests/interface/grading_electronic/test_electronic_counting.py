"""Art. 43(1), (2): sheets and keys as they come, counted by the worker, on a real database."""

from collections.abc import Callable
from datetime import datetime

import pyrage
import pytest

from contracts.events.grading import ElectronicSheetGraded
from contracts.events.testbank import AnswerKeyReleased
from services.grading.electronic import queries
from services.grading.electronic.tables import Candidate, Key, Sheet
from services.grading.electronic.worker import grade_sheets
from tests.interface.after_the_exam import (
    CHAIR,
    EXAM,
    PAPER,
    candidate_id,
    good,
    hear,
    noted,
    ordered,
    rows,
    said,
    seated,
)
from tests.interface.grading_electronic.electronic_exam import (
    GRADED_AT,
    KEY,
    ElectronicExam,
    annulment,
    answers,
    sheet,
)
from tests.interface.house import House


@pytest.fixture
def exam(house_of: Callable[[str], House]) -> ElectronicExam:
    return ElectronicExam(house_of("grading_electronic"))


def counted(exam: ElectronicExam) -> dict[str, tuple[int | None, int | None]]:
    sheets = good(exam.house.ask("sheets", CHAIR, exam_id=EXAM))["sheets"]
    return {one["sheet"]: (one["correct"], one["wrong"]) for one in sheets}


def test_every_sheet_is_counted_against_the_key_of_its_own_sub_variant(exam: ElectronicExam) -> None:
    exam.announce(3)
    exam.close(1, 90)
    exam.close(2, 59, code="1Б")
    hear(exam.house, sheet(3, answers(60, unanswered=20), outcome="time_expired"))
    assert counted(exam) == {f"sitting-{number}": (None, None) for number in (1, 2, 3)}
    exam.release_key()
    exam.count()
    assert counted(exam) == {"sitting-1": (90, 0), "sitting-2": (59, 31), "sitting-3": (60, 30)}
    graded = {one.candidate_id: one for one in said(exam.house, ElectronicSheetGraded)}
    assert graded[candidate_id(3)].correct == 60
    assert graded[candidate_id(3)].sheet == "sitting-3"
    assert not any(one.annulled for one in graded.values())
    assert len(ordered(exam.house, "appendix_6")) == 3
    assert noted(exam.house).count("sheet:counted") == 3


def test_an_event_or_a_job_that_comes_twice_has_its_effect_once(exam: ElectronicExam) -> None:
    exam.announce(2)
    for number in (1, 2):
        hear(exam.house, sheet(number, answers(70)), times=2)
    exam.release_key(times=2)
    exam.count()
    exam.count()
    assert rows(exam.house, Sheet) == 2
    assert len(said(exam.house, ElectronicSheetGraded)) == 2
    assert len(ordered(exam.house, "appendix_6")) == 2
    assert noted(exam.house).count("key:received") == 1


def test_protocols_are_numbered_by_unique_number_and_jobs_are_of_a_bounded_size(exam: ElectronicExam) -> None:
    exam.announce(30)
    for number in range(1, 31):
        exam.close(number, 50)
    exam.release_key()
    assert [len(job.sheets) for job in exam.jobs()] == [25, 5]
    exam.count()
    numbers = {row.subject: row.context["it"]["number"] for row in ordered(exam.house, "appendix_6")}
    assert numbers[candidate_id(30)] == "1"  # its unique number, 870, is the smallest
    assert sorted(map(int, numbers.values())) == list(range(1, 31))


def test_a_sheet_whose_sub_variant_has_no_key_is_an_error_and_nothing_changes(exam: ElectronicExam) -> None:
    exam.announce(2)
    exam.close(1, 70)
    hear(exam.house, sheet(2, answers(70), code="1В"))
    exam.release_key()
    (job,) = exam.jobs()
    with pytest.raises(ValueError, match="1В"):
        grade_sheets(exam.house.runtime, job)
    assert counted(exam) == {"sitting-1": (None, None), "sitting-2": (None, None)}
    assert said(exam.house, ElectronicSheetGraded) == []
    assert ordered(exam.house, "appendix_6") == []
    assert "sheet:counted" not in noted(exam.house)


def test_a_sheet_that_answers_a_question_which_the_test_does_not_have_is_an_error(exam: ElectronicExam) -> None:
    exam.announce(1)
    hear(exam.house, sheet(1, answers(70) | {"91": "А"}))
    exam.release_key()
    with pytest.raises(ValueError, match="91"):
        exam.count()
    assert counted(exam) == {"sitting-1": (None, None)}


def test_a_sheet_is_not_counted_by_the_key_of_the_other_variant(exam: ElectronicExam) -> None:
    exam.announce(1)
    hear(exam.house, sheet(1, answers(70), variant=2))
    exam.release_key()
    assert exam.jobs() == []
    exam.release_key({"1А": KEY["1Б"]}, variant=2)
    exam.count()
    assert counted(exam)["sitting-1"] != (70, 20)
    assert rows(exam.house, Key) == 2


def test_a_sheet_that_comes_after_the_key_gets_its_number_and_its_count(exam: ElectronicExam) -> None:
    exam.announce(2)
    exam.close(1, 70)
    exam.release_key()
    exam.close(2, 61)
    exam.count()
    assert counted(exam) == {"sitting-1": (70, 20), "sitting-2": (61, 29)}
    assert sorted(row.context["it"]["number"] for row in ordered(exam.house, "appendix_6")) == ["1", "2"]


def test_a_counting_that_was_lost_is_ordered_again(exam: ElectronicExam) -> None:
    exam.announce(1)
    exam.close(1, 70)
    exam.release_key()
    exam.house.publish()
    lost = queries.lost()
    exam.house.look(lost)
    assert len(exam.jobs()) == 1
    exam.house.look(lost)
    assert len(exam.jobs()) == 2
    exam.house.look(lost, times=2)
    assert len(exam.jobs()) == 2, "the order still waits to be sent"
    exam.count()
    exam.house.publish()
    exam.house.look(lost, times=3)
    assert len(exam.jobs()) == 2


def test_an_annulled_test_is_counted_and_its_protocol_says_annulled(exam: ElectronicExam) -> None:
    exam.announce(1)
    hear(exam.house, annulment(1))  # says nothing of a sheet that has not come
    exam.close(1, 80, outcome="annulled")
    exam.house.at(GRADED_AT)
    exam.release_key()
    exam.count()
    (graded,) = said(exam.house, ElectronicSheetGraded)
    assert graded.annulled
    (protocol,) = ordered(exam.house, "appendix_6")
    assert protocol.context["it"]["annulled"] is True


@pytest.mark.parametrize("is_counted", [False, True])
def test_a_test_annulled_after_it_was_submitted_gets_a_marked_protocol(
    exam: ElectronicExam, *, is_counted: bool
) -> None:
    exam.announce(1)
    exam.close(1, 80)
    exam.release_key()
    if is_counted:
        exam.count()
    hear(exam.house, annulment(1), times=2)
    exam.count()
    issues = [(row.issue, row.context["it"]["annulled"]) for row in ordered(exam.house, "appendix_6")]
    assert issues == ([(1, False), (2, True)] if is_counted else [(1, True)])
    assert noted(exam.house).count("sheet:annulled") == 1


def test_candidates_on_paper_are_not_known_here(exam: ElectronicExam) -> None:
    exam.announce(1)
    hear(exam.house, seated(2, PAPER))
    assert rows(exam.house, Candidate) == 1


def test_the_key_is_opened_only_with_gradings_own_private_key(exam: ElectronicExam) -> None:
    exam.announce(1)
    stranger = pyrage.x25519.Identity.generate()
    sha256 = exam.house.runtime.files.put(pyrage.encrypt(b"{}", [stranger.to_public()]))
    released = AnswerKeyReleased(
        exam_id=EXAM, variant=1, key_sha256=sha256, released_at=datetime.fromisoformat(GRADED_AT)
    )
    with pytest.raises(pyrage.DecryptError):
        hear(exam.house, released)
    assert rows(exam.house, Key) == 0
