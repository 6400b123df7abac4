"""Every sentence of a page is Bulgarian in the template and has an English translation."""

import re
from pathlib import Path

import pytest

from chassis.language import catalogue

ROOT = Path(__file__).parents[3]
HOUSE = ROOT / "chassis"
TRANSLATED = (
    "chassis",
    "services/registration",
    "services/admission",
    "services/session",
    "services/grading/paper",
    "services/certification",
)
_SENTENCE = re.compile(r"""_\((?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\)""")


def sentences(folder: Path) -> set[str]:
    """What the pages of a service (or of the house) say."""
    pages = (folder / "templates" / "pages").glob("*.html")
    return {one or other for page in pages for one, other in _SENTENCE.findall(page.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("name", TRANSLATED)
def test_every_sentence_of_a_page_is_translated(name: str) -> None:
    known = catalogue(ROOT / name / "locale" / "en.po") | catalogue(HOUSE / "locale" / "en.po")
    assert sentences(ROOT / name) - set(known) == set()


@pytest.mark.parametrize("name", TRANSLATED)
def test_no_translation_is_left_over(name: str) -> None:
    assert set(catalogue(ROOT / name / "locale" / "en.po")) - sentences(ROOT / name) == set()
