"""``cards``: scanned answer cards read on one core, against OpenCV's half-size decode of the same files."""

import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from regulation import in_force
from services.grading.paper.cards.command import Reader, Scan
from services.grading.paper.cards.layout import CardLayout, read_layout
from services.grading.paper.cards.printing import page_code, print_card
from services.grading.paper.cards.simulation import GRADES, Filling, Ink, Written, fill, random_hand, scan
from svops.bench.report import Outcome, in_turn, median_ratio

_FLOOR, _AIM = 1 / 4, 1 / 3  #: a card in four decodes, or in three
_FINE_DPI, _DPI = 300, 200
_WORKERS = 2
_FIRST_JUDGED = 10_000  #: seeds of the cards that are judged
_SIGNS = ("tick", "circle", "blot")
_COUNTS, _SHARES = (0, 1, 2), (0.03, 0.94, 0.03)  #: crosses a question


class Made(NamedTuple):
    """A scan in a file, and what was meant by who filled it in."""

    path: Path
    filling: Filling


def run(*, is_quick: bool) -> Outcome:
    """Speed on cards of the grade ``office``; what is read wrong, and what is left to people, in all four grades."""
    cards, each, rounds = (12, 6, 3) if is_quick else (40, 60, 3)
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(prefix="svops-cards-") as folder:
        layout, blank = _printed(Path(folder))
        office = partial(_made, Path(folder), layout, blank, "office")
        fine = [office(seed, dpi=_FINE_DPI).path for seed in range(cards)]
        coarse = [office(seed, dpi=_DPI).path for seed in range(cards)]
        decoded, read, coarse_decoded, coarse_read = in_turn(
            (
                lambda: _rate(_decode, fine),
                lambda: _rate(partial(_read, layout), fine),
                lambda: _rate(_decode, coarse),
                lambda: _rate(partial(_read, layout), coarse),
            ),
            rounds,
        )
        one, two = in_turn([partial(_together, layout, fine * 2, workers) for workers in (1, _WORKERS)], rounds)
        figures: dict[str, Any] = {
            "cards/s, 300 dpi (median)": sorted(read)[len(read) // 2],
            "decodes a card, 300 dpi": 1 / median_ratio(read, decoded),
            "decodes a card, 200 dpi": 1 / median_ratio(coarse_read, coarse_decoded),
            "two workers to one": median_ratio(two, one),
        }
        for grade in GRADES:
            made = [_made(Path(folder), layout, blank, grade, _FIRST_JUDGED + number) for number in range(each)]
            figures |= {f"{grade}: {name}": value for name, value in _judged(made, layout).items()}
    return Outcome("cards", median_ratio(read, decoded), _FLOOR, _AIM, figures)


def _printed(folder: Path) -> tuple[CardLayout, Any]:
    law = in_force(datetime.now(UTC).date())
    letters = "".join(law.option_letters)
    printed = print_card(page_code("bench", "1А"), out=folder, questions=law.questions, options=letters)
    return read_layout(printed.layout), cv2.imread(str(printed.picture), cv2.IMREAD_GRAYSCALE)


def _made(folder: Path, layout: CardLayout, blank: Any, grade: str, seed: int, *, dpi: int = _DPI) -> Made:
    """One candidate's card by seed: one cross for most questions; on every fifth card a sign that does not belong."""
    rng = np.random.default_rng(seed)
    pen = Ink.BLACK if rng.integers(2) else Ink.BLUE
    answers = {}
    for question in range(1, layout.questions + 1):
        options = [str(option) for option in rng.permutation(list(layout.options))]
        answers[question] = tuple(Written(one, pen) for one in options[: int(rng.choice(_COUNTS, p=_SHARES))])
    if seed % 5 == 0:
        question = int(rng.integers(1, layout.questions + 1))
        option = str(rng.choice(list(layout.options)))
        answers[question] = (Written(option, pen, str(rng.choice(_SIGNS))),)
    filling = Filling(answers, f"{rng.integers(10_000, 100_000)}")
    page = fill(blank, layout, filling, random_hand(rng), rng)
    path = folder / f"{grade}-{dpi}-{seed}.jpg"
    path.write_bytes(scan(page, GRADES[grade], rng, dpi=dpi).jpeg)
    return Made(path, filling)


def _decode(path: Path) -> None:
    cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_REDUCED_COLOR_2)


def _read(layout: CardLayout, path: Path) -> None:
    Reader(layout).read(Scan(path, path.stem))


def _rate(act: Any, files: Sequence[Path]) -> float:
    began = time.perf_counter()
    for path in files:
        act(path)
    return len(files) / (time.perf_counter() - began)


def _together(layout: CardLayout, files: Sequence[Path], workers: int) -> float:
    """Cards a second by so many processes that are already loaded."""
    spawn = get_context("spawn")
    with ProcessPoolExecutor(workers, spawn, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        list(pool.map(partial(_read, layout), files[:workers]))
        began = time.perf_counter()
        list(pool.map(partial(_read, layout), files, chunksize=1))
        return len(files) / (time.perf_counter() - began)


def _judged(cards: Sequence[Made], layout: CardLayout) -> dict[str, str]:
    """Against what was meant, a figure a promise."""
    found: Counter[str] = Counter()
    for made in cards:
        (line,) = Reader(layout).read(Scan(made.path, made.path.stem))
        kind = "bad" if made.filling.is_to_be_annulled() else "good"
        found.update({"registered": line["ok"], kind: 1, f"{kind} proposed": line["annul_proposed"]})
        found.update({"asked": len(line["doubtful"]), "read": layout.questions if line["ok"] else 0})
        for question, meant in made.filling.crosses().items():
            read = set(line["marks"].get(str(question), ()))
            found["wrong"] += line["ok"] and question not in line["doubtful"] and read != set(meant)
    return {
        "cards not registered": f"{len(cards) - found['registered']} of {len(cards)}",
        "questions wrong in silence": f"{found['wrong']} of {found['read']}",
        "questions sent to a person": f"{100 * found['asked'] / max(found['read'], 1):.2f} %",
        "cards with a foreign sign proposed": f"{found['bad proposed']} of {found['bad']}",
        "good cards proposed": f"{found['good proposed']} of {found['good']}",
    }
