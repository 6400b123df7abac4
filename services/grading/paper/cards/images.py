"""Uploaded scans to pictures: JPEG, PNG, TIFF with many pages, PDF. Sizes are refused from the header, before decoding.

A picture is height x width (grey) or height x width x 3 (BGR), 8 bits. Scans finer than reading needs are halved or
quartered while decoding.
"""

import functools
import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import cv2
import numpy as np
import PIL.Image
import PIL.ImageFile
import pypdfium2
from numpy.typing import NDArray

Image = NDArray[np.uint8]
T = TypeVar("T")

MOST_BYTES = 64 * 2**20
MOST_PIXELS = 40_000_000
MOST_SIDE = 16_000
LEAST_SIDE = 500
MOST_PAGES = 2_000
READING_LONG_SIDE = 1_700
PDF_DPI = 200
PDF_LONG_SIDE = 2_400
MOST_SCANS_IN_A_JPEG = 100
JPEG_SCAN = b"\xff\xda"
JPEG_END = b"\xff\xd9"
JPEG_END_WITHIN = 1_024

JPEG, PNG, TIFF, PDF = "image/jpeg", "image/png", "image/tiff", "application/pdf"
FORMATS = {JPEG: "JPEG", PNG: "PNG", TIFF: "TIFF"}
REDUCED = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
}


class ScanRefused(Exception):  # noqa: N818 - a refusal is a fact, named as one
    """A file that is not taken as a scan; `code` names the reason for machines."""

    code = "scan_refused"


class UnknownFormat(ScanRefused):
    """Neither JPEG, PNG, TIFF nor PDF, or not what its media type says."""

    code = "unknown_format"


class TooLarge(ScanRefused):
    """More bytes, pixels, pages or work than a card can need."""

    code = "too_large"


class TooSmall(ScanRefused):
    """Too few pixels for a card to be read."""

    code = "too_small"


class BrokenImage(ScanRefused):
    """Cut short or damaged."""

    code = "broken_image"


Page = Image | ScanRefused
Opened = tuple[int, Callable[[int], Page]]
Decoded = tuple[int, Callable[[int], Image]]
REFUSALS = {kind.code: kind for kind in (UnknownFormat, TooLarge, TooSmall, BrokenImage)}


def media_type_of(data: bytes) -> str:
    """What the first bytes say the file is. Raises `UnknownFormat`."""
    starts = {
        b"\xff\xd8\xff": JPEG,
        b"\x89PNG\r\n\x1a\n": PNG,
        b"II*\0": TIFF,
        b"MM\0*": TIFF,
        b"%PDF-": PDF,
    }
    for start, media_type in starts.items():
        if data.startswith(start):
            return media_type
    raise UnknownFormat("neither JPEG, PNG, TIFF nor PDF")


def load_pages(data: bytes, media_type: str) -> Iterator[Page]:
    """The pages of a file, one at a time, each at about the resolution reading needs.

    A page that is not taken is told in its place and those after it follow; raises `ScanRefused` where the whole file
    is not taken. Only a JPEG is bounded by its header: other kinds are opened by `decoder`.
    """
    count, page = opened(data, media_type)
    for index in range(count):
        yield page(index)


def opened(data: bytes, media_type: str) -> Opened:
    """How many pages a file has, and what decodes one by its index or tells why not. Raises `ScanRefused`."""
    if len(data) > MOST_BYTES:
        raise TooLarge(f"{len(data)} bytes")
    if media_type_of(data) != media_type:
        raise UnknownFormat(f"not {media_type}")
    count, page = _named_errors(lambda: OPENED[media_type](data))
    if count > MOST_PAGES:
        raise TooLarge(f"more than {MOST_PAGES} pages")
    return count, functools.partial(_page_or_refusal, page)


def load_page(data: bytes, media_type: str) -> Image:
    """The first page of a file. Raises `ScanRefused`."""
    page = next(load_pages(data, media_type))
    if isinstance(page, ScanRefused):
        raise page
    return page


def _page_or_refusal(page: Callable[[int], Image], index: int) -> Page:
    try:
        return _named_errors(lambda: page(index))
    except ScanRefused as refusal:
        return refusal


def _jpeg(data: bytes) -> Decoded:
    return 1, lambda _: _jpeg_page(data)


def _jpeg_page(data: bytes) -> Image:
    size = _header(data).size
    _check_size(size)
    if data.count(JPEG_SCAN) > MOST_SCANS_IN_A_JPEG:
        raise TooLarge("a JPEG of more scans than any camera or scanner writes")
    if JPEG_END not in data[-JPEG_END_WITHIN:]:
        raise BrokenImage("the JPEG has no end")
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), REDUCED[reduction(max(size))])
    if picture is None:
        raise BrokenImage("the JPEG cannot be decoded")
    return np.asarray(picture, dtype=np.uint8)


