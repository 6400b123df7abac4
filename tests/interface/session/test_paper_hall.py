"""A hall on paper from the start that is written where all see it to the envelopes in the chair's hands."""

import re

import httpx
import pytest
from sqlalchemy import select

from chassis.plumbing import AuditRow, DocumentRow
from contracts.events.chassis import RenderDocuments
from contracts.events.session import HandOver, SittingsEnded
from services.session.tables import Hall
from services.session.worker import render_documents
from tests.interface.session.exam_day import EXAM, ExamDay, at, hall, start_paper


@pytest.fixture
def started(day: ExamDay) -> ExamDay:
    """The tests were handed out at 9:36; the end is at 12:36."""
    day.open_variant()
    start_paper(day)
    return day


@pytest.fixture
def unlocked_too(running: ExamDay) -> ExamDay:
    """The hall on paper started at 9:36, those at computers at 9:30."""
    start_paper(running)
    return running


def page(day: ExamDay, who: str, path: str = "/session/hall", **more: str) -> str:
    headers = {"authorization": f"Bearer {day.house.token(day.people[who])}"}
    answer = day.house.door.get(path, params=hall("Х1") | more, headers=headers)
    assert answer.status_code == 200
    return answer.text


def press(day: ExamDay, who: str, verb: str, **typed: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {day.house.token(day.people[who])}"}
    return day.house.door.post("/session/hall", data={"verb": verb, **hall("Х1"), **typed}, headers=headers)


def written(day: ExamDay) -> list[str]:
    shown = day.house.ask("hall", day.people["chair"], **hall("Х1")).json()
    return [one["state"] for one in shown["writings"]]


def test_art_39_1_start_and_end_are_shown_and_the_remaining_time_is_written_each_hour(started: ExamDay) -> None:
    html = page(started, "hall Х1")
    assert "9:36" in html.partition('class="board"')[2].partition("</section>")[0]
    assert "12:36" in html
    assert written(started) == ["later", "later"]
    started.on("10:35:59")
    started.refused("TooEarly", "hall Х1", "write_remaining", **hall("Х1"))
    assert "write_remaining" not in page(started, "hall Х1")
    started.on("10:36")
    assert written(started) == ["due", "later"]
    assert press(started, "hall Х1", "write_remaining").status_code == 303
    assert written(started) == ["done", "later"]
    assert "остават 120 мин." in page(started, "hall Х1")
    started.refused("AlreadyDone", "hall Х1", "write_remaining", **hall("Х1"))
    started.on("11:40")
    assert started.do("hall Х1", "write_remaining", **hall("Х1")) == {"minutes": 56}
    started.on("12:36")
    started.refused("OutOfOrder", "hall Х1", "write_remaining", **hall("Х1"))
    assert written(started) == ["done", "done"]


def test_an_hour_at_which_nothing_was_written_stays_visible(started: ExamDay) -> None:
    started.on("11:36")
    assert written(started) == ["missed", "due"]
    assert "не е записано" in page(started, "hall Х1")


def warning(day: ExamDay, name: str) -> str:
    state: str = day.house.ask("hall", day.people["chair"], **hall(name)).json()["warning"]["state"]
    return state


def button(day: ExamDay, name: str) -> str:
    """The button that announces the remaining time, as the administrator of a hall sees it."""
    headers = {"authorization": f"Bearer {day.house.token(day.people[f'hall {name}'])}"}
    html = day.house.door.get("/session/hall", params=hall(name), headers=headers).text
    found = re.search(r"<button[^>]*>Обявяване на оставащото време</button>", html)
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    ("name", "before", "due", "end"), [("Х1", "12:20:59", "12:21", "12:36"), ("К1", "12:14:59", "12:15", "12:30")]
)
def test_art_39_2_fifteen_minutes_before_the_end_the_hall_is_prompted_to_announce_what_remains(
    unlocked_too: ExamDay, name: str, before: str, due: str, end: str
) -> None:
    """App. 4 promises the same at computers."""
    day = unlocked_too
    day.on(before)
    assert (warning(day, name), "plain" in button(day, name)) == ("later", True)
    day.on(due)
    assert (warning(day, name), "plain" in button(day, name)) == ("due", False)
    day.do(f"hall {name}", "announce_remaining", **hall(name))
    assert (warning(day, name), "plain" in button(day, name)) == ("done", True)
    day.on(end)
    assert warning(day, name) == "done"


