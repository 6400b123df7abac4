"""The data of the law is read strictly: a mistake in a file is loud."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from regulation import RegulationError
from regulation.calendar import load_moved_days
from regulation.provision import FOLDER, load, load_acts

HEADER = "act: ordinance\nin_force_from: 2019-06-10\nchecked_on: 2026-11-21\nprovisions:\n"
RECORD = "  - {id: one, citation: Art. 10(1), unit: questions, bg: един, en: one"

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    (tmp_path / "acts.yaml").write_text((FOLDER / "acts.yaml").read_text(encoding="utf-8"), encoding="utf-8")

    def put(text: str) -> Path:
        (tmp_path / "law.yaml").write_text(HEADER + text, encoding="utf-8")
        return tmp_path

    return put


def test_a_sound_record_is_read(write: Write) -> None:
    (one,) = load(write(f"{RECORD}, value: 1}}\n"))
    assert (one.values, one.in_force_from, one.own_choice) == ({"one": 1}, date(2019, 6, 10), False)


def test_an_amendment_is_a_second_record_with_a_later_date(write: Write) -> None:
    later = f"{RECORD}, value: 2, in_force_from: 2028-01-01, gazette: 'ДВ, бр. 1'}}\n"
    found = load(write(f"{RECORD}, value: 1}}\n{later}"))
    assert [(one.values["one"], one.gazette[:2]) for one in found] == [(1, "th"), (2, "ДВ")]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (f"{RECORD}, value: 1, valeu: 2}}", "unknown key valeu"),
        (f"{RECORD}, value: 1, own_choice: true}}", "has a reason"),
        (f"{RECORD}, value: 1, reason: because}}", "has a reason"),
        (f"{RECORD}}}", "exactly one of value and values"),
        (f"{RECORD}, value: 1, values: {{one: 1}}}}", "exactly one of value and values"),
        (f"{RECORD}, value: 1, act: constitution}}", "unknown act constitution"),
        ("  - {id: one, unit: questions, bg: един, en: one, value: 1}", "missing citation"),
        ("  - {id: one, citation: somewhere, unit: x, bg: един, en: one, value: 1}", "names no article"),
        ("  - {id: one, citation: Art. 1, unit: x, bg: '', en: one, value: 1}", "missing bg"),
        (f"{RECORD}, value: 1}}\n{RECORD}, value: 2}}", "stands twice"),
    ],
)
def test_a_mistake_in_a_record_is_refused(write: Write, record: str, message: str) -> None:
    with pytest.raises(RegulationError, match=message):
        load(write(record + "\n"))


def test_an_unknown_key_of_a_file_is_refused(tmp_path: Path, write: Write) -> None:
    write("  []\nprovision: []\n")
    with pytest.raises(RegulationError, match="unknown key provision"):
        load(tmp_path)


def test_an_act_without_its_title_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "acts.yaml"
    path.write_text("acts:\n  - {id: ordinance}\n", encoding="utf-8")
    with pytest.raises(RegulationError, match="lacks"):
        load_acts(path)


@pytest.mark.parametrize(
    "text",
    [
        "moves:\n  - {free_on: 2027-03-04, worked_on: 2027-03-13, act: РМС № 1}\n",
        "moves:\n  - {free_on: 2027-03-04, worked_on: null, act: '', checked_on: 2026-12-01}\n",
        "moves: []\nmoved: []\n",
    ],
)
def test_a_moved_day_without_its_decision_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "moved_days.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RegulationError):
        load_moved_days(path)
