"""How the network of `shapes` was made: `python -m services.grading.paper.cards.simulation.training CARD_DIR`.

Cards are filled with crosses and signs of many hands, scanned in every grade, read up to the ink, and a small network
is fitted to what was meant. Seeds start at `FIRST_SEED`, far from those of any test. The weights that are shipped are
what one run leaves, on CARD_DIR made by `svops card print --out CARD_DIR`; it takes three quarters of an hour of one
core (with OPENBLAS_NUM_THREADS=1, which also makes the sums the same twice).
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards import images, ink, shapes
from services.grading.paper.cards.layout import BOX_MM, PAGE_MM, CardLayout, read_layout
from services.grading.paper.cards.registration import NotRegistered, register
from services.grading.paper.cards.simulation.filling import Filling, Written, fill
from services.grading.paper.cards.simulation.hands import Hand, Ink, random_hand
from services.grading.paper.cards.simulation.scanning import GRADES, scan
from services.grading.paper.cards.views import Views

FIRST_SEED = 10_000_000
CARDS = 2400
HANDS_A_CARD = 3
EPOCHS = 60  # not the law: times that all samples are seen
BATCH = 256
RATE = 1.5e-3
DECAY = 1e-4
CHANNELS = (12, 24)
HIDDEN = 96
DAMAGE = 0.6
TRAINED_SHARE = 0.92  #: the other cards say how good the network is
ANYWHERE = ("word", "signature", "drawing", "star", "question", "arrow", "circle", "tick")
ANYWHERE_A_CARD = (4, 13)
ASIDE_MM = 4.0
LEAST_SEEN_MM, SEEN_MM, MOST_SEEN_MM, WITHIN_MM = 0.7, 3.5, 7.5, 1.8
MOSTLY = 0.4
PAPER = 255
PENCIL = 0.12
SHINING, SHINING_SHARE = 0.14, 0.4
TWICE, CROSSED, WRITTEN = 0.1, 0.58, 0.92
IN_A_BOX = (
    *("tick", "tick", "tick", "circle", "circle", "blot", "blot", "blot", "letter", "letter", "letter"),
    *("anything", "anything", "struck", "circled", "question", "plus", "nearly", "loop", "single", "dot"),
)
UNCLEAR_SIGNS = ("plus", "nearly", "single", "dot")

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


def main(folder: Path) -> None:
    """Make the cards, fit, and store the weights beside `shapes`."""
    layout = read_layout(folder / "layout.json")
    card = np.asarray(cv2.imread(str(folder / "card.png"), cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    rows, labels = samples(card, layout, CARDS)
    fitted_on = int(TRAINED_SHARE * len(rows))
    layers = fitted(rows[:fitted_on], labels[:fitted_on])
    _say_how_good(layers, rows[fitted_on:], labels[fitted_on:])
    arrays = {
        f"{name}{i}": part.astype(np.float16)
        for i, pair in enumerate(layers)
        for name, part in zip("wb", pair, strict=True)
    }
    save: Callable[..., None] = np.savez_compressed
    save(Path(shapes.__file__).with_name(shapes.WEIGHTS), **arrays)


def _say_how_good(layers: list[tuple[Floats, Floats]], rows: Floats, labels: Labels) -> None:
    guessed = shapes.Network(tuple(layers)).shares(rows).argmax(axis=1)
    for number, name in enumerate(shapes.CLASSES):
        found = np.bincount(guessed[labels == number], minlength=len(shapes.CLASSES))
        sys.stdout.write(f"{name} taken for {dict(zip(shapes.CLASSES, found.tolist(), strict=True))}\n")


def samples(card: NDArray[np.uint8], layout: CardLayout, cards: int) -> tuple[Floats, Labels]:
    """Network input and class of boxes from `cards` simulated scans."""
    rows, labels = [], []
    for index in range(cards):
        rng = np.random.default_rng(FIRST_SEED + index)
        filling = _wild_filling(layout, rng)
        grade = list(GRADES)[index % len(GRADES)]
        faults = replace(GRADES[grade], damage=max(GRADES[grade].damage, DAMAGE))
        page = card
        for first in range(HANDS_A_CARD):
            part = dict(list(filling.answers.items())[first::HANDS_A_CARD])
            page = fill(
                page, layout, Filling(part, "" if first else filling.number), random_hand(rng, is_wild=True), rng
            )
        hand, again = random_hand(rng, is_wild=True), int(rng.integers(2**32))
        elsewhere = Filling({}, elsewhere=_anywhere(layout, rng))
        page = fill(page, layout, elsewhere, hand, np.random.default_rng(again))
        alone = fill(np.full_like(card, PAPER), layout, elsewhere, hand, np.random.default_rng(again))
        scanned = scan(page, faults, rng, dpi=int(rng.choice([150, 200, 200, 300])))
        picture = images.load_page(scanned.jpeg, "image/jpeg")
        grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
        try:
            views = Views.of(grey)
            measured = ink.measure(picture, views, register(views, layout), layout)
        except NotRegistered:
            continue
        truth = _with_signs(_classes(layout, filling), layout, alone, hand)[measured.filled]
        rows.append(shapes.seen_by_network(measured.ink[truth >= 0], measured.print_level))
        labels.append(truth[truth >= 0])
    return np.vstack(rows), np.concatenate(labels)


def fitted(rows: Floats, labels: Labels) -> list[tuple[Floats, Floats]]:
    """Weights and biases after `EPOCHS` of Adam on cross-entropy."""
    rng = np.random.default_rng(FIRST_SEED - 1)
    parts = [part for size in _sizes() for part in _fresh(size, rng)]
    first, second = [np.zeros_like(p) for p in parts], [np.zeros_like(p) for p in parts]
    step = 0
    for epoch in range(EPOCHS):
        order = rng.permutation(len(rows))
        rate = RATE * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
        for start in range(0, len(rows), BATCH):
            step += 1
            chosen = order[start : start + BATCH]
            gradients = _gradients(parts, _varied(rows[chosen], rng), labels[chosen])
            for i, gradient in enumerate(gradients):
                first[i] = 0.9 * first[i] + 0.1 * gradient
                second[i] = 0.999 * second[i] + 0.001 * gradient**2
                change = first[i] / (1 - 0.9**step) / (np.sqrt(second[i] / (1 - 0.999**step)) + 1e-8)
                parts[i] -= rate * (change + DECAY * parts[i])
    return list(zip(parts[::2], parts[1::2], strict=True))


def _sizes() -> list[tuple[int, int]]:
    sizes, side, channels = [], shapes.SIDE, 1
    for (kernel, step), more in zip(shapes.KERNELS, CHANNELS, strict=True):
        sizes.append((channels * kernel**2, more))
        side, channels = (side - kernel) // step + 1, more
    return [*sizes, (side**2 * channels, HIDDEN), (HIDDEN, len(shapes.CLASSES))]


def _fresh(size: tuple[int, int], rng: np.random.Generator) -> tuple[Floats, Floats]:
    return rng.normal(0, np.sqrt(2 / size[0]), size).astype(np.float32), np.zeros(size[1], np.float32)


def _varied(rows: Floats, rng: np.random.Generator) -> Floats:
    behind = _shining_through(len(rows), rng)
    side = shapes.SIDE
    square = rows.reshape(-1, side, side)
    if rng.integers(2):
        square = square[:, :, ::-1]
    square = np.roll(square, tuple(int(v) for v in rng.integers(-1, 2, 2)), axis=(1, 2))
    strength = rng.uniform(0.7, 1.2, (len(rows), 1, 1))
    noise = rng.normal(0, 0.03, square.shape)
    return np.asarray(square * strength + noise, dtype=np.float32).reshape(len(rows), -1) + behind


def _shining_through(count: int, rng: np.random.Generator) -> Floats:
    """Faint soft shapes over some boxes, as the print on the other side of thin paper leaves them."""
    coarse = rng.normal(0, 1, (count, 5, 5)).astype(np.float32)
    soft = np.stack([cv2.resize(one, (shapes.SIDE, shapes.SIDE), interpolation=cv2.INTER_CUBIC) for one in coarse])
    strength = rng.uniform(0, SHINING, (count, 1, 1)) * (rng.random((count, 1, 1)) < SHINING_SHARE)
    return np.asarray(np.clip(soft, 0, 1.5) * strength, dtype=np.float32).reshape(count, -1)


def _gradients(parts: list[Floats], rows: Floats, labels: Labels) -> list[Floats]:
    count = len(rows)
    value = rows.reshape(count, shapes.SIDE, shapes.SIDE, 1)
    taken, given = [], []
    for layer, (side, step) in enumerate(shapes.KERNELS):
        pieces = shapes.windows(value, side, step)
        value = np.maximum(pieces @ parts[2 * layer] + parts[2 * layer + 1], 0)
        taken.append(pieces)
        given.append(value)
    flat = value.reshape(count, -1)
    hidden = np.maximum(flat @ parts[-4] + parts[-3], 0)
    last = hidden @ parts[-2] + parts[-1]
    last = np.exp(last - last.max(axis=1, keepdims=True))
    error = last / last.sum(axis=1, keepdims=True)
    error[np.arange(count), labels] -= 1
    error /= count
    gradients = [hidden.T @ error, error.sum(axis=0)]
    error = (error @ parts[-2].T) * (hidden > 0)
    gradients = [flat.T @ error, error.sum(axis=0), *gradients]
    back = (error @ parts[-4].T).reshape(value.shape)
    for layer in range(len(shapes.KERNELS) - 1, -1, -1):
        back = back * (given[layer] > 0)
        wide = back.reshape(-1, back.shape[-1])
        gradients = [taken[layer].reshape(len(wide), -1).T @ wide, wide.sum(axis=0), *gradients]
        if layer:
            back = _spread(wide @ parts[2 * layer].T, given[layer - 1].shape, shapes.KERNELS[layer][0])
    return gradients


def _spread(pieces: Floats, shape: tuple[int, ...], side: int) -> Floats:
    """What `shapes.windows` cut with a step of 1, added up again where it was cut."""
    rows, columns = shape[1] - side + 1, shape[2] - side + 1
    cut = pieces.reshape(shape[0], rows, columns, shape[3], side, side)
    whole = np.zeros(shape, np.float32)
    for y in range(side):
        for x in range(side):
            whole[:, y : y + rows, x : x + columns] += cut[..., y, x]
    return whole


def _wild_filling(layout: CardLayout, rng: np.random.Generator) -> Filling:
    pen = Ink.BLUE if rng.integers(2) else Ink.BLACK
    answers: dict[int, tuple[Written, ...]] = {}
    for question in range(1, layout.questions + 1):
        options = [str(o) for o in rng.permutation(list(layout.options))]
        ink_used = Ink.PENCIL if rng.random() < PENCIL else pen
        draw = rng.random()
        if draw < CROSSED:
            answers[question] = tuple(Written(o, ink_used) for o in options[: 1 + (draw < TWICE)])
        elif draw < WRITTEN:
            kind = str(rng.choice(IN_A_BOX))
            answers[question] = (Written(options[0], ink_used, kind),)
    return Filling(answers, "12345")


def _anywhere(layout: CardLayout, rng: np.random.Generator) -> tuple[tuple[str, float, float, Ink], ...]:
    """Signs on and between the boxes, wherever they happen to be put."""
    centres = np.array([box.rect.centre for box in layout.boxes])
    low, high = centres.min(axis=0) - ASIDE_MM, centres.max(axis=0) + ASIDE_MM
    pen = Ink.BLUE if rng.integers(2) else Ink.BLACK
    count = int(rng.integers(*ANYWHERE_A_CARD))
    return tuple((str(rng.choice(ANYWHERE)), *rng.uniform(low, high).tolist(), pen) for _ in range(count))


def _classes(layout: CardLayout, filling: Filling) -> Labels:
    place = {(box.question, box.option): index for index, box in enumerate(layout.boxes)}
    classes = np.zeros(len(layout.boxes), np.int64)
    for question, written in filling.answers.items():
        for one in written:
            sign = shapes.UNCLEAR if one.sign in UNCLEAR_SIGNS else shapes.SIGN
            classes[place[question, one.option]] = shapes.CROSS if one.sign == "cross" else sign
    return classes


def _with_signs(classes: Labels, layout: CardLayout, alone: NDArray[np.uint8], hand: Hand) -> Labels:
    """Classes of boxes when signs lie over them, seen `alone` on bare paper: SIGN where much of one is to be seen,
    -1 where so little that nobody could say.
    """
    written = (alone.min(axis=2) < PAPER // 2).astype(np.uint8)
    count, labels = cv2.connectedComponents(cv2.dilate(written, np.ones((9, 9), np.uint8)))
    labels *= written
    whole = np.bincount(labels.ravel(), minlength=count)
    px_per_mm = alone.shape[1] / PAGE_MM[0]
    px_per_length = px_per_mm**2 * hand.thickness_mm
    classes = classes.copy()
    for index, box in enumerate(layout.boxes):
        left, top = ((value - ink.PATCH_MM / 2) * px_per_mm for value in box.rect.centre)
        side = round(ink.PATCH_MM * px_per_mm)
        cut = labels[round(top) : round(top) + side, round(left) : round(left) + side]
        here = np.bincount(cut.ravel(), minlength=count)
        here[0] = 0
        one = here.argmax()
        length = here[one] / px_per_length
        margin = round((ink.PATCH_MM - BOX_MM) / 2 * px_per_mm)
        within = (cut[margin:-margin, margin:-margin] == one).sum() / px_per_length
        is_mostly_here = here[one] >= MOSTLY * whole[one]
        if length >= (SEEN_MM if is_mostly_here else MOST_SEEN_MM) and within >= WITHIN_MM:
            classes[index] = shapes.SIGN
        elif length >= LEAST_SEEN_MM:
            classes[index] = -1
    return classes


if __name__ == "__main__":
    main(Path(sys.argv[1]))
