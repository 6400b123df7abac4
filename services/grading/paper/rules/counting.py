"""Art. 46(1), 48(2): what a card is worth, where two counts differ, and when a second member looks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from contracts.phrase import Phrase
from contracts.refusals.grading import MarksNotOfTheCard
from regulation import Regulation

Key = Mapping[int, str]  #: question → right letter


@dataclass(frozen=True, slots=True)
class Seen:
    """What is on a card: letters crossed in pen by question, and questions answered in pencil only."""

    pens: Mapping[int, tuple[str, ...]]
    pencil_only: frozenset[int] = frozenset()

    def counting(self, question: int) -> frozenset[str]:
        """The letters of a question that can make it right. Source: Art. 46(1) item 3: pencil alone is no answer."""
        return frozenset() if question in self.pencil_only else frozenset(self.pens.get(question, ()))


@dataclass(frozen=True, slots=True)
class Count:
    """Right and wrong answers of a card; together all questions."""

    correct: int
    wrong: int


def is_right(seen: Seen, question: int, right: str, law: Regulation) -> bool:
    """Whether a question is answered rightly: exactly one cross in pen, and it is the key's.

    Source: Art. 46(1): none, two or more, and pencil only are wrong.
    """
    letters = seen.counting(question)
    return len(letters) == law.marks_per_answer and letters == {right}


def count(seen: Seen, key: Key, law: Regulation) -> Count:
    """What a card is worth. Source: Art. 46(1)."""
    correct = sum(is_right(seen, question, right, law) for question, right in key.items())
    return Count(correct, len(key) - correct)


def differing(one: Seen, other: Seen, questions: Collection[int]) -> tuple[int, ...]:
    """The questions that two counts saw differently, in order.

    Source: Art. 48(2). Own choice: crosses are compared, not totals, since two mistakes may make the same total.
    """
    return tuple(question for question in sorted(questions) if one.counting(question) != other.counting(question))


def calls_for_second_check(correct: int, law: Regulation) -> bool:
    """Whether another member checks the card. Source: Art. 48(2). Own choice: with both bounds (reading_30)."""
    if law.second_marking_is_inclusive:
        return law.second_marking_from <= correct <= law.second_marking_to
    return law.second_marking_from < correct < law.second_marking_to


def check_seen(seen: Seen, law: Regulation) -> None:
    """Refuse marks that no card can bear.

    Source: App. 10: the questions and letters of the card. Own choice: a question answered „in pencil only“ has no
    cross in pen. Raises ``MarksNotOfTheCard``.
    """
    for question in (*seen.pens, *seen.pencil_only):
        if not 1 <= question <= law.questions:
            raise MarksNotOfTheCard(what=Phrase(f"въпрос {question}", f"question {question}"))
    for question, letters in seen.pens.items():
        if not set(letters) <= set(law.option_letters):
            given = ", ".join(letters)
            raise MarksNotOfTheCard(what=Phrase(f"въпрос {question}: {given}", f"question {question}: {given}"))
        if letters and question in seen.pencil_only:
            raise MarksNotOfTheCard(
                what=Phrase(f"въпрос {question}: молив и химикал", f"question {question}: pencil and pen")
            )


def checked_key(answers: Mapping[str, str], law: Regulation) -> dict[int, str]:
    """A key that has a letter of the card for every question; raises ``ValueError``. Source: Art. 10(1)."""
    key = {int(question): letter for question, letter in answers.items()}
    if set(key) != set(range(1, law.questions + 1)) or not set(key.values()) <= set(law.option_letters):
        raise ValueError("an answer key without a letter for every question")
    return key


def in_order(seen: Seen, letters: Sequence[str]) -> dict[str, list[str]]:
    """The crosses as they are stored: by question, letters in the card's order. Own choice: one form for one fact."""
    found = ((question, [one for one in letters if one in seen.pens[question]]) for question in sorted(seen.pens))
    return {str(question): crossed for question, crossed in found if crossed}
