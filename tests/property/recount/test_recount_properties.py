"""Whatever single value is changed in the hashed parts of a record, the recount finds it."""

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from recount.check import recount
from recount.record import Record
from tests.unit.recount.record_of_an_exam import made

Path = tuple[str | int, ...]

#: The parts that a hash, a seal, a chain or a count holds: service → facts → members of each row (``None``: all).
_HASHED: dict[str, dict[str, set[str] | None]] = {
    "testbank": {"sealed": None, "released": None, "draw": None},
    "session": {"sittings": {"answers", "history", "history_sha256", "outcome"}},
    "grading_electronic": {"keys": None, "sheets": None},
    "grading_paper": {"key": None, "cards": {"number", "markings", "correct", "wrong", "annulled_for"}},
    "grading_results": {"results": {"candidate_id", "correct", "wrong", "outcome"}},
    "registration": {"results": None},
    "certification": {"certificates": {"number", "candidate_id"}},
}
_NOT_HASHED = {"reasons", "rendered", "told_at"}
_ONLY_IN_THE_CHAIN = {"audit", "foreign_heads", "documents"}


def _leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in _NOT_HASHED or "audit" in path:
                yield from _leaves(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _leaves(inner, (*path, place))
    elif isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        yield path


@cache
def honest() -> Record:
    return made()


@cache
def hashed_leaves() -> tuple[Path, ...]:
    """Every string and every number in the hashed parts."""
    found: list[Path] = []
    for service, answer in honest().services.items():
        for facts in _ONLY_IN_THE_CHAIN:
            found += _leaves(answer[facts], (service, facts))
        for facts, members in _HASHED.get(service, {}).items():
            found += [
                path
                for path in _leaves(answer[facts], (service, facts))
                if members is None or (len(path) > 3 and path[3] in members)
            ]
    return tuple(found)


def _changed(value: str | int, by: int) -> str | int:
    if isinstance(value, int):
        return value + by
    place = by % max(len(value), 1)
    letter = "Ж" if value[place : place + 1] != "Ж" else "Щ"
    return value[:place] + letter + value[place + 1 :]


def _mutated(path: Path, by: int) -> Record:
    services = dict(honest().services)
    at: Any = services
    for step in path[:-1]:
        at[step] = copy.copy(at[step])
        at = at[step]
    at[path[-1]] = _changed(at[path[-1]], by)
    return Record(honest().exam_id, services, honest().files)


@settings(max_examples=120, deadline=None)
@given(st.data(), st.integers(1, 10_000))
def test_any_single_value_changed_in_the_hashed_parts_is_found(data: st.DataObject, by: int) -> None:
    services = sorted({str(path[0]) for path in hashed_leaves()})
    service = data.draw(st.sampled_from(services))
    path = data.draw(st.sampled_from([path for path in hashed_leaves() if path[0] == service]))
    assert not recount(_mutated(path, by)).agrees, path


def test_the_record_itself_is_left_as_it_was_by_the_changes() -> None:
    _mutated(hashed_leaves()[0], 1)
    assert honest() == made()
    assert recount(honest()).agrees
