"""The picture at several sizes, and the card taken out of it upright and flat, as far as it is known how it lies."""

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards.layout import PAGE_MM

Image = NDArray[np.uint8]
Points = NDArray[np.float64]

PAGE_PX_PER_MM = 3
FINE_LONG_SIDE = 1_300
BENT_DEGREE = 3
#: Cells of the page across and down, of whole pixels; one more on every side, as no map goes beyond its middles.
CELL_PX = (30, 33)
GRID = tuple(round(side * PAGE_PX_PER_MM) // cell + 2 for side, cell in zip(PAGE_MM, CELL_PX, strict=True))


@dataclass(frozen=True, slots=True)
class Views:
    """The picture and its halves, so that every flat page is taken from the one next finer than the page."""

    sizes: tuple[Image, ...]

    @classmethod
    def of(cls, grey: Image) -> "Views":
        """All sizes down to `FINE_LONG_SIDE`."""
        sizes = [grey]
        while max(sizes[-1].shape) > FINE_LONG_SIDE:
            half = (sizes[-1].shape[1] // 2, sizes[-1].shape[0] // 2)
            even = sizes[-1][: 2 * half[1], : 2 * half[0]]  # exactly halved: a sixth of the time of nearly halved
            sizes.append(np.asarray(cv2.resize(even, half, interpolation=cv2.INTER_AREA), dtype=np.uint8))
        return cls(tuple(sizes))

    def for_page(self, to_picture: Points) -> tuple[Image, float]:
        """The picture next finer than `PAGE_PX_PER_MM`, and its size against that of the whole."""
        shrink = px_per_mm_of(to_picture) / PAGE_PX_PER_MM
        level = min(max(0, int(np.log2(max(shrink, 1) / 0.8))), len(self.sizes) - 1)
        return self.sizes[level], 0.5**level

    def page(self, to_picture: Points, bent: Points | None = None) -> Image:
        """The card upright and flat, `PAGE_PX_PER_MM` pixels a millimetre; outside the picture it is black.

        With `bent`, as `registration` finds it, a card that did not lie flat is smoothed out too.
        """
        picture, factor = self.for_page(to_picture)
        smaller = np.diag([factor, factor, 1.0]) @ to_picture
        size = (round(PAGE_MM[0] * PAGE_PX_PER_MM), round(PAGE_MM[1] * PAGE_PX_PER_MM))
        if bent is None:
            scale = np.diag([1 / PAGE_PX_PER_MM, 1 / PAGE_PX_PER_MM, 1.0])
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            return np.asarray(cv2.warpPerspective(picture, smaller @ scale, size, flags=flags), dtype=np.uint8)
        places, terms = grid()
        at = moved_by(smaller, places + terms @ bent).astype(np.float32).reshape(GRID[1], GRID[0], 2)
        wide = (GRID[0] * CELL_PX[0], GRID[1] * CELL_PX[1])
        maps = [cv2.resize(at[..., axis], wide, interpolation=cv2.INTER_LINEAR) for axis in (0, 1)]
        x, y = (part[CELL_PX[1] : -CELL_PX[1], CELL_PX[0] : -CELL_PX[0]] for part in maps)
        return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR), dtype=np.uint8)


@functools.lru_cache(maxsize=1)
def grid() -> tuple[Points, Points]:
    """The middles of the cells of `GRID`, in millimetres: the page's pixel i lies at i / `PAGE_PX_PER_MM`."""
    ways = [
        (np.arange(n) - 0.5) * size / PAGE_PX_PER_MM - 0.5 / PAGE_PX_PER_MM
        for n, size in zip(GRID, CELL_PX, strict=True)
    ]
    places = np.stack(np.meshgrid(*ways), axis=-1).reshape(-1, 2)
    return places, terms_at(places)


def terms_at(places: Points) -> Points:
    """The terms of the polynomial by which paper is bent, at places in millimetres: n x 10."""
    x, y = (places / PAGE_MM * 2 - 1).T
    powers = [(i, j) for i in range(BENT_DEGREE + 1) for j in range(BENT_DEGREE + 1 - i)]
    return np.stack([x**i * y**j for i, j in powers], axis=1)


def moved_by(homography: Points, points: Points) -> Points:
    """Where a homography (3 x 3) takes points (n x 2)."""
    moved = np.column_stack([points, np.ones(len(points))]) @ homography.T
    return np.asarray(moved[:, :2] / moved[:, 2:], dtype=np.float64)


def px_per_mm_of(homography: Points) -> float:
    """Pixels a millimetre in the middle of the page."""
    middle = np.array(PAGE_MM) / 2
    around = moved_by(homography, middle + np.array([[0, 0], [1, 0], [0, 1]]))
    return float(np.sqrt(abs(np.linalg.det(np.array([around[1] - around[0], around[2] - around[0]])))))
