"""axe-core finds nothing on any view of the candidate's screen, in ordinary and in high contrast."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Doors
from tests.browser.stand import Screen
from tests.interface.session.exam_day import EXAM, ExamDay, first

_AXE = Axe()


def clean(screen: Screen) -> None:
    """axe-core, its best practices with it, has nothing to say; of a long list it sees the first ten questions."""
    found = _AXE.run(screen.page, context={"exclude": [[".question:nth-child(n + 11)"]]})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("is_high", [False, True], ids=["ordinary", "high contrast"])
def test_axe_finds_no_violation_from_the_log_in_to_the_end(day: ExamDay, screen: Screen, *, is_high: bool) -> None:
    page = screen.page
    screen.open()
    if is_high:
        page.locator("#contrast").click()
    clean(screen)
    page.locator("[name=username]").fill("НИКОЙ")
    page.locator("[name=password]").fill("nothing")
    page.locator("#login button").click()
    expect(page.locator("#login-refusal")).to_be_visible()
    clean(screen)
    screen.log_in(first(day))
    screen.shows("waiting")
    clean(screen)
    day.on("9:30")
    day.do("system", "unlock", exam_id=EXAM, session=1)
    screen.shows("answering")
    screen.answer(1, "А")
    screen.piece(3).click()
    screen.question(3).locator(".flagging").check()
    screen.saved(1, "А")
    clean(screen)
    page.locator("#layout").click()
    clean(screen)
    page.locator("#finish").click()
    clean(screen)
    page.locator("#submit").click()
    screen.shows("ended")
    clean(screen)


@pytest.mark.parametrize("is_high", [False, True], ids=["ordinary", "high contrast"])
def test_axe_finds_no_violation_where_answers_could_not_be_sent(sitting: Screen, *, is_high: bool) -> None:
    if is_high:
        sitting.page.locator("#contrast").click()
    sitting.line.set_offline(True)
    sitting.answer(1, "А")
    expect(sitting.page.locator("#rescue")).to_be_visible()
    clean(sitting)


@pytest.mark.parametrize("is_high", [False, True], ids=["ordinary", "high contrast"])
def test_axe_finds_no_violation_where_the_sitting_does_not_go_on(
    sitting: Screen, unlocked: ExamDay, doors: Doors, *, is_high: bool
) -> None:
    if is_high:
        sitting.page.locator("#contrast").click()
    second = Screen(sitting.line.new_page(), sitting.address)
    second.open()
    second.shows("second")
    clean(second)
    second.page.close()
    about = first(unlocked).about
    switches = {"may_suspend": True, "may_give_time": False, "needs_locked_browser": False}
    unlocked.do("director", "configure_sittings", exam_id=EXAM, **switches)
    unlocked.do("hall К1", "suspend_screen", **about, reason="проверка")
    expect(sitting.page.locator("#waiting-title")).to_have_text("Екранът е спрян от администратора на залата.")
    clean(sitting)
    unlocked.do("hall К1", "lift_suspension", **about, reason="проверка")
    sitting.shows("answering")
    sitting.is_kept_for_a_reload()
    doors.go()
    sitting.page.reload()
    sitting.shows("away")
    clean(sitting)
    doors.come_back()
    sitting.shows("answering")
    unlocked.do("hall К1", "move_sitting", **about, seat="1-9")
    sitting.shows("moved")
    clean(sitting)
