"""Art. 14, 15(2): halls, their staff, and a seat for everybody who was admitted."""

from collections.abc import Callable
from typing import Any

import pytest

from contracts.people import Mode
from tests.interface.admission.stage import EXAM, HALL_STAFF, Stage, hall, refused


def test_every_admitted_candidate_is_told_place_and_hour(stage: Stage) -> None:
    for number in range(100, 103):
        stage.apply(number, mode=Mode.PAPER)
    stage.admit(*range(100, 115))
    stage.plan_and_seat()
    told = stage.said("seat-assigned")
    assert len({(one["hall"], one["seat"]) for one in told}) == len(told) == 15
    paper = [one for one in told if one["mode"] == "paper"]
    assert {one["hall"] for one in paper} == {"П"}
    assert len(paper) == 3
    assert paper[0]["entry_at"] == "2027-05-15T05:30:00Z"
    assert paper[0]["starts_at"] == "2027-05-15T06:30:00Z"
    refused(stage.tell("assign_seats", {"exam_id": EXAM}, "chair"), "AlreadyDone")
    refused(stage.tell("plan_halls", {"exam_id": EXAM, "halls": [hall("Я")]}, "chair"), "OutOfOrder", "чл. 14")


def test_seats_follow_from_the_exam_and_not_from_chance(at_moment: Callable[[str], Stage]) -> None:
    told = []
    for _ in range(2):
        stage = at_moment("_in_office")
        stage.admit(*range(100, 110))
        stage.plan_and_seat()
        told.append({one["candidate_id"]: one["seat"] for one in stage.said("seat-assigned")})
    assert told[0] == told[1]


def test_seats_are_refused_when_short_late_or_before_the_decision(stage: Stage) -> None:
    seats = {"exam_id": EXAM}
    refused(stage.tell("assign_seats", seats, "chair"), "OutOfOrder")
    stage.admit(*range(100, 105))
    stage.ok("plan_halls", {"exam_id": EXAM, "halls": [hall("А", rows=1)]}, "director")
    refused(stage.tell("assign_seats", seats, "chair"), "SeatsShort")
    assert stage.said("seat-assigned") == []
    stage.ok("plan_halls", {"exam_id": EXAM, "halls": [hall("Б", rows=1, columns=1)]}, "director")
    stage.house.at("2027-05-08T00:00:00+03:00")
    refused(stage.tell("assign_seats", seats, "chair"), "SeatsTooLate", "чл. 14")
    stage.house.at("2027-05-07T23:59:59+03:00")
    assert stage.ok("assign_seats", seats, "director") == {"seats": 5}


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (hall("А", session=2), "HallDoesNotFit"),
        (hall("П", mode="paper", session=2), "HallDoesNotFit"),
        (hall("А") | {"rows": 0}, "InvalidInput"),
        (hall("А") | {"rows": 10**9}, "InvalidInput"),
        (hall("А") | {"rows": "3"}, "InvalidInput"),
        (hall("../А"), "InvalidInput"),
        (hall("А", mode="oral"), "InvalidInput"),
    ],
)
def test_a_hall_that_is_not_of_its_form_is_refused(stage: Stage, plan: dict[str, Any], code: str) -> None:
    refused(stage.tell("plan_halls", {"exam_id": EXAM, "halls": [plan]}, "chair"), code)


def test_staff_are_appointed_to_planned_halls_before_the_day(stage: Stage) -> None:
    stage.admit(100)
    for name, number in HALL_STAFF.items():
        stage.add(name, number)
    refused(stage.tell("appoint_administrators", stage.administrators(), "minister"), "NotFound")
    stage.plan_and_seat()
    refused(stage.tell("appoint_administrators", stage.administrators(), "director"), "NotAllowed")
    without_hall = [{"person_id": stage.people["hall А"], "role": "hall_administrator"}]
    wrong = stage.administrators(assignments=without_hall)
    refused(stage.tell("appoint_administrators", wrong, "minister"), "HallNeeded")
    as_chair = [{"person_id": stage.people["hall А"], "role": "chair"}]
    wrong = stage.administrators(assignments=as_chair)
    refused(stage.tell("appoint_administrators", wrong, "minister"), "InvalidInput")
    stage.house.at("2027-05-15T00:00:00+03:00")
    refused(stage.tell("appoint_administrators", stage.administrators(), "minister"), "StaffOrderTooLate")
    stage.house.at("2027-05-14T12:00:00+03:00")
    stage.ok("appoint_administrators", stage.administrators(), "minister")
    refused(stage.tell("appoint_administrators", stage.administrators(), "minister"), "AlreadyDone")
