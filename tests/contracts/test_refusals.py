"""What every refusal keeps to: an article, a sentence in each language, and the same answer over every door."""

import ast
import inspect
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http import HTTPStatus
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.people import CAPACITIES, FORMS, Mode, Role, reserved_to
from contracts.phrase import Phrase
from contracts.refusals import Refusal, by_code, every
from regulation.citation import Citation, parse

CHECKOUT = Path(__file__).parents[2]
FOLDERS = ("chassis", "services", "contracts", "svops")
CYRILLIC = re.compile("[А-Яа-яЁёЀ-ӿ]")
#: „чл. 13, ал. 4, т. 1; чл. 14“, the house's own rules, and the letter of an option stand as they are in any language.
CITATION = re.compile(r"чл\. \d+([\d\s,;–]|чл\.|ал\.|т\.|и)*|Собствено правило|[А-Я]")
#: A rule is one place of the ordinance, or one for each form of the exam.
PLACE = re.compile(r"чл\. (\d+)(?:, ал\. (\d+))?(?:, т\. (\d+))?")
HOUSE_RULE = "Собствено правило"


def places(sentence: str) -> set[str]:
    """The facts that a sentence has a place for."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def facts_of(refusal: type[Refusal]) -> set[str]:
    """The facts with which it is raised: those of its sentences, and those that it asks for by name."""
    asked = inspect.signature(refusal).parameters.values()
    return places(refusal.bg) | {one.name for one in asked if one.kind is inspect.Parameter.KEYWORD_ONLY}


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
    assert not CYRILLIC.search(refusal.en)
    for sentence in (refusal.bg, refusal.en):
        assert sentence.endswith((".", "}", "“", "…"))


@ALL
def test_both_sentences_tell_the_same_facts(refusal: type[Refusal]) -> None:
    assert places(refusal.bg) == places(refusal.en)


@ALL
def test_a_refusal_is_an_answer_and_no_failure_of_the_server(refusal: type[Refusal]) -> None:
    is_answer = 400 <= refusal.status < 500 or refusal.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert is_answer or refusal is by_code("InternalFailure")


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
    phrase = st.builds(Phrase, st.text(), st.text())
    fact = st.one_of(st.text(), st.integers(), st.dates(), st.lists(st.text(), max_size=2), phrase)
    facts = {name: data.draw(st.text() if name == "rule" else fact) for name in sorted(facts_of(refusal))}
    raised = refusal(**facts)
    received = Refusal.from_dict(json.loads(json.dumps(raised.to_dict())))
    assert type(received) is refusal
    assert received.to_dict() == raised.to_dict()
    assert received.article == raised.article == facts.get("rule", refusal.article)
    assert [received.sentence(language) for language in ("bg", "en")] == [raised.sentence("bg"), raised.sentence("en")]


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("OutOfOrder", {"state": Phrase("залата не е затворена", "the hall has not been closed"), "rule": "чл. 37"}),
        ("TooEarly", {"not_before": date(2027, 5, 26), "rule": "чл. 53, ал. 2"}),
        ("DeadlinePassed", {"until": date(2027, 5, 26), "rule": "чл. 51, ал. 1"}),
    ],
)
def test_a_refusal_of_many_articles_names_the_one_on_which_it_rests(code: str, facts: dict[str, Any]) -> None:
    raised = by_code(code)(**facts)
    told = json.loads(json.dumps(raised.to_dict(), ensure_ascii=False))
    received = Refusal.from_dict(told)
    assert raised.article == told["article"] == received.article == received.to_dict()["article"] == facts["rule"]
    assert by_code(code).article != facts["rule"]


def test_words_are_told_in_the_language_of_the_sentence_also_after_their_way_through_another_service() -> None:
    closed = Phrase("вратата не е затворена", "the door has not been closed")
    raised = by_code("OutOfOrder")(state=closed, rule="чл. 22")
    told = json.loads(json.dumps(raised.to_dict(), ensure_ascii=False))
    words = {"bg": "вратата не е затворена", "en": "the door has not been closed"}
    assert told["facts"] == {"rule": "чл. 22", "state": words}
    received = Refusal.from_dict(told)
    assert received.facts == raised.facts
    assert received.sentence("bg").endswith(": вратата не е затворена.")
    assert received.sentence("en") == str(received) == "This step is out of order: the door has not been closed."


def test_several_phrases_are_told_as_one() -> None:
    assert Phrase.listed(FORMS.values()) == Phrase("електронен вариант, хартиен носител", "electronic form, paper form")


def test_every_capacity_and_every_form_has_its_words() -> None:
    assert set(CAPACITIES) == set(Role)
    assert set(FORMS) == set(Mode)


def test_an_act_that_is_not_allowed_names_those_to_whom_it_is_reserved() -> None:
    refused = by_code("NotAllowed")(act=reserved_to({Role.MEMBER, Role.CHAIR}))
    assert "председател на изпитната комисия, член на изпитната комисия" in refused.sentence("bg")
    assert "chair of the commission, member of the commission" in refused.sentence("en")


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


def parsed() -> Iterator[tuple[str, ast.Module]]:
    """Every source file: where, and its tree."""
    for path in (path for folder in FOLDERS for path in sorted((CHECKOUT / folder).rglob("*.py"))):
        yield str(path.relative_to(CHECKOUT)), ast.parse(path.read_text(encoding="utf-8"))


def raised_in_the_code() -> Iterator[tuple[str, type[Refusal], set[str]]]:
    """Every place where a refusal is made: where, which, with which facts; without those that pass facts through."""
    for path, tree in parsed():
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
                    yield f"{path}:{node.lineno}", known[name], given
                case ast.Raise(exc=ast.Name(id=name)) if name in known:
                    yield f"{path}:{node.lineno}", known[name], set()


def test_every_refusal_is_raised_with_the_facts_that_its_sentences_tell() -> None:
    found = list(raised_in_the_code())
    assert len(found) > len(every()) / 2
    assert [(place, coded(one)) for place, one, given in found if given != facts_of(one)] == []


def is_rule(text: str) -> bool:
    """Whether it is the house's own rule, or one or several places of the ordinance, cited as they are everywhere."""
    found = [PLACE.fullmatch(one) for one in text.split("; ")]
    cited = [Citation("Art", *(int(number or 0) for number in one.groups())) for one in found if one]
    is_told_so = bool(cited) and text == "; ".join(one.bg for one in cited)
    return text == HOUSE_RULE or (is_told_so and parse("; ".join(map(str, cited))) == tuple(cited))


