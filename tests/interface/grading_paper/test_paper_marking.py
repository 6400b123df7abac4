"""Art. 44–48: from envelopes to names, through the web door, on a real database with scanned cards."""

from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest

from chassis.work import Actor
from contracts.events.grading import PaperSheetGraded
from services.grading.paper.cards.simulation import Ink, Written
from tests.interface.grading_paper.paper_exam import (
    CHAIR,
    DIRECTOR,
    EXAM,
    MEMBERS,
    OPERATOR,
    PaperExam,
    candidate_id,
    envelope,
    good,
    refusal,
    slip,
)

Make = Callable[..., PaperExam]


@pytest.fixture
def given(paper: Make) -> PaperExam:
    """Cards in the members' hands: an ordinary one, one between the bounds, one with a drawing, one with a doubtful
    answer.
    """
    between, drawn, unclear = envelope(2, 60), envelope(3, 75), envelope(4, 80, "1Б")
    drawn.elsewhere = (("drawing", 150.0, 262.0, Ink.BLUE),)
    unclear.answers[90] = (Written("А", sign="single"),)
    exam = paper(envelope(1, 72), between, drawn, unclear)
    exam.ready_to_mark()
    return exam


def test_numbers_wait_until_the_halls_have_told_of_every_envelope(paper: Make) -> None:
    exam = paper()
    exam.announce()
    assert refusal(exam.tell("assign_numbers", CHAIR, envelopes=3)) == "OutOfOrder"
    exam.hand_in()
    assert refusal(exam.tell("assign_numbers", CHAIR, envelopes=4)) == "EnvelopesNotAsHandedIn"
    numbers = good(exam.tell("assign_numbers", CHAIR, envelopes=3))["numbers"]
    assert len(set(numbers)) == 3
    assert all(len(number) == 5 for number in numbers)
    assert refusal(exam.tell("assign_numbers", CHAIR, envelopes=3)) == "AlreadyDone"


def test_art_46_2_the_protocol_of_an_annulled_card_names_nobody(given: PaperExam) -> None:
    drawn = given.number_of(3)
    good(given.tell("propose_card_annulment", DIRECTOR, number=drawn, reason="Рисунка върху картата."))
    good(given.tell("confirm_card_annulment", CHAIR, number=drawn))
    given.render_all()
    rows = good(given.ask("documents", CHAIR))["documents"]
    (row,) = [one for one in rows if one["kind"] == "card_annulment_protocol"]
    headers = {"authorization": f"Bearer {given.house.token(CHAIR)}"}
    answer = given.house.door.get(f"/grading/paper/api/documents/{row['sha256']}", headers=headers)
    document = pypdfium2.PdfDocument(answer.content)
    printed = " ".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    assert (row["subject"], drawn in printed, "Рисунка върху картата." in printed) == (drawn, True, True)
    told = f"{printed} {answer.headers}"
    assert not any(sign in told for one in given.envelopes for sign in slip(one.candidate).values())


def test_art_48_2_55_and_65_go_to_another_member_and_54_and_66_do_not(paper: Make) -> None:
    exam = paper(*(envelope(candidate, correct) for candidate, correct in enumerate((54, 55, 65, 66), 1)))
    exam.ready_to_mark()
    exam.mark_everything()
    again = {one["number"] for who in MEMBERS for one in good(exam.ask("my_cards", who))["cards"] if one["round"] == 2}
    assert again == {exam.number_of(2), exam.number_of(3)}
    waiting = exam.tell("propose_opening_envelopes", CHAIR)
    assert refusal(waiting) == "CardsNotSettled"
    assert set(waiting.json()["facts"]["numbers"].split(", ")) == again


