"""HTML to PDF: one file, or many in one WeasyPrint call that is then split.

What is claimed: ``render`` gives a tagged PDF 1.7 that identifies itself as PDF/UA-1 (or as PDF/A-3a, when asked),
with title, language and embedded fonts. ``render_many`` claims no variant: splitting a file does not carry its
structure tree over, so its files have title, language and embedded fonts, and no tags.

Both give the same bytes for the same HTML. In ``render_many`` this holds whatever else is in the batch: a specimen
of the letters that Bulgarian documents use is laid out in front of every batch and cut off again, so that the
embedded subset of each font is always the same one, and neither its size nor its tables tell who else was in the
batch.
"""

import gc
import hashlib
import io
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

Claim = Literal["pdf/ua-1", "pdf/a-3a"]

STYLE = Path(__file__).parent / "static" / "document.css"
#: Latin with its first extension, Cyrillic, punctuation, №, arrows, boxes, ticks.
_REPERTOIRE = (
    (0x20, 0x7E),
    (0xA0, 0x17F),
    (0x400, 0x45F),
    (0x2010, 0x2027),
    (0x2030, 0x203A),
    (0x20AC, 0x20AC),
    (0x2116, 0x2116),
    (0x2190, 0x2193),
    (0x2264, 0x2265),
    (0x25A0, 0x25A1),
    (0x2610, 0x2612),
    (0x2713, 0x2717),
)


class ForeignResourceError(ValueError):
    """The HTML asks for something that is not inside it; documents are made of what they were given and nothing
    else.
    """


class _Press:
    """What every rendering in this process shares: fonts and the style sheet, read once.

    Pango's font maps belong to one thread at a time, hence the lock.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()

    @cached_property
    def _parts(self) -> tuple[Any, Any, Any]:
        import weasyprint  # noqa: PLC0415 - half a second and 40 MB that only rendering processes need
        from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 - as above

        fonts = FontConfiguration()
        return weasyprint, fonts, weasyprint.CSS(filename=STYLE, font_config=fonts)

    @cached_property
    def specimen(self) -> Any:
        """The page that fixes the fonts of a batch: every letter of the repertoire in every face of the style
        sheet.
        """
        letters = "".join(chr(code) for first, last in _REPERTOIRE for code in range(first, last + 1))
        text = letters.replace("&", "&amp;").replace("<", "&lt;")
        return self.lay_out(f"<p>{text}<p><b>{text}</b><p><code>{text}</code>")

    def lay_out(self, html: str) -> Any:
        """The document laid out in pages, not yet painted."""
        weasyprint, fonts, style = self._parts
        only_inside = weasyprint.urls.URLFetcher(allowed_protocols={"data"}, fail_on_errors=True)
        try:
            source = weasyprint.HTML(string=html, url_fetcher=only_inside, base_url="document:")
            return source.render(stylesheets=[style], font_config=fonts)
        except weasyprint.urls.FatalURLFetchingError as error:
            raise ForeignResourceError(str(error)) from error


_press = _Press()


def render(html: str, *, claim: Claim = "pdf/ua-1") -> bytes:
    """One document as a tagged PDF that identifies itself as ``claim``; raises ``ForeignResourceError``."""
    with _press.lock:
        document = _press.lay_out(html)
        identifier = hashlib.sha256(html.encode()).hexdigest()[:32].encode()
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", ResourceWarning
            )  # WeasyPrint leaves the ICC profile of PDF/A to the collector
            content: bytes = document.write_pdf(pdf_variant=claim, pdf_identifier=identifier)
        return content


def render_many(htmls: Sequence[str]) -> list[bytes]:
    """Each document as a PDF of its own, in the order given, painted in one call; raises ``ForeignResourceError``."""
    if not htmls:
        return []
    with _press.lock, _no_collection():
        specimen = _press.specimen
        documents = [_press.lay_out(html) for html in htmls]
        pages = [page for document in (specimen, *documents) for page in document.pages]
        everything = specimen.copy(pages).write_pdf(pdf_version="1.7", pdf_identifier=b"batch")
        return _split(everything, len(specimen.pages), documents)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Spare the collector the trees of boxes, which live to the end of the batch anyway (a tenth of the time)."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _split(everything: bytes, first: int, documents: Sequence[Any]) -> list[bytes]:
    import pikepdf  # noqa: PLC0415 - 80 ms that only rendering processes need

    files = []
    with pikepdf.open(io.BytesIO(everything)) as whole:
        for document in documents:
            last = first + len(document.pages)
            files.append(_cut(whole, first, last, document.metadata))
            first = last
    return files


def _cut(whole: Any, first: int, last: int, metadata: Any) -> bytes:
    import pikepdf  # noqa: PLC0415 - as above

    with pikepdf.new() as part:
        part.pages.extend(whole.pages[first:last])
        part.remove_unreferenced_resources()
        part.Root.Lang = pikepdf.String(metadata.lang or "bg")
        part.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        part.docinfo["/Title"] = pikepdf.String(metadata.title or "")
        if metadata.created:
            part.docinfo["/CreationDate"] = pikepdf.String(_pdf_date(metadata.created))
        out = io.BytesIO()
        part.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return out.getvalue()


def _pdf_date(created: str) -> str:
    return f"D:{datetime.fromisoformat(created).astimezone(UTC):%Y%m%d%H%M%S}Z"
