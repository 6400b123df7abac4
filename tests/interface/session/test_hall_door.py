"""What the halls, the administrators of the system, the chair and the director do, through the web door."""

import io
from typing import Any

import pikepdf
import pytest

from chassis.audit import first_break
from chassis.plumbing import AuditRow, DocumentRow
from contracts.events.session import (
    AnswerSheetClosed,
    CandidateLeftHall,
    MaterialsHandedIn,
    SittingAnnulled,
    SittingsEnded,
    SittingStarted,
)
from contracts.people import Mode, Role
from services.session.documents import DOCUMENTS
from services.session.worker import render_documents
from tests.interface.session.exam_day import EXAM, Candidate, ExamDay, at


def hall(name: str) -> dict[str, str]:
    return {"exam_id": EXAM, "hall": name}


def states(day: ExamDay, name: str) -> list[str]:
    seats = day.house.ask("hall", day.people["system"], **hall(name)).json()["seats"]
    return [seat["state"] for seat in seats]


def decide(day: ExamDay, one: Candidate, reason: str = "copying") -> None:
    day.do("chair", "propose_annulment", **one.about, reason=reason)
    day.do("director", "confirm_annulment", **one.about)


def documents(day: ExamDay) -> set[tuple[str, str]]:
    with day.house.runtime.work() as work:
        return {(row.kind, row.subject) for row in work.session.query(DocumentRow)}


def test_the_system_is_not_unlocked_before_half_past_nine(logged_in: ExamDay) -> None:
    logged_in.on("9:29:59")
    refusal = logged_in.refused("TooEarly", "system", "unlock", exam_id=EXAM, session=1)
    assert "чл. 24, ал. 1" in refusal["sentence"]["bg"]


def test_the_system_is_not_unlocked_before_the_variant_was_opened(day: ExamDay) -> None:
    day.on("9:30")
    for name in ("К1", "К2"):
        day.do(f"hall {name}", "record_instructions_read", **hall(name))
    day.refused("OutOfOrder", "system", "unlock", exam_id=EXAM, session=1)


def test_the_system_is_not_unlocked_while_a_hall_has_not_heard_the_instructions(day: ExamDay) -> None:
    day.open_variant()
    day.on("9:30")
    day.do("hall К1", "record_instructions_read", **hall("К1"))
    refusal = day.refused("OutOfOrder", "system", "unlock", exam_id=EXAM, session=1)
    assert "К2" in refusal["sentence"]["bg"]


def test_the_system_is_unlocked_once_and_by_its_administrators_only(running: ExamDay) -> None:
    running.refused("AlreadyDone", "system", "unlock", exam_id=EXAM, session=1)
    running.refused("NotAllowed", "hall К1", "unlock", exam_id=EXAM, session=1)
    running.refused("NotFound", "system", "unlock", exam_id=EXAM, session=3)


def test_instructions_are_not_read_before_twenty_past_nine(day: ExamDay) -> None:
    day.on("9:19:59")
    day.refused("TooEarly", "hall К1", "record_instructions_read", **hall("К1"))
    day.refused("TooEarly", "hall Х1", "record_instructions_read", **hall("Х1"))


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


def test_nobody_leaves_before_the_start(logged_in: ExamDay) -> None:
    logged_in.refused("OutOfOrder", "hall К1", "record_leaving", **logged_in.halls["К1"][0].about)


