"""Art. 12, 13: people, the orders that appoint them, and their declarations."""

from typing import Any

import pytest

from contracts.people import Role
from services.admission.tables import Appointment
from tests.cast import acting, player
from tests.interface.admission.stage import EXAM, OPERATOR, Stage, refused, rows


def test_a_person_logs_in_with_his_office_and_without_it_with_nothing(empty: Stage) -> None:
    password = player(1).registration()["password"]
    answer = empty.house.tell("login", {"username": "Minister", "password": password})
    assert answer.status_code == 200
    headers = {"authorization": f"Bearer {answer.json()['token']}"}
    mine = empty.house.door.get("/admission/api/my_appointments", headers=headers).json()
    assert mine["permanent_role"] == "minister"
    refused(empty.tell("assign_seats", {"exam_id": EXAM}, "chair"), "NotAllowed")


def test_only_the_operator_enters_people_and_nobody_twice(empty: Stage) -> None:
    again = player(1).registration(username="someone")
    del again["email"]
    refused(empty.house.tell("add_person", again, OPERATOR), "PersonExists")
    refused(empty.tell("add_person", again, "minister"), "NotAllowed")
    wrong = again | {"identifier": "7523169264"}
    refused(empty.house.tell("add_person", wrong, OPERATOR), "IdentifierNotValid")
    refused(empty.house.tell("add_person", again | {"permanent_role": "chair"}, OPERATOR), "InvalidInput")
    refused(empty.house.tell("add_person", again | {"permanent_role": "operator"}, OPERATOR), "InvalidInput")


def test_the_director_cannot_chair_the_commission(empty: Stage) -> None:
    order = empty.commission(chair=empty.people["director"])
    refused(empty.tell("appoint_commission", order, "minister"), "DirectorMayNotChair", "чл. 13, ал. 1")
    assert rows(empty, Appointment) == 0


def test_the_director_cannot_be_an_author(empty: Stage) -> None:
    authors = {"exam_id": EXAM, "authors": [empty.people["author"], empty.people["director"]]}
    refused(empty.tell("appoint_authors", authors, "minister"), "DirectorMayNotWrite", "чл. 12, ал. 1")
    assert rows(empty, Appointment) == 0


def test_the_commission_is_appointed_by_the_minister_in_time_and_once(empty: Stage) -> None:
    for name in ("director", "chair"):
        refused(empty.tell("appoint_commission", empty.commission(), name), "NotAllowed")
    empty.house.at("2027-04-16T00:00:00+03:00")
    refused(empty.tell("appoint_commission", empty.commission(), "minister"), "CommissionTooLate", "чл. 13, ал. 1")
    empty.house.at("2027-04-15T23:59:59+03:00")
    empty.ok("appoint_commission", empty.commission(), "minister")
    refused(empty.tell("appoint_commission", empty.commission(order_number="2"), "minister"), "AlreadyDone")
    assert rows(empty, Appointment) == 4


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"members": []}, "CommissionTooSmall"),
        ({"chair": "00000000-0000-0000-0000-000000000000"}, "NotFound"),
        ({"chair": "the boss"}, "InvalidInput"),
        ({"signed_on": "2027-03-02"}, "OrderDateWrong"),
        ({"signed_on": "yesterday"}, "InvalidInput"),
        ({"exam_id": "2030-01"}, "NotFound"),
        ({"quorum": 2}, "InvalidInput"),
    ],
)
def test_an_order_that_is_not_of_its_form_appoints_nobody(empty: Stage, change: dict[str, Any], code: str) -> None:
    refused(empty.tell("appoint_commission", empty.commission(**change), "minister"), code)
    assert rows(empty, Appointment) == 0


def test_before_the_declaration_an_appointed_person_may_not_act(empty: Stage) -> None:
    empty.ok("appoint_commission", empty.commission(), "minister")
    empty.apply(100)
    refused(empty.check(100), "NotAllowed")
    assert empty.said("staff-appointed") == []
    assert empty.ok("sign_declaration", {"exam_id": EXAM}, "member 1") == {"roles": ["member"]}
    (event,) = empty.said("staff-appointed")
    assert event["person_id"] == empty.people["member 1"]
    assert event["role"] == "member"
    assert empty.check(100).status_code == 200


def test_a_declaration_is_signed_once_and_only_by_the_appointed(stage: Stage) -> None:
    refused(stage.tell("sign_declaration", {"exam_id": EXAM}, "chair"), "NothingToSign", "чл. 12, ал. 3")
    refused(stage.tell("sign_declaration", {"exam_id": EXAM}, "minister"), "NothingToSign")
    refused(stage.house.tell("sign_declaration", {"exam_id": EXAM}), "NotAuthenticated")
    refused(stage.house.tell("sign_declaration", {"exam_id": EXAM}, acting(Role.CANDIDATE)), "NotAuthenticated")


def test_a_capacity_in_one_exam_is_none_in_another(stage: Stage) -> None:
    elsewhere = acting(Role.CHAIR, "2026-05", person_id=stage.people["chair"])
    refused(stage.house.tell("decide_applications", {"exam_id": EXAM}, elsewhere), "NotAllowed")
    stage.apply(100)
    check = {
        "application_id": stage.applications[100],
        "payer_names": "А",
        "declaration_names": "А",
        "missing": [],
    }
    refused(stage.house.tell("check_application", check, elsewhere), "NotAllowed")
    assert stage.house.ask("application", elsewhere, application_id=stage.applications[100]).status_code == 403


def test_a_candidate_of_the_exam_is_not_appointed(empty: Stage) -> None:
    empty.apply(12)  # the cast's number twelve is "member 1"
    refused(empty.tell("appoint_commission", empty.commission(), "minister"), "StaffIsCandidate")


def test_incompatible_duties_in_two_orders_are_refused(stage: Stage) -> None:
    stage.house.at("2027-03-12T09:00:00+02:00")
    assignments = [{"person_id": stage.people["member 1"], "role": "system_administrator"}]
    order = {"exam_id": EXAM, "order_number": "9", "signed_on": "2027-03-12", "assignments": assignments}
    refused(stage.tell("appoint_administrators", order, "minister"), "CapacitiesIncompatible")
