"""The content-addressed file store, and what a file from outside must be to enter it."""

import hashlib
import io
import secrets
import struct
import zlib
from dataclasses import dataclass
from typing import Any

import fsspec
from PIL import Image, ImageFile

from contracts.phrase import Phrase
from contracts.refusals.general import NotFound, NotThatKindOfFile, TooLarge

_MAGIC = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
}
#: 600 dpi on A3 is 70 million pixels.
_PIXEL_LIMIT = 100_000_000
_PDF_OBJECT_LIMIT = 20_000
#: Over what decoders stumble when the bytes are not what they say.
_STUMBLES = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
_PDF_ACTING_KEYS = frozenset({"/OpenAction", "/AA", "/JS", "/AcroForm", "/EmbeddedFile", "/RichMediaContent"})
_PDF_ACTIONS = frozenset(
    f"/{name}" for name in ("JavaScript", "Launch", "SubmitForm", "ImportData", "GoToE", "GoToR", "Rendition", "Movie")
)


class FileStore:
    """Files by their SHA-256 in a folder or a bucket; a file is written once and never changed."""

    def __init__(self, url: str) -> None:
        self._fs, self._root = fsspec.core.url_to_fs(url)

    def put(self, content: bytes) -> str:
        """Store; returns the SHA-256 (hex). Storing the same again does nothing."""
        name = hashlib.sha256(content).hexdigest()
        path = self._path(name)
        if not self._fs.exists(path):
            self._fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            beside = f"{path}.{secrets.token_hex(4)}.new"
            self._fs.pipe_file(beside, content)
            self._fs.mv(beside, path)
        return name

    def get(self, sha256: str) -> bytes:
        """The content; raises ``NotFound``, or ``ValueError`` when the bytes are not those of the name."""
        try:
            content: bytes = self._fs.cat_file(self._path(sha256))
        except FileNotFoundError:
            raise NotFound(what=Phrase(f"файл {sha256[:12]}", f"file {sha256[:12]}")) from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ValueError(f"file {sha256} is not what its name says")
        return content

    def has(self, sha256: str) -> bool:
        """Whether a file of that hash is here."""
        return bool(self._fs.exists(self._path(sha256)))

    def _path(self, sha256: str) -> str:
        return f"{self._root}/{sha256[:2]}/{sha256}"


@dataclass(frozen=True, slots=True)
class Checked:
    """Bytes from outside that are what they say."""

    content: bytes
    media_type: str


def check(content: bytes, declared: str, *, limit_bytes: int) -> Checked:
    """Accept a PDF, JPEG, PNG or TIFF from outside; refuse by size, magic, declared type and decoding.

    Raises ``TooLarge`` or ``NotThatKindOfFile``. Own choice: hardening beyond this (rasterising, scanning) comes later.
    """
    if len(content) > limit_bytes:
        raise TooLarge(limit_bytes=limit_bytes)
    found = next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), None)
    if found is None or found != declared.partition(";")[0].strip().lower():
        raise NotThatKindOfFile(reason=f"{declared} / {found}")
    if found == "application/pdf":
        _check_pdf(content)
    else:
        _check_image(content)
    return Checked(content, found)


def _check_pdf(content: bytes) -> None:
    import pikepdf  # noqa: PLC0415 - 80 ms that most processes never need

    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if (
                not pdf.pages
                or pdf.is_encrypted
                or pdf.attachments
                or len(pdf.objects) > _PDF_OBJECT_LIMIT
                or any(map(_acts, pdf.objects))
            ):
                raise NotThatKindOfFile(reason="PDF")
    except (pikepdf.PikepdfError, *_STUMBLES) as error:
        raise NotThatKindOfFile(reason="PDF") from error


def _acts(thing: Any) -> bool:
    """Whether an object of a PDF, or one written within it, makes a reader do something or asks to be filled in."""
    import pikepdf  # noqa: PLC0415 - 80 ms; loaded by then

    if isinstance(thing, pikepdf.Array):
        return any(_acts(inner) for inner in thing if not getattr(inner, "is_indirect", False))
    if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        return False
    if _PDF_ACTING_KEYS & set(thing.keys()) or str(thing.get("/S", "")) in _PDF_ACTIONS:
        return True
    return any(_acts(inner) for inner in thing.values() if not getattr(inner, "is_indirect", False))


def _check_image(content: bytes) -> None:
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # importing WeasyPrint turns it on for the whole process
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > _PIXEL_LIMIT:
                raise NotThatKindOfFile(reason=f"{image.width} × {image.height}")
            image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, *_STUMBLES) as error:
        raise NotThatKindOfFile(reason=Phrase("изображение", "image")) from error
