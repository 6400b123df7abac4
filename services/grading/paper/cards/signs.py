"""Signs outside the boxes: what is on the card and was neither printed nor a cross (Art. 46(2)).

The card's picture is compared with its printed area; ink that remains, is large enough and does not belong to a
cross, is proposed as a sign. Streaks, folds and the scanner's dark edges are told apart by their shape.
"""

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards.drawing import code_caption
from services.grading.paper.cards.layout import PAGE_MM, CardLayout, Rect
from services.grading.paper.cards.registration import Registration
from services.grading.paper.cards.views import PAGE_PX_PER_MM

Image = NDArray[np.uint8]

Floats = NDArray[np.float64]
Point = tuple[float, float]

INK_SHARE = 0.24
PRINT_MARGIN_PX = 3
#: Print looks wider in a scan that is not sharp, and lies where it should when the paper is flat.
NEAR_FLAT_PRINT_PX, NEAR_SHARP_PRINT_PX, NEAR_PRINT_PX = 3, 5, 7
FLAT_MM = 0.45
LEAST_FREE_MM2 = 0.5
LEAST_FREE_SHARE = 0.35
PAPER_STEP = 5
#: A dark lid, or what lies below the paper, shows along its edges, the more where it is bent.
FLAT_EDGE_MM, EDGE_MM = 3.0, 6.0
LEAST_SIZE_MM = 2.6
LEAST_AREA_MM2 = 1.2
NARROW_MM = 1.3
NARROW_SHARE = 0.04
LINE_PX = 3
BESIDE_PX = 5
FOLD_SLOPE = 0.06
FOLD_SLOPES = 81
FOLD_DEPTH = 4
FOLD_SHARE = 0.5
PAPER_RANK = 85.0
LEAST_TAKEN = 0.08
HAIR_MM = 0.18  #: width times darkness
HAIR_WIDTH_MM = 0.45
LONG_MM = 30.0
SLOPE = 0.12
SLOPE_ERROR = 0.02
BEND_MM = 1.2
WIDEST_PEN_MM = 1.4
LONGEST_END_MM = 7.0
ASIDE_MM = 0.7
CROSS_ROOM_MM = 1.2
OTHER_ROOM_MM = 0.3
PRINT_ROOM_MM = 1.5
WRITING_MM = 8.0
JOINED_PX = 5
QUARTER_TURN_DEG = 90  # not the law: degrees


@dataclass(frozen=True, slots=True)
class Sign:
    """A foreign sign: what it seems to be, where (millimetres of the card), and why it was noticed."""

    kind: str
    place: Rect
    evidence: float


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """Ink in one piece: its upright place, its area, and its narrowest rectangle; all in millimetres of the card.

    `ink` (height x width) and where its upper left corner lies are in pixels of the page.
    """

    place: Rect
    area: float
    middle: Point
    along: Point
    length: float
    width: float
    ink: NDArray[np.bool_]
    corner_px: tuple[int, int]

    @property
    def thickness(self) -> float:
        """What a pen must leave to cover this area in one stroke, millimetres."""
        return self.area / self.length

    def distance(self, points: Floats) -> Floats:
        """How far points (n x 2, millimetres) lie from the straight line that this piece follows."""
        return np.asarray(np.abs((points - self.middle) @ (self.along[1], -self.along[0])), dtype=np.float64)


