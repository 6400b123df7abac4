"""Cards by pens, hands and scanners that training never saw: what the reader promises holds there too.

The sets are small so that the suite stays short; `python -m tests.cards.hard` makes as many as one likes.
"""

from collections import Counter
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.grading.paper.cards.layout import CardLayout
from services.grading.paper.cards.page import Reading, read_card
from services.grading.paper.cards.printing import PrintedCard
from tests.cards.hard import __main__ as judge
from tests.cards.hard import pages
from tests.cards.hard.strokes import Image

FIRST_SEED = 500_000
CARDS = 4
MOST_ASKED = {"clean": 0.01, "office": 0.03, "hard": 0.15, "phone": 0.08}

Degrade = Callable[[Image], Image]


@pytest.fixture(scope="module")
def stranger(printed: PrintedCard) -> pages.Paper:
    return pages.Paper.read(printed.layout.parent)


@pytest.fixture(scope="module", params=judge.GRADES)
def judged(request: pytest.FixtureRequest, stranger: pages.Paper, layout: CardLayout) -> tuple[str, Counter[str]]:
    grade = str(request.param)
    found: Counter[str] = Counter()
    for seed in range(FIRST_SEED, FIRST_SEED + CARDS):
        found += judge.counted(judge.read(stranger, layout, grade, seed))
    return grade, found


def test_nothing_is_read_wrong_in_silence(judged: tuple[str, Counter[str]]) -> None:
    assert judged[1]["silent"] == 0
    assert judged[1]["number wrong"] == 0


def test_every_card_is_found_in_its_scan(judged: tuple[str, Counter[str]]) -> None:
    assert judged[1]["not registered"] == 0


def test_few_questions_are_left_to_a_person(judged: tuple[str, Counter[str]]) -> None:
    grade, found = judged
    assert found["asked"] <= MOST_ASKED[grade] * found["questions"]


@pytest.fixture(scope="module")
def clean(stranger: pages.Paper, layout: CardLayout) -> judge.Case:
    return judge.read(stranger, layout, "clean", FIRST_SEED)


def _differences(before: Reading, after: Reading) -> list[int]:
    """Questions that a person would not look at and that are read otherwise than before."""
    if not after.ok:
        return []
    settled = [q for q in before.marks if q not in before.doubtful and q not in after.doubtful]
    return [q for q in settled if before.marks[q] != after.marks[q] or before.pencil.get(q) != after.pencil.get(q)]


def _turned(picture: Image, degrees: float) -> Image:
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    side = round(float(np.hypot(width, height)))
    turn[:, 2] += (side - width) / 2, (side - height) / 2
    return np.asarray(cv2.warpAffine(picture, turn, (side, side), borderValue=(255, 255, 255)), np.uint8)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(degrees=st.floats(0, 360))
def test_a_page_turned_by_any_angle_is_read_the_same(clean: judge.Case, layout: CardLayout, degrees: float) -> None:
    after = read_card(_turned(clean.picture, degrees), layout)
    assert after.ok
    assert _differences(clean.reading, after) == []


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_on_its_side_or_upside_down_is_read_as_it_lies(
    clean: judge.Case, layout: CardLayout, quarters: int
) -> None:
    after = read_card(np.ascontiguousarray(np.rot90(clean.picture, quarters)), layout)
    assert after.ok
    assert _differences(clean.reading, after) == []
    assert len(after.doubtful) <= len(clean.reading.doubtful) + 1


def test_a_mirrored_page_is_no_card(clean: judge.Case, layout: CardLayout) -> None:
    assert not read_card(np.ascontiguousarray(clean.picture[:, ::-1]), layout).ok


def _jpeg(quality: int) -> Degrade:
    def degrade(picture: Image) -> Image:
        stored = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return np.asarray(cv2.imdecode(stored, cv2.IMREAD_COLOR), np.uint8)

    return degrade


def _smaller(share: float) -> Degrade:
    return lambda picture: np.asarray(
        cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA), np.uint8
    )


def _blurred(pixels: float) -> Degrade:
    return lambda picture: np.asarray(cv2.GaussianBlur(picture, (0, 0), pixels), np.uint8)


def _noisy(sigma: float) -> Degrade:
    def degrade(picture: Image) -> Image:
        grain = np.random.default_rng(3).normal(0, sigma, picture.shape)
        return np.clip(picture + grain, 0, 255).astype(np.uint8)

    return degrade


def _faded(contrast: float) -> Degrade:
    return lambda picture: np.asarray(255 - (255 - picture.astype(float)) * contrast, np.uint8)


def _halved(picture: Image) -> Image:
    """A hand's shadow with a sharp edge over the lower half."""
    shaded = picture.copy()
    shaded[picture.shape[0] // 2 :] = (shaded[picture.shape[0] // 2 :] * 0.4).astype(np.uint8)
    return shaded


DEGRADED: dict[str, Degrade] = {
    "jpeg 30": _jpeg(30),
    "jpeg 8": _jpeg(8),
    "half as fine": _smaller(0.5),
    "a third as fine": _smaller(0.33),
    "blurred": _blurred(2),
    "blurred away": _blurred(5),
    "noisy": _noisy(20),
    "very noisy": _noisy(60),
    "faded": _faded(0.35),
    "nearly gone": _faded(0.1),
    "half in shadow": _halved,
    "grey": lambda picture: np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8),
    "two tones": lambda picture: np.where(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) < 150, 0, 255).astype(np.uint8),
}


@pytest.mark.parametrize("how", DEGRADED)
def test_a_worse_picture_of_a_card_is_never_read_otherwise_in_silence(
    clean: judge.Case, layout: CardLayout, how: str
) -> None:
    assert _differences(clean.reading, read_card(DEGRADED[how](clean.picture), layout)) == []


def test_the_same_seed_makes_the_same_card(stranger: pages.Paper) -> None:
    assert judge.made(stranger, "hard", 3)[1] == judge.made(stranger, "hard", 3)[1]


def test_pictures_of_what_went_wrong_are_made_upright(clean: judge.Case) -> None:
    height, width = judge.crop(clean, (24, 65, 50, 9)).shape[:2]
    assert (width, height) == (56 * judge.CROP_PX_PER_MM, 15 * judge.CROP_PX_PER_MM)
