"""Art. 45, 48(2): while a member is absent second checks go to the others, until he is there again."""

from collections.abc import Callable

import pytest

from contracts.events.admission import StaffAppointed
from contracts.people import Names, Role
from services.grading.paper.usecases import marking
from tests.interface.grading_paper.absences import ABSENT, OTHERS, REASON, absent, cards_of, count, hand_on, noted
from tests.interface.grading_paper.paper_exam import (
    CHAIR,
    DIRECTOR,
    EXAM,
    OPERATOR,
    PaperExam,
    envelope,
    good,
    refusal,
)
from tests.interface.grading_paper.test_commission_page import done, offered, page

Make = Callable[..., PaperExam]


@pytest.fixture
def between(paper: Make) -> PaperExam:
    """Three cards with 60 right answers in the members' hands; those of the first were handed on."""
    exam = paper(*(envelope(candidate, 60) for candidate in range(1, 4)))
    exam.ready_to_mark()
    hand_on(exam)
    return exam


def test_art_48_2_while_he_is_absent_second_checks_go_to_the_others(between: PaperExam) -> None:
    between.mark_everything()
    pairs = [between.markers_of(number) for number in between.by_number]
    assert all(set(pair) == set(OTHERS) for pair in pairs), "the one after the last member is absent"
    between.finish_marking()
    between.open_envelopes()


def test_a_second_check_goes_to_who_is_absent_when_nobody_else_can(
    between: PaperExam, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = cards_of(between, OTHERS[1])[0]
    of_two = {one.id: one.id for one in (ABSENT, OTHERS[1])}
    monkeypatch.setattr(marking, "members", lambda *_: of_two)
    count(between, OTHERS[1], number)
    assert between.markers_of(number) == [OTHERS[1], ABSENT]
    monkeypatch.undo()
    assert absent(between) == [ABSENT.id], "that he was given a card does not make him come"
    between.house.at("2027-05-20T11:00:00+03:00")
    count(between, ABSENT, number)
    assert absent(between) == []
    (back,) = noted(between, "member:back")
    assert (back["marker"], back["absent_since"][:10]) == (ABSENT.id, "2027-05-18")


def test_who_says_his_word_on_a_third_count_is_there_again(paper: Make) -> None:
    exam = paper(*(envelope(candidate, 60) for candidate in range(1, 6)))
    exam.ready_to_mark()
    first = cards_of(exam, ABSENT)[0]
    count(exam, ABSENT, first)
    (_, second) = exam.markers_of(first)
    seen = exam.by_number[first].seen()
    good(exam.tell("mark_card", second, number=first, **{**seen, "marks": {**seen["marks"], "7": []}}))
    hand_on(exam, second)
    exam.settle_everything()
    assert absent(exam) == [second.id]
    good(exam.tell("agree_to_count", second, number=first))
    assert absent(exam) == []


def test_the_chair_says_that_a_member_is_there_again(between: PaperExam) -> None:
    html = page(between, CHAIR)
    assert "отсъства</span> от 18.05.2027" in html
    assert REASON in html
    for one in (ABSENT, OTHERS[0]):
        assert "absences" not in good(between.ask("progress", one))
        assert "end_absence" not in offered(page(between, one))
    for one in (ABSENT, DIRECTOR, OPERATOR):
        assert refusal(between.tell("end_absence", one, marker=ABSENT.id)) == "NotAllowed"
    assert refusal(between.tell("end_absence", CHAIR, marker=CHAIR.id)) == "NotAMember"
    present = between.tell("end_absence", CHAIR, marker=OTHERS[0].id)
    assert (refusal(present), f"Комисия-{OTHERS[0].id}" in present.json()["sentence"]["bg"]) == ("OutOfOrder", True)
    done(between, CHAIR, "end_absence", marker=ABSENT.id)
    assert REASON not in page(between, CHAIR)
    assert "end_absence" not in offered(page(between, CHAIR))
    between.mark_everything()
    assert ABSENT in between.markers_of(cards_of(between, OTHERS[1])[0]), "the next in order is he"


def test_an_appointment_that_is_told_again_ends_no_absence(between: PaperExam) -> None:
    names = Names("Член", "На", "Комисията")
    between.hear(StaffAppointed(exam_id=EXAM, person_id=ABSENT.id, role=Role.MEMBER, names=names))
    assert absent(between) == [ABSENT.id]
