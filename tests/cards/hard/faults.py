"""What scanners, feeders, printers and phones do to a card; the picture that comes out of them as a file's bytes."""

import io
from dataclasses import dataclass

import cv2
import numpy as np
import PIL.Image
from numpy.typing import NDArray

from tests.cards.hard.pages import Card, Colouring
from tests.cards.hard.strokes import PX_PER_MM, Image, Rng

Floats = NDArray[np.float32]
Matrix = NDArray[np.float64]


ROWS_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Device:
    """One grade of scanning; pairs are ranges, single numbers are chances."""

    dpi: tuple[int, ...]
    skew_deg: float
    upside_down: float
    sideways: float
    blur_px: tuple[float, float]
    noise: tuple[float, float]
    quality: tuple[int, int]
    black: tuple[float, float]
    tint: float
    grey: float
    two_tone: float
    stretch_mm: float
    show_through: float
    fold: float
    streak: float
    hair: float
    lid: float
    cut_corner: float
    lost_mark: float
    speckle: float
    uneven: float


DEVICES = {
    "clean": Device(
        (200, 300, 300),
        0.6,
        0.05,
        0,
        (0.2, 0.5),
        (0, 1.5),
        (85, 95),
        (0, 0.05),
        0.01,
        0.04,
        0,
        0.1,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0.005,
    ),
    "office": Device(
        (200, 200, 300, 300, 400),
        1.8,
        0.1,
        0.03,
        (0.3, 0.8),
        (1, 4),
        (65, 90),
        (0.02, 0.14),
        0.04,
        0.12,
        0.03,
        0.3,
        0.2,
        0.1,
        0.1,
        0.2,
        0.2,
        0.02,
        0.02,
        0.1,
        0.02,
    ),
    "hard": Device(
        (150, 150, 200, 200, 300, 600),
        5,
        0.2,
        0.08,
        (0.4, 1.1),
        (2, 9),
        (40, 80),
        (0.05, 0.3),
        0.08,
        0.15,
        0.07,
        0.9,
        0.5,
        0.4,
        0.4,
        0.5,
        0.4,
        0.2,
        0.2,
        0.3,
        0.045,
    ),
}


def scanned(card: Card, grade: str, rng: Rng) -> bytes:
    """The card as a file: JPEG mostly, PNG when it is two-tone."""
    picture = _soiled(card.picture, DEVICES.get(grade), rng)
    if grade == "phone":
        return _photographed(picture, rng)
    return _through_a_scanner(picture, card.colouring, DEVICES[grade], rng)


def colouring_of(grade: str, rng: Rng) -> Colouring:
    """What the scanner of the next card keeps of its colours."""
    device = DEVICES.get(grade)
    chance = rng.random()
    if device is None or chance >= device.grey + device.two_tone:
        return Colouring.COLOUR
    return Colouring.GREY if chance < device.grey else Colouring.TWO_TONE


def _soiled(paper: Image, device: Device | None, rng: Rng) -> Image:
    """On the sheet itself: what shines through from its back, a mark torn off or overwritten, a fold."""
    if device is None:
        return paper
    if rng.random() < device.show_through:
        paper = _shone_through(paper, rng)
    if rng.random() < device.lost_mark:
        corner = (int(rng.choice([0, paper.shape[1] - 260])), int(rng.choice([0, paper.shape[0] - 260])))
        paper[corner[1] : corner[1] + 260, corner[0] : corner[0] + 260] = 250
    if rng.random() < device.fold:
        _folded(paper, rng)
    return paper


def _shone_through(paper: Image, rng: Rng) -> Image:
    back = np.full(paper.shape[:2], 255, np.uint8)
    for line in range(int(rng.integers(10, 30))):
        at = (int(rng.uniform(150, 900)), int(300 + line * rng.uniform(80, 130)))
        size = float(rng.uniform(1.0, 2.2))
        cv2.putText(back, "Lorem ipsum dolor sit amet", at, cv2.FONT_HERSHEY_COMPLEX, size, 0, int(rng.integers(2, 5)))
    soft = cv2.GaussianBlur(back[:, ::-1], (0, 0), float(rng.uniform(2, 5)))
    strength = float(rng.uniform(0.03, 0.14))
    kept = cv2.addWeighted(soft, strength, np.full_like(soft, 255), 1 - strength, 0)
    return np.asarray(cv2.multiply(paper, cv2.merge([kept] * 3), scale=1 / 255), dtype=np.uint8)


