"""Ink outside the boxes, piece by piece: what is darker than the paper and was not printed there."""

import functools
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards.colours import colour_name
from services.grading.paper.cards.drawing import code_caption
from services.grading.paper.cards.ink import BoxInk
from services.grading.paper.cards.layout import CardLayout, Rect
from services.grading.paper.cards.registration import Registration
from services.grading.paper.cards.views import PAGE_PX_PER_MM

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]
Ink = NDArray[np.bool_]

INK_SHARE = 0.24
PAPER_STEP = 5
PRINT_MARGIN_PX = 3
#: Print looks wider in a scan that is not sharp.
NEAR_SHARP_PRINT_PX, NEAR_PRINT_PX = 3, 5
SHARP = 0.68
#: Where boxes lie further than this from the smooth page, so may any print: in pixels, against those on even paper.
UNEVEN_MM = 0.2
ASTRAY_PX, UNEVEN_ASTRAY_PX = 1, 3
PRINT_ROOM_MM = 1.5
BOX_ROOM_MM = 1.2
JOINED_PX, JOINED_OVER_TEXT_PX = 5, 9
TOUCHING_PX = 2
PAPER_RANK = 0.85
PAPER_ROOM_MM = 1.5
PAPER_POINTS = 12
MOST_POINTS = 200
LEAST_COLOUR = 0.12
QUARTER_TURN_DEG = 90  # not the law: degrees


@dataclass(frozen=True, slots=True)
class Ground:
    """What pieces are looked for on: the picture, where the card lies in it, what is printed, how its boxes look."""

    picture: Image
    registration: Registration
    layout: CardLayout
    measured: BoxInk


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Ink in one piece: its upright place, its area, and its narrowest rectangle; all in millimetres of the card.

    `ink` (height x width) and where its upper left corner lies are in pixels of the page.
    """

    place: Rect
    area: float
    middle: tuple[float, float]
    along: tuple[float, float]
    length: float
    width: float
    ink: Ink
    corner_px: tuple[int, int]

    @classmethod
    def of(cls, ink: Ink, corner_px: tuple[int, int]) -> "Piece":
        """The piece that some ink makes, whose upper left corner lies there."""
        points = np.argwhere(ink)[:, ::-1].astype(np.float32) + np.array(corner_px, np.float32)
        middle, sides, degrees = cv2.minAreaRect(points)
        long, short = max(sides), min(sides)
        angle = np.deg2rad(degrees + (0 if sides[0] >= sides[1] else QUARTER_TURN_DEG))
        low, high = points.min(axis=0), points.max(axis=0) + 1
        return cls(
            place=Rect(*(float(v) for v in (*low, *(high - low)))).scaled(1 / PAGE_PX_PER_MM),
            area=len(points) / PAGE_PX_PER_MM**2,
            middle=(middle[0] / PAGE_PX_PER_MM, middle[1] / PAGE_PX_PER_MM),
            along=(float(np.cos(angle)), float(np.sin(angle))),
            length=(long + 1) / PAGE_PX_PER_MM,
            width=(short + 1) / PAGE_PX_PER_MM,
            ink=ink,
            corner_px=corner_px,
        )

    @property
    def thickness(self) -> float:
        """What a pen must leave to cover this area in one stroke, millimetres."""
        return self.area / self.length

    def points(self) -> Floats:
        """Where its pixels lie, n x 2, millimetres."""
        rows, columns = np.nonzero(self.ink)
        return np.asarray((np.stack([columns, rows], axis=1) + self.corner_px) / PAGE_PX_PER_MM, dtype=np.float64)

    def touches(self, ink: Image) -> bool:
        """Whether any of a page's ink (255 where it is) lies within `TOUCHING_PX` of it."""
        wide = np.ones((2 * TOUCHING_PX + 1, 2 * TOUCHING_PX + 1), np.uint8)
        near = np.argwhere(cv2.dilate(np.pad(self.ink, TOUCHING_PX).astype(np.uint8), wide))
        rows, columns = np.clip(near + self.corner_px[::-1] - TOUCHING_PX, 0, np.subtract(ink.shape, 1)).T
        return bool(ink[rows, columns].any())

    def distance(self, points: Floats) -> Floats:
        """How far points (n x 2, millimetres) lie from the straight line that this piece follows."""
        return np.asarray(np.abs((points - self.middle) @ (self.along[1], -self.along[0])), dtype=np.float64)

    def strokes(self, lines: "list[Piece]", beside_mm: float) -> "list[Piece]":
        """What really hangs together in it, part by part, without the ink of lines that run through it."""
        ink = self.ink.astype(np.uint8)
        rows, columns = np.nonzero(self.ink)
        for line in lines:
            is_near = line.distance(self.points()) <= beside_mm
            ink[rows[is_near], columns[is_near]] = 0
        count, labels = cv2.connectedComponents(ink, connectivity=8)
        return [Piece.of(labels == label, self.corner_px) for label in range(1, count)]


def in_pixels(rect: Rect) -> tuple[slice, slice]:
    """The rows and columns of the page that a place in millimetres covers."""
    x, y, w, h = (round(v * PAGE_PX_PER_MM) for v in (rect.x, rect.y, rect.w, rect.h))
    return slice(max(0, y), max(0, y + h)), slice(max(0, x), max(0, x + w))


