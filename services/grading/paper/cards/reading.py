"""From ink to readings: each box is empty, crossed in pen, crossed in pencil, a foreign sign, or for a person.

Nothing is guessed: whatever lies between two thresholds is doubtful and goes to a person with its measures.
Source of what counts: Art. 46(1) (none, several, only pencil) and 46(2) (signs other than a cross, other colours).
"""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards import shapes
from services.grading.paper.cards.colours import COLOURED, colour_name, tint
from services.grading.paper.cards.ink import PX_PER_MM, BoxInk

Floats = NDArray[np.float32]

FOREIGN = frozenset({"violet", "red", "green"})
BLOT_MM = 1.5
DARKEST_PX = 48
SOLID = 0.55


class State(StrEnum):
    """What a box is taken to hold."""

    EMPTY = "empty"
    PEN = "pen"
    PENCIL = "pencil"
    SIGN = "sign"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where certainty begins: shares of the network, ink as a share of the print's, darkness against solid black."""

    empty_ink: float = 0.035
    nearly_empty_share: float = 0.5
    faint_ink: float = 0.055
    faint_empty_share: float = 0.85
    empty_share: float = 0.97
    empty_ink_by_share: float = 0.22
    cross_ink: float = 0.045
    cross_share: float = 0.9
    sure_cross_share: float = 0.97
    sign_share: float = 0.8
    sign_ink: float = 0.03
    likely_cross: float = 0.5
    least_blot_ink: float = 0.25
    blot_px: int = 14
    blot_like_a_cross_px: int = 64
    nearly_a_blot_px: int = 30
    faintest_pen: float = 0.2
    erased_darkness: float = 0.3
    pencil_darkness: float = 0.68
    pen_beside_blue: float = 0.85
    pen_darkness: float = 0.58
    pen_darkness_in_grey: float = 0.55
    least_pen_darkness: float = 0.45
    usual_spread: tuple[float, float] = (0.12, 0.25)
    deviations: float = 4.5
    same_pen: float = 0.1
    crosses_of_a_pen: int = 6
    shaded_paper: float = 0.45


@dataclass(frozen=True, slots=True)
class BoxReading:
    """One box: its state, the ink found (share of the print's), the network's shares, darkness, colour's name, and
    `margin`, how far the deciding share lies from its threshold (negative when doubtful).
    """

    state: State
    ink: float
    shares: tuple[float, ...]
    darkness: float
    colour: str
    margin: float


@dataclass(frozen=True, slots=True)
class CardInk:
    """All boxes of a card in the layout's order, and what the scan does not let anyone judge."""

    boxes: tuple[BoxReading, ...]
    cannot_judge: tuple[str, ...]


def read_boxes(measured: BoxInk, limits: Thresholds | None = None) -> CardInk:
    """Classify every box of a card."""
    limits = limits or Thresholds()
    amount = np.clip(measured.inside(), 0, None).mean(axis=(1, 2)) / measured.black_level
    around = np.clip(measured.ink, 0, None).mean(axis=(1, 2)) / measured.black_level
    shares = _shares(measured, (amount > limits.empty_ink / 2) | (around > limits.sign_ink))
    forms = [_form(float(a), float(b), s, limits) for a, b, s in zip(amount, around, shares, strict=True)]
    _solid_ones_are_blots(measured, amount, shares[:, shapes.CROSS], forms, limits)
    written = np.flatnonzero([form is not State.EMPTY for form, _ in forms])
    tints = tint(measured, written)
    names = dict(zip(written.tolist(), tints.names(), strict=True))
    darkness = dict(zip(written.tolist(), tints.darkness.tolist(), strict=True))
    taken = dict(zip(written.tolist(), tints.taken, strict=True))
    crosses = [i for i in names if forms[i][0] is State.PEN]
    pens = _Pens.of([taken[i] for i in crosses], [darkness[i] for i in crosses], limits, is_grey=measured.is_grey)
    shaded = _shaded(measured, limits)
    rounded = np.round(shares.astype(np.float64), 4).tolist()
    boxes = []
    for index, (form, margin) in enumerate(forms):
        colour = "unknown" if measured.is_grey and index in names else names.get(index, "")
        if form is State.PEN:
            state = pens.state(darkness[index], taken[index], limits)
        else:
            is_likely = form is State.DOUBTFUL and shares[index, shapes.CROSS] >= limits.likely_cross
            state = State.SIGN if is_likely and colour in FOREIGN else form
        boxes.append(
            BoxReading(
                state=State.DOUBTFUL if shaded[index] else state,
                ink=round(float(amount[index]), 4),
                shares=tuple(rounded[index]),
                darkness=round(darkness.get(index, 0.0), 3),
                colour=colour,
                margin=round(margin, 4),
            )
        )
    return CardInk(tuple(boxes), _cannot_judge(measured, pens, limits))


