"""The count of an electronic sheet, for every sheet and every key."""

import random

from hypothesis import given
from hypothesis import strategies as st

from services.grading.electronic.rules import count

letters = st.sampled_from("АБВГ")
numbers = st.integers(1, 90).map(str)
keys = st.fixed_dictionaries({str(number): letters for number in range(1, 91)})
sheets = st.dictionaries(numbers, letters)


@given(sheets, keys)
def test_right_and_wrong_are_all_questions(sheet: dict[str, str], key: dict[str, str]) -> None:
    found = count(sheet, key)
    assert found.correct + found.wrong == len(key)
    assert 0 <= found.correct <= len(sheet)


@given(sheets, keys, numbers)
def test_the_right_letter_never_lowers_a_count_and_raises_it_by_one_at_most(
    sheet: dict[str, str], key: dict[str, str], number: str
) -> None:
    before, after = count(sheet, key).correct, count(sheet | {number: key[number]}, key).correct
    assert after - before == (sheet.get(number) != key[number])


@given(sheets, keys, numbers)
def test_taking_an_answer_back_is_never_better_than_a_wrong_one(
    sheet: dict[str, str], key: dict[str, str], number: str
) -> None:
    without = {question: letter for question, letter in sheet.items() if question != number}
    wrong = without | {number: "Б" if key[number] == "А" else "А"}
    assert count(without, key) == count(wrong, key)


@given(sheets, keys, st.integers(0))
def test_the_order_in_which_answers_were_given_does_not_matter(
    sheet: dict[str, str], key: dict[str, str], seed: int
) -> None:
    shuffled = list(sheet.items())
    random.Random(seed).shuffle(shuffled)
    assert count(dict(shuffled), key) == count(sheet, key)


@given(sheets, keys, st.integers(0))
def test_a_sub_variant_with_the_questions_in_another_order_gives_the_same_count(
    sheet: dict[str, str], key: dict[str, str], seed: int
) -> None:
    order = list(key)
    random.Random(seed).shuffle(order)
    printed = dict(zip(key, order, strict=True))
    moved = {printed[number]: letter for number, letter in sheet.items()}
    assert count(moved, {printed[number]: letter for number, letter in key.items()}) == count(sheet, key)
