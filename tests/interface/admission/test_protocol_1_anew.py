"""Art. 16 item 1, 37, App. 3: what a hall enters after its last Protocol № 1 stands on one that is issued anew."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from chassis.plumbing import AuditRow, DocumentRow
from contracts.events.chassis import RenderDocuments
from contracts.events.session import (
    CandidateLeftHall,
    CandidateStayedOutside,
    MaterialsHandedIn,
    SittingAnnulled,
)
from contracts.people import Mode
from services.admission import usecases
from services.admission.records import hall_of
from services.admission.worker import render_documents
from tests.interface.admission.stage import EXAM, Stage, refused

OF_HALL = {"exam_id": EXAM, "hall": "П"}
REASON = "Напусна сградата с теста."
HEARD: dict[type[Any], Callable[[Any, Any], None]] = {
    CandidateLeftHall: usecases.record_leaving,
    CandidateStayedOutside: usecases.record_staying_outside,
    MaterialsHandedIn: usecases.record_hand_in,
    SittingAnnulled: usecases.record_annulment,
}


def at(hour: int, minute: int) -> datetime:
    """An hour of the exam's day."""
    return datetime(2027, 5, 15, hour - 3, minute, tzinfo=UTC)


def hear(day: Stage, *events: Any) -> None:
    """What session says, one event a transaction."""
    for event in events:
        with day.house.runtime.work() as work:
            HEARD[type(event)](work, event)


def issues(day: Stage) -> list[DocumentRow]:
    """Every issue of Protocol № 1 of the hall, the first one first."""
    with day.house.runtime.work() as work:
        query = select(DocumentRow).where(DocumentRow.kind == "appendix_3", DocumentRow.subject == "П")
        return list(work.session.scalars(query.order_by(DocumentRow.issue)))


def stands(day: Stage) -> list[dict[str, Any]]:
    """What stands on each of them."""
    return [one.context["it"] for one in issues(day)]


def anew(day: Stage) -> list[AuditRow]:
    """What the audit chain says of issues anew."""
    with day.house.runtime.work() as work:
        query = select(AuditRow).where(AuditRow.action == "protocol_1:issued_anew")
        return list(work.session.scalars(query.order_by(AuditRow.number)))


@pytest.fixture
def one(day: Stage) -> dict[str, Any]:
    """The candidate of a hall on paper who handed in, as events name him."""
    return about(day, day.in_hall("П")[0])


@pytest.fixture
def gone(day: Stage) -> dict[str, Any]:
    """The candidate of it who went away with his materials."""
    return about(day, day.in_hall("П")[1])


def about(day: Stage, number: int) -> dict[str, Any]:
    """A candidate as events name him."""
    return {"exam_id": EXAM, "candidate_id": day.candidates[number], "mode": Mode.PAPER, "hall": "П"}


@pytest.fixture
def issued(day: Stage, one: dict[str, Any]) -> Stage:
    """The last Protocol № 1 of the hall was issued with a reason: one of the two handed nothing in."""
    for number in day.in_hall("П"):
        day.identify(number, by="hall П")
    day.house.at(at(9, 36))
    day.ok("close_door", OF_HALL, "hall П")
    hear(day, MaterialsHandedIn(**one, handed_in_at=at(12, 10)))
    day.house.at(at(12, 50))
    day.ok("issue_protocol_1", OF_HALL | {"deviation_reason": REASON}, "hall П")
    day.house.at(at(12, 58))
    return day


def forgotten(who: dict[str, Any]) -> CandidateLeftHall:
    """A leaving that the hall enters at 12:57."""
    return CandidateLeftHall(**who, left_at=at(11, 5), returned_at=at(11, 9), entered_at=at(12, 57))


def test_art_37_a_leaving_entered_after_the_last_protocol_1_stands_on_one_that_is_issued_anew(
    issued: Stage, one: dict[str, Any], gone: dict[str, Any]
) -> None:
    before = stands(issued)
    hear(issued, forgotten(one))
    former, newest = stands(issued)
    assert [former] == before, "it stays as it was signed"
    assert former["leavings"] == []
    (leaving,) = newest["leavings"]
    assert (leaving["left_at"], leaving["entered_at"]) == ("2027-05-15T08:05:00Z", "2027-05-15T09:57:00Z")
    assert newest["former_at"] == "2027-05-15T09:50:00Z"
    assert [row["note"] for row in newest["rows"]] == ["", "не е предал изпитните материали"]
    (row,) = anew(issued)
    assert row.authority == "чл. 16, т. 1; чл. 37"
    assert row.facts == {
        "hall": "П",
        "issue": 2,
        "candidate": one["candidate_id"],
        "appeared": 2,
        "missing": [gone["candidate_id"]],
    }


