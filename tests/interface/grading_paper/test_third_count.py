"""Art. 48(2), reading_30: what two members saw differently is counted by three, and each of the two has his word."""

import re
from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import select

from chassis.plumbing import AuditRow
from chassis.work import Actor
from contracts.events.grading import PaperSheetGraded
from services.grading.paper.tables import Exam
from tests.interface.grading_paper.paper_exam import (
    CHAIR,
    DIRECTOR,
    EXAM,
    MEMBERS,
    OPERATOR,
    PaperExam,
    envelope,
    good,
    refusal,
)
from tests.interface.grading_paper.test_commission_page import page as overview
from tests.interface.grading_paper.test_paper_screen import headers

Make = Callable[..., PaperExam]
REASON = "Кръстчето на въпрос 7 е с молив."
MARK = "/grading/paper/mark"


@pytest.fixture
def differing(paper: Make) -> PaperExam:
    """One card that the first member counted with 60 right answers and the second with 59."""
    exam = paper(envelope(1, 60))
    exam.ready_to_mark()
    exam.mark_everything()
    exam.mark_everything({number_in(exam): without_7(exam)})
    return exam


@pytest.fixture
def counted(differing: PaperExam) -> PaperExam:
    """The same, after the chair has counted with the two: 60."""
    differing.settle_everything()
    return differing


def number_in(exam: PaperExam) -> str:
    return next(iter(exam.by_number))


def screen(exam: PaperExam, actor: Actor, number: str = "") -> str:
    """The marking screen of a person, with the card that waits for him or with another."""
    query = {"exam_id": EXAM} | ({"number": number} if number else {})
    answer = exam.house.door.get(MARK, params=query, headers=headers(exam, actor))
    assert answer.status_code == 200, answer.text
    return answer.text


def row_of(html: str, part: str) -> list[str]:
    """What stands in the cells of a part of the table of differences."""
    (found,) = re.findall(rf"<{part}>(.*?)</{part}>", html, re.DOTALL)
    return re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", found)


def without_7(exam: PaperExam) -> dict[str, Any]:
    seen = exam.by_number[number_in(exam)].seen()
    return {**seen, "marks": {**seen["marks"], "7": []}}


def final_count(exam: PaperExam) -> int | None:
    (card,) = good(exam.ask("export", OPERATOR))["cards"]
    correct: int | None = card["correct"]
    return correct


def test_art_48_2_the_card_stays_open_until_both_members_have_said_their_word(counted: PaperExam) -> None:
    number = number_in(counted)
    for one in counted.markers_of(number):
        told = counted.progress()
        assert (told["stages"]["words"], told["stages"]["final"], told["settled"]) == (1, 0, 0)
        assert final_count(counted) is None
        waiting = counted.tell("propose_opening_envelopes", CHAIR)
        assert (refusal(waiting), waiting.json()["facts"]["numbers"]) == ("CardsNotSettled", number)
        good(counted.tell("agree_to_count", one, number=number))
    told = counted.progress()
    assert (told["stages"]["words"], told["stages"]["final"], told["settled"]) == (0, 1, 1)
    assert final_count(counted) == 60
    counted.open_envelopes()


def test_a_separate_opinion_changes_no_count_and_stands_in_protocol_audit_and_the_chair_s_screen(
    counted: PaperExam,
) -> None:
    number = number_in(counted)
    first, second = counted.markers_of(number)
    good(counted.tell("agree_to_count", first, number=number))
    good(counted.tell("dissent_from_count", second, number=number, reason=REASON))
    assert final_count(counted) == 60
    told = counted.progress()["third_counts"]
    assert [[one["dissent"] for one in card["opinions"]] for card in told] == [[None, REASON]]
    assert REASON in overview(counted, CHAIR)
    assert REASON in screen(counted, CHAIR, number)
    with counted.house.runtime.work() as work:
        rows = work.session.scalars(select(AuditRow).where(AuditRow.action == "card:opinion").order_by(AuditRow.number))
        noted = [(row.actor, row.role, row.authority, row.facts) for row in rows]
    facts = {"number": number, "round": 1, "dissent": None}
    assert noted == [
        (first.id, "member", "чл. 48, ал. 2", facts),
        (second.id, "member", "чл. 48, ал. 2", facts | {"round": 2, "dissent": REASON}),
    ]
    counted.open_envelopes()
    counted.enter_slips()
    good(counted.tell("complete_protocols", CHAIR))
    assert [event.correct for event in counted.said() if isinstance(event, PaperSheetGraded)] == [60]
    counted.render_all()
    assert f"Комисия-{second.id} Особено мнение: „{REASON}“" in protocol(counted)
    assert protocol(counted).count("Особено мнение:") == 1


def protocol(exam: PaperExam) -> str:
    """What the protocol of the second check says, line breaks and the hyphens before them apart."""
    rows = good(exam.ask("documents", CHAIR))["documents"]
    (row,) = [one for one in rows if one["kind"] == "second_marking_protocol"]
    authorization = {"authorization": f"Bearer {exam.house.token(CHAIR)}"}
    pdf = exam.house.door.get(f"/grading/paper/api/documents/{row['sha256']}", headers=authorization)
    document = pypdfium2.PdfDocument(pdf.content)
    printed = " ".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return " ".join(printed.replace("\x02", "-").split()).replace("- ", "-")


def test_a_word_is_given_once(counted: PaperExam) -> None:
    number = number_in(counted)
    first, second = counted.markers_of(number)
    good(counted.tell("dissent_from_count", first, number=number, reason=REASON))
    assert refusal(counted.tell("agree_to_count", first, number=number)) == "AlreadyDone"
    good(counted.tell("agree_to_count", second, number=number))
    assert refusal(counted.tell("dissent_from_count", second, number=number, reason=REASON)) == "AlreadyDone"


