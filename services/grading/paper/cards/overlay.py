"""The scan with the reading drawn over it, for the marker's screen: green is read as crossed, amber is for a person,
violet is pencil, red is a foreign sign. An amber frame means that the whole question is for a person.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards.layout import CardLayout, Rect
from services.grading.paper.cards.page import Reading
from services.grading.paper.cards.reading import State

Image = NDArray[np.uint8]

LONG_SIDE = 2_000
QUALITY = 85
GREY = 2
COLOURS_BGR = {
    State.EMPTY: (190, 190, 190),
    State.PEN: (40, 150, 0),
    State.PENCIL: (170, 62, 150),
    State.DOUBTFUL: (0, 150, 255),
    State.SIGN: (30, 30, 220),
}
AROUND_MM = 0.7
QUESTION_MM = 1.6


def overlay(image: Image, layout: CardLayout, reading: Reading, *, question: int | None = None) -> bytes:
    """The picture that was read, with the reading over it, as JPEG. With `question` that question's row is framed.

    Raises `ValueError` when the reading found no card, since nothing can be drawn in place.
    """
    if reading.to_picture is None:
        raise ValueError(f"no card in the picture: {reading.why_not}")
    factor = min(1.0, LONG_SIDE / max(image.shape[:2]))
    size = (round(image.shape[1] * factor), round(image.shape[0] * factor))
    canvas = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    canvas = np.asarray(cv2.cvtColor(canvas, cv2.COLOR_GRAY2BGR), dtype=np.uint8) if canvas.ndim == GREY else canvas
    to_canvas = np.diag([factor, factor, 1.0]) @ reading.to_picture
    for box, read in zip(layout.boxes, reading.boxes, strict=True):
        wide = 1 if read.state is State.EMPTY else 3
        _outline(canvas, to_canvas, box.rect.grown(AROUND_MM), COLOURS_BGR[read.state], wide)
    for sign in reading.signs:
        _outline(canvas, to_canvas, sign.place.grown(AROUND_MM), COLOURS_BGR[State.SIGN], 3)
    for number in reading.doubtful:
        _outline(canvas, to_canvas, question_rect(layout, number), COLOURS_BGR[State.DOUBTFUL], 2)
    if question is not None:
        _outline(canvas, to_canvas, question_rect(layout, question).grown(0.8), (200, 80, 0), 4)
    return bytes(cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes())


def question_rect(layout: CardLayout, question: int) -> Rect:
    """The row of one question's boxes, millimetres."""
    rects = [box.rect for box in layout.boxes if box.question == question]
    left, top = min(rect.x for rect in rects), min(rect.y for rect in rects)
    right, bottom = max(rect.x + rect.w for rect in rects), max(rect.y + rect.h for rect in rects)
    return Rect(left, top, right - left, bottom - top).grown(QUESTION_MM)


def question_picture(image: Image, layout: CardLayout, reading: Reading, question: int, *, px_per_mm: int = 8) -> bytes:
    """One question's row cut upright out of the scan, as JPEG: the evidence beside the machine's reading.

    Raises `ValueError` when the reading found no card.
    """
    if reading.to_picture is None:
        raise ValueError(f"no card in the picture: {reading.why_not}")
    place = question_rect(layout, question).grown(2)
    to_card = np.array([[1 / px_per_mm, 0, place.x], [0, 1 / px_per_mm, place.y], [0, 0, 1]])
    size = (round(place.w * px_per_mm), round(place.h * px_per_mm))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpPerspective(image, reading.to_picture @ to_card, size, flags=flags)
    return bytes(cv2.imencode(".jpg", cut, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes())


def _outline(
    canvas: Image, to_canvas: NDArray[np.float64], rect: Rect, colour: tuple[int, int, int], wide: int
) -> None:
    corners = np.array(
        [[rect.x, rect.y], [rect.x + rect.w, rect.y], [rect.x + rect.w, rect.y + rect.h], [rect.x, rect.y + rect.h]]
    )
    drawn = cv2.perspectiveTransform(corners[None], to_canvas)[0]
    cv2.polylines(
        canvas, [np.round(drawn).astype(np.int32).reshape(-1, 1, 2)], isClosed=True, color=colour, thickness=wide
    )