def find_signs(
    registration: Registration, layout: CardLayout, crossed: list[Rect], other: list[Rect], *, is_sharp: bool
) -> list[Sign]:
    """Signs outside boxes; the strokes of a cross reach out of the boxes of `crossed`, those of `other` do not.

    Needs the layout's printed area.
    """
    places = [rect.grown(CROSS_ROOM_MM) for rect in crossed] + [rect.grown(OTHER_ROOM_MM) for rect in other]
    edge_mm = FLAT_EDGE_MM if registration.bent_mm <= FLAT_MM else EDGE_MM
    written = _written(registration.page, layout, places, edge_mm)
    pieces = _pieces(written, printed_mask(layout, _near_print_px(registration, is_sharp=is_sharp)), edge_mm)
    straight = [piece for piece in pieces if _may_be_a_line(piece)]
    lines = [
        piece for piece in straight if _is_part_of_a_line(piece, straight) or _goes_on_faintly(piece, registration.page)
    ]
    rooms = [rect.grown(CROSS_ROOM_MM + 1 / PAGE_PX_PER_MM) for rect in crossed]
    signs = []
    for piece in pieces:
        is_dirt = piece in lines or _is_a_hair(piece, registration.page)
        if is_dirt or _is_at_the_edge(piece.place, edge_mm) or _area_of_its_own(piece, lines, rooms) < LEAST_AREA_MM2:
            continue
        kind = "writing" if max(piece.place.w, piece.place.h) > WRITING_MM else "mark"
        signs.append(Sign(kind, piece.place, round(piece.area, 2)))
    return signs


def _near_print_px(registration: Registration, *, is_sharp: bool) -> int:
    if not is_sharp:
        return NEAR_PRINT_PX
    return NEAR_FLAT_PRINT_PX if registration.bent_mm <= FLAT_MM else NEAR_SHARP_PRINT_PX


