"""The candidate's door, on a real database."""

from functools import partial

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import select

from chassis.plumbing import AuditRow
from contracts.events.session import AnswerSheetClosed, InstructionsRead, SittingStarted
from contracts.people import Mode
from services.session.rules.history import BEGINNING
from services.session.tables import HistoryRow, RefusedAnswer, Sheet
from tests.interface.session.exam_day import (
    EXAM,
    QUESTIONS,
    SUB_VARIANTS,
    ExamDay,
    at,
    at_their_computers,
    first,
    hall,
    refused,
)


def test_before_the_unlocking_the_screen_waits_and_holds_no_question(logged_in: ExamDay) -> None:
    screen = logged_in.screen(first(logged_in))
    assert screen["state"] == "logged_in"
    assert "questions" not in screen
    assert screen["unique_number"]
    refused(logged_in.answer(first(logged_in), 1, "А", 1), "SittingNotOpen")


def test_the_main_screen_shows_what_article_24_names(running: ExamDay) -> None:
    one = first(running)
    screen = running.screen(one)
    assert screen["variant"] == 1
    assert screen["exam_on"] == "2027-05-15"
    assert screen["remaining_seconds"] == 180 * 60
    assert screen["names"] == str(one.player.names)
    assert screen["identifier"] == one.player.identifier
    assert len(screen["unique_number"]) == 8
    assert screen["exam_username"] != one.player.email
    assert [question["number"] for question in screen["questions"]] == list(range(1, QUESTIONS + 1))
    assert list(screen["questions"][0]["options"]) == ["А", "Б", "В", "Г"]
    assert "correct" not in str(screen)


def test_questions_stand_in_the_order_of_the_sub_variant_and_neighbours_have_another(running: ExamDay) -> None:
    screens = [running.screen(one) for one in running.halls["К1"]]
    assert screens[0]["sub_variant"] != screens[1]["sub_variant"] != screens[2]["sub_variant"]
    for screen in screens:
        order = SUB_VARIANTS[screen["sub_variant"]]
        assert screen["questions"][0]["text"] == f"Учебен въпрос {order[0]}?"


def test_one_start_and_one_end_for_all_halls(running: ExamDay) -> None:
    started = running.said(SittingStarted)
    assert [one.hall for one in started] == ["К1", "К2"]
    assert {(one.started_at, one.ends_at) for one in started} == {(at("9:30"), at("12:30"))}


def test_a_late_log_in_gets_no_extra_time(day: ExamDay) -> None:
    day.envelopes("К1")
    day.envelopes("К2")
    day.on("9:25")
    for name in ("К1", "К2"):
        day.do(f"hall {name}", "record_instructions_read", **hall(name))
    day.open_variant()
    day.on("9:30")
    day.do("system", "unlock", exam_id=EXAM, session=1)
    day.on("10:00")
    assert day.log_in(first(day)).json()["sitting"]["remaining_seconds"] == 150 * 60


def test_an_answer_of_the_last_second_is_saved_and_of_the_next_refused_and_recorded(running: ExamDay) -> None:
    one = first(running)
    running.on("12:29:59")
    assert running.answer(one, 1, "А", 1).json()["verdict"] == "saved"
    running.on("12:30:00")
    refused(running.answer(one, 1, "Б", 2), "TimeExpired")
    with running.house.runtime.work() as work:
        assert work.session.scalars(select(Sheet.options).where(Sheet.answered > 0)).all() == ["А"]
        (recorded,) = work.session.scalars(select(RefusedAnswer)).all()
    assert (recorded.option, recorded.seq, recorded.reason, recorded.at) == ("Б", 2, "TimeExpired", at("12:30"))


def test_an_older_answer_never_overwrites_a_newer_one(running: ExamDay) -> None:
    one = first(running)
    assert running.answer(one, 7, "Б", 5).json()["verdict"] == "saved"
    late = running.answer(one, 7, "А", 4).json()
    assert (late["verdict"], late["stands"]) == ("superseded", {"option": "Б", "seq": 5})
    assert running.screen(one)["answers"] == {"7": {"option": "Б", "seq": 5}}


def test_the_same_answer_again_is_saved_once(running: ExamDay) -> None:
    one = first(running)
    answers = [running.answer(one, 7, "Б", 5).json()["verdict"] for _ in range(3)]
    assert answers == ["saved"] * 3
    with running.house.runtime.work() as work:
        assert len(work.session.scalars(select(HistoryRow).where(HistoryRow.action == "answer")).all()) == 1