def test_a_sitting_is_not_moved_onto_a_seat_that_is_taken(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    running.refused("SeatTaken", "hall К1", "move_sitting", **one.about, seat="1-2")
    running.do("hall К1", "move_sitting", **one.about, seat="1-1")


def test_remaining_time_is_announced_in_the_last_fifteen_minutes(running: ExamDay) -> None:
    running.on("12:14:59")
    running.refused("TooEarly", "hall К1", "announce_remaining", **hall("К1"))
    running.on("12:15")
    assert running.do("hall К1", "announce_remaining", **hall("К1")) == {"minutes": 15}
    assert running.screen(running.halls["К1"][0])["announcements"][0]["minutes"] == 15


def test_a_hall_ends_when_the_time_is_over_or_everybody_has_submitted(running: ExamDay) -> None:
    running.on("11:00")
    running.refused("TooEarly", "hall К1", "end_hall", **hall("К1"))
    for one in running.halls["К1"]:
        running.live.post("/submit", headers=running.line(one))
    assert running.do("hall К1", "end_hall", **hall("К1"))["closed"] == 0
    running.on("12:30")
    assert running.do("hall К2", "end_hall", **hall("К2"))["closed"] == 1
    assert [one.outcome for one in running.said(AnswerSheetClosed)] == ["submitted"] * 3 + ["time_expired"]


def test_annulment_needs_the_commission_and_the_director_and_then_no_answer_is_accepted(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    running.do("hall К1", "report_cheating", **one.about, reason="copying", description="Преписва от лист.")
    running.refused("OutOfOrder", "system", "terminate_access", **one.about)
    running.refused("NotFound", "director", "confirm_annulment", **one.about)
    running.do("chair", "propose_annulment", **one.about, reason="copying")
    running.refused("NotAllowed", "chair", "confirm_annulment", **one.about)
    running.refused("OutOfOrder", "system", "terminate_access", **one.about)
    assert running.answer(one, 1, "А", 1).json()["verdict"] == "saved", "until the decision the sitting goes on"
    running.do("director", "confirm_annulment", **one.about)
    assert running.said(SittingAnnulled) == []
    running.on("10:00")
    running.do("system", "terminate_access", **one.about)
    assert running.answer(one, 2, "А", 2).json()["code"] == "SittingClosed"
    assert running.screen(one)["state"] == "annulled"
    (annulled,), (sheet,) = running.said(SittingAnnulled), running.said(AnswerSheetClosed)
    assert (annulled.reason, annulled.annulled_at) == ("copying", at("10:00"))
    assert (sheet.outcome, sheet.answers) == ("annulled", {"1": "А"})
    running.refused("AlreadyDone", "system", "terminate_access", **one.about)
    running.refused("AlreadyDone", "chair", "propose_annulment", **one.about, reason="notes")


def test_one_person_is_never_both_persons_of_an_annulment(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    running.do("chair", "propose_annulment", **one.about, reason="copying")
    both = frozenset({(Role.CHAIR, EXAM), (Role.DIRECTOR, EXAM)})
    running.people["both"] = type(running.people["chair"])("person-chair", both, "")
    running.refused("SamePerson", "both", "confirm_annulment", **one.about)


def test_a_sitting_whose_annulment_is_decided_closes_as_annulled_even_after_the_end(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    decide(running, one)
    running.on("12:31")
    running.sweep()
    assert len(running.said(AnswerSheetClosed)) == 3
    running.do("system", "terminate_access", **one.about)
    assert [sheet.outcome for sheet in running.said(AnswerSheetClosed)][-1] == "annulled"


def test_on_paper_the_decision_itself_annuls(day: ExamDay) -> None:
    one = day.halls["Х1"][0]
    start_paper(day)
    decide(day, one, "devices")
    (event,) = day.said(SittingAnnulled)
    assert (event.mode, event.reason) == (Mode.PAPER, "devices")
    day.refused("NotOfThisMode", "system", "terminate_access", **one.about)


def start_paper(day: ExamDay) -> None:
    day.on("9:30")
    day.do("hall Х1", "record_instructions_read", **hall("Х1"))
    day.on("9:36")
    day.do("hall Х1", "start_paper", **hall("Х1"))


def test_a_paper_hall_starts_when_the_tests_are_handed_out_and_has_its_own_end(day: ExamDay) -> None:
    day.on("9:31")
    day.refused("OutOfOrder", "hall Х1", "start_paper", **hall("Х1"))
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
    day.refused("TooEarly", "hall Х1", "end_hall", **hall("Х1"))
    day.do("hall Х1", "hand_in", **other.about)
    day.do("hall Х1", "end_hall", **hall("Х1"))
    day.do("hall Х1", "reconcile_hall", **hall("Х1"), envelopes=2)
    (ended,) = day.said(SittingsEnded)
    assert (ended.mode, ended.session, ended.appeared) == (Mode.PAPER, 1, 2)
    assert len(day.said(MaterialsHandedIn)) == 2


def test_nobody_at_a_computer_hands_in_before_the_sitting_has_ended(running: ExamDay) -> None:
    running.refused("OutOfOrder", "hall К1", "hand_in", **running.halls["К1"][0].about)


def finish(day: ExamDay, name: str, *, but: int = 0) -> None:
    """Everybody in the hall hands in, but for so many."""
    day.on("12:31")
    day.do(f"hall {name}", "end_hall", **hall(name))
    for one in day.halls[name][but:]:
        day.do(f"hall {name}", "hand_in", **one.about)


def test_envelopes_that_are_not_as_many_as_those_who_came_are_refused(running: ExamDay) -> None:
    running.refused("OutOfOrder", "hall К1", "reconcile_hall", **hall("К1"), envelopes=3)
    finish(running, "К1", but=1)
    refusal = running.refused("EnvelopesDiffer", "hall К1", "reconcile_hall", **hall("К1"), envelopes=2)
    assert refusal["article"] == "чл. 30, ал. 1; чл. 41, ал. 1"
    running.refused("OutOfOrder", "hall К1", "reconcile_hall", **hall("К1"), envelopes=3)
    running.do("hall К1", "hand_in", **running.halls["К1"][0].about)
    assert running.do("hall К1", "reconcile_hall", **hall("К1"), envelopes=3)["sittings_ended"] is False
    running.refused("AlreadyDone", "hall К1", "reconcile_hall", **hall("К1"), envelopes=3)


def test_sittings_have_ended_when_the_last_hall_of_the_mode_has_counted(running: ExamDay) -> None:
    finish(running, "К1")
    running.do("hall К1", "reconcile_hall", **hall("К1"), envelopes=3)
    assert running.said(SittingsEnded) == []
    finish(running, "К2")
    assert running.do("hall К2", "reconcile_hall", **hall("К2"), envelopes=1)["sittings_ended"] is True
    (ended,) = running.said(SittingsEnded)
    assert (ended.mode, ended.appeared) == (Mode.ELECTRONIC, 4)


def test_a_hall_is_not_counted_while_it_is_not_known_of_somebody_whether_he_came(running: ExamDay) -> None:
    unknown = running.seat(9, "К1", "2-1")
    running.on("12:31")
    running.do("hall К1", "end_hall", **hall("К1"))
    for one in running.halls["К1"][:3]:
        running.do("hall К1", "hand_in", **one.about)
    running.refused("OutOfOrder", "hall К1", "reconcile_hall", **hall("К1"), envelopes=3)
    running.close_door(unknown)
    running.do("hall К1", "reconcile_hall", **hall("К1"), envelopes=3)


def test_a_hall_is_not_counted_while_a_decided_annulment_waits(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    decide(running, one)
    finish(running, "К1", but=1)
    running.refused("OutOfOrder", "hall К1", "reconcile_hall", **hall("К1"), envelopes=3)
    running.do("system", "terminate_access", **one.about)
    running.do("hall К1", "hand_in", **one.about)
    running.do("hall К1", "reconcile_hall", **hall("К1"), envelopes=3)
    assert ("annulment_protocol", "К1") in documents(running)


def test_the_protocols_of_a_hall_are_ordered_and_rendered(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    running.do("system", "issue_protocol_2", **hall("К1"))
    running.do("hall К1", "report_cheating", **one.about, reason="copying", description="Преписва от лист.")
    decide(running, one)
    running.do("system", "terminate_access", **one.about)
    finish(running, "К1")
    running.do("hall К1", "reconcile_hall", **hall("К1"), envelopes=3)
    assert documents(running) == {
        ("appendix_4", EXAM),
        ("appendix_8", EXAM),
        ("appendix_5", "К1"),
        ("annulment_protocol", "К1"),
        ("envelopes_count", "К1"),
    }
    render_documents(running.house.runtime, None)  # type: ignore[arg-type]  # the job carries nothing that is read
    listed = running.house.ask("documents", running.people["chair"], exam_id=EXAM).json()["documents"]
    assert all(document["rendered"] for document in listed)
    assert len(listed) == 6, "protocol 2 for signature, and its last issue"
    assert {document["kind"] for document in listed} <= set(DOCUMENTS.kinds)


def test_one_who_did_not_come_is_shown_so_and_cannot_log_in(day: ExamDay) -> None:
    late = day.seat(9, "К1", "2-1")
    day.envelopes("К1")
    day.close_door(late)
    assert states(day, "К1")[-1] == "absent"
    assert day.log_in(late).json()["code"] == "OutOfOrder"


def test_the_export_holds_every_history_and_no_name(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    running.answer(one, 1, "А", 1)
    running.live.post("/submit", headers=running.line(one))
    export = running.house.ask("export", running.people["director"], exam_id=EXAM)
    mine = next(s for s in export.json()["sittings"] if s["candidate_id"] == one.candidate_id)
    assert mine["answers"] == {"1": "А"}
    assert [entry["action"] for entry in mine["history"]] == ["login", "answer"]
    assert mine["history"][-1]["sha256"] == mine["history_sha256"]
    for secret in (one.player.identifier, one.player.names.last, one.password):
        assert secret not in export.text
    assert running.house.ask("export", running.people["hall К1"], exam_id=EXAM).json()["code"] == "NotAllowed"


def test_the_audit_chain_holds_and_names_nobody(running: ExamDay) -> None:
    decide(running, running.halls["К1"][0])
    with running.house.runtime.work() as work:
        rows = work.session.query(AuditRow).order_by(AuditRow.number).all()
    assert first_break(rows, "session") is None
    told = str([row.facts for row in rows])
    for one in running.halls["К1"]:
        assert one.player.identifier not in told
        assert one.player.names.last not in told


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
    assert page.text.count('class="seat answering"') == 3
    form = hall("К1") | {"verb": "record_leaving", "candidate_id": one.candidate_id}
    answer = door.post("/session/hall", data=form, headers=headers)
    assert answer.status_code == 303
    assert 'class="seat out_of_hall chosen"' in door.get(answer.headers["location"], headers=headers).text
    again = door.post("/session/hall", data=form, headers=headers)
    assert again.status_code == 409
    assert "Действието вече е извършено" in again.text
    unknown = door.post("/session/hall", data=hall("К1") | {"verb": "export"}, headers=headers)
    assert unknown.status_code == 404


def test_a_candidate_who_did_not_come_has_no_sheet_in_the_export(day: ExamDay) -> None:
    late = day.seat(9, "К1", "спомагателно")
    day.close_door(late)
    export = day.house.ask("export", day.people["director"], exam_id=EXAM).json()
    mine = next(one for one in export["sittings"] if one["candidate_id"] == late.candidate_id)
    assert mine["appeared"] is False
    assert "history" not in mine


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