@dataclass(frozen=True, slots=True)
class _Pens:
    """What the card's own crosses were made with, on the whole: most of them know it better than one alone."""

    is_grey: bool
    colour: str
    taken: Floats | None
    darkness: float
    lightest: float

    @classmethod
    def of(cls, taken: list[Floats], darkness: list[float], limits: Thresholds, *, is_grey: bool) -> "_Pens":
        """From the light taken away and the darkness of every cross."""
        if is_grey or len(taken) < limits.crosses_of_a_pen:
            return cls(is_grey, "unknown", None, *_usual(np.array(darkness), limits))
        middle = np.median(np.array(taken), axis=0)
        most = np.asarray(middle / middle.max(), dtype=np.float32)
        near = np.abs(np.array(taken) - most).max(axis=1) <= limits.same_pen
        # Between black and blue both are allowed: such a pen is judged by its darkness, as black is.
        name = "neutral" if 1 - float(most.min()) < COLOURED else colour_name(most)
        return cls(is_grey, name, most, *_usual(np.array(darkness)[near], limits))

    def state(self, darkness: float, taken: Floats, limits: Thresholds) -> State:
        if self.is_grey:
            return self._without_colour(darkness, limits)
        is_usual = self.taken is not None and float(np.abs(taken - self.taken).max()) <= limits.same_pen
        colour = self.colour if is_usual and self.colour != "unclear" else colour_name(taken)
        if colour == "blue":
            return State.PEN if darkness >= limits.faintest_pen else State.DOUBTFUL
        if colour != "neutral":
            return State.SIGN if colour != "unclear" else State.DOUBTFUL
        judge = self._neutral_beside_blue if self.colour == "blue" else self._without_colour
        return judge(darkness, limits)

    def _without_colour(self, darkness: float, limits: Thresholds) -> State:
        """On a card as light as pencil throughout, nobody but a person says that it is pen."""
        is_pen_card = self.darkness >= (limits.pen_darkness_in_grey if self.is_grey else limits.pen_darkness)
        least = max(limits.least_pen_darkness, self.lightest)
        return State.PEN if is_pen_card and darkness >= least else State.DOUBTFUL

    def _neutral_beside_blue(self, darkness: float, limits: Thresholds) -> State:
        if darkness <= limits.pencil_darkness:
            return State.PENCIL if darkness >= limits.erased_darkness else State.DOUBTFUL
        return State.PEN if darkness >= limits.pen_beside_blue else State.DOUBTFUL


def _usual(darkness: NDArray[np.float64], limits: Thresholds) -> tuple[float, float]:
    """How dark a card's crosses are, and the lightest that one pen explains."""
    if not len(darkness):
        return 1.0, 0.0
    middle = float(np.median(darkness))
    spread = limits.deviations * 1.48 * float(np.median(np.abs(darkness - middle)))
    least, most = limits.usual_spread
    return middle, middle - min(max(spread, least * middle), most * middle)


def _shares(measured: BoxInk, is_inked: NDArray[np.bool_]) -> Floats:
    """The network's shares; boxes without ink are empty without being looked at."""
    shares = np.zeros((len(measured.ink), len(shapes.CLASSES)), np.float32)
    shares[:, shapes.EMPTY] = 1
    if is_inked.any():
        seen = shapes.seen_by_network(measured.ink[is_inked], measured.print_level)
        shares[is_inked] = shapes.network().shares(seen)
    return shares


def _form(amount: float, around: float, shares: Floats, limits: Thresholds) -> tuple[State, float]:
    """The form alone; a cross is called PEN until its ink is judged. A sign may be drawn `around` the box."""
    empty, cross, sign = (float(shares[i]) for i in (shapes.EMPTY, shapes.CROSS, shapes.SIGN))
    if sign >= limits.sign_share and max(amount, around) >= limits.sign_ink:
        return State.SIGN, sign - limits.sign_share
    if amount <= limits.empty_ink and empty >= limits.nearly_empty_share:
        return State.EMPTY, limits.empty_ink - amount
    if empty >= limits.faint_empty_share and amount <= limits.faint_ink:
        return State.EMPTY, empty - limits.faint_empty_share
    if empty >= limits.empty_share and amount <= limits.empty_ink_by_share:
        return State.EMPTY, empty - limits.empty_share
    if cross >= limits.cross_share and amount >= limits.cross_ink:
        return State.PEN, cross - limits.cross_share
    return State.DOUBTFUL, max(empty - limits.empty_share, cross - limits.cross_share)


def _solid_ones_are_blots(
    measured: BoxInk, amount: Floats, crosses: Floats, forms: list[tuple[State, float]], limits: Thresholds
) -> None:
    """No pen is as wide as a blot: what a square of `BLOT_MM` fits into many times was not drawn in two strokes."""
    kernel = np.ones((round(BLOT_MM * PX_PER_MM),) * 2, np.uint8)
    for index, (form, margin) in enumerate(forms):
        if form is State.EMPTY or amount[index] < limits.least_blot_ink:
            continue
        ink = measured.ink[index]
        level = float(np.partition(ink, -DARKEST_PX, axis=None)[-DARKEST_PX:].mean())
        solid = int(cv2.erode((ink > SOLID * level).astype(np.uint8), kernel, borderValue=(0,)).sum())
        if solid >= (limits.blot_like_a_cross_px if crosses[index] >= limits.sure_cross_share else limits.blot_px):
            forms[index] = State.SIGN, margin
        elif solid >= limits.nearly_a_blot_px and form is State.PEN:
            forms[index] = State.DOUBTFUL, margin


def _shaded(measured: BoxInk, limits: Thresholds) -> NDArray[np.bool_]:
    paper = measured.white.mean(axis=1)
    return np.asarray(paper < limits.shaded_paper * np.median(paper), dtype=np.bool_)


def _cannot_judge(measured: BoxInk, pens: _Pens, limits: Thresholds) -> tuple[str, ...]:
    if measured.is_grey:
        return ("colour", "pencil")
    if pens.colour != "blue" and pens.darkness < limits.pen_darkness:
        return ("pencil",)
    return ()
