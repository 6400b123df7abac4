"""Cards as people fill them in, each with its truth."""

import json
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import segno

from tests.cards.hard.strokes import (
    ANYWHERE,
    IN_A_BOX,
    MANNERS,
    PX_PER_MM,
    Hand,
    Image,
    Pen,
    Rng,
    cross,
    draw,
    draw_sign,
    random_hand,
    random_pen,
    strike,
)

Box = tuple[float, float, float, float]


class Kind(StrEnum):
    """What a person would say about one question, looking at the paper."""

    EMPTY = "empty"
    CROSS = "cross"
    SEVERAL = "several"
    PENCIL = "pencil"
    UNCLEAR = "unclear"


class Colouring(StrEnum):
    """What the scanner keeps of the colours."""

    COLOUR = "colour"
    GREY = "grey"
    TWO_TONE = "two_tone"


@dataclass(frozen=True, slots=True)
class Answer:
    """The truth of one question: crossed options in pen and in pencil."""

    kind: Kind
    pen: frozenset[str] = frozenset()
    pencil: frozenset[str] = frozenset()
    how: str = ""


@dataclass(frozen=True, slots=True)
class Habits:
    """How often what happens on a card of one grade: chances a question, or a card where the name says so."""

    wildness: float
    manner: float
    several: float
    pencil_card: float
    one_stroke_card: float
    struck_card: float
    erased_card: float
    sign_card: float
    dots_a_card: float


HABITS = {
    "clean": Habits(0.1, 0.01, 0.02, 0.06, 0.02, 0.02, 0.0, 0.25, 0.0),
    "office": Habits(0.4, 0.05, 0.03, 0.10, 0.06, 0.06, 0.06, 0.25, 0.5),
    "hard": Habits(1.0, 0.22, 0.03, 0.12, 0.25, 0.15, 0.2, 0.25, 2.0),
    "phone": Habits(0.5, 0.08, 0.03, 0.10, 0.10, 0.08, 0.1, 0.25, 0.6),
}


@dataclass
class Paper:
    """A blank card: `picture` BGR at 300 dpi, boxes by question and option in millimetres."""

    picture: Image
    boxes: dict[tuple[int, str], Box]
    number_box: Box
    letters: str

    @classmethod
    def read(cls, folder: Path) -> "Paper":
        """From what `svops card print` wrote."""
        layout: dict[str, Any] = json.loads((folder / "layout.json").read_text(encoding="utf-8"))
        scale = 25.4 / layout["dpi"]
        boxes = {(b["question"], b["option"]): _millimetres(b, scale) for b in layout["boxes"]}
        picture = cv2.imread(str(folder / "card.png"), cv2.IMREAD_COLOR)
        letters = "".join(dict.fromkeys(b["option"] for b in layout["boxes"]))
        return cls(np.asarray(picture, np.uint8), boxes, _millimetres(layout["number_box"], scale), letters)


@dataclass
class Card:
    """A filled card. `has_sign` is None where people would differ whether it should be annulled."""

    picture: Image
    answers: dict[int, Answer]
    number: str | None
    colouring: Colouring
    has_sign: bool | None = False
    signs: list[tuple[str, Box]] = field(default_factory=list)
    ink: str = "blue"


def filled_card(paper: Paper, grade: str, rng: Rng, colouring: Colouring) -> Card:
    """One candidate's card of a grade."""
    habits = HABITS[grade]
    pen = random_pen(rng, str(rng.choice(["blue", "black"])))
    hand = random_hand(rng, habits.wildness)
    card = Card(paper.picture.copy(), {}, None, colouring, ink=pen.name)
    _stuck_number(paper, card, rng)
    questions = sorted({question for question, _ in paper.boxes})
    left_out = set(rng.choice(questions, 4, replace=False).tolist())
    for question in questions:
        if question in left_out:
            card.answers[question] = Answer(Kind.EMPTY)
            continue
        card.answers[question] = _answered(paper, card, question, habits, hand, pen, rng)
    _mishaps(paper, card, habits, hand, pen, rng)
    if rng.random() < habits.sign_card:
        _signed(paper, card, hand, pen, rng)
    _litter(card, habits, pen, rng)
    return card