def _folded(paper: Image, rng: Rng) -> None:
    """A crease: a darker and a lighter line side by side across the whole sheet."""
    height, width = paper.shape[:2]
    row = int(rng.uniform(0.2, 0.8) * height)
    ends = ((0, row), (width, row + int(rng.normal(0, 60))))
    if rng.random() < 0.4:
        column = int(rng.uniform(0.2, 0.8) * width)
        ends = ((column, 0), (column + int(rng.normal(0, 60)), height))
    line = np.zeros((height, width), np.uint8)
    cv2.line(line, *ends, int(rng.uniform(40, 110)), int(rng.integers(2, 5)), cv2.LINE_AA)
    line = np.asarray(cv2.GaussianBlur(line, (0, 0), 1.5), dtype=np.uint8)
    paper[...] = cv2.subtract(paper, cv2.merge([line] * 3))


def _through_a_scanner(paper: Image, colouring: Colouring, device: Device, rng: Rng) -> bytes:
    dpi = int(rng.choice(device.dpi))
    picture = _laid(paper, dpi / 300, device, rng)
    picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(*device.blur_px))), dtype=np.uint8)
    picture = _developed(picture, device, rng)
    _littered(picture, dpi / 25.4, device, rng)
    if colouring is Colouring.TWO_TONE:
        return _two_tone(picture, rng)
    if colouring is Colouring.GREY:
        picture = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    return _jpeg(picture, int(rng.integers(*device.quality)))


def _laid(paper: Image, scale: float, device: Device, rng: Rng) -> Image:
    """On the glass: turned, shifted, stretched here and there by the feeder, before a white or dark lid."""
    size = (round(2480 * scale), round(3508 * scale))
    angle = float(rng.normal(0, device.skew_deg / 2))
    turn = cv2.getRotationMatrix2D((1240, 1754), angle, scale)
    turn[:, 2] += np.array(size) / 2 - np.array([1240, 1754]) + rng.normal(0, 8 * scale, 2)
    back = np.asarray(cv2.invertAffineTransform(turn), dtype=np.float32)
    x, y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    from_x, from_y = (back[i, 0] * x + back[i, 1] * y + back[i, 2] for i in (0, 1))
    if device.stretch_mm:
        knots = np.cumsum(rng.normal(0, 1, 9))
        knots = (knots - np.linspace(knots[0], knots[-1], 9)) * device.stretch_mm * 0.4 * PX_PER_MM
        rows = np.interp(np.arange(size[1]), np.linspace(0, size[1], 9), knots)
        from_y += rows.astype(np.float32)[:, None]
    soft = np.asarray(cv2.GaussianBlur(paper, (0, 0), 0.42 / scale) if scale < 1 else paper, dtype=np.uint8)
    beyond = int(rng.integers(15, 60)) if rng.random() < device.lid else int(rng.integers(225, 255))
    lid = (beyond,) * 3
    moved = cv2.remap(soft, from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=lid)
    laid = np.asarray(moved, dtype=np.uint8)
    if rng.random() < device.cut_corner:
        _cut_corner(laid, beyond, rng)
    if rng.random() < device.upside_down:
        laid = np.asarray(cv2.flip(laid, -1), dtype=np.uint8)
    elif rng.random() < device.sideways:
        ways = {1: cv2.ROTATE_90_COUNTERCLOCKWISE, 3: cv2.ROTATE_90_CLOCKWISE}
        laid = np.asarray(cv2.rotate(laid, ways[int(rng.choice([1, 3]))]), dtype=np.uint8)
    return laid


def _cut_corner(picture: Image, beyond: int, rng: Rng) -> None:
    height, width = picture.shape[:2]
    x, y = (int(rng.choice([0, width])), int(rng.choice([0, height])))
    along = int(width * rng.uniform(0.05, 0.13))
    to = np.array([[x, y], [abs(x - along), y], [x, abs(y - along)]])
    cv2.fillPoly(picture, [to], (beyond,) * 3)


