"""`python -m tests.cards.hard --cards N --grade G --seed S`: the issue's table on cards of this folder.

Seeds below 1,000,000 are for development; those that judge lie above and are looked at only at the end.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from services.grading.paper.cards.images import load_page, media_type_of
from services.grading.paper.cards.layout import CardLayout, read_layout
from services.grading.paper.cards.page import Reading, read_card
from services.grading.paper.cards.printing import page_code, print_card
from tests.cards.hard.faults import colouring_of, scanned
from tests.cards.hard.pages import Answer, Card, Colouring, Kind, Paper, filled_card
from tests.cards.hard.strokes import Image

GRADES = ("clean", "office", "hard", "phone")
CROP_PX_PER_MM = 12


@dataclass(frozen=True)
class Case:
    """A card with its scan and what was read of it."""

    card: Card
    scan: bytes
    picture: Image
    reading: Reading


def made(paper: Paper, grade: str, seed: int) -> tuple[Card, bytes]:
    """The card of a seed and its scan."""
    rng = np.random.default_rng([seed, GRADES.index(grade)])
    colouring = colouring_of(grade, rng)
    card = filled_card(paper, grade, rng, colouring)
    return card, scanned(card, grade, rng)


def read(paper: Paper, layout: CardLayout, grade: str, seed: int) -> Case:
    """Make one card and read it."""
    card, scan = made(paper, grade, seed)
    picture = load_page(scan, media_type_of(scan))
    return Case(card, scan, picture, read_card(picture, layout))


def is_right(answer: Answer, question: int, reading: Reading) -> bool:
    """Whether the reading is the truth of a question that is clear."""
    marks = frozenset(reading.marks.get(question, ()))
    pencil = frozenset(reading.pencil.get(question, ()))
    return marks == answer.pen and pencil == answer.pencil


def counted(case: Case) -> Counter[str]:
    """One card's part of the table."""
    card, reading = case.card, case.reading
    if not reading.ok:
        return Counter({"cards": 1, "not registered": 1, f"why {reading.why_not}": 1})
    found = Counter({"cards": 1, "number missed": int(reading.number is None and card.number is not None)})
    found["number wrong"] = int(reading.number is not None and reading.number != card.number)
    is_grey = "pencil" in reading.quality["cannot_judge"]
    kind = {True: "bad", False: "good", None: "contested"}[card.has_sign]
    found.update({kind: 1, f"{kind} proposed": int(reading.annul_proposed)})
    for question, answer in card.answers.items():
        asked = question in reading.doubtful
        if answer.kind is Kind.UNCLEAR:
            found.update({"unclear": 1, "unclear in silence": int(not asked)})
            continue
        found.update({"questions": 1, "asked": int(asked), "asked on grey": int(asked and is_grey)})
        found["silent"] += int(not asked and not is_right(answer, question, reading))
        if answer.kind is Kind.PENCIL:
            found.update(
                {"pencil": 1, "pencil found": int(frozenset(reading.pencil.get(question, ())) == answer.pencil)}
            )
        if answer.pen and card.ink == "blue" and card.colouring is Colouring.COLOUR:
            lost = answer.pen & frozenset(reading.pencil.get(question, ()))
            found.update({"pens": len(answer.pen), "pens lost": len(lost)})
    return found


def table(found: Counter[str]) -> str:
    """The table of the issue, a line a promise."""

    def share(part: str, whole: str) -> str:
        return f"{found[part]} of {found[whole]} ({100 * found[part] / max(found[whole], 1):.2f} %)"

    why = ", ".join(f"{key[4:]} {count}" for key, count in found.items() if key.startswith("why "))
    lines = {
        "silent errors": share("silent", "questions"),
        "sent to a person": share("asked", "questions"),
        "  on cards it cannot judge": share("asked on grey", "asked"),
        "not registered": f"{share('not registered', 'cards')} {why}",
        "signs proposed": share("bad proposed", "bad"),
        "good cards proposed": share("good proposed", "good"),
        "unclear read in silence": share("unclear in silence", "unclear"),
        "pencil beside blue found": share("pencil found", "pencil"),
        "blue pens taken for pencil": share("pens lost", "pens"),
        "numbers missed, wrong": f"{found['number missed']}, {found['number wrong']}",
    }
    return "\n".join(f"{name:28}{value}" for name, value in lines.items())


def failures(case: Case) -> Iterable[tuple[str, tuple[float, float, float, float]]]:
    """What is worth looking at: a name and where, in millimetres."""
    card, reading = case.card, case.reading
    if not reading.ok:
        return
    if card.has_sign and not reading.annul_proposed:
        yield from ((f"sign-missed-{name.replace(' ', '-')}", place) for name, place in card.signs)
    if card.has_sign is False:
        for sign in reading.signs:
            yield f"sign-false-{sign.kind}", (sign.place.x, sign.place.y, sign.place.w, sign.place.h)
    for question, answer in card.answers.items():
        asked = question in reading.doubtful
        said = f"q{question}-{answer.kind}-{answer.how}"
        if answer.kind is Kind.UNCLEAR:
            if not asked:
                yield f"unclear-{said}", _row(question)
        elif asked:
            yield f"asked-{said}", _row(question)
        elif not is_right(answer, question, reading):
            yield f"silent-{said}", _row(question)


def _row(question: int) -> tuple[float, float, float, float]:
    column, row = divmod(question - 1, 30)
    return 24 + column * 57.5, 65.5 + row * 7, 50, 9


def crop(case: Case, place: tuple[float, float, float, float]) -> Image:
    """The place in the scan, upright, with a margin."""
    assert case.reading.to_picture is not None
    margin = 3.0
    corner, size = (place[0] - margin, place[1] - margin), (place[2] + 2 * margin, place[3] + 2 * margin)
    scale = CROP_PX_PER_MM if max(size) < 60 else 6
    back = np.array([[1 / scale, 0, corner[0]], [0, 1 / scale, corner[1]], [0, 0, 1]])
    wanted = (round(size[0] * scale), round(size[1] * scale))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(case.picture, case.reading.to_picture @ back, wanted, flags=flags), np.uint8)


def main() -> None:
    """The command."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cards", type=int, default=40)
    options.add_argument("--grade", choices=(*GRADES, "all"), default="all")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--failures", type=Path, help="folder for pictures of what went wrong")
    chosen = options.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(prefix="svops-hard-") as folder:
        print_card(page_code("2026-1", "А1"), out=Path(folder), questions=90, options="АБВГ")
        paper, layout = Paper.read(Path(folder)), read_layout(Path(folder) / "layout.json")
    for grade in GRADES if chosen.grade == "all" else (chosen.grade,):
        found: Counter[str] = Counter()
        began = time.process_time()
        for seed in range(chosen.seed, chosen.seed + chosen.cards):
            case = read(paper, layout, grade, seed)
            found += counted(case)
            if chosen.failures:
                _kept(case, chosen.failures / grade, seed)
        sys.stdout.write(f"== {grade}, {chosen.cards} cards, {time.process_time() - began:.0f} s\n{table(found)}\n")
        sys.stdout.flush()


def _kept(case: Case, folder: Path, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not case.reading.ok:
        cv2.imwrite(str(folder / f"refused-{case.reading.why_not}-{seed}.jpg"), case.picture)
    for index, (name, place) in enumerate(failures(case)):
        cv2.imwrite(str(folder / f"{name}-{seed}-{index}.png"), crop(case, place))


if __name__ == "__main__":
    main()