def test_art_39_2_an_announcement_that_was_missed_stays_visible(started: ExamDay) -> None:
    started.on("12:36")
    assert warning(started, "Х1") == "missed"
    assert "не е обявено" in page(started, "hall Х1")
    started.do("hall Х1", "end_hall", **hall("Х1"))
    assert warning(started, "Х1") == "missed"


def test_in_a_hall_that_ended_before_nothing_is_due_any_more(started: ExamDay) -> None:
    """Art. 40(3): everybody had handed in."""
    started.on("11:00")
    for one in started.halls["Х1"]:
        started.do("hall Х1", "hand_in", **one.about)
    started.do("hall Х1", "end_hall", **hall("Х1"))
    started.on("12:25")
    assert (written(started), warning(started, "Х1")) == (["missed", "not_needed"], "not_needed")


def test_screens_show_the_time_themselves(running: ExamDay) -> None:
    running.on("10:30")
    running.refused("NotOfThisMode", "hall К1", "write_remaining", **hall("К1"))


def test_the_hall_s_page_leads_to_what_is_handed_out(started: ExamDay) -> None:
    html = page(started, "hall Х1")
    for code in ("1%D0%90", "1%D0%91"):
        assert f"/testbank/api/booklets/{EXAM}/{code}" in html
        assert f"/grading/paper/api/blank_card?exam_id={EXAM}&amp;sub_variant={code}" in html
    assert f"/grading/paper/api/slips?exam_id={EXAM}" in html
    assert f"/grading/paper/api/envelope_labels?exam_id={EXAM}" in html
    assert f"/admission/hall/{EXAM}/" in html
    assert "/grading/paper/api/" not in page(started, "system"), "who hands nothing out prints nothing"


def test_art_35_1_the_hall_s_page_leads_to_the_instructions_that_are_read(started: ExamDay) -> None:
    assert "приложение № 8" not in page(started, "hall Х1"), "not yet rendered"
    render_documents(started.house.runtime, RenderDocuments(exam_id=EXAM, ordered_by="session"))
    linked = re.search(
        r'href="(/session/api/documents/\w+)">Указания, които се прочитат \(приложение № 8\)', page(started, "hall Х1")
    )
    assert linked is not None
    headers = {"authorization": f"Bearer {started.house.token(started.people['hall Х1'])}"}
    assert started.house.door.get(linked[1], headers=headers).content.startswith(b"%PDF")


def test_reasons_of_annulment_are_said_in_the_language_of_the_page(started: ExamDay) -> None:
    somebody = started.halls["Х1"][0].candidate_id
    assert ">опит за преписване<" in page(started, "chair", candidate_id=somebody)
    english = page(started, "chair", candidate_id=somebody, lang="en")
    assert ">attempted copying<" in english
    assert "опит за преписване" not in english


def handed_over(
    *, counted: int, taken_over: int, counted_is_explained: bool = False, taken_over_is_explained: bool = False
) -> HandOver:
    return HandOver(
        hall="Х1",
        appeared=2,
        counted=counted,
        counted_is_explained=counted_is_explained,
        taken_over=taken_over,
        taken_over_is_explained=taken_over_is_explained,
    )


def test_art_41_1_where_the_hall_counts_another_number_than_came_it_says_why_and_it_stands_in_the_protocol(
    started: ExamDay,
) -> None:
    """Own choice: one who went away with his materials would hold up everybody's results for ever."""
    stayed, _ = started.halls["Х1"]
    started.do("hall Х1", "hand_in", **stayed.about)
    started.on("12:36")
    started.do("hall Х1", "end_hall", **hall("Х1"))
    refusal = started.refused("EnvelopesDiffer", "hall Х1", "reconcile_hall", **hall("Х1"), envelopes=1)
    assert refusal["article"] == "чл. 30, ал. 1; чл. 41, ал. 1"
    said = press(started, "hall Х1", "reconcile_hall", envelopes="1", deviation_reason="")
    assert (said.status_code, "посочете причината" in said.text) == (409, True)
    reason = "Кандидатът напусна сградата с теста."
    assert press(started, "hall Х1", "reconcile_hall", envelopes="1", deviation_reason=reason).status_code == 303
    with started.house.runtime.work() as work:
        (row,) = work.session.scalars(select(AuditRow).where(AuditRow.action == "hall:reconciled")).all()
        (count,) = work.session.scalars(select(DocumentRow).where(DocumentRow.kind == "envelopes_count")).all()
    assert row.facts == {"hall": "Х1", "envelopes": 1, "appeared": 2, "deviation_reason": reason}
    stands = count.context["it"]
    assert (stands["appeared"], stands["envelopes"], stands["explanation"]) == (2, 1, reason)
    assert started.do("chair", "take_over_hall", **hall("Х1"), envelopes=1)["sittings_ended"] is True
    (ended,) = started.said(SittingsEnded)
    assert (ended.appeared, ended.handed_in) == (2, 1)
    assert ended.halls == (handed_over(counted=1, counted_is_explained=True, taken_over=1),)


