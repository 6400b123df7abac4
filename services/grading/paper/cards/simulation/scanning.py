"""What scanners and telephones do to a page, in four grades; the same seed gives the same bytes."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.grading.paper.cards.layout import MARK_CORNERS_MM, MARK_MM, MM_PER_INCH, page_pixels

Image = NDArray[np.uint8]
NOISE_TILE = 320
GREY = 2
HALF_TURN_DEG = 180  # not the law: degrees


@dataclass(frozen=True, slots=True)
class Grade:
    """The largest faults of a grade: degrees, fractions of the page, grey levels, pixels, JPEG quality."""

    rotation_deg: float
    upside_down: float
    skew: float
    perspective: float
    stretch: float
    noise: float
    blur_px: float
    light: float
    contrast: float
    jpeg: tuple[int, int]
    damage: float
    grey: float
    desk: bool = False
    two_tone: float = 0.0


GRADES: dict[str, Grade] = {
    "clean": Grade(0.4, 0.1, 0.0005, 0.0, 0.0, 1.5, 0.3, 0.02, 0.03, (88, 95), 0.0, 0.0),
    "office": Grade(1.6, 0.15, 0.003, 0.0, 0.002, 5.0, 0.8, 0.06, 0.12, (66, 88), 0.15, 0.0),
    "hard": Grade(4.0, 0.3, 0.008, 0.002, 0.004, 10.0, 1.3, 0.2, 0.3, (35, 64), 0.7, 0.15, two_tone=0.06),
    "phone": Grade(8.0, 0.3, 0.01, 0.05, 0.0, 7.0, 1.4, 0.35, 0.2, (62, 85), 0.2, 0.0, desk=True),
}


@dataclass(frozen=True, slots=True)
class Scan:
    """JPEG bytes of a scanned page, and whether it lay upside down."""

    jpeg: bytes
    is_upside_down: bool


def scan(page: Image, faults: Grade, rng: np.random.Generator, *, dpi: int = 200) -> Scan:
    """One scan of a page (height x width x 3, BGR), `dpi` being the scan's, with faults up to these."""
    upside_down = bool(rng.random() < faults.upside_down)
    small = _to_dpi(page, dpi)
    if rng.random() < faults.damage:
        _damage(small, dpi / MM_PER_INCH, rng)
    picture = _moved(small, faults, rng, upside_down=upside_down)
    picture = _lit(picture, faults, rng)
    blur = rng.uniform(0.3, 1.0) * faults.blur_px * dpi / 200
    picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), max(blur, 0.1)), dtype=np.uint8)
    if rng.random() < faults.grey:
        picture = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    picture = _noisy(picture, faults.noise * rng.uniform(0.3, 1.0), rng)
    if rng.random() < faults.two_tone:
        picture = _two_tone(picture, rng)
    quality = int(rng.integers(*faults.jpeg))
    jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
    return Scan(jpeg, upside_down)


