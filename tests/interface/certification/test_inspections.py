"""Art. 53: the own graded materials, inspected at the ministry, through the web door on a real database."""

from datetime import datetime, timedelta
from typing import Any

from chassis.work import Actor
from contracts.events.certification import InspectionHeld
from contracts.people import Role
from services.certification.tables import Inspection
from tests.interface.after_the_exam import (
    DIRECTOR,
    EXAM,
    OFFICER,
    PAPER,
    admitted,
    announced,
    good,
    hear,
    noted,
    ordered,
    refused,
    refused_for,
    rows,
    said,
)
from tests.interface.certification.register_house import REQUEST, Register, holder

HELD_AT = "2027-06-22T11:00:00+03:00"
NOBODYS = "00000000-0000-4000-8000-00000000ffff"


def asked(register: Register, actor: Actor) -> str:
    return str(good(register.house.tell("request_inspection", REQUEST, actor))["inspection_id"])


def scheduling(inspection_id: str, at: str = HELD_AT) -> dict[str, Any]:
    return {"inspection_id": inspection_id, "at": at, "employee": "Служител на дирекцията"}


def holding(inspection_id: str, *shown: str) -> dict[str, Any]:
    return {"inspection_id": inspection_id, "shown": list(shown) or ["appendix_6"], "notes": ""}


def test_an_inspection_is_asked_for_scheduled_and_held_with_a_record(register: Register) -> None:
    register.take_part(["failed"])
    inspection = asked(register, holder(1))
    refused(register.house.tell("hold_inspection", holding(inspection), OFFICER), "OutOfOrder", "чл. 53, ал. 2")
    good(register.house.tell("schedule_inspection", scheduling(inspection), DIRECTOR))
    register.house.at("2027-06-22T10:59:59+03:00")
    refused(register.house.tell("hold_inspection", holding(inspection), OFFICER), "TooEarly", "чл. 53, ал. 2")
    register.house.at(HELD_AT)
    good(register.house.tell("hold_inspection", holding(inspection, "appendix_6", "test_copy"), OFFICER))
    refused(register.house.tell("hold_inspection", holding(inspection), OFFICER), "AlreadyDone")
    refused(register.house.tell("schedule_inspection", scheduling(inspection), DIRECTOR), "AlreadyDone")
    assert len(said(register.house, InspectionHeld)) == 1
    assert noted(register.house) == ["inspection:requested", "inspection:scheduled", "inspection:held"]
    register.render()
    (record,) = ordered(register.house, "inspection_record")
    assert record.sha256
    assert record.context["it"]["shown"] == ["индивидуален протокол (приложение № 6)", "копие на изпитния тест"]


def test_records_of_inspections_are_numbered(register: Register) -> None:
    register.take_part(["failed", "annulled"])
    inspections = [asked(register, holder(number)) for number in (1, 2)]
    for inspection in inspections:
        good(register.house.tell("schedule_inspection", scheduling(inspection), DIRECTOR))
    register.house.at(HELD_AT)
    for inspection in inspections:
        good(register.house.tell("hold_inspection", holding(inspection, "test_copy", "test_copy"), OFFICER))
    stands = {row.subject: row.context["it"] for row in ordered(register.house, "inspection_record")}
    assert [stands[inspection]["number"] for inspection in inspections] == ["1", "2"]
    assert stands[inspections[0]]["shown"] == ["копие на изпитния тест"]


def test_an_inspection_is_asked_for_to_the_last_second_of_three_months(register: Register) -> None:
    register.take_part(["failed", "failed"])
    last = datetime.fromisoformat("2027-08-23T23:59:59.999999+03:00")
    register.house.at(last)
    assert good(register.house.tell("request_inspection", REQUEST, holder(1)))["appointed_by"] == "2027-09-07"
    register.house.at(last + timedelta(microseconds=1))
    late = register.house.tell("request_inspection", REQUEST, holder(2))
    refused(late, "InspectionTooLate", "чл. 53, ал. 1")
    assert rows(register.house, Inspection) == 1


def test_every_participant_inspects_the_own_materials_once(register: Register) -> None:
    register.take_part(["passed", "failed", "annulled"])
    for number in (1, 2, 3):
        asked(register, holder(number))
        refused(register.house.tell("request_inspection", REQUEST, holder(number)), "AlreadyDone")