def test_a_reason_for_a_difference_that_is_none_stands_nowhere(started: ExamDay) -> None:
    started.on("12:36")
    started.do("hall Х1", "end_hall", **hall("Х1"))
    for one in started.halls["Х1"]:
        started.do("hall Х1", "hand_in", **one.about)
    started.do("hall Х1", "reconcile_hall", **hall("Х1"), envelopes=2, deviation_reason="за всеки случай")
    with started.house.runtime.work() as work:
        (row,) = work.session.scalars(select(AuditRow).where(AuditRow.action == "hall:reconciled")).all()
        (count,) = work.session.scalars(select(DocumentRow).where(DocumentRow.kind == "envelopes_count")).all()
    assert (row.facts["deviation_reason"], count.context["it"]["explanation"]) == (None, "")


def test_art_41_2_where_the_chair_counts_another_number_he_says_why_and_it_stands_in_the_record(
    started: ExamDay,
) -> None:
    """Own choice: otherwise one lost envelope would hold up everybody's results for ever."""
    started.on("12:36")
    started.do("hall Х1", "end_hall", **hall("Х1"))
    for one in started.halls["Х1"]:
        started.do("hall Х1", "hand_in", **one.about)
    started.do("hall Х1", "reconcile_hall", **hall("Х1"), envelopes=2)
    said = press(started, "chair", "take_over_hall", envelopes="1", deviation_reason="")
    assert (said.status_code, "посочете причината" in said.text) == (409, True)
    reason = "Един плик е разкъсан при пренасянето."
    assert press(started, "chair", "take_over_hall", envelopes="1", deviation_reason=reason).status_code == 303
    with started.house.runtime.work() as work:
        (row,) = work.session.scalars(select(AuditRow).where(AuditRow.action == "hall:taken_over")).all()
    assert row.facts == {"hall": "Х1", "envelopes": 1, "deviation_reason": reason}
    (ended,) = started.said(SittingsEnded)
    assert ended.halls == (handed_over(counted=2, taken_over=1, taken_over_is_explained=True),)


def test_art_41_2_the_chair_takes_the_envelopes_over_after_counting_them(started: ExamDay) -> None:
    refusal = started.refused("OutOfOrder", "chair", "take_over_hall", **hall("Х1"), envelopes=2)
    assert refusal["article"] == "чл. 41, ал. 2"
    started.on("12:36")
    started.do("hall Х1", "end_hall", **hall("Х1"))
    for one in started.halls["Х1"]:
        started.do("hall Х1", "hand_in", **one.about)
    started.do("hall Х1", "reconcile_hall", **hall("Х1"), envelopes=2)
    started.refused("EnvelopesNotAsCounted", "chair", "take_over_hall", **hall("Х1"), envelopes=1)
    started.refused("NotAllowed", "hall Х1", "take_over_hall", **hall("Х1"), envelopes=2)
    assert "чакат председателя" in page(started, "chair", "/session/")
    assert press(started, "chair", "take_over_hall", envelopes="2").status_code == 303
    assert "чакат председателя" not in page(started, "chair", "/session/")
    started.refused("AlreadyDone", "chair", "take_over_hall", **hall("Х1"), envelopes=2)
    assert "Приети от председателя" in page(started, "director")
    with started.house.runtime.work() as work:
        place = work.session.get_one(Hall, (EXAM, "Х1"))
        assert (place.taken_over_by, place.taken_over_at) == ("person-chair", at("12:36"))
