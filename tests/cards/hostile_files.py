"""Files made to hurt whoever opens them: small on disk, enormous in memory or in time, or two things at once."""

import functools
import io
import struct
import zlib

import cv2
import numpy as np
import PIL.Image

PAGE = (1654, 2339)


def png(width: int, height: int, *, rows: int = 1, bits: int = 8, kind: int = 0) -> bytes:
    """A PNG that says it is so large; `rows` rows are really there."""
    samples = {0: 1, 2: 3, 6: 4}[kind]
    squeeze = zlib.compressobj(9)
    row = b"\0" * (1 + width * samples * bits // 8)
    data = b"".join(squeeze.compress(row) for _ in range(rows)) + squeeze.flush()
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    parts = [b"\x89PNG\r\n\x1a\n"]
    for name, content in ((b"IHDR", header), (b"IDAT", data), (b"IEND", b"")):
        parts.append(struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content)))
    return b"".join(parts)


def tiff(width: int, height: int) -> bytes:
    """A TIFF that says it is so large, with one strip of nearly nothing."""
    data = zlib.compress(b"\0" * 100_000)
    tags = {256: width, 257: height, 258: 8, 259: 8, 262: 1, 273: 8, 277: 1, 278: height, 279: len(data)}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    directory = struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0)
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + directory


def pdf(width: int, height: int, *, page: tuple[int, int] = (595, 842)) -> bytes:
    """A PDF of one page, in points, with a one-bit picture of so many pixels."""
    squeeze = zlib.compressobj(9)
    row = b"\0" * -(-width // 8)
    data = b"".join(squeeze.compress(row) for _ in range(height)) + squeeze.flush()
    drawing = b"q %d 0 0 %d 0 0 cm /I Do Q" % page
    picture = b"<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 1/ColorSpace/DeviceGray" % (
        width,
        height,
    )
    return _pdf_of(
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Resources<</XObject<</I 4 0 R>>>>/Contents 5 0 R>>" % page,
        _stream(picture + b"/Filter/FlateDecode", data),
        _stream(b"<<", drawing),
    )


def _pdf_of(page: bytes, *objects: bytes) -> bytes:
    """A PDF of one page, which is object 3; the others follow."""
    out, places = b"%PDF-1.4\n", []
    whole = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, *objects)
    for number, content in enumerate(whole, 1):
        places.append(len(out))
        out += b"%d 0 obj%bendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(places) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%btrailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return out + end % (size, table, size, len(out))


def _stream(head: bytes, data: bytes) -> bytes:
    return head + b"/Length %d>>stream\n%b\nendstream" % (len(data), data)


def laughing_pdf(depth: int = 12) -> bytes:
    """Forms that draw the next form ten times each: 10^12 squares in three kilobytes."""
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 595 842]"
    nested = [
        _stream(form + b"/Resources<</XObject<</F %d 0 R>>>>" % (5 + number), b"/F Do " * 10)
        for number in range(1, depth)
    ]
    return _pdf_of(
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</F 5 0 R>>>>/Contents 4 0 R>>",
        _stream(b"<<", b"/F Do"),
        *nested,
        _stream(form, b"0 0 10 10 re f " * 10),
    )


def swelling_pdf() -> bytes:
    """Half a gigabyte of drawing orders in half a megabyte."""
    squeeze = zlib.compressobj(9)
    data = b"".join(squeeze.compress(b"q Q " * 2**18) for _ in range(512)) + squeeze.flush()
    return _pdf_of(
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>", _stream(b"<</Filter/FlateDecode", data)
    )


def three_page_tiff() -> bytearray:
    """A sound one, small enough to be damaged often."""
    pages = [PIL.Image.fromarray(np.full((520, 520), shade, np.uint8)) for shade in (250, 240, 230)]
    stream = io.BytesIO()
    pages[0].save(stream, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    return bytearray(stream.getvalue())


def tiff_without_a_width() -> bytes:
    """Of its three pages the second says nothing of how wide it is."""
    whole = three_page_tiff()
    (first,) = struct.unpack_from("<I", whole, 4)
    (entries,) = struct.unpack_from("<H", whole, first)
    (second,) = struct.unpack_from("<I", whole, first + 2 + 12 * entries)
    struct.pack_into("<H", whole, second + 2, 0x7FFF)
    return bytes(whole)


def jpeg_of_many_scans() -> bytes:
    """A progressive JPEG whose last scan is said again two thousand times."""
    picture = PIL.Image.fromarray(np.full((5000, 7000), 255, np.uint8))
    stream = io.BytesIO()
    picture.save(stream, "JPEG", progressive=True)
    whole = stream.getvalue()
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * 2000 + whole[-2:]


@functools.lru_cache(maxsize=1)
def hostile_files() -> dict[str, bytes]:
    """Name to content; none of them is a card."""
    page = np.random.default_rng(5).integers(0, 255, (*PAGE[::-1], 3)).astype(np.uint8)
    encoded = {kind: bytes(cv2.imencode(f".{kind}", page)[1].tobytes()) for kind in ("png", "jpg", "tif")}
    small = pdf(100, 100)
    return {
        "sixty-thousand.png": png(60_000, 60_000),
        "sixty-thousand.tif": tiff(60_000, 60_000),
        "narrow.png": png(15_999, 600),
        "black.png": png(6_300, 6_300, rows=6_300, kind=6),
        "deep.png": png(6_300, 6_300, rows=6_300, bits=16),
        "thin.tif": tiff(6_300, 6_300),
        "bomb.pdf": pdf(60_000, 1_000),
        "wall.pdf": pdf(100, 100, page=(14_400, 14_400)),
        "ribbon.pdf": pdf(100, 100, page=(14_400, 10)),
        "laughs.pdf": laughing_pdf(),
        "swelling.pdf": swelling_pdf(),
        "widthless.tif": tiff_without_a_width(),
        "scans.jpg": jpeg_of_many_scans(),
        **{f"half.{kind}": whole[: len(whole) // 2] for kind, whole in encoded.items()},
        "half.pdf": small[: len(small) // 2],
        "pdf-in-jpeg.jpg": encoded["jpg"][:2] + b"\xff\xfe\x00\x0b%PDF-1.4\n" + encoded["jpg"][2:],
        "jpeg-in-pdf.pdf": b"%PDF-1.4\n" + encoded["jpg"],
        "png-then-zip.png": encoded["png"] + b"PK\x03\x04" + b"\0" * 5000,
        "page.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "archive.jpg": b"PK\x03\x04" + b"\0" * 5000,
        "nothing.png": b"",
    }
