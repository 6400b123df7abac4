"""From ink to readings: each box is empty, crossed in pen, crossed in pencil, a foreign sign, or for a person.

Nothing is guessed: whatever lies between two thresholds is doubtful and goes to a person with its measures.
Source of what counts: Art. 46(1) (none, several, only pencil) and 46(2) (signs other than a cross, other colours).
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards import shapes
from services.grading.paper.cards.colours import COLOURED, FOREIGN, colour_name, leaning, tint
from services.grading.paper.cards.faded import may_be_part_of_a_cross
from services.grading.paper.cards.ink import INSIDE, PX_PER_MM, BoxInk
from services.grading.paper.cards.lines import without_line
from services.grading.paper.cards.neighbours import reached_in

Floats = NDArray[np.float32]

BLOT_MM = 1.5
DARKEST_PX = 48
SOLID = 0.55
WIDE_PENS = 2


class State(StrEnum):
    """What a box is taken to hold."""

    EMPTY = "empty"
    PEN = "pen"
    PENCIL = "pencil"
    SIGN = "sign"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where certainty begins: shares of the network, ink as a share of the print's, darkness against solid black.

    Below `least_border` of its printed border a box is not where it was looked for.
    """

    empty_ink: float = 0.035
    faint_ink: float = 0.055
    faint_empty_share: float = 0.85
    empty_share: float = 0.97
    empty_ink_by_share: float = 0.22
    cross_ink: float = 0.045
    cross_share: float = 0.85
    sure_cross_share: float = 0.97
    heavy_cross_share: float = 0.99
    heavy_to_crosses: float = 1.4
    pencil_cross_share: float = 0.95
    sign_share: float = 0.96
    plain_sign_share: float = 0.8
    sign_share_beside_a_cross: float = 0.95
    plain_cross_share: float = 0.95
    plain_crosses: float = 0.98
    sign_ink: float = 0.03
    likely_cross: float = 0.5
    least_blot_ink: float = 0.25
    blot_px: int = 14
    blot_like_a_cross_px: int = 26
    blot_beside_crosses_px: int = 9
    blot_to_crosses: float = 2.4
    nearly_a_blot_px: int = 19
    faintest_pen: float = 0.2
    erased_darkness: float = 0.3
    pencil_darkness: float = 0.75
    another_pen: float = 0.85
    darkest_pencil: float = 0.85
    pen_darkness: float = 0.58
    pen_darkness_in_grey: float = 0.55
    least_pen_darkness: float = 0.45
    usual_spread: tuple[float, float] = (0.12, 0.25)
    deviations: float = 4.5
    same_pen: float = 0.1
    greyer_than_the_pen: float = 0.3
    least_trace: float = 0.06
    trace_to_spread: float = 4.0
    least_of_trace: float = 0.55
    greyer_than_blue: float = 0.06
    lighter_than_blue: float = 0.8
    faint_beside_blue: float = 0.6
    crosses_of_a_pen: int = 6
    shaded_paper: float = 0.45
    least_border: float = 0.4


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
    ink = np.maximum(measured.ink, 0)
    amount = ink[:, INSIDE, INSIDE].mean(axis=(1, 2)) / measured.black_level
    around = ink.mean(axis=(1, 2)) / measured.black_level
    shares = shapes.network().shares_looking_again(shapes.seen_by_network(measured.ink, measured.print_level))
    limits = replace(limits, sign_share=_sign_share(shares[:, shapes.CROSS], limits))
    forms = [_form(*one, limits) for one in zip(amount.tolist(), around.tolist(), shares.tolist(), strict=True)]
    _doubt_what_the_scan_made(measured, shares, forms, limits)
    _doubt_what_reaches_in(measured, shares, forms, limits)
    _solid_ones_are_blots(measured, amount, shares[:, shapes.CROSS], forms, limits)
    written = np.flatnonzero([form is not State.EMPTY for form, _ in forms])
    tints = tint(measured, written)
    darkness = dict(zip(written.tolist(), tints.darkness.tolist(), strict=True))
    taken = dict(zip(written.tolist(), tints.taken, strict=True))
    crosses = [i for i in taken if forms[i][0] is State.PEN]
    pens = _Pens.of([taken[i] for i in crosses], [darkness[i] for i in crosses], limits, is_grey=measured.is_grey)
    names = {i: pens.colour_of(one, limits) for i, one in taken.items()}
    rounded = np.round(shares.astype(np.float64), 4).tolist()
    boxes = _bare(measured.amount, limits)
    for index, (place, (form, margin)) in enumerate(zip(measured.filled.tolist(), forms, strict=True)):
        colour = "unknown" if measured.is_grey and index in names else names.get(index, "")
        if form is State.PEN:
            state = pens.state(darkness[index], taken[index], limits)
            if state is State.PENCIL and shares[index, shapes.CROSS] < limits.pencil_cross_share:
                state = State.DOUBTFUL
        else:
            is_likely = form is State.DOUBTFUL and shares[index, shapes.CROSS] >= limits.likely_cross
            state = State.SIGN if is_likely and colour in FOREIGN else form
        boxes[place] = BoxReading(
            state=state,
            ink=round(float(amount[index]), 4),
            shares=tuple(rounded[index]),
            darkness=round(darkness.get(index, 0.0), 3),
            colour=colour,
            margin=round(margin, 4),
        )
    for place in np.flatnonzero(_shaded(measured, limits) | (measured.border < limits.least_border)).tolist():
        boxes[place] = replace(boxes[place], state=State.DOUBTFUL)
    return CardInk(tuple(boxes), _cannot_judge(measured, pens, limits))


