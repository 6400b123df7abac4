"""A printed card, its layout, and people who fill it in; all from seeds that training never sees."""

from collections.abc import Callable
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from regulation import Regulation, in_force
from services.grading.paper.cards.layout import CardLayout, read_layout
from services.grading.paper.cards.page import Reading
from services.grading.paper.cards.printing import PrintedCard, card_image, page_code, print_card
from services.grading.paper.cards.simulation import Filling, Hand, Ink, Written
from tests.cards.card_on_paper import EXAM, SCAN_DPI, SUB_VARIANT, Image, Paper


@pytest.fixture(scope="session")
def law() -> Regulation:
    return in_force(datetime(2026, 9, 1, tzinfo=UTC).date())


@pytest.fixture(scope="session")
def letters(law: Regulation) -> str:
    return "".join(law.option_letters)


@pytest.fixture(scope="session")
def printed(tmp_path_factory: pytest.TempPathFactory, law: Regulation, letters: str) -> PrintedCard:
    return print_card(
        page_code(EXAM, SUB_VARIANT), out=tmp_path_factory.mktemp("card"), questions=law.questions, options=letters
    )


@pytest.fixture(scope="session")
def layout(printed: PrintedCard) -> CardLayout:
    return read_layout(printed.layout)


@pytest.fixture(scope="session")
def paper(layout: CardLayout, law: Regulation, letters: str) -> Paper:
    card = card_image(EXAM, SUB_VARIANT, questions=law.questions, options=letters, dpi=SCAN_DPI)
    return Paper(card, layout)


@pytest.fixture(scope="session")
def steady_hand() -> Hand:
    return Hand(0.5, 2.2, 0.2, 0.04, 0.0, 0.9, 0.9, 0.0, 0.0)


@pytest.fixture(scope="session")
def candidate(layout: CardLayout) -> Callable[[int], Filling]:
    """A candidate by seed: one answer for most questions, now and then none or two, in one pen."""

    def fill_in(seed: int) -> Filling:
        rng = np.random.default_rng(seed)
        pen = Ink.BLACK if rng.integers(2) else Ink.BLUE
        answers = {}
        for question in range(1, layout.questions + 1):
            options = [str(option) for option in rng.permutation(list(layout.options))]
            count = int(rng.choice([0, 1, 2], p=[0.03, 0.94, 0.03]))
            answers[question] = tuple(Written(option, pen) for option in options[:count])
        return Filling(answers, f"{rng.integers(10_000, 100_000)}")

    return fill_in


@pytest.fixture(scope="session")
def blank_png(printed: PrintedCard) -> Image:
    return np.asarray(cv2.imread(str(printed.picture), cv2.IMREAD_GRAYSCALE), dtype=np.uint8)


def silent_errors(reading: Reading, filling: Filling) -> list[int]:
    """Questions that no person would look at and that are not what was meant."""
    truth, pencil = filling.crosses(), filling.pencil()
    return [
        question
        for question in truth
        if question not in reading.doubtful
        and (
            sorted(reading.marks[question]) != sorted(truth[question])
            or sorted(reading.pencil.get(question, ())) != sorted(pencil.get(question, ()))
        )
    ]


@pytest.fixture(scope="session")
def wrong_in_silence() -> Callable[[Reading, Filling], list[int]]:
    return silent_errors
