"""What stands in a PDF: text by page, fonts, characters outside the margins."""

import io
import re
from typing import Any

import pikepdf
import pypdfium2


def squeezed(text: str) -> str:
    """Text without white space: where lines break says nothing. PDFium writes a hyphen at a line's end as U+0002."""
    return re.sub(r"\s+", "", text).replace("\x02", "-").replace("\ufffe", "-")


def pages(content: bytes) -> list[str]:
    """The text of each page."""
    document = pypdfium2.PdfDocument(content)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def embedded_fonts(content: bytes) -> list[tuple[str, bool]]:
    """Name of each font, and whether its file is inside."""
    with pikepdf.open(io.BytesIO(content)) as document:
        descriptors = [
            obj
            for obj in document.objects
            if isinstance(obj, pikepdf.Dictionary) and obj.get("/Type") == "/FontDescriptor"
        ]
        return [(str(one.FontName), "/FontFile2" in one) for one in descriptors]


def outside_of(document: Any) -> list[str]:
    """Characters whose box leaves the page's printable part (5 mm from its edges)."""
    margin_points, out = 14, []
    for page in document:
        text = page.get_textpage()
        for index in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(index)
            if right - left and (
                left < margin_points
                or bottom < margin_points
                or right > page.get_width() - margin_points
                or top > page.get_height() - margin_points
            ):
                out.append(text.get_text_range(index, 1))
    return out
