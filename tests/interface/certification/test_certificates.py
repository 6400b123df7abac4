"""Art. 51: issuing, fee, receiving, duplicates, through the web door on a real database."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from contracts.events.certification import CertificateHanded, CertificateIssued, DuplicateIssued
from contracts.people import Role
from contracts.refusals.general import AlreadyDone
from services.certification.tables import Certificate, Duplicate
from services.certification.usecases import certificates
from tests.cast import acting, player
from tests.interface.after_the_exam import (
    CHAIR,
    EXAM,
    MINISTER,
    OFFICER,
    OPERATOR,
    PAPER,
    admitted,
    announced,
    candidate_id,
    good,
    hear,
    noted,
    ordered,
    published,
    refused,
    refused_for,
    rows,
    said,
)
from tests.interface.certification.register_house import ISSUED_AT, PUBLISHED_AT, REQUEST, Register, holder
from tests.unit.recount.record_of_an_exam import made

EIGHT = ("passed", "failed", "annulled", "absent", "passed", "passed", "failed", "passed")


def test_all_who_passed_and_nobody_else_get_certificates_by_order_of_names(register: Register) -> None:
    issued = register.issue(*EIGHT)
    assert [one["number"] for one in issued] == [f"ВО-2027-{place:04}" for place in range(1, 5)]
    holders = {one["candidate_id"] for one in issued}
    assert holders == {candidate_id(number) for number in (1, 5, 6, 8)}
    names = [player(int(one["candidate_id"][-4:], 16)).names for one in issued]
    assert names == sorted(names, key=lambda one: (one.last, one.first, one.middle))
    assert len(said(register.house, CertificateIssued)) == 4
    documents = [row.context["it"] for row in ordered(register.house, "certificate")]
    assert documents[0]["verify_at"] == "https://svops.example.bg/certification/verify/ВО-2027-0001"
    register.render()
    assert all(row.sha256 for row in ordered(register.house, "certificate"))


def test_certificates_are_issued_once_and_later_ones_follow_in_number(register: Register) -> None:
    register.issue("passed", "passed")
    refused(register.house.tell("issue_certificates", REQUEST, MINISTER), "AlreadyDone")
    register.take_part(["passed"], PAPER, first=3)
    (later,) = good(register.house.tell("issue_certificates", REQUEST, MINISTER))["certificates"]
    assert later["number"] == "ВО-2027-0003"
    hear(register.house, published(3, "passed", PUBLISHED_AT, PAPER), times=2)
    refused(register.house.tell("issue_certificates", REQUEST, MINISTER), "AlreadyDone")


def test_the_series_begins_anew_with_the_year(register: Register) -> None:
    register.issue()
    register.take_part(["passed"], first=2)
    register.house.at("2028-01-10T10:00:00+02:00")
    late = REQUEST | {"deviation_reason": "Решение на съда."}
    (one,) = good(register.house.tell("issue_certificates", late, MINISTER))["certificates"]
    assert one["number"] == "ВО-2028-0001"


def test_two_issuings_at_once_leave_no_gap_and_no_pair(register: Register) -> None:
    register.take_part(["passed"] * 6)

    def issue(_: int) -> str:
        try:
            with register.house.runtime.work(MINISTER) as work:
                certificates.issue_certificates(work, exam_id=EXAM)
        except AlreadyDone:
            return "already"
        return "done"

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(issue, range(3))) == ["already", "already", "done"]
    entries = good(register.house.ask("register"))["entries"]
    assert [one["number"] for one in entries] == [f"ВО-2027-{place:04}" for place in range(1, 7)]


def test_the_last_second_of_the_fourteenth_day_is_in_time_and_later_needs_a_reason(register: Register) -> None:
    register.take_part(["passed"])
    register.house.at("2027-06-05T00:00:00+03:00")
    refused(register.house.tell("issue_certificates", REQUEST, MINISTER), "DeadlinePassed", "чл. 51, ал. 1")
    assert rows(register.house, Certificate) == 0
    register.house.at("2027-06-04T23:59:59.999999+03:00")
    good(register.house.tell("issue_certificates", REQUEST, MINISTER))


def test_a_late_certificate_comes_with_a_reason_that_stays_on_record(register: Register) -> None:
    register.take_part(["passed"])
    register.house.at("2027-06-05T00:00:00+03:00")
    late = REQUEST | {"deviation_reason": "Министърът отсъстваше."}
    good(register.house.tell("issue_certificates", late, MINISTER))
    assert noted(register.house)[:2] == ["certificates:deviation", "certificate:issued"]


def test_nothing_is_issued_before_a_result_is_published(register: Register) -> None:
    hear(register.house, announced(), admitted(1))
    refused(register.house.tell("issue_certificates", REQUEST, MINISTER), "AlreadyDone")
    assert good(register.house.ask("eligible", OFFICER, exam_id=EXAM)) == {"eligible": []}
    refused(register.house.tell("issue_certificates", {"exam_id": "2028-05"}, MINISTER), "NotFound")


def test_each_act_is_for_those_of_the_ordinance(register: Register) -> None:
    number = register.issue()[0]["number"]
    refused_for(register.house, "issue_certificates", REQUEST, [Role.MINISTER])
    fee = {"number": number, "sha256": "0" * 64}
    for verb in ("prove_fee", "prove_duplicate_fee"):
        refused_for(register.house, verb, fee, [Role.CANDIDATE, Role.OFFICER])
    received = {"number": number, "received_by": "Лично", "authorised": False}
    refused_for(register.house, "hand_over", received, [Role.OFFICER])
    refused_for(register.house, "issue_duplicate", {"number": number}, [Role.MINISTER])
    refused_for(register.house, "request_duplicate", {"number": number, "reason": "Изгубен."}, [Role.CANDIDATE])
    elsewhere = acting(Role.OFFICER, "2027-11")
    refused(register.house.tell("hand_over", received, elsewhere), "NotAllowed")
    assert noted(register.house) == ["certificate:issued"]


NOT_OF_THEIR_FORM: list[tuple[str, dict[str, Any]]] = [
    ("hand_over", {"authorised": "yes"}),
    ("hand_over", {"received_by": ""}),
    ("hand_over", {"received_by": "Иван\u202e"}),
    ("hand_over", {"received_by": "я" * 301}),
    ("hand_over", {"number": "ВО-2027-0001' OR 1=1"}),
    ("hand_over", {"handed_at": "2027-01-01"}),
    ("prove_fee", {"sha256": "../../etc/passwd"}),
    ("prove_fee", {"sha256": "0" * 63}),
]


def test_a_request_that_is_not_of_its_form_is_refused(register: Register) -> None:
    of_verb: dict[str, dict[str, Any]] = {
        "hand_over": {"number": "ВО-2027-0001", "received_by": "Лично", "authorised": False},
        "prove_fee": {"number": "ВО-2027-0001", "sha256": "0" * 64},
    }
    for verb, change in NOT_OF_THEIR_FORM:
        refused(register.house.tell(verb, of_verb[verb] | change, OFFICER), "InvalidInput")


def test_a_certificate_is_received_only_after_its_fee_is_proved(register: Register) -> None:
    number = register.issue()[0]["number"]
    refused(register.hand(number), "FeeNotProved", "чл. 51, ал. 1 и 3")
    good(register.prove(number, holder(1)))
    refused(register.prove(number, holder(1)), "AlreadyDone")
    good(register.hand(number))
    refused(register.hand(number), "AlreadyDone")
    (handed,) = said(register.house, CertificateHanded)
    assert handed.candidate_id == candidate_id(1)
    assert noted(register.house) == ["certificate:issued", "certificate:fee_proved", "certificate:handed"]


def test_a_fee_is_proved_by_the_holder_or_an_officer_with_an_own_file(register: Register) -> None:
    register.issue("passed", "passed")
    number = register.number_of(1)
    mine = register.fee(holder(1))
    refused(register.house.tell("prove_fee", {"number": number, "sha256": mine}, holder(2)), "NotFound")
    refused(register.house.tell("prove_fee", {"number": number, "sha256": mine}, OFFICER), "FileNotYours")
    refused(register.house.tell("prove_fee", {"number": number, "sha256": "0" * 64}, holder(1)), "FileNotYours")
    refused(register.prove("ВО-2027-9999", holder(1)), "NotFound")
    good(register.prove(number, OFFICER))


def test_a_repeated_request_with_the_same_key_is_answered_and_does_nothing(register: Register) -> None:
    register.take_part(["passed"])
    key = {"idempotency-key": "k-1"}
    first = good(register.house.tell("issue_certificates", REQUEST, MINISTER, **key))
    assert good(register.house.tell("issue_certificates", REQUEST, MINISTER, **key)) == first
    assert len(said(register.house, CertificateIssued)) == 1


def test_a_duplicate_follows_the_request_and_its_own_fee(register: Register) -> None:
    number = register.handed()
    refused(register.prove(number, holder(1), "prove_duplicate_fee"), "OutOfOrder", "чл. 51, ал. 3")
    refused(register.house.tell("issue_duplicate", {"number": number}, MINISTER), "OutOfOrder")
    asked = good(register.ask_duplicate(number, holder(1)))
    assert asked == {"number": number, "issue": 2, "due_on": "2027-07-05"}
    refused(register.ask_duplicate(number, holder(1)), "AlreadyDone")
    refused(register.house.tell("issue_duplicate", {"number": number}, MINISTER), "FeeNotProved")
    good(register.prove(number, holder(1), "prove_duplicate_fee"))
    refused(register.prove(number, holder(1), "prove_duplicate_fee"), "AlreadyDone")
    assert good(register.house.tell("issue_duplicate", {"number": number}, MINISTER))["issue"] == 2
    refused(register.house.tell("issue_duplicate", {"number": number}, MINISTER), "OutOfOrder")
    (event,) = said(register.house, DuplicateIssued)
    assert (event.number, event.issue) == (number, 2)
    register.render()
    (document,) = ordered(register.house, "duplicate")
    assert document.sha256


def test_a_duplicate_of_a_lost_duplicate_has_the_next_issue_number_and_the_same_number(register: Register) -> None:
    number = register.handed()
    for issue in (2, 3):
        good(register.ask_duplicate(number, holder(1)))
        good(register.prove(number, holder(1), "prove_duplicate_fee"))
        assert good(register.house.tell("issue_duplicate", {"number": number}, MINISTER))["issue"] == issue
    assert [row.issue for row in ordered(register.house, "duplicate")] == [2, 3]
    entry = good(register.house.ask("verify", number=number))
    assert [one["issue"] for one in entry["duplicates"]] == [2, 3]
    assert rows(register.house, Certificate) == 1


def test_a_duplicate_is_asked_for_by_the_holder_who_has_received_the_certificate(register: Register) -> None:
    number = register.issue()[0]["number"]
    refused(register.ask_duplicate(number, holder(1)), "OutOfOrder")
    refused(register.ask_duplicate(number, holder(2)), "NotFound")
    assert rows(register.house, Duplicate) == 0


def test_a_duplicate_after_a_month_comes_with_a_reason(register: Register) -> None:
    number = register.handed()
    good(register.ask_duplicate(number, holder(1)))
    register.house.at("2027-07-06T00:00:00+03:00")
    good(register.prove(number, holder(1), "prove_duplicate_fee"))
    refused(register.house.tell("issue_duplicate", {"number": number}, MINISTER), "DeadlinePassed", "чл. 51, ал. 3")
    late = {"number": number, "deviation_reason": "Таксата е платена на 6 юли."}
    good(register.house.tell("issue_duplicate", late, MINISTER))


def test_nobody_downloads_a_certificate_but_the_directorate(register: Register) -> None:
    register.issue()
    register.render()
    (document,) = ordered(register.house, "certificate")
    url = f"/certification/api/documents/{document.sha256}"
    for actor, code in ((holder(1), "NotFound"), (CHAIR, "NotAllowed"), (None, "NotAuthenticated")):
        headers = {} if actor is None else {"authorization": f"Bearer {register.house.token(actor)}"}
        refused(register.house.door.get(url, headers=headers), code)
    headers = {"authorization": f"Bearer {register.house.token(OFFICER)}"}
    assert register.house.door.get(url, headers=headers).content.startswith(b"%PDF-")


def test_the_export_has_what_the_recount_reads_and_no_names(register: Register) -> None:
    number = register.handed()
    good(register.ask_duplicate(number, holder(1)))
    asked = good(register.house.tell("request_inspection", REQUEST, holder(1)))
    register.house.at(PUBLISHED_AT + timedelta(days=20))
    register.render()
    exported = good(register.house.ask("export", OPERATOR, exam_id=EXAM))
    expected = made().services["certification"]
    for facts in ("certificates", "duplicates", "inspections"):
        assert expected[facts][0].keys() <= exported[facts][0].keys()
    assert exported["inspections"][0]["inspection_id"] == asked["inspection_id"]
    text = json.dumps(exported, ensure_ascii=False)
    assert player(1).names.last not in text
    assert player(1).identifier not in text
    refused(register.house.ask("export", OFFICER, exam_id=EXAM), "NotAllowed")
    assert ISSUED_AT[:10] == exported["certificates"][0]["issued_on"]
