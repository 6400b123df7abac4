"""What every event of the published language keeps to."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args

import pytest

from contracts.events import Event, Job, every
from contracts.people import IdentifierType, Names, Person
from contracts.schemas import types_within

TYPE_NAME = re.compile(r"bg\.svops\.[a-z]+(_[a-z]+)*\.[a-z]+(-[a-z]+)*\.v[1-9][0-9]*")
PAST = re.compile(r"[A-Z][a-z]*ed|Told|Held|Left|Drawn|Absent|Read")
PERSONAL_TYPES = {Person, Names, IdentifierType}
#: A field of such a name would tell who somebody is, whatever its type.
PERSONAL_NAMES = re.compile(
    r"^(person|names?|first|middle|last|identifier.*|username|e?mail|phone|address|egn|lnch?|id_card.*|born.*)$"
)
FACTS = tuple(event for event in every() if not issubclass(event, Job))
JOBS = tuple(event for event in every() if issubclass(event, Job))


def told(event: type[Event]) -> str:
    return event.type_name()


def field_names_within(event: type[Event]) -> Iterator[str]:
    for kind in types_within(event):
        if is_dataclass(kind):
            yield from (field.name for field in fields(kind))


@pytest.mark.parametrize("event", every(), ids=told)
def test_a_type_name_says_service_fact_and_version(event: type[Event]) -> None:
    assert TYPE_NAME.fullmatch(event.type_name())


@pytest.mark.parametrize("event", FACTS, ids=told)
def test_an_event_says_how_often_it_is_said(event: type[Event]) -> None:
    assert event.__doc__ is not None
    assert re.search(r"\b(once|twice|again)\b", event.__doc__, re.IGNORECASE)


@pytest.mark.parametrize("event", FACTS, ids=told)
def test_an_event_is_a_past_fact(event: type[Event]) -> None:
    assert any(PAST.fullmatch(word) for word in re.findall("[A-Z][a-z]+", event.__name__))


@pytest.mark.parametrize("event", JOBS, ids=told)
def test_a_job_says_what_is_to_be_done_and_is_told_to_nobody_outside(event: type[Event]) -> None:
    assert event.__doc__
    assert not event.__doc__.startswith(f"{event.__name__}(")
    assert not event.public
    assert not event.personal_data


@pytest.mark.parametrize("event", every(), ids=told)
def test_an_event_that_names_people_says_that_it_does_and_no_other(event: type[Event]) -> None:
    assert event.personal_data is bool(PERSONAL_TYPES & set(types_within(event)))


@pytest.mark.parametrize("event", [event for event in every() if event.public], ids=told)
def test_a_public_event_carries_no_personal_data(event: type[Event]) -> None:
    assert not event.personal_data
    assert not [name for name in field_names_within(event) if PERSONAL_NAMES.match(name)]


@pytest.mark.parametrize("event", [event for event in every() if not event.personal_data], ids=told)
def test_an_event_without_personal_data_has_no_field_that_would_carry_some(event: type[Event]) -> None:
    assert not [name for name in field_names_within(event) if PERSONAL_NAMES.match(name)]


@pytest.mark.parametrize("event", every(), ids=told)
def test_an_event_is_about_one_of_its_fields(event: type[Event]) -> None:
    assert event.subject_field in {field.name for field in fields(event)}


@pytest.mark.parametrize("event", every(), ids=told)
def test_an_event_is_frozen_and_carries_values_only(event: type[Event]) -> None:
    assert event.__dataclass_params__.frozen  # type: ignore[attr-defined]  # the standard library's own mark
    assert not [kind for kind in types_within(event) if kind is Any or kind is bytes or list in (kind, *get_args(kind))]
