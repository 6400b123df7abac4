"""Bulgarian first, English for who asks for it."""

import contextvars
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from chassis import language

CHECKOUT = Path(__file__).parents[3]
CATALOGUES = sorted(path for folder in ("chassis", "services") for path in (CHECKOUT / folder).rglob("locale/en.po"))


@pytest.fixture(autouse=True)
def bulgarian() -> Iterator[None]:
    """Every test begins as every request does."""
    language.speak("bg")
    yield
    language.speak("bg")


def in_another_request(spoken: str) -> str:
    """What language a request of its own speaks."""

    def request() -> str:
        language.speak(spoken)
        return language.language()

    return contextvars.copy_context().run(request)


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    path = tmp_path / "en.po"
    path.write_text('msgid "Изход"\nmsgstr "Log out"\n\nmsgid "Вход"\nmsgstr ""\n', encoding="utf-8")
    return path


@pytest.mark.parametrize(("asked", "spoken"), [("bg", "bg"), ("en", "en"), ("de", "bg"), ("", "bg"), ("EN", "bg")])
def test_a_request_speaks_bulgarian_unless_it_asks_for_english(asked: str, spoken: str) -> None:
    assert in_another_request(asked) == spoken


def test_one_request_does_not_change_the_language_of_another() -> None:
    assert in_another_request("en") == "en"
    assert language.language() == "bg"


def test_a_sentence_is_said_in_the_language_of_the_request(catalogue: Path) -> None:
    assert language.translate("Изход", catalogue) == "Изход"
    language.speak("en")
    assert language.translate("Изход", catalogue) == "Log out"


def test_a_sentence_without_a_translation_is_said_in_bulgarian(catalogue: Path, tmp_path: Path) -> None:
    language.speak("en")
    assert language.translate("Вход", catalogue) == "Вход"
    assert language.translate("Изход", tmp_path / "none.po") == "Изход"


def test_the_first_catalogue_that_knows_a_sentence_translates_it(catalogue: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.po"
    other.write_text('msgid "Изход"\nmsgstr "Exit"\n\nmsgid "Още"\nmsgstr "More"\n', encoding="utf-8")
    language.speak("en")
    assert language.translate("Изход", catalogue, other) == "Log out"
    assert language.translate("Още", catalogue, other) == "More"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_every_sentence_of_a_catalogue_is_translated(path: Path) -> None:
    with path.open("rb") as file:
        entries = [entry for entry in read_po(file, locale="en", abort_invalid=True) if entry.id]
    assert entries
    assert [entry.id for entry in entries if not entry.string or entry.fuzzy] == []
