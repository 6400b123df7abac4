"""Results of both modes: what is heard, the commission's protocol, the publication, on a real database."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import NoResultFound

from contracts.events.admission import CandidateAbsent, CandidateRefusedAtDoor
from contracts.events.chassis import RenderDocuments
from contracts.events.grading import ElectronicSheetGraded, PaperSheetGraded, ResultPublished
from contracts.events.session import SittingAnnulled
from contracts.people import Mode, Role
from contracts.refusals.general import AlreadyDone
from services.grading.results import usecases
from services.grading.results.worker import render_documents
from tests.cast import acting, player
from tests.interface.after_the_exam import (
    AT,
    CHAIR,
    DIRECTOR,
    ELECTRONIC,
    EXAM,
    OFFICER,
    OPERATOR,
    PAPER,
    announced,
    appointed,
    candidate_id,
    good,
    hear,
    noted,
    ordered,
    refused,
    refused_for,
    said,
    seated,
)
from tests.interface.house import House
from tests.unit.recount.record_of_an_exam import made

OF_ELECTRONIC = {"exam_id": EXAM, "mode": "electronic"}
OF_PAPER = {"exam_id": EXAM, "mode": "paper"}


@pytest.fixture
def house(house_of: Callable[[str], House]) -> House:
    """Announced; the commission is on duty; 1–4 have electronic seats, 5–8 seats on paper."""
    house = house_of("grading_results")
    hear(house, announced(), appointed(Role.CHAIR), appointed(Role.MEMBER, 1), appointed(Role.MEMBER, 2))
    hear(house, *(seated(number) for number in range(1, 5)), *(seated(number, PAPER) for number in range(5, 9)))
    house.at("2027-05-20T10:00:00+03:00")
    return house


def graded(number: int, correct: int, mode: Mode = ELECTRONIC, *, annulled: bool = False, sheet: str = "") -> Any:
    event = ElectronicSheetGraded if mode is ELECTRONIC else PaperSheetGraded
    return event(
        exam_id=EXAM,
        candidate_id=candidate_id(number),
        sheet=sheet or f"sheet-{number}",
        correct=correct,
        wrong=90 - correct,
        annulled=annulled,
        graded_at=AT,
    )


def annulled(number: int, mode: Mode = ELECTRONIC) -> SittingAnnulled:
    return SittingAnnulled(exam_id=EXAM, candidate_id=candidate_id(number), mode=mode, reason="notes", annulled_at=AT)


def absent(number: int, mode: Mode = ELECTRONIC) -> CandidateAbsent:
    return CandidateAbsent(exam_id=EXAM, candidate_id=candidate_id(number), mode=mode, hall="3", closed_at=AT)


def turned_away(number: int, mode: Mode = ELECTRONIC) -> CandidateRefusedAtDoor:
    return CandidateRefusedAtDoor(exam_id=EXAM, candidate_id=candidate_id(number), mode=mode, refused_at=AT)


def outcomes(house: House) -> dict[int, tuple[str | None, int | None]]:
    results = good(house.ask("results", CHAIR, exam_id=EXAM))["results"]
    return {int(row["candidate_id"][-4:], 16): (row["outcome"], row["correct"]) for row in results}


def all_electronic(house: House) -> House:
    """One passed, one failed by one, one annulled, one absent."""
    hear(house, graded(1, 60), graded(2, 59), graded(3, 85, annulled=True), annulled(3), absent(4))
    return house


def all_paper(house: House) -> House:
    """One passed, one annulled for what stands on the card, one annulled in the hall, one turned away."""
    hear(house, graded(5, 72, PAPER, sheet="10023"), graded(6, 0, PAPER, annulled=True, sheet="23456"))
    hear(house, annulled(7, PAPER), turned_away(8, PAPER))
    return house


def test_each_mode_gets_its_protocol_with_passed_failed_annulled_and_absent(house: House) -> None:
    assert good(all_electronic(house).tell("draw_up_protocol", OF_ELECTRONIC, CHAIR)) == {
        "passed": 1,
        "failed": 1,
        "annulled": 1,
        "absent": 1,
    }
    counts = good(all_paper(house).tell("draw_up_protocol", OF_PAPER, CHAIR))
    assert counts == {"passed": 1, "failed": 0, "annulled": 2, "absent": 0}
    electronic, paper = (row.context["it"] for row in ordered(house, "results_protocol"))
    assert [one["person"]["identifier"] for one in electronic["passed"]] == [player(1).identifier]
    assert (electronic["required_correct"], electronic["appeared"], electronic["absent"]) == (60, 3, 1)
    assert [one["article"] for one in electronic["annulled"]] == ["чл. 28, ал. 1"]
    assert sorted(one["article"] for one in paper["annulled"]) == ["чл. 38, ал. 1", "чл. 46, ал. 2"]
    assert [one["capacity"] for one in paper["commission"]] == ["председател", "член", "член"]
    render_documents(house.runtime, RenderDocuments(exam_id=EXAM, ordered_by="grading_results"))
    assert all(row.sha256 for row in ordered(house, "results_protocol"))


def test_who_was_refused_at_the_door_has_no_result(house: House) -> None:
    good(all_paper(house).tell("draw_up_protocol", OF_PAPER, CHAIR))
    good(house.tell("publish_results", OF_PAPER, CHAIR))
    assert candidate_id(8) not in {one.candidate_id for one in said(house, ResultPublished)}
    exported = good(house.ask("export", OPERATOR, exam_id=EXAM))
    assert candidate_id(8) not in {row["candidate_id"] for row in exported["results"]}


def test_no_protocol_while_one_result_is_missing_and_nothing_is_decided(house: House) -> None:
    hear(house, graded(1, 70), graded(2, 59), absent(4))
    refused(house.tell("draw_up_protocol", OF_ELECTRONIC, CHAIR), "OutOfOrder", "чл. 43, ал. 6")
    assert {outcome for outcome, _ in outcomes(house).values()} == {None}
    assert ordered(house, "results_protocol") == []
    refused(house.tell("publish_results", OF_ELECTRONIC, CHAIR), "OutOfOrder", "чл. 49")
    assert said(house, ResultPublished) == []


def test_a_protocol_is_drawn_up_once_and_results_are_published_once(house: House) -> None:
    key = {"idempotency-key": "k-1"}
    first = all_electronic(house).tell("draw_up_protocol", OF_ELECTRONIC, CHAIR, **key)
    assert good(first) == good(house.tell("draw_up_protocol", OF_ELECTRONIC, CHAIR, **key))
    refused(house.tell("draw_up_protocol", OF_PAPER, CHAIR, **key), "KeyReused")
    refused(house.tell("draw_up_protocol", OF_ELECTRONIC, CHAIR), "AlreadyDone")
    assert good(house.tell("publish_results", OF_ELECTRONIC, OFFICER)) == {"published": 4}
    refused(house.tell("publish_results", OF_ELECTRONIC, CHAIR), "AlreadyDone")
    assert len(said(house, ResultPublished)) == 4


def test_two_publications_at_once_tell_each_result_once(house: House) -> None:
    good(all_electronic(house).tell("draw_up_protocol", OF_ELECTRONIC, CHAIR))

    def publish(_: int) -> str:
        try:
            with house.runtime.work(CHAIR) as work:
                usecases.publish_results(work, exam_id=EXAM, mode=ELECTRONIC)
        except AlreadyDone:
            return "already"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(publish, range(2))) == ["already", "done"]
    assert len(said(house, ResultPublished)) == 4


def test_a_published_result_tells_the_count_of_those_who_sat_and_of_nobody_else(house: House) -> None:
    good(all_electronic(house).tell("draw_up_protocol", OF_ELECTRONIC, CHAIR))
    good(house.tell("publish_results", OF_ELECTRONIC, CHAIR))
    told = {one.candidate_id: (one.outcome, one.correct) for one in said(house, ResultPublished)}
    assert told == {
        candidate_id(1): ("passed", 60),
        candidate_id(2): ("failed", 59),
        candidate_id(3): ("annulled", None),
        candidate_id(4): ("absent", None),
    }


def test_paper_may_be_published_after_electronic_and_each_in_its_own_term(house: House) -> None:
    good(all_electronic(house).tell("draw_up_protocol", OF_ELECTRONIC, CHAIR))
    good(all_paper(house).tell("draw_up_protocol", OF_PAPER, CHAIR))
    house.at("2027-05-30T00:00:00+03:00")
    refused(house.tell("publish_results", OF_ELECTRONIC, CHAIR), "DeadlinePassed", "чл. 49")
    good(house.tell("publish_results", OF_PAPER, CHAIR))
    reason = {"deviation_reason": "Прекъсване на системата."}
    good(house.tell("publish_results", OF_ELECTRONIC | reason, CHAIR))
    exported = good(house.ask("export", OPERATOR, exam_id=EXAM))
    reasons = [row["facts"]["deviation_reason"] for row in exported["audit"] if row["action"] == "results:published"]
    assert reasons == [None, "Прекъсване на системата."]


def test_the_last_second_of_the_fourteenth_day_is_in_time(house: House) -> None:
    good(all_electronic(house).tell("draw_up_protocol", OF_ELECTRONIC, CHAIR))
    house.at("2027-05-29T23:59:59.999999+03:00")
    good(house.tell("publish_results", OF_ELECTRONIC, CHAIR))


def test_only_the_commission_decides_and_publishes(house: House) -> None:
    all_electronic(house)
    refused_for(house, "draw_up_protocol", OF_ELECTRONIC, [Role.CHAIR])
    refused_for(house, "publish_results", OF_ELECTRONIC, [Role.CHAIR, Role.OFFICER])
    refused(house.tell("draw_up_protocol", OF_ELECTRONIC, acting(Role.CHAIR, "2027-11")), "NotAllowed")
    refused(house.ask("results", acting(Role.CANDIDATE, person_id=candidate_id(1)), exam_id=EXAM), "NotAllowed")
    refused(house.ask("export", CHAIR, exam_id=EXAM), "NotAllowed")


NOT_OF_THEIR_FORM: list[dict[str, Any]] = [
    {"exam_id": EXAM},
    {"exam_id": EXAM, "mode": "oral"},
    {"exam_id": EXAM, "mode": 1},
    {"exam_id": EXAM, "mode": "electronic", "correct": 90},
    {"exam_id": "x' OR 1=1 --", "mode": "electronic"},
]


def test_a_request_that_is_not_of_its_form_is_refused(house: House) -> None:
    for payload in NOT_OF_THEIR_FORM:
        refused(house.tell("draw_up_protocol", payload, acting(Role.CHAIR)), "InvalidInput")


def test_an_exam_that_was_not_announced_has_no_results(house: House) -> None:
    other = {"exam_id": "2027-11", "mode": "paper"}
    for verb in ("draw_up_protocol", "publish_results"):
        refused(house.tell(verb, other, acting(Role.CHAIR)), "NotFound")
    for question in ("results", "statistics", "export"):
        refused(house.ask(question, DIRECTOR, exam_id="2027-11"), "NotFound")


def test_an_event_that_comes_twice_has_its_effect_once(house: House) -> None:
    hear(house, graded(1, 70), annulled(3), absent(4), times=2)
    actions = noted(house)
    assert [actions.count(one) for one in ("count:received", "annulment:received", "absence:received")] == [1, 1, 1]


def test_counting_again_gives_the_same_and_another_sheet_of_the_same_candidate_is_a_fault(house: House) -> None:
    hear(house, graded(1, 70), graded(1, 70))
    with pytest.raises(ValueError, match="sheet-1 and another"):
        hear(house, graded(1, 90, sheet="another"))
    assert outcomes(house)[1] == (None, 70)


def test_a_sheet_of_somebody_who_was_not_there_is_a_fault(house: House) -> None:
    hear(house, absent(4), turned_away(8, PAPER), graded(1, 70))
    for event in (graded(4, 70), graded(8, 70, PAPER), absent(1), turned_away(1)):
        with pytest.raises(ValueError, match="was not there"):
            hear(house, event)
    assert outcomes(house)[4] == (None, None)


def test_a_sheet_of_somebody_without_a_seat_is_a_fault(house: House) -> None:
    with pytest.raises(NoResultFound):
        hear(house, graded(99, 70))


def test_nothing_changes_an_outcome_that_the_commission_has_signed(house: House) -> None:
    good(all_electronic(house).tell("draw_up_protocol", OF_ELECTRONIC, CHAIR))
    for event in (annulled(1), graded(2, 60, sheet="sheet-2")):
        with pytest.raises(ValueError, match="is signed as"):
            hear(house, event)
    hear(house, graded(1, 60), annulled(3))  # nothing new
    assert outcomes(house)[1] == ("passed", 60)
    assert outcomes(house)[2] == ("failed", 59)


def test_a_seat_that_changes_keeps_what_is_known(house: House) -> None:
    hear(house, graded(1, 70), seated(1, session=2))
    assert outcomes(house)[1] == (None, 70)


def test_an_annulment_in_the_hall_is_named_even_when_the_card_was_annulled_first(house: House) -> None:
    hear(house, graded(5, 0, PAPER, annulled=True), annulled(5, PAPER), graded(6, 70, PAPER), graded(7, 70, PAPER))
    hear(house, absent(8, PAPER))
    good(house.tell("draw_up_protocol", OF_PAPER, CHAIR))
    (protocol,) = ordered(house, "results_protocol")
    assert [one["article"] for one in protocol.context["it"]["annulled"]] == ["чл. 38, ал. 1"]


def test_statistics_leave_annulled_tests_out(house: House) -> None:
    all_paper(all_electronic(house))
    assert good(house.ask("statistics", CHAIR, exam_id=EXAM))["histogram"] == [
        {"mode": "electronic", "correct": 59, "candidates": 1},
        {"mode": "electronic", "correct": 60, "candidates": 1},
        {"mode": "paper", "correct": 72, "candidates": 1},
    ]


def test_the_export_has_what_the_recount_reads_and_no_names(house: House) -> None:
    good(all_electronic(house).tell("draw_up_protocol", OF_ELECTRONIC, CHAIR))
    house.at(house.clock.now() + timedelta(minutes=1))
    good(house.tell("publish_results", OF_ELECTRONIC, CHAIR))
    exported = good(house.ask("export", OPERATOR, exam_id=EXAM))
    expected = made().services["grading_results"]
    assert expected["results"][0].keys() <= exported["results"][0].keys()
    facts = {row["action"]: row["facts"].keys() for row in exported["audit"]}
    assert all(facts[row["action"]] >= row["facts"].keys() for row in expected["audit"])
    text = json.dumps(exported, ensure_ascii=False)
    assert player(1).names.last not in text
    assert player(1).identifier not in text
