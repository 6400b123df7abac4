"""Art. 43(4), (5): the summary, the handover, and who may do and read what, through the web door."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from contracts.people import Role
from contracts.refusals.general import AlreadyDone
from services.grading.electronic import usecases
from tests.cast import acting, player
from tests.interface.after_the_exam import (
    CHAIR,
    DIRECTOR,
    EXAM,
    OPERATOR,
    SYSTEM_ADMINISTRATOR,
    candidate_id,
    good,
    hear,
    noted,
    ordered,
    refused,
    refused_for,
)
from tests.interface.grading_electronic.electronic_exam import ElectronicExam, answers, sheet
from tests.interface.house import House
from tests.unit.recount.record_of_an_exam import made

REQUEST = {"exam_id": EXAM}


@pytest.fixture
def exam(house_of: Callable[[str], House]) -> ElectronicExam:
    return ElectronicExam(house_of("grading_electronic"))


def summed_up(exam: ElectronicExam) -> ElectronicExam:
    exam.graded(70, 59)
    good(exam.house.tell("issue_summary", REQUEST, SYSTEM_ADMINISTRATOR))
    return exam


def test_only_the_administrators_of_the_system_draw_up_and_hand_over(exam: ElectronicExam) -> None:
    exam.graded(70)
    for verb in ("issue_summary", "hand_over_protocols"):
        refused_for(exam.house, verb, REQUEST, [Role.SYSTEM_ADMINISTRATOR])
        refused(exam.house.tell(verb, REQUEST, acting(Role.SYSTEM_ADMINISTRATOR, "2027-11")), "NotAllowed")
    assert ordered(exam.house, "appendix_7") == []


NOT_OF_THEIR_FORM: list[dict[str, Any]] = [
    {},
    {"exam_id": "2027-05'; DROP TABLE sheets"},
    {"exam_id": ["2027-05"]},
    {"exam_id": EXAM, "annulled": True},
    {"exam_id": EXAM, "deviation_reason": "а" * 501},
    {"exam_id": EXAM, "deviation_reason": "\u202e"},
]


def test_a_request_that_is_not_of_its_form_is_refused(exam: ElectronicExam) -> None:
    for payload in NOT_OF_THEIR_FORM:
        actor = acting(Role.SYSTEM_ADMINISTRATOR)
        refused(exam.house.tell("hand_over_protocols", payload, actor), "InvalidInput")


def test_an_exam_that_was_not_announced_has_no_protocols(exam: ElectronicExam) -> None:
    for verb in ("issue_summary", "hand_over_protocols"):
        refused(exam.house.tell(verb, REQUEST, SYSTEM_ADMINISTRATOR), "NotFound")
    for question in ("sheets", "export"):
        refused(exam.house.ask(question, DIRECTOR, exam_id=EXAM), "NotFound")


def test_the_summary_waits_for_the_sheet_of_everybody_who_came(exam: ElectronicExam) -> None:
    exam.announce(2)
    exam.close(1, 70)
    exam.release_key()
    exam.count()
    refused(exam.house.tell("issue_summary", REQUEST, SYSTEM_ADMINISTRATOR), "OutOfOrder", "чл. 43, ал. 4")
    exam.end(2)
    refused(exam.house.tell("issue_summary", REQUEST, SYSTEM_ADMINISTRATOR), "OutOfOrder")
    exam.close(2, 59)
    refused(exam.house.tell("issue_summary", REQUEST, SYSTEM_ADMINISTRATOR), "OutOfOrder")
    exam.count()
    assert good(exam.house.tell("issue_summary", REQUEST, SYSTEM_ADMINISTRATOR)) == {"sheets": 2, "sessions": 1}


def test_the_summary_has_a_sheet_of_paper_for_each_session_and_is_issued_once(exam: ElectronicExam) -> None:
    exam.announce(2)
    exam.announce(1, session=2)  # the first one moved to the second session
    exam.close(1, 70)
    hear(exam.house, sheet(2, answers(40), outcome="annulled"))
    exam.end(1, session=1)
    exam.end(1, session=2)
    exam.release_key()
    exam.count()
    key = {"idempotency-key": "k-1"}
    first = exam.house.tell("issue_summary", REQUEST, SYSTEM_ADMINISTRATOR, **key)
    assert good(first) == good(exam.house.tell("issue_summary", REQUEST, SYSTEM_ADMINISTRATOR, **key))
    refused(exam.house.tell("issue_summary", REQUEST, SYSTEM_ADMINISTRATOR), "AlreadyDone")
    one, two = (row.context["it"] for row in ordered(exam.house, "appendix_7"))
    assert [row["annulled"] for row in one["rows"]] == [True]
    assert [row["person"]["identifier"] for row in two["rows"]] == [player(1).identifier]
    assert one["director"] is None
    assert len(one["members"]) == 3


def test_two_summaries_at_once_are_one(exam: ElectronicExam) -> None:
    exam.graded(70)

    def issue(_: int) -> str:
        try:
            with exam.house.runtime.work(SYSTEM_ADMINISTRATOR) as work:
                usecases.issue_summary(work, exam_id=EXAM)
        except AlreadyDone:
            return "already"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(issue, range(2))) == ["already", "done"]
    assert len(ordered(exam.house, "appendix_7")) == 1


def test_protocols_are_handed_over_when_they_are_files_with_their_hashes(exam: ElectronicExam) -> None:
    exam.graded(70, 59)
    refused(exam.house.tell("hand_over_protocols", REQUEST, SYSTEM_ADMINISTRATOR), "OutOfOrder", "чл. 43, ал. 5")
    good(exam.house.tell("issue_summary", REQUEST, SYSTEM_ADMINISTRATOR))
    refused(exam.house.tell("hand_over_protocols", REQUEST, SYSTEM_ADMINISTRATOR), "OutOfOrder")
    exam.render()
    handed = good(exam.house.tell("hand_over_protocols", REQUEST, SYSTEM_ADMINISTRATOR))
    assert handed == {"individual_protocols": 2, "summary_protocols": 1, "on": "2027-05-17"}
    refused(exam.house.tell("hand_over_protocols", REQUEST, SYSTEM_ADMINISTRATOR), "AlreadyDone")
    (protocol,) = ordered(exam.house, "handover_protocol_43_5")
    stands = protocol.context["it"]
    assert stands["due_on"] == "2027-05-19"
    assert all(len(file["sha256"]) == 64 for file in stands["files"])
    assert [one["capacity"] for one in stands["taken_by"]] == [
        "председател на изпитната комисия",
        "директор на дирекция МКВО",
    ]


def test_the_third_working_day_is_in_time_and_the_day_after_needs_a_reason(exam: ElectronicExam) -> None:
    summed_up(exam).render()
    exam.house.at("2027-05-20T00:00:00+03:00")
    late = exam.house.tell("hand_over_protocols", REQUEST, SYSTEM_ADMINISTRATOR)
    refused(late, "DeadlinePassed", "чл. 43, ал. 5")
    exam.house.at("2027-05-19T23:59:59.999999+03:00")
    good(exam.house.tell("hand_over_protocols", REQUEST, SYSTEM_ADMINISTRATOR))


def test_protocols_that_come_late_come_with_a_reason_that_stays_on_record(exam: ElectronicExam) -> None:
    summed_up(exam).render()
    exam.house.at("2027-05-20T09:00:00+03:00")
    reason = {"deviation_reason": "Прекъсване на захранването."}
    good(exam.house.tell("hand_over_protocols", REQUEST | reason, SYSTEM_ADMINISTRATOR))
    exported = good(exam.house.ask("export", OPERATOR, exam_id=EXAM))
    assert next(
        row["facts"]["deviation_reason"] for row in exported["audit"] if row["action"] == "protocols:handed_over"
    )


def test_a_candidate_never_downloads_a_protocol_and_the_commission_does(exam: ElectronicExam) -> None:
    summed_up(exam).render()
    documents = good(exam.house.ask("documents", CHAIR, exam_id=EXAM))["documents"]
    mine = next(one for one in documents if one["subject"] == candidate_id(1))
    url = f"/grading/electronic/api/documents/{mine['sha256']}"
    headers = {"authorization": f"Bearer {exam.house.token(CHAIR)}"}
    assert exam.house.door.get(url, headers=headers).content.startswith(b"%PDF-")
    owner = acting(Role.CANDIDATE, person_id=candidate_id(1))
    headers = {"authorization": f"Bearer {exam.house.token(owner)}"}
    refused(exam.house.door.get(url, headers=headers), "NotFound")
    refused(exam.house.door.get(url), "NotAuthenticated")
    refused(exam.house.ask("documents", owner, exam_id=EXAM), "NotAllowed")


def test_sheets_and_export_are_for_staff_and_hold_no_names(exam: ElectronicExam) -> None:
    summed_up(exam)
    for role in (Role.CANDIDATE, Role.HALL_ADMINISTRATOR, Role.AUTHOR):
        refused(exam.house.ask("sheets", acting(role, EXAM), exam_id=EXAM), "NotAllowed")
    refused(exam.house.ask("export", CHAIR, exam_id=EXAM), "NotAllowed")
    exported = good(exam.house.ask("export", OPERATOR, exam_id=EXAM))
    text = json.dumps(exported, ensure_ascii=False)
    assert player(1).names.last not in text
    assert player(1).identifier not in text
    assert noted(exam.house)[0] == "sheet:received"


def test_the_export_has_what_the_recount_reads(exam: ElectronicExam) -> None:
    exam.graded(70)
    exported = good(exam.house.ask("export", OPERATOR, exam_id=EXAM))
    expected = made().services["grading_electronic"]
    assert expected.keys() <= exported.keys()
    assert expected["sheets"][0].keys() <= exported["sheets"][0].keys()
    by_action = {row["action"]: row["facts"].keys() for row in exported["audit"]}
    assert all(by_action.get(row["action"], row["facts"].keys()) >= row["facts"].keys() for row in expected["audit"])