def test_an_answer_can_be_taken_back(running: ExamDay) -> None:
    one = first(running)
    running.answer(one, 7, "Б", 1)
    running.answer(one, 7, None, 2)
    assert running.screen(one)["answers"] == {"7": {"option": None, "seq": 2}}
    assert running.screen(one)["answered"] == 0


def test_a_replay_gets_one_verdict_each_and_does_not_stop_at_the_first_error(running: ExamDay) -> None:
    one = first(running)
    running.answer(one, 1, "А", 9)
    sent = [
        {"question": 1, "option": "Б", "seq": 3},
        {"question": 91, "option": "А", "seq": 10},
        {"question": 2, "option": "Д", "seq": 11},
        {"question": 3, "option": "Г", "seq": 12, "client_at": "2027-05-15T06:31:00Z"},
        {"question": 3, "option": "В", "seq": 13, "client_at": "0001-01-01T00:00:00+14:00"},
    ]
    answer = running.live.post("/answers", json=sent, headers=running.line(one)).json()
    verdicts = [(told["verdict"], told.get("code")) for told in answer["verdicts"]]
    assert verdicts == [
        ("superseded", None),
        ("refused", "InvalidInput"),
        ("refused", "InvalidInput"),
        ("saved", None),
        ("saved", None),
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"option": "\xd0\x90"}',
        '{"option": "А", "seq": 0}'.encode(),
        '{"option": "А", "seq": 2147483648}'.encode(),
        '{"option": "А", "seq": true}'.encode(),
        '{"option": "АБ", "seq": 1}'.encode(),
        b'{"option": "\\u0000", "seq": 1}',
        '{"option": "А", "seq": 1, "more": 1}'.encode(),
        '{"option": "А", "seq": 1, "client_at": "yesterday"}'.encode(),
        b'{"option": "\xff", "seq": 1}',
    ],
)
def test_an_answer_that_is_none_is_refused_and_changes_nothing(running: ExamDay, body: bytes) -> None:
    one = first(running)
    headers = running.line(one) | {"content-type": "application/json"}
    refused(running.live.put("/answers/1", content=body, headers=headers), "InvalidInput", 422)
    assert running.screen(one)["answers"] == {}


def test_a_question_or_letter_that_the_test_does_not_have_is_refused(running: ExamDay) -> None:
    one = first(running)
    for question, option in ((91, "А"), (0, "А"), (10**12, "А"), (1, "Д"), (1, "A")):
        refused(running.answer(one, question, option, 1), "InvalidInput", 422)
    assert running.screen(one)["answers"] == {}


def test_a_body_over_the_limit_is_refused(running: ExamDay) -> None:
    one = first(running)
    refused(running.live.post("/answers", content=b" " * 300_000, headers=running.line(one)), "TooLarge", 413)


def test_the_address_of_an_answer_takes_nothing_but_a_put(running: ExamDay) -> None:
    line = running.line(first(running))
    answer = running.live.get("/answers/1", headers=line)
    assert (answer.status_code, answer.headers["allow"]) == (405, "PUT")
    for question in ("one", "²", "9" * 5000):
        asked = running.live.put(f"/answers/{question}", json={"option": "А", "seq": 1}, headers=line)
        assert asked.json()["code"] in {"NotFound", "InvalidInput"}, question
        assert asked.status_code in {404, 422}, question


def test_a_refused_answer_is_told_like_every_refusal(running: ExamDay) -> None:
    """The lane that an answer takes past the door's layers ends where it is refused."""
    told = running.live.put("/answers/1", content=b"{", headers=running.line(first(running)))
    assert (told.status_code, told.json()["code"]) == (415, "NotJson")
    assert told.headers["content-type"] == "application/problem+json"
    assert told.headers["x-content-type-options"] == "nosniff"
    assert told.headers["traceparent"].startswith("00-")


def test_a_token_of_another_sitting_or_none_opens_nothing(running: ExamDay) -> None:
    one, other = running.halls["К1"][:2]
    refused(running.live.get("/sitting"), "NotAuthenticated", 401)
    body, _, _ = one.token.partition(".")
    _, _, signature = other.token.partition(".")
    for forged in (f"{body}.{signature}", body, "", f"{one.token}x", "я.я", f"{body}."):
        headers = {"authorization": f"Bearer {forged}".encode()}
        refused(
            running.live.put("/answers/1", json={"option": "А", "seq": 1}, headers=headers), "NotAuthenticated", 401
        )
    running.answer(one, 1, "А", 1)
    assert running.screen(other)["answers"] == {}


