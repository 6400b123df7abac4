"""What was written into each box: the box as photographed, less what the card's own empty boxes look like.

Border, blur and contrast are the same in every box of a card, so they cancel; what remains is
ink: 0 for bare paper and 1 for full black. All boxes are looked at coarsely, and those that hold something finely.
"""

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards.layout import BOX_MM, CardLayout
from services.grading.paper.cards.registration import Registration, box_centres
from services.grading.paper.cards.views import PAGE_PX_PER_MM, Views

Floats = NDArray[np.float32]
Image = NDArray[np.uint8]
Points = NDArray[np.float64]
Indices = NDArray[np.int64]

PATCH_PX = 40
PX_PER_MM = 6.0
PATCH_MM = PATCH_PX / PX_PER_MM
COARSE_PX = 20
WHITE_RANK = 0.85
WHITE_BLOCKS = 8
EMPTY_SHARE = 0.4
EMPTY_BOXES = 33
BARE_INSIDE = 0.014
BARE_AROUND = 0.024
LEAST_BORDER = 0.05
WHOLE_BORDER, BARE_BORDER, BARE_SIDE = 0.9, -0.5, 0.6
BLACK_RANKS = (0.08, 0.92)
GREY_SPREAD = 3
COLOURED_SHARE = 0.05  #: of the pixels of one box, hardly less than a thin cross covers
TWO_TONES, TWO_TONE_SHARE = (64, 192), 0.6
GREY = 3

