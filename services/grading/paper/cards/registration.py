"""Where the card lies in the picture: coded marks first, then the boxes themselves, then each box's neighbourhood.

The marks carry their own number, so a page turned by any angle or upside down is read as it lies, and a lost mark
costs nothing. What cannot be placed with certainty is refused with a reason, never guessed.
"""

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards.drawing import LINE_MM, mark_dictionary
from services.grading.paper.cards.layout import BOX_MM, PAGE_MM, CardLayout, Rect
from services.grading.paper.cards.views import (
    PAGE_PX_PER_MM,
    Image,
    Points,
    Views,
    grid,
    moved_by,
    px_per_mm_of,
    terms_at,
)

Floats = NDArray[np.float32]
Boxes = tuple[Points, NDArray[np.bool_]]  #: how far each lies from where it was looked for, mm, and which were seen

#: Views from the smallest, windows, and the least outline in pixels against the picture: a diagonal takes fewer.
SEARCHES = ((0, 15, 0.085), (1, 29, 0.035), (1, 61, 0.035))
SIDES = 0.16
PAGE_SHAPED = (0.9, 1.1)
LEAST_MARKS = 2
LEAST_BOXES_SEEN, LEAST_BOXES_SEEN_BENT = 0.8, 0.95
BENT_MM = 1.0
LEAST_BOXES_TO_GO_ON = 0.3
LEAST_SPREAD_MM = 80.0
MOST_MARK_ERROR_MM = 2.5
MARK_WEIGHT = 4.0
MOST_RESIDUAL_MM = 0.3
RESIDUAL_RANK = 60  # not the law: more than half of the boxes are bare, crosses pull the others
NEIGHBOURS = 12
PATCH_MM = 10.6
FINE = 4
REACH_MM = 2.5
MOST_CURL_MM = 5.0
WHITE_RANK = 0.85
BOX_SEEN = 0.10
MOST_ROUNDS = 4
MOST_SMOOTHINGS = 8
LOST_BY_TILTING = 0.02  #: of the boxes, when bent paper is taken for tilted
SETTLED_MM = 0.5
INLIER_MM = 0.6
SCALE_LIMITS = (2.5, 60.0)


