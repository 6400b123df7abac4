"""Art. 31: where computers are short, a second session sits on the same day: its own hours, the other variant."""

import pytest

from contracts.events.session import AnswerSheetClosed, SittingsEnded, SittingStarted
from contracts.people import Mode, Role
from tests.interface.session.exam_day import EXAM, Candidate, ExamDay, at, first, hall, refused, states


@pytest.fixture
def afternoon(running: ExamDay) -> ExamDay:
    """The first session runs; two candidates have seats in hall К3 for the second one, and their envelopes."""
    running.appoint("hall К3", Role.HALL_ADMINISTRATOR, "К3")
    for number in (11, 12):
        running.seat(number, "К3", f"1-{number - 10}", session=2)
    running.envelopes("К3")
    return running


@pytest.fixture
def second_runs(afternoon: ExamDay) -> ExamDay:
    """The other variant was opened and the second session unlocked at half past three."""
    _seat_second(afternoon)
    afternoon.open_variant(2)
    afternoon.on("15:30")
    afternoon.do("system", "unlock", exam_id=EXAM, session=2)
    return afternoon


def _seat_second(day: ExamDay, *, but: Candidate | None = None) -> None:
    day.on("14:45")
    seated = [one for one in day.halls["К3"] if one is not but]
    for one in seated:
        day.let_in(one)
    day.on("15:25")
    day.do("hall К3", "record_instructions_read", **hall("К3"))
    for one in seated:
        assert day.log_in(one).status_code == 200


def second(day: ExamDay) -> Candidate:
    return day.halls["К3"][0]


def test_the_second_session_has_its_own_hours(afternoon: ExamDay) -> None:
    afternoon.on("14:29:59")
    early = afternoon.log_in(second(afternoon))
    refused(early, "TooEarly")
    assert early.json()["article"] == "чл. 31, ал. 1, т. 2"
    afternoon.on("15:19:59")
    unread = afternoon.refused("TooEarly", "hall К3", "record_instructions_read", **hall("К3"))
    assert unread["article"] == "чл. 31, ал. 1, т. 5"
    _seat_second(afternoon)
    afternoon.open_variant(2)
    afternoon.on("15:29:59")
    locked = afternoon.refused("TooEarly", "system", "unlock", exam_id=EXAM, session=2)
    assert locked["article"] == "чл. 31, ал. 1, т. 6"
    afternoon.on("15:30")
    assert afternoon.do("system", "unlock", exam_id=EXAM, session=2)["halls"] == ["К3"]
    started = [one for one in afternoon.said(SittingStarted) if one.session == 2]
    assert [(one.hall, one.started_at, one.ends_at) for one in started] == [("К3", at("15:30"), at("18:30"))]


def test_who_comes_late_to_the_second_session_is_refused_with_its_article(afternoon: ExamDay) -> None:
    late = afternoon.seat(13, "К3", "1-3", session=2)
    afternoon.envelopes("К3")
    _seat_second(afternoon, but=late)
    answer = afternoon.log_in(late)
    refused(answer, "NotLetIn")
    assert answer.json()["article"] == "чл. 31, ал. 1, т. 3"


def test_the_second_session_solves_the_other_variant(second_runs: ExamDay) -> None:
    morning, later = second_runs.screen(first(second_runs)), second_runs.screen(second(second_runs))
    assert (morning["variant"], later["variant"]) == (1, 2)
    assert (morning["session"], later["session"]) == (1, 2)
    assert later["sub_variant"] in {"2А", "2Б"}
    assert later["questions"][0]["text"].startswith("Друг учебен въпрос")
    assert later["remaining_seconds"] == 180 * 60


def test_the_second_session_is_not_unlocked_before_its_variant_was_opened(afternoon: ExamDay) -> None:
    _seat_second(afternoon)
    afternoon.on("15:30")
    afternoon.refused("OutOfOrder", "system", "unlock", exam_id=EXAM, session=2)


def test_the_first_variant_is_taken_again_only_by_a_decision_that_is_said(afternoon: ExamDay) -> None:
    _seat_second(afternoon)
    afternoon.on("15:30")
    headers = {"authorization": f"Bearer {afternoon.house.token(afternoon.people['system'])}"}
    form = hall("К3") | {"verb": "unlock", "session": "2"}
    assert afternoon.house.door.post("/session/hall", data=form, headers=headers).status_code == 409
    assert (
        "с варианта на първата сесия"
        in afternoon.house.door.get("/session/hall", params=hall("К3"), headers=headers).text
    )
    decided = form | {"reuse_variant": "on"}
    assert afternoon.house.door.post("/session/hall", data=decided, headers=headers).status_code == 303
    assert afternoon.screen(second(afternoon))["variant"] == 1


def test_whoever_comes_after_the_instructions_of_the_second_session_does_not_sit(afternoon: ExamDay) -> None:
    late = afternoon.seat(13, "К3", "1-3", session=2)
    afternoon.envelopes("К3")
    _seat_second_without(afternoon, late)
    afternoon.close_door(late)
    refused(afternoon.log_in(late), "OutOfOrder")
    assert states(afternoon, "К3")[-1] == "absent"


def _seat_second_without(day: ExamDay, late: Candidate) -> None:
    day.halls["К3"].remove(late)
    _seat_second(day)


def test_a_late_log_in_of_the_second_session_gets_no_extra_time(afternoon: ExamDay) -> None:
    afternoon.on("14:45")
    afternoon.let_in(second(afternoon))
    afternoon.on("15:25")
    afternoon.do("hall К3", "record_instructions_read", **hall("К3"))
    afternoon.open_variant(2)
    afternoon.on("15:30")
    afternoon.do("system", "unlock", exam_id=EXAM, session=2)
    afternoon.on("16:00")
    assert afternoon.log_in(second(afternoon)).json()["sitting"]["remaining_seconds"] == 150 * 60


def test_each_session_ends_at_its_own_hour(second_runs: ExamDay) -> None:
    refused(second_runs.answer(first(second_runs), 1, "А", 1), "TimeExpired")
    second_runs.on("18:15")
    second_runs.do("hall К3", "announce_remaining", **hall("К3"))
    second_runs.on("18:29:59")
    assert second_runs.answer(second(second_runs), 1, "А", 1).json()["verdict"] == "saved"
    second_runs.on("18:30")
    refused(second_runs.answer(second(second_runs), 1, "Б", 2), "TimeExpired")
    second_runs.on("18:31")
    second_runs.sweep()
    closed = {(one.variant, one.ended_at) for one in second_runs.said(AnswerSheetClosed)}
    assert closed == {(1, at("12:30")), (2, at("18:30"))}


def test_the_sessions_are_told_as_ended_one_by_one(second_runs: ExamDay) -> None:
    for names, hour in ((("К1", "К2"), "15:31"), (("К3",), "18:31")):
        second_runs.on(hour)
        for name in names:
            second_runs.do(f"hall {name}", "end_hall", **hall(name))
            for one in second_runs.halls[name]:
                second_runs.do(f"hall {name}", "hand_in", **one.about)
            count = len(second_runs.halls[name])
            second_runs.do(f"hall {name}", "reconcile_hall", **hall(name), envelopes=count)
            second_runs.do("chair", "take_over_hall", **hall(name), envelopes=count)
    ended = [(one.mode, one.session, one.appeared) for one in second_runs.said(SittingsEnded)]
    assert ended == [(Mode.ELECTRONIC, 1, 4), (Mode.ELECTRONIC, 2, 2)]
