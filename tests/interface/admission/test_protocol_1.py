"""Art. 16 item 1, App. 3: Protocol № 1, for the door, for the signatures, and for the chair."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from chassis.plumbing import AuditRow, DocumentRow
from contracts.events.chassis import RenderDocuments
from contracts.events.session import (
    CandidateLeftHall,
    CandidateStayedOutside,
    MaterialsHandedIn,
    SittingAnnulled,
)
from contracts.people import Mode
from services.admission import usecases
from services.admission.worker import render_documents
from tests.interface.admission.stage import EXAM, Stage, hall, refused


def test_protocol_1_waits_for_the_door_and_for_every_hand_in(day: Stage) -> None:
    first, second, third = day.in_hall("А")[:3]
    order = {"exam_id": EXAM, "hall": "А"}
    for number in (first, second, third):
        day.identify(number)
    refused(day.tell("issue_protocol_1", order, "hall А"), "OutOfOrder")
    day.house.at("2027-05-15T09:25:00+03:00")
    day.ok("close_door", order, "hall А")
    refused(day.tell("issue_protocol_1", order, "hall А"), "MaterialsMissing")
    at = datetime(2027, 5, 15, 9, tzinfo=UTC)
    with day.house.runtime.work() as work:
        ids = day.candidates
        out = {"left_at": at, "returned_at": at.replace(minute=10)}
        usecases.record_leaving(
            work, CandidateLeftHall(exam_id=EXAM, candidate_id=ids[first], mode=Mode.ELECTRONIC, hall="А", **out)
        )
        for number in (first, second):
            usecases.record_hand_in(
                work,
                MaterialsHandedIn(
                    exam_id=EXAM, candidate_id=ids[number], mode=Mode.ELECTRONIC, hall="А", handed_in_at=at
                ),
            )
        usecases.record_annulment(
            work,
            SittingAnnulled(
                exam_id=EXAM, candidate_id=ids[third], mode=Mode.ELECTRONIC, reason="copying", annulled_at=at
            ),
        )
    answer = day.ok("issue_protocol_1", order, "hall А")
    assert answer == {"hall": "А", "expected": 12, "appeared": 3, "handed_in": 2}
    refused(day.tell("issue_protocol_1", order, "hall А"), "AlreadyDone")
    refused(day.tell("issue_protocol_1_for_signature", order, "hall А"), "AlreadyDone")
    (stands,) = protocols_1(day)
    assert [row["note"] for row in stands["rows"][:4]] == ["", "", "анулиран тест", "неявил се"]
    assert len(stands["leavings"]) == 1
    assert (stands["is_for_signature"], stands["blank_leavings"]) == (False, 0)


def protocols_1(stage: Stage) -> list[dict[str, Any]]:
    """What stands on each issue of Protocol № 1, the first one first."""
    with stage.house.runtime.work() as work:
        issues = select(DocumentRow).where(DocumentRow.kind == "appendix_3").order_by(DocumentRow.issue)
        return [row.context["it"] for row in work.session.scalars(issues)]


def test_art_33_protocol_1_is_there_for_the_door_from_the_seating_on(stage: Stage) -> None:
    """Art. 20, 33: identity is compared with it before anybody is let in."""
    order = {"exam_id": EXAM, "hall": "А"}
    stage.admit(*range(100, 103))
    stage.ok("plan_halls", {"exam_id": EXAM, "halls": [hall("А"), hall("Б"), hall("П", mode="paper")]}, "chair")
    stage.staff_halls()
    refused(stage.tell("issue_protocol_1_for_signature", order, "hall А"), "OutOfOrder")
    stage.ok("assign_seats", {"exam_id": EXAM}, "chair")
    refused(stage.tell("issue_protocol_1_for_signature", order, "hall Б"), "NotYourHall")
    refused(stage.tell("issue_protocol_1_for_signature", order, "chair"), "NotAllowed")
    assert stage.ok("issue_protocol_1_for_signature", order, "hall А") == {"hall": "А", "issue": 1}
    (stands,) = protocols_1(stage)
    assert [row["appeared"] for row in stands["rows"]] == [None] * 3


def test_candidates_sign_protocol_1_and_its_list_of_leavings_while_they_are_there(day: Stage) -> None:
    """Art. 27, 29(2), 37, 40(2)."""
    first, second = day.in_hall("П")
    order = {"exam_id": EXAM, "hall": "П"}
    day.ok("issue_protocol_1_for_signature", order, "hall П")
    day.identify(first, by="hall П")
    with day.house.runtime.work() as work:
        at = datetime(2027, 5, 15, 9, tzinfo=UTC)
        event = MaterialsHandedIn(
            exam_id=EXAM, candidate_id=day.candidates[first], mode=Mode.PAPER, hall="П", handed_in_at=at
        )
        usecases.record_hand_in(work, event)
    assert day.ok("issue_protocol_1_for_signature", order, "hall П")["issue"] == 2, "as it stands now"
    before, now = protocols_1(day)
    assert [row["appeared"] for row in before["rows"]] == [None, None]
    assert [row["appeared"] for row in now["rows"]] == [True, None]
    for stands in (before, now):
        assert [row["handed_in_at"] for row in stands["rows"]] == [None, None], "the cell is for the signature"
        assert (stands["is_for_signature"], stands["leavings"], stands["blank_leavings"]) == (True, [], 2)
    day.house.at("2027-05-15T09:36:00+03:00")
    day.ok("close_door", order, "hall П")
    assert day.candidates[second] in {one["candidate_id"] for one in day.said("candidate-absent")}
    day.ok("issue_protocol_1", order, "hall П")
    last = protocols_1(day)[-1]
    assert (last["is_for_signature"], last["rows"][0]["handed_in_at"] is not None) == (False, True)


def test_art_41_1_who_went_away_with_his_materials_does_not_keep_protocol_1_from_the_chair(day: Stage) -> None:
    (first, second), order = day.in_hall("П"), {"exam_id": EXAM, "hall": "П"}
    for number in (first, second):
        day.identify(number, by="hall П")
    day.house.at("2027-05-15T09:36:00+03:00")
    day.ok("close_door", order, "hall П")
    at = datetime(2027, 5, 15, 9, tzinfo=UTC)
    event = MaterialsHandedIn(
        exam_id=EXAM, candidate_id=day.candidates[first], mode=Mode.PAPER, hall="П", handed_in_at=at
    )
    with day.house.runtime.work() as work:
        usecases.record_hand_in(work, event)
    refused(day.tell("issue_protocol_1", order, "hall П"), "MaterialsMissing", "чл. 29, ал. 2, чл. 40, ал. 2")
    reason = "Напусна сградата с теста."
    day.ok("issue_protocol_1", order | {"deviation_reason": reason}, "hall П")
    (stands,) = protocols_1(day)
    assert [row["note"] for row in stands["rows"]] == ["", "не е предал изпитните материали"]
    with day.house.runtime.work() as work:
        (row,) = work.session.scalars(select(AuditRow).where(AuditRow.action == "protocol_1:issued"))
    assert (row.facts["missing"], row.facts["deviation_reason"]) == ([day.candidates[second]], reason)


def test_art_37_who_left_and_did_not_return_stands_in_the_list_without_an_hour_of_return(day: Stage) -> None:
    first, second = day.in_hall("П")
    order = {"exam_id": EXAM, "hall": "П"}
    for number in (first, second):
        day.identify(number, by="hall П")
    day.house.at("2027-05-15T09:36:00+03:00")
    day.ok("close_door", order, "hall П")
    at = datetime(2027, 5, 15, 8, tzinfo=UTC)
    who: dict[int, dict[str, Any]] = {
        number: {"exam_id": EXAM, "candidate_id": day.candidates[number]} for number in (first, second)
    }
    with day.house.runtime.work() as work:
        gone = CandidateStayedOutside(**who[first], mode=Mode.PAPER, hall="П", left_at=at)
        usecases.record_staying_outside(work, gone)
        for number in (first, second):
            event = MaterialsHandedIn(**who[number], mode=Mode.PAPER, hall="П", handed_in_at=at)
            usecases.record_hand_in(work, event)
    day.ok("issue_protocol_1", order, "hall П")
    (stands,) = protocols_1(day)
    assert [row["note"] for row in stands["rows"]] == ["не се е върнал в залата", ""]
    (leaving,) = stands["leavings"]
    assert (leaving["left_at"], leaving["returned_at"]) == ("2027-05-15T08:00:00Z", None)


def test_who_draws_protocol_1_up_opens_it_and_nothing_else_of_admission_s(day: Stage) -> None:
    """Art. 16 item 1."""
    day.ok("issue_protocol_1_for_signature", {"exam_id": EXAM, "hall": "А"}, "hall А")
    render_documents(day.house.runtime, RenderDocuments(exam_id=EXAM, ordered_by="admission"))
    listed = day.ask("documents", "director", exam_id=EXAM).json()["documents"]
    one_of = {one["kind"]: f"/admission/api/documents/{one['sha256']}" for one in listed}
    headers = {"authorization": f"Bearer {day.token('hall А')}"}
    assert day.house.door.get(one_of["appendix_3"], headers=headers).content.startswith(b"%PDF-")
    refused(day.house.door.get(one_of["admission_protocol"], headers=headers), "NotAllowed")
    refused(
        day.house.door.get(one_of["appendix_3"], headers={"authorization": f"Bearer {day.token('quaestor А')}"}),
        "NotAllowed",
    )


def test_art_37_a_leaving_that_was_entered_later_stands_in_its_hours_place_and_says_so(day: Stage) -> None:
    first, second = day.in_hall("П")
    for number in (first, second):
        day.identify(number, by="hall П")
    day.house.at("2027-05-15T09:36:00+03:00")
    day.ok("close_door", {"exam_id": EXAM, "hall": "П"}, "hall П")
    hours = [datetime(2027, 5, 15, 7, minute, tzinfo=UTC) for minute in (5, 9, 40, 44, 50)]
    early, back, late, again, entered = hours
    one, other = (day.candidates[number] for number in (first, second))
    left = CandidateLeftHall(exam_id=EXAM, candidate_id=one, mode=Mode.PAPER, hall="П", left_at=late, returned_at=again)
    handed_in = MaterialsHandedIn(exam_id=EXAM, candidate_id=one, mode=Mode.PAPER, hall="П", handed_in_at=entered)
    with day.house.runtime.work() as work:
        usecases.record_leaving(work, left)
        forgotten = replace(left, candidate_id=other, left_at=early, returned_at=back, entered_at=entered)
        usecases.record_leaving(work, forgotten)
        usecases.record_hand_in(work, handed_in)
        usecases.record_hand_in(work, replace(handed_in, candidate_id=other, handed_in_at=again, entered_at=entered))
    day.ok("issue_protocol_1", {"exam_id": EXAM, "hall": "П"}, "hall П")
    (stands,) = protocols_1(day)
    assert [(one["left_at"], one["entered_at"]) for one in stands["leavings"]] == [
        ("2027-05-15T07:05:00Z", "2027-05-15T07:50:00Z"),
        ("2027-05-15T07:40:00Z", None),
    ]
    assert sorted(str(row["entered_at"]) for row in stands["rows"]) == ["2027-05-15T07:50:00Z", "None"]


def test_art_37_a_leaving_entered_just_before_the_last_envelope_stands_in_the_protocol(day: Stage) -> None:
    """The hall takes one no longer than that, and the protocol is not issued before."""
    first, second = day.in_hall("П")
    for number in (first, second):
        day.identify(number, by="hall П")
    day.house.at("2027-05-15T09:36:00+03:00")
    order = {"exam_id": EXAM, "hall": "П"}
    day.ok("close_door", order, "hall П")
    out, back, at = (datetime(2027, 5, 15, 7, minute, tzinfo=UTC) for minute in (5, 9, 50))
    of: dict[int, dict[str, Any]] = {
        number: {"exam_id": EXAM, "candidate_id": day.candidates[number], "mode": Mode.PAPER, "hall": "П"}
        for number in (first, second)
    }
    with day.house.runtime.work() as work:
        usecases.record_hand_in(work, MaterialsHandedIn(**of[first], handed_in_at=at))
    refused(day.tell("issue_protocol_1", order, "hall П"), "MaterialsMissing")
    with day.house.runtime.work() as work:
        forgotten = CandidateLeftHall(**of[first], left_at=out, returned_at=back, entered_at=at)
        usecases.record_leaving(work, forgotten)
        usecases.record_hand_in(work, MaterialsHandedIn(**of[second], handed_in_at=at))
    day.ok("issue_protocol_1", order, "hall П")
    (stands,) = protocols_1(day)
    assert [(one["left_at"], one["returned_at"], one["entered_at"]) for one in stands["leavings"]] == [
        ("2027-05-15T07:05:00Z", "2027-05-15T07:09:00Z", "2027-05-15T07:50:00Z")
    ]