def _two_tone(picture: Image, rng: np.random.Generator) -> Image:
    grey = picture if picture.ndim == GREY else np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    if rng.integers(2):
        return np.asarray(cv2.threshold(grey, rng.uniform(130, 195), 255, cv2.THRESH_BINARY)[1], dtype=np.uint8)
    near = 2 * (grey.shape[1] // 61) + 1
    mean, way, less = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, float(rng.uniform(15, 35))
    return np.asarray(cv2.adaptiveThreshold(grey, 255, mean, way, near, less), dtype=np.uint8)


def _to_dpi(page: Image, dpi: int) -> Image:
    size = page_pixels(dpi)
    if page.shape[1::-1] == size:
        return page.copy()
    method = cv2.INTER_AREA if page.shape[1] >= size[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(page, size, interpolation=method), dtype=np.uint8)


def _moved(page: Image, faults: Grade, rng: np.random.Generator, *, upside_down: bool) -> Image:
    height, width = page.shape[:2]
    if faults.stretch:
        page = _stretched(page, faults.stretch, rng)
    margin = 0.08 if faults.desk else 0.0
    out = (round(width * (1 + 2 * margin)), round(height * (1 + 2 * margin)))
    angle = rng.uniform(-1, 1) * faults.rotation_deg + (HALF_TURN_DEG if upside_down else 0)
    size = rng.uniform(0.985, 1.005) if not faults.desk else rng.uniform(0.9, 1.02)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = np.deg2rad(angle)
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    shifted = (corners - (width / 2, height / 2)) @ rotation * size
    shifted += np.array([shifted[:, 1] * rng.uniform(-1, 1) * faults.skew, np.zeros(4)]).T
    shifted += rng.uniform(-1, 1, (4, 2)) * faults.perspective * width
    shifted += np.array(out) / 2 + rng.uniform(-1, 1, 2) * (0.006 * width)
    ground = tuple(int(v) for v in rng.integers(40, 130, 3)) if faults.desk else (int(rng.integers(235, 256)),) * 3
    there = shifted.astype(np.float32)
    if faults.perspective:
        matrix = cv2.getPerspectiveTransform(corners, there)
        return np.asarray(cv2.warpPerspective(page, matrix, out, borderValue=ground), dtype=np.uint8)
    flat = cv2.getAffineTransform(corners[:3], there[:3])
    return np.asarray(cv2.warpAffine(page, flat, out, borderValue=ground), dtype=np.uint8)


def _stretched(page: Image, most: float, rng: np.random.Generator) -> Image:
    height, width = page.shape[:2]
    start, end = (int(v) for v in np.sort(rng.uniform(0.1, 0.9, 2)) * height)
    longer = round(rng.uniform(-1, 1) * most * height)
    if end - start < 4 * abs(longer) + 1:
        return page
    middle = cv2.resize(page[start:end], (width, end - start + longer), interpolation=cv2.INTER_LINEAR)
    whole = np.concatenate([page[:start], middle, page[end:]])
    missing = max(0, height - len(whole))
    return np.asarray(np.pad(whole, ((0, missing), (0, 0), (0, 0)), mode="edge")[:height], dtype=np.uint8)


def _lit(picture: Image, faults: Grade, rng: np.random.Generator) -> Image:
    small = np.ones((8, 6), np.float32)
    small -= rng.uniform(0, faults.light) * rng.uniform(0, 1) * np.linspace(0, 1, 6, dtype=np.float32)[None]
    small -= rng.uniform(0, faults.light) * rng.uniform(0, 1) * np.linspace(0, 1, 8, dtype=np.float32)[:, None]
    if rng.integers(2):
        small = small[::-1, ::-1].copy()
    small *= 1 - rng.uniform(0, faults.light) / 3
    contrast = 1 - rng.uniform(0, faults.contrast)
    white = 255 * np.array([rng.uniform(0.94, 1.0) for _ in range(3)])
    light = cv2.resize(small, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
    scale = (light * 255).astype(np.uint8)
    lifted = np.stack([_curve(contrast, float(level)) for level in white], axis=-1)[None]
    toned = cv2.LUT(picture, lifted)
    return np.asarray(cv2.multiply(toned, cv2.cvtColor(scale, cv2.COLOR_GRAY2BGR), scale=1 / 255), dtype=np.uint8)


def _curve(contrast: float, white: float) -> NDArray[np.uint8]:
    levels = np.arange(256) * contrast + 255 * (1 - contrast) * 0.55
    return np.asarray((levels / levels[-1] * white).clip(0, 255), dtype=np.uint8)


def _noisy(picture: Image, sigma: float, rng: np.random.Generator) -> Image:
    tile = rng.normal(0, sigma, (NOISE_TILE, NOISE_TILE, *picture.shape[2:])).astype(np.int16)
    noisy = np.empty_like(picture)
    for y in range(0, picture.shape[0], NOISE_TILE):
        for x in range(0, picture.shape[1], NOISE_TILE):
            part = picture[y : y + NOISE_TILE, x : x + NOISE_TILE]
            noise = tile[: part.shape[0], : part.shape[1]]
            noisy[y : y + NOISE_TILE, x : x + NOISE_TILE] = cv2.add(part, noise, dtype=cv2.CV_8U)
    return noisy


def _damage(page: Image, scale: float, rng: np.random.Generator) -> None:
    kinds = [_fold, _streak, _hair, _lost_mark, _dark_edge, _bleed_through]
    for index in rng.permutation(len(kinds))[: int(rng.integers(1, 3))]:
        kinds[index](page, scale, rng)


def _fold(page: Image, scale: float, rng: np.random.Generator) -> None:
    """A crease: a darker and a lighter line side by side, seldom quite level."""
    y = int(rng.uniform(0.2, 0.8) * page.shape[0])
    width = max(1, round(rng.uniform(0.15, 0.6) * scale))
    lower = round(rng.normal(0, 0.02) * page.shape[1])
    for shift, shade in ((0, -rng.uniform(25, 91)), (width, 10.0)):
        line = np.zeros(page.shape[:2], np.uint8)
        cv2.line(line, (0, y + shift), (page.shape[1], y + shift + lower), 255, width, cv2.LINE_AA)
        page[line > 0] = np.clip(page[line > 0] + shade, 0, 255).astype(np.uint8)


def _streak(page: Image, scale: float, rng: np.random.Generator) -> None:
    """A line down the page, straight but not always upright, as a turned scan shows it."""
    x = int(rng.uniform(0.02, 0.98) * page.shape[1])
    width = max(1, round(rng.uniform(0.08, 0.4) * scale))
    aside = round(rng.normal(0, 0.03) * page.shape[1])
    line = np.zeros(page.shape[:2], np.uint8)
    cv2.line(line, (x, 0), (x + aside, page.shape[0]), 255, width, cv2.LINE_AA)
    page[line > 0] = (page[line > 0] * rng.uniform(0.1, 0.9)).astype(np.uint8)


def _hair(page: Image, scale: float, rng: np.random.Generator) -> None:
    start = rng.uniform(0.1, 0.9, 2) * (page.shape[1], page.shape[0])
    turns = np.cumsum(rng.normal(0, 0.25, 24)) + rng.uniform(0, 6)
    points = start + np.cumsum(np.column_stack([np.cos(turns), np.sin(turns)]), axis=0) * scale * 0.7
    cv2.polylines(
        page, [points.astype(np.int32).reshape(-1, 1, 2)], isClosed=False, color=(110, 112, 115), lineType=cv2.LINE_AA
    )


def _lost_mark(page: Image, scale: float, rng: np.random.Generator) -> None:
    x, y = MARK_CORNERS_MM[int(rng.integers(0, 4))]
    x0, y0, x1, y1 = (round(v * scale) for v in (x - 1, y - 1, x + MARK_MM + 1, y + MARK_MM + 1))
    page[y0:y1, x0:x1] = 246


def _dark_edge(page: Image, scale: float, rng: np.random.Generator) -> None:
    width = round(rng.uniform(1, 5) * scale)
    page[:, :width] = (page[:, :width] * 0.2).astype(np.uint8)


def _bleed_through(page: Image, scale: float, rng: np.random.Generator) -> None:
    reverse = cv2.GaussianBlur(page[:, ::-1], (0, 0), rng.uniform(0.15, 0.5) * scale)
    shift = (int(rng.uniform(-9, 9) * scale), int(rng.uniform(-9, 9) * scale))
    faint = 255 - (255 - np.roll(reverse, shift, axis=(0, 1))) * rng.uniform(0.04, 0.16)
    page[:] = np.minimum(page, faint.astype(np.uint8))