def _millimetres(box: dict[str, float], scale: float) -> Box:
    return box["x"] * scale, box["y"] * scale, box["w"] * scale, box["h"] * scale


def _answered(paper: Paper, card: Card, question: int, habits: Habits, hand: Hand, pen: Pen, rng: Rng) -> Answer:
    options = [str(option) for option in rng.permutation(list(paper.letters))]
    chance = rng.random()
    count = 2 if chance < habits.several else 1
    manner = str(rng.choice(MANNERS)) if rng.random() < habits.manner else ""
    for option in options[:count]:
        cross(card.picture, paper.boxes[question, option], hand, pen, rng, manner)
    return Answer(Kind.CROSS if count == 1 else Kind.SEVERAL, frozenset(options[:count]), how=manner)


def _mishaps(paper: Paper, card: Card, habits: Habits, hand: Hand, pen: Pen, rng: Rng) -> None:
    """Replaces single questions by what is rare: pencil, one stroke, struck out, erased."""
    free = [question for question, answer in card.answers.items() if answer.kind is Kind.EMPTY]
    if free and rng.random() < habits.pencil_card:
        _in_pencil(paper, card, free.pop(), hand, rng)
    if free and rng.random() < habits.erased_card:
        lead = random_pen(rng, "pencil")
        faint = Pen("erased", lead.colour, lead.width_mm, lead.opacity * float(rng.uniform(0.08, 0.28)), 0.3, 0.3, 1.0)
        question = free.pop()
        cross(card.picture, paper.boxes[question, str(rng.choice(list(paper.letters)))], hand, faint, rng, "")
        card.answers[question] = Answer(Kind.EMPTY, how="erased")
    if free and rng.random() < habits.one_stroke_card:
        question = free.pop()
        cross(card.picture, paper.boxes[question, str(rng.choice(list(paper.letters)))], hand, pen, rng, "one_stroke")
        card.answers[question] = Answer(Kind.UNCLEAR, how="one_stroke")
        card.has_sign = None
    if rng.random() < habits.struck_card:
        question = int(rng.choice([q for q, a in card.answers.items() if a.kind is Kind.CROSS]))
        (option,) = card.answers[question].pen
        strike(card.picture, paper.boxes[question, option], hand, pen, rng)
        card.answers[question] = Answer(Kind.UNCLEAR, how="struck")
        card.has_sign = None


def _in_pencil(paper: Paper, card: Card, question: int, hand: Hand, rng: Rng) -> None:
    option = str(rng.choice(list(paper.letters)))
    cross(card.picture, paper.boxes[question, option], hand, random_pen(rng, "pencil"), rng, "")
    if card.ink == "blue" and card.colouring is Colouring.COLOUR:
        card.answers[question] = Answer(Kind.PENCIL, pencil=frozenset(option), how="pencil")
    else:
        card.answers[question] = Answer(Kind.UNCLEAR, how="pencil_not_to_be_told")


def _signed(paper: Paper, card: Card, hand: Hand, pen: Pen, rng: Rng) -> None:
    """One sign that annuls: in a box, somewhere on the card, or a cross of another colour."""
    where = str(rng.choice(["box", "anywhere", "colour"], p=[0.4, 0.42, 0.18]))
    card.has_sign = True
    if where == "box":
        _sign_in_a_box(paper, card, hand, pen, rng)
    elif where == "colour":
        _other_colour(paper, card, hand, rng)
    else:
        _sign_anywhere(paper, card, hand, pen, rng)


def _unanswered(paper: Paper, card: Card, rng: Rng) -> tuple[int, str]:
    question = int(rng.choice([q for q, a in card.answers.items() if a.kind is Kind.EMPTY and not a.how]))
    return question, str(rng.choice(list(paper.letters)))


def _sign_in_a_box(paper: Paper, card: Card, hand: Hand, pen: Pen, rng: Rng) -> None:
    question, option = _unanswered(paper, card, rng)
    name = str(rng.choice(list(IN_A_BOX)))
    shape, least, most = IN_A_BOX[name]
    x, y, w, h = paper.boxes[question, option]
    at = np.array([x + w / 2, y + h / 2]) + rng.normal(0, 0.35, 2)
    draw_sign(card.picture, shape(rng, at[0], at[1], rng.uniform(least, most)), pen, hand, rng)
    card.answers[question] = Answer(Kind.UNCLEAR, how=name)
    card.signs.append((f"box {name}", paper.boxes[question, option]))


