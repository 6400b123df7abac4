"""A card on the marker's screen: what is drawn over the scan, and a field a question; and the fields back into marks.

A field says what is on the card: letters (``А``, ``АБ``), ``м`` for pencil only, ``–`` for nothing. Fields that a
person has to decide stay empty until he does, and nothing is drawn into their boxes: what the machine saw there would
lead him.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.phrase import Phrase
from contracts.refusals.grading import MarksNotOfTheCard
from services.grading.paper.cards.layout import COLUMNS, CardLayout, Rect, card_layout

NOTHING, PENCIL = "–", "м"
_NOTHINGS = frozenset({NOTHING, "-", "0"})
#: Beside the boxes of a question the zoom shows its number and a little of the neighbours.
_LEFT_MM, _AROUND_MM = 16.0, 3.0


@dataclass(frozen=True, slots=True)
class Line:
    """A question: its field's value, whether a person has to decide it, and its place on the card (millimetres)."""

    question: int
    value: str
    is_open: bool
    place: Rect


@dataclass(frozen=True, slots=True)
class Drawn:
    """A box of the machine's reading: what it took it for (``pen``, ``pencil``, ``doubtful``, ``sign``), and where."""

    state: str
    place: Rect


@dataclass(frozen=True, slots=True)
class Column:
    """The questions of one column of the card, its place, and whether the person has said that he looked through it."""

    lines: tuple[Line, ...]
    place: Rect
    is_looked: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the screen shows of a card."""

    columns: tuple[Column, ...]
    drawn: tuple[Drawn, ...]
    signs: tuple[Drawn, ...]
    open: tuple[int, ...]


def sheet(card: Mapping[str, Any], typed: Mapping[str, str] | None = None) -> Sheet:
    """The screen of a card as the question ``card`` answers it; ``typed``: fields that came back with a refusal."""
    layout = card_layout("", questions=card["questions"], options="".join(card["options"]))
    is_open = frozenset(card["open"])
    values = _proposed(card) | dict.fromkeys(is_open, "")
    if typed:
        values |= {question: typed.get(field(question), "") for question in values}
    lines = [Line(number, values[number], number in is_open, _row(layout, number)) for number in sorted(values)]
    rows = -(-len(lines) // COLUMNS)
    columns = [tuple(lines[start : start + rows]) for start in range(0, len(lines), rows)]
    reading = card["reading"] or {"boxes": [], "signs": []}
    places = {(box.question, box.option): box.rect for box in layout.boxes}
    return Sheet(
        columns=tuple(
            Column(column, _around([line.place for line in column]), looked(number) in (typed or {}))
            for number, column in enumerate(columns, 1)
        ),
        drawn=(
            *(
                Drawn(box["state"], places[box["question"], box["option"]])
                for box in reading["boxes"]
                if box["question"] not in is_open
            ),
            *(Drawn("doubtful", _boxes(layout, number)) for number in sorted(is_open) if len(is_open) < len(values)),
        ),
        signs=tuple(Drawn("sign", Rect(**sign["box_mm"])) for sign in reading["signs"]),
        open=tuple(sorted(is_open)),
    )


def field(question: int) -> str:
    """The name of a question's field."""
    return f"q{question}"


def looked(column: int) -> str:
    """The name of the box that says that a column was looked through."""
    return f"looked{column}"


def marks_of(typed: Mapping[str, str], questions: int, options: Sequence[str]) -> dict[str, Any]:
    """The fields as ``marks`` and ``pencil_only``; raises ``MarksNotOfTheCard`` for one that is empty or no answer."""
    marks: dict[str, list[str]] = {}
    pencil_only: list[int] = []
    for question in range(1, questions + 1):
        text = typed.get(field(question), "").strip()
        if text.lower() == PENCIL:
            pencil_only.append(question)
        elif text not in _NOTHINGS:
            marks[str(question)] = _letters(question, text, options)
    return {"marks": marks, "pencil_only": pencil_only}


def _letters(question: int, text: str, options: Sequence[str]) -> list[str]:
    letters = list(dict.fromkeys(text.upper().replace(" ", "").replace(",", "")))
    if not letters or not set(letters) <= set(options):
        raise MarksNotOfTheCard(what=Phrase(f"въпрос {question}: „{text}“", f"question {question}: “{text}”"))
    return letters


def _proposed(card: Mapping[str, Any]) -> dict[int, str]:
    """What the fields hold at first: the last person's count for the chair, else the machine's reading."""
    if card.get("to_settle") and card["markings"]:
        last = card["markings"][-1]
        marks, pencil = last["marks"], {str(question) for question in last["pencil_only"]}
    else:
        reading = card["reading"] or {"marks": {}, "pencil": {}}
        marks = reading["marks"]
        pencil = {question for question in reading["pencil"] if not marks.get(question)}
    questions = range(1, card["questions"] + 1)
    return {number: _value(marks.get(str(number), ()), is_pencil=str(number) in pencil) for number in questions}


def _value(letters: Sequence[str], *, is_pencil: bool) -> str:
    return PENCIL if is_pencil else "".join(letters) or NOTHING


def _boxes(layout: CardLayout, question: int) -> Rect:
    return _around([box.rect for box in layout.boxes if box.question == question], 0.0)


def _row(layout: CardLayout, question: int) -> Rect:
    place = _boxes(layout, question).grown(_AROUND_MM)
    return Rect(place.x - _LEFT_MM, place.y, place.w + _LEFT_MM, place.h)


def _around(rects: Sequence[Rect], margin: float = _AROUND_MM) -> Rect:
    left, top = min(rect.x for rect in rects), min(rect.y for rect in rects)
    right, bottom = max(rect.x + rect.w for rect in rects), max(rect.y + rect.h for rect in rects)
    return Rect(left, top, right - left, bottom - top).grown(margin)
