"""Marking in a real browser: by the keyboard alone, blind, quick enough; a batch of scans that is taken up again."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from chassis.work import Actor
from services.grading.paper.cards.simulation import Written
from services.grading.paper.rules.checking import OWN_LOOKS
from tests.browser.marking import Desk
from tests.interface.grading_paper.paper_exam import (
    CHAIR,
    DIRECTOR,
    LAW,
    LETTERS,
    MEMBERS,
    Envelope,
    envelope,
    good,
    scanned,
)
from tests.interface.house import House

_AXE = Axe()
_DOUBTS = (12, 40)
_COLUMNS = 3
_MOST_PRESSES = 12
_NARROW_PX = 420
#: 120 cards an hour: so long for one, of which the screen itself may take no more than a tenth.
_SECONDS_A_CARD = 3600 / 120


@pytest.fixture
def desk_of(house_of: Callable[[str], House]) -> Iterator[Callable[..., Desk]]:
    """``desk_of(envelope(1, 70), …)``: the commission's table with these envelopes, each at a browser."""
    desks: list[Desk] = []

    def make(*envelopes: Envelope) -> Desk:
        desks.append(Desk(house_of("grading_paper"), list(envelopes)))
        return desks[-1]

    yield make
    for desk in desks:
        desk.served.stop()


@pytest.fixture
def seat(browser: Browser) -> Iterator[Callable[[Desk, Actor], Page]]:
    """``seat(desk, person)``: a browser of his own."""
    contexts = []

    def make(desk: Desk, actor: Actor) -> Page:
        contexts.append(browser.new_context(locale="bg-BG", viewport={"width": 1400, "height": 1000}))
        return desk.seat(contexts[-1], actor)

    yield make
    for context in contexts:
        context.close()


def clean(page: Page) -> None:
    """axe-core has nothing to say."""
    found = _AXE.run(page)
    assert found.violations_count == 0, found.generate_report()


def number_on(page: Page) -> str:
    return page.locator("h1 .number").inner_text()


def press(page: Page, key: str) -> None:
    page.keyboard.press(key)


def by_keys(page: Page, seen: dict[str, Any]) -> int:
    """Mark the card as one who knows the screen does, once it is there; so many key presses."""
    page.wait_for_load_state()
    presses = 0
    while question := page.evaluate("document.activeElement.dataset.question ?? ''"):
        letters = seen["marks"].get(question)
        press(page, str(LETTERS.index(letters[0]) + 1) if letters else "0")
        presses += 1
    for _ in range(_COLUMNS):
        press(page, "Enter")
        presses += 1
    before = number_on(page)
    press(page, "Enter")
    expect(page.locator("[role=status]")).to_contain_text(before)
    return presses + 1


def doubtful(candidate: int) -> Envelope:
    """A card on which two questions have a single stroke."""
    one = envelope(candidate, 30)
    for question in _DOUBTS:
        one.answers[question] = (Written("А", sign="single"),)
    return one


def test_a_member_marks_card_after_card_with_the_keyboard_alone_and_quickly(
    desk_of: Callable[..., Desk], seat: Callable[[Desk, Actor], Page]
) -> None:
    desk = desk_of(*(doubtful(number) for number in range(1, 5)))
    desk.exam.ready_to_mark()
    page = seat(desk, MEMBERS[0])
    page.goto(desk.address("mark"))
    clean(page)
    opened, presses, began = [], [], time.monotonic()
    while page.locator("#marks").count():
        opened.append(page.locator("input[data-open]").count())
        presses.append(by_keys(page, desk.exam.by_number[number_on(page)].seen()))
    seconds = (time.monotonic() - began) / len(presses)
    clean(page)
    assert presses == [questions + _COLUMNS + 1 for questions in opened], "a key for a question, and the way out"
    assert len(opened) == 2
    assert min(opened) >= len(_DOUBTS) + OWN_LOOKS, "what the machine doubts, and what a member looks at himself"
    assert max(presses) <= _MOST_PRESSES
    assert seconds < _SECONDS_A_CARD / 10
    assert desk.exam.progress()["marked"] == 2
    assert desk.exam.progress()["to_settle"] == [], "what was pressed is what is on the cards"


def test_a_column_is_looked_through_on_the_enlarged_card_with_every_field_in_sight(
    desk_of: Callable[..., Desk], seat: Callable[[Desk, Actor], Page], tmp_path: Path
) -> None:
    desk = desk_of(envelope(1, 70), envelope(2, 30))
    desk.exam.ready_to_mark()
    page = seat(desk, MEMBERS[0])
    page.goto(desk.address("mark"))
    whole = page.locator("#card").get_attribute("viewBox")
    while page.evaluate("document.activeElement.dataset.question ?? ''"):
        press(page, "0")
    assert page.evaluate("document.activeElement.name") == "looked1"
    expect(page.locator("#zoom")).to_be_hidden()
    expect(page.locator("#card")).not_to_have_attribute("viewBox", str(whole))
    covered = page.evaluate("""() => [...document.querySelectorAll("fieldset:first-of-type input[data-question]")]
        .filter((one) => {
            const {x, y, width, height} = one.getBoundingClientRect();
            return document.elementFromPoint(x + width / 2, y + height / 2) !== one;
        }).map((one) => one.name)""")
    assert covered == []
    clean(page)
    page.screenshot(path=tmp_path / "column.png")
    page.focus("#q1")
    expect(page.locator("#card")).to_have_attribute("viewBox", str(whole))
    expect(page.locator("#zoom")).to_be_visible()


