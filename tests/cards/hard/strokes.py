"""Pens, hands and what they draw. Lengths are millimetres; paper is BGR, 300 dots an inch."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Image = NDArray[np.uint8]
Rng = np.random.Generator

PX_PER_MM = 300 / 25.4
FINER = 4
STEP_MM = 0.12
CURVE = 24


@dataclass(frozen=True, slots=True)
class Pen:
    """`colour` is the reflectance (blue, green, red) of full ink; `skips` the share of paper grain left bare."""

    name: str
    colour: tuple[float, float, float]
    width_mm: float
    opacity: float
    skips: float
    uneven: float
    soft_px: float = 0.0

    @property
    def is_blue_or_black(self) -> bool:
        return self.name in {"blue", "black"}


@dataclass(frozen=True, slots=True)
class Hand:
    """How one person crosses: sizes are shares of the box, `tremor` and `aim` millimetres, `slant` degrees."""

    size: float
    size_spread: float
    aim: float
    lean_mm: tuple[float, float]
    slant: float
    tremor: float
    curve: float
    fade: float
    pressure: float
    hook: float


def _jittered(rng: Rng, colour: tuple[float, float, float], by: float = 0.04) -> tuple[float, float, float]:
    one, two, three = (float(np.clip(v + rng.normal(0, by), 0.01, 0.98)) for v in colour)
    return one, two, three


COLOURS = {
    "blue": ((0.62, 0.24, 0.14), (0.75, 0.38, 0.16), (0.48, 0.20, 0.16), (0.66, 0.33, 0.10)),
    "black": ((0.10, 0.09, 0.09), (0.17, 0.15, 0.15), (0.22, 0.20, 0.19)),
    "red": ((0.22, 0.16, 0.78), (0.30, 0.22, 0.88)),
    "green": ((0.30, 0.55, 0.14), (0.36, 0.48, 0.08)),
    "violet": ((0.58, 0.20, 0.42), (0.62, 0.26, 0.52)),
    "pencil": ((0.42, 0.42, 0.42), (0.34, 0.34, 0.34), (0.50, 0.50, 0.50)),
}


def random_pen(rng: Rng, name: str) -> Pen:
    """A pen of the colour `name`; for "pencil" a lead."""
    colour = _jittered(rng, COLOURS[name][int(rng.integers(len(COLOURS[name])))])
    if name == "pencil":
        grey = float(np.mean(colour))
        graphite = (min(grey * 1.02, 1), grey, grey * 0.99)
        opacity = float(rng.uniform(0.75, 0.95))
        return Pen(name, graphite, float(rng.uniform(0.35, 0.7)), opacity, float(rng.uniform(0.15, 0.4)), 0.2, 0.8)
    kind = rng.choice(["ball", "gel", "felt", "fountain"], p=[0.6, 0.24, 0.08, 0.08])
    if kind == "ball":
        width, skips = float(rng.uniform(0.25, 0.6)), float(rng.uniform(0.0, 0.22))
        # A black pen as pale as pencil is told from it by nobody.
        palest = 0.86 if name == "black" else 0.72
        return Pen(name, colour, width, float(rng.uniform(palest, 0.97)), skips, 0.25, 0.4)
    if kind == "gel":
        return Pen(name, colour, float(rng.uniform(0.35, 0.75)), float(rng.uniform(0.9, 1.0)), 0.0, 0.06, 0.2)
    if kind == "felt":
        return Pen(name, colour, float(rng.uniform(0.7, 1.05)), float(rng.uniform(0.85, 0.98)), 0.02, 0.12, 1.2)
    return Pen(name, colour, float(rng.uniform(0.4, 0.9)), float(rng.uniform(0.75, 0.98)), 0.02, 0.4, 0.6)


def random_hand(rng: Rng, wildness: float) -> Hand:
    """`wildness` 0 (orderly) to 1 (shaky, careless, off the middle)."""
    wild = wildness * float(rng.beta(1.2, 2.0))
    return Hand(
        size=float(np.clip(rng.normal(0.88, 0.12 + 0.1 * wild), 0.6, 1.3)),
        size_spread=float(rng.uniform(0.03, 0.08 + 0.06 * wild)),
        aim=float(rng.uniform(0.1, 0.22 + 0.3 * wild)),
        lean_mm=(float(rng.normal(0, 0.15 + 0.25 * wild)), float(rng.normal(0, 0.15 + 0.25 * wild))),
        slant=float(rng.normal(0, 5 + 5 * wild)),
        tremor=float(rng.choice([0.02, 0.04, 0.05 + 0.12 * wild])),
        curve=float(rng.uniform(0.01, 0.05 + 0.07 * wild)),
        fade=float(rng.uniform(0, 0.2 + 0.4 * wild)),
        pressure=float(rng.uniform(0.88, 1.04)),
        hook=float(rng.uniform(0, 0.08 + 0.15 * wild)),
    )


def draw(paper: Image, path_mm: Floats, pen: Pen, rng: Rng, *, fade: float = 0.0) -> None:
    """Ink along `path_mm` (n x 2) on `paper`; `fade` is the share of ink lost by the end of the stroke."""
    points = _even(path_mm) * PX_PER_MM
    reach = round(pen.width_mm * PX_PER_MM) + 4
    low = np.maximum(np.floor(points.min(axis=0)).astype(int) - reach, 0)
    high = np.minimum(np.ceil(points.max(axis=0)).astype(int) + reach, paper.shape[1::-1])
    if (high <= low).any() or len(points) < 2:
        return
    size = (int(high[0] - low[0]), int(high[1] - low[1]))
    fine = np.zeros((size[1] * FINER, size[0] * FINER), np.uint8)
    at = np.round((points - low) * FINER).astype(int)
    steps = len(at)
    width = 1 + pen.uneven * _wave(rng, steps, 14) * 0.6
    ink = pen.opacity * (1 - fade * np.linspace(0, 1, steps) ** 1.5) * (1 - pen.uneven * np.abs(_wave(rng, steps, 9)))
    thick = np.maximum(1, np.round(pen.width_mm * PX_PER_MM * FINER * width)).astype(int)
    for index in range(steps - 1):
        level = int(255 * np.clip(ink[index], 0, 1))
        start, end = (int(at[index][0]), int(at[index][1])), (int(at[index + 1][0]), int(at[index + 1][1]))
        cv2.line(fine, start, end, level, int(thick[index]))
    alpha = np.asarray(cv2.resize(fine, size, interpolation=cv2.INTER_AREA) / 255, dtype=np.float32)
    if pen.soft_px:
        alpha = np.asarray(cv2.GaussianBlur(alpha, (0, 0), pen.soft_px), dtype=np.float32)
    if pen.skips:
        alpha = alpha * _grain(rng, (size[1], size[0]), pen.skips)
    _lay(paper, (int(low[0]), int(low[1])), alpha, pen.colour)


def _lay(paper: Image, at: tuple[int, int], alpha: NDArray[np.float32], colour: tuple[float, float, float]) -> None:
    x, y = at
    part = paper[y : y + alpha.shape[0], x : x + alpha.shape[1]]
    left = 1 - alpha[..., None] * (1 - np.array(colour, np.float32))
    part[...] = np.clip(part * left, 0, 255).astype(np.uint8)


def _grain(rng: Rng, shape: tuple[int, int], skips: float) -> NDArray[np.float32]:
    noise = rng.random((shape[0] // 2 + 2, shape[1] // 2 + 2)).astype(np.float32)
    noise = np.asarray(cv2.resize(noise, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), dtype=np.float32)
    return np.asarray(np.clip((noise - skips) / 0.18 + 0.5, 0.12, 1), dtype=np.float32)


def _wave(rng: Rng, count: int, period: int) -> Floats:
    knots = rng.normal(0, 0.5, count // period + 3)
    return np.interp(np.arange(count) / period, np.arange(len(knots)), knots)


def _even(path: Floats) -> Floats:
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    count = max(2, int(lengths[-1] / STEP_MM))
    there = np.linspace(0, lengths[-1], count)
    return np.stack([np.interp(there, lengths, path[:, axis]) for axis in (0, 1)], axis=1)


def stroke(rng: Rng, hand: Hand, start: Floats, end: Floats) -> Floats:
    """One pull of the pen from `start` to `end`: bent, shaking, perhaps with a hook where it ends."""
    along = np.linspace(0, 1, CURVE)[:, None]
    line = end - start
    aside = np.array([-line[1], line[0]])
    bow = hand.curve * rng.normal()
    path = start + along * line + aside * bow * 4 * along * (1 - along)
    shake = np.stack([_wave(rng, CURVE, 3), _wave(rng, CURVE, 3)], axis=1) * hand.tremor
    path = path + shake
    if rng.random() < hand.hook:
        tail = path[-1] + rng.normal(0, 0.3, 2) - line / np.hypot(*line) * 0.2
        path = np.vstack([path, tail])
    return np.asarray(path)


def diagonals(rng: Rng, hand: Hand, box: tuple[float, float, float, float]) -> list[Floats]:
    """The two strokes of a cross in a box (x, y, w, h), as this hand makes it."""
    x, y, w, h = box
    middle = np.array([x + w / 2, y + h / 2]) + hand.lean_mm + rng.normal(0, hand.aim, 2)
    half = max(w, h) / 2 * float(np.clip(rng.normal(hand.size, hand.size_spread), 0.42, 1.5))
    ends = []
    for corners in (((-1, -1), (1, 1)), ((1, -1), (-1, 1))):
        angle = np.radians(hand.slant + rng.normal(0, 4))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        start, end = (middle + turn @ (np.array(c) * half * rng.uniform(0.86, 1.12, 2)) for c in corners)
        ends.append((end, start) if rng.random() < 0.2 else (start, end))
    return [stroke(rng, hand, start, end) for start, end in ends]


def cross(paper: Image, box: tuple[float, float, float, float], hand: Hand, pen: Pen, rng: Rng, manner: str) -> None:
    """A cross in one of `MANNERS`."""
    if manner == "tiny":
        hand = replace(hand, size=0.48, size_spread=0.03)
    if manner == "off_centre":
        hand = replace(hand, lean_mm=(float(rng.choice([-1, 1]) * 1.0), float(rng.choice([-1, 1]) * 0.8)))
    if manner == "shaky":
        hand = replace(hand, tremor=0.2)
    pen = replace(pen, opacity=min(pen.opacity * hand.pressure, 1.0))
    pen = replace(pen, width_mm={"thin": 0.25, "heavy": 1.0}.get(manner, pen.width_mm))
    lines = diagonals(rng, hand, box)
    if manner == "overshooting":
        which = int(rng.integers(2))
        lines[which] = _overshot(rng, lines[which])
    if manner == "one_stroke":
        lines = lines[:1]
    if manner == "traced_twice":
        lines += [line + rng.normal(0, 0.18, 2) for line in lines]
    for line in lines:
        draw(paper, line, pen, rng, fade=0.75 if manner == "fading" else hand.fade * rng.random())


def _overshot(rng: Rng, line: Floats) -> Floats:
    away = line[-1] - line[0]
    further = line[-1] + away / np.hypot(*away) * rng.uniform(1.5, 4.0)
    return np.vstack([line, further])


MANNERS = ("thin", "heavy", "tiny", "off_centre", "shaky", "overshooting", "fading", "traced_twice")


def strike(paper: Image, box: tuple[float, float, float, float], hand: Hand, pen: Pen, rng: Rng) -> None:
    """What people do to a cross that they take back: lines through it, or scribbling over it."""
    x, y, w, h = box
    if rng.random() < 0.5:
        for _ in range(int(rng.integers(1, 4))):
            at = y + h * rng.uniform(0.25, 0.75)
            start, end = np.array([x - rng.uniform(0, 1.2), at]), np.array([x + w + rng.uniform(0, 1.2), at])
            draw(paper, stroke(rng, hand, start, end + np.array([0, rng.normal(0, 0.6)])), pen, rng)
        return
    draw(paper, _scribble(rng, x + w / 2, y + h / 2, w * 0.5), pen, rng)


def _scribble(rng: Rng, x: float, y: float, radius: float) -> Floats:
    turns = np.linspace(0, 1, 60)
    angle = turns * 2 * np.pi * rng.uniform(4, 7)
    size = radius * (0.6 + 0.4 * np.sin(turns * 9 + rng.uniform(0, 6)))
    return np.stack([x + size * np.cos(angle), y + size * np.sin(angle * 1.13)], axis=1)


Sign = Callable[[Rng, float, float, float], list[Floats]]


def tick(rng: Rng, x: float, y: float, size: float) -> list[Floats]:
    shape = np.array([[-0.45, 0.0], [-0.1, 0.42], [0.55, -0.6]]) + rng.normal(0, 0.06, (3, 2))
    return [shape * size + [x, y]]


def circle(rng: Rng, x: float, y: float, size: float) -> list[Floats]:
    angle = np.linspace(0, 2 * np.pi * rng.uniform(0.96, 1.12), 40) + rng.uniform(0, 6)
    wobble = 1 + 0.08 * np.sin(angle * 2 + rng.uniform(0, 6))
    tall = rng.uniform(0.8, 1.15)
    return [np.stack([x + size / 2 * wobble * np.cos(angle), y + size / 2 * tall * wobble * np.sin(angle)], axis=1)]


def blot(rng: Rng, x: float, y: float, size: float) -> list[Floats]:
    return [_scribble(rng, x, y, size * 0.3) for _ in range(3)]


def scratch(rng: Rng, x: float, y: float, size: float) -> list[Floats]:
    """To and fro without an aim, over what was better not written."""
    turns = int(rng.integers(8, 20))
    return [rng.uniform((-0.5, -0.4), (0.5, 0.4), (turns, 2)) * size + [x, y]]


def word(rng: Rng, x: float, y: float, size: float) -> list[Floats]:
    """Joined letters without a meaning: arches, loops and strokes, `size` wide."""
    height = rng.uniform(2.2, 4.5)
    letters = max(2, int(size / height / 0.55))
    points: list[tuple[float, float]] = []
    at = -size / 2
    for _ in range(letters):
        tall = height * float(rng.choice([0.5, 0.55, 1.0, -0.4], p=[0.4, 0.35, 0.15, 0.1]))
        step = size / letters
        angles = np.linspace(0, 2 * np.pi, 9)
        points += [
            (at + step * a / 6.28 + 0.3 * step * np.sin(a), -tall / 2 * (1 - np.cos(a)) + rng.normal(0, 0.07))
            for a in angles
        ]
        at += step
    tilt = np.radians(rng.normal(0, 6))
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    return [np.array(points) @ turn.T + [x, y]]


def signature(rng: Rng, x: float, y: float, size: float) -> list[Floats]:
    along = np.linspace(0, 1, 140)
    speed = rng.uniform(4, 9)
    tall = size * 0.2 * np.interp(along, [0, 0.15, 1], [1.4, 1, 0.15])
    path_x = (along - 0.5) * size + size * 0.05 * np.sin(along * 6.28 * speed * 1.1 + rng.uniform(0, 6))
    path_y = tall * np.sin(along * 6.28 * speed + rng.uniform(0, 6)) * rng.uniform(0.7, 1.3)
    return [np.stack([x + path_x, y + path_y], axis=1)]


def face(rng: Rng, x: float, y: float, size: float) -> list[Floats]:
    smile = np.linspace(0.3, np.pi - 0.3, 14)
    eyes = [circle(rng, x + side * size * 0.18, y - size * 0.15, size * 0.1)[0] for side in (-1, 1)]
    mouth = np.stack([x + size * 0.28 * np.cos(smile), y + size * 0.05 + size * 0.22 * np.sin(smile)], axis=1)
    return [*circle(rng, x, y, size), *eyes, mouth]


def star(rng: Rng, x: float, y: float, size: float) -> list[Floats]:
    angle = np.arange(6) * 4 * np.pi / 5 + rng.uniform(0, 6)
    return [np.stack([x + size / 2 * np.cos(angle), y + size / 2 * np.sin(angle)], axis=1)]


def house(rng: Rng, x: float, y: float, size: float) -> list[Floats]:
    shape = np.array([[-0.5, 0.5], [-0.5, -0.1], [0, -0.5], [0.5, -0.1], [0.5, 0.5], [-0.5, 0.5]])
    return [(shape + rng.normal(0, 0.03, shape.shape)) * size + [x, y]]


def question_mark(rng: Rng, x: float, y: float, size: float) -> list[Floats]:
    hook = np.array([[-0.25, -0.3], [0, -0.5], [0.25, -0.3], [0.05, 0.0], [0, 0.22]]) * size
    dot = np.array([[0, 0.42], [0.02, 0.46]]) * size
    return [hook + np.array([x, y]) + rng.normal(0, 0.05, hook.shape), dot + np.array([x, y])]


def arrow(rng: Rng, x: float, y: float, size: float) -> list[Floats]:
    end = np.array([x + size / 2, y + rng.normal(0, size * 0.2)])
    tips = [np.array([end + np.array([-size * 0.22, side * size * 0.16]), end]) for side in (-1, 1)]
    return [np.array([[x - size / 2, y], end]), *tips]


def underline(rng: Rng, x: float, y: float, size: float) -> list[Floats]:
    second = np.array([[x - size / 2, y + 0.9], [x + size / 2, y + 0.7 + rng.normal(0, 0.3)]])
    return [np.array([[x - size / 2, y], [x + size / 2, y + rng.normal(0, 0.3)]]), second]


def logo(rng: Rng, x: float, y: float, size: float) -> list[Floats]:
    inner = [circle(rng, x, y, size * share)[0] for share in (1.0, 0.88, 0.5)]
    return [*inner, *star(rng, x, y, size * 0.44)]


#: Letters, figures and signs that are written with strokes that do not cross, in a square from -0.5 to 0.5.
LETTERS: tuple[tuple[tuple[tuple[float, float], ...], ...], ...] = (
    (((-0.35, -0.5), (-0.3, 0.05), (0.3, 0.05)), ((0.35, -0.5), (0.3, 0.5))),
    (((-0.4, 0.5), (0, -0.5), (0.4, 0.5)),),
    (((-0.4, 0.5), (-0.35, -0.5), (0, 0.2), (0.35, -0.5), (0.4, 0.5)),),
    (((-0.3, 0.3), (0, -0.5), (0.3, 0.3)), ((-0.45, 0.5), (-0.4, 0.3), (0.4, 0.3), (0.45, 0.5))),
    (((-0.4, -0.5), (-0.4, 0.5)), ((-0.4, 0), (-0.1, 0), (0.15, -0.5), (0.4, 0), (0.15, 0.5), (-0.1, 0))),
    (((0.3, -0.5), (-0.3, -0.5), (-0.3, 0.5), (0.3, 0.5)), ((-0.3, 0), (0.2, 0))),
    (((-0.35, 0.5), (-0.3, -0.5), (0.35, 0.45), (0.3, -0.5)),),
    (((-0.3, -0.5), (-0.3, 0.5)), ((0.35, -0.45), (-0.3, 0.05), (0.35, 0.5))),
    (((-0.3, -0.3), (0, -0.5), (0.3, -0.25), (-0.35, 0.5), (0.35, 0.5)),),
    (((0.3, -0.4), (0, -0.5), (-0.3, -0.3), (0.3, 0.25), (0, 0.5), (-0.3, 0.4)),),
    (((-0.4, -0.5), (0, 0), (0.4, -0.5)), ((0, 0), (0, 0.5))),
    (((-0.5, -0.15), (0.5, -0.2)), ((-0.5, 0.2), (0.5, 0.15))),
)


def letter(rng: Rng, x: float, y: float, size: float) -> list[Floats]:
    form = LETTERS[int(rng.integers(len(LETTERS)))]
    wide = rng.uniform(0.8, 1.1)
    return [(np.array(path) + rng.normal(0, 0.025, (len(path), 2))) * (wide, 1) * size + [x, y] for path in form]


#: Drawn anywhere on the card: what, and how wide in millimetres.
ANYWHERE: dict[str, tuple[Sign, float, float]] = {
    "word": (word, 12, 45),
    "signature": (signature, 20, 50),
    "face": (face, 7, 18),
    "star": (star, 5, 14),
    "house": (house, 7, 16),
    "question_mark": (question_mark, 4, 8),
    "arrow": (arrow, 8, 20),
    "circle": (circle, 6, 14),
    "underline": (underline, 10, 30),
    "logo": (logo, 10, 22),
}

#: Drawn in a box instead of a cross.
IN_A_BOX: dict[str, tuple[Sign, float, float]] = {
    "tick": (tick, 3.6, 6.5),
    "circle": (circle, 2.8, 6.5),
    "blot": (blot, 4.2, 6.0),
    "scratch": (scratch, 2.8, 4.6),
    "letter": (letter, 2.8, 5.5),
}


def draw_sign(paper: Image, paths: list[Floats], pen: Pen, hand: Hand, rng: Rng) -> None:
    """The paths of a sign, shaking a little as the hand does."""
    for path in paths:
        even = _even(path)
        shake = np.stack([_wave(rng, len(even), 8), _wave(rng, len(even), 8)], axis=1) * min(hand.tremor, 0.08)
        draw(paper, even + shake, pen, rng)
