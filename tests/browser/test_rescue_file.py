"""What could not be sent becomes a file that Chromium encrypts and only session opens."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from chassis.plumbing import AuditRow
from services.session.tables import Sheet
from svops.operating import KEY_VARIABLE
from tests.browser.stand import Screen
from tests.interface.house import _KEYS
from tests.interface.session.exam_day import EXAM, ExamDay, first


def kept_file(screen: Screen) -> str:
    """Press the button; the text of the file that the browser puts away."""
    with screen.page.expect_download() as download:
        screen.page.locator("#save").click()
    assert download.value.suggested_filename.endswith(".jwe")
    expect(screen.page.locator("#rescue-saved")).to_contain_text(download.value.suggested_filename)
    return download.value.path().read_text(encoding="ascii")


def opened(day: ExamDay, file: str, who: str = "chair") -> dict[str, Any]:
    return day.do(who, "open_rescue", exam_id=EXAM, file=file)


def became(found: dict[str, Any]) -> list[tuple[int, str | None, str | None, str]]:
    return [(one["question"], one["option"], one["stands"], one["became"]) for one in found["changes"]]


def test_the_file_is_offered_when_the_server_stays_away_and_holds_what_the_queue_holds(
    sitting: Screen, unlocked: ExamDay
) -> None:
    one = first(unlocked)
    sitting.answer(1, "А")
    sitting.saved(1, "А")
    sitting.line.set_offline(True)
    sitting.answer(2, "Б")
    expect(sitting.page.locator("#rescue")).to_be_hidden()
    sitting.answer(1, "Г")
    expect(sitting.page.locator("#rescue-text")).to_contain_text("Отговорите Ви не стигат до сървъра.")
    file = kept_file(sitting)
    assert one.username not in file
    found = opened(unlocked, file)
    assert became(found) == [(1, "Г", "А", "missing"), (2, "Б", None, "missing")]
    assert [change["seq"] for change in found["changes"]] == [3, 2]
    assert found["candidate_id"] == one.candidate_id
    assert found["shown"] == {"1": "Г", "2": "Б"}
    sitting.line.set_offline(False)
    sitting.saved(2, "Б")
    expect(sitting.page.locator("#rescue")).to_be_hidden()
    assert became(opened(unlocked, file)) == [(1, "Г", "Г", "saved"), (2, "Б", "Б", "saved")]


def test_after_the_end_the_file_says_what_was_refused_and_changes_no_sheet(sitting: Screen, unlocked: ExamDay) -> None:
    unlocked.on("12:20")
    sitting.wind()
    sitting.line.set_offline(True)
    sitting.answer(1, "А")
    sitting.page.clock.fast_forward("10:01")
    expect(sitting.page.locator("#over")).to_be_visible()
    unlocked.on("12:30:01")
    sitting.line.set_offline(False)
    sitting.shows("ended")
    sitting.page.reload()
    sitting.shows("ended")
    expect(sitting.page.locator("#rescue-text")).to_contain_text("не са приети")
    found = opened(unlocked, kept_file(sitting))
    assert became(found) == [(1, "А", None, "refused")]
    assert found["changes"][0]["reason"] == "TimeExpired"
    with unlocked.house.runtime.work() as work:
        assert not any(work.session.scalars(select(Sheet.options)))
        entered = work.session.scalars(select(AuditRow).where(AuditRow.action == "rescue:opened")).all()
    assert [entry.facts["sha256"] for entry in entered] == [found["sha256"]]


@pytest.fixture
def file(sitting: Screen) -> str:
    """The file of a candidate without a line."""
    sitting.line.set_offline(True)
    sitting.answer(1, "А")
    expect(sitting.page.locator("#save")).to_be_visible()
    return kept_file(sitting)


def test_a_file_that_was_changed_or_is_not_ours_is_not_opened(unlocked: ExamDay, file: str) -> None:
    header, _, nonce, content, tag = file.split(".")
    damaged = ".".join([header, "", nonce, content[:-4] + ("AAAA" if content[-4:] != "AAAA" else "BBBB"), tag])
    for wrong in (damaged, "nothing", json.dumps({}), f"{header}.x.{nonce}.{content}.{tag}"):
        unlocked.refused("InvalidInput", "chair", "open_rescue", exam_id=EXAM, file=wrong)


def test_the_operator_opens_it_from_the_command_line(
    sitting: Screen, unlocked: ExamDay, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in ("operator", _KEYS["operator"]), ("kept.jwe", file):
        (tmp_path / name).write_text(text, encoding="ascii")
    monkeypatch.setenv(KEY_VARIABLE, str(tmp_path / "operator"))
    monkeypatch.setenv("SVOPS_CLOCK", f"file:{unlocked.house.clock._path}")
    command = (sys.executable, "-m", "svops.command", "rescue", EXAM, str(tmp_path / "kept.jwe"))
    told = subprocess.run((*command, "--address", sitting.address), check=True, capture_output=True).stdout
    assert became(json.loads(told)) == [(1, "А", None, "missing")]


def test_the_chair_opens_it_on_a_page(unlocked: ExamDay, file: str) -> None:
    door, token = unlocked.house.door, unlocked.house.token(unlocked.people["chair"])
    chair = {"authorization": f"Bearer {token}"}
    assert 'href="/session/rescue"' in door.get("/session/", headers=chair).text
    assert EXAM in door.get("/session/rescue", headers=chair).text
    sent = {"data": {"exam_id": EXAM}, "headers": chair}
    page = door.post("/session/rescue", files={"file": ("kept.jwe", file)}, **sent)
    assert page.status_code == 200
    for said in (first(unlocked).username, "не е стигнал до сървъра", "1А", "решава комисията"):
        assert said in page.text
    wrong = door.post("/session/rescue", files={"file": ("kept.jwe", "друго".encode())}, **sent)
    assert (wrong.status_code, "повреден" in wrong.text) == (422, True)
    assert door.post("/session/rescue", **sent).status_code == 422


def test_who_keeps_a_hall_does_not_open_what_candidates_answered(unlocked: ExamDay, file: str) -> None:
    unlocked.refused("NotAllowed", "hall К1", "open_rescue", exam_id=EXAM, file=file)


def test_another_candidate_at_the_same_computer_gets_nothing_of_it(
    sitting: Screen, unlocked: ExamDay, computer: Callable[[], Screen]
) -> None:
    one, other = unlocked.halls["К1"][:2]
    sitting.line.set_offline(True)
    sitting.answer(1, "А")
    unlocked.do("hall К1", "move_sitting", **one.about, seat="1-9")
    sitting.line.set_offline(False)
    sitting.log_in_here(other)
    expect(sitting.page.locator("#rescue")).to_be_hidden()
    expect(sitting.page.locator("#count")).to_have_text("0 / 90")
    moved = computer()
    moved.log_in(one)
    moved.shows("answering")
    expect(moved.page.locator("#count")).to_have_text("0 / 90")
