"""A number of the law outside the law, and a rule without a source, are refused."""

from dataclasses import astuple
from datetime import date
from pathlib import Path

import pytest

from regulation import in_force
from regulation.lint import GUARDED, main

ROOT = Path(__file__).parents[3]


def lint(tmp_path: Path, name: str, text: str) -> int:
    path = tmp_path / "services" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return main([str(tmp_path / "services")])


@pytest.mark.parametrize("number", sorted(GUARDED))
def test_a_number_of_the_law_is_refused_in_a_service(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    assert lint(tmp_path, "admission/usecases.py", f"X = 1\nY = X > {number}\n") == 1
    assert f"usecases.py:2: {number} is a number of the law" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    [
        "X = (0, 1, 2, 3, 4, 10, 14)\n",
        "X = 90  # not the law: degrees\n",
        '"""The test has 90 questions."""\n',
        "X = '60'\nY = 60.0\n",
    ],
)
def test_what_is_no_number_of_the_law_is_let_through(tmp_path: Path, text: str) -> None:
    assert lint(tmp_path, "admission/usecases.py", text) == 0


def test_a_pardon_without_a_reason_is_none(tmp_path: Path) -> None:
    assert lint(tmp_path, "admission/usecases.py", "X = 90  # not the law:\n") == 1


def test_migrations_may_repeat_numbers(tmp_path: Path) -> None:
    assert lint(tmp_path, "admission/migrations/versions/first.py", "X = 90\n") == 0


@pytest.mark.parametrize("kind", ["def", "async def"])
@pytest.mark.parametrize("docstring", ["", '"""Whether one is banned, see Art. 8."""'])
def test_a_rule_without_source_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, docstring: str
) -> None:
    text = f"{kind} is_banned():\n    {docstring}\n    return False\n"
    assert lint(tmp_path, "admission/rules/ban.py", text) == 1
    assert "ban.py:1: is_banned has neither Source: nor Own choice:" in capsys.readouterr().out


def test_a_method_of_a_rule_needs_a_source_and_a_magic_one_does_not(tmp_path: Path) -> None:
    magic = "class Ban:\n    def __str__(self):\n        return ''\n"
    assert lint(tmp_path, "admission/rules/ban.py", magic) == 0
    assert lint(tmp_path, "admission/rules/ban.py", f"{magic}    def ends(self):\n        return 1\n") == 1


@pytest.mark.parametrize("reason", ["Source: Art. 8.", "Own choice: the date of the exam."])
def test_a_rule_with_source_or_choice_is_let_through(tmp_path: Path, reason: str) -> None:
    text = f'def is_banned():\n    """Whether one is banned. {reason}"""\n'
    assert lint(tmp_path, "admission/rules/ban.py", text) == 0


def test_outside_rules_no_source_is_asked_for(tmp_path: Path) -> None:
    assert lint(tmp_path, "admission/usecases.py", "def admit():\n    return 1\n") == 0


def test_a_missing_folder_is_an_error_and_not_a_clean_bill(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([str(tmp_path / "nowhere")])


def test_every_guarded_number_is_one_of_the_law() -> None:
    law = in_force(date(2027, 3, 1))
    bounds = {bound for area in law.areas for bound in (area.min_questions, area.max_questions)}
    assert set(GUARDED) <= bounds | {one for one in astuple(law) if isinstance(one, int)}


def test_this_package_names_a_source_for_each_of_its_functions() -> None:
    assert main([str(ROOT / "regulation")]) == 0
