"""The list of halls: how far each has come, what waits for a decision, and the unlocking of all at once."""

from typing import Any

import httpx
import pytest

from tests.interface.session.exam_day import EXAM, ExamDay, at_their_computers, decide, first, hall
from tests.interface.session.test_hall_end import finish

UNLOCKING = "Отключване на електронната система"


def listed(day: ExamDay, who: str = "chair") -> dict[str, Any]:
    answer: dict[str, Any] = day.house.ask("my_halls", day.people[who]).json()
    return answer


def figures(day: ExamDay, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one["figures"] for one in listed(day)["halls"] if one["hall"] == name)
    return found


def page(day: ExamDay, who: str) -> str:
    return day.house.door.get("/session/", headers=_bearer(day, who)).text


def press(day: ExamDay, who: str, **form: Any) -> httpx.Response:
    return day.house.door.post("/session/", data=form, headers=_bearer(day, who))


def _bearer(day: ExamDay, who: str) -> dict[str, str]:
    return {"authorization": f"Bearer {day.house.token(day.people[who])}"}


def test_the_figures_of_a_hall_follow_the_morning(day: ExamDay) -> None:
    day.seat(9, "К1", "2-1")
    before = {"seats": 4, "identified": 3, "logged_in": 0, "lost": 0, "waiting": 0}
    assert figures(day, "К1") == before | {"states": {"identified": 3, "expected": 1}}
    at_their_computers(day)
    for one in day.halls["К1"][:3]:
        assert day.log_in(one).status_code == 200
    day.on("9:30")
    day.do("system", "unlock", exam_id=EXAM, session=1)
    day.live.post("/submit", headers=day.line(first(day)))
    day.on("9:40")
    day.answer(day.halls["К1"][1], 1, "А", 1)
    after = before | {"logged_in": 3, "lost": 1}
    assert figures(day, "К1") == after | {"states": {"submitted": 1, "answering": 2, "expected": 1}}


def test_what_waits_for_a_decision_stands_above_with_cheating_first(running: ExamDay) -> None:
    one, other = running.halls["К1"][:2]
    running.do(
        "hall К2", "record_incident", **hall("К2"), code="power_lost", description="Токът спря.", candidate_id=None
    )
    running.do("hall К1", "record_incident", **other.about, hall="К1", code="part_replaced", description="Мишка.")
    running.on("9:50")
    running.do("hall К1", "report_cheating", **one.about, reason="copying", description="Преписва от лист.")
    waiting = listed(running)["waiting"]
    assert [(it["kind"], it["hall"], it["candidate_id"]) for it in waiting] == [
        ("cheating", "К1", one.candidate_id),
        ("event", "К2", None),
    ]
    assert [figures(running, name)["waiting"] for name in ("К1", "К2", "Х1")] == [1, 1, 0]
    shown = page(running, "chair")
    assert 0 < shown.index("опит за преписване") < shown.index("прекъснато електрозахранване")
    assert f"candidate_id={one.candidate_id}" in shown
    assert str(one.player.names) not in shown, "the list of halls names nobody"
    decide(running, one)
    assert [it["kind"] for it in listed(running)["waiting"]] == ["event"]


def test_a_hall_whose_envelopes_the_chair_has_taken_asks_for_nothing_more(running: ExamDay) -> None:
    finish(running, "К1")
    running.do("hall К1", "reconcile_hall", **hall("К1"), envelopes=3)
    assert figures(running, "К1")["states"] == {"time_expired": 3}
    running.do("chair", "take_over_hall", **hall("К1"), envelopes=3)
    assert figures(running, "К1") is None
    assert figures(running, "К2") is not None
    assert page(running, "chair").count("<tr ") == len(running.halls)


def test_the_system_is_unlocked_from_the_list_once_every_hall_has_read_the_instructions(day: ExamDay) -> None:
    """Art. 24(1)."""
    day.open_variant()
    day.on("9:25")
    day.do("hall К1", "record_instructions_read", **hall("К1"))
    assert "Указанията не са прочетени в зали: К2<" in page(day, "system")
    assert UNLOCKING not in page(day, "system")
    form = {"verb": "unlock", "exam_id": EXAM, "session": "1"}
    day.do("hall К2", "record_instructions_read", **hall("К2"))
    assert UNLOCKING in page(day, "system")
    assert UNLOCKING not in page(day, "chair")
    early = press(day, "system", **form)
    assert early.status_code == 409
    assert "чл. 24, ал. 1" in early.text
    day.on("9:30")
    assert press(day, "chair", **form).status_code == 403
    assert press(day, "system", **form).headers["location"] == "/session/"
    assert UNLOCKING not in page(day, "system")
    assert "Указанията" in page(day, "system")


def test_the_unlocking_is_spoken_of_on_its_own_day(day: ExamDay) -> None:
    assert "Указанията не са прочетени в зали" in page(day, "system")
    day.house.at("2027-05-14T09:25:00+03:00")
    assert "Указанията не са прочетени в зали" not in page(day, "system")


@pytest.mark.parametrize("verb", ["end_hall", "", "unlock_all"])
def test_the_list_does_nothing_else(day: ExamDay, verb: str) -> None:
    assert press(day, "hall К1", verb=verb, **hall("К1")).status_code == 404


def test_whoever_is_not_logged_in_acts_on_nothing(day: ExamDay) -> None:
    assert day.house.door.post("/session/", data={"verb": "unlock", "exam_id": EXAM}).status_code == 401
