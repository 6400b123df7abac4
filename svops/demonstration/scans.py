"""What candidates bring to a scanner: signed declarations, fee documents, disability documents."""

import io
import random
import threading

import pypdfium2
from PIL import Image, ImageDraw, ImageFont

_A5_PIXELS = (875, 620)
_INK = (20, 30, 110)
_PDFIUM = threading.Lock()  # the library is not made for threads
_DPI = 110
_FONT = "DejaVuSans.ttf"


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=72)
    return out.getvalue()


def signed(form: bytes, chance: random.Random) -> bytes:
    """A printed form, signed by hand and scanned: JPEG at 110 dpi."""
    with _PDFIUM:
        document = pypdfium2.PdfDocument(form)
        page = document[0].render(scale=_DPI / 72).to_pil()
        document.close()
    draw = ImageDraw.Draw(page)
    x, y = page.width * 0.62, page.height * 0.62
    points = [(x + step * 6, y + chance.uniform(-14, 14)) for step in range(26)]
    draw.line(points, fill=_INK, width=3, joint="curve")
    return _jpeg(page.rotate(chance.uniform(-1.2, 1.2), fillcolor="white"))


def paper(title: str, lines: list[str]) -> bytes:
    """A small paper with a title and lines of text, scanned: JPEG."""
    image = Image.new("RGB", _A5_PIXELS, "white")
    draw = ImageDraw.Draw(image)
    draw.text((40, 40), title, fill="black", font=ImageFont.truetype(_FONT, 26))
    for number, line in enumerate(lines):
        draw.text((40, 120 + 44 * number), line, fill="black", font=ImageFont.truetype(_FONT, 20))
    draw.rectangle((20, 20, _A5_PIXELS[0] - 20, _A5_PIXELS[1] - 20), outline="gray")
    return _jpeg(image)


def fee_paid(payer: str, purpose: str) -> bytes:
    """The bank's document for a paid state fee."""
    return paper(
        "ПЛАТЕЖНО НАРЕЖДАНЕ",
        [
            f"Наредител: {payer}",
            f"Основание: {purpose}",
            "Получател: Министерство на финансите",
            "Състояние: изпълнено",
        ],
    )


def disability(person: str) -> bytes:
    """A document that certifies a disability (Art. 6(3))."""
    return paper("ЕКСПЕРТНО РЕШЕНИЕ (учебно)", [f"Лице: {person}", "Не може самостоятелно да попълва отговори."])
