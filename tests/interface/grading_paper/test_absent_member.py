"""Art. 45, 48(2): the exam does not wait for a member who cannot come; what he has counted stays his."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from chassis.plumbing import DocumentRow
from chassis.work import Actor
from contracts.refusals.grading import CardNotYours, NothingToHandOn
from services.grading.paper.usecases import absence, marking
from tests.interface.grading_paper.absences import ABSENT, OTHERS, REASON, absent, cards_of, count, hand_on, noted
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
from tests.interface.grading_paper.test_commission_page import done, offered, page, press
from tests.interface.grading_paper.test_third_count import final_count, number_in

Make = Callable[..., PaperExam]
ON_ITS_WAY_SECONDS = 0.5
AT_MOST_SECONDS = 20


@pytest.fixture
def given(paper: Make) -> PaperExam:
    """Six cards in the members' hands, two each."""
    exam = paper(*(envelope(candidate, 70 + candidate) for candidate in range(1, 7)))
    exam.ready_to_mark()
    return exam


def protocols(exam: PaperExam) -> dict[tuple[str, int], tuple[str | None, list[str]]]:
    """Every marking protocol that was ordered: whose and which issue → handed out on, its cards."""
    with exam.house.runtime.work() as work:
        rows = work.session.scalars(select(DocumentRow).where(DocumentRow.kind == "appendix_11")).all()
        stand = {(row.subject, row.issue): row.context["it"] for row in rows}
    return {of: (it["handed_out_on"], [row["card"] for row in it["rows"]]) for of, it in stand.items()}


def test_art_45_what_an_absent_member_has_not_counted_goes_to_the_others_and_the_exam_goes_on(given: PaperExam) -> None:
    done_one, open_one = cards_of(given, ABSENT)
    count(given, ABSENT, done_one)
    assert hand_on(given) == {OTHERS[0].id: 1, OTHERS[1].id: 0}
    assert cards_of(given, ABSENT) == [done_one]
    assert open_one in cards_of(given, OTHERS[0])
    assert refusal(given.tell("mark_card", ABSENT, number=open_one, marks={}, pencil_only=[])) == "CardNotYours"
    assert refusal(given.ask("card", ABSENT, number=open_one)) == "CardNotYours"
    given.mark_everything()
    exported = {one["number"]: one["markings"] for one in good(given.ask("export", OPERATOR))["cards"]}
    assert [one["marker"] for one in exported[done_one]] == [ABSENT.id]
    assert [one["marker"] for one in exported[open_one]] == [OTHERS[0].id]
    given.open_envelopes()


def test_who_had_the_card_before_and_why_he_has_it_no_longer_stands_in_the_audit_record(given: PaperExam) -> None:
    numbers = cards_of(given, ABSENT)
    given.house.at("2027-05-20T11:00:00+03:00")
    hand_on(given)
    (facts,) = noted(given, "cards:handed_on")
    assert (facts["marker"], facts["reason"]) == (ABSENT.id, REASON)
    told = [(one["number"], one["round"], one["to"], one["given_at"][:10]) for one in facts["cards"]]
    first, last = numbers
    assert told == [(first, 1, OTHERS[0].id, "2027-05-18"), (last, 1, OTHERS[1].id, "2027-05-18")]


def test_art_45_each_card_is_in_the_protocol_of_who_counted_it(given: PaperExam) -> None:
    shares = {one.id: cards_of(given, one) for one in MEMBERS}
    done_one, open_one = shares[ABSENT.id]
    count(given, ABSENT, done_one)
    given.house.at("2027-05-20T11:00:00+03:00")
    hand_on(given)
    grown = sorted([*shares[OTHERS[0].id], open_one])
    ordered = protocols(given)
    assert {of: cards for of, (_, cards) in ordered.items() if of[1] == 1} == {(of, 1): shares[of] for of in shares}
    assert ordered[ABSENT.id, 3] == ("2027-05-18", [done_one])
    assert ordered[OTHERS[0].id, 3] == ("2027-05-20", grown)
    assert (OTHERS[1].id, 3) not in ordered, "his cards are the same"
    given.render_all()
    signed = page(given, CHAIR)
    rendered = {
        (one["subject"], one["issue"]): one["sha256"]
        for one in good(given.ask("documents", CHAIR))["documents"]
        if one["kind"] == "appendix_11"
    }
    shown = {of for of, sha256 in rendered.items() if f"/documents/{sha256}" in signed}
    assert shown == {(ABSENT.id, 3), (OTHERS[0].id, 3), (OTHERS[1].id, 1)}, "the newest of each, to be signed"
    given.finish_marking()
    given.open_envelopes()
    given.enter_slips()
    good(given.tell("complete_protocols", CHAIR))
    completed = {of: cards for (of, issue), (_, cards) in protocols(given).items() if issue == 2}
    assert completed == {ABSENT.id: [done_one], OTHERS[0].id: grown, OTHERS[1].id: shares[OTHERS[1].id]}
    given.render_all()
    assert page(given, CHAIR).count("(приложение № 11), попълнен: ") == len(MEMBERS)


