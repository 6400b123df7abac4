"""Art. 10(1), 11: what a question is, and when it is fit for the bank."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from contracts.phrase import Phrase
from contracts.refusals.testbank import QuestionNotValid
from regulation import Regulation


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A question as its author wrote it. ``options``: letter → words; ``correct``: the letter of the right one."""

    question_id: str
    area: str
    text: str
    options: Mapping[str, str]
    correct: str


def check_item(number: int, item: Item, law_as_of: date, today: date, law: Regulation) -> None:
    """Refuse a question that is not of the prescribed form; ``number`` is its place in what was submitted.

    Source: Art. 10(1), 11. Own choice: options differ, and the law it rests on is not of the future (reading_56).
    Raises ``QuestionNotValid``, never with the question's words.
    """
    reason = _fault(item, law_as_of, today, law)
    if reason is not None:
        raise QuestionNotValid(number=number, reason=reason)


def _fault(item: Item, law_as_of: date, today: date, law: Regulation) -> Phrase | None:
    """What is wrong with a question, in words for its author. Source: Art. 10(1), 11."""
    if item.area not in {area.code for area in law.areas}:
        return Phrase("непозната област по чл. 11", "an area that Art. 11 does not name")
    if tuple(sorted(item.options)) != tuple(sorted(law.option_letters)):
        letters = ", ".join(law.option_letters)
        return Phrase(f"отговорите са {letters}", f"the options are {letters}")
    if len({comparable(words) for words in item.options.values()}) < law.options_per_question:
        return Phrase("два от отговорите са еднакви", "two of the options are the same")
    if item.correct not in item.options:
        return Phrase("верният отговор не е сред отговорите", "the right answer is not among the options")
    if law_as_of > today:
        return Phrase("законодателството е към бъдеща дата", "the law it rests on is of a future date")
    return None


def comparable(text: str) -> str:
    """Text as it is compared: compatibility-composed, case folded, letters and digits only, single spaces.

    Own choice: a question that differs in punctuation or case only is the same question.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(sign if sign.isalnum() else " " for sign in folded).split())


def default_standard_version(area: str, law: Regulation) -> str | None:
    """The edition of the standards that a question of this area rests on, where its author names none.

    Own choice: reading_56, for the one area that speaks of the standards (Art. 11 item 1).
    """
    return law.standard_version if area == law.areas[0].code else None
