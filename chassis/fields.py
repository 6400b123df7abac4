"""Fields of what comes from outside: text without tricks, slugs, hashes, opaque ids. All are bounded."""

import unicodedata
from typing import Any

from marshmallow import ValidationError, fields, validate


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
            raise ValidationError("Непозволени знаци.")
        return tidy(text)


class PersonName(Text):
    """A part of a person's names: letters with marks, hyphens, apostrophes, dots and spaces."""

    def __init__(self, *, shortest: int = 1, **options: Any) -> None:
        super().__init__(longest=100, shortest=shortest, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        if any(unicodedata.category(letter)[0] not in "LM" and letter not in " -‐'’." for letter in text):
            raise ValidationError("Само букви, тире и апостроф.")
        return text


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