def _png(data: bytes) -> Decoded:
    return 1, lambda _: _frame(_header(data), 0)


def _tiff(data: bytes) -> Decoded:
    picture = _header(data)
    return _frame_count(picture), lambda index: _frame(picture, index)


def _frame_count(picture: PIL.Image.Image) -> int:
    """As many as can be found, a broken one among them; where two are broken in turn nothing is known of the rest."""
    is_broken = False
    for index in range(MOST_PAGES + 1):
        try:
            if not _named_errors(functools.partial(_has_frame, picture, index)):
                return index
            is_broken = False
        except ScanRefused:
            if is_broken:
                return index
            is_broken = True
    return MOST_PAGES + 1


def _has_frame(picture: PIL.Image.Image, index: int) -> bool:
    try:
        picture.seek(index)
    except EOFError:
        return False
    return True


def _frame(picture: PIL.Image.Image, index: int) -> Image:
    picture.seek(index)
    _check_size(picture.size)
    return _pixels(picture)


def _pdf(data: bytes) -> Decoded:
    document = pypdfium2.PdfDocument(data)
    return len(document), lambda index: _pdf_page(document, index)


def _pdf_page(document: pypdfium2.PdfDocument, index: int) -> Image:
    page = document[index]
    for image in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]):
        width, height = image.get_px_size()
        if width * height > MOST_PIXELS:
            raise TooLarge(f"a picture of {width} x {height} pixels in the PDF")
    scale = min(PDF_DPI / 72, PDF_LONG_SIDE / max(page.get_size()))
    _check_size((round(page.get_width() * scale), round(page.get_height() * scale)))
    bitmap = page.render(scale=scale, rev_byteorder=False)
    return np.array(bitmap.to_numpy()[..., :3], dtype=np.uint8)


OPENED: dict[str, Callable[[bytes], Decoded]] = {
    JPEG: _jpeg,
    PNG: _png,
    TIFF: _tiff,
    PDF: _pdf,
}


def reduction(long_side: int) -> int:
    """By how much a picture may be reduced and still be fine enough: 1, 2 or 4."""
    return next(factor for factor in (4, 2, 1) if factor == 1 or long_side >= factor * READING_LONG_SIDE)


def _header(data: bytes) -> PIL.Image.Image:
    return PIL.Image.open(io.BytesIO(data), formats=list(FORMATS.values()))


def _check_size(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MOST_PIXELS or max(size) > MOST_SIDE:
        raise TooLarge(f"{size[0]} x {size[1]} pixels")
    if min(size) < LEAST_SIDE:
        raise TooSmall(f"{size[0]} x {size[1]} pixels")


def _pixels(picture: PIL.Image.Image) -> Image:
    """A frame as grey or BGR, reduced before anything is copied, on white where it is transparent."""
    if picture.mode.startswith("I;16"):
        return _levelled(_reduced(np.asarray(picture)))
    factor = reduction(max(picture.size))
    if picture.mode in {"I", "F"}:
        return _levelled(np.asarray(picture.reduce(factor), dtype=np.float32))
    is_grey = picture.mode in {"1", "L"}
    kind = "L" if is_grey else "RGBA" if picture.has_transparency_data else "RGB"
    # A copy of forty million pixels is not made where the picture already is of the kind.
    small = (picture if picture.mode == kind else picture.convert(kind)).reduce(factor)
    if kind == "RGBA":
        small = PIL.Image.alpha_composite(PIL.Image.new("RGBA", small.size, "white"), small).convert("RGB")
    pixels = np.array(small, dtype=np.uint8)
    return pixels if is_grey else np.ascontiguousarray(pixels[..., ::-1])


def _levelled(deep: NDArray[Any]) -> Image:
    return np.asarray(deep * (255 / max(float(deep.max()), 1.0)), dtype=np.uint8)


def _reduced(picture: NDArray[Any]) -> NDArray[Any]:
    factor = reduction(max(picture.shape[:2]))
    size = (picture.shape[1] // factor, picture.shape[0] // factor)
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def _named_errors(work: Callable[[], T]) -> T:
    """Whatever a library raises over a damaged file is that file's own fault, and told so."""
    try:
        with _strictly():
            return work()
    except ScanRefused:
        raise
    except PIL.Image.DecompressionBombError as error:
        raise TooLarge("more pixels than are ever decoded") from error
    except MemoryError as error:
        raise TooLarge("more memory than a card can need") from error
    except Exception as error:
        raise BrokenImage(f"the file cannot be decoded: {type(error).__name__}") from error


@contextmanager
def _strictly() -> Iterator[None]:
    """Pictures cut short are errors here, whatever another library has told Pillow; odd metadata is not."""
    before = PIL.ImageFile.LOAD_TRUNCATED_IMAGES
    PIL.ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        PIL.ImageFile.LOAD_TRUNCATED_IMAGES = before