class NotRegistered(Exception):  # noqa: N818 - a refusal is a fact, named as one
    """The card's place in the picture is not certain; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Registration:
    """`to_picture` takes millimetres of the card to pixels; `local_mm` (boxes x 2) is each box's own small shift.

    `bent` (10 x 2) are the terms that make `page` flat, `bent_mm` how far the paper lies from flat where it does most,
    and `uneven_mm` how far any box lies from that smooth surface. `marks_mm`: where marks lie on `page`, in the
    layout's order.
    """

    to_picture: Points
    local_mm: Points
    marks_found: tuple[int, ...]
    residual_mm: float
    boxes_seen: float
    rotation_deg: float
    px_per_mm: float
    bent: Points
    bent_mm: float
    uneven_mm: float
    marks_mm: tuple[Rect, ...]
    page: Image

    def pixels(self, points_mm: Points) -> Points:
        """Points (n x 2) of the card in the picture."""
        return moved_by(self.to_picture, points_mm)

    def page_pixels(self, points_mm: Points) -> Points:
        """Points (n x 2) of the flat `page`, in millimetres, in the picture."""
        return moved_by(self.to_picture, points_mm + terms_at(points_mm) @ self.bent)


def register(views: Views, layout: CardLayout) -> Registration:
    """Find the card in a grey picture. Raises `NotRegistered`."""
    by_marks, marks = _from_marks(views, layout)
    centres = box_centres(layout)
    first = _box_shifts(views.page(by_marks), centres)
    to_picture, (shift, seen) = by_marks, first
    for _ in range(MOST_ROUNDS):
        refined = _refitted(to_picture, centres, shift, seen)
        moved = moved_by(np.asarray(np.linalg.inv(to_picture), dtype=np.float64), moved_by(refined, centres)) - centres
        if np.abs(moved).max() < SETTLED_MM:
            to_picture, shift = refined, shift - moved
            break
        shift_then, seen_then = _box_shifts(views.page(refined), centres)
        is_contradicted = _mark_error(_marks_off(refined, layout, marks)) > MOST_MARK_ERROR_MM
        if is_contradicted or seen_then.mean() < seen.mean() - LOST_BY_TILTING:
            break
        to_picture, shift, seen = refined, shift_then, seen_then
    if seen.mean() < LEAST_BOXES_SEEN:
        to_picture, (shift, seen) = by_marks, _smoothed_out(views, by_marks, layout, marks, first)
        if seen.mean() < LEAST_BOXES_SEEN_BENT:
            raise NotRegistered("boxes_not_found")
    elif seen.mean() < LEAST_BOXES_SEEN_BENT and np.abs(_among_neighbours(shift, layout)).max() > BENT_MM:
        shift, seen = _smoothed_out(views, to_picture, layout, marks, (shift, seen))
    return _settled(views, to_picture, layout, marks, (shift, seen))


def _smoothed_out(
    views: Views, to_picture: Points, layout: CardLayout, marks: dict[int, Points], boxes: Boxes
) -> Boxes:
    """Boxes looked for again on paper that is smoothed out by those already seen, for paper too bent to be a plane."""
    centres = box_centres(layout)
    corners, _ = _mark_corners(layout, marks)
    known = np.clip(_marks_off(to_picture, layout, marks), -REACH_MM, REACH_MM)
    for _ in range(MOST_SMOOTHINGS):
        shift, seen = boxes
        terms = terms_at(np.vstack([centres[seen], corners]))
        bent = np.asarray(np.linalg.lstsq(terms, np.vstack([shift[seen], known]), rcond=None)[0], dtype=np.float64)
        smooth = terms_at(centres) @ bent
        beside, seen_then = _box_shifts(views.page(to_picture, bent), centres)
        if seen_then.mean() <= seen.mean():
            break
        boxes = smooth + beside, seen_then
    return boxes


def _refitted(to_picture: Points, centres: Points, shift: Points, seen: NDArray[np.bool_]) -> Points:
    if seen.mean() < LEAST_BOXES_TO_GO_ON:
        raise NotRegistered("boxes_not_found")
    there = moved_by(to_picture, centres[seen] + shift[seen])
    refined, _ = cv2.findHomography(centres[seen], there, cv2.RANSAC, px_per_mm_of(to_picture) * INLIER_MM)
    if refined is None:
        raise NotRegistered("boxes_not_found")
    return np.asarray(refined, dtype=np.float64)


@functools.lru_cache(maxsize=8)
def _centres(layout: CardLayout) -> Points:
    return np.array([box.rect.centre for box in layout.boxes])


def box_centres(layout: CardLayout) -> Points:
    """Middles of all boxes in millimetres, boxes x 2, in the layout's order."""
    return _centres(layout)


def _settled(
    views: Views,
    to_picture: Points,
    layout: CardLayout,
    marks: dict[int, Points],
    boxes: Boxes,
) -> Registration:
    shift, seen = boxes[0].copy(), boxes[1]
    if not seen.all():
        terms = terms_at(box_centres(layout))
        smooth = terms[~seen] @ np.linalg.lstsq(terms[seen], shift[seen], rcond=None)[0]
        shift[~seen] = np.clip(smooth, shift[seen].min(axis=0) - REACH_MM, shift[seen].max(axis=0) + REACH_MM)
    off = _marks_off(to_picture, layout, marks)
    shifts = dict(zip((one.number for one in layout.marks if one.number in marks), _each(off), strict=True))
    bent = _bent(layout, _among_neighbours(shift, layout), shifts)
    # What neighbours have in common is looked for on flattened paper: outer boxes have neighbours on one side only.
    smooth = terms_at(box_centres(layout)) @ bent
    local = smooth + _among_neighbours(shift - smooth, layout)
    residual = float(np.percentile(np.abs(shift - local)[seen].max(axis=1), RESIDUAL_RANK))
    if residual > MOST_RESIDUAL_MM:
        raise NotRegistered("boxes_out_of_place")
    if _mark_error(off) > MOST_MARK_ERROR_MM:
        raise NotRegistered("marks_contradict")
    edges = moved_by(to_picture, np.array([[0.0, PAGE_MM[1] / 2], [PAGE_MM[0], PAGE_MM[1] / 2]]))
    across = edges[1] - edges[0]
    return Registration(
        to_picture=to_picture,
        local_mm=local,
        marks_found=tuple(sorted(marks)),
        residual_mm=residual,
        boxes_seen=float(seen.mean()),
        rotation_deg=float(np.degrees(np.arctan2(across[1], across[0]))),
        px_per_mm=px_per_mm_of(to_picture),
        bent=bent,
        bent_mm=_most_bent_mm(bent),
        uneven_mm=float(np.abs(local - smooth).max()),
        marks_mm=_on_page(layout, shifts, bent),
        page=views.page(to_picture, bent),
    )


