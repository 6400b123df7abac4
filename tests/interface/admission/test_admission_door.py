"""Admission through its web door, on a real database."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from chassis.audit import first_break
from chassis.plumbing import AuditRow, DocumentRow
from contracts.events.chassis import RenderDocuments
from contracts.events.session import (
    CandidateLeftHall,
    CandidateStayedOutside,
    InstructionsRead,
    MaterialsHandedIn,
    SittingAnnulled,
    SittingStarted,
)
from contracts.people import IdentifierType, Mode, Role
from services.admission import usecases
from services.admission.tables import Appointment, Check, Decision
from services.admission.worker import render_documents
from tests.cast import acting, player
from tests.interface.admission.stage import EXAM, HALL_STAFF, OPERATOR, STAFF, Stage, foreigner, hall


def refused(answer: httpx.Response, code: str, article: str | None = None) -> None:
    body = answer.json()
    assert body["code"] == code, body
    assert answer.status_code == body["status"]
    assert body["sentence"]["bg"]
    assert body["sentence"]["en"]
    if article is not None:
        assert body["article"] == article


def rows(stage: Stage, table: Any) -> int:
    with stage.house.runtime.work() as work:
        return work.session.scalar(select(func.count()).select_from(table)) or 0


# People, orders, declarations


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


# Checking and deciding


def test_every_ground_of_the_ordinance_is_found(stage: Stage) -> None:
    banned = foreigner(106, "7111042925")
    stage.house.tell(
        "import_ban",
        {"identifier_type": "ln", "identifier": "7111042925", "annulled_on": "2025-11-15", "exam_id": "2025-11"},
        OPERATOR,
    )
    stage.apply(100)
    stage.apply(101, kinds=("fee",))
    stage.apply(102, kinds=("declaration",))
    stage.apply(103, is_assisted=True)
    stage.apply(104)
    stage.apply(105)
    stage.apply(106, person=banned)
    other = "Съвсем Друг Човек"
    confirmed: dict[str, Any] = {"confirmed_grounds": ["payer_name_differs"]}
    found = {
        100: stage.check(100).json()["grounds"],
        101: stage.check(101, declaration_names=None).json()["grounds"],
        102: stage.check(102, payer_names=None).json()["grounds"],
        103: stage.check(103).json()["grounds"],
        104: stage.check(104, payer_names=other, **confirmed).json()["grounds"],
        105: stage.check(
            105, declaration_names=other, confirmed_grounds=["declaration_name_differs"], by="chair"
        ).json()["grounds"],
        106: stage.check(106).json()["grounds"],
    }
    assert found == {
        100: [],
        101: ["missing_declaration"],
        102: ["missing_fee_document"],
        103: ["missing_disability_document"],
        104: ["payer_name_differs"],
        105: ["declaration_name_differs"],
        106: ["banned"],
    }


def test_a_new_profile_does_not_escape_a_ban(stage: Stage) -> None:
    ban = {"identifier_type": "egn", "identifier": player(100).identifier, "annulled_on": "2025-05-15"}
    stage.house.tell("import_ban", ban | {"exam_id": "2025-05"}, OPERATOR)
    refused(stage.house.tell("import_ban", ban | {"exam_id": "2025-05"}, OPERATOR), "AlreadyDone")
    stage.apply(100)
    assert stage.check(100).json()["grounds"] == ["banned"]  # the exam is on the very last day of the two years


def test_names_that_differ_wait_for_a_persons_word(stage: Stage) -> None:
    stage.apply(100)
    names = player(100).names
    differs = {"payer_names": f"{names.first} {names.last}"}
    refused(stage.check(100, **differs), "NamesDiffer", "чл. 6, ал. 4")
    assert rows(stage, Check) == 0
    assert stage.check(100, **differs, confirmed_grounds=[]).json()["grounds"] == []
    refused(stage.check(100, confirmed_grounds=["payer_name_differs"]), "GroundNotFound")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"payer_names": None}, "NamesNotEntered"),
        ({"missing": ["diploma"]}, "InvalidInput"),
        ({"missing": "fee"}, "InvalidInput"),
        ({"confirmed_grounds": ["ugly handwriting"]}, "InvalidInput"),
        ({"payer_names": "я" * 301}, "InvalidInput"),
        ({"application_id": "00000000-0000-0000-0000-000000000000"}, "NotFound"),
        ({"grounds": []}, "InvalidInput"),
    ],
)
def test_a_check_that_is_not_of_its_form_is_refused(stage: Stage, change: dict[str, Any], code: str) -> None:
    stage.apply(100)
    refused(stage.check(100, **change), code)
    assert rows(stage, Check) == 0


def test_a_member_does_not_check_his_own_application(stage: Stage) -> None:
    stage.apply(100, person=player(STAFF["member 1"]).person)
    refused(stage.check(100, by="member 1"), "OwnApplication")
    assert stage.check(100, by="member 2", confirmed_grounds=[]).status_code == 200


def test_only_the_commission_checks_and_only_its_chair_decides(stage: Stage) -> None:
    stage.apply(100)
    for name in ("director", "officer", "author", "minister"):
        refused(stage.check(100, by=name), "NotAllowed")
    stage.house.at("2027-03-12T09:00:00+02:00")
    refused(stage.tell("decide_applications", {"exam_id": EXAM}, "member 1"), "NotAllowed")


def test_the_decision_waits_for_the_end_of_applications_and_for_every_check(stage: Stage) -> None:
    stage.apply(100)
    stage.apply(101)
    stage.check(100)
    decide = {"exam_id": EXAM}
    stage.house.at("2027-03-11T23:59:59.999999+02:00")
    refused(stage.tell("decide_applications", decide, "chair"), "ApplicationsStillOpen", "чл. 7")
    stage.house.at("2027-03-12T00:00:00+02:00")
    refused(stage.tell("decide_applications", decide, "chair"), "ApplicationsUnchecked", "чл. 6, ал. 5")
    stage.check(101, payer_names="Друг Човек", confirmed_grounds=["payer_name_differs"])
    assert stage.ok("decide_applications", decide, "chair") == {"admitted": 1, "not_admitted": 1, "protocol": 1}
    refused(stage.tell("decide_applications", decide, "chair"), "AlreadyDone")
    refused(stage.check(100), "AlreadyDone")
    assert [one["candidate_id"] for one in stage.said("application-admitted")] == [stage.candidates[100]]
    assert stage.said("application-rejected")[0]["grounds"] == ["payer_name_differs"]


def test_after_fourteen_days_the_term_for_deciding_is_over(stage: Stage) -> None:
    stage.apply(100)
    stage.check(100)
    stage.house.at("2027-03-26T00:00:00+02:00")
    refused(stage.tell("decide_applications", {"exam_id": EXAM}, "chair"), "DecisionTooLate", "чл. 7")
    assert rows(stage, Decision) == 0


def test_an_application_that_arrives_after_the_decision_gets_a_second_protocol(stage: Stage) -> None:
    stage.admit(100)
    stage.apply(101)
    stage.check(101)
    answer = stage.ok("decide_applications", {"exam_id": EXAM}, "chair")
    assert answer == {"admitted": 1, "not_admitted": 0, "protocol": 2}


def test_attachments_are_for_the_commission_only(stage: Stage) -> None:
    stage.apply(100, kinds=("declaration", "disability"), is_assisted=True)
    url = f"/admission/api/attachments/{stage.applications[100]}/disability"

    def read(token: str | None, path: str = url) -> httpx.Response:
        return stage.house.door.get(path, headers={"authorization": f"Bearer {token}"} if token else {})

    assert read(stage.token("member 1")).content == b"a document"
    assert "sandbox" in read(stage.token("chair")).headers["content-security-policy"]
    for name in ("director", "author", "minister"):
        refused(read(stage.token(name)), "NotAllowed")
    refused(read(None), "NotAuthenticated")
    refused(read(stage.token("chair"), url.replace("disability", "fee")), "NotFound")


# Halls and seats


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
    refused(stage.tell("plan_halls", {"exam_id": EXAM, "halls": [hall("Я")]}, "chair"), "OutOfOrder")


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


# The day


def test_a_candidate_is_let_in_by_the_administrator_of_his_hall(day: Stage) -> None:
    first, second = day.in_hall("А")[:2]
    assert day.identify(first).json()["is_admitted"] is True
    refused(day.identify(first), "AlreadyDone")
    for name in ("hall Б", "hall П"):
        refused(day.identify(second, by=name), "NotYourHall", "чл. 15, ал. 2")
    for name in ("quaestor А", "chair", "system"):
        refused(day.identify(second, by=name), "NotAllowed")
    (event,) = day.said("candidate-identified")
    assert event["candidate_id"] == day.candidates[first]
    assert event["hall"] == "А"


def test_nobody_enters_before_half_past_eight_or_after_the_instructions(day: Stage) -> None:
    first, second = day.in_hall("А")[:2]
    day.house.at("2027-05-15T08:29:59+03:00")
    refused(day.identify(first), "EntryNotOpen")
    day.house.at("2027-05-15T09:20:00+03:00")
    assert day.identify(first).status_code == 200
    answer = day.ok("close_door", {"exam_id": EXAM, "hall": "А"}, "hall А")
    assert answer == {"absent": 11, "expected": 12}
    refused(day.identify(second), "DoorClosed")
    assert day.ok("close_door", {"exam_id": EXAM, "hall": "А"}, "hall А") == answer, "a closed door is closed"
    assert len(day.said("candidate-absent")) == 11
    assert day.identify(day.in_hall("Б")[0], by="hall Б").status_code == 200


def test_the_reading_in_the_hall_closes_its_door_and_the_hand_may_come_before_or_after(day: Stage) -> None:
    first, second = day.in_hall("А")[:2]
    day.house.at("2027-05-15T09:24:00+03:00")
    assert day.identify(first).status_code == 200
    day.ok("close_door", {"exam_id": EXAM, "hall": "Б"}, "hall Б")
    day.house.at("2027-05-15T09:26:00+03:00")
    for name in ("А", "Б", "А"):
        _read(day, name, Mode.ELECTRONIC)
    assert _closed(day) == {"А": "2027-05-15T06:25:00+00:00", "Б": "2027-05-15T06:24:00+00:00", "П": None}
    refused(day.identify(second), "DoorClosed")
    assert len(day.said("candidate-absent")) == 13
    assert day.ok("close_door", {"exam_id": EXAM, "hall": "А"}, "hall А") == {"absent": 11, "expected": 12}
    assert len(day.said("candidate-absent")) == 13


def test_on_paper_latecomers_are_let_in_until_the_tests_are_handed_out(day: Stage) -> None:
    late, later = day.in_hall("П")
    day.house.at("2027-05-15T09:36:00+03:00")
    _read(day, "П", Mode.PAPER)
    assert day.identify(late, by="hall П").status_code == 200
    at = datetime(2027, 5, 15, 6, 35, tzinfo=UTC)
    started = SittingStarted(
        exam_id=EXAM, mode=Mode.PAPER, session=1, hall="П", started_at=at, ends_at=at + timedelta(hours=3)
    )
    with day.house.runtime.work() as work:
        usecases.record_start(work, started)
    refused(day.identify(later, by="hall П"), "DoorClosed")
    assert [one["candidate_id"] for one in day.said("candidate-absent")] == [day.candidates[later]]


def _read(day: Stage, name: str, mode: Mode) -> None:
    at = datetime(2027, 5, 15, 6, 25, tzinfo=UTC)
    event = InstructionsRead(exam_id=EXAM, mode=mode, session=1, hall=name, read_at=at)
    with day.house.runtime.work() as work:
        usecases.record_instructions_read(work, event)


def _closed(day: Stage) -> dict[str, str | None]:
    shown = {name: day.ask("hall", "chair", exam_id=EXAM, hall=name).json() for name in ("А", "Б", "П")}
    return {name: one["closed_at"] for name, one in shown.items()}


def test_the_door_is_not_closed_before_the_hour_of_the_instructions(day: Stage) -> None:
    day.house.at("2027-05-15T09:19:59+03:00")
    refused(day.tell("close_door", {"exam_id": EXAM, "hall": "А"}, "hall А"), "InstructionsTooEarly")
    day.house.at("2027-05-15T09:20:00+03:00")
    refused(day.tell("close_door", {"exam_id": EXAM, "hall": "П"}, "hall П"), "InstructionsTooEarly")
    refused(day.tell("close_door", {"exam_id": EXAM, "hall": "А"}, "hall Б"), "NotYourHall")


def test_another_identity_is_refused_only_when_confirmed_and_then_for_good(day: Stage) -> None:
    first = day.in_hall("А")[0]
    refused(day.identify(first, last="Другов"), "IdentityDiffers", "чл. 6, ал. 4, т. 4")
    refused(day.identify(first, identifier=player(999).identifier), "IdentityDiffers")
    assert day.said("candidate-refused-at-door") == []
    assert day.identify(first, last="Другов", confirmed=True).json() == {
        "is_admitted": False,
        "differences": ["names"],
        "seat": "1-1",
    }
    refused(day.identify(first), "AlreadyDone")
    assert [one["candidate_id"] for one in day.said("candidate-refused-at-door")] == [day.candidates[first]]


def test_the_ground_of_the_door_stands_in_the_export(day: Stage) -> None:
    first = day.in_hall("А")[0]
    day.identify(first, last="Другов", confirmed=True)
    exported = day.house.ask("export", OPERATOR, exam_id=EXAM).json()["applications"]
    grounds = {one["candidate_id"]: one["grounds"] for one in exported}
    assert grounds.pop(day.candidates[first]) == ["identity_differs_on_the_day"]
    assert set(map(tuple, grounds.values())) == {()}


def test_a_stranger_has_no_seat(day: Stage) -> None:
    shown = {"first": "А", "middle": "Б", "last": "В", "identifier": "7523169263", "exam_id": EXAM}
    for candidate in ("00000000-0000-0000-0000-000000000000", "'; DROP TABLE seats"):
        answer = day.tell("identify_candidate", shown | {"candidate_id": candidate}, "hall А")
        assert answer.json()["code"] in {"NotFound", "InvalidInput"}


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
    who = {number: {"exam_id": EXAM, "candidate_id": day.candidates[number]} for number in (first, second)}
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


@pytest.mark.parametrize(("reason", "bans"), [("copying", 1), ("talking", 0), ("devices", 0)])
def test_only_an_attempt_to_copy_bans(day: Stage, reason: str, bans: int) -> None:
    at = datetime(2027, 5, 15, 9, tzinfo=UTC)
    candidate_id = day.candidates[day.in_hall("А")[0]]
    event = SittingAnnulled(
        exam_id=EXAM, candidate_id=candidate_id, mode=Mode.ELECTRONIC, reason=reason, annulled_at=at
    )
    with day.house.runtime.work() as work:
        usecases.record_annulment(work, event)
    found = day.ask("bans", "chair").json()["bans"]
    assert len(found) == bans
    assert {one["annulled_on"] for one in found} <= {"2027-05-15"}


# What is shown, exported and rendered


def test_the_system_administrators_see_the_electronic_candidates_and_nothing_else(day: Stage) -> None:
    shown = day.ask("candidates_for_system_administrators", "system", exam_id=EXAM).json()["candidates"]
    assert len(shown) == 14
    refused(day.ask("applications", "system", exam_id=EXAM), "NotAllowed")
    refused(day.ask("bans", "hall А"), "NotAllowed")


def test_the_export_holds_an_unbroken_chain_and_no_names(day: Stage) -> None:
    day.identify(day.in_hall("А")[0])
    refused(day.ask("export", "chair", exam_id=EXAM), "NotAllowed")
    exported = day.house.ask("export", OPERATOR, exam_id=EXAM).json()
    assert {one["is_admitted"] for one in exported["applications"]} == {True}
    assert len(exported["seats"]) == 16
    assert [one["role"] for one in exported["commission"]] == ["chair", "member", "member", "member"]
    text = json.dumps(exported, ensure_ascii=False)
    assert player(100).names.last not in text
    assert not any(player(number).identifier in text for number in range(100, 116))
    with day.house.runtime.work() as work:
        chain = work.session.scalars(select(AuditRow).where(AuditRow.exam_id == EXAM).order_by(AuditRow.number))
        assert first_break(chain, "admission") is None


def test_the_ordered_documents_are_real_pdfs(stage: Stage) -> None:
    stage.apply(101, kinds=("fee",))
    stage.apply(100)
    stage.house.at("2027-03-12T09:00:00+02:00")
    stage.check(100)
    stage.check(101, declaration_names=None)
    stage.ok("decide_applications", {"exam_id": EXAM}, "chair")
    render_documents(stage.house.runtime, RenderDocuments(exam_id=EXAM, ordered_by="admission"))
    listed = stage.ask("documents", "director", exam_id=EXAM).json()["documents"]
    kinds = [one["kind"] for one in listed]
    assert sorted(set(kinds)) == ["admission_protocol", "appendix_2", "commission_order"]
    assert kinds.count("appendix_2") == len(STAFF)
    assert all(one["rendered"] for one in listed)
    headers = {"authorization": f"Bearer {stage.token('chair')}"}
    answer = stage.house.door.get(f"/admission/api/documents/{listed[0]['sha256']}", headers=headers)
    assert answer.content.startswith(b"%PDF-")


def test_terms_are_shown_as_met_once_the_act_is_done(stage: Stage) -> None:
    stage.admit(100)
    shown = stage.ask("deadlines", "officer", exam_id=EXAM).json()["deadlines"]
    status = {one["id"]: one["status"] for one in shown}
    assert status["commission_appointed"] == "met"
    assert status["decisions_notified"] == "met"
    assert status["schedule_published"] == "open"


def test_a_foreigners_number_is_compared_at_the_door_too(stage: Stage) -> None:
    stage.apply(100, person=foreigner(100, "7111042925", IdentifierType.LNCH))
    stage.admit(100)
    stage.plan_and_seat()
    stage.staff_halls()
    stage.house.at("2027-05-15T08:30:00+03:00")
    refused(stage.identify(100), "IdentityDiffers")
    assert stage.identify(100, identifier="7111 042925").json()["is_admitted"] is True