@functools.lru_cache(maxsize=8)
def printed_mask(layout: CardLayout, margin_px: int) -> Image:
    """What is printed on the card, and around it as far as a square of `margin_px` reaches.

    255 where it is, `PAGE_PX_PER_MM` pixels a millimetre.
    """
    stored = np.frombuffer(layout.printed_png, np.uint8)
    mask = np.asarray(cv2.imdecode(stored, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    grown = cv2.erode(mask, np.ones((margin_px, margin_px), np.uint8))
    return np.asarray(cv2.bitwise_not(grown), dtype=np.uint8)


def _written(page: Image, layout: CardLayout, occupied: list[Rect], edge_mm: float) -> Image:
    size = (page.shape[1] // PAPER_STEP, page.shape[0] // PAPER_STEP)
    even = page[: size[1] * PAPER_STEP, : size[0] * PAPER_STEP]
    coarse = cv2.resize(even, size, interpolation=cv2.INTER_AREA)
    light = cv2.blur(cv2.dilate(coarse, np.ones((PAPER_STEP, PAPER_STEP), np.uint8)), (5, 5))
    paper = cv2.resize(light, page.shape[::-1], interpolation=cv2.INTER_LINEAR)
    limit = cv2.convertScaleAbs(paper, alpha=1 - INK_SHARE)
    compared = cv2.compare(page, limit, cv2.CMP_LT)
    dark = np.asarray(cv2.subtract(compared, printed_mask(layout, PRINT_MARGIN_PX)), dtype=np.uint8)
    printed = [layout.number_box, layout.code_box, *(mark.rect for mark in layout.marks)]
    places = [code_caption(layout), *(rect.grown(PRINT_ROOM_MM) for rect in printed)]
    for rect in [*places, *occupied]:
        x, y, w, h = (round(v * PAGE_PX_PER_MM) for v in (rect.x, rect.y, rect.w, rect.h))
        dark[max(0, y) : y + h, max(0, x) : x + w] = 0
    edge = round(edge_mm * PAGE_PX_PER_MM)
    framed = np.zeros_like(dark)
    framed[edge:-edge, edge:-edge] = dark[edge:-edge, edge:-edge]
    return framed


def _pieces(written: Image, near_print: Image, edge_mm: float) -> list[_Piece]:
    """The pieces that are large enough to be a sign; what nearly touches is one piece.

    What only lines the print is the print itself, where paper was stretched or a scan is not sharp.
    """
    joined = cv2.dilate(written, np.ones((JOINED_PX, JOINED_PX), np.uint8))
    outlines = cv2.findContours(joined, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]
    least = LEAST_SIZE_MM * PAGE_PX_PER_MM + JOINED_PX - 1
    places = [cv2.boundingRect(outline) for outline in outlines]
    if not any(max(w, h) >= least and not _is_at_the_edge(_inner(x, y, w, h), edge_mm) for x, y, w, h in places):
        return []
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    large = np.flatnonzero(np.maximum(stats[:, 2], stats[:, 3]) >= least)
    pieces = []
    for index in large[large > 0].tolist():
        x, y, w, h = (int(v) for v in stats[index, :4])
        own = (labels[y : y + h, x : x + w] == index) & (written[y : y + h, x : x + w] > 0)
        area = float(own.sum()) / PAGE_PX_PER_MM**2
        free = float((own & (near_print[y : y + h, x : x + w] == 0)).sum()) / PAGE_PX_PER_MM**2
        if area >= LEAST_AREA_MM2 and free >= max(LEAST_FREE_MM2, LEAST_FREE_SHARE * area):
            pieces.append(_piece(own, (x, y), area))
    return pieces


def _inner(x: int, y: int, w: int, h: int) -> Rect:
    """The place of a piece by that of its outline, which was widened to join it with its neighbours."""
    return Rect(x, y, w, h).grown(-(JOINED_PX // 2)).scaled(1 / PAGE_PX_PER_MM)


def _piece(own: NDArray[np.bool_], corner: tuple[int, int], area: float) -> _Piece:
    points = np.argwhere(own)[:, ::-1].astype(np.float32) + np.array(corner, np.float32)
    middle, sides, degrees = cv2.minAreaRect(points)
    long, short = max(sides), min(sides)
    angle = np.deg2rad(degrees + (0 if sides[0] >= sides[1] else QUARTER_TURN_DEG))
    low, high = points.min(axis=0), points.max(axis=0) + 1
    return _Piece(
        place=Rect(*(float(v) for v in (*low, *(high - low)))).scaled(1 / PAGE_PX_PER_MM),
        area=area,
        middle=(middle[0] / PAGE_PX_PER_MM, middle[1] / PAGE_PX_PER_MM),
        along=(float(np.cos(angle)), float(np.sin(angle))),
        length=(long + 1) / PAGE_PX_PER_MM,
        width=(short + 1) / PAGE_PX_PER_MM,
        ink=own,
        corner_px=corner,
    )


def _strokes(piece: _Piece, lines: list[_Piece]) -> list[_Piece]:
    """What really hangs together in a piece, part by part, without the ink of lines that run through it."""
    ink = piece.ink.astype(np.uint8)
    rows, columns = np.nonzero(piece.ink)
    points = (np.stack([columns, rows], axis=1) + piece.corner_px) / PAGE_PX_PER_MM
    for line in lines:
        is_near = line.distance(points) <= NARROW_MM / 2
        ink[rows[is_near], columns[is_near]] = 0
    count, labels = cv2.connectedComponents(ink, connectivity=8)
    parts = (labels == label for label in range(1, count))
    return [_piece(part, piece.corner_px, float(part.sum()) / PAGE_PX_PER_MM**2) for part in parts]


def _may_be_a_line(piece: _Piece) -> bool:
    """Straight, thin for its length, and nearly level or upright: as a fold or a streak is."""
    return (
        piece.width <= max(NARROW_MM, NARROW_SHARE * piece.length)
        and min(abs(piece.along[0]), abs(piece.along[1])) <= SLOPE
    )


def _is_part_of_a_line(piece: _Piece, lines: list[_Piece]) -> bool:
    """Whether pieces that follow the same straight line go far together."""
    aside = piece.distance(np.array([one.middle for one in lines])).tolist()
    same = [one for one, far in zip(lines, aside, strict=True) if far <= NARROW_MM + SLOPE_ERROR * _apart(piece, one)]
    reach = [abs(one.along[i]) * one.length / 2 for one in same for i in (0, 1)]
    spans = [
        max(one.middle[i] for one in same) - min(one.middle[i] for one in same) + 2 * max(reach[i::2]) for i in (0, 1)
    ]
    return max(spans) >= LONG_MM


def _goes_on_faintly(piece: _Piece, page: Image) -> bool:
    """Whether the page is a little darker along the line that this piece begins than beside it: as along a fold."""
    is_upright = abs(piece.along[1]) > abs(piece.along[0])
    view = page if is_upright else cv2.transpose(page)
    middle = np.array(piece.middle if is_upright else piece.middle[::-1]) * PAGE_PX_PER_MM
    smooth = cv2.blur(np.asarray(view), (LINE_PX, 1)).astype(np.int16)
    rows = np.arange(len(smooth))
    slopes = np.linspace(-FOLD_SLOPE, FOLD_SLOPE, FOLD_SLOPES)[:, None]
    at = np.round(middle[0] + slopes * (rows - middle[1])).astype(int)
    on, left, right = (
        smooth[rows, np.clip(at + beside, 0, smooth.shape[1] - 1)] for beside in (0, -BESIDE_PX, BESIDE_PX)
    )
    deeper = np.minimum(left, right) - on
    return bool((deeper >= FOLD_DEPTH).mean(axis=1).max() >= FOLD_SHARE)


def _is_a_hair(piece: _Piece, page: Image) -> bool:
    """Whether a short piece is thinner and paler than what any pen leaves: its ink for each millimetre of length."""
    if max(piece.place.w, piece.place.h) > WRITING_MM:
        return False
    around = piece.place.grown(1.0).scaled(PAGE_PX_PER_MM)
    top, left = max(0, round(around.y)), max(0, round(around.x))
    cut = page[top : round(around.y + around.h), left : round(around.x + around.w)].astype(np.float32)
    taken = 1 - cut / max(float(np.percentile(cut, PAPER_RANK)), 1.0)
    ink = float(taken[taken > LEAST_TAKEN].sum()) / PAGE_PX_PER_MM**2
    return ink < HAIR_MM * max(float(np.hypot(piece.place.w, piece.place.h)), piece.area / HAIR_WIDTH_MM)


def _apart(one: _Piece, other: _Piece) -> float:
    return float(np.hypot(one.middle[0] - other.middle[0], one.middle[1] - other.middle[1]))


def _area_of_its_own(piece: _Piece, lines: list[_Piece], rooms: list[Rect]) -> float:
    """What is left of a piece's area, mm2, without lines that run through it and strokes that come out of the `rooms`
    around crosses: several of them may nearly touch, and one may go on beyond a printed line.

    Where a stroke points says little: a bent one, or one that meets the other beside the box, points past it.
    """
    strokes = _strokes(piece, lines)
    ends = [one for one in strokes if _may_be_an_end(one) and any(room.meets(one.place) for room in rooms)]
    others = [one for one in strokes if one not in ends]
    return sum(one.area for one in others if not any(_goes_on(end, one) for end in ends))


def _may_be_an_end(stroke: _Piece) -> bool:
    """Whether a pen may have left it in one pull, where a stroke of a cross went too far."""
    return (
        stroke.thickness <= WIDEST_PEN_MM
        and stroke.width - stroke.thickness <= BEND_MM
        and stroke.length <= LONGEST_END_MM
    )


def _goes_on(end: _Piece, other: _Piece) -> bool:
    """Whether another stroke of the same piece follows an end's own line, as beyond the border of the next box."""
    together = _piece(end.ink | other.ink, end.corner_px, end.area + other.area)
    return _may_be_an_end(together) and together.width - max(end.width, other.width) <= ASIDE_MM


def _is_at_the_edge(place: Rect, edge_mm: float) -> bool:
    near = edge_mm + 1 / PAGE_PX_PER_MM
    right, bottom = PAGE_MM[0] - place.x - place.w, PAGE_MM[1] - place.y - place.h
    return min(place.x, place.y, right, bottom) <= near
