"""Words for people, in both languages of the house."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Phrase:
    """A few words that stand inside a sentence for a person: in Bulgarian, and the same in English."""

    bg: str
    en: str

    @classmethod
    def listed(cls, phrases: Iterable[Self], between: str = ", ") -> Self:
        """Several phrases as one."""
        several = list(phrases)
        return cls(between.join(one.bg for one in several), between.join(one.en for one in several))

    def told(self, language: str) -> str:
        """The words in ``bg`` or ``en``."""
        return self.en if language == "en" else self.bg
