"""The published language stands in golden files, and grows without breaking anybody."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from contracts import schemas
from contracts.envelope import decode, encode, seal
from contracts.events import Event, event_type, every

SAMPLES = Path(__file__).with_name("samples")
SAMPLED = sorted(SAMPLES.glob("*.json"))


def golden(event: type[Event]) -> Any:
    return json.loads((schemas.FOLDER / f"{event.type_name()}.json").read_bytes())


def told(event: type[Event]) -> str:
    return event.type_name()


def named(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("event", every(), ids=told)
def test_the_golden_schema_is_what_the_class_says(event: type[Event]) -> None:
    assert golden(event) == schemas.schema_of(event)


@pytest.mark.parametrize("event", every(), ids=told)
def test_the_golden_schema_is_a_json_schema_and_its_instants_are_instants(event: type[Event]) -> None:
    Draft202012Validator.check_schema(golden(event))
    for name, field in golden(event)["properties"].items():
        if name.endswith("_at"):
            given = [one for one in field.get("anyOf", [field]) if one["type"] != "null"]
            assert [one["format"] for one in given] == ["date-time"]
        if name.endswith("_on"):
            assert field["format"] == "date"


def test_there_is_one_golden_schema_an_event_and_no_other() -> None:
    assert {path.stem for path in schemas.FOLDER.glob("*.json")} == {event.type_name() for event in every()}
    assert schemas.main(["--check"]) == 0


def test_every_event_has_a_stored_sample() -> None:
    assert {path.stem for path in SAMPLED} >= {event.type_name() for event in every()}


@pytest.mark.parametrize("path", SAMPLED, ids=named)
def test_a_message_of_an_earlier_release_is_read_by_this_one_and_nothing_of_it_is_lost(path: Path) -> None:
    stored = json.loads(path.read_bytes())
    envelope = decode(path.read_bytes())
    event = envelope.event()
    assert type(event).type_name() == path.stem
    assert event.subject() == stored["subject"]
    assert stored.items() <= json.loads(encode(envelope)).items()
    again = seal(event, source="registration", at=envelope.time)
    assert _is_kept(stored["data"], json.loads(encode(again))["data"])


def _is_kept(stored: Any, again: Any) -> bool:
    """Whether everything stored is there again; more may be."""
    if isinstance(stored, dict):
        return all(name in again and _is_kept(value, again[name]) for name, value in stored.items())
    return bool(stored == again)


@pytest.mark.parametrize("path", SAMPLED, ids=named)
def test_an_instant_without_its_offset_is_no_instant(path: Path) -> None:
    stored = path.read_text(encoding="utf-8")
    offset = r"(T\d\d:\d\d:\d\d(\.\d+)?)(Z|[+-]\d\d:\d\d)"
    with pytest.raises(msgspec.ValidationError, match="timezone"):
        decode(re.sub(offset, r"\1", stored).encode())


@pytest.mark.parametrize("path", SAMPLED, ids=named)
def test_a_stored_message_is_of_its_golden_schema(path: Path) -> None:
    data = json.loads(path.read_bytes())["data"]
    schema = golden(event_type(path.stem))
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(data)