def test_who_was_absent_has_nothing_to_inspect(register: Register) -> None:
    register.take_part(["absent"])
    refused(register.house.tell("request_inspection", REQUEST, holder(1)), "NothingToInspect", "чл. 53, ал. 1")
    assert rows(register.house, Inspection) == 0


def test_nothing_is_inspected_before_publication_or_by_a_stranger(register: Register) -> None:
    hear(register.house, announced(), admitted(1))
    refused(register.house.tell("request_inspection", REQUEST, holder(1)), "OutOfOrder", "чл. 49")
    refused(register.house.tell("request_inspection", REQUEST, holder(9)), "NotFound")
    refused(register.house.tell("request_inspection", {"exam_id": "2028-05"}, holder(1)), "NotFound")


def test_each_mode_shows_its_own_materials(register: Register) -> None:
    register.take_part(["failed"], PAPER)
    inspection = asked(register, holder(1))
    good(register.house.tell("schedule_inspection", scheduling(inspection), DIRECTOR))
    register.house.at(HELD_AT)
    foreign = holding(inspection, "card_copy", "appendix_6")
    refused(register.house.tell("hold_inspection", foreign, OFFICER), "NotShownAtInspection", "чл. 53, ал. 3 и 4")
    good(register.house.tell("hold_inspection", holding(inspection, "test", "card_copy", "slip_copy"), OFFICER))


def test_day_and_hour_lie_ahead_and_may_be_set_anew(register: Register) -> None:
    register.take_part(["failed"])
    inspection = asked(register, holder(1))
    past = scheduling(inspection, "2027-06-04T10:00:00+03:00")
    refused(register.house.tell("schedule_inspection", past, DIRECTOR), "TooEarly", "чл. 53, ал. 2")
    for at in (HELD_AT, "2027-06-23T11:00:00+03:00"):
        good(register.house.tell("schedule_inspection", scheduling(inspection, at), DIRECTOR))
    register.house.at(HELD_AT)
    refused(register.house.tell("hold_inspection", holding(inspection), OFFICER), "TooEarly")


def test_each_act_is_for_those_of_the_ordinance(register: Register) -> None:
    register.take_part(["failed"])
    inspection = asked(register, holder(1))
    refused_for(register.house, "request_inspection", REQUEST, [Role.CANDIDATE])
    refused_for(register.house, "schedule_inspection", scheduling(inspection), [Role.DIRECTOR])
    refused_for(register.house, "hold_inspection", holding(inspection), [Role.OFFICER])
    refused(register.house.tell("schedule_inspection", scheduling(NOBODYS), DIRECTOR), "NotFound")
    refused(register.house.tell("hold_inspection", holding(NOBODYS), OFFICER), "NotFound")


NOT_OF_THEIR_FORM: list[tuple[str, dict[str, Any]]] = [
    ("schedule_inspection", {"at": "2027-06-22T11:00:00"}),
    ("schedule_inspection", {"at": "утре"}),
    ("schedule_inspection", {"inspection_id": "1"}),
    ("schedule_inspection", {"employee": ""}),
    ("hold_inspection", {"shown": []}),
    ("hold_inspection", {"shown": "appendix_6"}),
    ("hold_inspection", {"shown": ["appendix_6"] * 11}),
    ("hold_inspection", {"notes": "я" * 1001}),
    ("hold_inspection", {"grade": 60}),
]


def test_a_request_that_is_not_of_its_form_is_refused(register: Register) -> None:
    of_verb = {"schedule_inspection": (scheduling(NOBODYS), DIRECTOR), "hold_inspection": (holding(NOBODYS), OFFICER)}
    for verb, change in NOT_OF_THEIR_FORM:
        payload, actor = of_verb[verb]
        refused(register.house.tell(verb, payload | change, actor), "InvalidInput")


def test_a_candidate_does_not_read_the_documents_of_the_exam(register: Register) -> None:
    register.take_part(["failed"])
    asked(register, holder(1))
    refused(register.house.ask("documents", holder(1), exam_id=EXAM), "NotAllowed")
