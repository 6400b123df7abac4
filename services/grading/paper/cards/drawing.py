"""The answer card and the sticker as SVG in millimetres: the only description of what is printed."""

from html import escape
from urllib.parse import quote

import cv2
import segno

from services.grading.paper.cards.layout import (
    GRID_LEFT_MM,
    PAGE_MM,
    REFERENCE_LEFT_MM,
    REFERENCE_TOP_MM,
    CardLayout,
    Mark,
    Rect,
)

LINE_MM = 0.25
MARK_CELLS = 6
LETTER_BEFORE_BOX_MM = 2.3
NUMBER_BEFORE_BOX_MM = 6.6
STICKER_MM = (44.0, 17.0)
STICKER_CODE_MM = 13.0
PAGE_CODE_VERSION = 3
NUMBER_VERSION = 1
FONT = "DejaVu Sans"

TITLE = ("КАРТА ЗА ПОПЪЛВАНЕ", "НА ОТГОВОРИТЕ")
REFERENCE = ("Приложение № 10", "към чл. 35, ал. 2")
INSTRUCTIONS = (
    "Моля, маркирайте със знак „X“ отговора, който считате за верен.",
    "При липса на отбелязан отговор, при отбелязани два или повече отговора на един въпрос или когато",
    "отговорите са отбелязани само с молив, се приема, че отговорът е неверен.",
)
NUMBER_LABEL = "Място за петцифрения номер (чл. 44)"
REFERENCE_LABEL = "Контролни полета, не попълвайте:"


def mark_dictionary() -> cv2.aruco.Dictionary:
    """The set of coded marks that printing and reading share."""
    return cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)


def card_svg(layout: CardLayout) -> str:
    """The whole card, A4, with its code; nothing on it names a candidate."""
    parts = [
        _heading(layout),
        *(_mark(mark) for mark in layout.marks),
        _modules(page_code_modules(layout.page_code), layout.code_box),
        *(_frame(box.rect) for box in layout.boxes),
        *(_frame(rect) for rect in layout.reference_boxes),
        _labels(layout),
        _text(REFERENCE_LEFT_MM - 2, REFERENCE_TOP_MM + 3.1, REFERENCE_LABEL, size=2.4, anchor="end"),
    ]
    return _svg(*PAGE_MM, "".join(parts))


def sticker_svg(number: str) -> str:
    """One label of `STICKER_MM`: five digits, and the same digits as a code."""
    width, height = STICKER_MM
    gap = (height - STICKER_CODE_MM) / 2
    code = _modules(number_modules(number), Rect(gap, gap, STICKER_CODE_MM, STICKER_CODE_MM))
    return _svg(width, height, code + _text(STICKER_CODE_MM + 2 * gap + 0.4, 10.7, number, size=7, bold=True))


def code_caption(layout: CardLayout) -> Rect:
    """Where the page code stands in letters under the square code; it differs from card to card."""
    code = layout.code_box
    return Rect(code.x - 8, code.y + code.h + 1.5, code.w + 16, 7.5)


def page_code_modules(page_code: str) -> tuple[tuple[bool, ...], ...]:
    """The page's square code: the page code, percent-encoded. Raises `ValueError` when it is too long."""
    return code_modules(quote(page_code), PAGE_CODE_VERSION)


def number_modules(number: str) -> tuple[tuple[bool, ...], ...]:
    """The sticker's square code: the digits and nothing else."""
    return code_modules(number, NUMBER_VERSION)


def code_modules(text: str, version: int) -> tuple[tuple[bool, ...], ...]:
    """Rows of dark (True) and light modules without a quiet border. Raises `ValueError` when the text is too long."""
    code = segno.make(text, version=version, error="m", micro=False, boost_error=False)
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)


def _heading(layout: CardLayout) -> str:
    number, code = layout.number_box, layout.code_box
    middle = (number.x + number.w + code.x) / 2
    lines = [
        _frame(number),
        _text(number.x + 1.2, number.y + number.h - 1.2, NUMBER_LABEL, size=2.2),
        _text(middle, 12, REFERENCE[0], size=2.8, anchor="middle"),
        _text(middle, 16, REFERENCE[1], size=2.8, anchor="middle"),
        _text(middle, 26, TITLE[0], size=4.8, bold=True, anchor="middle"),
        _text(middle, 33, TITLE[1], size=4.8, bold=True, anchor="middle"),
        _text(code.x + code.w / 2, code.y + code.h + 6, layout.page_code, size=2.4, anchor="middle"),
    ]
    lines += [_text(GRID_LEFT_MM, 46 + 5 * i, line, size=3.1) for i, line in enumerate(INSTRUCTIONS)]
    return "".join(lines)


def _labels(layout: CardLayout) -> str:
    parts = []
    for box in layout.boxes:
        base = box.rect.y + 3.6
        parts.append(_text(box.rect.x - LETTER_BEFORE_BOX_MM, base, box.option, size=3.4, anchor="middle"))
        if box.option == layout.options[0]:
            left = box.rect.x - NUMBER_BEFORE_BOX_MM
            parts.append(_text(left, base, str(box.question), size=3.2, bold=True, anchor="end"))
    return "".join(parts)


def _mark(mark: Mark) -> str:
    bits = cv2.aruco.generateImageMarker(mark_dictionary(), mark.number, MARK_CELLS) == 0
    return _modules(bits.tolist(), mark.rect)


def _modules(rows: "tuple[tuple[bool, ...], ...] | list[list[bool]]", place: Rect) -> str:
    side = place.w / len(rows)
    path = "".join(
        f"M{place.x + x * side:.4f} {place.y + y * side:.4f}h{side:.4f}v{side:.4f}h-{side:.4f}z"
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    )
    return f'<path d="{path}" fill="#000"/>'


def _frame(rect: Rect) -> str:
    inner = rect.grown(-LINE_MM / 2)
    return (
        f'<rect x="{inner.x:.3f}" y="{inner.y:.3f}" width="{inner.w:.3f}" height="{inner.h:.3f}" '
        f'fill="none" stroke="#000" stroke-width="{LINE_MM}"/>'
    )


def _text(x: float, y: float, words: str, *, size: float, bold: bool = False, anchor: str = "start") -> str:
    weight = "bold" if bold else "normal"
    return (
        f'<text x="{x:.3f}" y="{y:.3f}" font-family="{FONT}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )


def _svg(width: float, height: float, content: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
        f'viewBox="0 0 {width} {height}">{content}</svg>'
    )