def _other_colour(paper: Paper, card: Card, hand: Hand, rng: Rng) -> None:
    question, option = _unanswered(paper, card, rng)
    name = str(rng.choice(["red", "green", "violet"]))
    cross(card.picture, paper.boxes[question, option], hand, random_pen(rng, name), rng, "")
    card.answers[question] = Answer(Kind.UNCLEAR, how=name)
    card.signs.append((f"colour {name}", paper.boxes[question, option]))
    if card.colouring is not Colouring.COLOUR:
        card.has_sign = None


def _sign_anywhere(paper: Paper, card: Card, hand: Hand, pen: Pen, rng: Rng) -> None:
    name = str(rng.choice(list(ANYWHERE)))
    shape, least, most = ANYWHERE[name]
    size = float(rng.uniform(least, most))
    if rng.random() < 0.3:
        pen = random_pen(rng, str(rng.choice(["blue", "black", "red", "green"])))
    x = float(rng.uniform(18 + size / 2, 192 - size / 2))
    y = float(rng.uniform(14 + size / 4, 283 - size / 4))
    if paper.number_box[0] - 2 < x < sum(paper.number_box[::2]) + 6 and y < 44:
        y += 30
    before = card.picture.copy()
    draw_sign(card.picture, shape(rng, x, y, size), pen, hand, rng)
    card.signs.append((f"anywhere {name}", (x - size / 2, y - size / 2, size, size)))
    for (question, _), box in paper.boxes.items():
        if _inked(before, card.picture, box):
            card.answers[question] = Answer(Kind.UNCLEAR, how="written_over")


def _inked(before: Image, after: Image, box: Box) -> bool:
    """Whether anything was added within a box."""
    left, top, wide, high = (round(value * PX_PER_MM) for value in box)
    inside = (slice(top, top + high), slice(left, left + wide))
    return bool((before[inside].astype(int) - after[inside] > 40).any())


def _litter(card: Card, habits: Habits, pen: Pen, rng: Rng) -> None:
    """Dots where a pen rested: no sign, and no answer."""
    for _ in range(int(rng.poisson(habits.dots_a_card))):
        at = np.array([rng.uniform(18, 192), rng.uniform(50, 280)])
        draw(card.picture, np.array([at, at + rng.normal(0, 0.25, 2)]), pen, rng)


def _stuck_number(paper: Paper, card: Card, rng: Rng) -> None:
    """A label with the number as a square code and digits, a little askew; on one card in twelve none."""
    if rng.random() < 1 / 12:
        return
    card.number = f"{rng.integers(10_000, 100_000)}"
    label = np.full((round(17 * PX_PER_MM), round(44 * PX_PER_MM), 3), 252, np.uint8)
    code = np.array([list(row) for row in segno.make(card.number, version=1, error="m", micro=False).matrix], np.uint8)
    side = round(13 * PX_PER_MM)
    square = cv2.resize((1 - code) * 255, (side, side), interpolation=cv2.INTER_NEAREST)
    gap = round(2 * PX_PER_MM)
    label[gap : gap + side, gap : gap + side] = square[..., None]
    cv2.putText(label, card.number, (side + 2 * gap, gap + side * 2 // 3), cv2.FONT_HERSHEY_DUPLEX, 2.1, (0, 0, 0), 4)
    x, y, w, h = (value * PX_PER_MM for value in paper.number_box)
    middle = (x + w / 2 + rng.normal(0, 12), y + h / 2 + rng.normal(0, 10) - 8)
    turn = cv2.getRotationMatrix2D((label.shape[1] / 2, label.shape[0] / 2), float(rng.normal(0, 2.5)), 1)
    turn[:, 2] += np.array(middle) - [label.shape[1] / 2, label.shape[0] / 2]
    size = card.picture.shape[1::-1]
    cover = cv2.warpAffine(np.full(label.shape[:2], 255, np.uint8), turn, size)
    put = cv2.warpAffine(label, turn, size, flags=cv2.INTER_LINEAR)
    card.picture[cover > 127] = put[cover > 127]