def rules_in_the_code() -> Iterator[tuple[str, ast.expr]]:
    """Every expression that is given, or kept, as the rule on which a refusal rests: where, and which."""
    for path, tree in parsed():
        for node in ast.walk(tree):
            match node:
                case ast.keyword(arg="rule", value=value) | ast.Assign(targets=[ast.Name(id="rule")], value=value):
                    yield f"{path}:{value.lineno}", value


def written_in(node: ast.expr) -> list[str]:
    """The texts that stand in an expression."""
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def test_every_rule_in_the_code_is_a_place_of_the_ordinance_or_the_houses_own() -> None:
    found = [(place, text) for place, rule in rules_in_the_code() for text in written_in(rule)]
    assert len(found) > len(every()) / 2
    assert [(place, text) for place, text in found if not is_rule(text)] == []


def test_every_step_out_of_order_is_refused_with_the_rule_on_which_the_order_rests() -> None:
    """A rule that is no text itself is a name ``rule``, whose texts the test above has seen."""
    found = [
        (place, [fact.value for fact in call.keywords if fact.arg == "rule"]) for place, call in calls({"OutOfOrder"})
    ]
    assert len(found) > len(every()) / 2
    named = ast.dump(ast.Name("rule", ast.Load()))
    assert [
        place for place, rules in found if not any(written_in(one) or ast.dump(one) == named for one in rules)
    ] == []


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("чл. 16, т. 8", True),
        ("чл. 6, ал. 4, т. 4", True),
        ("чл. 29, ал. 1; чл. 40, ал. 1", True),
        ("Собствено правило", True),
        ("чл. 13 ал. 3", False),
        ("чл. 43, ал. 6, 7", False),
        ("Art. 16", False),
        ("", False),
    ],
)
def test_a_rule_is_cited_in_one_form(text: str, *, is_one: bool) -> None:
    assert is_rule(text) is is_one


def bulgarian_in(node: ast.AST) -> Iterator[str]:
    """The Bulgarian words written in an expression, those of a ``Phrase`` apart."""
    match node:
        case ast.Call(func=ast.Name(id="Phrase")):
            return
        case ast.Constant(value=str(text)) if CYRILLIC.search(text) and not CITATION.fullmatch(text):
            yield text
    for inner in ast.iter_child_nodes(node):
        yield from bulgarian_in(inner)


def calls(names: set[str]) -> Iterator[tuple[str, ast.Call]]:
    """Every call of something of one of these names: where, and the call."""
    for path, tree in parsed():
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in names:
                    yield f"{path}:{node.lineno}", node


def test_no_fact_of_a_refusal_is_in_bulgarian_only() -> None:
    found = list(calls({coded(one) for one in every()}))
    assert len(found) > len(every())
    assert [(place, text) for place, call in found for fact in call.keywords for text in bulgarian_in(fact.value)] == []


def test_every_phrase_is_bulgarian_and_then_english() -> None:
    found = list(calls({"Phrase"}))
    assert len(found) > len(every())
    for place, call in found:
        match call:
            case ast.Call(args=[_, english], keywords=[]):
                assert list(bulgarian_in(english)) == [], place


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ('"чл. 13, ал. 4, т. 1; чл. 14 и 15"', []),
        ('"Собствено правило"', []),
        ('["А", "Б"]', []),
        ('Phrase("зала", "hall")', []),
        ('f"зала {hall}"', ["зала "]),
        ('"чл. 13: няма"', ["чл. 13: няма"]),
        ('", ".join(["имена"])', ["имена"]),
    ],
)
def test_bulgarian_is_found_wherever_it_is_written(written: str, found: list[str]) -> None:
    assert list(bulgarian_in(ast.parse(written, mode="eval"))) == found
