"""Art. 47: whose slip it is."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from contracts.people import Names
from contracts.phrase import Phrase
from contracts.refusals.grading import SlipMatchesNobody


@dataclass(frozen=True, slots=True)
class Expected:
    """A candidate who handed in an envelope; ``is_taken``: another slip names him already."""

    candidate_id: str
    names: Names
    identifier: str
    is_taken: bool


def whose(names: Names, identifier: str, expected: Iterable[Expected]) -> str:
    """The candidate of a slip: number and all three names are his, and he has no other slip.

    Source: Art. 47. Own choice: case, spaces and hyphens do not count (reading_08); nothing is guessed beyond that.
    Raises ``SlipMatchesNobody``.
    """
    digits = "".join(identifier.split())
    found = [one for one in expected if one.identifier == digits]
    if len(found) != 1:
        raise SlipMatchesNobody(what=Phrase("ЕГН/ЛН/ЛНЧ", "personal number"))
    (candidate,) = found
    if comparable(str(candidate.names)) != comparable(str(names)):
        raise SlipMatchesNobody(what=Phrase("имена", "names"))
    if candidate.is_taken:
        raise SlipMatchesNobody(what=Phrase("вече има фиш", "there is a slip already"))
    return candidate.candidate_id


def comparable(text: str) -> str:
    """Names as they are compared. Own choice: NFC, without case, hyphens as spaces, one space (reading_08)."""
    plain = unicodedata.normalize("NFC", text).casefold()
    return " ".join("".join(" " if letter in "-‐‑–" else letter for letter in plain).split())
