"""What holds for every composition, order, seal, draw and exam date."""

import hashlib
import json
import random
import string
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.refusals.general import DeadlinePassed, TooEarly
from contracts.refusals.testbank import CommitmentBroken
from regulation import in_force
from regulation.calendar import is_working_day, local_day
from services.testbank.rules import composition, draw, sealing, timing
from services.testbank.rules.items import Item

LAW = in_force(date(2027, 3, 1))
AREAS = tuple(area.code for area in LAW.areas)
LAWFUL = list(composition.lawful_blueprints(LAW))
HEX = st.text("0123456789abcdef", min_size=64, max_size=64)
EXAMS = st.text(string.ascii_lowercase + string.digits + "-", min_size=3, max_size=40)
DAYS = st.dates(date(2026, 1, 10), date(2031, 12, 31))
DIRECTOR, CHAIR = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()


def bank(spare: int = 0) -> list[Item]:
    """Enough questions of every area for whatever is lawful."""
    needed = {code: max(blueprint[code] for blueprint in LAWFUL) * LAW.variants + spare for code in AREAS}
    options = {letter: f"{letter}?" for letter in LAW.option_letters}
    return [
        Item(question_id=f"{code}-{number:03}", area=code, text=f"{code} {number}", options=options, correct="А")
        for code, count in needed.items()
        for number in range(count)
    ]


BANK = bank(spare=5)


def test_exactly_532_compositions_are_lawful() -> None:
    assert len(LAWFUL) == 532
    assert all(composition.blueprint_violations(blueprint, LAW) == () for blueprint in LAWFUL)


@given(st.integers(-1, 91), st.integers(-1, 91), st.integers(-1, 91))
def test_a_composition_is_refused_exactly_when_it_is_not_among_the_lawful(one: int, two: int, three: int) -> None:
    blueprint = dict(zip(AREAS, (one, two, three), strict=True))
    assert (composition.blueprint_violations(blueprint, LAW) == ()) == (blueprint in LAWFUL)


@settings(max_examples=50)
@given(st.sampled_from(LAWFUL), st.integers(0, 2**32))
def test_variants_are_disjoint_and_each_keeps_the_composition(blueprint: dict[str, int], seed: int) -> None:
    first, second = composition.select(BANK, blueprint, LAW, random.Random(seed))
    assert len(first) == len(second) == 90
    assert not {item.question_id for item in first} & {item.question_id for item in second}
    for variant in (first, second):
        assert sealing.counts(variant) == {area: count for area, count in blueprint.items() if count}


@settings(max_examples=30)
@given(st.integers(1, 2), st.integers(2, 6), st.integers(0, 2**32))
def test_sub_variants_hold_the_same_questions_and_no_number_twice_alike(variant: int, count: int, seed: int) -> None:
    orders = composition.sub_variant_orders(variant, 90, count, random.Random(seed))
    assert len(orders) == count
    for order in orders.values():
        assert sorted(order) == list(range(1, 91))
    for one, other in combinations(orders.values(), 2):
        assert all(mine != theirs for mine, theirs in zip(one, other, strict=True))


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.binary(min_size=32, max_size=32), st.integers(2, 4))
def test_a_sealed_variant_comes_out_as_it_went_in_and_its_key_fits(seed: int, salt: bytes, count: int) -> None:
    chance = random.Random(seed)
    chosen = [
        Item(
            question_id=str(number),
            area=AREAS[number % 3],
            text="".join(chance.choices('абв"\\\n„…\u2028', k=12)),
            options={letter: str(chance.random()) for letter in LAW.option_letters},
            correct=chance.choice(LAW.option_letters),
        )
        for number in range(12)
    ]
    orders = composition.sub_variant_orders(1, len(chosen), count, chance)
    content = sealing.plaintext("2027-05", 1, salt, chosen, orders)
    sealed = sealing.seal(content, director_key=str(DIRECTOR.to_public()), chair_key=str(CHAIR.to_public()))
    opened = pyrage.decrypt(pyrage.decrypt(sealed.outer, [CHAIR]), [DIRECTOR])
    assert opened == content
    assert hashlib.sha256(opened).hexdigest() == sealed.commitment
    key, package = json.loads(sealing.answer_key(content)), json.loads(sealing.package(content))
    for code, order in orders.items():
        for printed, number in enumerate(order, 1):
            assert key[code][str(printed)] == chosen[number - 1].correct
            assert package["questions"][number - 1]["text"] == chosen[number - 1].text


@given(st.integers(0, 2**32))
def test_the_same_questions_with_another_salt_have_another_commitment(seed: int) -> None:
    chance = random.Random(seed)
    salts = {chance.randbytes(32) for _ in range(5)}
    plain = {sealing.plaintext("2027-05", 1, salt, BANK[:3], {"1А": (1, 2, 3)}) for salt in salts}
    assert len({sealing.sha256(content) for content in plain}) == len(salts)


def recounted(exam_id: str, member: str, notary: str, seals: list[str]) -> int:
    """The draw again, from the words of README.md alone."""
    text = "".join(f"{line}\n" for line in ("svops-draw-1", exam_id, member, notary, *seals))
    return hashlib.sha256(text.encode()).digest()[-1] % 2 + 1


@given(EXAMS, HEX, HEX, HEX, HEX)
def test_anybody_can_repeat_the_draw(exam_id: str, member: str, notary: str, one: str, two: str) -> None:
    record = draw.transcript(
        exam_id,
        draw.Revealed(draw.commitment(exam_id, "member", member), member),
        draw.Revealed(draw.commitment(exam_id, "notary", notary), notary),
        {2: two, 1: one},
    )
    assert record["drawn"] == recounted(exam_id, member, notary, [one, two])
    assert list(record["seals"]) == ["1", "2"]


@given(EXAMS, HEX, st.text(max_size=70))
def test_only_the_committed_value_can_be_revealed(exam_id: str, value: str, other: str) -> None:
    committed = draw.commitment(exam_id, "notary", value)
    draw.check_reveal(exam_id, "notary", committed, value)
    if other != value:
        with pytest.raises(CommitmentBroken):
            draw.check_reveal(exam_id, "notary", committed, other)


def test_neither_person_can_steer_the_draw() -> None:
    chance = random.Random(13)
    outcomes = [
        draw.drawn(draw.digest("2027-05", "0" * 64, chance.randbytes(32).hex(), {1: "a" * 64, 2: "b" * 64}), 2)
        for _ in range(2000)
    ]
    assert 900 < outcomes.count(1) < 1100


@given(DAYS, st.sampled_from((timing.ACCEPTANCE, timing.COMPOSITION, timing.DRAW)), st.integers(-30 * 24, 30 * 24))
def test_a_step_is_open_exactly_on_its_working_day(exam_on: date, step: timing.Step, hours: int) -> None:
    first, last = timing.window(step, exam_on, LAW)
    day = local_day(first)
    assert day == local_day(last)
    assert is_working_day(day)
    assert day < exam_on
    now = first + timedelta(hours=hours)
    try:
        timing.check_step(step, exam_on, now, LAW, None)
        assert local_day(now) == day
    except TooEarly:
        assert local_day(now) < day
    except DeadlinePassed:
        assert local_day(now) > day


@given(DAYS)
def test_the_steps_follow_one_another(exam_on: date) -> None:
    ends = [timing.window(step, exam_on, LAW)[1] for step in (timing.ACCEPTANCE, timing.COMPOSITION, timing.DRAW)]
    assert ends == sorted(ends)
    assert ends[-1] < datetime(exam_on.year, exam_on.month, exam_on.day, 6, tzinfo=UTC)
