"""What shape the ink in a box has: a small network over the ink of one box, trained by `simulation.training`.

The network only sorts shapes; thresholds that turn its shares into a reading stand in `reading`.
"""

import functools
from dataclasses import dataclass
from importlib.resources import files

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

CLASSES = ("empty", "cross", "sign", "unclear")
EMPTY, CROSS, SIGN, UNCLEAR = range(4)
SURELY_EMPTY = (1.0, 0.0, 0.0, 0.0)
SIDE = 20
KERNELS = ((5, 2), (3, 1))  #: side and step of the convolutions
SHIFTS = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))
SURE, LIKELY_SIGN = 0.97, 0.5
LEAST_SHARE = 1e-7
WEIGHTS = "shapes.npz"


@dataclass(frozen=True, slots=True)
class Network:
    """Layers, each weights and biases: two convolutions (`KERNELS`), then fully connected ones."""

    layers: tuple[tuple[Floats, Floats], ...]

    def shares(self, seen: Floats) -> Floats:
        """For each row of `seen` (n x 400) the share of each class, n x 4, summing to 1."""
        picture: Floats = seen.reshape(len(seen), SIDE, SIDE, 1)
        for (side, step), (weights, biases) in zip(KERNELS, self.layers, strict=False):
            pieces = windows(picture, side, step)
            picture = _rectified(pieces.reshape(-1, len(weights)) @ weights, biases).reshape(*pieces.shape[:3], -1)
        value = picture.reshape(len(seen), -1)
        for weights, biases in self.layers[len(KERNELS) : -1]:
            value = _rectified(value @ weights, biases)
        weights, biases = self.layers[-1]
        value = value @ weights + biases
        value = np.exp(value - value.max(axis=1, keepdims=True))
        return np.asarray(value / value.sum(axis=1, keepdims=True), dtype=np.float32)

    def shares_looking_again(self, seen: Floats) -> Floats:
        """As `shares`; what is not sure there, or likely a sign, is looked at ten times: shifted and mirrored.

        The geometric mean over these: no single look makes a reading that the others contradict.
        """
        shares = self.shares(seen)
        again = np.flatnonzero((shares.max(axis=1) < SURE) | (shares[:, SIGN] >= LIKELY_SIGN))
        if len(again):
            square = seen[again].reshape(-1, SIDE, SIDE)
            shifted = np.stack([np.roll(square, shift, axis=(1, 2)) for shift in SHIFTS])
            looks = np.concatenate((shifted, shifted[..., ::-1])).reshape(-1, SIDE * SIDE)
            each = np.maximum(self.shares(looks), LEAST_SHARE).reshape(-1, *shares[again].shape)
            mean = np.exp(np.log(each).mean(axis=0))
            shares[again] = mean / mean.sum(axis=1, keepdims=True)
        return shares


def windows(value: Floats, side: int, step: int) -> Floats:
    """Every `side` x `side` piece of n x height x width x channels, as n x rows x columns x (channels, side, side)."""
    pieces = np.lib.stride_tricks.sliding_window_view(value, (side, side), axis=(1, 2))[:, ::step, ::step]
    return np.ascontiguousarray(pieces).reshape(*pieces.shape[:3], -1)


def _rectified(value: Floats, biases: Floats) -> Floats:
    value += biases
    return np.maximum(value, 0, out=value)


@functools.lru_cache(maxsize=1)
def network() -> Network:
    """The network that is shipped."""
    with files(__package__).joinpath(WEIGHTS).open("rb") as stored, np.load(stored) as arrays:
        count = len(arrays.files) // 2
        return Network(
            tuple((arrays[f"w{i}"].astype(np.float32), arrays[f"b{i}"].astype(np.float32)) for i in range(count))
        )


def seen_by_network(ink: Floats, print_level: float) -> Floats:
    """Ink of boxes (n x 40 x 40) as rows of the network's input, n x 400, relative to the print's own blackness."""
    tall = ink.reshape(-1, ink.shape[2])
    pooled = cv2.resize(tall, (SIDE, len(ink) * SIDE), interpolation=cv2.INTER_AREA).reshape(len(ink), SIDE * SIDE)
    return np.asarray(np.clip(pooled / max(print_level, 0.25), -0.2, 1.5), dtype=np.float32)
