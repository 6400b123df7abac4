"""Art. 43: counting an electronic sheet, and when its protocols are due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from contracts.refusals.general import DeadlinePassed
from regulation.calendar import end_of_day


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


def key_of(letters: Mapping[str, Mapping[str, str]], sub_variant: str) -> Mapping[str, str]:
    """The key of a sub-variant; raises ``ValueError`` when the released key has none. Source: Art. 13(4), 43(1)."""
    if sub_variant not in letters:
        raise ValueError(f"the key has no sub-variant {sub_variant}, only {sorted(letters)}")
    return letters[sub_variant]


def check_handover(now: datetime, last_day: date, deviation_reason: str | None) -> None:
    """Refuse a handover after its term, unless a reason is given.

    Source: Art. 43(5). Own choice: the term binds the administrators, and protocols that come late must still come; so
    a reason is asked for and kept. Raises ``DeadlinePassed``.
    """
    if now > end_of_day(last_day) and not deviation_reason:
        raise DeadlinePassed(until=last_day, rule="чл. 43, ал. 5")
