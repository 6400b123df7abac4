"""From ink to readings: each box is empty, crossed in pen, crossed in pencil, a foreign sign, or for a person.

Nothing is guessed: whatever lies between two thresholds is doubtful and goes to a person with its measures.
Source of what counts: Art. 46(1) (none, several, only pencil) and 46(2) (signs other than a cross, other colours).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards import shapes
from services.grading.paper.cards.colours import tint
from services.grading.paper.cards.ink import BoxInk

Floats = NDArray[np.float32]


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
    cross_ink: float = 0.08
    cross_share: float = 0.95
    sign_share: float = 0.95
    sign_ink: float = 0.03
    pencil_darkness: float = 0.52
    erased_darkness: float = 0.27
    pen_darkness: float = 0.53
    pen_darkness_on_a_pen_card: float = 0.49
    darker_than_pen: float = 1.08
    lighter_than_pen: float = 0.9
    lightest_of_pens: float = 0.72
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
    shares = _shares(measured, amount > limits.empty_ink / 2)
    forms = [_form(float(a), s, limits) for a, s in zip(amount, shares, strict=True)]
    written = np.flatnonzero([form is not State.EMPTY for form, _ in forms])
    tints = tint(measured, written)
    names = dict(zip(written.tolist(), tints.names(), strict=True))
    darkness = dict(zip(written.tolist(), tints.darkness.tolist(), strict=True))
    crosses = [i for i in names if forms[i][0] is State.PEN]
    pens = _Pens.of([(names[i], darkness[i]) for i in crosses], is_grey=measured.is_grey)
    shaded = _shaded(measured, limits)
    rounded = np.round(shares.astype(np.float64), 4).tolist()
    boxes = []
    for index, (form, margin) in enumerate(forms):
        colour = "unknown" if measured.is_grey and index in names else names.get(index, "")
        state = pens.state(darkness[index], colour, limits) if form is State.PEN else form
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
    """What the card's own crosses were made with, on the whole."""

    is_grey: bool
    is_coloured: bool
    darkness: float

    @classmethod
    def of(cls, crosses: list[tuple[str, float]], *, is_grey: bool) -> "_Pens":
        """From the colour's name and the darkness of every cross."""
        coloured = [darkness for name, darkness in crosses if name != "neutral"]
        most = not is_grey and len(coloured) > len(crosses) / 2
        among = coloured if most else [darkness for _, darkness in crosses]
        return cls(is_grey, most, float(np.median(among)) if among else 1.0)

    def state(self, darkness: float, colour: str, limits: Thresholds) -> State:
        if self.is_grey:
            return self._without_colour(darkness, limits)
        if colour == "blue":
            return State.PEN
        if colour != "neutral":
            return State.SIGN if colour != "unclear" else State.DOUBTFUL
        judge = self._neutral_beside_blue if self.is_coloured else self._without_colour
        return judge(darkness, limits)

    def _without_colour(self, darkness: float, limits: Thresholds) -> State:
        """On a card as light as pencil throughout, nobody but a person says that it is pen."""
        is_pen_card = self.darkness >= limits.pen_darkness
        least = max(limits.pen_darkness_on_a_pen_card, limits.lightest_of_pens * self.darkness)
        return State.PEN if is_pen_card and darkness >= least else State.DOUBTFUL

    def _neutral_beside_blue(self, darkness: float, limits: Thresholds) -> State:
        if darkness <= min(limits.pencil_darkness, limits.lighter_than_pen * self.darkness):
            return State.PENCIL if darkness >= limits.erased_darkness else State.DOUBTFUL
        is_pen = darkness >= max(limits.pen_darkness, limits.darker_than_pen * self.darkness)
        return State.PEN if is_pen else State.DOUBTFUL


def _shares(measured: BoxInk, is_inked: NDArray[np.bool_]) -> Floats:
    """The network's shares; boxes without ink are empty without being looked at."""
    shares = np.zeros((len(measured.ink), len(shapes.CLASSES)), np.float32)
    shares[:, shapes.EMPTY] = 1
    if is_inked.any():
        seen = shapes.seen_by_network(measured.ink[is_inked], measured.print_level)
        shares[is_inked] = shapes.network().shares(seen)
    return shares


def _form(amount: float, shares: Floats, limits: Thresholds) -> tuple[State, float]:
    """The form alone; a cross is called PEN until its ink is judged."""
    empty, cross, sign = (float(shares[i]) for i in (shapes.EMPTY, shapes.CROSS, shapes.SIGN))
    if amount <= limits.empty_ink and empty >= limits.nearly_empty_share:
        return State.EMPTY, limits.empty_ink - amount
    if empty >= limits.faint_empty_share and amount <= limits.faint_ink:
        return State.EMPTY, empty - limits.faint_empty_share
    if empty >= limits.empty_share and amount <= limits.empty_ink_by_share:
        return State.EMPTY, empty - limits.empty_share
    if cross >= limits.cross_share and amount >= limits.cross_ink:
        return State.PEN, cross - limits.cross_share
    if sign >= limits.sign_share and amount >= limits.sign_ink:
        return State.SIGN, sign - limits.sign_share
    return State.DOUBTFUL, max(empty - limits.empty_share, cross - limits.cross_share)


def _shaded(measured: BoxInk, limits: Thresholds) -> NDArray[np.bool_]:
    paper = measured.white.mean(axis=1)
    return np.asarray(paper < limits.shaded_paper * np.median(paper), dtype=np.bool_)


def _cannot_judge(measured: BoxInk, pens: _Pens, limits: Thresholds) -> tuple[str, ...]:
    if measured.is_grey:
        return ("colour", "pencil")
    if not pens.is_coloured and pens.darkness < limits.pen_darkness:
        return ("pencil",)
    return ()
