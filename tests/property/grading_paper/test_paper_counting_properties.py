"""Art. 44–48: what holds for every card, every key and every commission."""

import random
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from regulation import in_force
from services.grading.paper.rules.checking import MachineReading, PersonsCount, Round, standing
from services.grading.paper.rules.counting import Seen, calls_for_second_check, count, differing
from services.grading.paper.rules.distribution import distribute, second_marker
from services.grading.paper.rules.numbers import draw_numbers

LAW = in_force(date(2027, 5, 15))
LETTERS = "".join(LAW.option_letters)
QUESTIONS = range(1, LAW.questions + 1)

keys = st.text(LETTERS, min_size=LAW.questions, max_size=LAW.questions).map(
    lambda text: dict(zip(QUESTIONS, text, strict=True))
)
answers = st.dictionaries(st.sampled_from(QUESTIONS), st.sets(st.sampled_from(LETTERS)).map(lambda s: tuple(sorted(s))))
seens = st.builds(Seen, answers, st.frozensets(st.sampled_from(QUESTIONS)))
members = st.lists(st.uuids().map(str), min_size=2, max_size=7, unique=True)


@given(seens, keys)
def test_right_and_wrong_are_all_questions(seen: Seen, key: dict[int, str]) -> None:
    counted = count(seen, key, LAW)
    assert counted.correct + counted.wrong == LAW.questions


@given(seens, keys, st.sampled_from(QUESTIONS), st.sampled_from(LETTERS))
def test_another_cross_never_makes_more_than_one_answer_right_or_wrong(
    seen: Seen, key: dict[int, str], question: int, letter: str
) -> None:
    more = Seen({**seen.pens, question: tuple({*seen.pens.get(question, ()), letter})}, seen.pencil_only)
    assert abs(count(more, key, LAW).correct - count(seen, key, LAW).correct) <= 1


@given(seens, seens, keys)
def test_counts_that_nobody_sees_differently_are_equal(one: Seen, other: Seen, key: dict[int, str]) -> None:
    questions = differing(one, other, QUESTIONS)
    assert questions == differing(other, one, QUESTIONS)
    assert abs(count(one, key, LAW).correct - count(other, key, LAW).correct) <= len(questions)


@given(seens, seens, seens, keys, st.frozensets(st.sampled_from(QUESTIONS)), st.booleans())
def test_a_card_always_has_exactly_one_way_on(
    machine: Seen, first: Seen, second: Seen, key: dict[int, str], doubtful: frozenset[int], has_signs: bool
) -> None:
    rounds = [PersonsCount(seen, count(seen, key, LAW)) for seen in (first, second)]
    reading = MachineReading(machine, doubtful, has_signs)
    settled = Round(rounds[0], rounds[0])
    for one, two in (
        (Round(), Round()),
        (Round(rounds[0]), Round()),
        (settled, Round(rounds[1])),
        (settled, Round(rounds[1], rounds[1])),
        (settled, Round(rounds[1], rounds[1], has_spoken=True)),
        (Round(rounds[0], rounds[0], has_spoken=True), Round(rounds[1], rounds[1], has_spoken=True)),
    ):
        found = standing(reading, one, two, LAW)
        ways = [found.awaits_marker, bool(found.to_settle), bool(found.awaits_words), found.final is not None]
        assert ways.count(True) == 1
        if found.final is not None and not two.marked:
            assert not calls_for_second_check(found.final.count.correct, LAW)


@given(st.sets(st.integers(10_000, 99_999).map(str), max_size=200), members)
def test_every_card_goes_to_one_member_and_shares_differ_by_one_at_most(numbers: set[str], people: list[str]) -> None:
    shares = distribute(sorted(numbers), people)
    assert set(shares) == numbers
    loads = [list(shares.values()).count(one) for one in people]
    assert max(loads) - min(loads) <= 1


@given(members, st.data())
def test_nobody_is_his_own_second_marker(people: list[str], data: st.DataObject) -> None:
    first = data.draw(st.sampled_from(people))
    assert second_marker(first, people) in set(people) - {first}


@given(st.integers(0, 300), st.integers())
def test_numbers_are_different_and_within_the_law(how_many: int, seed: int) -> None:
    numbers = draw_numbers(how_many, LAW, random.Random(seed))
    assert len(set(numbers)) == how_many
    assert all(LAW.card_number_from <= int(number) <= LAW.card_number_to for number in numbers)