def test_what_is_heard_twice_issues_nothing_twice(issued: Stage, one: dict[str, Any], gone: dict[str, Any]) -> None:
    envelope = MaterialsHandedIn(**gone, handed_in_at=at(12, 55))
    annulled = SittingAnnulled(
        exam_id=EXAM, candidate_id=one["candidate_id"], mode=Mode.PAPER, reason="copying", annulled_at=at(12, 56)
    )
    outside = CandidateStayedOutside(**gone, left_at=at(12, 20))
    for event in (forgotten(one), outside, envelope, annulled):
        hear(issued, event, event)
    assert [one.issue for one in issues(issued)] == [1, 2, 3, 4, 5]
    assert len(anew(issued)) == 4
    assert len(issued.ask("bans", "chair").json()["bans"]) == 1


def test_a_line_of_protocol_1_that_is_told_otherwise_is_a_fault(issued: Stage, one: dict[str, Any]) -> None:
    hear(issued, forgotten(one))
    otherwise = replace(forgotten(one), returned_at=at(11, 30))
    for event in (otherwise, MaterialsHandedIn(**one, handed_in_at=at(12, 20))):
        with pytest.raises(ValueError, match="something else was told before"):
            hear(issued, event)
    assert len(issues(issued)) == 2


@pytest.mark.parametrize("otherwise", [{"reason": "talking"}, {"annulled_at": at(12, 57)}])
def test_an_annulment_that_is_told_otherwise_is_a_fault(
    issued: Stage, one: dict[str, Any], otherwise: dict[str, Any]
) -> None:
    who = {"exam_id": EXAM, "candidate_id": one["candidate_id"], "mode": Mode.PAPER}
    annulled = SittingAnnulled(**who, reason="copying", annulled_at=at(12, 56))
    hear(issued, annulled)
    with pytest.raises(ValueError, match="something else was told before"):
        hear(issued, replace(annulled, **otherwise))
    assert len(issues(issued)) == 2
    assert len(issued.ask("bans", "chair").json()["bans"]) == 1


def test_whatever_is_told_last_the_newest_protocol_1_has_everything(
    issued: Stage, one: dict[str, Any], gone: dict[str, Any]
) -> None:
    """Events come in any order."""
    hear(issued, MaterialsHandedIn(**gone, handed_in_at=at(12, 55), entered_at=at(12, 57)), forgotten(gone))
    hear(issued, CandidateLeftHall(**one, left_at=at(10, 30), returned_at=at(10, 34)))
    newest = stands(issued)[-1]
    assert [row["note"] for row in newest["rows"]] == ["", ""]
    assert all(row["handed_in_at"] for row in newest["rows"])
    assert [leaving["left_at"] for leaving in newest["leavings"]] == ["2027-05-15T07:30:00Z", "2027-05-15T08:05:00Z"]


def test_art_37_who_was_not_back_at_the_end_stands_on_protocol_1_also_when_it_was_issued_before(
    issued: Stage, gone: dict[str, Any]
) -> None:
    hear(issued, CandidateStayedOutside(**gone, left_at=at(12, 20)))
    former, newest = stands(issued)
    assert former["rows"][1]["note"] == "не е предал изпитните материали"
    assert newest["rows"][1]["note"] == "не се е върнал в залата; не е предал изпитните материали"
    assert newest["leavings"][0]["returned_at"] is None


def test_art_40_2_who_hands_in_after_all_is_no_longer_noted_as_one_who_did_not(
    issued: Stage, gone: dict[str, Any]
) -> None:
    hear(issued, MaterialsHandedIn(**gone, handed_in_at=at(12, 55)))
    assert [row["note"] for row in stands(issued)[-1]["rows"]] == ["", ""]
    assert [(row.authority, row.facts["missing"]) for row in anew(issued)] == [("чл. 16, т. 1; чл. 40, ал. 2", [])]


