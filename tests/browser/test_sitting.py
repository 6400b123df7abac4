"""What the candidate's screen promises while the line holds."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.stand import Screen
from tests.interface.session.exam_day import EXAM, ExamDay, first


def test_the_whole_sitting_needs_no_mouse_and_no_reload(day: ExamDay, screen: Screen) -> None:
    keyboard, page = screen.page.keyboard, screen.page
    screen.log_in_by_keys(first(day))
    screen.shows("waiting")
    screen.tab_to("#confirm")
    keyboard.press("Enter")
    expect(page.locator("#confirm")).to_be_hidden()
    page.evaluate("window.isTheSamePage = true")
    day.on("9:30")
    day.do("system", "unlock", exam_id=EXAM, session=1)
    screen.shows("answering")
    screen.tab_to("input[name=question-1]")
    keyboard.press("Space")
    screen.saved(1, "А")
    keyboard.press("ArrowDown")
    screen.saved(1, "Б")
    keyboard.press("PageDown")
    screen.press_letter("в")
    screen.saved(2, "В")
    keyboard.press("PageDown")
    keyboard.press("4")
    screen.saved(3, "Г")
    keyboard.press("PageUp")
    expect(screen.option(2, "В")).to_be_focused()
    screen.tab_to("#map li:nth-child(10) button")
    keyboard.press("Enter")
    expect(screen.option(10, "А")).to_be_focused()
    screen.tab_to(".question:not([hidden]) .flagging")
    keyboard.press("Space")
    expect(screen.piece(10)).to_have_attribute("aria-label", "Въпрос 10, без отговор, отбелязан")
    screen.tab_to("#finish")
    keyboard.press("Enter")
    expect(page.locator("#sure-open")).to_have_text("Въпроси без отговор: 87.")
    screen.tab_to("#submit")
    keyboard.press("Enter")
    screen.shows("ended")
    expect(page.locator("#ended-answered")).to_have_text("Въпроси с отговор: 3 / 90")
    assert page.evaluate("window.isTheSamePage")


def test_who_types_faster_than_the_page_opens_its_memory_is_let_in(day: ExamDay, screen: Screen) -> None:
    screen.page.add_init_script(
        """const ask = LockManager.prototype.request;
        LockManager.prototype.request = function (...all) { setTimeout(() => ask.apply(this, all), 1500); }"""
    )
    screen.log_in_by_keys(first(day))
    screen.page.keyboard.press("Enter")
    screen.shows("waiting")


def test_keys_do_nothing_outside_the_questions(sitting: Screen) -> None:
    sitting.page.locator("#finish").focus()
    for key in "1", "а", "Б":
        sitting.press_letter(key)
    assert sitting.page.locator("input[type=radio]:checked").count() == 0


def test_the_list_shows_all_questions_with_the_same_answers(sitting: Screen) -> None:
    sitting.answer(7, "В")
    sitting.page.locator("#layout").click()
    assert sitting.page.locator(".question:visible").count() == 90
    sitting.option(88, "Б").check()
    sitting.saved(88, "Б")
    sitting.saved(7, "В")
    sitting.page.reload()
    sitting.shows("answering")
    assert sitting.page.locator(".question:visible").count() == 90
    sitting.page.locator("#layout").click()
    assert sitting.page.locator(".question:visible").count() == 1
    sitting.saved(88, "Б")


def test_the_map_tells_without_colour(sitting: Screen) -> None:
    sitting.answer(1, "А")
    sitting.piece(2).click()
    sitting.question(2).locator(".flagging").check()
    marks = {
        number: sitting.piece(number).evaluate(
            "one => [getComputedStyle(one, '::after').content, getComputedStyle(one, '::before').content]"
        )
        for number in (1, 2, 3)
    }
    assert len({str(mark) for mark in marks.values()}) == 3


def test_an_answer_that_is_cleared_is_open_again(sitting: Screen, unlocked: ExamDay) -> None:
    sitting.answer(5, "А")
    sitting.saved(5, "А")
    sitting.question(5).locator(".clear").click()
    expect(sitting.told(5)).to_have_text("записано")
    expect(sitting.page.locator("#count")).to_have_text("0 / 90")
    assert unlocked.log_in(first(unlocked)).status_code == 409


def test_the_identifier_is_shown_until_the_data_are_confirmed_and_may_then_be_hidden(sitting: Screen) -> None:
    data = sitting.page.locator(".bar .who")
    expect(data).to_contain_text("ЕГН")
    identifier = data.locator("div").nth(1).locator("dd")
    assert any(letter.isdigit() for letter in identifier.inner_text())
    identifier.get_by_role("button", name="Данните са верни").click()
    identifier.get_by_role("button", name="скриване").click()
    expect(identifier).to_contain_text("••••••••••")
    sitting.page.reload()
    sitting.shows("answering")
    expect(identifier).to_contain_text("••••••••••")
    identifier.get_by_role("button", name="показване").click()
    expect(identifier).not_to_contain_text("•")


def test_contrast_and_size_are_remembered_in_this_browser(screen: Screen, day: ExamDay) -> None:
    screen.open()
    screen.page.locator("#contrast").click()
    screen.page.locator("#larger").click()
    screen.log_in(first(day))
    screen.shows("waiting")
    expect(screen.page.locator("html")).to_have_attribute("data-contrast", "high")
    assert screen.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"


def test_whoever_wants_no_motion_gets_none(screen: Screen) -> None:
    screen.page.emulate_media(reduced_motion="reduce")
    screen.open()
    assert screen.page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_a_reader_hears_the_time_at_thresholds_only(sitting: Screen, unlocked: ExamDay) -> None:
    unlocked.on("12:14:30")
    sitting.wind()
    sitting.page.evaluate(
        """window.heard = [];
        new MutationObserver(() => window.heard.push(document.getElementById("spoken").textContent))
            .observe(document.getElementById("spoken"), {childList: true})"""
    )
    for _ in range(12):  # the server's clock stands still: whenever the screen looks again, it begins again at 15:30
        sitting.page.clock.run_for(10_000)
    assert sitting.page.evaluate("window.heard") == ["Остават 15 мин."]


def test_what_the_hall_announces_stands_on_the_screen(sitting: Screen, unlocked: ExamDay) -> None:
    unlocked.on("12:15")
    unlocked.do("hall К1", "announce_remaining", exam_id=EXAM, hall="К1")
    expect(sitting.page.locator("#notice")).to_have_text("Администраторът на залата обяви: остават 15 мин.")


def test_on_another_computer_the_sitting_goes_on_and_the_old_screen_is_told(
    sitting: Screen, unlocked: ExamDay, computer: Callable[[], Screen]
) -> None:
    one = first(unlocked)
    sitting.answer(1, "Б")
    sitting.saved(1, "Б")
    unlocked.on("10:30")
    unlocked.do("hall К1", "move_sitting", **one.about, seat="1-9")
    sitting.shows("moved")
    expect(sitting.page.locator("section[data-only=moved]")).to_contain_text("продължава на друг компютър")
    other = computer()
    other.log_in(one)
    other.shows("answering")
    other.saved(1, "Б")
    expect(other.page.locator("#clock")).to_have_text("1:59:59")
    expect(other.page.locator(".bar .who")).to_contain_text("К1 · 1-9")


def test_a_screen_that_is_moved_away_while_it_asks_whether_to_end_lets_somebody_else_in(
    sitting: Screen, unlocked: ExamDay
) -> None:
    one, other = unlocked.halls["К1"][:2]
    sitting.page.locator("#finish").click()
    unlocked.do("hall К1", "move_sitting", **one.about, seat="1-9")
    sitting.log_in_here(other)
    unlocked.do("hall К1", "move_sitting", **one.about, seat="1-8")
    unlocked.do("hall К1", "announce", exam_id=EXAM, hall="К1", text="Моля, тишина.")
    expect(sitting.page.locator("#notice")).to_contain_text("Моля, тишина.")
    sitting.shows("answering")


def test_a_reader_is_led_to_what_the_page_has_become(screen: Screen, day: ExamDay) -> None:
    screen.log_in(first(day))
    expect(screen.page.locator("#waiting-title")).to_be_focused()
    day.on("9:30")
    day.do("system", "unlock", exam_id=EXAM, session=1)
    expect(screen.page.locator("h1", has_text="Изпитът тече.")).to_be_focused()
    screen.page.locator("#finish").click()
    screen.page.locator("#submit").click()
    expect(screen.page.locator("#ended")).to_be_focused()
    expect(screen.page.locator("#ended")).to_have_text("Изпитът Ви е приключен.")


def test_a_page_whose_script_did_not_come_sends_no_password(screen: Screen) -> None:
    screen.page.route("**/static/sit.js", lambda route: route.abort())
    screen.open()
    screen.page.locator("[name=username]").fill("u")
    screen.page.locator("[name=password]").fill("p")
    screen.page.keyboard.press("Enter")
    expect(screen.page.locator("#login button")).to_be_disabled()
    assert screen.page.url.endswith("/session/sit")


def test_a_second_window_of_the_same_computer_is_told(sitting: Screen) -> None:
    second = Screen(sitting.line.new_page(), sitting.address)
    second.open()
    second.shows("second")
    sitting.answer(2, "А")
    sitting.saved(2, "А")


@pytest.fixture
def allowed(unlocked: ExamDay) -> ExamDay:
    """The director has switched on what the ordinance does not name."""
    switches = {"may_suspend": True, "may_give_time": True, "needs_locked_browser": False}
    unlocked.do("director", "configure_sittings", exam_id=EXAM, **switches)
    return unlocked


def test_a_suspended_screen_says_so_and_goes_on_by_itself(allowed: ExamDay, sitting: Screen) -> None:
    about = first(allowed).about | {"reason": "проверка"}
    sitting.answer(1, "А")
    sitting.saved(1, "А")
    allowed.do("hall К1", "suspend_screen", **about)
    expect(sitting.page.locator("#waiting-title")).to_have_text("Екранът е спрян от администратора на залата.")
    allowed.do("hall К1", "lift_suspension", **about)
    sitting.shows("answering")
    sitting.saved(1, "А")
    sitting.answer(2, "Б")
    sitting.saved(2, "Б")


def test_time_that_is_given_back_is_on_the_clock_at_once(allowed: ExamDay, sitting: Screen) -> None:
    one = first(allowed)
    facts = one.about | {"hall": "К1", "code": "computer_failed", "description": "угасна"}
    found = {"exam_id": EXAM, "incident_id": allowed.do("hall К1", "record_incident", **facts)["incident_id"]}
    allowed.do("chair", "propose_time", **found, minutes=10, reason="Сменен компютър.")
    allowed.do("director", "confirm_time", **found)
    expect(sitting.page.locator("#clock")).to_have_text(re.compile(r"3:09:5\d"))


@pytest.mark.parametrize(("program", "is_offered"), [("", False), (" SEB/3.10", True)])
def test_who_sits_in_the_locked_browser_leaves_it_by_a_link_at_the_end(
    screen: Screen, unlocked: ExamDay, program: str, is_offered: bool
) -> None:
    told = f"Object.defineProperty(navigator, 'userAgent', {{ get: () => 'Chrome/140{program}' }})"
    screen.page.add_init_script(told)
    screen.log_in(first(unlocked))
    screen.shows("answering")
    screen.page.locator("#finish").click()
    screen.page.locator("#submit").click()
    screen.shows("ended")
    expect(screen.page.locator("#leave a")).to_be_visible(visible=is_offered)
