"""Annulment, the end of a hall, envelopes and protocols, through the web door."""

import io
import re
from typing import Any

import httpx
import pikepdf
import pytest

from chassis.audit import first_break
from chassis.plumbing import AuditRow, DocumentRow
from contracts.events.session import (
    AnswerSheetClosed,
    SittingAnnulled,
    SittingsEnded,
)
from contracts.people import Mode, Role
from services.session.documents import DOCUMENTS
from services.session.tables import Staff
from services.session.worker import render_documents
from tests.interface.session.exam_day import EXAM, ExamDay, at, decide, documents, hall, start_paper


def test_a_hall_ends_when_the_time_is_over_or_everybody_has_submitted(running: ExamDay) -> None:
    running.on("11:00")
    running.refused("TooEarly", "hall К1", "end_hall", **hall("К1"))
    for one in running.halls["К1"]:
        running.live.post("/submit", headers=running.line(one))
    assert running.do("hall К1", "end_hall", **hall("К1"))["closed"] == 0
    running.on("12:30")
    assert running.do("hall К2", "end_hall", **hall("К2"))["closed"] == 1
    assert [one.outcome for one in running.said(AnswerSheetClosed)] == ["submitted"] * 3 + ["time_expired"]


def test_annulment_needs_the_commission_and_the_director_and_then_no_answer_is_accepted(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    running.do("hall К1", "report_cheating", **one.about, reason="copying", description="Преписва от лист.")
    refusal = running.refused("OutOfOrder", "system", "terminate_access", **one.about)
    assert refusal["article"] == "чл. 28, ал. 1"
    running.refused("NotFound", "director", "confirm_annulment", **one.about)
    running.do("chair", "propose_annulment", **one.about, reason="copying")
    running.refused("NotAllowed", "chair", "confirm_annulment", **one.about)
    running.refused("OutOfOrder", "system", "terminate_access", **one.about)
    assert running.answer(one, 1, "А", 1).json()["verdict"] == "saved", "until the decision the sitting goes on"
    running.do("director", "confirm_annulment", **one.about)
    assert running.said(SittingAnnulled) == []
    running.on("10:00")
    running.do("system", "terminate_access", **one.about)
    assert running.answer(one, 2, "А", 2).json()["code"] == "SittingClosed"
    assert running.screen(one)["state"] == "annulled"
    (annulled,), (sheet,) = running.said(SittingAnnulled), running.said(AnswerSheetClosed)
    assert (annulled.reason, annulled.annulled_at) == ("copying", at("10:00"))
    assert (sheet.outcome, sheet.answers) == ("annulled", {"1": "А"})
    running.refused("AlreadyDone", "system", "terminate_access", **one.about)
    running.refused("AlreadyDone", "chair", "propose_annulment", **one.about, reason="notes")


def test_one_person_is_never_both_persons_of_an_annulment(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    running.do("chair", "propose_annulment", **one.about, reason="copying")
    both = frozenset({(Role.CHAIR, EXAM), (Role.DIRECTOR, EXAM)})
    running.people["both"] = type(running.people["chair"])("person-chair", both, "")
    running.refused("SamePerson", "both", "confirm_annulment", **one.about)


def test_a_sitting_whose_annulment_is_decided_closes_as_annulled_even_after_the_end(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    decide(running, one)
    running.on("12:31")
    running.sweep()
    assert len(running.said(AnswerSheetClosed)) == 3
    running.do("system", "terminate_access", **one.about)
    assert [sheet.outcome for sheet in running.said(AnswerSheetClosed)][-1] == "annulled"


def test_on_paper_the_decision_itself_annuls(day: ExamDay) -> None:
    one = day.halls["Х1"][0]
    start_paper(day)
    decide(day, one, "devices")
    (event,) = day.said(SittingAnnulled)
    assert (event.mode, event.reason) == (Mode.PAPER, "devices")
    day.refused("NotOfThisMode", "system", "terminate_access", **one.about)


def finish(day: ExamDay, name: str, *, but: int = 0) -> None:
    """Everybody in the hall hands in, but for so many."""
    day.on("12:31")
    day.do(f"hall {name}", "end_hall", **hall(name))
    for one in day.halls[name][but:]:
        day.do(f"hall {name}", "hand_in", **one.about)


def test_envelopes_that_are_not_as_many_as_those_who_came_are_refused(running: ExamDay) -> None:
    refusal = running.refused("OutOfOrder", "hall К1", "reconcile_hall", **hall("К1"), envelopes=3)
    assert refusal["article"] == "чл. 30, ал. 1"
    finish(running, "К1", but=1)
    refusal = running.refused("EnvelopesDiffer", "hall К1", "reconcile_hall", **hall("К1"), envelopes=2)
    assert refusal["article"] == "чл. 30, ал. 1; чл. 41, ал. 1"
    running.refused("OutOfOrder", "hall К1", "reconcile_hall", **hall("К1"), envelopes=3)
    running.do("hall К1", "hand_in", **running.halls["К1"][0].about)
    running.do("hall К1", "reconcile_hall", **hall("К1"), envelopes=3)
    running.refused("AlreadyDone", "hall К1", "reconcile_hall", **hall("К1"), envelopes=3)


def test_sittings_have_ended_when_the_chair_has_the_envelopes_of_the_last_hall_of_the_mode(running: ExamDay) -> None:
    """Art. 30(2): nothing is counted, and no key leaves, before the envelopes are with the chair."""
    for name, envelopes in (("К1", 3), ("К2", 1)):
        finish(running, name)
        running.do(f"hall {name}", "reconcile_hall", **hall(name), envelopes=envelopes)
    assert running.do("chair", "take_over_hall", **hall("К2"), envelopes=1)["sittings_ended"] is False
    assert running.said(SittingsEnded) == []
    assert running.do("chair", "take_over_hall", **hall("К1"), envelopes=3)["sittings_ended"] is True
    (ended,) = running.said(SittingsEnded)
    assert (ended.mode, ended.appeared) == (Mode.ELECTRONIC, 4)


def test_a_hall_is_not_counted_while_it_is_not_known_of_somebody_whether_he_came(running: ExamDay) -> None:
    unknown = running.seat(9, "К1", "2-1")
    running.on("12:31")
    running.do("hall К1", "end_hall", **hall("К1"))
    for one in running.halls["К1"][:3]:
        running.do("hall К1", "hand_in", **one.about)
    running.refused("OutOfOrder", "hall К1", "reconcile_hall", **hall("К1"), envelopes=3)
    running.close_door(unknown)
    running.do("hall К1", "reconcile_hall", **hall("К1"), envelopes=3)


def test_a_hall_is_not_counted_while_a_decided_annulment_waits(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    decide(running, one)
    finish(running, "К1", but=1)
    refusal = running.refused("OutOfOrder", "hall К1", "reconcile_hall", **hall("К1"), envelopes=3)
    assert refusal["article"] == "чл. 28, ал. 1"
    running.do("system", "terminate_access", **one.about)
    running.do("hall К1", "hand_in", **one.about)
    running.do("hall К1", "reconcile_hall", **hall("К1"), envelopes=3)
    assert ("annulment_protocol", "К1") in documents(running)


def test_the_protocols_of_a_hall_are_ordered_and_rendered(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    running.do("system", "issue_protocol_2", **hall("К1"))
    running.do("hall К1", "report_cheating", **one.about, reason="copying", description="Преписва от лист.")
    decide(running, one)
    running.do("system", "terminate_access", **one.about)
    finish(running, "К1")
    running.do("hall К1", "reconcile_hall", **hall("К1"), envelopes=3)
    assert documents(running) == {
        ("appendix_4", EXAM),
        ("appendix_8", EXAM),
        ("appendix_5", "К1"),
        ("annulment_protocol", "К1"),
        ("envelopes_count", "К1"),
    }
    render_documents(running.house.runtime, None)  # type: ignore[arg-type]  # the job carries nothing that is read
    listed = running.house.ask("documents", running.people["chair"], exam_id=EXAM).json()["documents"]
    assert all(document["rendered"] for document in listed)
    assert len(listed) == 6, "protocol 2 for signature, and its last issue"
    assert {document["kind"] for document in listed} <= set(DOCUMENTS.kinds)


def test_the_export_holds_every_history_and_no_name(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    running.answer(one, 1, "А", 1)
    running.live.post("/submit", headers=running.line(one))
    export = running.house.ask("export", running.people["director"], exam_id=EXAM)
    mine = next(s for s in export.json()["sittings"] if s["candidate_id"] == one.candidate_id)
    assert mine["answers"] == {"1": "А"}
    assert [entry["action"] for entry in mine["history"]] == ["login", "answer"]
    assert mine["history"][-1]["sha256"] == mine["history_sha256"]
    for secret in (one.player.identifier, one.player.names.last, one.password):
        assert secret not in export.text
    assert running.house.ask("export", running.people["hall К1"], exam_id=EXAM).json()["code"] == "NotAllowed"


def test_the_audit_chain_holds_and_names_nobody(running: ExamDay) -> None:
    decide(running, running.halls["К1"][0])
    with running.house.runtime.work() as work:
        rows = work.session.query(AuditRow).order_by(AuditRow.number).all()
    assert first_break(rows, "session") is None
    told = str([row.facts for row in rows])
    for one in running.halls["К1"]:
        assert one.player.identifier not in told
        assert one.player.names.last not in told


def test_a_candidate_who_did_not_come_has_no_sheet_in_the_export(day: ExamDay) -> None:
    late = day.seat(9, "К1", "спомагателно")
    day.close_door(late)
    export = day.house.ask("export", day.people["director"], exam_id=EXAM).json()
    mine = next(one for one in export["sittings"] if one["candidate_id"] == late.candidate_id)
    assert mine["appeared"] is False
    assert "history" not in mine


def stands_on(day: ExamDay, kind: str) -> list[dict[str, Any]]:
    """What stands on each issue of a document of hall К1."""
    with day.house.runtime.work() as work:
        rows = work.session.query(DocumentRow).filter_by(kind=kind, subject="К1").order_by(DocumentRow.issue)
        return [row.context["it"] for row in rows]


def names_of(day: ExamDay, name: str) -> dict[str, str]:
    with day.house.runtime.work() as work:
        row = work.session.query(Staff).filter_by(person_id=day.people[name].id).one()
        return {"first": row.first, "middle": row.middle, "last": row.last}


def test_protocol_2_names_the_system_administrator_who_issued_it(running: ExamDay) -> None:
    """Art. 16 item 4, 25: whoever issues it signs it; the last issue, at the hall's end, keeps that name."""
    for number in range(1, 5):
        running.appoint(f"system {number}", Role.SYSTEM_ADMINISTRATOR)
    everybody = {name: names_of(running, name) for name in running.people if name.startswith("system")}
    last = max(everybody, key=lambda name: everybody[name]["last"])
    running.do(last, "issue_protocol_2", **hall("К1"))
    finish(running, "К1")
    running.do("hall К1", "reconcile_hall", **hall("К1"), envelopes=3)
    assert [one["system_administrator"] for one in stands_on(running, "appendix_5")] == [everybody[last]] * 2


@pytest.mark.parametrize("who", ["hall К1", "hall К1, the second one"])
def test_the_protocol_of_annulled_tests_names_who_reported(running: ExamDay, who: str) -> None:
    one = running.halls["К1"][0]
    running.appoint("hall К1, the second one", Role.HALL_ADMINISTRATOR, "К1")
    running.do(who, "report_cheating", **one.about, reason="copying", description="Преписва от лист.")
    decide(running, one)
    running.do("system", "terminate_access", **one.about)
    finish(running, "К1")
    running.do("hall К1", "reconcile_hall", **hall("К1"), envelopes=3)
    (protocol,) = stands_on(running, "annulment_protocol")
    named = names_of(running, who)
    assert protocol["annulled"][0]["reported_by"] == " ".join(named[part] for part in ("first", "middle", "last"))


def test_the_hall_s_documents_are_opened_from_its_page(running: ExamDay) -> None:
    one = running.halls["К1"][0]
    running.do("system", "issue_protocol_2", **hall("К1"))
    assert "Протокол № 2 (приложение № 5), <time" in page(running, "chair")
    assert "(изготвя се)" in page(running, "chair")
    decide(running, one)
    running.do("system", "terminate_access", **one.about)
    finish(running, "К1")
    running.do("hall К1", "reconcile_hall", **hall("К1"), envelopes=3)
    render_documents(running.house.runtime, None)  # type: ignore[arg-type]  # the job carries nothing that is read
    found = re.findall(r'<li><a href="(/session/api/documents/\w+)">([^<]+)</a>, <time', page(running, "chair"))
    assert sorted(title for _, title in found) == [
        "Протокол за анулирани тестове",
        "Протокол за сверяване на пликовете",
        "Протокол № 2 (приложение № 5)",
        "Протокол № 2 (приложение № 5)",
    ]
    headers = {"authorization": f"Bearer {running.house.token(running.people['hall К1'])}"}
    for address, _ in found:
        assert running.house.door.get(address, headers=headers).content.startswith(b"%PDF")


def test_system_administrators_print_the_credentials_from_the_hall_s_page(day: ExamDay) -> None:
    """Art. 16 item 3."""
    assert 'action="/session/credentials"' in page(day, "system")
    assert 'action="/session/credentials"' not in page(day, "hall К1")
    assert day.house.door.post("/session/credentials", data=hall("К1")).status_code == 401
    answer = _printed(day, "system", "К1")
    assert answer.headers["content-type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert len(pdf.pages) == 2 * len(day.halls["К1"])
    assert _printed(day, "hall К1", "К1").status_code == 403
    refusal = _printed(day, "system", "Х1")
    assert refusal.status_code == 409
    assert "Действието не се отнася за този вариант" in refusal.text


def test_the_credentials_are_not_offered_where_everybody_has_logged_in(logged_in: ExamDay) -> None:
    assert 'action="/session/credentials"' not in page(logged_in, "system")


def page(day: ExamDay, who: str) -> str:
    headers = {"authorization": f"Bearer {day.house.token(day.people[who])}"}
    return day.house.door.get("/session/hall", params=hall("К1"), headers=headers).text


def _printed(day: ExamDay, who: str, place: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {day.house.token(day.people[who])}"}
    return day.house.door.post("/session/credentials", data=hall(place), headers=headers)