def _developed(picture: Image, device: Device, rng: Rng) -> Image:
    """Tint of the paper, weak black, uneven light of the lamp, noise of the sensor."""
    tint = np.clip(1 - np.abs(rng.normal(0, device.tint, 3)), 0.7, 1)
    low = float(rng.uniform(*device.black)) * 255
    gain = rng.normal(1, 0.015, 3)
    table = [np.clip(low + np.arange(256) / 255 * (250 - low) * tint[i] * gain[i], 0, 255) for i in range(3)]
    lut = np.stack(table, axis=1)[None].astype(np.uint8)
    picture = np.asarray(cv2.LUT(picture, lut), dtype=np.uint8)
    light = 1 + device.uneven * np.interp(np.linspace(0, 8, picture.shape[1]), np.arange(9), rng.normal(0, 0.7, 9))
    for start in range(0, len(picture), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        picture[rows] = np.clip(picture[rows] * np.minimum(light, 1.02)[None, :, None], 0, 255)
    return _noisy(picture, float(rng.uniform(*device.noise)), rng)


def _noisy(picture: Image, noise: float, rng: Rng) -> Image:
    if noise < 0.3:
        return picture
    grain = np.zeros(picture.shape, np.int16)
    cv2.setRNGSeed(int(rng.integers(2**30)))
    cv2.randn(grain, np.zeros(3), np.full(3, noise))
    return np.asarray(cv2.add(picture, grain, dtype=cv2.CV_8U), dtype=np.uint8)


def _littered(picture: Image, px_per_mm: float, device: Device, rng: Rng) -> None:
    """On the glass: hairs, dust, a streak down the whole scan, often right through a corner mark."""
    height, width = picture.shape[:2]
    if rng.random() < device.hair:
        for _ in range(int(rng.integers(1, 4))):
            start = rng.uniform([0.05 * width, 0.05 * height], [0.95 * width, 0.95 * height])
            path = start + np.cumsum(np.cumsum(rng.normal(0, 0.12 * px_per_mm, (30, 2)), axis=0), axis=0) * 0.35
            shade = (int(rng.uniform(60, 170)),) * 3
            cv2.polylines(picture, [path.astype(np.int32)], isClosed=False, color=shade, lineType=cv2.LINE_AA)
    if rng.random() < device.streak:
        at = int(rng.choice([rng.uniform(0.04, 0.075), rng.uniform(0.1, 0.9)]) * width)
        wide = int(rng.integers(1, max(2, round(0.5 * px_per_mm))))
        shade = (int(rng.uniform(20, 190)),) * 3
        picture[:, at : at + wide] = np.minimum(picture[:, at : at + wide], np.array(shade, np.uint8))
    if rng.random() < device.speckle:
        for _ in range(int(rng.integers(20, 120))):
            spot = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
            cv2.circle(picture, spot, int(rng.integers(0, max(1, round(0.2 * px_per_mm))) + 1), (60, 60, 60), -1)


def _two_tone(picture: Image, rng: Rng) -> bytes:
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    if rng.random() < 0.5:
        side = 2 * (grey.shape[1] // 50) + 1
        mean, way, less = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, float(rng.uniform(18, 30))
        black = cv2.adaptiveThreshold(grey, 255, mean, way, side, less)
    else:
        black = cv2.threshold(grey, float(rng.uniform(150, 200)), 255, cv2.THRESH_BINARY)[1]
    stream = io.BytesIO()
    PIL.Image.fromarray(black).convert("1").save(stream, "PNG")
    return stream.getvalue()


def _photographed(paper: Image, rng: Rng) -> bytes:
    """By a phone in a hand above a desk."""
    long_side = int(rng.choice([2200, 2600, 3200, 4000]))
    size = (round(long_side * 0.75), long_side)
    inset = rng.uniform(0.03, 0.12)
    frame = np.array([[inset, inset], [1 - inset, inset], [1 - inset, 1 - inset], [inset, 1 - inset]])
    corners = (frame + rng.uniform(-0.035, 0.035, (4, 2))) * size
    turn = cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), float(rng.normal(0, 2.5)), 0.97)
    corners = corners @ turn[:, :2].T + turn[:, 2]
    sheet = np.array([[0, 0], [2480, 0], [2480, 3508], [0, 3508]], np.float32)
    to = cv2.getPerspectiveTransform(sheet, corners.astype(np.float32))
    x, y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    back = np.linalg.inv(to)
    depth = back[2, 0] * x + back[2, 1] * y + back[2, 2]
    from_x = ((back[0, 0] * x + back[0, 1] * y + back[0, 2]) / depth).astype(np.float32)
    from_y = ((back[1, 0] * x + back[1, 1] * y + back[1, 2]) / depth).astype(np.float32)
    curl = float(rng.normal(0, 0.8)) * PX_PER_MM
    from_y += np.asarray(curl * np.sin(np.clip(from_x / 2480, 0, 1) * np.pi * rng.uniform(0.8, 1.6)), np.float32)
    soft = np.asarray(cv2.GaussianBlur(paper, (0, 0), max(0.3, 0.42 * 3508 / long_side)), dtype=np.uint8)
    shot = cv2.remap(soft, from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(0, 0, 0))
    outside = (from_x < 0) | (from_y < 0) | (from_x > 2480) | (from_y > 3508)
    shot[outside] = _desk(size, rng)[outside]
    lit = shot * _light(size, rng) * np.clip(rng.normal(0.97, [0.05, 0.02, 0.05]), 0.8, 1.02)
    picture = _shaken(np.clip(lit, 0, 255).astype(np.uint8), rng)
    picture = _noisy(picture, float(rng.uniform(1, 6)), rng)
    if rng.random() < 0.12:
        picture = np.asarray(cv2.flip(picture, -1), dtype=np.uint8)
    return _jpeg(picture, int(rng.integers(50, 92)))


