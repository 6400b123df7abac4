"""Signs outside the boxes: what is on the card and was neither printed nor a cross (Art. 46(2)).

The card's picture is compared with its printed area; ink that remains, is large enough and does not belong to a
cross, is proposed as a sign. Streaks, folds and the scanner's dark edges are told apart by their shape.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards.colours import FOREIGN
from services.grading.paper.cards.layout import PAGE_MM, Rect
from services.grading.paper.cards.pieces import (
    INK_SHARE,
    JOINED_PX,
    PRINT_MARGIN_PX,
    Ground,
    Piece,
    area_beside_print,
    colour_of,
    in_pixels,
    joined,
    paper_among,
    printed_mask,
    without,
    written,
)
from services.grading.paper.cards.views import PAGE_PX_PER_MM

Image = NDArray[np.uint8]

LOST_MARK_ROOM_MM = 6.0
COLOURLESS = frozenset({"neutral", "unclear", "unknown"})
COVERED, COVER_RANKS, COVER_EVEN, COVER_LEVELS = (0.5, 0.9), (0.1, 0.9), 0.35, 24
LEAST_BESIDE_PRINT_MM2 = 0.42
LEAST_BESIDE_PRINT = 0.27
#: A dark lid, or what lies below the paper, shows along its edges, the more where it is bent.
FLAT_MM = 0.45
FLAT_EDGE_MM, EDGE_MM = 2.0, 4.0
LEAST_DEPTH_MM, LONG_FOR_ITS_DEPTH, CORNER_MM = 3.5, 5, 22.0
LID_MM, LID_SHARE = 8.0, 0.5
FULL_CORNER, CREASE_MM = 0.18, 2.5
#: A punch's holes (ISO 838): 6 mm wide, 80 mm apart, 12 mm from the edge.
HOLE_MM, HOLE_FULL, HOLE_MARGIN_MM = (5.0, 7.5), 0.12, 13.0
HOLES_APART_MM, HOLES_ASIDE_MM = (78.0, 82.0), 2.0
LEAST_SIZE_MM = 2.6
LEAST_AREA_MM2 = 1.2
NARROW_MM = 1.34  #: four pixels of the page
NARROW_SHARE = 0.04
LINE_PX = 3
BESIDE_PX = 5
FOLD_SLOPE = 0.06
FOLD_SLOPES = 81
FOLD_DEPTH = 4
FOLD_SHARE = 0.5
LEAST_TAKEN = 0.08
HAIR_MM = 0.18  #: width times darkness
HAIR_WIDTH_MM = 0.45
LONG_MM = 80.0
SLOPE = 0.12
SLOPE_ERROR = 0.02
BEND_MM = 1.2
WIDEST_PEN_MM = 1.4
LONGEST_END_MM = 7.0
ASIDE_MM = 0.7
RING_ASIDE_MM = 1.5
CROSS_ROOM_MM = 1.2
OTHER_ROOM_MM = 0.3
WRITING_MM = 8.0


@dataclass(frozen=True, slots=True)
class Sign:
    """A foreign sign: what it seems to be, where (millimetres of the card), and why it was noticed."""

    kind: str
    place: Rect
    evidence: float


def find_signs(ground: Ground, crossed: list[Rect], other: list[Rect]) -> list[Sign]:
    """Signs outside boxes; the strokes of a cross reach out of the boxes of `crossed`, those of `other` do not.

    Needs the layout's printed area.
    """
    places = [rect.grown(CROSS_ROOM_MM) for rect in crossed] + [rect.grown(OTHER_ROOM_MM) for rect in other]
    edge_mm = FLAT_EDGE_MM if ground.registration.bent_mm <= FLAT_MM else EDGE_MM
    ink = written(ground, edge_mm)
    apart = without(ink, places)
    pieces = [one for one in _pieces(apart, ground) if not _is_the_edge(one, edge_mm)]
    colours = {piece: colour_of(piece, ground) for piece in pieces}
    # Print is black: what is blue was written.
    beside = [piece for piece in pieces if colours[piece] == "blue" or _is_beside_print(piece, ground)]
    rooms = [rect.grown(CROSS_ROOM_MM + 1 / PAGE_PX_PER_MM) for rect in crossed]
    straight = [
        piece
        for piece in beside
        if colours[piece] != "blue" and _may_be_a_line(piece) and not _lies_along(piece.place, rooms)
    ]
    page, in_places = ground.registration.page, np.asarray(cv2.subtract(ink, apart), dtype=np.uint8)
    lines = [one for one in straight if _is_part_of_a_line(one, straight) or _goes_on_faintly(one, page)]
    round_ones = [piece for piece in pieces if _may_be_punched(piece)]
    covers = _covers(ground)
    signs = []
    for piece in pieces:
        is_likely = (
            piece in beside
            and not _is_a_hair(piece, page, ground.measured.black_level)
            and (_goes_round(piece, rooms) or _own_area(piece, lines, rooms, in_places, ground) >= LEAST_AREA_MM2)
        )
        is_cover = colours[piece] in COLOURLESS and any(_belongs_to(piece, *one, page) for one in covers)
        if is_cover or _is_punched(piece, round_ones):
            continue
        if (is_likely and piece not in lines) or colours[piece] in FOREIGN:
            kind = "writing" if max(piece.place.w, piece.place.h) > WRITING_MM else "mark"
            signs.append(Sign(kind, piece.place, round(piece.area, 2)))
    return signs


def _pieces(ink: Image, ground: Ground) -> list[Piece]:
    """The pieces that are large enough to be a sign; what nearly touches is one piece."""
    wide = joined(ink, ground.layout)
    outlines, nested = cv2.findContours(wide, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    least = LEAST_SIZE_MM * PAGE_PX_PER_MM + JOINED_PX - 1
    pieces = []
    for outline, (_, _, _, around) in zip(outlines, nested[0] if len(outlines) else (), strict=True):
        x, y, w, h = cv2.boundingRect(outline)
        if around >= 0 or max(w, h) < least:
            continue
        parts = cv2.connectedComponents(wide[y : y + h, x : x + w], connectivity=8)[1]
        left, top = outline[0, 0].tolist()
        own = (parts == parts[top - y, left - x]) & (ink[y : y + h, x : x + w] > 0)
        if own.sum() >= LEAST_AREA_MM2 * PAGE_PX_PER_MM**2:
            pieces.append(Piece.of(own, (x, y)))
    return pieces


def _covers(ground: Ground) -> list[tuple[Rect, float]]:
    """Where something even lies over a mark that was not found, darker than paper and paler than a pen: a label, a
    thumb. Its room, and its level in the page.
    """
    covers = []
    for mark in ground.layout.marks:
        if mark.number in ground.registration.marks_found:
            continue
        room = mark.rect.grown(LOST_MARK_ROOM_MM)
        within, around = (
            np.sort(ground.registration.page[in_pixels(rect)], axis=None).astype(float) for rect in (mark.rect, room)
        )
        low, high = (within[round(rank * (len(within) - 1))] for rank in COVER_RANKS)
        paper = float(paper_among(around))
        if (
            COVERED[0] * paper <= low
            and high <= COVERED[1] * paper
            and high - low <= COVER_EVEN * ground.measured.black_level * paper
        ):
            covers.append((room, float(np.median(within))))
    return covers


def _belongs_to(piece: Piece, room: Rect, level: float, page: Image) -> bool:
    """Whether it is a part of what covers a mark, and nothing in it was written: so much darker than the whole."""
    x, y = piece.place.centre
    if not room.meets(Rect(x, y, 0.0, 0.0)):
        return False
    left, top = piece.corner_px
    high, wide = piece.ink.shape
    own = page[top : top + high, left : left + wide][piece.ink]
    return bool((own < level - COVER_LEVELS).sum() < LEAST_AREA_MM2 * PAGE_PX_PER_MM**2)


def _is_beside_print(piece: Piece, ground: Ground) -> bool:
    """What only lines the print is the print itself, where paper was stretched or a scan is not sharp."""
    return area_beside_print(piece, ground) >= max(LEAST_BESIDE_PRINT_MM2, LEAST_BESIDE_PRINT * piece.area)


def _may_be_a_line(piece: Piece) -> bool:
    """Straight, thin for its length, and nearly level or upright: as a fold or a streak is."""
    return (
        piece.width <= max(NARROW_MM, NARROW_SHARE * piece.length)
        and min(abs(piece.along[0]), abs(piece.along[1])) <= SLOPE
    )


def _lies_along(place: Rect, rooms: list[Rect]) -> bool:
    """Whether most of its length lies beside rooms that it touches: ends of crosses are cut off straight there."""
    near = [room for room in rooms if room.meets(place)]
    down = sum(min(place.y + place.h, one.y + one.h) - max(place.y, one.y) for one in near)
    across = sum(min(place.x + place.w, one.x + one.w) - max(place.x, one.x) for one in near)
    return (down if place.h > place.w else across) > max(place.w, place.h) / 2


def _is_part_of_a_line(piece: Piece, lines: list[Piece]) -> bool:
    """Whether pieces that follow the same straight line go far together."""
    aside = piece.distance(np.array([one.middle for one in lines])).tolist()
    same = [one for one, far in zip(lines, aside, strict=True) if far <= NARROW_MM + SLOPE_ERROR * _apart(piece, one)]
    reach = [abs(one.along[i]) * one.length / 2 for one in same for i in (0, 1)]
    spans = [
        max(one.middle[i] for one in same) - min(one.middle[i] for one in same) + 2 * max(reach[i::2]) for i in (0, 1)
    ]
    return max(spans) >= LONG_MM


def _goes_on_faintly(piece: Piece, page: Image) -> bool:
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


def _is_a_hair(piece: Piece, page: Image, contrast: float) -> bool:
    """Whether a short piece is thinner and paler than what any pen leaves: its ink for each millimetre of length."""
    if max(piece.place.w, piece.place.h) > WRITING_MM:
        return False
    around = piece.place.grown(1.0).scaled(PAGE_PX_PER_MM)
    top, left = max(0, round(around.y)), max(0, round(around.x))
    cut = page[top : round(around.y + around.h), left : round(around.x + around.w)].astype(np.float32)
    taken = 1 - cut / paper_among(cut.ravel())
    ink = float(taken[taken > LEAST_TAKEN].sum()) / contrast / PAGE_PX_PER_MM**2
    return ink < HAIR_MM * max(float(np.hypot(piece.place.w, piece.place.h)), piece.area / HAIR_WIDTH_MM)


def _apart(one: Piece, other: Piece) -> float:
    return float(np.hypot(one.middle[0] - other.middle[0], one.middle[1] - other.middle[1]))


def _may_be_punched(piece: Piece) -> bool:
    """A full disc of a punch's size in a margin, as a dark lid shows through a hole."""
    is_of_size = all(HOLE_MM[0] <= side <= HOLE_MM[1] for side in (piece.place.w, piece.place.h))
    is_full = abs(piece.area / (piece.place.w * piece.place.h) - np.pi / 4) <= HOLE_FULL
    return is_of_size and is_full and any(_reaches_the_edge(piece.place, HOLE_MARGIN_MM))