def test_a_member_without_a_card_left_has_an_empty_protocol_and_none_that_is_completed(given: PaperExam) -> None:
    hand_on(given)
    assert protocols(given)[ABSENT.id, 3][1] == []
    hand_on(given, OTHERS[0])
    assert protocols(given)[OTHERS[0].id, 4][1] == []
    assert cards_of(given, OTHERS[1]) == sorted(given.by_number), "to who is absent himself nothing is handed on"
    given.finish_marking()
    given.open_envelopes()
    given.enter_slips()
    good(given.tell("complete_protocols", CHAIR))
    assert {of for of, issue in protocols(given) if issue == 2} == {OTHERS[1].id}


def test_an_annulled_card_stays_in_the_protocol_of_who_had_it(given: PaperExam) -> None:
    annulled, other = cards_of(given, ABSENT)
    good(given.tell("propose_card_annulment", CHAIR, number=annulled, reason="Рисунка."))
    good(given.tell("confirm_card_annulment", DIRECTOR, number=annulled))
    hand_on(given)
    assert protocols(given)[ABSENT.id, 3][1] == [annulled]
    assert other in protocols(given)[OTHERS[0].id, 3][1]


def test_art_48_2_a_second_check_is_handed_on_and_never_to_who_made_the_first_count(second: PaperExam) -> None:
    number = number_in(second)
    first, absent = second.markers_of(number)
    (third,) = set(MEMBERS) - {first, absent}
    before = protocols(second)
    assert hand_on(second, absent) == {first.id: 0, third.id: 1}
    assert second.markers_of(number) == [first, third]
    assert protocols(second) == before, "the second check has a protocol of its own"
    assert good(second.ask("card", third, number=number))["markings"] == [], "of the first count he sees nothing"
    (facts,) = noted(second, "cards:handed_on")
    assert [(one["number"], one["round"], one["to"]) for one in facts["cards"]] == [(number, 2, third.id)]
    second.finish_marking()
    assert final_count(second) == 60
    late = second.tell("hand_on_cards", CHAIR, marker=third.id, reason=REASON)
    assert refusal(late) == "NothingToHandOn", "what is counted is not given away"


