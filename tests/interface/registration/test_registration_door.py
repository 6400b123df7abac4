"""Registration through its web door, on a real database."""

import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pikepdf
import pytest
from sqlalchemy import func, select

from chassis.audit import first_break
from chassis.plumbing import AuditRow, OutboxRow
from chassis.work import Actor
from contracts.envelope import decode
from contracts.events.chassis import RenderDocuments
from contracts.people import Role
from services.registration.tables import Account, Application
from services.registration.worker import render_documents
from tests.cast import Player, acting, player
from tests.interface.house import House

EXAM = "2027-05"
DIRECTOR = acting(Role.DIRECTOR)
ANNOUNCEMENT = {
    "exam_id": EXAM,
    "title": "Изпит за сертификат „вътрешен одитор в публичния сектор“",
    "exam_on": "2027-05-15",
    "modes": ["electronic", "paper"],
    "sessions": 1,
    "place_posted": "ул. „Г. С. Раковски“ № 102, фоайе",
}


def pdf(text: str = "") -> bytes:
    """A PDF of one empty page; ``text`` makes it another file."""
    made = pikepdf.new()
    made.add_blank_page()
    made.docinfo["/Title"] = text
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.fixture
def house(house_of: Callable[[str], House]) -> House:
    return house_of("registration")


@pytest.fixture
def announced(house: House) -> House:
    """Registration with the exam announced on 1 March."""
    assert house.tell("publish_announcement", ANNOUNCEMENT, DIRECTOR).status_code == 200
    return house


def enrolled(house: House, who: Player) -> Actor:
    answer = house.tell("register_candidate", who.registration())
    assert answer.status_code == 200, answer.text
    return acting(Role.CANDIDATE, person_id=answer.json()["candidate_id"])


def application(**other: Any) -> dict[str, Any]:
    names = player(1).names
    return {
        "exam_id": EXAM,
        "mode": "electronic",
        "first": names.first,
        "middle": names.middle,
        "last": names.last,
        "assisted": False,
        "attachments": [],
    } | other


def refused(answer: httpx.Response, code: str, article: str | None = None) -> None:
    body = answer.json()
    assert body["code"] == code, body
    assert answer.status_code == body["status"]
    assert body["sentence"]["bg"]
    assert body["sentence"]["en"]
    if article is not None:
        assert body["article"] == article


def said(house: House, event: str) -> list[dict[str, Any]]:
    with house.runtime.work() as work:
        bodies = work.session.scalars(select(OutboxRow.body).order_by(OutboxRow.number)).all()
    return [one.data for one in map(decode, bodies) if one.type.endswith(f".{event}.v1")]


def rows(house: House, table: Any) -> int:
    with house.runtime.work() as work:
        return work.session.scalar(select(func.count()).select_from(table)) or 0


def test_the_announcement_tells_candidates_the_exact_last_second(announced: House) -> None:
    (shown,) = announced.ask("announcements").json()["announcements"]
    assert datetime.fromisoformat(shown["applications_until"]) == datetime.fromisoformat(
        "2027-03-11T23:59:59.999999+02:00"
    )
    assert shown["is_open"] is True
    (event,) = said(announced, "announcement-published")
    assert event["regulation_on"] == "2027-03-01"


def test_only_the_directorate_announces(house: House) -> None:
    refused(house.tell("publish_announcement", ANNOUNCEMENT), "NotAuthenticated")
    for role in (Role.CANDIDATE, Role.MINISTER, Role.CHAIR):
        refused(house.tell("publish_announcement", ANNOUNCEMENT, acting(role)), "NotAllowed")
    assert said(house, "announcement-published") == []


def test_an_announcement_less_than_two_months_ahead_is_refused(house: House) -> None:
    house.at("2027-03-16T00:00:00+02:00")
    refused(house.tell("publish_announcement", ANNOUNCEMENT, DIRECTOR), "AnnouncementTooLate", "чл. 5, ал. 1")