def _is_punched(piece: Piece, round_ones: list[Piece]) -> bool:
    """Whether a disc has a fellow at a punch's distance, along an edge."""
    if piece not in round_ones:
        return False
    apart = [np.abs(np.subtract(piece.middle, one.middle)) for one in round_ones]
    return any(HOLES_APART_MM[0] <= max(one) <= HOLES_APART_MM[1] and min(one) <= HOLES_ASIDE_MM for one in apart)


def _goes_round(piece: Piece, rooms: list[Rect]) -> bool:
    """Whether a box with a cross stands in the middle of a piece that hangs together around it, as in a ring."""
    return any(
        min(piece.place.w - room.w, piece.place.h - room.h) > 0
        and max(abs(a - b) for a, b in zip(piece.place.centre, room.centre, strict=True)) <= RING_ASIDE_MM
        for room in rooms
    )


def _own_area(piece: Piece, lines: list[Piece], rooms: list[Rect], in_places: Image, ground: Ground) -> float:
    """What is left of a piece's area, mm2, without lines that run through it and strokes that come out of the `rooms`
    around crosses: several of them may nearly touch, and one may go on beyond a printed line.

    What comes out of a room meets the ink in it (`in_places`, 255 where it is). Where a stroke points says little: a
    bent one, or one that meets the other beside the box, points past it.
    """
    strokes = piece.strokes(lines, NARROW_MM / 2)
    ends = [
        one
        for one in strokes
        if _may_be_an_end(one)
        and (
            (any(room.meets(one.place) for room in rooms) and one.touches(in_places))
            or any(_leads_into(room, one, ground) for room in rooms)
        )
    ]
    others = [one for one in strokes if one not in ends]
    return sum(one.area for one in others if not any(_goes_on(end, one) for end in ends))


