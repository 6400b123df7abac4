"""The candidate's pages, as a browser uses them."""

import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pikepdf
import pytest

from contracts.events.admission import ApplicationAdmitted, ApplicationRejected, SeatAssigned
from contracts.events.certification import CertificateHanded, CertificateIssued, DuplicateIssued
from contracts.events.grading import ResultPublished
from contracts.people import Mode, Role
from services.registration.usecases import profile
from tests.cast import acting, player
from tests.interface.house import House

EXAM = "2027-05"
WHO = player(7)
AT = datetime.fromisoformat("2027-03-20T10:00:00+02:00")


@pytest.fixture
def house(house_of: Callable[[str], House]) -> House:
    """Registration with one announced exam, open for applications."""
    made = house_of("registration")
    announcement = {
        "exam_id": EXAM,
        "title": "Изпит за сертификат",
        "exam_on": "2027-05-15",
        "modes": ["electronic", "paper"],
        "sessions": 1,
        "place_posted": "фоайе",
    }
    assert made.tell("publish_announcement", announcement, acting(Role.DIRECTOR)).status_code == 200
    return made


@pytest.fixture
def logged_in(house: House) -> House:
    """A browser in which the candidate has just registered."""
    answer = house.door.submit("/registration/register", WHO.registration())
    assert answer.status_code == 303
    assert answer.headers["location"] == "/registration/profile"
    return house


def scan() -> bytes:
    made = pikepdf.new()
    made.add_blank_page()
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def names() -> dict[str, str]:
    return {"first": WHO.names.first, "middle": WHO.names.middle, "last": WHO.names.last}


def candidate_of(house: House) -> tuple[str, str]:
    shown = house.door.get("/registration/api/my_profile").json()
    return shown["candidate"]["candidate_id"], shown["applications"][0]["application_id"]


def test_the_announcement_is_shown_to_everybody_in_both_languages(house: House) -> None:
    page = house.door.get("/registration/").text
    assert "15.05.2027 г." in page
    assert "11.03.2027 г., 23:59:59" in page
    assert "Подаване на заявление" in page
    assert "Applications until" in house.door.get("/registration/?lang=en").text
    assert "Applications until" in house.door.get("/registration/").text  # the choice is remembered


def test_nobody_is_asked_for_a_profile_without_a_way_to_log_in(house: House) -> None:
    for path in ("/registration/profile", f"/registration/apply/{EXAM}"):
        assert house.door.get(path).headers["location"] == "/registration/login"


def test_a_refused_registration_keeps_what_was_typed_except_the_password(house: House) -> None:
    typed = WHO.registration(identifier="7523169264")
    page = house.door.submit("/registration/register", typed)
    assert page.status_code == 422
    assert "не е валиден ЕГН" in page.text
    assert f'value="{WHO.email}"' in page.text
    assert typed["password"] not in page.text


def test_every_wrong_field_is_marked(house: House) -> None:
    page = house.door.submit("/registration/register", WHO.registration(email="nothing", phone="call me"))
    assert page.status_code == 422
    assert page.text.count('aria-invalid="true"') == 2


def test_what_was_typed_comes_back_as_text_and_not_as_html(house: House) -> None:
    attack = '"><script>alert(1)</script>'
    page = house.door.submit("/registration/register", WHO.registration(first=attack))
    assert page.status_code == 422
    assert "<script" not in page.text


def test_wrong_password_is_told_on_the_page(logged_in: House) -> None:
    page = logged_in.door.submit("/registration/login", {"email": WHO.email, "password": "wrong"})
    assert page.status_code == 401
    assert "Невалидно потребителско име или парола." in page.text


def test_a_form_of_another_site_changes_nothing(logged_in: House) -> None:
    stranger = {"origin": "https://evil.example"}
    path = f"/registration/apply/{EXAM}"
    answer = logged_in.door.post(path, data=names() | {"mode": "paper"}, headers=stranger)
    assert answer.status_code == 403
    assert logged_in.door.get("/registration/api/my_profile").json()["applications"] == []