def test_keys_correct_go_back_and_add_and_a_refusal_keeps_what_was_typed(
    desk_of: Callable[..., Desk], seat: Callable[[Desk, Actor], Page]
) -> None:
    desk = desk_of(doubtful(1))
    desk.exam.ready_to_mark()
    page = seat(desk, MEMBERS[0])
    page.goto(desk.address("mark"))
    first = page.locator("input[data-open]").first
    expect(first).to_be_focused()
    zoom = page.locator("#zoom").get_attribute("viewBox")
    press(page, "1")
    expect(first).to_have_value("А")
    expect(first).not_to_be_focused()
    assert page.locator("#zoom").get_attribute("viewBox") != zoom, "the zoom goes with the question"
    press(page, "Backspace")
    expect(first).to_be_focused()
    expect(first).to_have_value("")
    press(page, "Shift+Digit1")
    press(page, "Shift+Digit3")
    expect(first).to_have_value("АВ")
    press(page, "Enter")
    while page.evaluate("'question' in document.activeElement.dataset"):
        press(page, "0")
    for _ in range(_COLUMNS):
        press(page, "Enter")
    number = number_on(page)
    good(desk.exam.tell("propose_card_annulment", CHAIR, number=number, reason="Рисунка."))
    good(desk.exam.tell("confirm_card_annulment", DIRECTOR, number=number))
    press(page, "Enter")
    expect(page.get_by_role("alert")).to_contain_text(f"Карта {number} е анулирана")
    expect(page.locator("button[type=submit]")).to_be_focused()
    expect(first).to_have_value("АВ")
    assert page.locator("input[type=checkbox]:checked").count() == _COLUMNS
    clean(page)


def test_the_second_check_is_blind_and_the_chair_sees_both_counts(
    desk_of: Callable[..., Desk], seat: Callable[[Desk, Actor], Page]
) -> None:
    desk = desk_of(envelope(2, 60))
    exam = desk.exam
    exam.ready_to_mark()
    ((number, one),) = exam.by_number.items()
    seen = one.seen()
    without = {**seen, "marks": {**seen["marks"], "7": []}}
    good(exam.tell("mark_card", MEMBERS[0], number=number, **without))
    chair = seat(desk, CHAIR)
    chair.goto(desk.address("mark"))
    expect(chair.locator("table.differences tbody tr")).to_have_text(f"7{''.join(seen['marks']['7'])}–")
    clean(chair)
    by_keys(chair, without)
    second = seat(desk, MEMBERS[1])
    second.goto(desk.address("mark"))
    expect(second.locator("h1")).to_contain_text("втора проверка")
    assert second.locator("table.differences").count() == 0
    assert second.locator("input[data-open]").count() == LAW.questions, "nothing of any count"
    assert second.locator(".read .pen, .read .doubtful").count() == 0
    by_keys(second, seen)
    expect(second.locator("[role=status]")).to_contain_text("Няма карти, които чакат Вас")
    second.locator(".together a").press("Enter")
    expect(second.locator("h1")).to_contain_text("повторно броене")
    expect(second.locator("table.differences tbody tr")).to_have_text(f"7––{''.join(seen['marks']['7'])}")
    assert second.locator("#marks").count() == 0, "what the three count is recorded by the chair"
    clean(second)
    chair.goto(desk.address("mark"))
    headings = chair.locator("table.differences thead th").all_inner_texts()
    assert headings == ["Въпрос", "Машина", "Проверка 1", "Проверка 1 (решена)", "Проверка 2"]
    by_keys(chair, seen)
    assert good(exam.ask("card", CHAIR, number=number))["to_settle"] == []
    first = seat(desk, MEMBERS[0])
    for page, keys in ((first, ("1", "Enter")), (second, ("2", "1", "2", "Enter"))):
        page.goto(desk.address("mark"))
        expect(page.locator("h1")).to_contain_text("трети брой")
        expect(page.locator("table.differences tfoot")).to_contain_text("60")
        clean(page)
        press(page, "Enter")
        assert number_on(page) == number, "nothing is said by a key that was pressed once too often"
        for key in keys:
            press(page, key)
        expect(page.locator("[role=status]")).to_contain_text("Няма карти, които чакат Вас")
    (told,) = exam.progress()["third_counts"]
    assert [one["dissent"] for one in told["opinions"]] == [None, "12"]
    chair.goto(f"{desk.address('mark')}&number={number}")
    expect(chair.locator(".opinions li")).to_contain_text(["съгласие", "особено мнение"])
    clean(chair)
    chair.goto(desk.address(""))
    expect(chair.locator("#third-counts li")).to_contain_text("особено мнение")
    clean(chair)