def written(ground: Ground, edge_mm: float) -> Image:
    """The page, 255 where something was written: outside print and its edge, as wide as given."""
    page, layout = ground.registration.page, ground.layout
    size = (page.shape[1] // PAPER_STEP, page.shape[0] // PAPER_STEP)
    even = page[: size[1] * PAPER_STEP, : size[0] * PAPER_STEP]
    coarse = cv2.resize(even, size, interpolation=cv2.INTER_AREA)
    light = cv2.blur(cv2.dilate(coarse, np.ones((PAPER_STEP, PAPER_STEP), np.uint8)), (5, 5))
    paper = cv2.resize(light, page.shape[::-1], interpolation=cv2.INTER_LINEAR)
    compared = cv2.compare(page, cv2.convertScaleAbs(paper, alpha=1 - INK_SHARE), cv2.CMP_LT)
    dark = np.asarray(cv2.subtract(compared, printed_mask(layout, PRINT_MARGIN_PX)), dtype=np.uint8)
    printed = [layout.number_box, layout.code_box, *ground.registration.marks_mm]
    for rect in [code_caption(layout), *(rect.grown(PRINT_ROOM_MM) for rect in printed)]:
        dark[in_pixels(rect)] = 0
    edge = round(edge_mm * PAGE_PX_PER_MM)
    framed = np.zeros_like(dark)
    framed[edge:-edge, edge:-edge] = dark[edge:-edge, edge:-edge]
    return framed


def without(ink: Image, places: list[Rect]) -> Image:
    """Ink that lies in none of the places."""
    left = ink.copy()
    for rect in places:
        left[in_pixels(rect)] = 0
    return left


@functools.lru_cache(maxsize=8)
def printed_mask(layout: CardLayout, margin_px: int) -> Image:
    """What is printed on the card, and around it as far as a square of `margin_px` reaches.

    255 where it is, `PAGE_PX_PER_MM` pixels a millimetre.
    """
    stored = np.frombuffer(layout.printed_png, np.uint8)
    mask = np.asarray(cv2.imdecode(stored, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    grown = cv2.erode(mask, np.ones((margin_px, margin_px), np.uint8))
    return np.asarray(cv2.bitwise_not(grown), dtype=np.uint8)


@functools.lru_cache(maxsize=8)
def _text(layout: CardLayout) -> Image:
    """What is printed apart from boxes, and around it; 255 where it is."""
    mask = printed_mask(layout, NEAR_PRINT_PX).copy()
    for box in layout.boxes:
        mask[in_pixels(box.rect.grown(BOX_ROOM_MM))] = 0
    return mask


def joined(ink: Image, layout: CardLayout) -> Image:
    """Ink (255 where it is) made so wide that what nearly touches is one piece, the more where text may hide some."""
    near = cv2.dilate(ink, np.ones((JOINED_PX, JOINED_PX), np.uint8))
    far = cv2.dilate(ink, np.ones((JOINED_OVER_TEXT_PX, JOINED_OVER_TEXT_PX), np.uint8))
    return np.asarray(cv2.bitwise_or(near, cv2.bitwise_and(far, _text(layout))), dtype=np.uint8)


def area_beside_print(piece: Piece, ground: Ground) -> float:
    """How much of a piece, mm2, is not print that lies a little elsewhere, all in one direction, or looks wider."""
    is_sharp = ground.measured.print_level >= SHARP * ground.measured.black_level
    printed = printed_mask(ground.layout, NEAR_SHARP_PRINT_PX if is_sharp else NEAR_PRINT_PX)
    astray = UNEVEN_ASTRAY_PX if ground.registration.uneven_mm > UNEVEN_MM else ASTRAY_PX
    (x, y), (h, w) = piece.corner_px, piece.ink.shape
    room = 2 * astray
    padded = cv2.copyMakeBorder(printed[max(0, y - room) : y + h + room], room, room, room, room, 0, value=(0,))
    top = room + y - max(0, y - room) - astray
    cut = padded[top : top + h + room, x + astray : x + astray + w + room] == 0
    shifted = np.lib.stride_tricks.sliding_window_view(cut, (h, w))
    return int((shifted & piece.ink).sum(axis=(2, 3)).min()) / PAGE_PX_PER_MM**2


def colour_of(piece: Piece, ground: Ground) -> str:
    """The name of a piece's colour, by its darker half; "unknown" in a grey scan and where it is too pale."""
    if ground.measured.is_grey:
        return "unknown"
    points = piece.points()
    some = points[:: 1 + len(points) // MOST_POINTS]
    room = piece.place.grown(PAPER_ROOM_MM)
    ways = (np.linspace(low, low + size, PAPER_POINTS) for low, size in ((room.x, room.w), (room.y, room.h)))
    light = _light_at(np.vstack([some, np.stack(np.meshgrid(*ways), axis=-1).reshape(-1, 2)]), ground)
    own, white = light[: len(some)], paper_among(light[len(some) :])
    darker = own[np.argsort(own.sum(axis=1))[: len(own) // 2 + 1]]
    taken = np.clip(1 - darker.mean(axis=0) / white, 1e-3, None) / ground.measured.print_taken
    return colour_name((taken / taken.max()).astype(np.float32)) if taken.max() >= LEAST_COLOUR else "unknown"


def paper_among(light: NDArray[Any]) -> NDArray[Any]:
    """The level of bare paper in what was seen of it (n, or n x channels): bright, whatever is written."""
    rank = round(PAPER_RANK * (len(light) - 1))
    return np.asarray(np.maximum(np.partition(light, rank, axis=0)[rank], 1.0))


def _light_at(places: Floats, ground: Ground) -> Floats:
    """The picture's colours (n x 3) at places of the page (n x 2, millimetres)."""
    at = np.rint(ground.registration.page_pixels(places)).astype(int)
    high, wide = ground.picture.shape[:2]
    picked = ground.picture[np.clip(at[:, 1], 0, high - 1), np.clip(at[:, 0], 0, wide - 1)]
    return np.asarray(picked, dtype=np.float64)
