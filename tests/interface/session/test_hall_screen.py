"""What the hall's administrator sees of a running exam and does about it; what the chair and the director decide."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.session.tables import RefusedAnswer, Screen, Sitting
from tests.interface.session.exam_day import (
    EXAM,
    Candidate,
    ExamDay,
    at,
    decide,
    first,
    hall,
    heard_while,
    refused,
    start_paper,
    states,
)

SWITCHES = {"may_suspend": True, "may_give_time": True, "needs_locked_browser": False}


@pytest.fixture
def allowed(running: ExamDay) -> ExamDay:
    """The director has switched on what the ordinance does not name."""
    running.do("director", "configure_sittings", exam_id=EXAM, **SWITCHES)
    return running


def shown(day: ExamDay, name: str = "К1") -> dict[str, Any]:
    answer: dict[str, Any] = day.house.ask("hall", day.people["system"], **hall(name)).json()
    return answer


def page(day: ExamDay, who: str, **place: str) -> str:
    headers = {"authorization": f"Bearer {day.house.token(day.people[who])}"}
    return day.house.door.get("/session/hall", params=hall("К1") | place, headers=headers).text


def incident(day: ExamDay, code: str, one: Candidate | None = None, **more: Any) -> str:
    whose: dict[str, Any] = {} if one is None else {"candidate_id": one.candidate_id}
    place = hall("К1" if one is None else one.hall)
    told = day.do(f"hall {place['hall']}", "record_incident", **place, **whose, code=code, description="видяно", **more)
    return str(told["incident_id"])


def seen(day: ExamDay, one: Candidate, hour: str) -> None:
    with day.house.runtime.work() as work:
        sitting = work.session.scalars(select(Sitting.sitting_id).where(Sitting.candidate_id == one.candidate_id)).one()
        work.session.merge(Screen(sitting_id=sitting, seen_at=at(hour)))


# ---- the line


def test_the_hall_sees_since_when_a_screen_is_not_on_the_line(running: ExamDay) -> None:
    one, other, _ = running.halls["К1"]
    seen(running, one, "10:00:00")
    seen(running, other, "10:00:41")
    running.on("10:01:00")
    since = [seat["lost_since"] for seat in shown(running)["seats"]]
    assert since == ["2027-05-15T07:00:00+00:00", None, "2027-05-15T06:25:00+00:00"]
    told = page(running, "hall К1")
    assert told.index("без връзка от") < told.index("<svg"), "it stands above the picture"
    assert "10:00" in told


def test_an_answer_is_a_sign_of_life_too(running: ExamDay) -> None:
    one = first(running)
    running.on("10:00:50")
    running.answer(one, 1, "А", 1)
    running.on("10:01:00")
    assert [seat["lost_since"] is None for seat in shown(running)["seats"]] == [True, False, False]


def test_nobody_misses_the_screen_of_one_who_has_ended_or_not_begun(running: ExamDay) -> None:
    one = first(running)
    running.live.post("/submit", headers=running.line(one))
    running.seat(9, "К1", "2-1")
    running.on("11:00")
    since = {seat["state"]: seat["lost_since"] for seat in shown(running)["seats"]}
    assert (since["submitted"], since["expected"]) == (None, None)
    assert since["answering"] is not None


def test_a_stream_keeps_its_screen_on_the_line_and_one_of_an_old_line_does_not(running: ExamDay) -> None:
    one, other = running.halls["К1"][:2]
    running.do("hall К1", "move_sitting", **other.about, seat="2-2")
    running.on("11:00")

    def announce() -> None:
        running.do("hall К1", "announce", **hall("К1"), text="Тишина, моля.")

    for candidate in (one, other):
        heard_while(running, candidate, announce, until="announcement")
    assert [seat["lost_since"] is None for seat in shown(running)["seats"]] == [True, False, False]


def test_a_screen_that_says_so_is_on_the_line(running: ExamDay) -> None:
    one = first(running)
    running.on("11:00")
    refused(running.live.post("/here"), "NotAuthenticated", 401)
    assert running.live.post("/here", headers=running.line(one)).json() == {}
    until = time.monotonic() + 10
    while shown(running)["seats"][0]["lost_since"] is not None:
        assert time.monotonic() < until
        running.screen(one)  # the door works while it is asked
    assert [seat["lost_since"] is None for seat in shown(running)["seats"]] == [True, False, False]


# ---- announcements


def test_what_is_announced_to_a_hall_is_kept_and_told_to_its_screens(running: ExamDay) -> None:
    running.on("10:15")
    one, text = first(running), "Отворете прозорците, шумът ще спре."
    told = heard_while(
        running, one, lambda: running.do("hall К1", "announce", **hall("К1"), text=text), until="announcement"
    )
    assert told["text"] == text
    running.on("12:15")
    running.do("hall К1", "announce_remaining", **hall("К1"))
    spoken: list[dict[str, Any]] = [{"kind": "text", "minutes": None, "text": text, "at": "2027-05-15T07:15:00+00:00"}]
    spoken += [{"kind": "remaining", "minutes": 15, "text": None, "at": "2027-05-15T09:15:00+00:00"}]
    assert shown(running)["announcements"] == running.screen(one)["announcements"] == spoken
    assert running.screen(running.halls["К2"][0])["announcements"] == []
    assert text in page(running, "hall К1")
    running.refused("NotOfThisHall", "hall К2", "announce", **hall("К1"), text=text)


def test_nothing_is_announced_to_a_hall_that_has_ended(running: ExamDay) -> None:
    running.on("12:30")
    running.do("hall К1", "end_hall", **hall("К1"))
    running.refused("OutOfOrder", "hall К1", "announce", **hall("К1"), text="…")


# ---- incidents


def test_an_incident_has_a_code_and_the_level_of_the_code_or_a_higher_one(running: ExamDay) -> None:
    one = first(running)
    incident(running, "unwell", one)
    incident(running, "computer_failed", one, level=1)
    incident(running, "noise", level=2)
    told = [(found["code"], found["level"], found["seat"], found["waits"]) for found in shown(running)["incidents"]]
    assert sorted(told, key=str) == [
        ("computer_failed", 2, "1-1", True),
        ("noise", 2, None, True),
        ("unwell", 1, "1-1", False),
    ]
    assert told[-1][0] == "unwell", "what waits for a decision stands above what does not"
    assert "неразположение" in page(running, "hall К1")
    running.refused("InvalidInput", "hall К1", "record_incident", **hall("К1"), code="boredom", description="…")


def test_an_incident_belongs_to_the_hall_of_its_candidate(running: ExamDay) -> None:
    stranger = running.halls["К2"][0]
    fields = {"code": "unwell", "description": "…", "candidate_id": stranger.candidate_id}
    running.refused("OutOfOrder", "hall К1", "record_incident", **hall("К1"), **fields)
    running.refused("NotOfThisHall", "hall К2", "record_incident", **hall("К1"), code="noise", description="…")


def test_the_chair_decides_once_on_what_asks_for_it(running: ExamDay) -> None:
    asks, note = incident(running, "objection", first(running)), incident(running, "unwell", first(running))
    told = {"exam_id": EXAM, "decision": "Възражението не се приема."}
    running.refused("NotAllowed", "hall К1", "decide_incident", incident_id=asks, **told)
    running.refused("OutOfOrder", "chair", "decide_incident", incident_id=note, **told)
    running.do("chair", "decide_incident", incident_id=asks, **told)
    running.refused("AlreadyDone", "chair", "decide_incident", incident_id=asks, **told)
    (decided,) = [one for one in shown(running)["incidents"] if one["incident_id"] == asks]
    assert (decided["decision"], decided["waits"]) == ("Възражението не се приема.", False)


def test_the_chair_may_dismiss_a_report_of_cheating_with_a_reason(running: ExamDay) -> None:
    one = first(running)
    report = running.do("hall К1", "report_cheating", **one.about, reason="talking", description="шепот")
    running.do("chair", "propose_annulment", **one.about, reason="talking")
    told = {"exam_id": EXAM, "incident_id": report["incident_id"], "decision": "Говорил е сам."}
    assert running.refused("OutOfOrder", "chair", "decide_incident", **told)["article"] == "чл. 28, ал. 1"
    running.house.at(at("9:35") + timedelta(days=2))
    running.do("chair", "decide_incident", **told)
    (found,) = running.house.ask("incidents", running.people["chair"], exam_id=EXAM).json()["incidents"]
    assert (found["decision"], found["waits"], found["annulled_at"]) == ("Говорил е сам.", False, None)


def test_a_report_on_which_annulment_was_decided_is_not_dismissed(running: ExamDay) -> None:
    one = first(running)
    report = running.do("hall К1", "report_cheating", **one.about, reason="copying", description="…")
    decide(running, one)
    told = {"exam_id": EXAM, "incident_id": report["incident_id"], "decision": "…"}
    running.refused("AlreadyDone", "chair", "decide_incident", **told)


# ---- suspension


def test_no_screen_is_suspended_unless_the_director_allowed_it(running: ExamDay) -> None:
    running.refused("NotSwitchedOn", "hall К1", "suspend_screen", **first(running).about, reason="…")
    running.refused("NotAllowed", "chair", "configure_sittings", exam_id=EXAM, **SWITCHES)
    assert shown(running)["switches"] == dict.fromkeys(SWITCHES, False)


def test_a_suspended_screen_takes_no_answer_and_keeps_what_it_has(allowed: ExamDay) -> None:
    one = first(allowed)
    allowed.answer(one, 1, "А", 1)
    about = one.about | {"reason": "проверка на самоличността"}
    allowed.refused("NotOfThisHall", "hall К2", "suspend_screen", **about)
    told = heard_while(allowed, one, lambda: allowed.do("hall К1", "suspend_screen", **about), until="suspension")
    assert told["is_suspended"] is True
    allowed.refused("AlreadyDone", "hall К1", "suspend_screen", **about)
    refused(allowed.answer(one, 1, "Б", 2), "ScreenSuspended")
    refused(allowed.live.post("/submit", headers=allowed.line(one)), "ScreenSuspended")
    screen = allowed.screen(one)
    assert (screen["state"], "questions" in screen, screen["answers"]["1"]["option"]) == ("suspended", False, "А")
    assert states(allowed, "К1") == ["suspended", "answering", "answering"]
    allowed.do("hall К1", "lift_suspension", **about)
    assert allowed.refused("OutOfOrder", "hall К1", "lift_suspension", **about)["article"] == "Собствено правило"
    assert allowed.answer(one, 1, "Б", 2).json()["verdict"] == "saved"
    with allowed.house.runtime.work() as work:
        (kept,) = work.session.scalars(select(RefusedAnswer)).all()
    assert kept.reason == "ScreenSuspended"


def test_time_goes_on_while_a_screen_is_suspended(allowed: ExamDay) -> None:
    one = first(allowed)
    allowed.do("hall К1", "suspend_screen", **one.about, reason="…")
    assert allowed.screen(one)["ends_at"] == "2027-05-15T09:30:00+00:00"
    allowed.on("12:30")
    refused(allowed.answer(one, 1, "А", 1), "TimeExpired")
    allowed.on("12:31")
    allowed.sweep()
    assert states(allowed, "К1")[0] == "time_expired"


def test_what_is_suspended_can_still_leave_and_be_annulled(allowed: ExamDay) -> None:
    one = first(allowed)
    allowed.do("hall К1", "suspend_screen", **one.about, reason="…")
    allowed.do("hall К1", "record_leaving", **one.about)
    allowed.refused("AlreadyDone", "hall К1", "record_leaving", **one.about)
    allowed.do("hall К1", "record_return", **one.about)
    decide(allowed, one)
    allowed.do("system", "terminate_access", **one.about)
    assert states(allowed, "К1")[0] == "annulled"


# ---- time given back


def propose(day: ExamDay, found: str, minutes: int = 10) -> None:
    day.do("chair", "propose_time", exam_id=EXAM, incident_id=found, minutes=minutes, reason="Сменен компютър.")


def test_no_time_is_given_back_unless_the_director_allowed_it(running: ExamDay) -> None:
    found = incident(running, "computer_failed", first(running))
    fields = {"exam_id": EXAM, "incident_id": found, "minutes": 10, "reason": "…"}
    running.refused("NotSwitchedOn", "chair", "propose_time", **fields)
    running.refused("NotSwitchedOn", "director", "confirm_time", exam_id=EXAM, incident_id=found)


def test_time_is_given_back_by_chair_and_director_and_moves_the_end_of_that_sitting_only(allowed: ExamDay) -> None:
    one, other = allowed.halls["К1"][:2]
    found = incident(allowed, "computer_failed", one)
    allowed.on("10:20")
    allowed.refused("NotFound", "director", "confirm_time", exam_id=EXAM, incident_id=found)
    propose(allowed, found)
    allowed.refused("NotAllowed", "chair", "confirm_time", exam_id=EXAM, incident_id=found)
    told = heard_while(
        allowed,
        one,
        lambda: allowed.do("director", "confirm_time", exam_id=EXAM, incident_id=found),
        until="time",
    )
    assert (told["ends_at"], told["minutes"]) == ("2027-05-15T09:40:00+00:00", 10)
    assert allowed.screen(one)["remaining_seconds"] == 140 * 60
    assert allowed.screen(other)["remaining_seconds"] == 130 * 60
    allowed.refused("AlreadyDone", "director", "confirm_time", exam_id=EXAM, incident_id=found)
    (decided,) = shown(allowed)["incidents"]
    assert (decided["minutes_given"], decided["decision"]) == (10, "Сменен компютър.")
    assert re.search(r"собствен край <time[^>]*>12:40<", page(allowed, "hall К1", candidate_id=one.candidate_id))


def test_with_time_given_back_answers_are_taken_to_the_new_end_and_the_hall_ends_after_it(allowed: ExamDay) -> None:
    one, other = allowed.halls["К1"][:2]
    found = incident(allowed, "computer_failed", one)
    propose(allowed, found)
    allowed.do("director", "confirm_time", exam_id=EXAM, incident_id=found)
    allowed.on("12:39:59")
    assert allowed.answer(one, 1, "А", 1).json()["verdict"] == "saved"
    refused(allowed.answer(other, 1, "А", 1), "TimeExpired")
    allowed.sweep()
    assert states(allowed, "К1") == ["answering", "time_expired", "time_expired"]
    allowed.refused("TooEarly", "hall К1", "end_hall", **hall("К1"))
    allowed.on("12:40")
    refused(allowed.answer(one, 1, "Б", 2), "TimeExpired")
    allowed.do("hall К1", "end_hall", **hall("К1"))


def test_an_incident_of_the_whole_hall_gives_time_to_everybody_who_still_works(allowed: ExamDay) -> None:
    one, other, _ = allowed.halls["К1"]
    allowed.live.post("/submit", headers=allowed.line(other))
    found = incident(allowed, "power_lost")
    propose(allowed, found, minutes=25)
    allowed.do("director", "confirm_time", exam_id=EXAM, incident_id=found)
    assert shown(allowed)["ends_at"] == "2027-05-15T09:55:00+00:00"
    assert allowed.screen(one)["ends_at"] == "2027-05-15T09:55:00+00:00"
    assert allowed.screen(other)["ends_at"] == "2027-05-15T09:30:00+00:00"
    assert shown(allowed, "К2")["ends_at"] == "2027-05-15T09:30:00+00:00"


def test_no_time_is_given_to_a_sitting_that_has_ended_or_for_a_report_of_cheating(allowed: ExamDay) -> None:
    one, other = allowed.halls["К1"][:2]
    found = incident(allowed, "computer_failed", one)
    propose(allowed, found)
    allowed.live.post("/submit", headers=allowed.line(one))
    allowed.refused("SittingClosed", "director", "confirm_time", exam_id=EXAM, incident_id=found)
    report = allowed.do("hall К1", "report_cheating", **other.about, reason="notes", description="…")
    fields = {"exam_id": EXAM, "incident_id": report["incident_id"], "minutes": 5, "reason": "…"}
    allowed.refused("OutOfOrder", "chair", "propose_time", **fields)


def test_on_paper_the_hall_gets_time_together(day: ExamDay) -> None:
    day.do("director", "configure_sittings", exam_id=EXAM, **SWITCHES)
    start_paper(day)
    day.on("10:00")
    told = day.do("hall Х1", "record_incident", **hall("Х1"), code="evacuation", description="сигнал за пожар")
    propose(day, told["incident_id"], minutes=30)
    day.do("director", "confirm_time", exam_id=EXAM, incident_id=told["incident_id"])
    assert shown(day, "Х1")["ends_at"] == at("13:06").isoformat()
    alone = incident(day, "unwell", day.halls["Х1"][0])
    propose(day, alone)
    day.refused("NotOfThisMode", "director", "confirm_time", exam_id=EXAM, incident_id=alone)


# ---- the page


def test_the_page_does_what_its_new_buttons_say(running: ExamDay) -> None:
    one = first(running)
    door = running.house.door

    def press(who: str, **form: str) -> int:
        headers = {"authorization": f"Bearer {running.house.token(running.people[who])}"}
        return door.post("/session/hall", data=hall("К1") | form, headers=headers).status_code

    whose = {"candidate_id": one.candidate_id}
    assert press("director", verb="configure_sittings", may_suspend="on", may_give_time="on") == 303
    assert shown(running)["switches"] == SWITCHES
    assert press("hall К1", verb="suspend_screen", reason="проверка", **whose) == 303
    assert 'class="seat suspended' in page(running, "hall К1")
    assert press("hall К1", verb="lift_suspension", reason="проверено", **whose) == 303
    recorded = {"code": "computer_failed", "level": "1", "description": "угасна"}
    assert press("hall К1", verb="record_incident", **recorded, **whose) == 303
    assert press("hall К1", verb="announce", text="Запазете тишина.") == 303
    found = shown(running)["incidents"][0]["incident_id"]
    assert "Предлагане на време" in page(running, "chair")
    assert press("chair", verb="propose_time", incident_id=found, minutes="5", reason="смяна") == 303
    assert "Потвърждаване на времето" in page(running, "director")
    assert press("director", verb="confirm_time", incident_id=found) == 303
    assert press("director", verb="confirm_time", incident_id=found) == 409
    assert "+5 мин." in page(running, "hall К1")
    assert press("director", verb="configure_sittings") == 303
    assert shown(running)["switches"] == dict.fromkeys(SWITCHES, False)