def _bare(amount: Floats, limits: Thresholds) -> list[BoxReading]:
    rounded = np.round(amount.astype(np.float64), 4)
    margins = np.round(limits.empty_ink - rounded, 4).tolist()
    pairs = zip(rounded.tolist(), margins, strict=True)
    return [BoxReading(State.EMPTY, ink, shapes.SURELY_EMPTY, 0.0, "", margin) for ink, margin in pairs]


@dataclass(frozen=True, slots=True)
class _Pens:
    """What the card's own crosses were made with, on the whole: most of them know it better than one alone.

    `tint_spread`: how far single ones stray in the colour taken least. `is_mixed`: besides a blue pen something black
    was used, so that nothing grey is pencil for certain.
    """

    is_grey: bool
    colour: str
    taken: Floats | None
    darkness: float
    lightest: float
    tint_spread: float = 0.0
    is_mixed: bool = False

    @classmethod
    def of(cls, taken: list[Floats], darkness: list[float], limits: Thresholds, *, is_grey: bool) -> "_Pens":
        """From the light taken away and the darkness of every cross."""
        if is_grey or len(taken) < limits.crosses_of_a_pen:
            return cls(is_grey, "unknown", None, *_usual(np.array(darkness), limits))
        middle = np.median(np.array(taken), axis=0)
        most = np.asarray(middle / middle.max(), dtype=np.float32)
        near = np.abs(np.array(taken) - most).max(axis=1) <= limits.same_pen
        if not near.any():
            return cls(is_grey, "unknown", None, *_usual(np.array(darkness), limits))
        # Between black and blue both are allowed: such a pen is judged by its darkness, as black is.
        name = "neutral" if 1 - float(most.min()) < COLOURED else colour_name(most)
        black = [one for one in zip(taken, darkness, strict=True) if _is_black(*one, limits)]
        trace = np.array(taken)[near][:, most.argmin()]
        spread = 1.48 * float(np.median(np.abs(trace - np.median(trace))))
        return cls(is_grey, name, most, *_usual(np.array(darkness)[near], limits), spread, is_mixed=bool(black))

    def colour_of(self, taken: Floats, limits: Thresholds) -> str:
        """The colour's name. Of what the card's pen has no trace, a weak red or green is enough."""
        name = colour_name(taken)
        if name != "unclear" or self.taken is None or self._is_usual(taken, limits):
            return name
        near = leaning(taken)
        return near if near in {"red", "green"} else name

    def _is_usual(self, taken: Floats, limits: Thresholds) -> bool:
        return self.taken is not None and float(np.abs(taken - self.taken).max()) <= limits.same_pen

    def state(self, darkness: float, taken: Floats, limits: Thresholds) -> State:
        if self.is_grey:
            return self._without_colour(darkness, limits)
        is_usual = self._is_usual(taken, limits)
        colour = self.colour if is_usual and self.colour != "unclear" else self.colour_of(taken, limits)
        if colour == "blue":
            is_pencil = self._lacks_the_trace(taken, limits) or self._may_be_tinted_pencil(darkness, taken, limits)
            return State.DOUBTFUL if is_pencil or darkness < limits.faintest_pen else State.PEN
        if colour != "neutral":
            return State.SIGN if colour != "unclear" else State.DOUBTFUL
        return self._neutral(darkness, taken, limits, is_usual=is_usual)

    def _may_be_tinted_pencil(self, darkness: float, taken: Floats, limits: Thresholds) -> bool:
        """Where the picture is overexposed grey looks blue, but lighter than the card's pen, and often greyer."""
        if self.taken is None:
            return False
        is_greyer = taken.min() > self.taken.min() + limits.greyer_than_blue
        return bool(darkness < (limits.lighter_than_blue if is_greyer else limits.faint_beside_blue) * self.darkness)

    def _neutral(self, darkness: float, taken: Floats, limits: Thresholds, *, is_usual: bool) -> State:
        """A grey cross is judged by its darkness; when its tint is neither the pen's nor pencil's, by a person."""
        if self.taken is not None and self.colour == "blue":
            is_tinted = 1 - taken.min() > limits.greyer_than_the_pen * (1 - self.taken.min())
            return State.DOUBTFUL if is_tinted else self._neutral_beside_blue(darkness, limits)
        if self._lacks_the_trace(taken, limits):
            return State.DOUBTFUL
        is_another_pen = self.taken is not None and not is_usual
        if is_another_pen and darkness < limits.another_pen:
            return State.DOUBTFUL
        return self._without_colour(darkness, limits)

    def _lacks_the_trace(self, taken: Floats, limits: Thresholds) -> bool:
        """Where a scan makes pencil as dark as pen, blue keeps a trace of colour; without it a cross may be pencil."""
        if self.taken is None:
            return False
        channel = self.taken.argmin()
        trace = 1 - float(self.taken[channel])
        is_known = trace >= max(limits.least_trace, limits.trace_to_spread * self.tint_spread)
        return is_known and 1 - float(taken[channel]) < limits.least_of_trace * trace

    def _without_colour(self, darkness: float, limits: Thresholds) -> State:
        """On a card as light as pencil throughout, nobody but a person says that it is pen."""
        is_pen_card = self.darkness >= (limits.pen_darkness_in_grey if self.is_grey else limits.pen_darkness)
        least = max(limits.least_pen_darkness, self.lightest)
        return State.PEN if is_pen_card and darkness >= least else State.DOUBTFUL

    def _neutral_beside_blue(self, darkness: float, limits: Thresholds) -> State:
        is_pencil = not self.is_mixed and limits.erased_darkness <= darkness <= limits.pencil_darkness
        return State.PENCIL if is_pencil else State.DOUBTFUL


