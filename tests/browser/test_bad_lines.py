"""What the candidate's screen promises when the line, the server or the computer does not hold."""

import re
import socket
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import select

from services.session.lookups import answers_on
from services.session.tables import RefusedAnswer, Sheet
from tests.browser.conftest import Doors
from tests.browser.stand import Screen
from tests.interface.session.exam_day import ExamDay, first

ANSWERS = "**/live/answers**"


def stand(day: ExamDay) -> dict[int, str | None]:
    """The answers that the server has."""
    with day.house.runtime.work() as work:
        sheets = work.session.scalars(select(Sheet)).all()
        return {question: answer.option for sheet in sheets for question, answer in answers_on(sheet)}


def test_what_is_answered_in_a_minute_without_a_line_waits_and_arrives_when_it_is_back(
    sitting: Screen, unlocked: ExamDay
) -> None:
    sitting.wind()
    sitting.answer(1, "А")
    sitting.saved(1, "А")
    sitting.line.set_offline(True)
    for number, letter in (2, "Б"), (3, "В"), (3, "Г"):
        sitting.answer(number, letter)
        expect(sitting.told(number)).to_have_text("чака връзка")
    kept = sitting.page.evaluate(
        """new Promise(told => {
            const opening = indexedDB.open("svops-sitting");
            opening.onsuccess = () => {
                const asked = opening.result.transaction("waiting").objectStore("waiting").getAll();
                asked.onsuccess = () => told(asked.result.map(({question, option}) => [question, option]));
            };
        })"""
    )
    assert kept == [[2, "Б"], [3, "Г"]]
    assert stand(unlocked) == {1: "А"}
    unlocked.on("9:31")
    sitting.page.clock.run_for("01:00")
    sitting.line.set_offline(False)
    sitting.saved(2, "Б")
    sitting.saved(3, "Г")
    assert stand(unlocked) == {1: "А", 2: "Б", 3: "Г"}


def test_a_lid_that_was_closed_for_twenty_minutes_costs_nothing_but_these_minutes(
    sitting: Screen, unlocked: ExamDay
) -> None:
    sitting.wind()
    sitting.answer(1, "А")
    sitting.saved(1, "А")
    sitting.line.set_offline(True)
    sitting.answer(2, "Б")
    unlocked.on("9:50")
    sitting.page.clock.fast_forward("20:00")
    sitting.line.set_offline(False)
    sitting.saved(2, "Б")
    expect(sitting.page.locator("#clock")).to_have_text(re.compile(r"2:(40:00|39:5\d)"))
    sitting.answer(3, "В")
    sitting.saved(3, "В")
    assert stand(unlocked) == {1: "А", 2: "Б", 3: "В"}


def test_nothing_is_told_as_saved_before_the_server_has_said_so(sitting: Screen, unlocked: ExamDay) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    sitting.page.route(ANSWERS, hold)
    sitting.answer(1, "А")
    expect(sitting.told(1)).to_have_text("записва се…")
    expect(sitting.page.locator("#line")).to_have_text("записва се…")
    assert stand(unlocked) == {}
    held[0].continue_()
    sitting.saved(1, "А")
    assert stand(unlocked) == {1: "А"}


