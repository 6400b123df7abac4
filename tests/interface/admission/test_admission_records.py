"""What admission shows, keeps, exports and renders."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from chassis.audit import first_break
from chassis.plumbing import AuditRow
from contracts.events.chassis import RenderDocuments
from contracts.events.session import SittingAnnulled
from contracts.people import Mode
from services.admission import usecases
from services.admission.worker import render_documents
from tests.cast import player
from tests.interface.admission.stage import EXAM, OPERATOR, STAFF, Stage, refused


@pytest.mark.parametrize(("reason", "bans"), [("copying", 1), ("talking", 0), ("devices", 0)])
def test_only_an_attempt_to_copy_bans(day: Stage, reason: str, bans: int) -> None:
    at = datetime(2027, 5, 15, 9, tzinfo=UTC)
    candidate_id = day.candidates[day.in_hall("А")[0]]
    event = SittingAnnulled(
        exam_id=EXAM, candidate_id=candidate_id, mode=Mode.ELECTRONIC, reason=reason, annulled_at=at
    )
    with day.house.runtime.work() as work:
        usecases.record_annulment(work, event)
    found = day.ask("bans", "chair").json()["bans"]
    assert len(found) == bans
    assert {one["annulled_on"] for one in found} <= {"2027-05-15"}


def test_the_system_administrators_see_the_electronic_candidates_and_nothing_else(day: Stage) -> None:
    shown = day.ask("candidates_for_system_administrators", "system", exam_id=EXAM).json()["candidates"]
    assert len(shown) == 14
    refused(day.ask("applications", "system", exam_id=EXAM), "NotAllowed")
    refused(day.ask("bans", "hall А"), "NotAllowed")


def test_the_export_holds_an_unbroken_chain_and_no_names(day: Stage) -> None:
    day.identify(day.in_hall("А")[0])
    refused(day.ask("export", "chair", exam_id=EXAM), "NotAllowed")
    exported = day.house.ask("export", OPERATOR, exam_id=EXAM).json()
    assert {one["is_admitted"] for one in exported["applications"]} == {True}
    assert len(exported["seats"]) == 16
    assert [one["role"] for one in exported["commission"]] == ["chair", "member", "member", "member"]
    text = json.dumps(exported, ensure_ascii=False)
    assert player(100).names.last not in text
    assert not any(player(number).identifier in text for number in range(100, 116))
    with day.house.runtime.work() as work:
        chain = work.session.scalars(select(AuditRow).where(AuditRow.exam_id == EXAM).order_by(AuditRow.number))
        assert first_break(chain, "admission") is None


def test_the_ordered_documents_are_real_pdfs(stage: Stage) -> None:
    stage.apply(101, kinds=("fee",))
    stage.apply(100)
    stage.house.at("2027-03-12T09:00:00+02:00")
    stage.check(100)
    stage.check(101, declaration_names=None)
    stage.ok("decide_applications", {"exam_id": EXAM}, "chair")
    render_documents(stage.house.runtime, RenderDocuments(exam_id=EXAM, ordered_by="admission"))
    listed = stage.ask("documents", "director", exam_id=EXAM).json()["documents"]
    kinds = [one["kind"] for one in listed]
    assert sorted(set(kinds)) == ["admission_protocol", "appendix_2", "commission_order"]
    assert kinds.count("appendix_2") == len(STAFF)
    assert all(one["rendered"] for one in listed)
    headers = {"authorization": f"Bearer {stage.token('chair')}"}
    answer = stage.house.door.get(f"/admission/api/documents/{listed[0]['sha256']}", headers=headers)
    assert answer.content.startswith(b"%PDF-")


def test_terms_are_shown_as_met_once_the_act_is_done(stage: Stage) -> None:
    stage.admit(100)
    shown = stage.ask("deadlines", "officer", exam_id=EXAM).json()["deadlines"]
    status = {one["id"]: one["status"] for one in shown}
    assert status["commission_appointed"] == "met"
    assert status["decisions_notified"] == "met"
    assert status["schedule_published"] == "open"
