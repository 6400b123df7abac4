"""What the halls, the administrators of the system, the chair and the director do, through the web door."""

import io
from typing import Any

import pikepdf
import pytest

from chassis.plumbing import AuditRow
from contracts.events.session import (
    CandidateLeftHall,
    CandidateStayedOutside,
    MaterialsHandedIn,
    SittingsEnded,
    SittingStarted,
)
from contracts.people import Mode
from tests.interface.session.exam_day import EXAM, ExamDay, at, hall, start_paper, states


def test_the_system_is_not_unlocked_before_half_past_nine(logged_in: ExamDay) -> None:
    logged_in.on("9:29:59")
    refusal = logged_in.refused("TooEarly", "system", "unlock", exam_id=EXAM, session=1)
    assert "чл. 24, ал. 1" in refusal["sentence"]["bg"]


def test_the_system_is_not_unlocked_before_the_variant_was_opened(day: ExamDay) -> None:
    day.on("9:30")
    for name in ("К1", "К2"):
        day.do(f"hall {name}", "record_instructions_read", **hall(name))
    assert day.refused("OutOfOrder", "system", "unlock", exam_id=EXAM, session=1)["article"] == "чл. 13, ал. 7"


def test_the_system_is_not_unlocked_while_a_hall_has_not_heard_the_instructions(day: ExamDay) -> None:
    day.open_variant()
    day.on("9:30")
    day.do("hall К1", "record_instructions_read", **hall("К1"))
    refusal = day.refused("OutOfOrder", "system", "unlock", exam_id=EXAM, session=1)
    assert "К2" in refusal["sentence"]["bg"]
    assert refusal["article"] == "чл. 24, ал. 1"


def test_the_system_is_unlocked_once_and_by_its_administrators_only(running: ExamDay) -> None:
    running.refused("AlreadyDone", "system", "unlock", exam_id=EXAM, session=1)
    running.refused("NotAllowed", "hall К1", "unlock", exam_id=EXAM, session=1)
    running.refused("NotFound", "system", "unlock", exam_id=EXAM, session=3)


def test_instructions_are_not_read_before_twenty_past_nine(day: ExamDay) -> None:
    day.on("9:19:59")
    for name, article in (("К1", "чл. 23, ал. 2"), ("Х1", "чл. 35, ал. 1")):
        told = day.refused("TooEarly", f"hall {name}", "record_instructions_read", **hall(name))
        assert told["article"] == article


