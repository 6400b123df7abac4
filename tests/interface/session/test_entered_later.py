"""A hall on paper goes on while the machine is away; what it wrote by hand is entered later, with its hour and why."""

import re
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from chassis.plumbing import AuditRow, OutboxRow
from contracts.events.session import (
    CandidateLeftHall,
    CandidateStayedOutside,
    InstructionsRead,
    MaterialsHandedIn,
    SittingStarted,
)
from contracts.people import Mode
from tests.interface.session.exam_day import EXAM, ExamDay, at, decide, hall

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
    started.refused("AlreadyDone", ADMINISTRATOR, "write_remaining", **hall("Х1"), **late("11:39"))
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


def gone(hour: str, return_hour: str) -> dict[str, str]:
    return {**late(hour), "return_hour": return_hour}


def leavings(day: ExamDay) -> list[tuple[Any, ...]]:
    return [(one.left_at, one.returned_at, one.entered_at) for one in day.said(CandidateLeftHall)]


def test_art_37_a_leaving_that_was_forgotten_is_entered_after_a_later_one(started: ExamDay) -> None:
    one = started.halls["Х1"][0]
    started.on("10:46")
    started.do(ADMINISTRATOR, "record_leaving", **one.about, **late("10:40"))
    started.do(ADMINISTRATOR, "record_return", **one.about)
    started.do(ADMINISTRATOR, "record_past_leaving", **one.about, **gone("10:05", "10:09"))
    assert leavings(started) == [
        (at("10:40"), at("10:46"), at("10:46")),
        (at("10:05"), at("10:09"), at("10:46")),
    ]
    exported = started.house.ask("export", started.people["director"], exam_id=EXAM).json()["sittings"]
    (found,) = [sitting["leavings"] for sitting in exported if sitting["candidate_id"] == one.candidate_id]
    hours = [datetime.fromisoformat(hour) for row in found for hour in (row["left_at"], row["returned_at"])]
    assert hours == [at(hour) for hour in ("10:05", "10:09", "10:40", "10:46")], "each in its place"
    assert told(started, "leaving:entered_later") == {
        "candidate": one.candidate_id,
        "left_at": at("10:05").isoformat(),
        "returned_at": at("10:09").isoformat(),
        "entered_at": at("10:46").isoformat(),
        "late_reason": WHY,
    }


def test_a_leaving_is_entered_later_also_while_he_is_outside_and_after_he_handed_in_and_the_hall_ended(
    started: ExamDay,
) -> None:
    one, other = started.halls["Х1"]
    started.do(ADMINISTRATOR, "record_leaving", **one.about)
    started.do(ADMINISTRATOR, "record_past_leaving", **one.about, **gone("10:05", "10:09"))
    started.on("10:50")
    started.do(ADMINISTRATOR, "record_return", **one.about)
    started.do(ADMINISTRATOR, "hand_in", **other.about)
    started.do(ADMINISTRATOR, "record_past_leaving", **other.about, **gone("10:10", "10:12"))
    started.on("12:40")
    started.do(ADMINISTRATOR, "end_hall", **hall("Х1"))
    started.do(ADMINISTRATOR, "record_past_leaving", **one.about, **gone("11:00", "11:04"))
    started.do(ADMINISTRATOR, "hand_in", **one.about)
    assert [(left, returned) for left, returned, _ in leavings(started)] == [
        (at("10:05"), at("10:09")),
        (at("10:45"), at("10:50")),
        (at("10:10"), at("10:12")),
        (at("11:00"), at("11:04")),
    ]
    assert started.said(CandidateStayedOutside) == []


def test_art_37_a_complete_set_of_hand_ins_means_a_complete_list_of_leavings(started: ExamDay) -> None:
    """Whoever hears of the last envelope has heard of every leaving: the last Protocol № 1 waits for the envelopes."""
    one, other = started.halls["Х1"]
    forgotten = gone("10:05", "10:09")
    started.do(ADMINISTRATOR, "hand_in", **one.about)
    started.do(ADMINISTRATOR, "record_past_leaving", **one.about, **forgotten)
    started.do(ADMINISTRATOR, "hand_in", **other.about)
    refusal = started.refused("OutOfOrder", ADMINISTRATOR, "record_past_leaving", **other.about, **forgotten)
    assert refusal["article"]
    assert "последният плик в залата е предаден" in refusal["sentence"]["bg"]
    with started.house.runtime.work() as work:
        kinds = {kind.type_name(): kind for kind in (CandidateLeftHall, MaterialsHandedIn)}
        told = select(OutboxRow.type).where(OutboxRow.type.in_(kinds)).order_by(OutboxRow.number)
        heard = [kinds[name] for name in work.session.scalars(told)]
    assert heard == [MaterialsHandedIn, CandidateLeftHall, MaterialsHandedIn]