def _leads_into(room: Rect, stroke: Piece, ground: Ground) -> bool:
    """Whether its straight line goes on through print into a room, dark all the way, as where a pen crosses a letter.

    Print is not looked at, so it cuts such a stroke in two.
    """
    towards = np.subtract(room.centre, stroke.middle)
    way = np.array(stroke.along) * np.sign(np.dot(stroke.along, towards))
    steps = np.arange(stroke.length / 2, LONGEST_END_MM - stroke.length / 2, 1 / PAGE_PX_PER_MM)
    points = stroke.middle + steps[:, None] * way
    low, high = (room.x, room.y), (room.x + room.w, room.y + room.h)
    is_inside = ((points >= low) & (points <= high)).all(axis=1)
    if not is_inside.any():
        return False
    page, printed = ground.registration.page, printed_mask(ground.layout, PRINT_MARGIN_PX)
    dark = (1 - INK_SHARE) * paper_among(page[in_pixels(stroke.place.grown(LONGEST_END_MM))].ravel())
    columns, rows = np.rint(points[: is_inside.argmax() + 1] * PAGE_PX_PER_MM).astype(int).T
    is_dark = all((page[y - 1 : y + 2, x - 1 : x + 2] < dark).any() for x, y in zip(columns, rows, strict=True))
    return is_dark and bool(printed[rows, columns].any())


