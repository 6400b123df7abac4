"""Bulgarian first, English second: sentences are written in Bulgarian and looked up in ``locale/en.po``."""

from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = ("bg", "en")
_language: ContextVar[str] = ContextVar("language", default="bg")


def speak(language: str) -> None:
    """Choose the language of this request."""
    _language.set(language if language in LANGUAGES else "bg")


def language() -> str:
    """The language of this request."""
    return _language.get()


@cache
def catalogue(path: Path) -> dict[str, str]:
    """The translations of one ``.po`` file; empty when there is none."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        entries = read_po(file, locale="en")
    return {str(entry.id): str(entry.string) for entry in entries if entry.id and entry.string}


def translate(sentence: str, *catalogues: Path) -> str:
    """The sentence in the language of this request; Bulgarian where no translation is known."""
    if language() == "bg":
        return sentence
    return next((found for path in catalogues if (found := catalogue(path).get(sentence))), sentence)