def test_art_38_an_annulled_test_is_not_waited_for_with_what_was_forgotten(started: ExamDay) -> None:
    one, other = started.halls["Х1"]
    decide(started, one)
    started.on("10:50")
    started.do(ADMINISTRATOR, "record_past_leaving", **one.about, **gone("10:05", "10:09"))
    started.do(ADMINISTRATOR, "hand_in", **other.about)
    started.refused("OutOfOrder", ADMINISTRATOR, "record_past_leaving", **one.about, **gone("10:15", "10:19"))


def test_nothing_that_was_forgotten_is_taken_of_a_hall_that_was_closed_without_an_envelope(started: ExamDay) -> None:
    one, other = started.halls["Х1"]
    started.on("12:40")
    started.do(ADMINISTRATOR, "hand_in", **one.about)
    started.do(ADMINISTRATOR, "end_hall", **hall("Х1"))
    started.do(ADMINISTRATOR, "record_past_leaving", **other.about, **gone("10:05", "10:09"))
    started.do(ADMINISTRATOR, "reconcile_hall", **hall("Х1"), envelopes=1, deviation_reason="Отиде си с теста.")
    started.refused("OutOfOrder", ADMINISTRATOR, "record_past_leaving", **other.about, **gone("11:05", "11:09"))


def test_what_could_not_have_happened_is_refused_also_when_it_is_entered_later(away: ExamDay) -> None:
    """Nobody leaves before he came or when he has gone, comes back before he left, or is outside twice at once."""
    one, other = away.halls["Х1"]
    verb = "record_past_leaving"
    away.refused("OutOfOrder", ADMINISTRATOR, verb, **one.about, **gone("10:05", "10:09"))
    away.do(ADMINISTRATOR, "start_paper", **hall("Х1"), **late("09:36"))
    away.do(ADMINISTRATOR, "record_past_leaving", **one.about, **gone("10:05", "10:09"))
    away.do(ADMINISTRATOR, "record_leaving", **one.about, **late("10:40"))
    away.do(ADMINISTRATOR, "hand_in", **other.about, **late("10:30"))
    for who, hours, code in (
        (one, ("09:35", "09:40"), "HourBeforeEarlierDeed"),
        (one, ("10:04", "10:03"), "HourBeforeEarlierDeed"),
        (one, ("10:03", "10:06"), "AlreadyOutside"),
        (one, ("10:06", "10:08"), "AlreadyOutside"),
        (one, ("10:05", "10:05"), "AlreadyOutside"),
        (one, ("10:39", "10:41"), "AlreadyOutside"),
        (one, ("10:30", "10:46"), "HourInFuture"),
        (other, ("10:29", "10:31"), "HourAfterLaterDeed"),
    ):
        away.refused(code, ADMINISTRATOR, verb, **who.about, **gone(*hours))
    for typed in ({"late_reason": " "}, {"return_hour": "25:00"}, {"hour": "10"}):
        away.refused("InvalidInput", ADMINISTRATOR, verb, **one.about, **gone("10:15", "10:16") | typed)
    away.refused("NotAllowed", "chair", verb, **one.about, **gone("10:15", "10:16"))
    away.on("13:00")
    away.do(ADMINISTRATOR, "record_return", **one.about, **late("10:44"))
    away.refused("HourAfterLaterDeed", ADMINISTRATOR, verb, **one.about, **gone("12:36", "12:37"))
    away.do(ADMINISTRATOR, "end_hall", **hall("Х1"), **late("12:36"))
    away.refused("HourAfterLaterDeed", ADMINISTRATOR, verb, **one.about, **gone("12:35", "12:37"))
    assert len(away.said(CandidateLeftHall)) == 2


