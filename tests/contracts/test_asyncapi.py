"""The AsyncAPI document is valid, is what the contracts and the broker's topology say, and describes real messages."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator

from chassis import topology
from contracts import asyncapi
from contracts.events import every

HERE = Path(__file__).parent
DOCUMENT: dict[str, Any] = yaml.safe_load(asyncapi.PATH.read_text(encoding="utf-8"))
PUBLIC = [event for event in every() if event.public]


def official() -> Draft7Validator:
    return Draft7Validator(json.loads((HERE / "data" / "asyncapi-3.0.0.json").read_bytes()))


def sample(type_name: str) -> Any:
    return json.loads((HERE / "samples" / f"{type_name}.json").read_bytes())


def payload(name: str) -> Draft202012Validator:
    """Validates a message's payload; references lead into the whole document."""
    message = DOCUMENT["components"]["messages"][name]
    schema = {"allOf": message["payload"]["allOf"], "components": DOCUMENT["components"]}
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def references(value: Any) -> Iterator[str]:
    match value:
        case {"$ref": str(reference)}:
            yield reference
        case dict():
            for one in value.values():
                yield from references(one)
        case list():
            for one in value:
                yield from references(one)


def test_the_document_is_what_the_contracts_say() -> None:
    assert asyncapi.document() == DOCUMENT
    assert asyncapi.main(["--check"]) == 0


def test_the_document_is_valid_by_the_official_schema() -> None:
    assert [(list(error.path), error.message) for error in official().iter_errors(DOCUMENT)] == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: one.pop("info"),
        lambda one: one["channels"]["ResultPublished"]["bindings"]["amqp"].pop("exchange"),
        lambda one: one["channels"]["ResultPublished"].update(adress="x"),
        lambda one: one["operations"]["tellResultPublished"].update(action="publish"),
    ],
)
def test_the_official_schema_would_find_a_mistake(spoil: Any) -> None:
    spoiled = asyncapi.document()
    spoil(spoiled)
    assert not official().is_valid(spoiled)


def test_every_reference_leads_somewhere() -> None:
    found = set(references(DOCUMENT))
    assert found
    for reference in found:
        place = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_exchange_and_queues_are_those_of_the_topology() -> None:
    assert asyncapi.EXCHANGE == topology.PUBLIC
    assert asyncapi.STREAM == topology.STREAM_QUEUE
    stream = next(queue for queue in topology.Topology(()).queues if queue.name == topology.STREAM_QUEUE)
    assert DOCUMENT["channels"]["EverythingSoFar"]["x-queue-arguments"] == stream.arguments
    assert stream.bindings == {(asyncapi.EXCHANGE, "#")}


def test_every_public_event_has_a_channel_and_no_other_event_is_mentioned() -> None:
    channels = DOCUMENT["channels"]
    assert {event.__name__ for event in PUBLIC} == set(channels) - {"EverythingSoFar", "QueueOfOneSubscriber"}
    for event in PUBLIC:
        assert channels[event.__name__]["address"] == event.type_name()
        assert event.__name__ in channels["EverythingSoFar"]["messages"]
    text = asyncapi.PATH.read_text(encoding="utf-8")
    assert not [event for event in every() if not event.public and event.type_name() in text]


@pytest.mark.parametrize("event", PUBLIC, ids=lambda event: event.__name__)
def test_a_real_message_is_of_the_payload_that_the_document_states(event: Any) -> None:
    payload(event.__name__).validate(sample(event.type_name()))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: one.pop("id"),
        lambda one: one.update(type="bg.svops.testbank.variant-drawn.v1"),
        lambda one: one.update(specversion="2.0"),
        lambda one: one["data"].pop("outcome"),
        lambda one: one["data"].update(mode="by post"),
        lambda one: one["data"].update(correct="seventy"),
    ],
)
def test_the_stated_payload_would_find_a_mistake(spoil: Any) -> None:
    spoiled = sample("bg.svops.grading_results.result-published.v1")
    spoil(spoiled)
    assert not payload("ResultPublished").is_valid(spoiled)


def test_an_older_document_is_told_and_then_written_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "asyncapi.yaml"
    path.write_text("asyncapi: 2.6.0\n", encoding="utf-8")
    assert asyncapi.main(["--check", "--path", str(path)]) == 1
    assert "differs" in capsys.readouterr().out
    assert asyncapi.main(["--path", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == asyncapi.text()