def test_the_whole_way_from_envelopes_to_results(given: PaperExam) -> None:
    before = given.progress()
    assert (before["read"], before["cards"], before["has_key"], before["missing"]) == (4, 4, True, [])
    assert given.mark_everything() == 4
    drawn = given.number_of(3)
    assert given.progress()["annulment_proposed"] == [drawn]
    assert good(given.tell("propose_card_annulment", CHAIR, number=drawn, reason="Рисунка върху картата."))
    assert refusal(given.tell("confirm_card_annulment", CHAIR, number=drawn)) == "SamePerson"
    good(given.tell("confirm_card_annulment", DIRECTOR, number=drawn))
    ordered = [(one["kind"], one["subject"]) for one in good(given.ask("documents", DIRECTOR))["documents"]]
    assert ("card_annulment_protocol", drawn) in ordered
    given.settle_everything()
    assert given.mark_everything() == 1
    given.settle_everything()
    assert given.progress()["second_checked"] == 1
    given.open_envelopes()
    given.enter_slips()
    assert not any(isinstance(event, PaperSheetGraded) for event in given.said()), "results leave with the protocols"
    good(given.tell("complete_protocols", CHAIR))
    graded = {event.candidate_id: event for event in given.said() if isinstance(event, PaperSheetGraded)}
    counts = {one: (event.correct, event.wrong, event.annulled) for one, event in graded.items()}
    assert counts == {
        candidate_id(1): (72, 18, False),
        candidate_id(2): (60, 30, False),
        candidate_id(3): (0, 0, True),
        candidate_id(4): (80, 10, False),
    }
    assert graded[candidate_id(1)].sheet == given.number_of(1)


def test_every_document_is_rendered(given: PaperExam) -> None:
    given.finish_marking()
    given.open_envelopes()
    given.enter_slips()
    good(given.tell("complete_protocols", CHAIR))
    given.render_all()
    rows = good(given.ask("documents", OPERATOR))["documents"]
    assert all(row["rendered"] for row in rows)
    found = {(row["kind"], row["issue"]) for row in rows}
    kinds = {("appendix_9", 1), ("appendix_10", 1), ("appendix_11", 1), ("appendix_11", 2), ("sticker_sheet", 1)}
    assert kinds | {("envelope_labels", 1), ("second_marking_protocol", 1)} == found
    pdf = given.house.door.get(
        f"/grading/paper/api/blank_card?exam_id={EXAM}&sub_variant=1А",
        headers={"authorization": f"Bearer {given.house.token(CHAIR)}"},
    )
    assert pdf.content.startswith(b"%PDF")


def test_a_doubtful_question_is_sent_to_a_person_and_decided_by_the_member(given: PaperExam) -> None:
    unclear = given.number_of(4)
    card = good(given.ask("card", CHAIR, number=unclear))
    assert 90 in card["reading"]["doubtful"]
    given.mark_everything()
    assert unclear not in given.progress()["to_settle"]
    read = [good(given.ask("card", CHAIR, number=number))["reading"] for number in given.by_number]
    assert given.progress()["sent_to_human"] == sum(bool(one["doubtful"] or one["reasons"]) for one in read) >= 2


def test_what_machine_and_member_saw_differently_is_settled_by_the_chair(given: PaperExam) -> None:
    number = given.number_of(1)
    seen = given.by_number[number].seen()
    given.mark_everything({number: {**seen, "marks": {**seen["marks"], "1": []}}})
    card = good(given.ask("card", CHAIR, number=number))
    assert number in given.progress()["to_settle"]
    assert (card["to_settle"], card["differing"]) == (["differs"], [1])
    assert refusal(given.tell("propose_opening_envelopes", CHAIR)) == "CardsNotSettled"
    good(given.tell("settle_card", CHAIR, number=number, **seen))
    assert number not in given.progress()["to_settle"]
    assert refusal(given.tell("settle_card", CHAIR, number=number, **seen)) == "NothingToSettle"


def test_art_48_2_the_second_member_is_another_and_does_not_see_the_first_count(given: PaperExam) -> None:
    number = given.number_of(2)
    given.mark_everything()
    given.settle_everything()
    of = {member.id: good(given.ask("my_cards", member))["cards"] for member in MEMBERS}
    rounds = {(member, one["round"]) for member, cards in of.items() for one in cards if one["number"] == number}
    (first,) = [member for member, which in rounds if which == 1]
    (second,) = [member for member, which in rounds if which == 2]
    assert first != second
    card = good(given.ask("card", next(one for one in MEMBERS if one.id == second), number=number))
    assert card["markings"] == []
    third = next(one for one in MEMBERS if one.id not in {first, second})
    assert refusal(given.ask("card", third, number=number)) == "CardNotYours"
    assert refusal(given.tell("mark_card", third, number=number, marks={}, pencil_only=[])) == "CardNotYours"


def disputed(exam: PaperExam, member: Actor) -> set[str]:
    return {one["number"] for one in good(exam.ask("my_cards", member))["cards"] if one["to_settle"]}


