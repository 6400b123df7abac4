"""Pages of the commission and of the halls, as a browser uses them."""

import re

import httpx
import pytest

from contracts.events.chassis import RenderDocuments
from contracts.people import Role
from services.admission.worker import render_documents
from tests.cast import acting, player
from tests.interface.admission.stage import EXAM, Stage


def enter(stage: Stage, name: str) -> None:
    """Log somebody in, in the browser."""
    for number, username in ((11, "chair"), (12, "member_1"), (1, "minister")):
        if name.replace(" ", "_") == username:
            password = player(number).registration()["password"]
            answer = stage.house.door.submit("/admission/login", {"username": username, "password": password})
            assert answer.headers["location"] == "/admission/"


def page(stage: Stage, path: str) -> httpx.Response:
    return stage.house.door.get(f"/admission/{path}")


def test_an_appointed_person_logs_in_signs_and_may_act_at_once(empty: Stage) -> None:
    empty.ok("appoint_commission", empty.commission(), "minister")
    empty.apply(100)
    enter(empty, "member 1")
    home = page(empty, "").text
    assert "член на изпитната комисия" in home
    assert "Подписване на декларацията" in home
    assert page(empty, f"applications/{EXAM}").status_code == 403
    assert empty.house.door.submit(f"/admission/declaration/{EXAM}", {}).status_code == 303
    assert "декларацията е подписана" in page(empty, "").text
    assert player(100).names.last in page(empty, f"applications/{EXAM}").text


@pytest.mark.parametrize("name", ["author", "minister", "director", "chair", "hall А", "quaestor А", "system"])
def test_everybody_on_duty_has_a_page_of_his_own(day: Stage, name: str) -> None:
    headers = {"authorization": f"Bearer {day.token(name)}"}
    answer = day.house.door.get("/admission/", headers=headers)
    assert answer.status_code == 200
    assert "Изпит за сертификат" in answer.text


def test_whoever_is_not_logged_in_is_sent_to_the_login(empty: Stage) -> None:
    assert page(empty, "").headers["location"] == "/admission/login"
    assert page(empty, f"applications/{EXAM}").status_code == 401
    wrong = empty.house.door.submit("/admission/login", {"username": "chair", "password": "no"})
    assert wrong.status_code == 401
    assert "Невалидно потребителско име или парола." in wrong.text


def test_a_candidates_token_opens_nothing_here(stage: Stage) -> None:
    token = stage.house.token(acting(Role.CANDIDATE, person_id=stage.people["chair"]))
    headers = {"authorization": f"Bearer {token}"}
    for path in (f"applications/{EXAM}", f"hall/{EXAM}/А"):
        assert stage.house.door.get(f"/admission/{path}", headers=headers).status_code == 403


def test_the_check_form_asks_again_when_names_differ(stage: Stage) -> None:
    stage.apply(100)
    enter(stage, "member 1")
    names = str(player(100).names)
    path = f"/admission/application/{stage.applications[100]}"
    assert "Имена в декларацията" in page(stage, f"application/{stage.applications[100]}").text
    typed = {"payer_names": "Друг <b>Човек</b>", "declaration_names": names}
    again = stage.house.door.submit(path, typed)
    assert again.status_code == 409
    assert "Имената не съвпадат" in again.text
    assert "Друг &lt;b&gt;Човек" in again.text
    done = stage.house.door.submit(path, typed | {"ground_payer_name_differs": "yes"})
    assert done.headers["location"] == f"/admission/applications/{EXAM}"
    assert "проверено: има основания" in page(stage, f"applications/{EXAM}").text


def test_a_difference_in_writing_is_waived_by_a_tick(stage: Stage) -> None:
    stage.apply(100)
    enter(stage, "member 1")
    names = player(100).names
    typed = {"payer_names": f"{names.first} {names.last}", "declaration_names": str(names), "no_ground": "yes"}
    assert stage.house.door.submit(f"/admission/application/{stage.applications[100]}", typed).status_code == 303
    assert "проверено: без забележки" in page(stage, f"applications/{EXAM}").text


def test_a_missing_document_is_ticked(stage: Stage) -> None:
    stage.apply(100)
    enter(stage, "member 1")
    typed = {"payer_names": "", "declaration_names": str(player(100).names), "missing_fee": "yes"}
    assert stage.house.door.submit(f"/admission/application/{stage.applications[100]}", typed).status_code == 303
    assert "Не е приложен документ за платена държавна такса." in page(stage, f"applications/{EXAM}").text


def test_the_chair_decides_on_the_page_after_the_term(stage: Stage) -> None:
    stage.apply(100)
    stage.check(100)
    enter(stage, "chair")
    path = f"/admission/applications/{EXAM}/decide"
    early = stage.house.door.submit(path, {})
    assert early.status_code == 409
    assert "решението се взема след това" in early.text
    stage.house.at("2027-03-12T00:00:00+02:00")
    enter(stage, "chair")
    assert stage.house.door.submit(path, {}).status_code == 303
    assert "допуснат" in page(stage, f"applications/{EXAM}").text


@pytest.mark.parametrize("language", ["bg", "en"])
def test_the_hall_is_drawn_as_seats(day: Stage, language: str) -> None:
    first = day.in_hall("А")[0]
    day.identify(first)
    headers = {"authorization": f"Bearer {day.token('hall А')}"}
    shown = day.house.door.get(f"/admission/hall/{EXAM}/А?lang={language}", headers=headers).text
    assert shown.count('class="seat ') == 12
    assert shown.count('class="seat identified"') == 1
    assert player(first).identifier in shown


def test_protocol_1_is_issued_and_opened_from_the_hall_s_page(day: Stage) -> None:
    """Art. 16 item 1."""
    headers = {"authorization": f"Bearer {day.token('hall А')}"}
    path = f"/admission/hall/{EXAM}/А"
    assert "Още не е изготвен." in day.house.door.get(path, headers=headers).text
    said = day.house.door.post(path, data={"verb": "issue_protocol_1_for_signature"}, headers=headers)
    assert said.status_code == 303
    shown = day.house.door.get(path, headers=headers).text
    assert "Протокол № 1 за подпис, " in shown
    assert "(изготвя се)" in shown
    assert 'value="issue_protocol_1"' not in shown, "the last issue waits for the door"
    early = day.house.door.post(path, data={"verb": "issue_protocol_1"}, headers=headers)
    assert (early.status_code, "вратата не е затворена" in early.text) == (409, True)
    assert day.house.door.post(path, data={"verb": "close_door"}, headers=headers).status_code == 404
    render_documents(day.house.runtime, RenderDocuments(exam_id=EXAM, ordered_by="admission"))
    linked = re.search(
        r'href="(/admission/api/documents/\w+)">Протокол № 1 за подпис<', day.house.door.get(path, headers=headers).text
    )
    assert linked is not None
    assert day.house.door.get(linked[1], headers=headers).content.startswith(b"%PDF-")
    chair = {"authorization": f"Bearer {day.token('chair')}"}
    assert 'name="verb"' not in day.house.door.get(path, headers=chair).text


def test_an_unknown_hall_is_a_page_that_says_so(day: Stage) -> None:
    headers = {"authorization": f"Bearer {day.token('chair')}"}
    answer = day.house.door.get(f"/admission/hall/{EXAM}/Я", headers=headers)
    assert answer.status_code == 404
    assert "Не е намерено" in answer.text
