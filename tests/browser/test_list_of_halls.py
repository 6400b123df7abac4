"""The list of halls on the exam's day: without a violation, always fresh, and no wider than a narrow screen."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from chassis.web import COOKIE
from tests.browser.stand import Screen
from tests.interface.session.exam_day import EXAM, ExamDay, first, hall

_WIDE_PX, _NARROW_PX = 1280, 420


@pytest.fixture
def open_list(day: ExamDay, computer: Callable[[], Screen]) -> Callable[[str], Page]:
    """``open_list("chair")``: the list of halls before this person."""

    def open_it(who: str) -> Page:
        screen = computer()
        token = day.house.token(day.people[who])
        screen.line.add_cookies([{"name": COOKIE, "value": token, "url": screen.address}])
        screen.page.goto(f"{screen.address}/session/")
        return screen.page

    return open_it


def _in_the_midst(day: ExamDay) -> None:
    """Unlocked, one has submitted, one is off the line, one is said to copy, and the electricity fails next door."""
    for name in ("К1", "К2"):
        for one in day.halls[name]:
            day.log_in(one)
    day.on("9:30")
    day.do("system", "unlock", exam_id=EXAM, session=1)
    day.live.post("/submit", headers=day.line(first(day)))
    day.on("9:50")
    day.answer(day.halls["К1"][1], 1, "А", 1)
    day.do("hall К1", "report_cheating", **day.halls["К1"][1].about, reason="copying", description="Преписва от лист.")
    day.do("hall К2", "record_incident", **hall("К2"), candidate_id=None, code="power_lost", description="Токът спря.")


@pytest.mark.parametrize("width", [_WIDE_PX, _NARROW_PX])
def test_axe_finds_no_violation_and_the_page_is_no_wider_than_the_screen(
    day: ExamDay, open_list: Callable[[str], Page], width: int
) -> None:
    _in_the_midst(day)
    page = open_list("chair")
    page.set_viewport_size({"width": width, "height": 900})
    expect(page.locator("#waiting li").first).to_contain_text("опит за преписване")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_list_is_fresh_without_a_reload_and_unlocks_the_session(
    day: ExamDay, open_list: Callable[[str], Page]
) -> None:
    page = open_list("system")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="К1"))
    expect(row.get_by_role("cell").nth(4)).to_have_text("0 / 3")
    day.log_in(first(day))
    expect(row.get_by_role("cell").nth(4)).to_have_text("1 / 3")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    day.on("9:30")
    page.get_by_role("button", name="Отключване на електронната система").press("Enter")
    expect(row.get_by_role("cell").nth(6)).to_have_text("1")
    expect(page.get_by_role("button", name="Отключване на електронната система")).to_have_count(0)
    day.do("hall К1", "report_cheating", **first(day).about, reason="notes", description="Бележки под листа.")
    expect(page.locator("#waiting")).to_contain_text("К1, 1-1")
    page.locator("#waiting a").press("Enter")
    expect(page.locator("#incidents")).to_contain_text("Бележки под листа.")


def test_log_in_by_envelope_is_offered_where_admission_is_not_heard_of_somebody(
    day: ExamDay, open_list: Callable[[str], Page]
) -> None:
    page = open_list("system")
    expect(page.get_by_role("button", name="Отключване на електронната система")).to_be_visible()
    assert page.locator("#unlocking details").count() == 0, "everybody is known"
    late = day.seat(9, "К1", "2-1")
    day.envelopes("К1")
    page.get_by_text("Не е известно, че самоличността е проверена: 1").click()
    page.get_by_label("Причина").fill("Брокерът не работи.")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.get_by_role("button", name="Влизане по плик").press("Enter")
    expect(page.locator("#unlocking")).to_contain_text("Влиза се по плик")
    assert day.log_in(late).status_code == 200
