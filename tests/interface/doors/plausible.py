"""Values that the doors know, so that what is wrong with a request is met deeper than its shape."""

import enum
from typing import Any

from hypothesis import strategies as st
from marshmallow import Schema, fields, validate

from chassis.fields import Day, ExamId, Instant, OpaqueId, PersonName, Sha256

DAYS = ["2027-06-12", "2026-01-01", "1900-01-01", "2199-12-31", "0001-01-01", "9999-12-31", "2027-02-29"]
INSTANTS = ["2027-06-12T10:00:00+03:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
TEXTS = [
    "Иван",
    "А",
    "1А",
    "1-1",
    "fee",
    "2027-05",
    "0000000001",
    "a@example.bg",
    "+359 2 985",
    "7501010010",
    "б" * 300,
]
NUMBERS = [0, 1, 2, 3, 30, 2**31, 2**63, 10**4000]


_BY_KIND: dict[type[fields.Field[Any]], st.SearchStrategy[Any]] = {
    ExamId: st.just("2027-05"),
    OpaqueId: st.just("00000000-0000-4000-8000-000000000000"),
    Sha256: st.just("0" * 64),
    Day: st.sampled_from(DAYS),
    Instant: st.sampled_from(INSTANTS),
    PersonName: st.sampled_from(["Иван", "Д’Арк", "Ѝ"]),
    fields.Integer: st.sampled_from(NUMBERS),
    fields.Boolean: st.booleans(),
    fields.Dict: st.dictionaries(st.sampled_from(TEXTS), st.sampled_from([*TEXTS, *NUMBERS]), max_size=3),
}


def payloads(shape: type[Schema]) -> st.SearchStrategy[dict[str, Any]]:
    """Requests of this shape, more or less."""
    return st.fixed_dictionaries({name: _values(one) for name, one in shape().fields.items()})


def _values(one: fields.Field[Any]) -> st.SearchStrategy[Any]:
    simple = (values for kind, values in _BY_KIND.items() if isinstance(one, kind))
    found = next(simple, None)
    for look in (_choices, _inside):
        found = look(one) if found is None else found
    return st.sampled_from(TEXTS) if found is None else found


def _choices(one: fields.Field[Any]) -> st.SearchStrategy[Any] | None:
    """One of those that a field allows, where it names them."""
    if isinstance(one, fields.Enum):
        kind: type[enum.Enum] = one.enum
        return st.sampled_from([member.value for member in kind])
    named = [list(rule.choices) for rule in one.validators if isinstance(rule, validate.OneOf)]
    return st.sampled_from(named[0]) if named else None


def _inside(one: fields.Field[Any]) -> st.SearchStrategy[Any] | None:
    """Values of a field that holds others."""
    if isinstance(one, fields.List):
        return st.lists(_values(one.inner), min_size=1, max_size=3)
    return payloads(type(one.schema)) if isinstance(one, fields.Nested) else None
