"""What is wrong with a field is said in Bulgarian and in English, whatever any shape of ours can say."""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from marshmallow import Schema, fields, validate

from chassis.commands import Shape
from chassis.wording import BULGARIAN, told
from svops.services import SERVICES

#: Of validators that only say no, which we have none of, and of writing, which shapes never do.
NEVER_SAID = {"validator_failed", "format"}
VALUES = {"min": 3, "max": 9, "equal": 4, "choices": "а, б"}


def said_by(one: fields.Field[Any]) -> Iterator[str]:
    """Every sentence of a field, of its rules and of the fields within it."""
    kinds = {"obj_type": "datetime", "awareness": "aware"}
    for key, text in one.error_messages.items():
        assert isinstance(text, str)
        if key not in NEVER_SAID and not ("{awareness}" in text and not isinstance(one, fields.AwareDateTime)):
            yield re.sub(r"{(obj_type|awareness)}", lambda found: kinds[found[1]], text)
    for rule in one.validators:
        yield from said_by_rule(rule)
    if isinstance(one, fields.List):
        yield from said_by(one.inner)
    if isinstance(one, fields.Nested):
        yield from said_by_shape(one.schema)
    if isinstance(one, fields.Dict):
        for inner in (one.key_field, one.value_field):
            yield from () if inner is None else said_by(inner)


def said_by_rule(rule: Any) -> Iterator[str]:
    if isinstance(rule, validate.Range | validate.Length):
        if isinstance(rule, validate.Length) and rule.equal is not None:
            yield rule.message_equal
        elif rule.min is None or rule.max is None:
            yield rule.message_max if rule.min is None else rule.message_min
        else:
            yield rule.message_all
    elif isinstance(rule, validate.OneOf | validate.Regexp):
        yield rule.error or rule.default_message


def said_by_shape(shape: Schema) -> Iterator[str]:
    yield from shape.error_messages.values()
    for one in shape.fields.values():
        yield from said_by(one)


def shapes() -> list[type[Shape]]:
    for service in SERVICES:
        import_module(f"{service.package}.schemas")
    found, unseen = [], [Shape]
    while unseen:
        below = unseen.pop().__subclasses__()
        found += below
        unseen += below
    return [one for one in found if one.__module__.startswith("services.")]


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: f"{shape.__module__}.{shape.__name__}")
def test_everything_that_a_shape_says_has_its_bulgarian(shape: type[Shape]) -> None:
    assert set(said_by_shape(shape())) - set(BULGARIAN) == set()


@pytest.mark.parametrize("english", BULGARIAN)
def test_a_sentence_is_told_in_both_languages(english: str) -> None:
    said = english.format(**VALUES)
    phrase = told({"email": [said]})
    assert phrase.bg == f"email: {BULGARIAN[english].format(**VALUES)}"
    assert phrase.en == f"email: {said[:1].lower()}{said[1:].removesuffix('.')}"
    assert re.search("[а-я]", phrase.bg)
    assert phrase.bg != phrase.en


def test_what_is_wrong_within_a_list_is_found_by_its_place() -> None:
    phrase = told({"attachments": {0: {"kind": ["Unknown field.", "Not a valid string."]}}})
    assert phrase.bg == "attachments.0.kind: непознато поле; attachments.0.kind: не е текст"


def test_only_the_first_twenty_are_told() -> None:
    assert told({f"field{number}": ["Unknown field."] for number in range(1000)}).en.count(";") == 19
