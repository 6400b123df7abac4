"""Square codes whose modules are all known, read without a search: ISO/IEC 18004, versions 1 and 3, level M.

Only a code without a single wrong bit in its data is read here; whoever has another one asks OpenCV, which mends it.
"""

import functools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Modules = NDArray[np.bool_]
Words = NDArray[np.int64]

DATA_WORDS = {1: 16, 3: 44}
FORMAT_MASK = 0x5412
FORMAT_DIVISOR = 0x537
FIELD_DIVISOR = 0x11D
ORDER = 255
TIMING = 6
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
NUMERIC, ALPHANUMERIC, BYTES, END = 1, 2, 4, 0
SINGLE_BITS = 6
COUNT_BITS = {NUMERIC: 10, ALPHANUMERIC: 9, BYTES: 8}


def decoded(dark: Modules) -> str | None:
    """The text of a code, side x side modules; None when a bit of it is wrong or it is of another kind."""
    version = (len(dark) - 17) // 4
    mask = _mask_number(dark)
    if version not in DATA_WORDS or mask is None:
        return None
    rows, columns = _way(version)
    bits = dark[rows, columns] ^ _mask(mask, rows, columns)
    words = np.packbits(bits[: len(bits) // 8 * 8]).astype(np.int64)
    if _syndromes(words, len(words) - DATA_WORDS[version]).any():
        return None
    return _text(np.unpackbits(words[: DATA_WORDS[version]].astype(np.uint8)))


def _mask_number(dark: Modules) -> int | None:
    across = [dark[8, column] for column in range(9) if column != TIMING]
    up = [dark[row, 8] for row in range(7, -1, -1) if row != TIMING]
    seen = int("".join("01"[int(module)] for module in (*across, *up)), 2)
    return next((number for number in range(8) if _format(number) == seen), None)


def _format(mask: int) -> int:
    """The fifteen bits that say level M (two zeros) and the mask."""
    rest = mask << 10
    for bit in range(14, 9, -1):
        if rest >> bit & 1:
            rest ^= FORMAT_DIVISOR << (bit - 10)
    return (mask << 10 | rest) ^ FORMAT_MASK


@functools.lru_cache(maxsize=8)
def _way(version: int) -> tuple[Words, Words]:
    """Rows and columns of the data's modules in the order of their bits: pairs of columns, up and down in turn."""
    side = 17 + 4 * version
    is_data = np.ones((side, side), np.bool_)
    is_data[:9, :9] = is_data[:9, -8:] = is_data[-8:, :9] = False
    is_data[TIMING] = is_data[:, TIMING] = False
    if version > 1:
        is_data[-9:-4, -9:-4] = False
    pairs = [right - (right <= TIMING) for right in range(side - 1, 0, -2)]
    found = [
        (row, column)
        for turn, right in enumerate(pairs)
        for row in (range(side) if turn % 2 else range(side - 1, -1, -1))
        for column in (right, right - 1)
        if is_data[row, column]
    ]
    rows, columns = np.array(found).T
    return rows, columns


def _mask(number: int, y: Words, x: Words) -> Modules:
    masks = (
        lambda: (y + x) % 2,
        lambda: y % 2,
        lambda: x % 3,
        lambda: (y + x) % 3,
        lambda: (y // 2 + x // 3) % 2,
        lambda: y * x % 2 + y * x % 3,
        lambda: (y * x % 2 + y * x % 3) % 2,
        lambda: ((y + x) % 2 + y * x % 3) % 2,
    )
    return np.asarray(masks[number]() == 0, dtype=np.bool_)


@functools.lru_cache(maxsize=1)
def _field() -> tuple[Words, Words]:
    """Powers of 2 in the field of 256, and each number's logarithm."""
    powers, logarithms = np.zeros(ORDER, np.int64), np.zeros(ORDER + 1, np.int64)
    value = 1
    for exponent in range(ORDER):
        powers[exponent], logarithms[value] = value, exponent
        value = value << 1 ^ (FIELD_DIVISOR if value >> 7 else 0)
    return powers, logarithms


def _syndromes(words: Words, count: int) -> Words:
    """All zero when no word is wrong."""
    powers, logarithms = _field()
    places = np.flatnonzero(words)
    exponents = logarithms[words[places]] + np.arange(count)[:, None] * (len(words) - 1 - places)
    return np.asarray(np.bitwise_xor.reduce(powers[exponents % ORDER], axis=1), dtype=np.int64)


def _text(bits: NDArray[np.uint8]) -> str | None:
    left = iter("".join(map(str, bits.tolist())))
    parts = []
    while (mode := _number(left, 4)) != END:
        if mode not in COUNT_BITS:
            return None
        parts.append(_segment(mode, _number(left, COUNT_BITS[mode]), left))
    return "".join(parts)


def _segment(mode: int, count: int, left: Iterator[str]) -> str:
    if mode == BYTES:
        return bytes(_number(left, 8) for _ in range(count)).decode("latin-1")
    if mode == NUMERIC:
        groups = [min(3, count - done) for done in range(0, count, 3)]
        return "".join(f"{_number(left, 3 * digits + 1):0{digits}}" for digits in groups)
    pairs = [divmod(_number(left, 11), len(LETTERS)) for _ in range(count // 2)]
    single = [_number(left, SINGLE_BITS)] if count % 2 else []
    return "".join(LETTERS[number] for number in [*(one for pair in pairs for one in pair), *single])


def _number(left: Iterator[str], bits: int) -> int:
    return int("".join(next(left, "0") for _ in range(bits)), 2)
