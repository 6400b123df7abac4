"""What the door tells a screen is what the OpenAPI document says, neither less nor more."""

from typing import Any

import httpx
import pytest
import yaml
from jsonschema import Draft202012Validator, ValidationError

from svops import openapi
from tests.interface.session.exam_day import EXAM, ExamDay, at_their_computers, first

DOCUMENT: dict[str, Any] = yaml.safe_load(openapi.PATH.read_text(encoding="utf-8"))
SCHEMAS = {
    name: {"additionalProperties": False} | schema if "properties" in schema else schema
    for name, schema in DOCUMENT["components"]["schemas"].items()
}


def as_described(answer: httpx.Response, method: str, path: str) -> Any:
    """The answer's JSON; raises ``ValidationError`` where it is not as described."""
    assert answer.status_code == 200, answer.text
    said = DOCUMENT["paths"][f"/live{path}"][method]["responses"]["200"]["content"]["application/json"]["schema"]
    assert said != {"type": "object"}
    Draft202012Validator(said | {"components": {"schemas": SCHEMAS}}).validate(answer.json())
    return answer.json()


def test_every_answer_of_the_door_is_as_the_document_says(logged_in: ExamDay) -> None:
    one = first(logged_in)
    line = logged_in.line(one)
    waiting = as_described(logged_in.live.get("/sitting", headers=line), "get", "/sitting")
    assert "questions" not in waiting
    logged_in.on("9:30")
    logged_in.do("system", "unlock", exam_id=EXAM, session=1)
    logged_in.do(f"hall {one.hall}", "announce", exam_id=EXAM, hall=one.hall, text="Моля, тишина.")
    answered = as_described(logged_in.answer(one, 1, "А", 1), "put", "/answers/{question}")
    assert answered["stands"] == {"option": "А", "seq": 1}
    changes: list[dict[str, Any]] = [
        {"question": 1, "option": None, "seq": 2},
        {"question": 1, "option": "Б", "seq": 1},
    ]
    changes += [{"question": 999, "option": "А", "seq": 1}]
    replayed = logged_in.live.post("/answers", json=changes, headers=line)
    verdicts = as_described(replayed, "post", "/answers")["verdicts"]
    assert [found["verdict"] for found in verdicts] == ["saved", "superseded", "refused"]
    screen = as_described(logged_in.live.get("/sitting", headers=line), "get", "/sitting")
    assert all(screen[name] for name in ("questions", "announcements", "answers"))
    as_described(logged_in.live.post("/here", json={}, headers=line), "post", "/here")
    as_described(logged_in.live.post("/submit", json={}, headers=line), "post", "/submit")


def test_a_log_in_is_as_the_document_says(day: ExamDay) -> None:
    at_their_computers(day)
    one = first(day)
    entered = day.live.post("/login", json={"username": one.username, "password": one.password})
    assert as_described(entered, "post", "/login")["token"]


def test_a_field_that_nobody_described_would_be_noticed(logged_in: ExamDay) -> None:
    line = logged_in.line(first(logged_in))
    answer = logged_in.live.get("/sitting", headers=line)
    more = httpx.Response(200, json=answer.json() | {"score": 58})
    with pytest.raises(ValidationError, match="score"):
        as_described(more, "get", "/sitting")
