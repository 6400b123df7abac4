"""How people write: the strokes of crosses and of signs that do not belong on a card.

A stroke is a polyline in millimetres around the middle of a box; a hand turns intentions into strokes.
"""

import itertools
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards.simulation.forms import LETTERS, NEARLY, PLUS, Form, figure

Stroke = NDArray[np.float64]


class Ink(StrEnum):
    """What the candidate holds."""

    BLUE = "blue"
    BLACK = "black"
    PENCIL = "pencil"
    RED = "red"
    GREEN = "green"
    VIOLET = "violet"


COLOURS_BGR: dict[Ink, tuple[int, int, int]] = {
    Ink.BLUE: (166, 70, 30),
    Ink.BLACK: (40, 36, 34),
    Ink.PENCIL: (118, 116, 115),
    Ink.RED: (46, 35, 200),
    Ink.GREEN: (62, 130, 25),
    Ink.VIOLET: (150, 40, 120),
}


EXTREME = 0.25
TURNED = 0.2
STEEP = 0.65
SCRIBBLED = 0.4
DOTTED = 0.85
LINKED = 0.12
LONG_MM = 6.0


@dataclass(frozen=True, slots=True)
class Hand:
    """One person's way of writing; lengths in millimetres, angles in radians.

    ``linked``: how often the pen is not lifted between the strokes of a cross. Longer lines than ``bends_mm`` are bent
    no further than one of that length.
    """

    thickness_mm: float
    size_mm: float
    off_centre_mm: float
    shake_mm: float
    slant: float
    spread: float
    pressure: float
    fading: float
    twice: float
    bow: float = 0.05
    hook: float = 0.0
    overshoot: float = 0.0
    skips: float = 0.0
    level: float = 0.0
    linked: float = 0.0
    bends_mm: float = np.inf


def random_hand(rng: np.random.Generator, *, is_wild: bool = False) -> Hand:
    """A hand between thin and heavy, steady and shaky, tiny and overshooting; one in four is an extreme one.

    ``is_wild``: the extreme ones go further than cards are judged by, and some hands do not lift the pen.
    """
    is_extreme = rng.random() < EXTREME
    thickness = (0.2, 1.25) if is_extreme else (0.28, 0.95)
    aim = (1.4 if is_wild else 1.1) if is_extreme else 0.7
    size = (1.15, 4.6 if is_wild else 3.7) if is_extreme else (1.5, 3.0)
    return Hand(
        thickness_mm=float(rng.uniform(*thickness)),
        size_mm=float(rng.uniform(*size)),
        off_centre_mm=float(rng.uniform(0.1, aim)),
        shake_mm=float(rng.choice([0.03, 0.06, 0.15])),
        slant=float(rng.normal(0, 0.12)),
        spread=float(rng.uniform(-0.4, 1.1) if is_extreme else rng.uniform(0.1, 1.0)),
        pressure=float(rng.uniform(0.72, 1.0)),
        fading=float(rng.choice([0.0, 0.0, 0.0, 0.35])),
        twice=float(rng.choice([0.0, 0.0, 0.3])),
        bow=float(rng.uniform(0.02, 0.16 if is_extreme else 0.08)),
        hook=float(rng.choice([0.0, 0.05, 0.3])),
        overshoot=float(rng.choice([0.0, 0.03, 0.15])),
        skips=float(rng.choice([0.0, 0.1, 0.3])),
        level=float(rng.choice([0.0, 0.0, 0.05, 0.2])),
        linked=float(rng.choice([0.0, 0.5], p=[1 - LINKED, LINKED])) if is_wild else 0.0,
        bends_mm=LONG_MM if is_wild else np.inf,
    )