def test_a_token_is_void_after_its_hours(running: ExamDay) -> None:
    running.on("21:40")
    refused(running.live.get("/sitting", headers=running.line(first(running))), "NotAuthenticated", 401)


def test_credentials_open_a_sitting_once(day: ExamDay) -> None:
    one = first(day)
    day.envelopes("К1")
    assert day.log_in(one).status_code == 200
    refused(day.log_in(one), "CredentialsUsed")


def test_an_answer_to_a_log_in_that_was_lost_may_be_asked_for_again_by_the_same_browser(day: ExamDay) -> None:
    one, browser = first(day), "6f1f34a4-3f5f-4a63-9a0f-0a4c8c3f3d11"
    day.envelopes("К1")
    numbers = [day.log_in(one, browser=browser).json()["sitting"]["unique_number"] for _ in range(2)]
    assert numbers[0] == numbers[1]
    refused(day.log_in(one, browser="11111111-3f5f-4a63-9a0f-0a4c8c3f3d11"), "CredentialsUsed")


def test_credentials_are_read_as_people_type_them(day: ExamDay) -> None:
    one = first(day)
    day.envelopes("К1")
    one.username, one.password = one.username.lower().replace("-", " "), one.password.lower().replace("-", "")
    assert day.log_in(one).status_code == 200


def test_wrong_credentials_are_refused_without_saying_which(day: ExamDay) -> None:
    day.envelopes("К1")
    one, other = day.halls["К1"][:2]
    for username, password in ((one.username, other.password), ("nobody", one.password)):
        answer = day.live.post("/login", json={"username": username, "password": password})
        refused(answer, "WrongCredentials", 401)
    refused(day.live.post("/login", json={"username": "x", "password": "y", "z": 1}), "InvalidInput", 422)


def test_printing_again_voids_what_was_printed_before(day: ExamDay) -> None:
    one, other = day.halls["К1"][:2]
    day.envelopes("К1")
    day.log_in(other)
    before = (one.username, one.password, other.username)
    day.envelopes("К1")
    answer = day.live.post("/login", json={"username": before[0], "password": before[1]})
    refused(answer, "WrongCredentials", 401)
    assert other.username == before[2], "who has logged in keeps the line"
    assert day.log_in(one).status_code == 200


@pytest.mark.parametrize(("place", "seat", "session"), [("К2", "1-1", 1), ("К1", "5-5", 1), ("К1", "1-1", 2)])
def test_sheets_printed_for_another_seat_hall_or_session_are_void(
    day: ExamDay, place: str, seat: str, session: int
) -> None:
    one = first(day)
    day.envelopes("К1")
    day.reseat(one, place, seat, session)
    refused(day.log_in(one), "WrongCredentials", 401)
    seats = day.house.ask("hall", day.people["system"], **hall(place)).json()["seats"]
    assert [it["has_credentials"] for it in seats if it["candidate_id"] == one.candidate_id] == [False]
    answer = day.house.tell("print_credentials", hall(place), day.people["system"], accept="application/json")
    (again,) = (it for it in answer.json()["credentials"] if it["candidate_id"] == one.candidate_id)
    one.username, one.password = again["username"], again["password"]
    day.on("14:45")
    assert day.log_in(one).status_code == 200


def test_the_same_seat_said_again_voids_nothing(day: ExamDay) -> None:
    one = first(day)
    day.envelopes("К1")
    day.reseat(one, one.hall, one.seat)
    assert day.log_in(one).status_code == 200


def test_nobody_logs_in_before_the_halls_open(day: ExamDay) -> None:
    day.envelopes("К1")
    day.on("8:29:59")
    refused(day.log_in(first(day)), "TooEarly")


def test_whoever_was_not_identified_before_the_instructions_were_read_does_not_log_in(day: ExamDay) -> None:
    """Art. 22, at once: the door of admission hears of the reading later."""
    late = day.seat(9, "К1", "2-1")
    at_their_computers(day)
    day.on("9:26")
    refused(day.log_in(late), "NotLetIn")
    assert day.log_in(first(day)).status_code == 200
    day.let_in(late)
    assert day.log_in(late).status_code == 200, "what the door said before the reading has come later"


