"""Safe Exam Browser, where the director asks for it: its file, and requests that show its key."""

import plistlib
from collections.abc import Iterator

import pytest

from services.session.live import create_live_app
from services.session.rules.locked_browser import config_key, hash_of
from tests.interface.session.exam_day import EXAM, ExamDay, Line, first, hall, refused

PORTAL = "https://svops.example.bg"


@pytest.fixture
def locked(running: ExamDay) -> Iterator[ExamDay]:
    """The exam runs, and from now on its browser must be the locked one."""
    switches = {"may_suspend": False, "may_give_time": False, "needs_locked_browser": True}
    running.do("director", "configure_sittings", exam_id=EXAM, **switches)
    before, running.live = running.live, Line(create_live_app(running.house.runtime))
    try:
        yield running
    finally:
        running.live.close()
        running.live = before


def key_of_the_file(day: ExamDay) -> str:
    answer = day.house.ask("locked_browser", day.people["system"], exam_id=EXAM)
    assert answer.headers["content-type"] == "application/seb"
    assert 'filename="2027-05.seb"' in answer.headers["content-disposition"]
    return config_key(plistlib.loads(answer.content))


def test_without_the_key_nothing_but_an_answer_is_taken(locked: ExamDay) -> None:
    one = first(locked)
    for method, path in (("get", "/sitting"), ("get", "/stream"), ("post", "/submit"), ("post", "/here")):
        refused(getattr(locked.live, method)(path, headers=locked.line(one)), "LockedBrowserOnly", 403)
    sent = [{"question": 1, "option": "А", "seq": 1}]
    refused(locked.live.post("/answers", json=sent, headers=locked.line(one)), "LockedBrowserOnly", 403)
    assert locked.answer(one, 1, "А", 1).json()["verdict"] == "saved"


def test_the_key_by_header_is_that_of_the_requested_address(locked: ExamDay) -> None:
    one, key = first(locked), key_of_the_file(locked)
    shown = {"x-safeexambrowser-configkeyhash": hash_of(f"{PORTAL}/sitting", key)}
    assert locked.live.get("/sitting", headers=locked.line(one) | shown).json()["state"] == "answering"
    refused(locked.live.post("/submit", headers=locked.line(one) | shown), "LockedBrowserOnly", 403)


def test_the_key_by_script_is_that_of_the_page(locked: ExamDay) -> None:
    one, key = first(locked), key_of_the_file(locked)
    shown = {"x-svops-config-key": hash_of(f"{PORTAL}/session/sit?exam={EXAM}", key)}
    assert locked.live.get("/sitting", headers=locked.line(one) | shown).status_code == 200
    assert locked.live.post("/submit", headers=locked.line(one) | shown).status_code == 200


def test_a_log_in_without_the_key_is_refused_and_uses_nothing_up(locked: ExamDay) -> None:
    one, key = first(locked), key_of_the_file(locked)
    locked.do("hall К1", "move_sitting", **one.about, seat="1-1")
    refused(locked.log_in(one), "LockedBrowserOnly", 403)
    typed = {"username": one.username, "password": one.password}
    shown = {"x-safeexambrowser-configkeyhash": hash_of(f"{PORTAL}/login", key)}
    assert locked.live.post("/login", json=typed, headers=shown).status_code == 200


def test_the_file_is_for_the_administrators_of_the_system(running: ExamDay) -> None:
    for who in ("hall К1", "chair"):
        assert running.house.ask("locked_browser", running.people[who], exam_id=EXAM).status_code == 403
    assert running.house.ask("locked_browser", exam_id=EXAM).status_code == 401
    assert running.house.ask("locked_browser", running.people["system"]).status_code == 422


def test_the_hall_page_offers_the_file_only_where_it_is_needed(running: ExamDay) -> None:
    def page() -> str:
        headers = {"authorization": f"Bearer {running.house.token(running.people['system'])}"}
        return running.house.door.get("/session/hall", params=hall("К1"), headers=headers).text

    assert "Safe Exam Browser" not in page()
    switches = {"may_suspend": False, "may_give_time": False, "needs_locked_browser": True}
    running.do("director", "configure_sittings", exam_id=EXAM, **switches)
    assert "/session/api/locked_browser?exam_id=2027-05" in page()
