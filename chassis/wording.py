"""What is wrong with a field, for a person: marshmallow's English beside our Bulgarian."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from contracts.phrase import Phrase

#: As marshmallow (or a field of ours) says it → in Bulgarian; what stands in braces is carried over.
BULGARIAN = {
    "Missing data for required field.": "липсва",
    "Field may not be null.": "не може да е празно",
    "Unknown field.": "непознато поле",
    "Invalid value.": "недопустима стойност",
    "Invalid input type.": "недопустим вид данни",
    "Invalid type.": "недопустим вид данни",
    "Invalid input.": "недопустима стойност",
    "Not a valid string.": "не е текст",
    "Not a valid utf-8 string.": "не е текст",
    "Not a valid number.": "не е число",
    "Number too large.": "числото е твърде голямо",
    "Not a valid integer.": "не е цяло число",
    "Not a valid boolean.": "не е „да“ или „не“",
    "Not a valid list.": "не е списък",
    "Not a valid mapping type.": "не е съответствие",
    "Not a valid date.": "не е дата",
    "Not a valid datetime.": "не е ден и час",
    "Not a valid aware datetime.": "не е ден и час с часова зона",
    "Not a valid email address.": "не е адрес на електронна поща",
    "Must be one of: {choices}.": "трябва да е едно от: {choices}",
    "Must be greater than or equal to {min}.": "трябва да е най-малко {min}",
    "Must be less than or equal to {max}.": "трябва да е най-много {max}",
    "Must be greater than or equal to {min} and less than or equal to {max}.": "трябва да е между {min} и {max}",
    "Shorter than minimum length {min}.": "по-късо от {min}",
    "Longer than maximum length {max}.": "по-дълго от {max}",
    "Length must be between {min} and {max}.": "дължината трябва да е между {min} и {max}",
    "Length must be {equal}.": "дължината трябва да е {equal}",
    "String does not match expected pattern.": "не е от изисквания вид",
    "Characters that are not allowed.": "непозволени знаци",
    "Nested too deeply.": "твърде много нива едно в друго",
    "Letters, hyphens, apostrophes and dots only.": "само букви, тире, апостроф и точка",
    "Not a day of our time.": "не е ден от нашето време",
    "Not base64.": "не е base64",
}
_MOST_TOLD = 20
_LONGEST_NAME = 60


def told(messages: dict[Any, Any]) -> Phrase:
    """Marshmallow's ``messages`` as one phrase, ``field: what is wrong`` each; the first twenty of them."""
    flat = list(_flat(messages, ()))[:_MOST_TOLD]
    return Phrase.listed((Phrase(f"{name}: {_bulgarian(one)}", f"{name}: {_english(one)}") for name, one in flat), "; ")


def _flat(messages: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from _flat(inner, (*path, str(name)[:_LONGEST_NAME]))
    elif isinstance(messages, list):
        for inner in messages:
            yield from _flat(inner, path)
    else:
        yield ".".join(path), str(messages)


def _english(message: str) -> str:
    return message[:1].lower() + message[1:].removesuffix(".")


def _bulgarian(message: str) -> str:
    for form, bulgarian in _forms():
        if found := form.fullmatch(message):
            return bulgarian.format(**found.groupdict())
    return _english(message)


@cache
def _forms() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Every English sentence as a pattern, those with the most fixed words first."""
    longest_first = sorted(BULGARIAN.items(), key=lambda one: -len(one[0]))
    return tuple(
        (re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.*)", re.escape(english)), re.DOTALL), bulgarian)
        for english, bulgarian in longest_first
    )