def test_an_administrator_of_one_hall_does_nothing_in_another(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    for verb in ("record_leaving", "record_return", "hand_in"):
        running.refused("NotOfThisHall", "hall К2", verb, **one.about)
    running.refused("NotOfThisHall", "hall К2", "move_sitting", **one.about, seat="1-9")
    running.refused("NotOfThisHall", "hall К2", "confirm_number", **one.about, unique_number="1")
    running.refused("NotOfThisHall", "hall К2", "report_cheating", **one.about, reason="copying", description="…")
    for verb in ("announce_remaining", "end_hall"):
        running.refused("NotOfThisHall", "hall К2", verb, **hall("К1"))


def test_nobody_acts_without_a_capacity(running: ExamDay) -> None:
    assert running.house.tell("end_hall", hall("К1")).json()["code"] == "NotAuthenticated"
    running.refused("NotAllowed", "director", "end_hall", **hall("К1"))


def test_the_sheets_for_the_envelopes_are_a_pdf_with_two_for_each_candidate(day: ExamDay) -> None:
    answer = day.house.tell("print_credentials", hall("К1"), day.people["system"])
    assert answer.headers["content-type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert len(pdf.pages) == 2 * len(day.halls["К1"])


def test_credentials_are_printed_for_electronic_halls_by_system_administrators(day: ExamDay) -> None:
    day.refused("NotOfThisMode", "system", "print_credentials", **hall("Х1"))
    day.refused("NotAllowed", "hall К1", "print_credentials", **hall("К1"))
    day.refused("NotFound", "system", "print_credentials", **hall("К9"))


def test_the_number_on_the_screen_is_compared_with_protocol_2(running: ExamDay) -> None:
    one, other = running.halls["К1"][:2]
    number = running.screen(one)["unique_number"]
    running.refused("UniqueNumberDiffers", "hall К1", "confirm_number", **other.about, unique_number=number)
    running.do("hall К1", "confirm_number", **one.about, unique_number=number)
    running.refused("AlreadyDone", "hall К1", "confirm_number", **one.about, unique_number=number)


def test_leaving_and_return_are_told_with_both_hours(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    running.on("10:05")
    running.do("hall К1", "record_leaving", **one.about)
    running.refused("AlreadyDone", "hall К1", "record_leaving", **one.about)
    assert states(running, "К1")[0] == "out_of_hall"
    running.on("10:09")
    running.do("hall К1", "record_return", **one.about)
    running.refused("OutOfOrder", "hall К1", "record_return", **one.about)
    (event,) = running.said(CandidateLeftHall)
    assert (event.left_at, event.returned_at, event.hall) == (at("10:05"), at("10:09"), "К1")


@pytest.mark.parametrize(("name", "article"), [("К1", "чл. 27"), ("Х1", "чл. 37")])
def test_a_leaving_without_return_is_told_with_its_hour_when_the_end_is_announced(
    running: ExamDay, name: str, article: str
) -> None:
    """Art. 27, 37: he stands in the list, and what he left with the administrator is his envelope (Art. 30, 41)."""
    start_paper(running)
    one, *others = running.halls[name]
    who = f"hall {name}"
    running.on("10:05")
    running.do(who, "record_leaving", **one.about)
    running.on("12:36")
    assert running.refused("OutOfOrder", who, "hand_in", **one.about)["article"] == article
    running.do(who, "end_hall", **hall(name))
    (event,) = running.said(CandidateStayedOutside)
    assert (event.candidate_id, event.left_at, event.hall) == (one.candidate_id, at("10:05"), name)
    running.refused("OutOfOrder", who, "record_return", **one.about)
    for other in others:
        running.do(who, "hand_in", **other.about)
    everybody = len(running.halls[name])
    running.refused("OutOfOrder", who, "reconcile_hall", **hall(name), envelopes=everybody)
    assert "Запечатах материалите, оставени при мен" in page_about(running, who, name, one.candidate_id)
    running.do(who, "hand_in", **one.about)
    running.do(who, "reconcile_hall", **hall(name), envelopes=everybody)
    assert running.said(CandidateLeftHall) == []
    with running.house.runtime.work() as work:
        rows = work.session.query(AuditRow).filter_by(action="materials:handed_in").order_by(AuditRow.number)
        told = [(row.authority, row.facts["has_returned"]) for row in rows]
    assert told[-1] == (article, False)
    assert {has_returned for _, has_returned in told[:-1]} == {True}


def page_about(day: ExamDay, who: str, name: str, candidate_id: str) -> str:
    headers = {"authorization": f"Bearer {day.house.token(day.people[who])}"}
    asked = hall(name) | {"candidate_id": candidate_id}
    return day.house.door.get("/session/hall", params=asked, headers=headers).text


def test_until_the_end_is_announced_who_left_may_come_back(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    running.on("12:25")
    running.do("hall К1", "record_leaving", **one.about)
    running.on("12:31")
    running.do("hall К1", "record_return", **one.about)
    running.do("hall К1", "end_hall", **hall("К1"))
    assert running.said(CandidateStayedOutside) == []
    running.do("hall К1", "hand_in", **one.about)


def test_nobody_leaves_before_the_start(logged_in: ExamDay) -> None:
    refusal = logged_in.refused("OutOfOrder", "hall К1", "record_leaving", **logged_in.halls["К1"][0].about)
    assert refusal["article"] == "чл. 27"


def test_a_sitting_is_not_moved_onto_a_seat_that_is_taken(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    running.refused("SeatTaken", "hall К1", "move_sitting", **one.about, seat="1-2")
    running.do("hall К1", "move_sitting", **one.about, seat="1-1")


def test_remaining_time_is_announced_in_the_last_fifteen_minutes(running: ExamDay) -> None:
    running.on("12:14:59")
    early = running.refused("TooEarly", "hall К1", "announce_remaining", **hall("К1"))
    assert early["article"] == "чл. 23, ал. 2"
    running.on("12:15")
    assert running.do("hall К1", "announce_remaining", **hall("К1")) == {"minutes": 15}
    assert running.screen(running.halls["К1"][0])["announcements"][0]["minutes"] == 15


def test_a_paper_hall_starts_when_the_tests_are_handed_out_and_has_its_own_end(day: ExamDay) -> None:
    day.on("9:31")
    assert day.refused("OutOfOrder", "hall Х1", "start_paper", **hall("Х1"))["article"] == "чл. 35, ал. 2"
    start_paper(day)
    (started,) = day.said(SittingStarted)
    assert (started.mode, started.started_at, started.ends_at) == (Mode.PAPER, at("9:36"), at("12:36"))
    day.refused("AlreadyDone", "hall Х1", "start_paper", **hall("Х1"))
    day.on("9:31")
    day.refused("NotOfThisMode", "hall К1", "start_paper", **hall("К1"))


def test_on_paper_handing_in_ends_the_sitting(day: ExamDay) -> None:
    start_paper(day)
    one, other = day.halls["Х1"]
    day.on("11:00")
    day.do("hall Х1", "hand_in", **one.about)
    assert states(day, "Х1") == ["submitted", "answering"]
    assert day.refused("TooEarly", "hall Х1", "end_hall", **hall("Х1"))["article"] == "чл. 40, ал. 1"
    day.do("hall Х1", "hand_in", **other.about)
    day.do("hall Х1", "end_hall", **hall("Х1"))
    day.do("hall Х1", "reconcile_hall", **hall("Х1"), envelopes=2)
    day.do("chair", "take_over_hall", **hall("Х1"), envelopes=2)
    (ended,) = day.said(SittingsEnded)
    assert (ended.mode, ended.session, ended.appeared) == (Mode.PAPER, 1, 2)
    assert len(day.said(MaterialsHandedIn)) == 2


def test_nobody_at_a_computer_hands_in_before_the_sitting_has_ended(running: ExamDay) -> None:
    refusal = running.refused("OutOfOrder", "hall К1", "hand_in", **running.halls["К1"][0].about)
    assert refusal["article"] == "чл. 29, ал. 2"


def test_one_who_did_not_come_is_shown_so_and_cannot_log_in(day: ExamDay) -> None:
    late = day.seat(9, "К1", "2-1")
    day.envelopes("К1")
    day.close_door(late)
    assert states(day, "К1")[-1] == "absent"
    told = day.log_in(late).json()
    assert (told["code"], told["article"]) == ("OutOfOrder", "чл. 22")


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        ("unlock", {"exam_id": EXAM, "session": "1"}),
        ("unlock", {"exam_id": EXAM}),
        ("end_hall", {"exam_id": EXAM, "hall": "К1", "force": True}),
        ("end_hall", {"exam_id": "../x", "hall": "К1"}),
        ("hand_in", {"exam_id": EXAM, "candidate_id": "1 OR 1=1"}),
        ("reconcile_hall", {"exam_id": EXAM, "hall": "К1", "envelopes": -1}),
        ("report_cheating", {"exam_id": EXAM, "candidate_id": "x", "reason": "boredom", "description": ""}),
        ("confirm_number", {"exam_id": EXAM, "candidate_id": "x", "unique_number": "12a"}),
    ],
)
def test_what_is_not_of_its_form_is_refused(running: ExamDay, verb: str, fields: dict[str, Any]) -> None:
    who = "system" if verb == "unlock" else "hall К1"
    assert running.refused("InvalidInput", who, verb, **fields)["status"] == 422


def test_the_hall_page_shows_seats_and_does_what_its_buttons_say(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    door, headers = running.house.door, {"authorization": f"Bearer {running.house.token(running.people['hall К1'])}"}
    page = door.get("/session/hall", params=hall("К1"), headers=headers)
    assert page.status_code == 200
    assert page.text.count('class="seat answering') == 3
    form = hall("К1") | {"verb": "record_leaving", "candidate_id": one.candidate_id}
    answer = door.post("/session/hall", data=form, headers=headers)
    assert answer.status_code == 303
    assert 'class="seat out_of_hall chosen' in door.get(answer.headers["location"], headers=headers).text
    again = door.post("/session/hall", data=form, headers=headers)
    assert again.status_code == 409
    assert "Действието вече е извършено" in again.text
    unknown = door.post("/session/hall", data=hall("К1") | {"verb": "export"}, headers=headers)
    assert unknown.status_code == 404


def test_a_hall_page_without_a_hall_leads_to_the_list_of_halls(day: ExamDay) -> None:
    door, headers = day.house.door, {"authorization": f"Bearer {day.house.token(day.people['hall К1'])}"}
    assert door.get("/session/hall", headers=headers).headers["location"] == "/session/"
    assert "К1" in door.get("/session/", headers=headers).text
    day.seat(9, "К1", "резервно")
    assert door.get("/session/hall", params=hall("К1"), headers=headers).status_code == 200


def test_strangers_are_led_to_the_log_in(day: ExamDay) -> None:
    for page in ("/session/hall?exam_id=2027-05&hall=К1", "/session/"):
        answer = day.house.door.get(page)
        assert (answer.status_code, answer.headers["location"]) == (303, "/admission/login")


def test_the_sitting_page_runs_only_scripts_of_its_own(day: ExamDay) -> None:
    page = day.house.door.get("/session/sit")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "<script>" not in page.text
    for script in ("sit.js", "queue.js", "door.js", "sit.css", "hall.js", "hall.css"):
        assert day.house.door.get(f"/session/static/{script}").status_code == 200
