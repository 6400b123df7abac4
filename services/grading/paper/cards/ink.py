"""What was written into each box: the box as photographed, less what the card's own empty boxes look like.

Border, blur and contrast are the same in every box of a card, so they cancel; what remains is
ink. All arrays have boxes first, in the layout's order; ink is 0 for bare paper and 1 for full black.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards.layout import BOX_MM, CardLayout
from services.grading.paper.cards.registration import PAGE_PX_PER_MM, Registration, box_centres

Floats = NDArray[np.float32]
Image = NDArray[np.uint8]

PATCH_PX = 40
PX_PER_MM = 6.0
PATCH_MM = PATCH_PX / PX_PER_MM
WHITE_RANK = 0.85
WHITE_BLOCK_PX = 5
EMPTY_SHARE = 0.4
EMPTY_BOXES = 33
GREY_SPREAD = 3.0
GREY_RANK = 99.5
GREY = 3

ACROSS, DOWN = np.array([1.0, 0.0]), np.array([0.0, 1.0])
BOX_PX = BOX_MM * PX_PER_MM
EDGE = round((PATCH_PX - BOX_PX) / 2)
INSIDE = slice(EDGE + 3, PATCH_PX - EDGE - 3)


@dataclass(frozen=True, slots=True)
class BoxInk:
    """`ink` boxes x 40 x 40; `patches` the pictures (boxes x 40 x 40 x channels); `white` the paper's level a box;
    `print_taken` (3, the largest being 1) which colours black print takes away.
    """

    ink: Floats
    patches: Image
    white: Floats
    print_level: float
    print_taken: Floats
    black_level: float
    noise: float
    is_grey: bool

    def inside(self) -> Floats:
        """The part of each box within its printed border, boxes x n x n."""
        return self.ink[:, INSIDE, INSIDE]


def measure(picture: Image, registration: Registration, layout: CardLayout) -> BoxInk:
    """Cut every box out of the picture and leave only what was added to it."""
    patches = cut_boxes(picture, registration, layout)
    grey = patches if patches.ndim == GREY else _grey(patches)
    white = _paper(patches)
    dark = np.asarray(1 - grey * (1 / _paper(grey))[:, :, None], dtype=np.float32)
    emptiest = _emptiest(dark)
    empty = _middle(dark[emptiest])
    ink = np.asarray(dark - empty, dtype=np.float32)
    return BoxInk(
        ink=ink,
        patches=patches,
        white=white,
        print_level=float(np.percentile(empty[EDGE - 2 : EDGE + 4, INSIDE].max(axis=0), 50)),
        print_taken=_print_taken(patches[emptiest], white[emptiest], empty),
        black_level=_black_level(registration.page, layout),
        noise=float(np.median(np.abs(ink[:, INSIDE, INSIDE]))) * 1.48,
        is_grey=_is_grey(patches),
    )


def cut_boxes(picture: Image, registration: Registration, layout: CardLayout) -> Image:
    """The boxes with a margin, upright: boxes x 40 x 40 (x 3)."""
    centres = box_centres(layout) + registration.local_mm
    base = registration.pixels(centres)
    step_x = registration.pixels(centres + ACROSS) - base
    step_y = registration.pixels(centres + DOWN) - base
    offsets = ((np.arange(PATCH_PX) + 0.5) / PX_PER_MM - PATCH_MM / 2).astype(np.float32)
    maps = [
        (
            base[:, axis, None, None].astype(np.float32)
            + step_x[:, axis, None, None].astype(np.float32) * offsets[None, None, :]
            + step_y[:, axis, None, None].astype(np.float32) * offsets[None, :, None]
        ).reshape(-1, PATCH_PX)
        for axis in (0, 1)
    ]
    cut = cv2.remap(picture, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, dtype=np.uint8).reshape(len(centres), PATCH_PX, PATCH_PX, *picture.shape[2:])


def _paper(patches: Image) -> Floats:
    """The level of bare paper in each patch, boxes x channels: bright blocks, whatever is written."""
    side = PATCH_PX // WHITE_BLOCK_PX
    tall = patches.reshape(-1, PATCH_PX, *patches.shape[3:])
    small = cv2.resize(tall, (side, len(tall) // WHITE_BLOCK_PX), interpolation=cv2.INTER_AREA)
    blocks = np.sort(small.reshape(len(patches), side * side, -1), axis=1)
    return np.maximum(blocks[:, round(side * side * WHITE_RANK)].astype(np.float32), 1.0)


def _black_level(page: Image, layout: CardLayout) -> float:
    """How much light the solid black of the marks takes away, against the paper beside them."""
    levels = []
    for mark in layout.marks:
        around = mark.rect.grown(1.0).scaled(PAGE_PX_PER_MM)
        cut = page[
            max(0, round(around.y)) : round(around.y + around.h), max(0, round(around.x)) : round(around.x + around.w)
        ]
        dark, light = np.percentile(cut, (8, 92))
        levels.append(1 - dark / max(float(light), 1.0))
    return float(max(np.median(levels), 0.3))


def _grey(patches: Image) -> Image:
    tall = patches.reshape(-1, PATCH_PX, 3)
    return np.asarray(cv2.cvtColor(tall, cv2.COLOR_BGR2GRAY), dtype=np.uint8).reshape(patches.shape[:3])


def _emptiest(dark: Floats) -> NDArray[np.int64]:
    """Some boxes that hold nothing, whatever their option: someone may cross the same letter in every question."""
    filled = dark[:, INSIDE, INSIDE].mean(axis=(1, 2))
    emptiest = np.argsort(filled)[: round(len(dark) * EMPTY_SHARE)]
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
    some = patches[::7, ::3, ::3].reshape(-1, 3).astype(np.int16)
    balance = some - np.sort(some, axis=0)[len(some) // 2]
    return float(np.percentile(np.ptp(balance, axis=1), GREY_RANK)) <= GREY_SPREAD