def test_two_members_who_differ_count_again_with_the_chair(given: PaperExam) -> None:
    """Art. 48(2), reading_30: the difference is the chair's and both markers', nobody's else, and not before both
    counts are in.
    """
    number = given.number_of(2)
    seen = given.by_number[number].seen()
    given.mark_everything()
    given.settle_everything()
    first, second = given.markers_of(number)
    for one in (first, second):
        alone = good(given.ask("card", one, number=number))
        assert (alone["differing"], alone["together"]) == ([], [])
        assert {marking["marker"] for marking in alone["markings"]} <= {one.id}
        assert disputed(given, one) == set()
    given.mark_everything({number: {**seen, "marks": {**seen["marks"], "7": []}}})
    card = good(given.ask("card", CHAIR, number=number))
    assert (card["round"], card["to_settle"], card["differing"]) == (2, ["differs"], [7])
    assert len(card["together"]) == 2
    for one in (first, second):
        shown = good(given.ask("card", one, number=number))
        assert (shown["differing"], shown["together"]) == ([7], card["together"])
        assert {marking["marker"] for marking in shown["markings"]} == {first.id, second.id}
        assert disputed(given, one) == {number}
    (third,) = set(MEMBERS) - {first, second}
    assert refusal(given.ask("card", third, number=number)) == "CardNotYours"
    good(given.tell("settle_card", CHAIR, number=number, **seen))
    assert disputed(given, first) == disputed(given, second) == set()
    given.agree_everywhere()
    exported = good(given.ask("export", OPERATOR))["cards"]
    counts = {one["number"]: one["correct"] for one in exported}
    assert counts[number] == 60


def test_a_member_counts_a_card_once(given: PaperExam) -> None:
    given.mark_everything()
    number = good(given.ask("my_cards", MEMBERS[0]))["cards"][0]["number"]
    assert refusal(given.tell("mark_card", MEMBERS[0], number=number, marks={}, pencil_only=[])) == "AlreadyDone"


def test_marks_that_no_card_can_bear_are_refused(given: PaperExam) -> None:
    number = good(given.ask("my_cards", MEMBERS[0]))["cards"][0]["number"]
    for marks, pencil in (({"91": ["А"]}, []), ({"1": ["Д"]}, []), ({"1": ["А"]}, [1])):
        answer = given.tell("mark_card", MEMBERS[0], number=number, marks=marks, pencil_only=pencil)
        assert refusal(answer) == "MarksNotOfTheCard"


def test_art_47_no_name_before_the_envelopes_are_opened_and_no_change_after(given: PaperExam) -> None:
    number = given.number_of(1)
    assert refusal(given.tell("enter_slip", MEMBERS[0], number=number, **slip(1))) == "EnvelopesStillSealed"
    given.finish_marking()
    given.open_envelopes()
    seen = given.by_number[number].seen()
    assert refusal(given.tell("settle_card", CHAIR, number=number, **seen)) == "EnvelopesAlreadyOpened"
    proposal = given.tell("propose_card_annulment", CHAIR, number=number, reason="късно")
    assert refusal(proposal) == "EnvelopesAlreadyOpened"


def counts_of(exam: PaperExam) -> list[dict[str, Any]]:
    """Every card as it was read and counted."""
    told = ("number", "reading", "markings", "correct", "wrong", "annulled")
    return [{name: card[name] for name in told} for card in good(exam.ask("export", OPERATOR))["cards"]]


def test_a_slip_names_one_who_handed_in_an_envelope_and_once(given: PaperExam) -> None:
    given.finish_marking()
    given.open_envelopes()
    one, two = given.number_of(1), given.number_of(2)
    stranger = given.tell("enter_slip", CHAIR, number=one, **slip(99))
    other_name = given.tell("enter_slip", CHAIR, number=one, **slip(1) | {"last": "Другов"})
    assert (refusal(stranger), refusal(other_name)) == ("SlipMatchesNobody", "SlipMatchesNobody")
    good(given.tell("enter_slip", CHAIR, number=one, **slip(1) | {"last": slip(1)["last"].upper()}))
    assert refusal(given.tell("enter_slip", CHAIR, number=two, **slip(1))) == "SlipMatchesNobody"
    assert refusal(given.tell("complete_protocols", CHAIR)) == "SlipsMissing"
    before = counts_of(given)
    good(given.tell("withdraw_slip", CHAIR, number=one, reason="Грешен номер."))
    good(given.tell("enter_slip", CHAIR, number=two, **slip(1)))
    assert counts_of(given) == before, "a number that is corrected touches no answer"
