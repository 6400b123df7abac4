"""The bank of study questions („учебни“) in Bulgarian, one YAML file per area of the test (Art. 11).

They were written for SVOPS, so that a demonstration and its tests have something to be examined on. They come
from no real examination, and none of them may be put into one.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

AREAS = ("internal_audit", "financial_management", "legislation")
LETTERS = ("А", "Б", "В", "Г")
_FOLDER = Path(__file__).parent
_FIELDS = frozenset({"code", "text", "options", "correct", "ground", "law_as_of", "study"})
_CODE = re.compile(r"[A-Z]{2}-[0-9]{3}")


class UnreadableBankError(ValueError):
    """A file of the bank does not have the shape promised; the message names the file and the question."""


@dataclass(frozen=True, slots=True)
class StudyQuestion:
    """One question with four options, of which exactly one is correct.

    `area` is one of AREAS. `code` is unique in the bank, two letters and three digits. `options` holds the
    four texts in the order А, Б, В, Г; `correct` is one of those letters. `ground` is the legal or
    professional ground in Bulgarian; `law_as_of` is the day to which the law was taken into account.
    """

    area: str
    code: str
    text: str
    options: tuple[str, str, str, str]
    correct: str
    ground: str
    law_as_of: date

    @property
    def correct_option(self) -> str:
        """Text of the one correct option."""
        return self.options[LETTERS.index(self.correct)]


@cache
def load() -> tuple[StudyQuestion, ...]:
    """Every question of the bank, in the order of AREAS and then of the files.

    Raises UnreadableBankError, naming the file and the code, if anything is missing, unknown, empty, of
    another type, or if a code occurs twice.
    """
    questions = tuple(question for area in AREAS for question in read(_FOLDER / f"{area}.yaml"))
    seen: set[str] = set()
    for question in questions:
        if question.code in seen:
            raise UnreadableBankError(f"{question.area}.yaml, {question.code}: the code occurs twice")
        seen.add(question.code)
    return questions


def read(path: Path) -> tuple[StudyQuestion, ...]:
    """The questions of one file; its name without the ending is their area. Raises UnreadableBankError."""
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise UnreadableBankError(f"{path.name}: not YAML: {error}") from error
    if not isinstance(entries, list) or not entries:
        raise UnreadableBankError(f"{path.name}: a list of questions is expected")
    return tuple(_question(path, place, entry) for place, entry in enumerate(entries, start=1))


def _question(path: Path, place: int, entry: Any) -> StudyQuestion:
    if not isinstance(entry, dict):
        raise UnreadableBankError(f"{path.name}, entry {place}: a question is expected")
    where = f"{path.name}, {entry.get('code', f'entry {place}')}"
    if set(entry) != _FIELDS:
        raise UnreadableBankError(f"{where}: exactly the fields {', '.join(sorted(_FIELDS))} are expected")
    code = _text(where, "code", entry["code"])
    if not _CODE.fullmatch(code):
        raise UnreadableBankError(f"{where}: a code is two letters, a hyphen and three digits")
    if entry["study"] is not True:
        raise UnreadableBankError(f"{where}: only questions marked as study questions belong here")
    return StudyQuestion(
        area=path.stem,
        code=code,
        text=_text(where, "text", entry["text"]),
        options=_options(where, entry["options"]),
        correct=_letter(where, entry["correct"]),
        ground=_text(where, "ground", entry["ground"]),
        law_as_of=_day(where, entry["law_as_of"]),
    )


def _text(where: str, field: str, value: Any) -> str:
    if not isinstance(value, str) or not value or value != value.strip():
        raise UnreadableBankError(f"{where}: {field} is a text, not empty and without blanks at its ends")
    return value


def _options(where: str, value: Any) -> tuple[str, str, str, str]:
    if not isinstance(value, dict) or tuple(value) != LETTERS:
        raise UnreadableBankError(f"{where}: options are {', '.join(LETTERS)}, in Cyrillic and in this order")
    first, second, third, fourth = (_text(where, f"option {letter}", value[letter]) for letter in LETTERS)
    return first, second, third, fourth


def _letter(where: str, value: Any) -> str:
    if value not in LETTERS:
        raise UnreadableBankError(f"{where}: correct is one of {', '.join(LETTERS)}, in Cyrillic")
    return str(value)


def _day(where: str, value: Any) -> date:
    if type(value) is not date:
        raise UnreadableBankError(f"{where}: law_as_of is a date, as 2026-11-01")
    return value
