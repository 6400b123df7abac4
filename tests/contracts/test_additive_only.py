"""An event may gain optional fields; every other change of its shape is found, named, and not written."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts import schemas
from contracts.events import every
from contracts.schemas import breaks

GOLDEN: dict[str, Any] = {
    "$id": "urn:svops:event:bg.svops.admission.seat-assigned.v1",
    "x-public": True,
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "description": {"type": "string"},
        "seats": {"type": "array", "items": {"$ref": "#/$defs/Seat"}},
        "correct": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "answers": {"type": "object", "additionalProperties": {"type": "string"}},
        "sessions": {"type": "array", "items": {"type": "integer"}, "default": [1]},
    },
    "required": ["title", "description", "seats", "correct", "answers"],
    "$defs": {
        "Seat": {
            "type": "object",
            "title": "Seat",
            "properties": {"row": {"type": "integer"}, "kind": {"enum": ["chair", "desk"]}},
            "required": ["row"],
        }
    },
}
Change = Callable[[Any], Any]


def after(change: Change) -> list[str]:
    today = copy.deepcopy(GOLDEN)
    change(today)
    return breaks(GOLDEN, today)


def test_the_same_breaks_nothing() -> None:
    assert breaks(GOLDEN, GOLDEN) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one["properties"].update(remark={"type": "string", "default": ""}),
        lambda one: one["$defs"]["Seat"]["properties"].update(
            column={"anyOf": [{"type": "integer"}, {"type": "null"}]}
        ),
        lambda one: one.update(title="SeatAssigned", description="Said once."),
        lambda one: one["$defs"]["Seat"].update(description="Where somebody sits."),
        lambda one: one["required"].reverse(),
    ],
    ids=["optional field", "optional field within", "wording", "wording within", "order"],
)
def test_what_may_change(change: Change) -> None:
    assert after(change) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: one["properties"].pop("title"), "title was removed"),
        (lambda one: one["properties"].pop("sessions"), "sessions was removed"),
        (lambda one: one["required"].append("sessions"), "sessions is newly required"),
        (lambda one: one["required"].remove("title"), "title is no longer certain"),
        (lambda one: one["properties"]["title"].update(type="integer"), "title has another form"),
        (lambda one: one["properties"]["title"].update(format="date"), "title has another form"),
        (lambda one: one["properties"]["sessions"].update(default=[2]), "sessions has another form"),
        (lambda one: one["properties"]["sessions"]["items"].update(type="string"), "sessions.* has another form"),
        (lambda one: one["properties"]["answers"]["additionalProperties"].update(type="integer"), "answers.*"),
        (lambda one: one["properties"]["answers"].update(additionalProperties=False), "answers has another form"),
        (lambda one: one["properties"]["correct"]["anyOf"].pop(), "correct has another form"),
        (lambda one: one["properties"]["correct"]["anyOf"][0].update(type="number"), "correct has another form"),
        (lambda one: one["$defs"]["Seat"]["properties"].pop("row"), "seats.*.row was removed"),
        (lambda one: one["$defs"]["Seat"]["required"].append("kind"), "seats.*.kind is newly required"),
        (lambda one: one["$defs"]["Seat"]["properties"]["kind"]["enum"].pop(), "seats.*.kind has another form"),
        (lambda one: one["$defs"]["Seat"]["properties"]["kind"]["enum"].append("bench"), "seats.*.kind"),
        (lambda one: one.update({"x-public": False}), "no longer public"),
    ],
)
def test_what_may_never_change_is_named(change: Change, said: str) -> None:
    assert any(said in one for one in after(change))


def test_a_new_required_field_is_named_though_old_messages_lack_it() -> None:
    def change(one: Any) -> None:
        one["properties"]["hall"] = {"type": "string"}
        one["required"].append("hall")

    assert after(change) == ["hall is newly required"]


def test_the_events_of_today_break_nothing_that_was_promised() -> None:
    assert schemas.broken_promises() == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of golden files as they are today."""
    assert schemas.main(["--folder", str(tmp_path)]) == 0
    return tmp_path


def rewrite(path: Path, change: Change) -> str:
    schema = json.loads(path.read_bytes())
    change(schema)
    path.write_text(json.dumps(schema), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def test_a_breaking_change_is_not_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / f"{every()[0].type_name()}.json"
    promised = rewrite(path, lambda schema: schema["properties"].update(lost={"type": "string"}))
    assert schemas.main(["--folder", str(folder)]) == 1
    assert "lost was removed" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == promised


def test_an_added_optional_field_is_written_and_until_then_the_check_fails(folder: Path) -> None:
    path = folder / "bg.svops.testbank.variant-opened.v1.json"
    today = path.read_text(encoding="utf-8")
    rewrite(path, lambda schema: schema["properties"].pop("sessions"))
    assert schemas.main(["--check", "--folder", str(folder)]) == 1
    assert path.read_text(encoding="utf-8") != today
    assert schemas.main(["--folder", str(folder)]) == 0
    assert path.read_text(encoding="utf-8") == today


def test_an_event_that_is_no_longer_said_is_missed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bg.svops.admission.seat-taken-away.v1.json").write_text("{}", encoding="utf-8")
    assert schemas.main(["--check", "--folder", str(folder)]) == 1
    assert "seat-taken-away.v1: is no longer said" in capsys.readouterr().err
