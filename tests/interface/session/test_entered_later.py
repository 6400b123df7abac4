"""A hall on paper goes on while the machine is away; what it wrote by hand is entered later, with its hour and why."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from chassis.plumbing import AuditRow
from contracts.events.session import (
    CandidateLeftHall,
    CandidateStayedOutside,
    InstructionsRead,
    MaterialsHandedIn,
    SittingStarted,
)
from tests.interface.session.exam_day import ExamDay, at, hall

WHY = "Токът спря."
ADMINISTRATOR = "hall Х1"


def late(hour: str) -> dict[str, str]:
    return {"hour": hour, "late_reason": WHY}


@pytest.fixture
def away(day: ExamDay) -> ExamDay:
    """A quarter to eleven: the machine is back, and the hall has read the instructions, started and gone on."""
    day.on("10:45")
    day.do(ADMINISTRATOR, "record_instructions_read", **hall("Х1"), **late("09:31"))
    return day


@pytest.fixture
def started(away: ExamDay) -> ExamDay:
    away.do(ADMINISTRATOR, "start_paper", **hall("Х1"), **late("09:36"))
    return away


def told(day: ExamDay, action: str) -> dict[str, Any]:
    with day.house.runtime.work() as work:
        row = work.session.scalars(select(AuditRow).where(AuditRow.action == action)).one()
    facts: dict[str, Any] = row.facts
    return facts


def test_art_35_2_the_announced_hour_of_the_start_stands_though_it_is_entered_later(started: ExamDay) -> None:
    (read,), (start,) = started.said(InstructionsRead), started.said(SittingStarted)
    assert (read.read_at, start.started_at, start.ends_at) == (at("9:31"), at("9:36"), at("12:36"))
    assert told(started, "paper:started") == {
        "hall": "Х1",
        "done_at": at("9:36").isoformat(),
        "entered_at": at("10:45").isoformat(),
        "late_reason": WHY,
    }


def test_an_hour_is_refused_that_has_not_come_or_is_before_what_it_follows_or_comes_without_a_reason(
    away: ExamDay,
) -> None:
    for hour, code in (("10:46", "HourInFuture"), ("09:30", "HourBeforeEarlierDeed")):
        refusal = away.refused(code, ADMINISTRATOR, "start_paper", **hall("Х1"), **late(hour))
        assert refusal["article"] == "Собствено правило"
        assert refusal["sentence"]["bg"]
    away.refused("ReasonNotGiven", ADMINISTRATOR, "start_paper", **hall("Х1"), hour="09:36")
    away.refused("InvalidInput", ADMINISTRATOR, "start_paper", **hall("Х1"), **late("2027-05-14T09:36"))
    away.do(ADMINISTRATOR, "start_paper", **hall("Х1"), **late("09:31"))


def test_an_hour_is_always_one_of_the_exam_s_day(day: ExamDay) -> None:
    day.house.at(at("9:00").replace(day=16))
    day.do(ADMINISTRATOR, "record_instructions_read", **hall("Х1"), **late("09:31"))
    assert day.said(InstructionsRead)[0].read_at == at("9:31")


def test_what_the_law_has_not_before_its_hour_is_not_before_it_when_entered_later(day: ExamDay) -> None:
    day.on("10:45")
    day.refused("TooEarly", ADMINISTRATOR, "record_instructions_read", **hall("Х1"), **late("09:29"))
    day.do(ADMINISTRATOR, "record_instructions_read", **hall("Х1"), **late("09:30"))
    day.do(ADMINISTRATOR, "start_paper", **hall("Х1"), **late("09:36"))
    day.on("13:00")
    day.refused("TooEarly", ADMINISTRATOR, "end_hall", **hall("Х1"), **late("12:35"))
    day.refused("TooEarly", ADMINISTRATOR, "announce_remaining", **hall("Х1"), **late("12:20"))


def test_art_37_the_list_of_leavings_has_the_hours_that_were_written_by_hand(started: ExamDay) -> None:
    one, other = started.halls["Х1"]
    started.on("13:00")
    started.refused("HourBeforeEarlierDeed", ADMINISTRATOR, "record_leaving", **one.about, **late("09:35"))
    started.do(ADMINISTRATOR, "record_leaving", **one.about, **late("10:05"))
    started.refused("HourBeforeEarlierDeed", ADMINISTRATOR, "record_return", **one.about, **late("10:04"))
    started.do(ADMINISTRATOR, "record_return", **one.about, **late("10:09"))
    started.refused("HourBeforeEarlierDeed", ADMINISTRATOR, "record_leaving", **one.about, **late("10:08"))
    started.refused("OutOfOrder", ADMINISTRATOR, "record_leaving", **one.about, **late("12:36"))
    started.do(ADMINISTRATOR, "record_leaving", **other.about, **late("11:50"))
    started.do(ADMINISTRATOR, "end_hall", **hall("Х1"), **late("12:36"))
    (there_and_back,), (outside,) = started.said(CandidateLeftHall), started.said(CandidateStayedOutside)
    assert (there_and_back.left_at, there_and_back.returned_at) == (at("10:05"), at("10:09"))
    assert outside.left_at == at("11:50")
    started.refused("HourBeforeEarlierDeed", ADMINISTRATOR, "hand_in", **other.about, **late("12:35"))
    started.do(ADMINISTRATOR, "hand_in", **other.about, **late("12:40"))


def test_art_39_what_was_written_and_announced_by_hand_is_no_longer_missed(started: ExamDay) -> None:
    started.on("13:00")
    for verb, hour in (("write_remaining", "10:36"), ("write_remaining", "11:40"), ("announce_remaining", "12:21")):
        started.do(ADMINISTRATOR, verb, **hall("Х1"), **late(hour))
    started.refused("HourBeforeEarlierDeed", ADMINISTRATOR, "write_remaining", **hall("Х1"), **late("11:39"))
    started.refused("OutOfOrder", ADMINISTRATOR, "announce_remaining", **hall("Х1"), **late("12:36"))
    shown = started.house.ask("hall", started.people["chair"], **hall("Х1")).json()
    assert [one["state"] for one in (*shown["writings"], shown["warning"])] == ["done"] * 3
    assert [one["minutes"] for one in shown["announcements"]] == [120, 56, 15]
    started.do(ADMINISTRATOR, "end_hall", **hall("Х1"), **late("12:37"))
    assert told(started, "hall:ended")["done_at"] == at("12:37").isoformat()


def test_art_40_2_the_hour_of_the_handing_in_is_the_one_that_was_written(started: ExamDay) -> None:
    one, other = started.halls["Х1"]
    started.on("13:00")
    started.do(ADMINISTRATOR, "hand_in", **one.about, **late("11:15"))
    started.do(ADMINISTRATOR, "end_hall", **hall("Х1"), **late("12:36"))
    started.do(ADMINISTRATOR, "hand_in", **other.about, **late("12:38"))
    assert [event.handed_in_at for event in started.said(MaterialsHandedIn)] == [at("11:15"), at("12:38")]


def test_at_computers_the_hours_are_the_machine_s(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    running.on("12:31")
    for verb, about in (("record_leaving", one.about), ("hand_in", one.about), ("end_hall", hall("К1"))):
        running.refused("NotOfThisMode", "hall К1", verb, **about, **late("11:00"))
    assert "по-късно въведено" not in page(running, "К1", one.candidate_id)


def test_the_hall_s_page_has_a_closed_form_for_what_is_entered_later(started: ExamDay) -> None:
    one = started.halls["Х1"][0]
    started.on("12:50")
    html = page(started, "Х1", one.candidate_id)
    for verb in ("write_remaining", "announce_remaining", "end_hall", "record_leaving", "hand_in"):
        form = html.partition(f'name="verb" value="{verb}"')[2].partition("</form>")[0]
        assert re.search(r'<details class="late"><summary>.*<input type="time" name="hour">', form), verb
    typed = {"verb": "record_leaving", **hall("Х1"), "candidate_id": one.candidate_id}
    headers = {"authorization": f"Bearer {started.house.token(started.people[ADMINISTRATOR])}"}
    said = started.house.door.post("/session/hall", data=typed | {"hour": "11:00", "late_reason": ""}, headers=headers)
    assert (said.status_code, "Посочете причината" in said.text) == (409, True)
    said = started.house.door.post("/session/hall", data=typed | late("11:00"), headers=headers)
    assert said.status_code == 303
    assert told(started, "candidate:left")["done_at"] == at("11:00").isoformat()


def page(day: ExamDay, name: str, candidate_id: str) -> str:
    headers = {"authorization": f"Bearer {day.house.token(day.people[f'hall {name}'])}"}
    asked = hall(name) | {"candidate_id": candidate_id}
    return day.house.door.get("/session/hall", params=asked, headers=headers).text