def test_a_second_check_that_only_its_first_marker_could_take_stays_where_it_is(
    second: PaperExam, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = number_in(second)
    first, absent = second.markers_of(number)
    of_two = {one.id: one.id for one in (first, absent)}
    monkeypatch.setattr(absence, "members", lambda *_: of_two)
    answer = second.tell("hand_on_cards", CHAIR, marker=absent.id, reason=REASON)
    assert (refusal(answer), answer.json()["article"]) == ("NobodyElseToCount", "чл. 48, ал. 2")
    assert answer.json()["facts"]["numbers"] == number
    assert second.markers_of(number) == [first, absent]


def test_what_nobody_who_is_there_may_count_is_handed_on_to_who_is_absent(given: PaperExam) -> None:
    for one in MEMBERS:
        hand_on(given, one)
    assert absent(given) == [one.id for one in MEMBERS]
    assert (cards_of(given, OTHERS[1]), len(cards_of(given, ABSENT))) == ([], 3)
    count(given, ABSENT, cards_of(given, ABSENT)[0])
    hand_on(given, OTHERS[0])
    assert len(cards_of(given, ABSENT)) == 6, "he has come back, and the third has not"


def test_what_cannot_be_handed_on_is_refused_in_words(given: PaperExam) -> None:
    stranger = given.tell("hand_on_cards", CHAIR, marker=CHAIR.id, reason=REASON)
    assert (refusal(stranger), stranger.json()["article"]) == ("NotAMember", "чл. 45")
    for one in (ABSENT, DIRECTOR, OPERATOR):
        assert refusal(given.tell("hand_on_cards", one, marker=ABSENT.id, reason=REASON)) == "NotAllowed"
    for reason in ("", "   ", "х" * 501):
        assert refusal(given.tell("hand_on_cards", CHAIR, marker=ABSENT.id, reason=reason)) == "InvalidInput"
    hand_on(given)
    nothing = given.tell("hand_on_cards", CHAIR, marker=ABSENT.id, reason=REASON)
    assert refusal(nothing) == "NothingToHandOn"
    assert f"Комисия-{ABSENT.id}" in nothing.json()["sentence"]["bg"]
    given.finish_marking()
    given.open_envelopes()
    late = given.tell("hand_on_cards", CHAIR, marker=ABSENT.id, reason=REASON)
    assert refusal(late) == "EnvelopesAlreadyOpened"


def beside(
    exam: PaperExam, first: tuple[Actor, Callable[..., Any]], then: tuple[Actor, Callable[..., Any]]
) -> Future[Any]:
    """Begin the one, then the other while the first is not committed; the second must wait for it."""

    def later() -> Any:
        with exam.house.runtime.work(then[0]) as work:
            return then[1](work)

    with ThreadPoolExecutor(1) as pool:
        with exam.house.runtime.work(first[0]) as work:
            first[1](work)
            waiting = pool.submit(later)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=ON_ITS_WAY_SECONDS)
        waiting.exception(timeout=AT_MOST_SECONDS)
    return waiting


def handing_on(work: Any) -> Any:
    return absence.hand_on_cards(work, exam_id=EXAM, marker=ABSENT.id, reason=REASON)


def test_two_clicks_at_once_hand_the_cards_on_once(given: PaperExam) -> None:
    later = beside(given, (CHAIR, handing_on), (CHAIR, handing_on))
    assert isinstance(later.exception(), NothingToHandOn)
    assert len(noted(given, "cards:handed_on")) == 1


def test_a_card_that_is_counted_at_the_same_moment_is_counted_once(given: PaperExam) -> None:
    one, other = cards_of(given, ABSENT)

    def counting(number: str) -> Callable[..., Any]:
        seen = given.by_number[number].seen()
        return lambda work: marking.mark_card(work, exam_id=EXAM, number=number, **seen)

    handed_on = beside(given, (ABSENT, counting(one)), (CHAIR, handing_on))
    assert handed_on.result() == {"cards": {OTHERS[0].id: 1, OTHERS[1].id: 0}}
    assert cards_of(given, ABSENT) == [one]
    late = beside(
        given,
        (CHAIR, lambda work: absence.hand_on_cards(work, exam_id=EXAM, marker=OTHERS[0].id, reason=REASON)),
        (OTHERS[0], counting(other)),
    )
    assert isinstance(late.exception(), CardNotYours)
    assert refusal(given.tell("mark_card", ABSENT, number=one, marks={}, pencil_only=[])) == "AlreadyDone"


def test_the_chair_sees_for_whom_cards_wait_and_hands_them_on_by_the_form(given: PaperExam) -> None:
    html = page(given, CHAIR)
    assert html.count('<b class="number">2</b></li>') == len(MEMBERS)
    for one in (ABSENT, DIRECTOR):
        assert "hand_on_cards" not in offered(page(given, one))
        assert 'id="waiting"' not in page(given, one)
    unsaid = press(given, CHAIR, "hand_on_cards", marker=ABSENT.id, reason="болен\x07")
    assert (unsaid.status_code, 'value="болен' in unsaid.text) == (422, True)
    assert f'value="{ABSENT.id}" selected' in unsaid.text
    done(given, CHAIR, "hand_on_cards", marker=ABSENT.id, reason=REASON)
    assert f'Комисия-{ABSENT.id}: <b class="number">0</b>' in page(given, CHAIR)
    assert REASON not in page(given, OTHERS[0])
    given.mark_everything()
    assert "hand_on_cards" not in offered(page(given, CHAIR)), "nothing waits for anybody"
