"""One scanned page to one reading: found, read, said."""

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards.colours import FOREIGN
from services.grading.paper.cards.images import Page, ScanRefused
from services.grading.paper.cards.ink import BoxInk, measure
from services.grading.paper.cards.layout import PAGE_MM, CardLayout, Rect
from services.grading.paper.cards.numbers import read_number, read_page_code
from services.grading.paper.cards.pieces import Ground
from services.grading.paper.cards.reading import BoxReading, CardInk, State, read_boxes
from services.grading.paper.cards.registration import NotRegistered, Registration, register
from services.grading.paper.cards.shapes import CROSS, SIGN
from services.grading.paper.cards.signs import Sign, find_signs
from services.grading.paper.cards.streaks import without_streaks
from services.grading.paper.cards.views import Views

Image = NDArray[np.uint8]

FINEST_PX_PER_MM = 9.0
EMPTY_SPREAD = 2.0
GREY = 2
LIKELY_A_CROSS = 0.3
SWALLOWED = 0.25  #: of the questions doubtful


@dataclass(frozen=True, slots=True)
class Reading:
    """What the machine read on one page. `marks` are pen crosses a question; every question of `doubtful` is for a
    person; `signs` propose annulment and the commission decides (Art. 46(2)). `to_picture` (3 x 3, millimetres to
    pixels) and `boxes` are the evidence and stay out of the JSON line.
    """

    ok: bool
    why_not: str = ""
    number: str | None = None
    page_code: str | None = None
    rotation_deg: float = 0.0
    marks: dict[int, tuple[str, ...]] = field(default_factory=dict)
    pencil: dict[int, tuple[str, ...]] = field(default_factory=dict)
    doubtful: tuple[int, ...] = ()
    signs: tuple[Sign, ...] = ()
    annul_proposed: bool = False
    reasons: tuple[str, ...] = ()
    quality: dict[str, Any] = field(default_factory=dict)
    boxes: tuple[BoxReading, ...] = field(default=(), repr=False)
    to_picture: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)

    @property
    def sub_variant(self) -> str | None:
        """What follows the last slash of the page code, or None when the code was not read."""
        return self.page_code.rpartition("/")[2] if self.page_code else None

    def evidence(self, layout: CardLayout) -> list[dict[str, Any]]:
        """What was measured in every box, empty ones too; `margin`: how far from the threshold."""
        return [
            {
                "question": box.question,
                "option": box.option,
                "state": read.state.value,
                "ink": read.ink,
                "shares": list(read.shares),
                "darkness": read.darkness,
                "colour": read.colour,
                "margin": read.margin,
            }
            for box, read in zip(layout.boxes, self.boxes, strict=True)
        ]

    def to_json(self) -> dict[str, Any]:
        """The line of `readings.jsonl`, without the file's name."""
        return {
            "ok": self.ok,
            "why_not": self.why_not,
            "number": self.number,
            "page_code": self.page_code,
            "sub_variant": self.sub_variant,
            "rotation_deg": round(self.rotation_deg, 2),
            "marks": {str(q): list(options) for q, options in self.marks.items()},
            "pencil": {str(q): list(options) for q, options in self.pencil.items()},
            "doubtful": list(self.doubtful),
            "signs": [{"kind": sign.kind, "box_mm": sign.place.as_json()} for sign in self.signs],
            "annul_proposed": self.annul_proposed,
            "reasons": list(self.reasons),
            "quality": self.quality,
        }


def read_page(page: Page, layout: CardLayout) -> Reading:
    """Read what was decoded of a file, or say why it was not: nothing is raised for any page."""
    if isinstance(page, ScanRefused):
        return Reading(ok=False, why_not=page.code)
    try:
        return read_card(page, layout)
    except Exception as error:  # noqa: BLE001 - one page that breaks the reader is told and ends no batch
        return Reading(ok=False, why_not="cannot_be_read", quality={"error": f"{type(error).__name__}: {error}"})


