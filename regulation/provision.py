"""The records of the law: one provision, its citation and where it was read, loaded strictly from YAML.

A file that says something unknown, leaves out a citation, or makes a choice of its own without a reason is a
loud `RegulationError` when it is read: a regulation that is half read is worse than none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from regulation.citation import Citation, parse

FOLDER = Path(__file__).parent / "provisions"
#: Files of the folder that hold something other than provisions.
_OTHER_FILES = frozenset({"acts.yaml", "moved_days.yaml"})

Value = int | bool | str | tuple[str, ...]


class RegulationError(ValueError):
    """The written law cannot be read: an unknown key, no citation, a choice without a reason, a clash."""


@dataclass(frozen=True, slots=True)
class Act:
    """A normative act: its identifier, both titles, where it was published and what of it was read."""

    id: str
    title_bg: str
    title_en: str
    short_bg: str
    short_en: str
    gazette: str
    note: str


@dataclass(frozen=True, slots=True)
class Provision:
    """One provision of an act, or one choice of ours where the act is silent or unclear.

    `values` maps names to numbers, texts or letters and is empty for a rule without a figure; `unit` is the
    unit of all of them. `reason` is never empty when `own_choice` holds.
    """

    id: str
    values: Mapping[str, Value]
    unit: str
    in_force_from: date
    citation: str
    citations: tuple[Citation, ...]
    act: Act
    gazette: str
    checked_on: date
    own_choice: bool
    reason: str
    bg: str
    en: str

    @property
    def citation_bg(self) -> str:
        """The citation as a person of the ministry reads it. Own choice: one form everywhere."""
        return "; ".join(one.bg for one in self.citations)

    @property
    def value(self) -> str:
        """The values as one line of text; empty where there is none. Own choice: the form of the tables."""
        return "; ".join(
            _as_text(value) if name == self.id else f"{name} = {_as_text(value)}" for name, value in self.values.items()
        )


def _as_text(value: Value) -> str:
    """One value as text. Own choice: letters are listed with spaces."""
    return " ".join(value) if isinstance(value, tuple) else str(value)


_HEADER = frozenset({"act", "in_force_from", "checked_on", "provisions"})
_REQUIRED = frozenset({"id", "unit", "citation", "bg", "en", "act", "in_force_from", "checked_on"})
_OPTIONAL = frozenset({"value", "values", "own_choice", "reason", "gazette"})


def _read(path: Path) -> Any:
    """The document in a YAML file. Own choice: safe loading, nothing but plain data."""
    with path.open(encoding="utf-8") as stream:
        return yaml.load(stream, yaml.CSafeLoader)


def _refuse_unknown(where: str, found: Mapping[str, Any], known: frozenset[str]) -> None:
    """Raise `RegulationError` for a key that nobody reads.

    Own choice: a misspelt key is never passed over.
    """
    unknown = sorted(set(found) - known)
    if unknown:
        raise RegulationError(f"{where}: unknown key {', '.join(unknown)}")


def load_acts(path: Path) -> dict[str, Act]:
    """The acts of a file by id. Own choice: the act is told once and not in each of its provisions."""
    known = frozenset(one.name for one in fields(Act))
    acts = {}
    for entry in _read(path)["acts"]:
        _refuse_unknown(str(path), entry, known)
        missing = sorted(known - set(entry))
        if missing:
            raise RegulationError(f"{path}: an act lacks {', '.join(missing)}")
        acts[entry["id"]] = Act(**entry)
    return acts


def _values(where: str, entry: Mapping[str, Any]) -> Mapping[str, Value]:
    """What a record states, by name; a single `value` has the name of its record.

    Own choice: names are checked against the fields of `Regulation` when it is built.
    """
    if ("value" in entry) == ("values" in entry):
        raise RegulationError(f"{where}: exactly one of value and values is needed")
    stated = entry["values"] if "values" in entry else {entry["id"]: entry["value"]}
    return MappingProxyType(
        {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in stated.items()
            if value is not None
        }
    )


def _provision(where: str, entry: Mapping[str, Any], acts: Mapping[str, Act]) -> Provision:
    """One record, checked. Raises `RegulationError`. Own choice: every key is required or known."""
    _refuse_unknown(where, entry, _REQUIRED | _OPTIONAL)
    missing = sorted(key for key in _REQUIRED if not entry.get(key))
    if missing:
        raise RegulationError(f"{where}: missing {', '.join(missing)}")
    own_choice, reason = entry.get("own_choice", False), entry.get("reason", "").strip()
    if own_choice != bool(reason):
        raise RegulationError(f"{where}: a choice of our own has a reason, and nothing else has")
    citations = parse(entry["citation"])
    if not citations:
        raise RegulationError(f"{where}: the citation names no article: {entry['citation']}")
    if entry["act"] not in acts:
        raise RegulationError(f"{where}: unknown act {entry['act']}")
    act = acts[entry["act"]]
    return Provision(
        id=entry["id"],
        values=_values(where, entry),
        unit=entry["unit"],
        in_force_from=entry["in_force_from"],
        citation=entry["citation"],
        citations=citations,
        act=act,
        gazette=entry.get("gazette", act.gazette),
        checked_on=entry["checked_on"],
        own_choice=own_choice,
        reason=reason,
        bg=" ".join(entry["bg"].split()),
        en=" ".join(entry["en"].split()),
    )


def load(folder: Path) -> tuple[Provision, ...]:
    """Every provision of a folder, in the order of files and records. Raises `RegulationError`.

    Own choice: one id may return with a later date, which is an amendment; the same id and date twice is an
    error.
    """
    acts = load_acts(folder / "acts.yaml")
    found: dict[tuple[str, date], Provision] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name in _OTHER_FILES:
            continue
        document = _read(path)
        _refuse_unknown(path.name, document, _HEADER)
        shared = {key: value for key, value in document.items() if key != "provisions"}
        for entry in document["provisions"]:
            one = _provision(f"{path.name}: {entry.get('id', '?')}", {**shared, **entry}, acts)
            key = (one.id, one.in_force_from)
            if key in found:
                raise RegulationError(f"{path.name}: {one.id} stands twice from {one.in_force_from}")
            found[key] = one
    return tuple(found.values())


@cache
def provisions() -> tuple[Provision, ...]:
    """Every provision of the shipped folder, amendments included. Own choice: read once a process."""
    return load(FOLDER)


def provision(provision_id: str) -> Provision:
    """The latest text of one provision. Raises `KeyError` for an unknown id.

    Own choice: who needs the text of a certain day filters `provisions()` by `in_force_from`.
    """
    versions = [one for one in provisions() if one.id == provision_id]
    if not versions:
        raise KeyError(provision_id)
    return max(versions, key=lambda one: one.in_force_from)


def citation(provision_id: str) -> str:
    """The citation of one provision, as ``Art. 43(3)``. Raises `KeyError`.

    Own choice: a short way for refusals.
    """
    return provision(provision_id).citation