@pytest.mark.parametrize(
    ("exam_on", "code"),
    [
        ("0001-01-01", "InvalidInput"),
        ("9999-12-31", "InvalidInput"),
        ("2199-12-31", "TooFarAhead"),
        ("2029-03-02", "TooFarAhead"),
        ("1900-01-01", "AnnouncementTooLate"),
        ("2027-02-28", "AnnouncementTooLate"),
    ],
)
def test_an_exam_on_a_day_that_nobody_means_is_refused_and_the_next_one_is_announced(
    house: House, exam_on: str, code: str
) -> None:
    refused(house.tell("publish_announcement", ANNOUNCEMENT | {"exam_on": exam_on}, DIRECTOR), code)
    assert house.tell("publish_announcement", ANNOUNCEMENT, DIRECTOR).status_code == 200


def test_the_same_exam_is_announced_once_and_the_next_one_in_its_time(announced: House) -> None:
    refused(announced.tell("publish_announcement", ANNOUNCEMENT, DIRECTOR), "AlreadyDone")
    later = ANNOUNCEMENT | {"exam_id": "2027-11", "exam_on": "2027-11-13"}
    announced.at("2027-08-14T12:00:00+03:00")
    refused(announced.tell("publish_announcement", later, DIRECTOR), "AnnouncementTooSoon", "чл. 5, ал. 2")
    announced.at("2027-08-15T00:00:00+03:00")
    assert announced.tell("publish_announcement", later, DIRECTOR).status_code == 200


def test_a_repeated_request_with_the_same_key_is_answered_and_does_nothing(house: House) -> None:
    first = house.tell("publish_announcement", ANNOUNCEMENT, DIRECTOR, **{"idempotency-key": "k-1"})
    again = house.tell("publish_announcement", ANNOUNCEMENT, DIRECTOR, **{"idempotency-key": "k-1"})
    assert first.json() == again.json()
    assert len(said(house, "announcement-published")) == 1
    other = ANNOUNCEMENT | {"sessions": 2}
    refused(house.tell("publish_announcement", other, DIRECTOR, **{"idempotency-key": "k-1"}), "KeyReused")