def test_the_chair_hands_on_an_absent_member_s_cards_and_records_his_absence_with_the_keyboard_alone(
    desk_of: Callable[..., Desk], seat: Callable[[Desk, Actor], Page]
) -> None:
    desk = desk_of(envelope(2, 60))
    exam = desk.exam
    exam.ready_to_mark()
    ((number, one),) = exam.by_number.items()
    absent, other, third = MEMBERS
    chair, member = seat(desk, CHAIR), seat(desk, absent)
    member.goto(desk.address("mark"))
    chair.goto(desk.address(""))
    clean(chair)
    chair.locator("select[name=marker]").focus()
    for key in ("ArrowDown", "Tab"):
        press(chair, key)
    chair.keyboard.type("В болнични.")
    press(chair, "Enter")
    expect(chair.locator(".done")).to_have_text("Записано.")
    waiting = [f"Член На Комисия-{who.id}: {cards}" for who, cards in ((absent, 0), (other, 1), (third, 0))]
    waiting[0] += " · отсъства от 18.05.2027 г., 11,00 ч.: В болнични. Отново е тук"
    expect(chair.locator("#waiting li")).to_have_text(waiting)
    clean(chair)
    by_keys_refused(member)
    exam.mark_everything()
    seen = one.seen()
    exam.mark_everything({number: {**seen, "marks": {**seen["marks"], "7": []}}})
    exam.settle_everything()
    good(exam.tell("agree_to_count", other, number=number))
    chair.goto(desk.address(""))
    reason = chair.locator("#third-counts input[name=reason]")
    expect(reason).to_have_accessible_name(f"Защо отсъства Член На Комисия-{third.id}")
    clean(chair)
    reason.focus()
    chair.keyboard.type("В чужбина.")
    press(chair, "Enter")
    expect(chair.locator("#third-counts li")).to_contain_text("отсъства В чужбина.")
    clean(chair)
    assert exam.progress()["stages"]["final"] == 1
    chair.set_viewport_size({"width": _NARROW_PX, "height": 900})
    assert chair.evaluate("document.documentElement.scrollWidth") == _NARROW_PX


def by_keys_refused(page: Page) -> None:
    """The card that is open on the screen went to somebody else meanwhile: nothing is recorded, and it is said."""
    while page.evaluate("'question' in document.activeElement.dataset"):
        press(page, "0")
    for _ in range(_COLUMNS + 1):
        press(page, "Enter")
    expect(page.get_by_role("alert")).to_contain_text("не Ви е предоставена")


def test_a_batch_of_scans_is_sent_with_a_bar_and_taken_up_again_and_no_file_s_name_leaves_the_browser(
    desk_of: Callable[..., Desk], seat: Callable[[Desk, Actor], Page], tmp_path: Path
) -> None:
    desk = desk_of(envelope(1, 72), envelope(2, 40))
    exam = desk.exam
    exam.announce()
    exam.hand_in()
    exam.number()
    files = []
    for number, one in exam.by_number.items():
        files.append(tmp_path / f"Ivanov-{number}.jpg")
        files[-1].write_bytes(scanned(one, number if one.candidate == 1 else ""))
    noise = tmp_path / "Ivanov-notes.jpg"
    noise.write_bytes(b"\xff\xd8 no picture")
    page = seat(desk, CHAIR)
    sent: list[str] = []
    page.on("request", lambda one: sent.append(f"{one.url} {one.headers} {(one.post_data_buffer or b'')[:200]!r}"))
    page.goto(desk.address(""))
    told = page.locator("#uploaded")
    for chosen, words in ((files[:1], "1 / 1 качени"), ([*files, noise], "1 / 3 качени · 1 вече са качени")):
        page.locator("#upload input[type=file]").set_input_files(chosen)
        page.locator("#upload button").press("Enter")
        expect(told).to_contain_text(words)
    expect(page.locator("#refused li")).to_contain_text("Ivanov-notes.jpg")
    assert page.locator("#uploading progress").evaluate("bar => bar.value / bar.max") == 1
    assert sent
    assert not any("Ivanov" in one for one in sent)
    exam.read_all()
    expect(page.locator(".finding h3")).to_have_text("без номер")
    expect(page.locator("#reading")).to_contain_text("2 / 2")
    clean(page)
    page.goto(f"{desk.address('')}&lang=en")
    clean(page)
    page.set_viewport_size({"width": _NARROW_PX, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == _NARROW_PX