@pytest.mark.parametrize("has_reached_the_server", [True, False])
def test_a_reload_in_the_middle_of_saving_loses_nothing(
    sitting: Screen, unlocked: ExamDay, *, has_reached_the_server: bool
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        if has_reached_the_server:
            route.fetch()
        held.append(route)

    sitting.page.route(ANSWERS, hold)
    sitting.answer(1, "В")
    expect(sitting.told(1)).to_have_text("записва се…")
    sitting.page.wait_for_timeout(300)
    assert held
    sitting.page.unroute(ANSWERS)
    sitting.page.reload()
    sitting.shows("answering")
    sitting.saved(1, "В")
    assert stand(unlocked) == {1: "В"}


def test_a_server_that_fails_in_the_middle_of_a_replay_loses_nothing(sitting: Screen, unlocked: ExamDay) -> None:
    failures: list[str] = []

    def fail(route: Route) -> None:
        if len(failures) == 1:
            route.fetch()  # this time it has saved them and fails only in telling so
        if len(failures) == 2:
            route.continue_()
            return
        failures.append(route.request.method)
        route.fulfill(status=500, body="")

    sitting.line.set_offline(True)
    for number in range(1, 6):
        sitting.answer(number, "А")
    sitting.page.route(ANSWERS, fail)
    sitting.line.set_offline(False)
    for number in range(1, 6):
        sitting.saved(number, "А")
    assert failures == ["POST", "POST"]
    assert stand(unlocked) == dict.fromkeys(range(1, 6), "А")


def test_nobody_submits_what_has_not_arrived(sitting: Screen, unlocked: ExamDay) -> None:
    sitting.line.set_offline(True)
    sitting.answer(1, "А")
    sitting.page.locator("#finish").click()
    sitting.page.locator("#submit").click()
    expect(sitting.page.locator("#sure-refusal")).to_have_text("Има отговори, които още не са записани.")
    sitting.line.set_offline(False)
    expect(sitting.told(1)).to_have_text("записано")
    sitting.page.locator("#submit").click()
    sitting.shows("ended")
    assert stand(unlocked) == {1: "А"}


def test_answers_that_arrive_after_the_end_are_refused_and_the_candidate_is_told(
    sitting: Screen, unlocked: ExamDay
) -> None:
    unlocked.on("12:20")
    sitting.wind()
    sitting.line.set_offline(True)
    sitting.answer(1, "А")
    sitting.answer(2, "Б")
    sitting.page.clock.fast_forward("10:01")
    expect(sitting.page.locator("#over")).to_be_visible()
    expect(sitting.option(2, "Б")).to_be_disabled()
    expect(sitting.page.locator("#rescue-text")).to_contain_text("Времето изтече, докато няма връзка със сървъра.")
    unlocked.on("12:30:01")
    sitting.line.set_offline(False)
    sitting.shows("ended")
    expect(sitting.page.locator("#ended-answered")).to_have_text("Въпроси с отговор: 0 / 90")
    told = sitting.page.locator("#rescue-text")
    expect(told).to_contain_text("Отговорите, които стигнаха до сървъра след края, не са приети.")
    expect(told).to_contain_text("Отговори, които не са записани на сървъра: 2.")
    expect(sitting.page.locator("#save")).to_be_visible()
    assert stand(unlocked) == {}
    with unlocked.house.runtime.work() as work:
        refused = {(row.question, row.option, row.reason) for row in work.session.scalars(select(RefusedAnswer))}
    assert refused == {(1, "А", "TimeExpired"), (2, "Б", "TimeExpired")}


def test_what_the_old_computer_could_not_send_is_refused_there_and_changes_nothing(
    sitting: Screen, unlocked: ExamDay, computer: Callable[[], Screen]
) -> None:
    one = first(unlocked)
    sitting.line.set_offline(True)
    sitting.answer(1, "А")
    unlocked.do("hall К1", "move_sitting", **one.about, seat="1-9")
    other = computer()
    other.log_in(one)
    other.shows("answering")
    other.answer(1, "Г")
    other.saved(1, "Г")
    sitting.line.set_offline(False)
    sitting.shows("moved")
    expect(sitting.page.locator("#rescue-text")).to_contain_text("Отговори, които не са записани на сървъра: 1.")
    assert stand(unlocked) == {1: "Г"}


def test_what_waited_goes_on_at_the_same_computer_when_the_sitting_comes_back_to_it(
    sitting: Screen, unlocked: ExamDay
) -> None:
    one = first(unlocked)
    sitting.answer(1, "А")
    sitting.saved(1, "А")
    sitting.line.set_offline(True)
    for number in (1, 2, 3):
        sitting.answer(number, "Г")
    unlocked.do("hall К1", "move_sitting", **one.about, seat=one.seat)
    sitting.line.set_offline(False)
    sitting.log_in_here(one)
    for number in (1, 2, 3):
        sitting.saved(number, "Г")
    expect(sitting.page.locator("#rescue")).to_be_hidden()
    assert stand(unlocked) == {1: "Г", 2: "Г", 3: "Г"}


def test_what_was_answered_meanwhile_at_another_computer_stands_and_the_rest_is_told_as_not_accepted(
    sitting: Screen, unlocked: ExamDay, computer: Callable[[], Screen]
) -> None:
    one = first(unlocked)
    sitting.line.set_offline(True)
    sitting.answer(1, "А")
    sitting.answer(2, "А")
    unlocked.do("hall К1", "move_sitting", **one.about, seat="1-9")
    other = computer()
    other.log_in(one)
    other.shows("answering")
    other.answer(1, "Г")
    other.saved(1, "Г")
    unlocked.do("hall К1", "move_sitting", **one.about, seat=one.seat)
    sitting.line.set_offline(False)
    sitting.log_in_here(one)
    sitting.saved(2, "А")
    expect(sitting.option(1, "Г")).to_be_checked()
    expect(sitting.told(1)).to_have_text("не е приет")
    expect(sitting.page.locator("#line")).to_have_text("не е приет")
    expect(sitting.page.locator("#rescue-text")).to_contain_text("Отговори, които не са записани на сървъра: 1.")
    assert stand(unlocked) == {1: "Г", 2: "А"}
    sitting.answer(1, "Б")
    sitting.saved(1, "Б")
    expect(sitting.page.locator("#rescue")).to_be_hidden()


def test_a_server_that_takes_a_reload_and_says_nothing_does_not_hold_the_page(sitting: Screen, doors: Doors) -> None:
    sitting.is_kept_for_a_reload()
    address = doors.served.address.rpartition(":")
    doors.go()
    with socket.create_server(("127.0.0.1", int(address[2]))):
        sitting.page.reload(wait_until="domcontentloaded")
        sitting.shows("away")
    doors.come_back()
    sitting.shows("answering")


def test_a_reload_while_the_server_is_away_ends_on_our_page_which_goes_on_by_itself(
    sitting: Screen, unlocked: ExamDay, doors: Doors
) -> None:
    sitting.answer(1, "А")
    sitting.saved(1, "А")
    sitting.is_kept_for_a_reload()
    doors.go()
    sitting.answer(2, "Б")
    sitting.page.reload()
    sitting.shows("away")
    expect(sitting.page.locator("[data-only=away] h1")).to_have_text("Няма връзка със сървъра.")
    assert "учебен въпрос" not in sitting.page.content().lower()
    doors.come_back()
    sitting.shows("answering")
    sitting.saved(1, "А")
    sitting.saved(2, "Б")
    assert stand(unlocked) == {1: "А", 2: "Б"}