def test_a_candidate_registers_logs_in_and_sees_his_profile(house: House) -> None:
    who = player(1)
    house.tell("register_candidate", who.registration(email="Player1@Example.BG"))
    token = house.tell("login", {"email": who.email, "password": who.registration()["password"]}).json()["token"]
    headers = {"authorization": f"Bearer {token}"}
    profile = house.door.get("/registration/api/my_profile", headers=headers).json()
    assert profile["candidate"]["identifier"] == who.identifier
    assert profile["applications"] == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"identifier": "7523169264"}, "IdentifierNotValid"),
        ({"identifier": "７523169263"}, "IdentifierNotValid"),
        ({"identifier_type": "passport"}, "InvalidInput"),
        ({"email": "not an address"}, "InvalidInput"),
        ({"password": "short"}, "InvalidInput"),
        ({"first": "Иван\u0000"}, "InvalidInput"),
        ({"first": "Иван<script>"}, "InvalidInput"),
        ({"first": "Ива\u202eн"}, "InvalidInput"),
        ({"last": "В" * 101}, "InvalidInput"),
        ({"last": ["Вазов"]}, "InvalidInput"),
        ({"id_card_issued_on": "31.02.2020"}, "InvalidInput"),
        ({"is_admin": True}, "InvalidInput"),
    ],
)
def test_a_registration_that_is_not_of_its_form_is_refused(house: House, change: dict[str, Any], code: str) -> None:
    refused(house.tell("register_candidate", player(1).registration(**change)), code)
    assert rows(house, Account) == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff\xfe", b'"a"', b"[" * 5000, b'{"a": NaN}'])
def test_a_body_that_is_no_object_is_refused(house: House, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = house.door.post("/registration/api/register_candidate", content=body, headers=headers)
    refused(answer, "InvalidInput")


def test_a_body_over_the_limit_is_refused(house: House) -> None:
    refused(house.tell("register_candidate", {"first": "я" * 11_000_000}), "TooLarge")
    refused(house.tell("register_candidate", {"first": "я" * 1_000_000}), "TooLarge")


def test_one_person_has_one_profile_and_is_not_told_which_field_was_taken(house: House) -> None:
    enrolled(house, player(1))
    refused(house.tell("register_candidate", player(1).registration(email="other@example.bg")), "AccountExists")
    same_mail = player(2).registration(email=player(1).email.upper())
    refused(house.tell("register_candidate", same_mail), "AccountExists")


@pytest.mark.parametrize("email", ["player1@example.bg", "nobody@example.bg"])
def test_wrong_password_and_unknown_name_are_refused_alike(house: House, email: str) -> None:
    enrolled(house, player(1))
    refused(house.tell("login", {"email": email, "password": "wrong"}), "WrongCredentials")


def test_an_application_with_its_files_is_told_to_admission(announced: House) -> None:
    candidate = enrolled(announced, player(1))
    files = [
        {"kind": kind, "sha256": announced.upload(pdf(kind), "application/pdf", candidate).json()["sha256"]}
        for kind in ("declaration", "fee")
    ]
    answer = announced.tell("submit_application", application(attachments=files), candidate)
    assert answer.status_code == 200, answer.text
    (event,) = said(announced, "application-submitted")
    assert event["username"] == player(1).email
    assert event["person"]["identifier"] == player(1).identifier
    assert [one["kind"] for one in event["attachments"]] == ["declaration", "fee"]
    status = announced.ask("application_status", candidate, exam_id=EXAM).json()
    assert status["status"] == "submitted"


def test_an_application_without_documents_is_accepted(announced: House) -> None:
    candidate = enrolled(announced, player(1))
    assert announced.tell("submit_application", application(), candidate).status_code == 200


def test_a_candidate_applies_once(announced: House) -> None:
    candidate = enrolled(announced, player(1))
    announced.tell("submit_application", application(), candidate)
    refused(announced.tell("submit_application", application(mode="paper"), candidate), "AlreadyApplied")
    assert rows(announced, Application) == 1
    assert len(said(announced, "application-submitted")) == 1


def test_the_last_second_is_in_time_and_the_first_after_it_is_not(announced: House) -> None:
    first, second = enrolled(announced, player(1)), enrolled(announced, player(2))
    last = datetime.fromisoformat("2027-03-11T23:59:59.999999+02:00")
    announced.at(last)
    assert announced.tell("submit_application", application(), first).status_code == 200
    announced.at(last + timedelta(microseconds=1))
    refused(announced.tell("submit_application", application(), second), "DeadlinePassed", "чл. 6, ал. 2")
    assert rows(announced, Application) == 1


def test_another_candidates_upload_is_not_an_attachment(announced: House) -> None:
    first, second = enrolled(announced, player(1)), enrolled(announced, player(2))
    theirs = announced.upload(pdf(), "application/pdf", first).json()["sha256"]
    for sha256 in (theirs, "0" * 64):
        attached = application(attachments=[{"kind": "declaration", "sha256": sha256}])
        refused(announced.tell("submit_application", attached, second), "AttachmentNotYours")
    assert rows(announced, Application) == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"mode": "oral"}, "InvalidInput"),
        ({"assisted": "yes"}, "InvalidInput"),
        ({"candidate_id": "somebody else"}, "InvalidInput"),
        ({"attachments": [{"kind": "photo", "sha256": "0" * 64}]}, "InvalidInput"),
        ({"attachments": [{"kind": "fee", "sha256": "../../etc/passwd"}]}, "InvalidInput"),
        ({"exam_id": "2028-01"}, "NotFound"),
        ({"exam_id": "2027-05'; DROP TABLE exams"}, "InvalidInput"),
    ],
)
def test_an_application_that_is_not_of_its_form_is_refused(announced: House, change: dict[str, Any], code: str) -> None:
    candidate = enrolled(announced, player(1))
    refused(announced.tell("submit_application", application(**change), candidate), code)
    assert rows(announced, Application) == 0


