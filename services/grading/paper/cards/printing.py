"""Printed matter from the drawing: the card as PDF and picture, sheets of stickers.

The picture is the PDF rasterised, so paper and picture cannot differ.
"""

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray

from services.grading.paper.cards.drawing import STICKER_MM, card_svg, sticker_svg
from services.grading.paper.cards.layout import MM_PER_INCH, CardLayout, card_layout, page_pixels

PRINT_DPI = 300
PRINTED_PX_PER_MM = 3
PRINTED_BELOW = 200
SHEET_COLUMNS = 4
SHEET_ROWS = 15

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PrintedCard:
    """The three files of a printed card."""

    pdf: Path
    picture: Path
    layout: Path


def page_code(exam_code: str, sub_variant: str) -> str:
    """What the card's code says: the exam and the sub-variant, never a person."""
    return f"{exam_code}/{sub_variant}"


def card_pdf(exam_code: str, sub_variant: str, *, questions: int, options: str) -> bytes:
    """The card as a one-page A4 PDF."""
    return _card_pdf(card_layout(page_code(exam_code, sub_variant), questions=questions, options=options))


def card_image(exam_code: str, sub_variant: str, *, questions: int, options: str, dpi: int = PRINT_DPI) -> Image:
    """The card as a grey picture, height x width, 0 black to 255 white."""
    return rasterised(card_pdf(exam_code, sub_variant, questions=questions, options=options), dpi)


def printed_layout(code: str, *, questions: int, options: str) -> CardLayout:
    """The geometry with its printed area, which reading needs to see what does not belong on the card."""
    plain = card_layout(code, questions=questions, options=options)
    return replace(plain, printed_png=_printed_area(questions, options))


def print_card(code: str, *, out: Path, questions: int, options: str, dpi: int = PRINT_DPI) -> PrintedCard:
    """Write `card.pdf`, `card.png` and `layout.json` into the folder `out`, which is made when missing."""
    layout = printed_layout(code, questions=questions, options=options)
    card = PrintedCard(out / "card.pdf", out / "card.png", out / "layout.json")
    pdf = _card_pdf(layout)
    out.mkdir(parents=True, exist_ok=True)
    card.pdf.write_bytes(pdf)
    card.picture.write_bytes(_png(rasterised(pdf, dpi)))
    card.layout.write_text(json.dumps(layout.to_json(dpi), ensure_ascii=False), encoding="utf-8")
    return card


def sticker_sheets_html(numbers: Sequence[str], copies: int) -> str:
    """A4 sheets of labels, `copies` of each number side by side, for the envelopes, the card and the booklet."""
    labels = [f"<td>{sticker_svg(number)}</td>" for number in numbers for _ in range(copies)]
    rows = [
        f"<tr>{''.join(labels[start : start + SHEET_COLUMNS])}</tr>" for start in range(0, len(labels), SHEET_COLUMNS)
    ]
    sheets = [
        f"<table>{''.join(rows[start : start + SHEET_ROWS])}</table>" for start in range(0, len(rows), SHEET_ROWS)
    ]
    style = (
        "@page{size:A4;margin:12mm 10mm}table{border-collapse:collapse;break-after:page}"
        f"td{{width:{STICKER_MM[0]}mm;height:{STICKER_MM[1]}mm;padding:0.5mm 1mm;border:0.1mm dotted #999}}"
        "svg{display:block}"
    )
    return f'<!doctype html><html lang="bg"><title>Номера</title><style>{style}</style>{"".join(sheets)}</html>'


def rasterised(pdf: bytes, dpi: int) -> Image:
    """The first page as a grey picture at `dpi`."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    bitmap = page.render(scale=dpi / 72, grayscale=True)
    picture = np.array(bitmap.to_numpy(), dtype=np.uint8).reshape(bitmap.height, bitmap.width)
    for part in (bitmap, page, document):
        part.close()
    return np.asarray(cv2.resize(picture, page_pixels(dpi), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _card_pdf(layout: CardLayout) -> bytes:
    from weasyprint import HTML  # noqa: PLC0415 - a second and 40 MB that only printing processes need

    style = "@page{size:A4;margin:0}body{margin:0}svg{display:block}"
    html = (
        '<!doctype html><html lang="bg"><title>Карта за попълване на отговорите</title>'
        f"<style>{style}</style>{card_svg(layout)}</html>"
    )
    return bytes(HTML(string=html).write_pdf())


@functools.lru_cache(maxsize=4)
def _printed_area(questions: int, options: str) -> bytes:
    blank = card_layout("", questions=questions, options=options)
    dpi = round(PRINTED_PX_PER_MM * MM_PER_INCH * 4)
    fine = rasterised(_card_pdf(blank), dpi)
    size = (210 * PRINTED_PX_PER_MM, 297 * PRINTED_PX_PER_MM)
    lowest = cv2.resize(cv2.erode(fine, np.ones((3, 3), np.uint8)), size, interpolation=cv2.INTER_AREA)
    return _png(np.where(lowest < PRINTED_BELOW, 0, 255).astype(np.uint8))


def _png(picture: Image) -> bytes:
    return bytes(cv2.imencode(".png", picture)[1].tobytes())