def test_an_application_with_files_goes_through_the_form(logged_in: House) -> None:
    assert f'value="{WHO.names.last}"' in logged_in.door.get(f"/registration/apply/{EXAM}").text
    files = {
        "declaration": ("declaration.pdf", scan(), "application/pdf"),
        "fee": ("", b"", "application/octet-stream"),
    }
    answer = logged_in.door.submit(f"/registration/apply/{EXAM}", names() | {"mode": "paper"}, files=files)
    assert answer.headers["location"] == "/registration/profile"
    (application,) = logged_in.door.get("/registration/api/my_profile").json()["applications"]
    assert [one["kind"] for one in application["attachments"]] == ["declaration"]
    again = logged_in.door.submit(f"/registration/apply/{EXAM}", names() | {"mode": "paper"})
    assert again.status_code == 409
    assert "Вече сте подали заявление" in again.text


def test_a_pdf_that_is_none_is_refused_on_the_page_and_nothing_is_filed(logged_in: House) -> None:
    files = {"declaration": ("declaration.pdf", b"%PDF-1.7 but no", "application/pdf")}
    form = names() | {"mode": "electronic", "assisted": "yes"}
    page = logged_in.door.submit(f"/registration/apply/{EXAM}", form, files=files)
    assert page.status_code == 415
    assert "Файлът не е от допустим вид" in page.text
    assert "checked" in page.text
    assert logged_in.door.get("/registration/api/my_profile").json()["applications"] == []


def test_a_broken_form_is_refused(logged_in: House) -> None:
    headers = {"origin": "http://testserver", "content-type": "multipart/form-data; boundary=x"}
    answer = logged_in.door.post(f"/registration/apply/{EXAM}", content=b"--y\r\nnothing", headers=headers)
    assert answer.status_code == 422


def test_the_profile_tells_the_whole_story(logged_in: House) -> None:
    logged_in.door.submit(f"/registration/apply/{EXAM}", names() | {"mode": "electronic", "assisted": "yes"})
    candidate_id, application_id = candidate_of(logged_in)
    whose: dict[str, Any] = {"exam_id": EXAM, "candidate_id": candidate_id}
    of: dict[str, Any] = whose | {"application_id": application_id, "username": WHO.email, "person": WHO.person}
    form: dict[str, Any] = {"mode": Mode.ELECTRONIC, "assisted": True}
    hours: dict[str, Any] = {"exam_on": date(2027, 5, 15), "entry_at": AT, "starts_at": AT}
    seat: dict[str, Any] = {"session": 1, "hall": "А", "place": "София", "seat": "1-1"} | hours
    number = {"number": "ВО-2027-0001"}
    with logged_in.runtime.work() as work:
        profile.record_admission(work, ApplicationAdmitted(**of, **form, decided_at=AT))
        profile.record_seat(work, SeatAssigned(**of, **form, **seat))
        profile.record_seat(work, SeatAssigned(**of, **form, **(seat | {"seat": "2-2"})))
        result: dict[str, Any] = {"mode": Mode.ELECTRONIC, "outcome": "passed", "correct": 77}
        profile.record_result(work, ResultPublished(**whose, **result, published_at=AT))
        profile.record_certificate(work, CertificateIssued(**whose, **number, issued_on=date(2027, 6, 1)))
        profile.record_hand_over(work, CertificateHanded(**whose, **number, handed_at=AT))
        profile.record_duplicate(work, DuplicateIssued(**whose, **number, issue=1, issued_on=date(2027, 9, 1)))
    page = logged_in.door.get("/registration/profile").text
    for words in ("допуснат", "София, зала А, място 2-2", "издържал", "77", "ВО-2027-0001", "Мястото е променено"):
        assert words in page
    assert page.count("<li><time") == 8


def test_a_rejected_candidate_reads_every_ground_with_its_article(logged_in: House) -> None:
    logged_in.door.submit(f"/registration/apply/{EXAM}", names() | {"mode": "electronic"})
    candidate_id, application_id = candidate_of(logged_in)
    rejected = ApplicationRejected(
        exam_id=EXAM,
        candidate_id=candidate_id,
        application_id=application_id,
        grounds=("missing_declaration", "banned"),
        decided_at=AT,
    )
    with logged_in.runtime.work() as work:
        profile.record_rejection(work, rejected)
    page = logged_in.door.get("/registration/profile").text
    assert "чл. 6, ал. 4, т. 1" in page
    assert "чл. 8" in page


def test_logging_out_forgets_the_candidate(logged_in: House) -> None:
    logged_in.door.submit("/registration/logout", {})
    assert logged_in.door.get("/registration/profile").headers["location"] == "/registration/login"
