"""A printed card filled in: crosses, pencil, foreign signs, and the sticker, with what was meant."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards.drawing import STICKER_CODE_MM, STICKER_MM, number_modules
from services.grading.paper.cards.layout import PAGE_MM, CardLayout
from services.grading.paper.cards.simulation.hands import COLOURS_BGR, SIGNS, Hand, Ink, Stroke, cross

Image = NDArray[np.uint8]
SUBPIXEL_BITS = 4
COLOUR = 3
ROOM_MM = 2.0


@dataclass(frozen=True, slots=True)
class Written:
    """What is put into one box: a `cross`, or the name of a foreign sign of `SIGNS`."""

    option: str
    ink: Ink = Ink.BLUE
    sign: str = "cross"


@dataclass(frozen=True, slots=True)
class Filling:
    """What a candidate meant: per question what is written, signs elsewhere (kind, x mm, y mm, ink), the number."""

    answers: Mapping[int, tuple[Written, ...]]
    number: str = ""
    elsewhere: tuple[tuple[str, float, float, Ink], ...] = field(default=())

    def crosses(self) -> dict[int, tuple[str, ...]]:
        """Per question the options crossed in blue or black pen: what reading must find."""
        pens = (Ink.BLUE, Ink.BLACK)
        return {
            question: tuple(w.option for w in written if w.sign == "cross" and w.ink in pens)
            for question, written in self.answers.items()
        }

    def pencil(self) -> dict[int, tuple[str, ...]]:
        """Per question the options crossed in pencil; questions without are left out."""
        found = {q: tuple(w.option for w in ws if w.ink is Ink.PENCIL) for q, ws in self.answers.items()}
        return {question: options for question, options in found.items() if options}

    def is_to_be_annulled(self) -> bool:
        """Whether anything but crosses in blue, black or pencil is on the card (Art. 46(2))."""
        allowed = (Ink.BLUE, Ink.BLACK, Ink.PENCIL)
        written = [w for ws in self.answers.values() for w in ws]
        return bool(self.elsewhere) or any(w.sign != "cross" or w.ink not in allowed for w in written)


def fill(card: Image, layout: CardLayout, filling: Filling, hand: Hand, rng: np.random.Generator) -> Image:
    """The card in colour with everything of `filling` written on it by `hand`; the same seed draws the same."""
    page: Image = card.copy() if card.ndim == COLOUR else np.asarray(cv2.cvtColor(card, cv2.COLOR_GRAY2BGR), np.uint8)
    scale = page.shape[1] / PAGE_MM[0]
    places = {(box.question, box.option): box.rect.centre for box in layout.boxes}
    if filling.number:
        _paste_sticker(page, layout, filling.number, scale, rng)
    for question, written in filling.answers.items():
        for one in written:
            draw = cross if one.sign == "cross" else SIGNS[one.sign]
            _ink(page, draw(hand, rng), places[question, one.option], one.ink, hand, scale, rng)
    for kind, x, y, ink in filling.elsewhere:
        _ink(page, SIGNS[kind](hand, rng), (x, y), ink, hand, scale, rng)
    return np.asarray(page, dtype=np.uint8)


def sticker_image(number: str, scale: float) -> Image:
    """A label with five digits and their code, grey, `scale` pixels a millimetre."""
    width, height = (round(side * scale) for side in STICKER_MM)
    label = np.full((height, width), 255, np.uint8)
    bits = np.where(np.array(number_modules(number)), 0, 255).astype(np.uint8)
    side = round(STICKER_CODE_MM * scale)
    gap = (height - side) // 2
    label[gap : gap + side, gap : gap + side] = cv2.resize(bits, (side, side), interpolation=cv2.INTER_NEAREST)
    place = (2 * gap + side, height - round(6 * scale))
    cv2.putText(label, number, place, cv2.FONT_HERSHEY_DUPLEX, 0.23 * scale, 0, max(1, round(scale / 4)), cv2.LINE_AA)
    return label


def _paste_sticker(page: Image, layout: CardLayout, number: str, scale: float, rng: np.random.Generator) -> None:
    label = sticker_image(number, scale)
    height, width = label.shape
    box = layout.number_box
    slack = np.array([box.w - STICKER_MM[0], box.h - STICKER_MM[1] - 4])
    corner = (np.array([box.x, box.y]) + slack * rng.uniform(0.15, 0.85, 2)) * scale
    turned = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.normal(0, 1.5)), 1)
    x, y = np.maximum((corner - 2 * scale).astype(int), 0)
    room = (slice(y, y + height + round(4 * scale)), slice(x, x + width + round(4 * scale)))
    turned = turned + np.array([[0, 0, corner[0] - x], [0, 0, corner[1] - y]])
    size = (room[1].stop - x, room[0].stop - y)
    cover = cv2.warpAffine(np.full_like(label, 255), turned, size)[..., None] / 255.0
    pasted = cv2.warpAffine(label, turned, size, borderValue=(255,))[..., None]
    page[room] = (page[room] * (1 - cover) + pasted * cover).astype(np.uint8)


def _ink(
    page: Image,
    strokes: list[Stroke],
    place: tuple[float, float],
    ink: Ink,
    hand: Hand,
    scale: float,
    rng: np.random.Generator,
) -> None:
    points = [stroke + place for stroke in strokes]
    low = np.min([p.min(axis=0) for p in points], axis=0) - ROOM_MM
    high = np.max([p.max(axis=0) for p in points], axis=0) + ROOM_MM
    x0, y0 = np.maximum((low * scale).astype(int), 0)
    x1, y1 = np.minimum((high * scale).astype(int), (page.shape[1], page.shape[0]))
    if x1 <= x0 or y1 <= y0:
        return
    cover = np.zeros((y1 - y0, x1 - x0), np.uint8)
    for stroke in points:
        _stroke(cover, stroke * scale - (x0, y0), hand, ink, scale, rng)
    strength = cover[..., None] * (_pressure(cover, hand, ink, rng)[..., None] / 255.0)
    colour = np.array(COLOURS_BGR[ink]) + rng.normal(0, 6, 3)
    under = page[y0:y1, x0:x1]
    page[y0:y1, x0:x1] = (under * (1 - strength * (1 - colour / 255.0))).clip(0, 255).astype(np.uint8)


def _stroke(cover: Image, points: Stroke, hand: Hand, ink: Ink, scale: float, rng: np.random.Generator) -> None:
    width_mm = hand.thickness_mm * rng.uniform(0.85, 1.15) * (0.8 if ink is Ink.PENCIL else 1.0)
    whole = np.round(points * (1 << SUBPIXEL_BITS)).astype(np.int32)
    thick = max(1, round(width_mm * scale))
    line = np.zeros_like(cover)
    is_faded = rng.random() < hand.fading
    lightest = rng.uniform(0.2, 0.7) if is_faded else 1.0
    # Piece by piece, each lighter than the one before: a stroke fades towards its end.
    pieces = [whole] if not is_faded else [whole[i : i + 2] for i in range(len(whole) - 1)]
    for index, piece in enumerate(pieces):
        strength = int(255 * (1 + (lightest - 1) * (index + 1) / len(pieces)))
        cv2.polylines(
            line,
            [piece.reshape(-1, 1, 2)],
            isClosed=False,
            color=(strength,),
            thickness=thick,
            lineType=cv2.LINE_AA,
            shift=SUBPIXEL_BITS,
        )
    np.maximum(cover, line, out=cover)


def _pressure(cover: Image, hand: Hand, ink: Ink, rng: np.random.Generator) -> NDArray[np.float64]:
    if ink is not Ink.PENCIL and rng.random() >= hand.skips:
        return np.full(cover.shape, hand.pressure)
    grain = rng.uniform(0.45, 1.0, (cover.shape[0] // 3 + 1, cover.shape[1] // 3 + 1))
    return np.asarray(cv2.resize(grain, (cover.shape[1], cover.shape[0])), dtype=np.float64)
