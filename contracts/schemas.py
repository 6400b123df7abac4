"""``python -m contracts.schemas``: the golden JSON Schema of every event, and the rule that events only ever grow.

The files in ``contracts/schemas`` say what the release before promised. A change that would break somebody who relies
on them is not written: it needs an event of a new version.
"""

import argparse
import inspect
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec

from contracts.events import Event, every

FOLDER = Path(__file__).with_suffix("")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_WORDING = frozenset({"$schema", "$id", "$defs", "title", "description", "x-public", "x-personal-data"})
_NESTED = frozenset({"properties", "required", "items", "additionalProperties", "anyOf"})


def types_within(kind: Any) -> Iterator[Any]:
    """A type, and every type that its fields, items and alternatives are made of."""
    yield kind
    for inner in _hints(kind).values() if is_dataclass(kind) else get_args(kind):
        yield from types_within(inner)


def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def components(kinds: Iterable[Any], reference: str) -> dict[str, Any]:
    """The JSON Schemas of these dataclasses and of all within them, by name.

    ``reference``: where they will stand, such as ``#/$defs/{name}``.
    """
    wanted = tuple(kinds)
    _, made = msgspec.json.schema_components(wanted, ref_template=reference)
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(made))
    for schema in found.values():
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])
    return found


def schema_of(event: type[Event]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of an event's ``data``; ``x-public`` and ``x-personal-data`` tell who may see it."""
    definitions = components([event], "#/$defs/{name}")
    own = definitions.pop(event.__name__)
    return {
        "$schema": _DIALECT,
        "$id": f"urn:svops:event:{event.type_name()}",
        "x-public": event.public,
        "x-personal-data": event.personal_data,
        **own,
        **({"$defs": definitions} if definitions else {}),
    }


def breaks(golden: Mapping[str, Any], today: Mapping[str, Any]) -> list[str]:
    """What a change of an event's schema would break, a sentence each; empty when it only adds optional fields.

    A removed field, a field that is newly required or no longer certain, and any change of a field's form break a
    reader or a writer of the other release. Wording may change.
    """
    found = list(_breaks(_inlined(golden, golden.get("$defs", {})), _inlined(today, today.get("$defs", {})), ""))
    if golden.get("x-public") and not today.get("x-public"):
        found.append("it is no longer public")
    return found


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(one, definitions) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    if isinstance(reference := schema.get("$ref"), str):
        return _inlined(definitions[reference.rpartition("/")[2]], definitions)
    return {name: _inlined(one, definitions) for name, one in schema.items() if name != "$defs"}


def _breaks(old: Any, new: Any, place: str) -> Iterator[str]:
    yield from _field_breaks(old, new, place)
    for name in ("items", "additionalProperties"):
        if isinstance(old.get(name), dict) and isinstance(new.get(name), dict):
            yield from _breaks(old[name], new[name], f"{place}*.")
    for before, after in zip(old.get("anyOf", ()), new.get("anyOf", ()), strict=False):
        yield from _breaks(before, after, place)
    if _form(old) != _form(new):
        yield f"{place.removesuffix('.') or 'the event'} has another form: {_form(old)} was, {_form(new)} is"


def _field_breaks(old: Any, new: Any, place: str) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    was_required, is_required = set(old.get("required", ())), set(new.get("required", ()))
    for name in before:
        if name not in after:
            yield f"{place}{name} was removed"
            continue
        if name in was_required - is_required:
            yield f"{place}{name} is no longer certain"
        yield from _breaks(before[name], after[name], f"{place}{name}.")
    yield from (f"{place}{name} is newly required" for name in sorted(is_required - was_required))


def _form(schema: Any) -> dict[str, Any]:
    """What of a schema may never change: all but wording and what is compared by itself."""
    form = {name: value for name, value in schema.items() if name not in _WORDING | _NESTED}
    for name in ("items", "additionalProperties"):
        if name in schema:
            form[name] = schema[name] if isinstance(schema[name], bool) else "described"
    return form | ({"alternatives": len(schema["anyOf"])} if "anyOf" in schema else {})


def texts() -> dict[str, str]:
    """What each golden file says today, by file name."""
    return {
        f"{event.type_name()}.json": json.dumps(schema_of(event), ensure_ascii=False, indent=2) + "\n"
        for event in every()
    }


def broken_promises(folder: Path = FOLDER) -> list[str]:
    """What today's classes break of the golden files in a folder, a sentence each."""
    today = texts()
    found = []
    for path in sorted(folder.glob("*.json")):
        if path.name not in today:
            found.append(f"{path.stem}: is no longer said; delete its file by hand once nobody can have such a message")
            continue
        golden = json.loads(path.read_text(encoding="utf-8"))
        found += [f"{path.stem}: {said}" for said in breaks(golden, json.loads(today[path.name]))]
    return found


def _differs(path: Path, text: str) -> bool:
    return not path.is_file() or path.read_text(encoding="utf-8") != text


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the golden files that differ, or with ``--check`` only name them; 1 when one differs or breaks."""
    parser = argparse.ArgumentParser(prog="python -m contracts.schemas", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a schema differs")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the golden files are")
    given = parser.parse_args(arguments)
    if broken := broken_promises(given.folder):
        sys.stderr.writelines(f"{said}\n" for said in (*broken, "nothing written: give the event a new version"))
        return 1
    stale = {name: text for name, text in texts().items() if _differs(given.folder / name, text)}
    for name, text in stale.items():
        sys.stdout.write(f"{name} {'differs' if given.check else 'written'}\n")
        if not given.check:
            given.folder.mkdir(parents=True, exist_ok=True)
            (given.folder / name).write_text(text, encoding="utf-8")
    return int(given.check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
