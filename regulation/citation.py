"""How an article is named: parsed from English prose and printed in both languages.

The grammar is ``Art. 16 item 4``, ``Art. 31(1) item 2``, ``App. 8``; several are separated by commas or
semicolons, a dash makes a range, and ``Art.`` may stand once before a list: ``Art. 43(3), 48(1)``.
"""

import re
from dataclasses import dataclass

_ITEMS = r" items \d+(?:(?:, | and )\d+(?![\d(]))*| item \d+"
_PLACE = rf"\d+(?:\(\d+\))?(?:{_ITEMS})?"
_CHUNK = re.compile(rf"\b(Art|App)\. ?({_PLACE}(?:(?:, and |, | and |; |–){_PLACE})*)")
_REFERENCE = re.compile(rf"(?P<range>–)?(?P<article>\d+)(?:\((?P<paragraph>\d+)\))?(?P<items>{_ITEMS})?")


@dataclass(frozen=True, order=True, slots=True)
class Citation:
    """One place in an act.

    `kind` is ``Art`` or ``App``; `paragraph` and `item` are 0 where the reference names none.
    """

    kind: str
    article: int
    paragraph: int = 0
    item: int = 0

    def __str__(self) -> str:
        """Answer the English form, as ``Art. 31(1) item 2``.

        Own choice: the short English form of legal writing.
        """
        paragraph = f"({self.paragraph})" if self.paragraph else ""
        item = f" item {self.item}" if self.item else ""
        return f"{self.kind}. {self.article}{paragraph}{item}"

    @property
    def bg(self) -> str:
        """The Bulgarian form, as „чл. 31, ал. 1, т. 2“.

        Own choice: the order and commas of the ordinance's own cross-references.
        """
        name = f"чл. {self.article}" if self.kind == "Art" else f"приложение № {self.article}"
        paragraph = f", ал. {self.paragraph}" if self.paragraph else ""
        item = f", т. {self.item}" if self.item else ""
        return f"{name}{paragraph}{item}"

    @property
    def place(self) -> "Citation":
        """The same article and paragraph without the item.

        Own choice: the table of rules has one row for each paragraph.
        """
        return Citation(self.kind, self.article, self.paragraph)


def _places(kind: str, match: re.Match[str], before: int) -> list[Citation]:
    """What one reference names: a range of articles, the items of a paragraph, or one place.

    Own choice: ``19–24`` is every article from 19 to 24.
    """
    article, paragraph = int(match["article"]), int(match["paragraph"] or 0)
    if match["range"]:
        return [Citation(kind, one) for one in range(before + 1, article + 1)]
    items = re.findall(r"\d+", match["items"] or "") or ["0"]
    return [Citation(kind, article, paragraph, int(item)) for item in items]


def parse(text: str) -> tuple[Citation, ...]:
    """Every citation in a piece of English prose, in order, each once; empty where there is none.

    Own choice: prose is read generously, because docstrings are written by people.
    """
    found: dict[Citation, None] = {}
    for chunk in _CHUNK.finditer(" ".join(text.split())):
        before = 0
        for match in _REFERENCE.finditer(chunk[2]):
            found.update(dict.fromkeys(_places(chunk[1], match, before)))
            before = int(match["article"])
    return tuple(found)
