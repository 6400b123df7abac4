"""The generated pages follow the tree, and a stale page is noticed."""

from pathlib import Path

import pytest

from regulation.table import main, pages, provisions_page

RULE = '''
def is_passed(correct, pass_correct):
    """Whether the exam is passed. Source: Art. 43(3), 48(1). Own choice: Art. 50 has no say here."""
    return correct >= pass_correct
'''
TEST = '''
class TestPassing:
    def test_a_candidate_with_59_correct_fails(self):
        """Art. 43(3): fifty-nine are not sixty."""


def test_art_48_1_sixty_pass():
    pass


def helper():
    """Art. 48(1)."""
'''
CASE = """
cases:
  - title: ten days
    article: Art. 6(2)
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in (
        ("services/grading/results/rules/passing.py", RULE),
        ("services/grading/results/usecases.py", RULE),
        ("services/grading/results/.cache/rules/old.py", RULE),
        ("tests/unit/test_passing.py", TEST),
        ("tests/regulation/cases/terms.yaml", CASE),
        ("regulation/__init__.py", ""),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def row(tree: Path, place: str) -> list[str]:
    page = pages(tree)[tree / "docs" / "regulation" / "README.md"]
    line = next(line for line in page.splitlines() if line.startswith(f"| {place} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_an_article_leads_to_its_provision_rule_and_test(tree: Path) -> None:
    _, article_bg, provision, rule, test = row(tree, "Art. 43(3)")
    assert article_bg == "чл. 43, ал. 3"
    assert "`pass_correct`" in provision
    path = "services/grading/results/rules/passing.py"
    assert rule == f"[{path}](../../{path}): `is_passed`"
    assert test.endswith(": `TestPassing.test_a_candidate_with_59_correct_fails`")


def test_a_test_may_carry_the_article_in_its_name(tree: Path) -> None:
    assert row(tree, "Art. 48(1)")[4].endswith(": `test_art_48_1_sixty_pass`")


def test_an_article_in_the_reason_of_a_choice_is_no_source(tree: Path) -> None:
    assert row(tree, "Art. 50")[3] == ""


def test_a_case_stands_beside_its_article(tree: Path) -> None:
    assert row(tree, "Art. 6(2)")[4].endswith("terms.yaml): ten days")


def test_articles_stand_in_order_and_appendices_after_them(tree: Path) -> None:
    page = pages(tree)[tree / "docs" / "regulation" / "README.md"]
    places = [page.index(f"| {place} |") for place in ("Art. 6(2)", "Art. 43(3)", "Art. 48(1)", "App. 4")]
    assert places == sorted(places)


def test_every_reading_stands_on_the_page_of_provisions() -> None:
    page = provisions_page()
    law, chosen = page.split("## What we chose, and why")
    assert all(f"| `reading_{number:02}` |" in chosen for number in range(1, 57))
    assert "| `pass_correct` | 60 | correct answers | чл. 43, ал. 3; чл. 48, ал. 1 (Art. 43(3), 48(1)) |" in law


def test_a_stale_page_is_refused_until_it_is_written(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", "--root", str(tree)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "docs/regulation/README.md differs",
        "docs/regulation/provisions.md differs",
    ]
    assert main(["--root", str(tree)]) == 0
    assert main(["--check", "--root", str(tree)]) == 0
    (tree / "tests" / "unit" / "test_passing.py").unlink()
    assert main(["--check", "--root", str(tree)]) == 1
