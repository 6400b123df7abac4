"""What is written in a box instead of a cross: forms of one or more strokes, 2 high around the middle."""

import itertools

import numpy as np
from numpy.typing import NDArray

Form = tuple[tuple[tuple[float, float], ...], ...]
Points = NDArray[np.float64]

BRANCHED, ROUNDED = 0.4, 0.5
LEAST_EXTENT = 0.8
LEAST_TURN = 0.6

#: Letters, figures and signs as strokes, 2 high around their middle; no two strokes alone cross like an X.
LETTERS: tuple[Form, ...] = (
    (((-0.6, -1), (-0.6, 1)), ((0.6, -1), (-0.6, 0), (0.7, 1))),
    (((-0.7, -1), (-0.7, 1), (0.7, -1), (0.7, 1)),),
    (((-0.7, 1), (-0.7, -1), (0.7, 1), (0.7, -1)),),
    (((-0.7, -1), (-0.7, 1)), ((0.7, -1), (0.7, 1)), ((-0.7, 0), (0.7, 0))),
    (((-0.7, -1), (0.7, -1), (-0.7, 1), (0.7, 1)),),
    (((-0.8, 1), (0, -1), (0.8, 1)), ((-0.4, 0.3), (0.4, 0.3))),
    (((-0.6, 1), (-0.6, -1), (0.7, -1)),),
    (((-0.6, 1), (-0.6, -1), (0.6, -1), (0.6, 1)),),
    (((0, -1), (0, 1)), ((-0.8, -1), (0.8, -1))),
    (((0, -1), (0, 1)), ((-0.8, -1), (0.8, 1)), ((0.8, -1), (-0.8, 1))),
    (((0.6, -1), (-0.6, -1), (-0.6, 1), (0.4, 1), (0.6, 0.5), (0.4, 0), (-0.6, 0)),),
    (((0.6, 1), (0.6, -1), (-0.5, -0.8), (-0.6, -0.3), (0.6, 0)), ((0.1, 0), (-0.7, 1))),
    (((-0.3, -0.5), (0.2, -1), (0.2, 1)),),
    (((-0.6, -0.9), (0.4, -0.9), (0.5, -0.4), (0, 0), (0.6, 0.4), (0.4, 0.9), (-0.6, 0.9)),),
    (((0.3, 1), (0.3, -1), (-0.6, 0.3), (0.7, 0.3)),),
    (((0.6, -1), (-0.5, -1), (-0.5, -0.1), (0.4, -0.1), (0.6, 0.5), (0, 1), (-0.6, 0.8)),),
    (((-0.7, -1), (0.7, -1), (-0.1, 1)), ((-0.4, 0.1), (0.6, 0.1))),
    (((0.6, -0.8), (0, -1), (-0.6, -0.6), (0.6, 0.5), (0, 1), (-0.6, 0.8)),),
    (((-0.8, -0.3), (0.8, -0.3)), ((-0.8, 0.4), (0.8, 0.4))),
    (
        ((0.8, -1), (-0.8, 1)),
        ((-0.6, -0.6), (-0.4, -0.9), (-0.3, -0.5), (-0.6, -0.6)),
        ((0.6, 0.6), (0.4, 0.9), (0.3, 0.5), (0.6, 0.6)),
    ),
)
NEARLY: tuple[Form, ...] = (
    (((0.8, -1), (-0.7, 1)), ((-0.7, -1), (0.05, 0.05))),
    (((-0.7, -1), (0.8, 1)), ((-0.7, 1), (0.05, -0.05))),
)
PLUS: Form = (((0, -1), (0, 1)), ((-1, 0), (1, 0)))


def figure(rng: np.random.Generator) -> Form:
    """A figure at random whose strokes meet at their ends, if at all, and nowhere cross."""
    while True:
        strokes = [rng.uniform(-1, 1, (int(rng.integers(3, 8)), 2))]
        if rng.random() < BRANCHED:
            start = strokes[0][rng.integers(len(strokes[0]))]
            strokes.append(np.vstack([start, rng.uniform(-1, 1, (int(rng.integers(1, 3)), 2))]))
        if not _is_spread(strokes[0]) or _cross_anywhere(strokes):
            continue
        if rng.random() < ROUNDED:
            strokes = [_rounded(_rounded(one)) for one in strokes]
        if not _cross_anywhere(strokes):
            return tuple(tuple((float(x), float(y)) for x, y in one) for one in strokes)


def _is_spread(points: Points) -> bool:
    """Neither a dot nor a single stroke."""
    first, second = np.diff(points, axis=0)[:2]
    turn = abs(np.arctan2(first[0] * second[1] - first[1] * second[0], first @ second))
    return bool(np.ptp(points, axis=0).min() >= LEAST_EXTENT and LEAST_TURN <= turn <= np.pi - LEAST_TURN)


def _cross_anywhere(strokes: list[Points]) -> bool:
    lines = [pair for stroke in strokes for pair in itertools.pairwise(stroke)]
    return any(_crosses(*one, *other) for one, other in itertools.combinations(lines, 2))


def _crosses(a: Points, b: Points, c: Points, d: Points) -> bool:
    """Whether the inner parts of a-b and c-d meet; ends that are one point do not count."""
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Points, b: Points, point: Points) -> float:
    return float((b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]))


def _rounded(points: Points) -> Points:
    """Corners cut once, as Chaikin does; the ends stay."""
    start, end = points[:-1], points[1:]
    cut = np.stack([0.75 * start + 0.25 * end, 0.25 * start + 0.75 * end], axis=1).reshape(-1, 2)
    return np.vstack([points[:1], cut[1:-1], points[-1:]])