def _is_black(taken: Floats, darkness: float, limits: Thresholds) -> bool:
    return darkness > limits.darkest_pencil and colour_name(taken) == "neutral"


def _usual(darkness: NDArray[np.float64], limits: Thresholds) -> tuple[float, float]:
    """How dark a card's crosses are, and the lightest that one pen explains."""
    if not len(darkness):
        return 1.0, 0.0
    middle = float(np.median(darkness))
    spread = limits.deviations * 1.48 * float(np.median(np.abs(darkness - middle)))
    least, most = limits.usual_spread
    return middle, middle - min(max(spread, least * middle), most * middle)


def _sign_share(crosses: Floats, limits: Thresholds) -> float:
    """What makes a sign certain: less where the card's own crosses are plain to see, so that scan and hand are good."""
    likely = crosses[crosses >= limits.likely_cross]
    is_plain = len(likely) > 0 and (likely >= limits.plain_cross_share).mean() >= limits.plain_crosses
    return limits.plain_sign_share if is_plain else limits.sign_share


def _form(amount: float, around: float, shares: list[float], limits: Thresholds) -> tuple[State, float]:
    """The form alone; a cross is called PEN until its ink is judged. A sign may be drawn `around` the box."""
    empty, cross, sign = shares[shapes.EMPTY], shares[shapes.CROSS], shares[shapes.SIGN]
    if sign >= limits.sign_share and max(amount, around) >= limits.sign_ink:
        return State.SIGN, sign - limits.sign_share
    if empty >= limits.faint_empty_share and amount <= limits.faint_ink:
        return State.EMPTY, empty - limits.faint_empty_share
    if empty >= limits.empty_share and amount <= limits.empty_ink_by_share:
        return State.EMPTY, empty - limits.empty_share
    if cross >= limits.cross_share and amount >= limits.cross_ink:
        return State.PEN, cross - limits.cross_share
    return State.DOUBTFUL, max(empty - limits.empty_share, cross - limits.cross_share)


