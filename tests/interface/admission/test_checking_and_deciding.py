"""Art. 6–8: every application is checked, and the commission decides in its term."""

from typing import Any

import httpx
import pytest

from services.admission.tables import Check, Decision
from tests.cast import player
from tests.interface.admission.stage import EXAM, OPERATOR, STAFF, Stage, foreigner, refused, rows


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
