"""The hall's page of a hall on paper, as its administrator sees it: without a violation, and always fresh."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from chassis.web import COOKIE
from tests.browser.stand import Screen
from tests.interface.session.exam_day import EXAM, ExamDay, start_paper

_NARROW_PX = 420


def page_of_the_hall(day: ExamDay, computer: Callable[[], Screen]) -> Page:
    """At twenty to eleven, when the remaining time of the first hour waits to be written."""
    start_paper(day)
    day.on("10:40")
    screen = computer()
    token = day.house.token(day.people["hall Х1"])
    screen.line.add_cookies([{"name": COOKIE, "value": token, "url": screen.address}])
    screen.page.goto(f"{screen.address}/session/hall?exam_id={EXAM}&hall=Х1")
    expect(screen.page.locator(".board")).to_contain_text("запишете оставащото време")
    return screen.page


def test_axe_finds_no_violation_on_the_page_of_a_hall_on_paper(day: ExamDay, computer: Callable[[], Screen]) -> None:
    page = page_of_the_hall(day, computer)
    page.get_by_role("button", name="Оставащото време е записано").press("Enter")
    expect(page.locator(".board")).to_contain_text("✓ записано")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_what_is_done_elsewhere_appears_on_the_page_without_a_reload(
    day: ExamDay, computer: Callable[[], Screen]
) -> None:
    page = page_of_the_hall(day, computer)
    day.do("hall Х1", "write_remaining", exam_id=EXAM, hall="Х1")
    expect(page.locator(".board")).to_contain_text("✓ записано")


@pytest.mark.parametrize("path", ["/session/", "/session/hall?exam_id=2027-05&hall=Х1", "/session/rescue"])
def test_a_page_of_the_chair_s_is_without_a_violation_and_no_wider_than_a_narrow_screen(
    day: ExamDay, computer: Callable[[], Screen], path: str
) -> None:
    start_paper(day)
    day.open_variant()
    screen = computer()
    token = day.house.token(day.people["chair"])
    screen.line.add_cookies([{"name": COOKIE, "value": token, "url": screen.address}])
    screen.page.set_viewport_size({"width": _NARROW_PX, "height": 900})
    screen.page.goto(screen.address + path)
    assert screen.page.evaluate("document.documentElement.scrollWidth") == _NARROW_PX
    found = Axe().run(screen.page)
    assert found.violations_count == 0, found.generate_report()
