"""What every refusal keeps to: an article, a sentence in each language, and the same answer over every door."""

import ast
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http import HTTPStatus
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.refusals import Refusal, by_code, every

CHECKOUT = Path(__file__).parents[2]
FOLDERS = ("chassis", "services", "contracts", "svops")


def places(sentence: str) -> set[str]:
    """The facts that a sentence has a place for."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def coded(refusal: type[Refusal]) -> str:
    return refusal.__name__


ALL = pytest.mark.parametrize("refusal", every(), ids=coded)


@ALL
def test_a_refusal_has_an_article_and_says_why_it_is_there(refusal: type[Refusal]) -> None:
    assert re.match(r"чл\. \d|Собствено правило$", refusal.article)
    assert refusal.__doc__
    assert refusal.__doc__ != Refusal.__doc__


@ALL
def test_a_refusal_has_one_sentence_in_each_language(refusal: type[Refusal]) -> None:
    assert re.match("[А-Я{]", refusal.bg)
    assert re.search("[А-Яа-я]", refusal.bg)
    assert re.match("[A-Z{]", refusal.en)
    assert not re.search("[А-Яа-я]", Formatter().vformat(refusal.en, (), dict.fromkeys(places(refusal.en), "")))
    for sentence in (refusal.bg, refusal.en):
        assert sentence.endswith((".", "}", "“", "…"))


@ALL
def test_both_sentences_tell_the_same_facts(refusal: type[Refusal]) -> None:
    assert places(refusal.bg) == places(refusal.en)


@ALL
def test_a_refusal_is_an_answer_and_no_failure_of_the_server(refusal: type[Refusal]) -> None:
    assert 400 <= refusal.status < 500 or refusal.status == HTTPStatus.SERVICE_UNAVAILABLE


def test_no_two_refusals_have_one_code() -> None:
    codes = [refusal.__name__.lower() for refusal in every()]
    assert len(codes) == len(set(codes))
    assert all(by_code(refusal.__name__) is refusal for refusal in every())


def test_two_refusals_of_one_name_are_a_programming_error() -> None:
    with pytest.raises(TypeError, match="two refusals"):
        type("NotFound", (Refusal,), {})


@ALL
@settings(max_examples=10, deadline=None)
@given(st.data())
def test_a_refusal_is_the_same_after_its_way_through_another_service(
    refusal: type[Refusal], data: st.DataObject
) -> None:
    fact = st.one_of(st.text(), st.integers(), st.dates(), st.lists(st.text(), max_size=2))
    raised = refusal(**{name: data.draw(fact) for name in sorted(places(refusal.bg))})
    received = Refusal.from_dict(json.loads(json.dumps(raised.to_dict())))
    assert type(received) is refusal
    assert received.to_dict() == raised.to_dict()
    assert [received.sentence(language) for language in ("bg", "en")] == [raised.sentence("bg"), raised.sentence("en")]


def test_a_refusal_is_a_problem_of_rfc_9457() -> None:
    told = by_code("DeadlinePassed")(until=date(2027, 5, 26), rule="чл. 6, ал. 2").to_dict()
    assert told["status"] == 409
    assert told["type"] == "urn:svops:refusal:DeadlinePassed"
    assert told["sentence"]["bg"] == "Срокът е изтекъл на 2027-05-26 (чл. 6, ал. 2)."
    assert told["detail"] == told["sentence"]["en"]
    assert told["facts"] == {"until": "2027-05-26", "rule": "чл. 6, ал. 2"}


def test_a_fact_that_is_no_json_value_is_told_as_text() -> None:
    at = datetime(2027, 6, 26, 9, 30, tzinfo=UTC)
    json.dumps(by_code("ActExpired")(until=at).to_dict())


def test_a_refusal_that_nobody_knows_is_not_made_up() -> None:
    with pytest.raises(KeyError):
        Refusal.from_dict({"code": "NeverHeardOf", "facts": {}})


def raised_in_the_code() -> Iterator[tuple[str, type[Refusal], set[str]]]:
    """Every place where a refusal is made: where, which, with which facts; without those that pass facts through."""
    for path in (path for folder in FOLDERS for path in sorted((CHECKOUT / folder).rglob("*.py"))):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        known = {
            alias.asname or alias.name: by_code(alias.name)
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("contracts.refusals.")
            for alias in node.names
            if alias.name[0].isupper() and alias.name != "Refusal"
        }
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(id=name)) if name in known and all(one.arg for one in node.keywords):
                    given = {one.arg for one in node.keywords if one.arg}
                    yield f"{path.relative_to(CHECKOUT)}:{node.lineno}", known[name], given
                case ast.Raise(exc=ast.Name(id=name)) if name in known:
                    yield f"{path.relative_to(CHECKOUT)}:{node.lineno}", known[name], set()


def test_every_refusal_is_raised_with_the_facts_that_its_sentences_tell() -> None:
    found = list(raised_in_the_code())
    assert len(found) > len(every()) / 2
    assert [(place, coded(one)) for place, one, given in found if given != places(one.bg)] == []
