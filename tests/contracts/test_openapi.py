"""The OpenAPI document is valid, is what the verbs and shapes say, and describes real refusals."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from contracts.refusals import every
from contracts.refusals.session import SeatTaken
from svops import openapi
from svops.services import SERVICES

DOCUMENT: dict[str, Any] = yaml.safe_load(openapi.PATH.read_text(encoding="utf-8"))


def described(name: str) -> Draft202012Validator:
    """Validates by a schema of the document; references lead into the whole document."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def test_the_document_is_what_the_verbs_and_shapes_say() -> None:
    assert openapi.document() == DOCUMENT
    assert openapi.main(["--check"]) == 0


def test_the_document_is_valid_openapi() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: one.pop("info"),
        lambda one: one["paths"]["/session/api/unlock"]["post"].update(responses=[]),
        lambda one: one["paths"]["/live/answers/{question}"]["put"].pop("parameters"),
        lambda one: one["components"]["schemas"]["session.Unlock"].update(required="exam_id"),
    ],
)
def test_the_validator_would_find_a_mistake(spoil: Any) -> None:
    spoiled = openapi.document()
    spoil(spoiled)
    assert list(OpenAPIV31SpecValidator(spoiled).iter_errors())


def test_every_verb_is_an_operation_and_says_who_may_and_on_what_ground() -> None:
    for service in SERVICES:
        verbs = service.module("commands").VERBS
        for method, several in (("post", verbs.commands), ("get", verbs.questions)):
            for verb in several:
                operation = DOCUMENT["paths"][f"{service.prefix}/api/{verb.name}"][method]
                assert verb.article in operation["description"]
                assert ({} in operation["security"]) == (not verb.roles)


def test_every_refusal_is_in_the_document_and_is_told_as_it_says() -> None:
    assert DOCUMENT["components"]["schemas"]["Refusal"]["properties"]["code"]["enum"] == [
        one.__name__ for one in every()
    ]
    told = SeatTaken(seat="1-1").to_dict()
    described("Refusal").validate(told)
    assert not described("Refusal").is_valid(told | {"code": "Boredom"})
    for path in DOCUMENT["paths"].values():
        for operation in path.values():
            assert operation["responses"]["default"] == {"$ref": "#/components/responses/Refusal"}


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ("session.OfHall", {"exam_id": "2027-05", "hall": "К1"}, {"exam_id": "2027/05", "hall": "К1"}),
        ("session.Unlock", {"exam_id": "2027-05", "session": 1}, {"exam_id": "2027-05", "session": 1, "more": 1}),
        ("OneAnswer", {"option": "А", "seq": 1}, {"option": "А", "seq": 0}),
        ("session.LogIn", {"username": "a", "password": "b"}, {"username": "a"}),
    ],
)
def test_a_schema_accepts_what_the_door_accepts(schema: str, good: Any, bad: Any) -> None:
    described(schema).validate(good)
    assert not described(schema).is_valid(bad)


def test_an_older_document_is_told_and_then_written_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text("openapi: 3.0.0\n", encoding="utf-8")
    assert openapi.main(["--check", "--path", str(path)]) == 1
    assert "differs" in capsys.readouterr().out
    assert openapi.main(["--path", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == openapi.text()