def test_a_mode_that_was_not_announced_is_refused(house: House) -> None:
    house.tell("publish_announcement", ANNOUNCEMENT | {"modes": ["paper"]}, DIRECTOR)
    refused(house.tell("submit_application", application(), enrolled(house, player(1))), "ModeNotOffered")


@pytest.mark.parametrize(
    ("content", "declared"),
    [
        (b"hello", "application/pdf"),
        (b"%PDF-1.7 and nothing else", "application/pdf"),
        (b"\xff\xd8\xff not a picture", "image/jpeg"),
        (b"%PDF-1.7", "image/png"),
        (b"MZ", "application/x-msdownload"),
        (b"", "application/pdf"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(house: House, content: bytes, declared: str) -> None:
    refused(house.upload(content, declared, enrolled(house, player(1))), "NotThatKindOfFile")


def test_files_of_nobody_and_files_over_the_limit_are_refused(house: House) -> None:
    refused(house.upload(pdf(), "application/pdf", None), "NotAuthenticated")
    large = pdf() + b"\n" * 10_000_000
    refused(house.upload(large, "application/pdf", enrolled(house, player(1))), "TooLarge")


def test_documents_are_read_by_those_they_are_for(announced: House) -> None:
    first, second = enrolled(announced, player(1)), enrolled(announced, player(2))
    asked = announced.tell("request_declaration_form", {"exam_id": EXAM}, first).json()
    assert announced.tell("request_declaration_form", {"exam_id": EXAM}, first).json() == asked
    render_documents(announced.runtime, RenderDocuments(exam_id=EXAM, ordered_by="registration"))
    (mine,) = announced.ask("my_profile", first).json()["declarations"]
    url = f"/registration/api/documents/{mine['sha256']}"

    def read(actor: Actor | None) -> httpx.Response:
        headers = {} if actor is None else {"authorization": f"Bearer {announced.token(actor)}"}
        return announced.door.get(url, headers=headers)

    assert read(first).content.startswith(b"%PDF-")
    assert read(DIRECTOR).headers["content-type"] == "application/pdf"
    refused(read(second), "NotFound")
    refused(read(None), "NotAuthenticated")
    refused(read(acting(Role.HALL_ADMINISTRATOR, EXAM)), "NotAllowed")
    (public,) = announced.ask("announcements").json()["announcements"]
    assert announced.door.get(f"/registration/api/documents/{public['document']['sha256']}").status_code == 200


def test_the_export_holds_an_unbroken_chain_and_no_names(announced: House) -> None:
    candidate = enrolled(announced, player(1))
    announced.tell("submit_application", application(), candidate)
    refused(announced.ask("export", candidate, exam_id=EXAM), "NotAllowed")
    exported = announced.ask("export", acting(Role.OPERATOR), exam_id=EXAM).json()
    assert [row["action"] for row in exported["audit"]] == ["announcement:published", "application:submitted"]
    assert exported["applications"][0]["candidate_id"] == candidate.id
    text = json.dumps(exported, ensure_ascii=False)
    assert player(1).names.last not in text
    assert player(1).identifier not in text
    with announced.runtime.work() as work:
        chain = work.session.scalars(select(AuditRow).where(AuditRow.exam_id == EXAM).order_by(AuditRow.number))
        assert first_break(chain, "registration") is None


def test_every_term_of_the_exam_is_shown_with_its_article(announced: House) -> None:
    shown = {one["id"]: one for one in announced.ask("deadlines", exam_id=EXAM).json()["deadlines"]}
    assert shown["announcement_published"]["status"] == "met"
    assert all(one["article"] for one in shown.values())