def _on_page(layout: CardLayout, shifts: dict[int, Points], bent: Points) -> tuple[Rect, ...]:
    """Marks on the paper made flat: one in a curled corner lies beyond what is taken for bent."""
    places = []
    for mark in layout.marks:
        rect, there = mark.rect, np.array([mark.rect.centre]) + shifts.get(mark.number, 0)
        aside, below = (there - terms_at(there) @ bent - mark.rect.centre)[0] if mark.number in shifts else (0.0, 0.0)
        places.append(Rect(rect.x + float(aside), rect.y + float(below), rect.w, rect.h))
    return tuple(places)


def _most_bent_mm(bent: Points) -> float:
    places, terms = grid()
    is_on_page = ((places >= 0) & (places <= PAGE_MM)).all(axis=1)
    return float(np.abs(terms[is_on_page] @ bent).max())


def _bent(layout: CardLayout, local: Points, shifts: dict[int, Points]) -> Points:
    """How far the paper lies from flat, as a smooth surface: terms of a polynomial x (dx, dy), in millimetres.

    `local` are the shifts of boxes, `shifts` those of the marks that were found; where one was not, the paper is taken
    to lie as it does at the nearest box.
    """
    centres = box_centres(layout)
    places = np.array([mark.rect.centre for mark in layout.marks])
    nearest = local[np.hypot(*(places[:, None] - centres[None]).transpose(2, 0, 1)).argmin(axis=1)]
    at_marks = [shifts.get(mark.number, near) for mark, near in zip(layout.marks, nearest, strict=True)]
    known = np.clip(at_marks, nearest - MOST_CURL_MM, nearest + MOST_CURL_MM)
    return np.asarray(_fitting(layout) @ np.vstack([local, known]), dtype=np.float64)


@functools.lru_cache(maxsize=8)
def _fitting(layout: CardLayout) -> Points:
    """What makes the terms of `_bent` out of shifts at all boxes and marks: least squares, marks weighing more."""
    centres = box_centres(layout)
    places = np.array([mark.rect.centre for mark in layout.marks])
    weight = np.concatenate([np.ones(len(centres)), np.full(len(places), MARK_WEIGHT)])
    terms = terms_at(np.vstack([centres, places])) * weight[:, None]
    return np.asarray(np.linalg.pinv(terms) * weight, dtype=np.float64)


def _marks_off(to_picture: Points, layout: CardLayout, marks: dict[int, Points]) -> Points:
    """How far each corner of a mark lies from where `to_picture` puts it, millimetres."""
    corners, there = _mark_corners(layout, marks)
    return moved_by(np.asarray(np.linalg.inv(to_picture), dtype=np.float64), there) - corners


def _each(off: Points) -> Points:
    """How far each mark lies from there, by its four corners."""
    return np.asarray(off.reshape(-1, 4, 2).mean(axis=1), dtype=np.float64)


def _mark_error(off: Points) -> float:
    return float(np.median(np.abs(off).max(axis=1)))