def test_art_38_a_test_that_is_annulled_after_the_last_protocol_1_stands_on_one_that_is_issued_anew(
    issued: Stage, one: dict[str, Any]
) -> None:
    who = {"exam_id": EXAM, "candidate_id": one["candidate_id"], "mode": Mode.PAPER}
    hear(issued, SittingAnnulled(**who, reason="talking", annulled_at=at(12, 56)))
    assert stands(issued)[-1]["rows"][0]["note"] == "анулиран тест"
    assert [row.authority for row in anew(issued)] == ["чл. 16, т. 1; чл. 38, ал. 1"]


def test_an_issue_and_what_is_told_at_the_same_time_wait_for_one_another(day: Stage, one: dict[str, Any]) -> None:
    """Or neither would have the other."""
    with day.house.runtime.work() as issuing:
        hall_of(issuing, EXAM, "П", to_change=True)
        for event in (forgotten(one), MaterialsHandedIn(**one, handed_in_at=at(12, 10))):
            with day.house.runtime.work() as work:
                work.session.execute(text("SET LOCAL lock_timeout = '100ms'"))
                with pytest.raises(OperationalError, match="lock timeout"):
                    HEARD[type(event)](work, event)
                work.session.rollback()


def test_before_the_last_protocol_1_nothing_is_issued_by_itself(day: Stage, one: dict[str, Any]) -> None:
    day.ok("issue_protocol_1_for_signature", OF_HALL, "hall П")
    day.identify(day.in_hall("П")[0], by="hall П")
    hear(day, forgotten(one), MaterialsHandedIn(**one, handed_in_at=at(12, 10)))
    assert [it["is_for_signature"] for it in stands(day)] == [True]
    assert anew(day) == []


def test_another_hall_s_protocol_1_is_not_issued_anew(issued: Stage) -> None:
    electronic = issued.in_hall("А")[0]
    who = about(issued, electronic) | {"mode": Mode.ELECTRONIC, "hall": "А"}
    hear(issued, CandidateLeftHall(**who, left_at=at(10, 5), returned_at=at(10, 9)))
    assert len(issues(issued)) == 1


def test_a_last_protocol_1_that_was_issued_anew_is_still_the_last_one(issued: Stage, one: dict[str, Any]) -> None:
    hear(issued, forgotten(one))
    for verb in ("issue_protocol_1", "issue_protocol_1_for_signature"):
        refused(issued.tell(verb, OF_HALL, "hall П"), "AlreadyDone")


#: What the page says of the newest issue, of the former ones, and why there are such.
OFFERED = {
    "bg": (
        "Протокол № 1 с предадените материали и напусканията",
        "Предишен протокол № 1 с предадените материали и напусканията",
        "съставен наново",
    ),
    "en": (
        "Protocol No. 1 with the hand-ins and the leavings",
        "Former Protocol No. 1 with the hand-ins and the leavings",
        "drawn up anew",
    ),
}


@pytest.mark.parametrize("language", OFFERED)
def test_the_hall_s_page_offers_the_newest_protocol_1_and_keeps_the_former_ones(
    issued: Stage, one: dict[str, Any], language: str
) -> None:
    newest, former, hint = OFFERED[language]
    headers = {"authorization": f"Bearer {issued.token('hall П')}"}
    path = f"/admission/hall/{EXAM}/П?lang={language}"
    assert hint not in issued.house.door.get(path, headers=headers).text
    hear(issued, forgotten(one))
    render_documents(issued.house.runtime, RenderDocuments(exam_id=EXAM, ordered_by="admission"))
    shown = issued.house.door.get(path, headers=headers).text
    offered = re.findall(r'<a href="/admission/api/documents/(\w+)">([^<]+)</a>', shown)
    first, second = issues(issued)
    assert offered == [(second.sha256, newest), (first.sha256, former)]
    assert hint in shown
    assert 'value="issue_protocol_1' not in shown
    answer = issued.ask("hall", "hall П", **OF_HALL).json()["protocols_1"]
    assert [(one["issue"], one["is_last"], one["is_former"]) for one in answer] == [(1, False, True), (2, True, False)]