def cross(hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """Two strokes that cross near the middle of the box, wide or narrow, one of them perhaps nearly level."""
    middle = rng.normal(0, hand.off_centre_mm / 1.5, 2).clip(-2.0, 2.0)
    strokes = []
    rises = (np.pi / 4) * (0.7 + 0.5 * hand.spread) * rng.uniform(0.8, 1.2, 2)
    if rng.random() < hand.level:
        rises = rng.permutation([rises[0] * rng.uniform(0.15, 0.6), max(rises[1], STEEP)])
    for direction, rise in zip((1, -1), rises.tolist(), strict=True):
        angle = direction * rise + hand.slant
        half = hand.size_mm * rng.uniform(0.7, 1.25)
        vector = np.array([np.cos(angle), np.sin(angle)]) * half
        shift = rng.normal(0, 0.18, 2)
        start, end = middle + shift - vector, middle + shift + vector
        if rng.random() < hand.overshoot:
            end = end + vector / half * rng.uniform(0.8, 4.0)
        stroke = _bowed(start, end, hand, rng)
        strokes.append(stroke[::-1] if rng.random() < TURNED else stroke)
        if rng.random() < hand.twice:
            strokes.append(stroke[::-1] + rng.normal(0, 0.2, 2))
    if hand.linked and rng.random() < hand.linked:
        one, other = (stroke[rng.choice([0, -1])] for stroke in (strokes[0], strokes[-1]))
        strokes.append(_bowed(one, other, hand, rng))
    return strokes


def tick(hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """A tick instead of a cross."""
    low = rng.normal(0, 0.5, 2) + np.array([-0.4, 1.2])
    start = low - rng.uniform(0.6, 2.6, 2)
    end = low + np.array([rng.uniform(1.4, 4.4), -rng.uniform(2.0, 6.2)])
    return [np.vstack([_shaky(start, low, hand.shake_mm, rng), _shaky(low, end, hand.shake_mm, rng)])]


def circle(hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """A ring in or around the box."""
    radii = rng.uniform(1.4, 3.6) * np.array([1.0, rng.uniform(0.8, 1.2)])
    angles = np.linspace(0, 2 * np.pi * rng.uniform(0.92, 1.1), 28) + rng.uniform(0, 6)
    ring = np.column_stack([np.cos(angles), np.sin(angles)]) * radii + rng.normal(0, 0.3, 2)
    return [ring + rng.normal(0, hand.shake_mm, ring.shape)]


def blot(hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """A box filled in, by going to and fro, round and round or anyhow, not always to its edges."""
    size = rng.uniform(1.0, 2.1)
    way = rng.integers(3)
    if way == 0:
        strokes = int(rng.integers(6, 18))  # not the law: how often the pen turns
        angles = rng.uniform(0, 2 * np.pi, strokes)
        radius = (size + 0.3) * rng.uniform(0.3, 1, len(angles))
        return [np.column_stack([np.cos(angles), np.sin(angles)]) * radius[:, None] + rng.normal(0, 0.3, 2)]
    if way == 1:
        angles = np.linspace(0, 2 * np.pi * rng.uniform(5, 14), 120)
        radius = size * (1 - rng.uniform(0.2, 0.9) * np.linspace(0, 1, 120) ** rng.uniform(0.5, 2))
        wobble = np.sin(angles * rng.uniform(0.05, 1.3) + rng.uniform(0, 6))
        loops = np.column_stack([np.cos(angles), np.sin(angles * rng.uniform(0.95, 1.15))]) * radius[:, None]
        return [loops * (1 - 0.3 * wobble[:, None]) + rng.normal(0, 0.3, 2)]
    rows = np.linspace(-size, size, int(rng.integers(7, 14)))
    points = [((-size if i % 2 else size) * rng.uniform(0.85, 1.1), y) for i, y in enumerate(rows)]
    turn = rng.uniform(-1.2, 1.2)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return [(np.array(points) + rng.normal(0, hand.shake_mm, (len(points), 2))) @ rotation + rng.normal(0, 0.25, 2)]


def word(hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """A few joined letters, about a centimetre or two wide."""
    return _scribble(hand, rng, letters=int(rng.integers(4, 9)), height=float(rng.uniform(1.3, 2.2)))


def signature(hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """Wide loops with a flourish below."""
    loops = _scribble(hand, rng, letters=int(rng.integers(5, 9)), height=float(rng.uniform(2.4, 4.5)))
    width = loops[0][:, 0].max()
    flourish = _shaky(np.array([-2.0, 4.5]), np.array([width, rng.uniform(2, 4)]), 0.3, rng)
    return [*loops, flourish]


def drawing(_hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """A little star or house."""
    if rng.integers(2):
        angles = np.arange(6) * 4 * np.pi / 5 + rng.uniform(0, 1)
        return [np.column_stack([np.cos(angles), np.sin(angles)]) * rng.uniform(3, 6)]
    house = np.array([[0, 0], [6, 0], [6, -5], [3, -8], [0, -5], [6, -5], [0, 0], [0, -5]], float)
    return [house * rng.uniform(0.6, 1.2)]


def star(hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """A star in one line, of five points or more."""
    points = int(rng.choice([5, 5, 5, 7]))
    angles = np.arange(points + 1) * 2 * np.pi * (points // 2) / points + rng.uniform(0, 6)
    corners = np.column_stack([np.cos(angles), np.sin(angles)]) * rng.uniform(1.8, 5)
    return [corners + rng.normal(0, 2 * hand.shake_mm, corners.shape)]


def question(hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """A question mark: a hook, and mostly a dot below."""
    height = rng.uniform(2.5, 8)
    if rng.integers(2):
        turn = np.linspace(np.pi * rng.uniform(0.9, 1.2), np.pi * rng.uniform(2.2, 2.5), 12)
        hook = np.column_stack([np.cos(turn), np.sin(turn)]) * 0.25 + (0, -0.25)
    else:
        hook = np.array([[-0.28, -0.28], [0.0, -0.52], [0.28, -0.27]]) + rng.normal(0, 0.03, (3, 2))
    stem = np.array([[0.02, 0.02], [0.0, rng.uniform(0.15, 0.3)]])
    dot = np.array([[0.0, 0.45], [0.02, 0.48]])
    strokes = [np.vstack([hook, stem]) * height]
    if rng.random() < DOTTED:
        strokes.append(dot * height)
    return [stroke + rng.normal(0, hand.shake_mm, stroke.shape) for stroke in strokes]


def arrow(hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """An arrow that ends where it is put, and comes from anywhere."""
    along = rng.uniform(0, 2 * np.pi)
    shaft = -np.array([np.cos(along), np.sin(along)]) * rng.uniform(3, 16)
    tips = [along + np.pi + side * rng.uniform(0.35, 0.8) for side in (-1, 1)]
    reach = rng.uniform(1.2, 3.5)
    ends = [np.array([np.cos(tip), np.sin(tip)]) * reach for tip in tips]
    return [_shaky(start, np.zeros(2), hand.shake_mm, rng) for start in (shaft, *ends)]


def struck_cross(hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """A cross that its writer took back by going over it: a line or more through it, or scribbling."""
    if rng.random() < SCRIBBLED:
        return [*cross(hand, rng), *blot(hand, rng)]
    heights = rng.permutation([-0.9, -0.4, 0.0, 0.5, 1.0])[: int(rng.integers(1, 4))]
    half = rng.uniform(2.4, 3.6)
    lines = [
        _shaky(np.array([-half, y]), np.array([half, y + rng.normal(0, 0.4)]), hand.shake_mm, rng) for y in heights
    ]
    return [*cross(hand, rng), *lines]


def circled_cross(hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """A cross that its writer took back, or meant to stress, by a ring around it."""
    ring = circle(hand, rng)[0]
    return [*cross(hand, rng), ring / np.abs(ring).max() * rng.uniform(2.6, 4.8)]


def letter(hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """A letter or a figure instead of a cross."""
    return _lettered(LETTERS[rng.integers(len(LETTERS))], hand, rng)


def anything(hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """An angle, a wave, an arrow, something nobody thought of: strokes that nowhere cross."""
    return _lettered(figure(rng), hand, rng)


def plus(hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """An upright stroke and a level one: some would take it for a cross."""
    return _lettered(PLUS, hand, rng)


def nearly(hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """A letter of two strokes that meet and do not cross, or hardly: a cross that lacks an arm looks like it."""
    return _lettered(NEARLY[rng.integers(len(NEARLY))], hand, rng)


def loop(hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """A round turn whose ends cross, as the letter alpha, or a fish."""
    beyond = rng.uniform(0.35, 0.8)
    time = np.linspace(-beyond, np.pi + beyond, 20)
    turn = rng.integers(4) * np.pi / 2 + rng.normal(0, 0.2)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    size = rng.uniform(1.5, 2.8)
    points = np.column_stack([np.sin(time) - 0.2, np.sin(2 * time) * rng.uniform(0.6, 1.1)]) * size
    return [points @ rotation + rng.normal(0, 0.3, 2) + rng.normal(0, hand.shake_mm, points.shape)]


def single_stroke(hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """Half a cross: one stroke is missing."""
    return cross(hand, rng)[:1]


def dot(_hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """The pen rested on the paper."""
    return [rng.normal(0, 1.0, 2) + rng.normal(0, 0.12, (4, 2))]


SIGNS = {
    "tick": tick,
    "circle": circle,
    "blot": blot,
    "word": word,
    "signature": signature,
    "drawing": drawing,
    "star": star,
    "question": question,
    "arrow": arrow,
    "struck": struck_cross,
    "circled": circled_cross,
    "letter": letter,
    "anything": anything,
    "plus": plus,
    "nearly": nearly,
    "loop": loop,
    "single": single_stroke,
    "dot": dot,
}


def _lettered(form: Form, hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    size = rng.uniform(1.3, 2.6) * np.array([rng.uniform(0.75, 1.15), 1.0])
    middle = rng.normal(0, 0.35, 2)
    strokes = []
    for line in form:
        corners = (np.array(line) + rng.normal(0, 0.06, (len(line), 2))) * size
        corners[:, 0] -= corners[:, 1] * hand.slant
        parts = [_shaky(a, b, hand.shake_mm, rng) for a, b in itertools.pairwise(corners)]
        strokes.append(middle + np.vstack(parts))
    return strokes


def _scribble(hand: Hand, rng: np.random.Generator, *, letters: int, height: float) -> list[Stroke]:
    time = np.linspace(0, letters * 2 * np.pi, letters * 9)
    advance = height * rng.uniform(0.16, 0.24)
    x = time * advance - np.sin(time) * height * 0.45
    y = -np.cos(time) * height * (0.6 + 0.4 * np.sin(time / rng.uniform(2, 5)))
    return [np.column_stack([x, y]) + rng.normal(0, hand.shake_mm, (len(time), 2))]


def _bowed(start: Stroke, end: Stroke, hand: Hand, rng: np.random.Generator) -> Stroke:
    """A pull of the pen: bent to one side, perhaps with a little hook where it ends."""
    line = end - start
    stroke = _shaky(start, end, hand.shake_mm, rng)
    bend = np.sin(np.linspace(0, np.pi, len(stroke)))[:, None] * np.array([-line[1], line[0]])
    bend *= min(1.0, hand.bends_mm / np.hypot(*line))
    stroke = stroke + bend * rng.normal(0, hand.bow)
    if rng.random() < hand.hook:
        stroke = np.vstack([stroke, stroke[-1] - line / np.hypot(*line) * 0.3 + rng.normal(0, 0.35, 2)])
    return np.asarray(stroke)


def _shaky(start: Stroke, end: Stroke, shake_mm: float, rng: np.random.Generator) -> Stroke:
    steps = np.linspace(0, 1, 9)[:, None]
    bend = np.sin(steps * np.pi) * rng.normal(0, 0.14, 2)
    return start + (end - start) * steps + bend + rng.normal(0, shake_mm, (9, 2))
