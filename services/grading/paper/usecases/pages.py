"""A scanned file to readings and pictures: the only part that knows images; for the worker alone.

Source of what is kept: Art. 44–46. A broken file is a reading that says why, not an error.
"""

import dataclasses

import cv2
import numpy as np
from numpy.typing import NDArray

from chassis.files import FileStore
from regulation import Regulation
from services.grading.paper.cards.decoder import pages_of
from services.grading.paper.cards.images import Page, ScanRefused
from services.grading.paper.cards.layout import PAGE_MM, CardLayout
from services.grading.paper.cards.overlay import overlay
from services.grading.paper.cards.page import Reading, read_page
from services.grading.paper.cards.printing import page_code, printed_layout
from services.grading.paper.usecases.scans import PageRead

Image = NDArray[np.uint8]

PX_PER_MM = 8
QUALITY = 80
UNREAD_LONG_SIDE = 2_000
OTHER_EXAM = "other_exam"


def read_pages(content: bytes, media_type: str, exam_id: str, law: Regulation, files: FileStore) -> list[PageRead]:
    """Every page of a file, in order; pictures go into the store. Never raises for what is in the file."""
    layout = printed_layout(page_code(exam_id, ""), questions=law.questions, options="".join(law.option_letters))
    try:
        return [_read(page, layout, exam_id, files) for page in pages_of(content, media_type)]
    except ScanRefused as refusal:
        return [_unread(Reading(ok=False, why_not=refusal.code))]


def _read(page: Page, layout: CardLayout, exam_id: str, files: FileStore) -> PageRead:
    reading = read_page(page, layout)
    if isinstance(page, ScanRefused):
        return _unread(reading)
    if reading.page_code and reading.page_code.rpartition("/")[0] != exam_id:
        reading = Reading(ok=False, why_not=OTHER_EXAM)
    if reading.to_picture is None:
        return dataclasses.replace(_unread(reading), picture_sha256=files.put(_jpeg(_small(page))))
    upright = _upright(page, reading.to_picture)
    placed = dataclasses.replace(reading, to_picture=np.diag([PX_PER_MM, PX_PER_MM, 1.0]))
    return PageRead(
        reading.to_json() | {"boxes": reading.evidence(layout)},
        files.put(_jpeg(upright)),
        files.put(overlay(upright, layout, placed)),
    )


def _unread(reading: Reading) -> PageRead:
    return PageRead(reading.to_json() | {"boxes": []}, None, None)


def _upright(image: Image, to_picture: NDArray[np.float64]) -> Image:
    """The card level and upright, ``PX_PER_MM`` pixels a millimetre, whatever way it lay on the scanner."""
    size = (round(PAGE_MM[0] * PX_PER_MM), round(PAGE_MM[1] * PX_PER_MM))
    from_upright = to_picture @ np.diag([1 / PX_PER_MM, 1 / PX_PER_MM, 1.0])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    white = (255, 255, 255)
    level = cv2.warpPerspective(
        image, from_upright, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=white
    )
    return np.asarray(level, dtype=np.uint8)


def _small(image: Image) -> Image:
    factor = min(1.0, UNREAD_LONG_SIDE / max(image.shape[:2]))
    size = (round(image.shape[1] * factor), round(image.shape[0] * factor))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _jpeg(picture: Image) -> bytes:
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes())
