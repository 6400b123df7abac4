"""Runs the cases that a lawyer can read: whole examinations and single terms."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from regulation import in_force, terms
from regulation.citation import parse
from regulation.deadlines import ExamDates, deadlines

CASES = Path(__file__).parent / "cases"


def cases(name: str) -> list[Any]:
    document = yaml.safe_load((CASES / name).read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["title"]) for case in document["cases"]]


@pytest.mark.parametrize("case", cases("worked_timeline.yaml"))
def test_an_examination_has_the_days_written_in_its_case(case: dict[str, Any]) -> None:
    found = {one.id: one for one in deadlines(ExamDates(**case["exam"]))}
    days = {name: (found[name].opens_on, found[name].due_on) for name in case["expect"]}
    assert days == {name: (day.get("from"), day.get("until")) for name, day in case["expect"].items()}


@pytest.mark.parametrize("case", cases("terms.yaml"))
def test_a_term_ends_on_the_day_written_in_its_case(case: dict[str, Any]) -> None:
    counted = getattr(terms, case["term"])
    assert counted(case["counted_from"], in_force(date(2026, 1, 1))) == case["gives"]


@pytest.mark.parametrize("case", [*cases("worked_timeline.yaml"), *cases("terms.yaml")])
def test_a_case_names_its_article(case: dict[str, Any]) -> None:
    assert parse(case["article"])
