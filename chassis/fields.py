"""Fields of what comes from outside: text without tricks, slugs, hashes, opaque ids. All are bounded."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import chain
from typing import Any

from marshmallow import ValidationError, fields, validate

_UNSTORABLE = re.compile("[\\x00\\ud800-\\udfff]")
_DEEPEST = 32
_YEARS = range(1900, 2200)


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can keep a text: no NUL, and no half of a surrogate pair, in it."""
    return _UNSTORABLE.search(text) is None


def check_storable(payload: Mapping[Any, Any]) -> None:
    """Refuse text that cannot be kept, at any depth of a request, by the field that it is in.

    Raises ``ValidationError``, also for what is nested more deeply than anything that is asked for.
    """
    wrong = {_printable(str(name)): found for name, value in payload.items() if (found := _why_not([name, value]))}
    if wrong:
        raise ValidationError(wrong)


def _why_not(level: list[Any]) -> list[str]:
    for _ in range(_DEEPEST):
        if any(isinstance(one, str) and not is_storable(one) for one in level):
            return ["Characters that are not allowed."]
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return []
    return ["Nested too deeply."]


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return chain(value.keys(), value.values())
    return value if isinstance(value, list) else ()


def _printable(name: str) -> str:
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", name)


def tidy(text: str) -> str:
    """Canonically composed (NFC), trimmed, runs of white space made one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


class Text(fields.String):
    """One line of text: tidied, bounded, without control or format characters. Errors: ``ValidationError``."""

    def __init__(self, *, longest: int, shortest: int = 1, **options: Any) -> None:
        super().__init__(validate=validate.Length(min=shortest, max=longest), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **options)
        if any(
            unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn"} for letter in text if not letter.isspace()
        ):
            raise ValidationError("Characters that are not allowed.")
        return tidy(text)


class PersonName(Text):
    """A part of a person's names: letters with marks, hyphens, apostrophes, dots and spaces."""

    def __init__(self, *, shortest: int = 1, **options: Any) -> None:
        super().__init__(longest=100, shortest=shortest, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        if any(unicodedata.category(letter)[0] not in "LM" and letter not in " -‐'’." for letter in text):
            raise ValidationError("Letters, hyphens, apostrophes and dots only.")
        return text


def _check_year(value: date) -> None:
    if value.year not in _YEARS:
        raise ValidationError("Not a day of our time.")


class Day(fields.Date):
    """A day between 1900 and 2199, so that terms counted from it are days too."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> date:
        day: date = super()._deserialize(value, attr, data, **options)
        _check_year(day)
        return day


class Instant(fields.AwareDateTime):
    """An instant between 1900 and 2199, with its offset."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> datetime:
        instant: datetime = super()._deserialize(value, attr, data, **options)
        _check_year(instant)
        return instant


class ExamId(fields.String):
    """An exam's id, such as ``2027-05``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=validate.Regexp(r"\A[a-z0-9-]{3,40}\Z"), required=True, **options)


class OpaqueId(fields.String):
    """A random id (UUID) of a person or a thing, in its canonical form."""

    def __init__(self, **options: Any) -> None:
        form = r"\A[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z"
        super().__init__(validate=validate.Regexp(form), **options)


class Sha256(fields.String):
    """The hash of a file: 64 lower-case hexadecimal digits."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=validate.Regexp(r"\A[0-9a-f]{64}\Z"), required=True, **options)


class Secret(fields.String):
    """A password that somebody types; never echoed, never logged."""

    def __init__(self, *, shortest: int = 1, **options: Any) -> None:
        super().__init__(validate=validate.Length(min=shortest, max=200), required=True, load_only=True, **options)