def read_card(image: Image, layout: CardLayout) -> Reading:
    """Read one picture (height x width, or x 3 BGR). A page that cannot be read gives `ok` False and says why."""
    picture = _fine_enough(image)
    grey = _grey(picture)
    if cv2.meanStdDev(np.ascontiguousarray(grey[::8, ::8]))[1].item() < EMPTY_SPREAD:
        return Reading(ok=False, why_not="empty_page")
    views = Views.of(grey)
    cleaned = without_streaks(picture, views.sizes[-1])
    if cleaned is not None:
        picture, grey = cleaned, _grey(cleaned)
        views = Views.of(grey)
    try:
        placed = register(views, layout)
    except NotRegistered as refusal:
        return Reading(ok=False, why_not=refusal.code)
    measured = measure(picture, views, placed, layout)
    card = read_boxes(measured)
    signs = (*_signs_in_boxes(card, layout), *_signs_elsewhere(card, Ground(picture, placed, layout, measured)))
    return Reading(
        ok=True,
        number=read_number(grey, placed.to_picture, layout.number_box),
        page_code=read_page_code(grey, placed.to_picture, layout.code_box),
        rotation_deg=placed.rotation_deg,
        marks=_options_in(State.PEN, card, layout),
        pencil={q: options for q, options in _options_in(State.PENCIL, card, layout).items() if options},
        doubtful=_doubtful(card, layout, signs),
        signs=signs,
        annul_proposed=bool(signs),
        reasons=tuple(dict.fromkeys(sign.kind for sign in signs)),
        quality=_quality(placed, measured, card),
        boxes=card.boxes,
        to_picture=np.diag([image.shape[1] / picture.shape[1], image.shape[0] / picture.shape[0], 1.0])
        @ placed.to_picture,
    )


def _grey(picture: Image) -> Image:
    return picture if picture.ndim == GREY else np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def _fine_enough(image: Image) -> Image:
    most = FINEST_PX_PER_MM * PAGE_MM[1]
    if max(image.shape[:2]) <= most:
        return image
    factor = 2 if max(image.shape[:2]) < 3 * most else 4
    size = (image.shape[1] // factor, image.shape[0] // factor)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _options_in(state: State, card: CardInk, layout: CardLayout) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = dict.fromkeys(range(1, layout.questions + 1), ())
    for box, read in zip(layout.boxes, card.boxes, strict=True):
        if read.state is state:
            found[box.question] = (*found[box.question], box.option)
    return found


def _doubtful(card: CardInk, layout: CardLayout, signs: tuple[Sign, ...]) -> tuple[int, ...]:
    """The questions for a person. Where a scan swallows ink from many, nothing is empty for certain."""
    states: dict[int, set[State]] = {}
    doubtful = set()
    for box, read in zip(layout.boxes, card.boxes, strict=True):
        states.setdefault(box.question, set()).add(read.state)
        if signs and any(box.rect.meets(sign.place) for sign in signs):
            doubtful.add(box.question)
    for question, found in states.items():
        if found & {State.SIGN, State.DOUBTFUL} or {State.PEN, State.PENCIL} <= found:
            doubtful.add(question)
    if len(doubtful) >= SWALLOWED * len(states):
        doubtful |= {question for question, found in states.items() if found == {State.EMPTY}}
    return tuple(sorted(doubtful))


def _signs_in_boxes(card: CardInk, layout: CardLayout) -> tuple[Sign, ...]:
    return tuple(
        Sign(_kind(read), box.rect, read.shares[SIGN])
        for box, read in zip(layout.boxes, card.boxes, strict=True)
        if read.state is State.SIGN
    )


def _kind(read: BoxReading) -> str:
    is_colour = read.colour in FOREIGN and read.shares[CROSS] >= read.shares[SIGN]
    return f"colour_{read.colour}" if is_colour else "not_a_cross"


def _signs_elsewhere(card: CardInk, ground: Ground) -> tuple[Sign, ...]:
    if not ground.layout.printed_png:
        return ()
    crossed: list[Rect] = []
    other: list[Rect] = []
    for box, read in zip(ground.layout.boxes, card.boxes, strict=True):
        if read.state is not State.EMPTY:
            (crossed if read.shares[CROSS] >= LIKELY_A_CROSS else other).append(box.rect)
    return tuple(find_signs(ground, crossed, other))


def _quality(placed: Registration, measured: BoxInk, card: CardInk) -> dict[str, Any]:
    return {
        "px_per_mm": round(placed.px_per_mm, 2),
        "marks_found": list(placed.marks_found),
        "residual_mm": round(placed.residual_mm, 3),
        "boxes_seen": round(placed.boxes_seen, 3),
        "contrast": round(measured.black_level, 3),
        "noise": round(measured.noise, 4),
        "is_grey": measured.is_grey,
        "cannot_judge": list(card.cannot_judge),
    }