def _doubt_what_the_scan_made(
    measured: BoxInk, shares: Floats, forms: list[tuple[State, float]], limits: Thresholds
) -> None:
    """No sign, but for a person: a box that lies elsewhere, a cross with a fold through it, one that faded."""
    for index in [i for i, (form, _) in enumerate(forms) if form is State.SIGN]:
        bridged = without_line(measured, index)
        if bridged is not None:
            seen = shapes.seen_by_network(bridged[None], measured.print_level)
            shares[index] = shapes.network().shares_looking_again(seen)[0]
        is_faded = measured.is_two_tone and may_be_part_of_a_cross(measured.inside()[index], measured.print_level)
        if is_faded or measured.lies_astray(index) or shares[index, shapes.SIGN] < limits.sign_share:
            forms[index] = State.DOUBTFUL, float(shares[index, shapes.SIGN]) - 1


def _doubt_what_reaches_in(
    measured: BoxInk, shares: Floats, forms: list[tuple[State, float]], limits: Thresholds
) -> None:
    """What the strokes of the next cross make of a box looks like a sign more often than a sign drawn there does."""
    crosses = np.asarray(shares[:, shapes.CROSS] >= limits.likely_cross)
    for index in [i for i, (form, _) in enumerate(forms) if form is State.SIGN]:
        is_joined, is_one_sided = reached_in(measured, index, crosses)
        if is_joined and (is_one_sided or shares[index, shapes.SIGN] < limits.sign_share_beside_a_cross):
            forms[index] = State.DOUBTFUL, float(shares[index, shapes.SIGN]) - limits.sign_share_beside_a_cross


def _solid_ones_are_blots(
    measured: BoxInk, amount: Floats, crosses: Floats, forms: list[tuple[State, float]], limits: Thresholds
) -> None:
    """No pen is as wide as a blot: what a square of `BLOT_MM` fits into many times was not drawn in two strokes.

    A card crossed with a marker is measured by its own crosses: the wider the pen, the more they differ. A mark with
    far more ink than these is for a person, unless its form leaves no doubt that it is a cross.
    """
    thick = np.flatnonzero((amount >= limits.least_blot_ink) & [form is not State.EMPTY for form, _ in forms])
    solid_px = _solid_px(measured.ink[thick])
    usual = float(np.median(solid_px)) if len(thick) >= limits.crosses_of_a_pen else 0.0
    likely = amount[crosses >= limits.likely_cross]
    usual_ink = float(np.median(likely)) if len(likely) >= limits.crosses_of_a_pen else np.inf
    for index, solid in zip(thick.tolist(), (solid_px - WIDE_PENS * usual).tolist(), strict=True):
        form, margin = forms[index]
        least = limits.blot_like_a_cross_px if crosses[index] >= limits.sure_cross_share else limits.blot_px
        is_much = amount[index] >= limits.blot_to_crosses * usual_ink
        is_heavy = amount[index] >= limits.heavy_to_crosses * usual_ink
        is_strange = is_heavy and crosses[index] < limits.heavy_cross_share
        if solid >= (limits.blot_beside_crosses_px if is_much else least):
            forms[index] = State.SIGN, margin
        elif form is State.PEN and (is_strange or solid >= limits.nearly_a_blot_px):
            forms[index] = State.DOUBTFUL, margin


def _solid_px(ink: Floats) -> NDArray[np.int64]:
    """Per box the places where a square of `BLOT_MM` fits into the ink."""
    reach = round(BLOT_MM * PX_PER_MM)
    flat = ink.reshape(len(ink), ink.shape[1] * ink.shape[2])
    level = np.partition(flat, -DARKEST_PX, axis=1)[:, -DARKEST_PX:].mean(axis=1)
    solid = np.zeros((len(ink), ink.shape[1] + reach, ink.shape[2]), np.uint8)  # boxes one above the other, apart
    solid[:, reach:] = ink > (SOLID * level)[:, None, None]
    tall = solid.reshape(-1, ink.shape[2])
    fits = cv2.erode(tall, np.ones((reach, reach), np.uint8), borderValue=(0,)) if len(tall) else tall
    return np.asarray(fits.reshape(solid.shape).sum(axis=(1, 2)), dtype=np.int64)


def _shaded(measured: BoxInk, limits: Thresholds) -> NDArray[np.bool_]:
    return np.asarray(measured.paper < limits.shaded_paper * np.median(measured.paper), dtype=np.bool_)


def _cannot_judge(measured: BoxInk, pens: _Pens, limits: Thresholds) -> tuple[str, ...]:
    if measured.is_grey:
        return ("colour", "pencil")
    if pens.colour != "blue" and pens.darkness < limits.pen_darkness:
        return ("pencil",)
    return ()