def _desk(size: tuple[int, int], rng: Rng) -> Image:
    colour = rng.uniform([20, 30, 40], [130, 150, 190])
    coarse = np.clip(colour + rng.normal(0, 12, (12, 60, 1)), 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _light(size: tuple[int, int], rng: Rng) -> Floats:
    """A lamp to one side, and often the shadow of the hand or the phone with a soft edge."""
    x, y = np.meshgrid(np.linspace(-1, 1, 90, dtype=np.float32), np.linspace(-1, 1, 120, dtype=np.float32))
    slope = rng.normal(0, 0.13, 2)
    light = 0.86 + slope[0] * x + slope[1] * y - rng.uniform(0, 0.12) * (x**2 + y**2)
    if rng.random() < 0.5:
        way = rng.normal(0, 1, 2)
        edge = (way[0] * x + way[1] * y) / np.hypot(*way) - rng.uniform(-0.4, 0.7)
        light -= rng.uniform(0.1, 0.35) / (1 + np.exp(-edge / rng.uniform(0.02, 0.15)))
    wide = cv2.resize(np.clip(light, 0.25, 1.05).astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(wide, dtype=np.float32)[..., None]


def _shaken(picture: Image, rng: Rng) -> Image:
    """Out of focus a little, or moved while the shutter was open."""
    per_mm = picture.shape[0] / 330
    picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.04, 0.13)) * per_mm), dtype=np.uint8)
    if rng.random() < 0.35:
        reach = max(3, round(rng.uniform(0.1, 0.45) * per_mm) | 1)
        kernel = np.zeros((reach, reach), np.float32)
        angle = rng.uniform(0, np.pi)
        half = np.array([np.cos(angle), np.sin(angle)]) * (reach - 1) / 2
        middle = (reach - 1) / 2
        start, end = (tuple(round(float(middle + side * v)) for v in half) for side in (-1, 1))
        cv2.line(kernel, (start[0], start[1]), (end[0], end[1]), 1.0)
        picture = np.asarray(cv2.filter2D(picture, -1, kernel / kernel.sum()), dtype=np.uint8)
    return picture


def _jpeg(picture: Image, quality: int) -> bytes:
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes())