def _mark_corners(layout: CardLayout, marks: dict[int, Points]) -> tuple[Points, Points]:
    """Corners of the marks that were found: on the card in millimetres, and in the picture."""
    rects = [mark.rect for mark in layout.marks if mark.number in marks]
    card = [p for r in rects for p in ((r.x, r.y), (r.x + r.w, r.y), (r.x + r.w, r.y + r.h), (r.x, r.y + r.h))]
    return np.array(card), np.vstack([marks[mark.number] for mark in layout.marks if mark.number in marks])


def _from_marks(views: Views, layout: CardLayout) -> tuple[Points, dict[int, Points]]:
    best = _marks_at_the_sides(views)
    for from_last, window, least in SEARCHES if len(best) < len(layout.marks) else ():
        level = max(0, len(views.sizes) - 1 - from_last)
        best = {**_marks(views.sizes[level], 0.5**level, _detector(window, least)), **best}
        if len(best) >= len(layout.marks) - 2:
            break
    known = {mark.number for mark in layout.marks}
    found = {number: corners for number, corners in best.items() if number in known}
    if len(found) < LEAST_MARKS:
        raise NotRegistered("marks_not_found")
    card, picture = _mark_corners(layout, found)
    homography = _placed(card, picture, layout.marks[0].rect.w)
    if homography is None or not _is_plausible(homography):
        raise NotRegistered("marks_contradict")
    return homography, found


def _placed(card: Points, picture: Points, side_mm: float) -> Points | None:
    """Millimetres to pixels; marks in a line say nothing about perspective, so they only give turning and size. Where
    all agree none is left out: on a coarse picture, a search for those that agree may settle on one side's marks.
    """
    px_per_mm = np.sqrt(cv2.contourArea(picture[:4].astype(np.float32))) / side_mm
    near = max(1.0, px_per_mm * INLIER_MM)
    (_, sides, _) = cv2.minAreaRect(card.astype(np.float32))
    if min(sides) < LEAST_SPREAD_MM:
        turned, _ = cv2.estimateAffinePartial2D(card, picture, method=cv2.RANSAC, ransacReprojThreshold=2 * near)
        return None if turned is None else np.vstack([turned, [0, 0, 1]])
    together = np.asarray(cv2.findHomography(card, picture)[0], dtype=np.float64)
    if together.shape == (3, 3) and np.abs(moved_by(together, card) - picture).max() <= near:
        return together
    homography, _ = cv2.findHomography(card, picture, cv2.RANSAC, near)
    return None if homography is None else np.asarray(homography, dtype=np.float64)


def _marks_at_the_sides(views: Views) -> dict[int, Points]:
    """Where an upright page that fills its scan has its marks: a third of the picture, looked at first."""
    level = len(views.sizes) - 1
    small = views.sizes[level]
    least, most = PAGE_SHAPED
    if not least <= small.shape[0] / small.shape[1] * PAGE_MM[0] / PAGE_MM[1] <= most:
        return {}
    wide = round(SIDES * small.shape[1])
    sides = np.hstack([small[:, :wide], small[:, -wide:]])
    found = _marks(sides, 1.0, _detector(*SEARCHES[0][1:]))
    beyond = np.array([small.shape[1] - 2 * wide, 0.0])
    return {
        number: (corners + beyond * (corners[:, :1].mean() > wide) + 0.5) * 2**level - 0.5
        for number, corners in found.items()
    }


def _marks(small: Image, factor: float, detector: cv2.aruco.ArucoDetector) -> dict[int, Points]:
    corners, numbers, _ = detector.detectMarkers(small)
    if numbers is None:
        return {}
    list_of = [int(number) for number in np.ravel(numbers)]
    if len(set(list_of)) < len(list_of):
        raise NotRegistered("more_than_one_card")
    return {n: (c.reshape(4, 2).astype(np.float64) + 0.5) / factor - 0.5 for n, c in zip(list_of, corners, strict=True)}