def _may_be_an_end(stroke: Piece) -> bool:
    """Whether a pen may have left it in one pull, where a stroke of a cross went too far."""
    return (
        stroke.thickness <= WIDEST_PEN_MM
        and stroke.width - stroke.thickness <= BEND_MM
        and stroke.length <= LONGEST_END_MM
    )


def _goes_on(end: Piece, other: Piece) -> bool:
    """Whether another stroke of the same piece follows an end's own line, as beyond the border of the next box."""
    together = Piece.of(end.ink | other.ink, end.corner_px)
    return _may_be_an_end(together) and together.width - max(end.width, other.width) <= ASIDE_MM


def _is_the_edge(piece: Piece, edge_mm: float) -> bool:
    """Whether a piece that begins where the paper's edge may be is that edge, or what lies below it, and no stroke."""
    if not any(_reaches_the_edge(piece.place, edge_mm)):
        return False
    side = round(WIDEST_PEN_MM * PAGE_PX_PER_MM) + 1
    solid = cv2.erode(piece.ink.astype(np.uint8), np.ones((side, side), np.uint8), borderValue=(0,)) > 0
    if solid.any():
        points = Piece.of(solid, piece.corner_px).points()
        deep = np.minimum(points, np.subtract(PAGE_MM, points)).min(axis=1)
        if deep.min() <= edge_mm + WIDEST_PEN_MM and (deep <= LID_MM).mean() >= LID_SHARE:
            return True
    return _goes_along_an_edge(piece.place, edge_mm) or _is_a_corner(piece)


def _goes_along_an_edge(place: Rect, edge_mm: float) -> bool:
    reached = _reaches_the_edge(place, edge_mm)
    if not any(reached):
        return False
    depth = min(size for size, is_reached in zip((place.w, place.h), reached, strict=True) if is_reached)
    return depth < LEAST_DEPTH_MM or max(place.w, place.h) > LONG_FOR_ITS_DEPTH * depth


def _is_a_corner(piece: Piece) -> bool:
    """Whether it lies in a corner of the paper and is full, or straight, as where one is missing or folded."""
    is_full = piece.area >= FULL_CORNER * piece.place.w * piece.place.h
    return all(_reaches_the_edge(piece.place, CORNER_MM)) and (is_full or piece.width <= CREASE_MM)


def _reaches_the_edge(place: Rect, edge_mm: float) -> tuple[bool, bool]:
    """Whether it comes so near to a side edge, and to the upper or lower one."""
    near = edge_mm + 1 / PAGE_PX_PER_MM
    right, bottom = PAGE_MM[0] - place.x - place.w, PAGE_MM[1] - place.y - place.h
    return min(place.x, right) <= near, min(place.y, bottom) <= near