ACROSS, DOWN = np.array([1.0, 0.0]), np.array([0.0, 1.0])
BOX_PX = BOX_MM * PX_PER_MM
EDGE = round((PATCH_PX - BOX_PX) / 2)
INSIDE = slice(EDGE + 3, PATCH_PX - EDGE - 3)
COARSE_INSIDE = slice(-(-INSIDE.start // 2), INSIDE.stop // 2)
COARSE_EDGES = slice(2, 5), slice(-5, -2)


@dataclass(frozen=True, slots=True)
class BoxInk:
    """`filled` says of which boxes (numbers in the layout's order, n) there is more than the coarse look: `ink`
    n x 40 x 40, `patches` the pictures (n x 40 x 40 x channels), `white` the paper's level (n x channels).

    Of all boxes: `amount` of ink inside as a share of black, and `paper`, the paper's level in grey. `print_taken` (3,
    the largest being 1) says which colours black print takes away. `border` is how much of a box's printed border was
    seen where it should be, against what the card's empty boxes show. `above` is the box printed right above,
    and `before` the one before it in its row, or -1.
    """

    filled: Indices
    ink: Floats
    patches: Image
    white: Floats
    amount: Floats
    paper: Floats
    border: Floats
    above: Indices
    before: Indices
    print_level: float
    print_taken: Floats
    black_level: float
    noise: float
    is_grey: bool
    is_two_tone: bool

    def inside(self) -> Floats:
        """The part of each filled box within its printed border, n x 22 x 22."""
        return self.ink[:, INSIDE, INSIDE]

    def lies_astray(self, index: int) -> bool:
        """Whether a side of a filled box is not where it was looked for: there the paper is bare."""
        if self.border[self.filled[index]] >= WHOLE_BORDER:
            return False
        ink = self.ink[index] / self.print_level
        sides = (one[EDGE - 2 : EDGE + 4, INSIDE].min(axis=0) for one in (ink, ink[::-1], ink.T, ink.T[::-1]))
        return max(float((side < BARE_BORDER).mean()) for side in sides) >= BARE_SIDE


def measure(picture: Image, views: Views, registration: Registration, layout: CardLayout) -> BoxInk:
    """Look at every box of the picture, cut out those that hold something, and leave only what was added to them."""
    black = _black_level(registration.page, layout)
    small, factor = views.for_page(registration.to_picture)
    paper, coarse = _darkness(cut_boxes(small, factor, registration, box_centres(layout), COARSE_PX))
    emptiest = _emptiest(coarse)
    empty_box = _middle(coarse[emptiest])
    border = np.divide(_border(coarse), np.maximum(_border(empty_box[None]), LEAST_BORDER), dtype=np.float32)
    coarse -= empty_box
    np.maximum(coarse, 0, out=coarse)
    amount = coarse[:, COARSE_INSIDE, COARSE_INSIDE].mean(axis=(1, 2)) / black
    filled = np.flatnonzero((amount > BARE_INSIDE) | (coarse.mean(axis=(1, 2)) > BARE_AROUND * black))
    fine = np.concatenate([filled, emptiest])
    patches = cut_boxes(picture, 1.0, registration, box_centres(layout), PATCH_PX, fine)
    is_colour = patches.ndim > GREY
    grey_white, dark = _darkness(_grey(patches) if is_colour else patches)
    white = _paper(patches) if is_colour else grey_white[:, None]
    empty = _middle(dark[len(filled) :])
    is_grey = _is_grey(patches)
    return BoxInk(
        filled=filled,
        ink=dark[: len(filled)] - empty,
        patches=patches[: len(filled)],
        white=white[: len(filled)],
        amount=amount,
        paper=paper,
        border=border,
        above=_above(layout),
        before=_before(layout),
        print_level=float(np.median(empty[EDGE - 2 : EDGE + 4, INSIDE].max(axis=0))),
        print_taken=_print_taken(patches[len(filled) :], white[len(filled) :], empty),
        black_level=black,
        noise=float(np.median(np.abs(dark[len(filled) :: 4, INSIDE, INSIDE] - empty[INSIDE, INSIDE]))) * 1.48,
        is_grey=is_grey,
        is_two_tone=is_grey and _is_two_tone(patches),
    )


def cut_boxes(
    picture: Image,
    factor: float,
    registration: Registration,
    centres_mm: Points,
    side_px: int,
    chosen: Indices | slice = slice(None),
) -> Image:
    """The `chosen` boxes with a margin, upright, `side_px` pixels wide and high: n x side x side (x 3).

    `factor` is the picture's size against the one that was registered.
    """
    centres = (centres_mm + registration.local_mm)[chosen]
    base = registration.pixels(centres)
    step_x, step_y = (registration.pixels(centres + way) - base for way in (ACROSS, DOWN))
    offsets = ((np.arange(side_px) + 0.5) / side_px - 0.5) * PATCH_MM
    across = ((base[:, :, None] + step_x[:, :, None] * offsets) * factor).astype(np.float32)
    down = (step_y[:, :, None] * offsets * factor).astype(np.float32)
    maps = [(across[:, axis, None] + down[:, axis, :, None]).reshape(-1, side_px) for axis in (0, 1)]
    cut = cv2.remap(picture, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, dtype=np.uint8).reshape(len(centres), side_px, side_px, *picture.shape[2:])


@functools.lru_cache(maxsize=8)
def _above(layout: CardLayout) -> Indices:
    at = {(box.rect.x, box.question, box.option): number for number, box in enumerate(layout.boxes)}
    found = [at.get((box.rect.x, box.question - 1, box.option), -1) for box in layout.boxes]
    return np.array(found, dtype=np.int64)


@functools.lru_cache(maxsize=8)
def _before(layout: CardLayout) -> Indices:
    asked = [box.question for box in layout.boxes]
    return np.array([at - 1 if at and asked[at - 1] == asked[at] else -1 for at in range(len(asked))], dtype=np.int64)


def _darkness(grey: Image) -> tuple[Floats, Floats]:
    """Of each patch the level of its paper, and how much less light than from its paper comes from each pixel."""
    paper = _paper(grey)[:, 0]
    return paper, np.asarray(1 - grey * (1 / paper)[:, None, None], dtype=np.float32)


def _paper(patches: Image) -> Floats:
    """The level of bare paper in each patch, boxes x channels: bright blocks, whatever is written."""
    side = patches.shape[1]
    tall = patches.reshape(-1, side, *patches.shape[3:])
    small = cv2.resize(tall, (WHITE_BLOCKS, len(patches) * WHITE_BLOCKS), interpolation=cv2.INTER_AREA)
    blocks = small.reshape(len(patches), WHITE_BLOCKS**2, -1).swapaxes(1, 2).copy()
    rank = round(WHITE_BLOCKS**2 * WHITE_RANK)
    return np.maximum(np.partition(blocks, rank, axis=2)[:, :, rank].astype(np.float32), 1.0)


def _border(coarse: Floats) -> Floats:
    """The darkness of the printed border (n x 20 x 20): of lines across or of lines down, whichever is weaker."""
    return np.asarray((coarse.reshape(len(coarse), -1) @ _edges()).min(axis=1), dtype=np.float32)


@functools.lru_cache(maxsize=1)
def _edges() -> Floats:
    """What picks the border's lines across and its lines down out of the pixels of a box, 400 x 2."""
    across = np.zeros((COARSE_PX, COARSE_PX), np.float32)
    for edge in COARSE_EDGES:
        across[edge, COARSE_INSIDE] = 1 / COARSE_PX
    return np.stack([across.ravel(), across.T.ravel()], axis=1)


def _black_level(page: Image, layout: CardLayout) -> float:
    """How much light the solid black of the marks takes away, against the paper beside them."""
    levels = []
    for mark in layout.marks:
        around = mark.rect.grown(1.0).scaled(PAGE_PX_PER_MM)
        cut = page[
            max(0, round(around.y)) : round(around.y + around.h), max(0, round(around.x)) : round(around.x + around.w)
        ]
        ordered = np.sort(cut, axis=None)
        dark, light = (float(ordered[round(rank * (len(ordered) - 1))]) for rank in BLACK_RANKS)
        levels.append(1 - dark / max(light, 1.0))
    return float(max(np.median(levels), 0.3))


def _grey(patches: Image) -> Image:
    tall = patches.reshape(-1, PATCH_PX, 3)
    return np.asarray(cv2.cvtColor(tall, cv2.COLOR_BGR2GRAY), dtype=np.uint8).reshape(patches.shape[:3])


def _emptiest(coarse: Floats) -> Indices:
    """Some boxes that hold nothing, whatever their option: someone may cross the same letter in every question."""
    filled = coarse[:, COARSE_INSIDE, COARSE_INSIDE].mean(axis=(1, 2))
    emptiest = np.argsort(filled)[: round(len(coarse) * EMPTY_SHARE)]
    return np.asarray(emptiest[:: max(1, len(emptiest) // EMPTY_BOXES)], dtype=np.int64)


def _print_taken(patches: Image, white: Floats, empty: Floats) -> Floats:
    """Black as this scan shows it, from the borders of empty boxes."""
    if patches.ndim == GREY:
        return np.ones(3, np.float32)
    border = empty > empty.max() / 2
    taken = 1 - (patches[:, border] / white[:, None, :]).mean(axis=(0, 1))
    return np.asarray(np.clip(taken / taken.max(), 0.2, 1), dtype=np.float32)


def _middle(some: Floats) -> Floats:
    """The mean of the middle third of each pixel's values: nearly the median, with less of its noise."""
    third = len(some) // 3
    return np.asarray(np.sort(some, axis=0)[third : len(some) - third].mean(axis=0), dtype=np.float32)


def _is_grey(patches: Image) -> bool:
    if patches.ndim == GREY:
        return True
    channels = np.ascontiguousarray(patches[:, ::4, ::4].reshape(-1, 3).T, dtype=np.int16)
    some = channels[:, ::4]
    balance = channels - np.partition(some, some.shape[1] // 2, axis=1)[:, some.shape[1] // 2, None]
    spread = np.maximum.reduce(balance) - np.minimum.reduce(balance)
    coloured = (spread > GREY_SPREAD).reshape(len(patches), -1).mean(axis=1)
    return bool(coloured.max() <= COLOURED_SHARE)


def _is_two_tone(patches: Image) -> bool:
    """Whether hardly anything lies between black and white, though the boxes were cut out a little askew."""
    some = patches[::3, ::2, ::2]
    dark, between = (some < TWO_TONES[1]).sum(), ((some >= TWO_TONES[0]) & (some < TWO_TONES[1])).sum()
    return bool(between < TWO_TONE_SHARE * dark)