def test_where_admission_is_not_heard_whoever_holds_an_envelope_is_let_in_by_a_recorded_decision(day: ExamDay) -> None:
    """Own choice: the broker may be away at 9:20, with a hall of identified people before their computers."""
    late = day.seat(9, "К1", "2-1")
    verb, facts = "let_in_by_envelope", {"exam_id": EXAM, "session": 1, "reason": "Брокерът не работи."}
    tell = partial(day.house.tell, verb, facts)
    refused(tell(day.people["system"]), "OutOfOrder")
    at_their_computers(day)
    day.on("9:26")
    refused(day.log_in(late), "NotLetIn")
    refused(tell(day.people["hall К1"]), "NotAllowed", 403)
    assert day.do("system", verb, **facts) == {"halls": ["К1", "К2"]}
    assert day.log_in(late).status_code == 200
    refused(tell(day.people["system"]), "AlreadyDone")
    with day.house.runtime.work() as work:
        (row,) = work.session.scalars(select(AuditRow).where(AuditRow.action == "halls:by_envelope")).all()
    assert row.facts == {"session": 1, "halls": ["К1", "К2"], "reason": "Брокерът не работи."}


def test_whoever_logged_in_before_the_reading_goes_on_at_another_computer_after_it(day: ExamDay) -> None:
    one = day.seat(9, "К1", "2-1")
    day.envelopes("К1")
    assert day.log_in(one).status_code == 200
    day.on("9:25")
    day.do("hall К1", "record_instructions_read", **hall("К1"))
    day.do("hall К1", "move_sitting", **one.about, seat="2-2")
    assert day.log_in(one).status_code == 200


def test_the_reading_is_told_once(day: ExamDay) -> None:
    day.on("9:25")
    day.do("hall К1", "record_instructions_read", **hall("К1"))
    day.refused("AlreadyDone", "hall К1", "record_instructions_read", **hall("К1"))
    (event,) = day.said(InstructionsRead)
    assert (event.hall, event.mode, event.session, event.read_at) == ("К1", Mode.ELECTRONIC, 1, at("9:25"))


def test_passwords_are_kept_only_as_keyed_hashes(day: ExamDay) -> None:
    day.envelopes("К1")
    password = first(day).password
    with psycopg.connect(day.house.runtime.settings.database_url.replace("+psycopg", "")) as database:
        tables = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            everything = database.execute(SQL("SELECT * FROM {}").format(Identifier(table))).fetchall()
            assert password not in str(everything)


def test_on_another_computer_the_sitting_goes_on_and_the_old_line_is_dead(running: ExamDay) -> None:
    one = first(running)
    running.answer(one, 5, "В", 1)
    old = running.line(one)
    running.do("hall К1", "move_sitting", **one.about, seat="2-1")
    refused(running.live.put("/answers/5", json={"option": "Г", "seq": 2}, headers=old), "LineMoved")
    running.on("10:30")
    screen = running.log_in(one).json()["sitting"]
    assert screen["answers"] == {"5": {"option": "В", "seq": 1}}
    assert screen["remaining_seconds"] == 120 * 60
    assert screen["seat"] == "2-1"
    assert running.answer(one, 5, "Г", 2).json()["verdict"] == "saved"
    refused(running.live.get("/sitting", headers=old), "LineMoved")
    refused(running.live.post("/submit", headers=old), "LineMoved")


def test_submission_is_final_and_tells_no_score(running: ExamDay) -> None:
    one = first(running)
    running.answer(one, 1, "А", 1)
    done = running.live.post("/submit", headers=running.line(one)).json()
    assert (done["answered"], done["open"]) == (1, 89)
    assert running.live.post("/submit", headers=running.line(one)).json() == done
    refused(running.answer(one, 2, "Б", 2), "SittingClosed")
    screen = running.screen(one)
    assert screen["state"] == "submitted"
    assert "questions" not in screen
    assert not {"correct", "score", "result"} & set(screen)


def test_a_submitted_sheet_leaves_for_grading_with_the_head_of_its_history(running: ExamDay) -> None:
    one = first(running)
    running.answer(one, 1, "А", 1)
    running.answer(one, 2, "Б", 2)
    running.answer(one, 2, None, 3)
    running.on("11:00")
    running.live.post("/submit", headers=running.line(one))
    (sheet,) = running.said(AnswerSheetClosed)
    assert sheet.answers == {"1": "А"}
    assert (sheet.outcome, sheet.started_at, sheet.ended_at) == ("submitted", at("9:30"), at("11:00"))
    with running.house.runtime.work() as work:
        head = work.session.scalars(select(Sheet.head).where(Sheet.outcome == "submitted")).one()
    assert head.hex() == sheet.history_sha256 != BEGINNING.hex()
