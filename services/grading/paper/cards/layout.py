"""Where everything stands on the answer card of Приложение № 10, in millimetres.

One geometry serves printing, reading, drawing over a scan and generating test scans; pixels are derived from it.
The card is A4 portrait: three columns of questions, the number's place in the top left corner (Art. 44), six
coded marks that tell position and orientation, the page's code, and boxes for reference that nobody fills.
"""

import base64
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

MM_PER_INCH = 25.4
PAGE_MM = (210.0, 297.0)
FORMAT = "svops-card-1"

COLUMNS = 3
MARK_MM = 9.0
MARK_CORNERS_MM = ((8.0, 8.0), (193.0, 8.0), (193.0, 280.0), (8.0, 280.0), (8.0, 140.0), (193.0, 140.0))
NUMBER_MM = (21.0, 8.0, 61.0, 30.0)
CODE_MM = (165.0, 9.0, 22.0, 22.0)
BOX_MM = 4.6
GRID_TOP_MM = 66.0
ROW_MM = 7.0
GRID_LEFT_MM = 21.0
COLUMN_MM = 57.5
FIRST_OPTION_MM = 10.0
OPTION_MM = 11.0
BOX_IN_OPTION_MM = 4.2
REFERENCE_TOP_MM = 281.5
REFERENCE_LEFT_MM = 92.0
REFERENCE_BOXES = 6


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle; millimetres from the top left corner of the page."""

    x: float
    y: float
    w: float
    h: float

    @property
    def centre(self) -> tuple[float, float]:
        """The middle, in the rectangle's own unit."""
        return self.x + self.w / 2, self.y + self.h / 2

    def scaled(self, factor: float) -> "Rect":
        """The same rectangle in another unit."""
        return Rect(self.x * factor, self.y * factor, self.w * factor, self.h * factor)

    def grown(self, by: float) -> "Rect":
        """The same rectangle with a border of `by` on every side."""
        return Rect(self.x - by, self.y - by, self.w + 2 * by, self.h + 2 * by)

    def meets(self, other: "Rect") -> bool:
        """Whether the two touch or overlap."""
        apart_x = self.x > other.x + other.w or other.x > self.x + self.w
        return not (apart_x or self.y > other.y + other.h or other.y > self.y + self.h)

    def as_json(self) -> dict[str, float]:
        """Rounded to a hundredth, as `layout.json` writes it."""
        return {key: round(getattr(self, key), 2) for key in ("x", "y", "w", "h")}


@dataclass(frozen=True, slots=True)
class Box:
    """One box to be crossed: question from 1, option one of the layout's letters."""

    question: int
    option: str
    rect: Rect


@dataclass(frozen=True, slots=True)
class Mark:
    """A coded black mark; its number says which corner of the page it is, so a page cannot be taken upside down."""

    number: int
    rect: Rect


@dataclass(frozen=True, slots=True)
class CardLayout:
    """The card of one page code. Boxes are ordered by question, then option; `printed_png` is the printed area."""

    page_code: str
    questions: int
    options: str
    boxes: tuple[Box, ...]
    marks: tuple[Mark, ...]
    reference_boxes: tuple[Rect, ...]
    number_box: Rect
    code_box: Rect
    printed_png: bytes = field(default=b"", repr=False)

    def __hash__(self) -> int:
        """Cheap, so that what is derived from a layout can be kept by layout."""
        return hash((self.page_code, self.questions, self.options, self.number_box))

    @property
    def sub_variant(self) -> str:
        """What follows the last slash of the page code."""
        return self.page_code.rpartition("/")[2]

    def with_code(self, page_code: str) -> "CardLayout":
        """The same card for another exam or sub-variant."""
        return replace(self, page_code=page_code)

    def to_json(self, dpi: int) -> dict[str, Any]:
        """`layout.json`: pixels of the card's picture at `dpi`."""
        scale = dpi / MM_PER_INCH
        return {
            "format": FORMAT,
            "page_code": self.page_code,
            "dpi": dpi,
            "page": list(page_pixels(dpi)),
            "boxes": [
                {"question": box.question, "option": box.option, **box.rect.scaled(scale).as_json()}
                for box in self.boxes
            ],
            "number_box": self.number_box.scaled(scale).as_json(),
            "code_box": self.code_box.scaled(scale).as_json(),
            "marks": [{"number": mark.number, **mark.rect.scaled(scale).as_json()} for mark in self.marks],
            "reference_boxes": [rect.scaled(scale).as_json() for rect in self.reference_boxes],
            "printed": base64.b64encode(self.printed_png).decode("ascii"),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read `layout.json` back. Raises `KeyError` or `ValueError` when it is not one."""
        if data["format"] != FORMAT:
            raise ValueError(f"not a layout of a card: {data['format']!r}")
        scale = MM_PER_INCH / data["dpi"]
        boxes = tuple(Box(int(b["question"]), str(b["option"]), _rect(b, scale)) for b in data["boxes"])
        return cls(
            page_code=str(data["page_code"]),
            questions=max(box.question for box in boxes),
            options="".join(dict.fromkeys(box.option for box in boxes)),
            boxes=boxes,
            marks=tuple(Mark(int(m["number"]), _rect(m, scale)) for m in data["marks"]),
            reference_boxes=tuple(_rect(r, scale) for r in data["reference_boxes"]),
            number_box=_rect(data["number_box"], scale),
            code_box=_rect(data["code_box"], scale),
            printed_png=base64.b64decode(data["printed"]),
        )


def page_pixels(dpi: int) -> tuple[int, int]:
    """Width and height of the A4 page in pixels at `dpi`."""
    return round(PAGE_MM[0] / MM_PER_INCH * dpi), round(PAGE_MM[1] / MM_PER_INCH * dpi)


def card_layout(page_code: str, *, questions: int, options: str) -> CardLayout:
    """The geometry of a card; how many questions and which options the regulation in force says."""
    rows = -(-questions // COLUMNS)
    boxes = tuple(
        Box(number, option, _box_rect((number - 1) // rows, (number - 1) % rows, place))
        for number in range(1, questions + 1)
        for place, option in enumerate(options)
    )
    return CardLayout(
        page_code=page_code,
        questions=questions,
        options=options,
        boxes=boxes,
        marks=tuple(Mark(i, Rect(x, y, MARK_MM, MARK_MM)) for i, (x, y) in enumerate(MARK_CORNERS_MM)),
        reference_boxes=tuple(
            Rect(REFERENCE_LEFT_MM + i * OPTION_MM, REFERENCE_TOP_MM, BOX_MM, BOX_MM) for i in range(REFERENCE_BOXES)
        ),
        number_box=Rect(*NUMBER_MM),
        code_box=Rect(*CODE_MM),
    )


def read_layout(path: Path) -> CardLayout:
    """The layout written beside a printed card. Raises `OSError`, `KeyError` or `ValueError`."""
    return CardLayout.from_json(json.loads(path.read_text(encoding="utf-8")))


def _box_rect(column: int, row: int, place: int) -> Rect:
    left = GRID_LEFT_MM + column * COLUMN_MM + FIRST_OPTION_MM + place * OPTION_MM + BOX_IN_OPTION_MM
    return Rect(left, GRID_TOP_MM + row * ROW_MM + (ROW_MM - BOX_MM) / 2, BOX_MM, BOX_MM)


def _rect(data: dict[str, Any], scale: float) -> Rect:
    return Rect(*(float(data[key]) * scale for key in ("x", "y", "w", "h")))