def test_who_did_not_come_has_no_leavings(day: ExamDay) -> None:
    one = day.seat(9, "Х1", "9", Mode.PAPER)
    day.close_door(one)
    day.on("10:45")
    day.do(ADMINISTRATOR, "record_instructions_read", **hall("Х1"), **late("09:31"))
    day.do(ADMINISTRATOR, "start_paper", **hall("Х1"), **late("09:36"))
    day.refused("OutOfOrder", ADMINISTRATOR, "record_past_leaving", **one.about, **gone("10:05", "10:09"))


def test_art_39_what_was_written_and_announced_is_entered_after_that_of_a_later_hour_and_after_the_end(
    started: ExamDay,
) -> None:
    started.on("12:50")
    started.do(ADMINISTRATOR, "write_remaining", **hall("Х1"), **late("11:40"))
    started.do(ADMINISTRATOR, "write_remaining", **hall("Х1"), **late("10:38"))
    started.refused("AlreadyDone", ADMINISTRATOR, "write_remaining", **hall("Х1"), **late("10:50"))
    started.do(ADMINISTRATOR, "end_hall", **hall("Х1"), **late("12:36"))
    started.refused("OutOfOrder", ADMINISTRATOR, "announce_remaining", **hall("Х1"))
    started.do(ADMINISTRATOR, "announce_remaining", **hall("Х1"), **late("12:21"))
    shown = started.house.ask("hall", started.people["chair"], **hall("Х1")).json()
    assert [one["state"] for one in (*shown["writings"], shown["warning"])] == ["done"] * 3
    assert [one["minutes"] for one in shown["announcements"]] == [118, 56, 15], "each in its hour's place"


def test_art_41_1_nothing_more_was_announced_once_the_envelopes_are_compared(started: ExamDay) -> None:
    started.on("12:50")
    started.do(ADMINISTRATOR, "end_hall", **hall("Х1"), **late("12:36"))
    for one in started.halls["Х1"]:
        started.do(ADMINISTRATOR, "hand_in", **one.about)
    started.do(ADMINISTRATOR, "write_remaining", **hall("Х1"), **late("11:40"))
    started.do(ADMINISTRATOR, "reconcile_hall", **hall("Х1"), envelopes=2)
    for verb, hour in (("write_remaining", "10:38"), ("announce_remaining", "12:21")):
        refusal = started.refused("OutOfOrder", ADMINISTRATOR, verb, **hall("Х1"), **late(hour))
        assert "пликовете в залата са сверени" in refusal["sentence"]["bg"]
    shown = started.house.ask("hall", started.people["chair"], **hall("Х1")).json()
    assert [one["minutes"] for one in shown["announcements"]] == [56]


def test_art_40_2_a_hand_in_tells_that_its_hour_was_entered_later(started: ExamDay) -> None:
    one, other = started.halls["Х1"]
    started.do(ADMINISTRATOR, "hand_in", **one.about, **late("10:30"))
    started.do(ADMINISTRATOR, "hand_in", **other.about)
    assert [event.entered_at for event in started.said(MaterialsHandedIn)] == [at("10:45"), None]


def test_who_stayed_outside_and_was_entered_later_is_told_so(started: ExamDay) -> None:
    one, other = started.halls["Х1"]
    started.do(ADMINISTRATOR, "record_leaving", **one.about, **late("10:30"))
    started.do(ADMINISTRATOR, "record_leaving", **other.about)
    started.on("12:36")
    started.do(ADMINISTRATOR, "end_hall", **hall("Х1"))
    told = {event.candidate_id: event.entered_at for event in started.said(CandidateStayedOutside)}
    assert told == {one.candidate_id: at("10:45"), other.candidate_id: None}