@functools.lru_cache(maxsize=8)
def _detector(window: int, least_perimeter: float) -> cv2.aruco.ArucoDetector:
    parameters = cv2.aruco.DetectorParameters()
    parameters.adaptiveThreshWinSizeMin = window
    parameters.adaptiveThreshWinSizeMax = window
    parameters.minMarkerPerimeterRate = least_perimeter
    parameters.maxMarkerPerimeterRate = 0.4
    parameters.errorCorrectionRate = 0.0
    return cv2.aruco.ArucoDetector(mark_dictionary(), parameters)


def _is_plausible(homography: Points) -> bool:
    corners = moved_by(homography, np.array([[0, 0], [PAGE_MM[0], 0], PAGE_MM, [0, PAGE_MM[1]]], dtype=np.float64))
    if not np.isfinite(corners).all() or not cv2.isContourConvex(corners.astype(np.float32)):
        return False
    turns_right = float(np.linalg.det(homography[:2, :2])) > 0
    return turns_right and SCALE_LIMITS[0] <= px_per_mm_of(homography) <= SCALE_LIMITS[1]


def _box_shifts(page: Image, centres: Points) -> tuple[Points, NDArray[np.bool_]]:
    patches = _grey_patches(page, centres)
    some = patches[:, ::4, ::4].reshape(len(patches), -1)
    rank = round(some.shape[1] * WHITE_RANK)
    white = np.maximum(np.partition(some, rank, axis=1)[:, rank, None], 1)
    inner = round(PATCH_MM / 2 * PAGE_PX_PER_MM)
    reach = round(BOX_MM / 2 * PAGE_PX_PER_MM)
    band = slice(inner - reach, inner + reach + 1)
    full = (white * np.float32(2 * reach + 1)).astype(np.float32)
    across, score_x = _edge_pair(1 - patches[:, band, :].sum(axis=1, dtype=np.uint16) / full)
    down, score_y = _edge_pair(1 - patches[:, :, band].sum(axis=2, dtype=np.uint16) / full)
    rounded_off = centres - np.floor(centres * PAGE_PX_PER_MM) / PAGE_PX_PER_MM
    return np.column_stack([across, down]) - rounded_off, (np.minimum(score_x, score_y) > BOX_SEEN)


def _edge_pair(profile: Floats) -> tuple[Points, Points]:
    count = profile.shape[1]
    fine = cv2.resize(profile, (count * FINE, profile.shape[0]), interpolation=cv2.INTER_CUBIC)
    middle_rank = fine.shape[1] // 2
    fine = fine - np.partition(fine, middle_rank, axis=1)[:, middle_rank, None]
    step = PAGE_PX_PER_MM * FINE
    half = (BOX_MM - LINE_MM) / 2 * step
    middle = (count // 2 + 0.5) * FINE - 0.5
    shifts = np.arange(-round(REACH_MM * step), round(REACH_MM * step) + 1)
    left = np.round(middle - half + shifts).astype(int)
    right = np.round(middle + half + shifts).astype(int)
    score = np.minimum(fine[:, left], fine[:, right])
    best = score.argmax(axis=1)
    is_within = (best > 0) & (best < len(shifts) - 1)
    return shifts[best] / step, score[np.arange(len(score)), best] * is_within


def _grey_patches(page: Image, centres: Points) -> Image:
    half = round(PATCH_MM / 2 * PAGE_PX_PER_MM)
    windows = np.lib.stride_tricks.sliding_window_view(page, (2 * half + 1, 2 * half + 1))
    at = np.floor(centres * PAGE_PX_PER_MM).astype(int) - half
    return np.asarray(windows[at[:, 1], at[:, 0]], dtype=np.uint8)


def _among_neighbours(shift: Points, layout: CardLayout) -> Points:
    near = np.sort(shift[_neighbours(layout)], axis=1)
    return np.asarray((near[:, (NEIGHBOURS - 1) // 2] + near[:, NEIGHBOURS // 2]) / 2, dtype=np.float64)


@functools.lru_cache(maxsize=8)
def _neighbours(layout: CardLayout) -> NDArray[np.int64]:
    centres = box_centres(layout)
    distance = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1))
    return np.argsort(distance, axis=1)[:, :NEIGHBOURS]
