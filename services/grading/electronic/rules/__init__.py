"""Art. 43: counting an electronic sheet, and when its protocols are due."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Count:
    """Right and wrong answers of one sheet; a question without an answer is wrong."""

    correct: int
    wrong: int


def count(answers: Mapping[str, str], key: Mapping[str, str]) -> Count:
    """Compare a sheet with the key of its sub-variant, question number by question number.

    Raises ``ValueError`` when the sheet answers a question that the key does not have: they do not belong together.
    Source: Art. 43(1), (3); App. 4 (no answer is a wrong answer).
    """
    if foreign := sorted(set(answers) - set(key)):
        raise ValueError(f"the key has no questions {foreign}")
    correct = sum(answers.get(question) == letter for question, letter in key.items())
    return Count(correct, len(key) - correct)