def test_the_hall_s_page_has_a_form_for_a_leaving_that_was_forgotten(started: ExamDay) -> None:
    one = started.halls["Х1"][0]
    assert "пропуснато излизане" in page(started, "Х1", one.candidate_id)
    typed = {"verb": "record_past_leaving", **hall("Х1"), "candidate_id": one.candidate_id, **gone("10:05", "10:09")}
    headers = {"authorization": f"Bearer {started.house.token(started.people[ADMINISTRATOR])}"}
    assert started.house.door.post("/session/hall", data=typed, headers=headers).status_code == 303
    assert leavings(started) == [(at("10:05"), at("10:09"), at("10:45"))]
    started.on("12:36")
    started.do(ADMINISTRATOR, "end_hall", **hall("Х1"))
    for somebody in started.halls["Х1"]:
        assert "пропуснато излизане" in page(started, "Х1", one.candidate_id)
        started.do(ADMINISTRATOR, "hand_in", **somebody.about)
    assert "пропуснато излизане" not in page(started, "Х1", one.candidate_id)


def test_at_computers_the_hours_are_the_machine_s(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    running.on("12:31")
    for verb, about in (("record_leaving", one.about), ("hand_in", one.about), ("end_hall", hall("К1"))):
        running.refused("NotOfThisMode", "hall К1", verb, **about, **late("11:00"))
    running.refused("NotOfThisMode", "hall К1", "record_past_leaving", **one.about, **gone("11:00", "11:02"))
    html = page(running, "К1", one.candidate_id)
    assert "по-късно въведено" not in html
    assert "пропуснато излизане" not in html


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


def form(html: str, verb: str) -> str:
    return html.partition(f'name="verb" value="{verb}"')[2].partition("</form>")[0]


def pressed(day: ExamDay, verb: str, hour: str) -> int:
    headers = {"authorization": f"Bearer {day.house.token(day.people[ADMINISTRATOR])}"}
    typed = {"verb": verb, **hall("Х1"), **late(hour)}
    return day.house.door.post("/session/hall", data=typed, headers=headers).status_code


def test_art_39_1_the_page_has_a_form_while_an_hour_is_not_written_also_when_a_later_one_is(started: ExamDay) -> None:
    one = started.halls["Х1"][0]
    started.on("11:40")
    assert "<button>" in form(page(started, "Х1", one.candidate_id), "write_remaining")
    started.do(ADMINISTRATOR, "write_remaining", **hall("Х1"))
    assert '<button class="plain">' in form(page(started, "Х1", one.candidate_id), "write_remaining")
    assert pressed(started, "write_remaining", "10:38") == 303
    assert form(page(started, "Х1", one.candidate_id), "write_remaining") == ""


def test_art_39_after_the_end_the_page_takes_what_was_written_and_announced_with_its_hour_and_a_reason_alone(
    started: ExamDay,
) -> None:
    one = started.halls["Х1"][0]
    started.on("12:50")
    started.do(ADMINISTRATOR, "end_hall", **hall("Х1"), **late("12:36"))
    html = page(started, "Х1", one.candidate_id)
    for verb in ("write_remaining", "announce_remaining"):
        assert re.search(r'<input type="time" name="hour" required>.*name="late_reason" required', form(html, verb))
    hours = (("write_remaining", "10:38"), ("write_remaining", "11:40"), ("announce_remaining", "12:21"))
    assert [pressed(started, verb, hour) for verb, hour in hours] == [303] * 3
    assert form(page(started, "Х1", one.candidate_id), "write_remaining") == ""
    for somebody in started.halls["Х1"]:
        started.do(ADMINISTRATOR, "hand_in", **somebody.about)
    started.do(ADMINISTRATOR, "reconcile_hall", **hall("Х1"), envelopes=2)
    assert form(page(started, "Х1", one.candidate_id), "announce_remaining") == ""


def test_what_could_not_be_announced_before_the_end_has_no_form_after_it(started: ExamDay) -> None:
    started.do(ADMINISTRATOR, "write_remaining", **hall("Х1"))
    for one in started.halls["Х1"]:
        started.do(ADMINISTRATOR, "hand_in", **one.about)
    started.do(ADMINISTRATOR, "end_hall", **hall("Х1"))
    html = page(started, "Х1", started.halls["Х1"][0].candidate_id)
    assert (form(html, "write_remaining"), form(html, "announce_remaining")) == ("", "")


def page(day: ExamDay, name: str, candidate_id: str) -> str:
    headers = {"authorization": f"Bearer {day.house.token(day.people[f'hall {name}'])}"}
    asked = hall(name) | {"candidate_id": candidate_id}
    return day.house.door.get("/session/hall", params=asked, headers=headers).text
