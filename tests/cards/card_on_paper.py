"""Paper that tests fill in, scan and read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards.images import load_page
from services.grading.paper.cards.layout import CardLayout
from services.grading.paper.cards.page import Reading, read_card
from services.grading.paper.cards.simulation import GRADES, Filling, Hand, Scan, fill, random_hand, scan

EXAM, SUB_VARIANT = "2026-1", "А1"
SCAN_DPI = 200

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Paper:
    """A blank card at the scan's resolution with its layout."""

    card: Image
    layout: CardLayout

    def filled(self, filling: Filling, seed: int, hand: Hand | None = None) -> Image:
        rng = np.random.default_rng(seed)
        return fill(self.card, self.layout, filling, hand or random_hand(rng), rng)

    def scanned(self, filling: Filling, seed: int, grade: str, hand: Hand | None = None) -> Scan:
        return scan(self.filled(filling, seed, hand), GRADES[grade], np.random.default_rng(seed), dpi=SCAN_DPI)

    def read(self, jpeg: bytes) -> Reading:
        return read_card(load_page(jpeg, "image/jpeg"), self.layout)

    def read_filling(self, filling: Filling, seed: int, grade: str = "clean", hand: Hand | None = None) -> Reading:
        return self.read(self.scanned(filling, seed, grade, hand).jpeg)