def test_the_word_is_that_of_the_two_who_counted_the_card(counted: PaperExam) -> None:
    number = number_in(counted)
    (third,) = set(MEMBERS) - set(counted.markers_of(number))
    assert refusal(counted.tell("agree_to_count", third, number=number)) == "CardNotYours"
    for other in (CHAIR, DIRECTOR):
        assert refusal(counted.tell("agree_to_count", other, number=number)) == "NotAllowed"
    assert counted.progress()["stages"]["words"] == 1


def test_before_the_chair_has_recorded_the_third_count_there_is_nothing_to_say_a_word_on(differing: PaperExam) -> None:
    number = number_in(differing)
    for one in differing.markers_of(number):
        early = differing.tell("agree_to_count", one, number=number)
        assert (refusal(early), early.json()["article"]) == ("NoThirdCount", "чл. 48, ал. 2")


def test_what_the_chair_settled_in_the_first_check_awaits_nobodys_word(paper: Make) -> None:
    exam = paper(envelope(1, 72))
    exam.ready_to_mark()
    number = number_in(exam)
    exam.mark_everything({number: without_7(exam)})
    exam.settle_everything()
    (marker,) = exam.markers_of(number)
    assert refusal(exam.tell("agree_to_count", marker, number=number)) == "NoThirdCount"
    assert (exam.progress()["settled"], exam.progress()["third_counts"]) == (1, [])


@pytest.mark.parametrize("reason", ["", "   ", "х" * 501])
def test_a_separate_opinion_has_a_short_reason(counted: PaperExam, reason: str) -> None:
    number = number_in(counted)
    first, _ = counted.markers_of(number)
    assert refusal(counted.tell("dissent_from_count", first, number=number, reason=reason)) == "InvalidInput"


def test_an_annulled_card_awaits_nobodys_word(counted: PaperExam) -> None:
    number = number_in(counted)
    first, _ = counted.markers_of(number)
    good(counted.tell("propose_card_annulment", CHAIR, number=number, reason="Рисунка."))
    good(counted.tell("confirm_card_annulment", DIRECTOR, number=number))
    assert refusal(counted.tell("agree_to_count", first, number=number)) == "CardAnnulled"
    assert (counted.progress()["third_counts"], counted.progress()["stages"]["words"]) == ([], 0)


def test_a_member_s_screen_shows_what_awaits_his_word_with_both_counts_and_the_third(counted: PaperExam) -> None:
    number = number_in(counted)
    first, second = counted.markers_of(number)
    letters = "".join(counted.by_number[number].seen()["marks"]["7"])
    told = good(counted.ask("card", first, number=number))
    for one in (first, second):
        html = screen(counted, one)
        assert "Чакат Вашето мнение по третия брой: <a" in html
        assert f"/grading/paper/api/scans/{told['picture_sha256']}" in html
        assert row_of(html, "thead") == ["Въпрос", "Проверка 1", "Проверка 2", "Трети брой"]
        assert row_of(html, "tbody") == ["7", letters, "–", letters]
        assert row_of(html, "tfoot") == ["Верни отговори", "60", "59", "60"]
        assert html.count('class="zoomed"') == 1, "the question in dispute, large"
        assert 'id="marks"' not in html, "the count is recorded and stays"
        assert html.count("чака се мнение") == 1, "of the other's word he is told nothing"


def test_the_word_is_recorded_by_the_form_and_a_refusal_keeps_the_reason(counted: PaperExam) -> None:
    number = number_in(counted)
    first, second = counted.markers_of(number)
    typed = {"exam_id": EXAM, "number": number}
    agreed = counted.house.door.post(f"{MARK}/agree", data=typed, headers=headers(counted, first))
    assert (agreed.status_code, agreed.headers["location"]) == (303, f"{MARK}?exam_id={EXAM}&done={number}")
    again = counted.house.door.post(f"{MARK}/agree", data=typed, headers=headers(counted, first))
    assert (again.status_code, "мнение по карта" in again.text) == (409, True)
    tabbed = typed | {"reason": "молив\x07"}
    refused = counted.house.door.post(f"{MARK}/dissent", data=tabbed, headers=headers(counted, second))
    assert (refused.status_code, 'value="молив' in refused.text) == (422, True)
    dissenting = typed | {"reason": REASON}
    counted.house.door.post(f"{MARK}/dissent", data=dissenting, headers=headers(counted, second))
    assert "Няма карти, които чакат Вас" in screen(counted, second)
    assert [one["dissent"] for one in counted.progress()["third_counts"][0]["opinions"]] == [None, REASON]


def test_the_chair_sees_whose_word_is_awaited_and_a_member_s_overview_names_no_card(counted: PaperExam) -> None:
    number = number_in(counted)
    first, second = counted.markers_of(number)
    good(counted.tell("agree_to_count", first, number=number))
    for html in (overview(counted, CHAIR), screen(counted, CHAIR, number)):
        assert f'Комисия-{first.id}: <span class="status good">съгласие' in html
        assert f'Комисия-{second.id}: <span class="status wait">чака се мнение' in html
    assert 'id="marks"' not in screen(counted, CHAIR, number)
    assert "third_counts" not in good(counted.ask("progress", second))
    assert number not in overview(counted, second)
    assert "чакат мнението на двамата проверяващи: 1" in overview(counted, second)


def test_an_exam_opened_before_words_were_asked_for_is_completed_when_they_are_said(counted: PaperExam) -> None:
    with counted.house.runtime.work() as work:
        work.session.get_one(Exam, EXAM).opened_at = work.now
    counted.enter_slips()
    assert refusal(counted.tell("complete_protocols", CHAIR)) == "OutOfOrder"
    counted.agree_everywhere()
    good(counted.tell("complete_protocols", CHAIR))
