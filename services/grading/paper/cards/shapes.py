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
SIDE = 20
WEIGHTS = "shapes.npz"


@dataclass(frozen=True, slots=True)
class Network:
    """Layers of a fully connected network: weights and biases, first to last."""

    layers: tuple[tuple[Floats, Floats], ...]

    def shares(self, seen: Floats) -> Floats:
        """For each row of `seen` (n x 400) the share of each class, n x 4, summing to 1."""
        value = seen
        for index, (weights, biases) in enumerate(self.layers):
            added = np.tile(biases, (len(value), 1))
            value = np.asarray(cv2.gemm(value, weights, 1, added, 1), dtype=np.float32)
            if index < len(self.layers) - 1:
                value = np.maximum(value, 0)
        value = np.exp(value - value.max(axis=1, keepdims=True))
        return np.asarray(value / value.sum(axis=1, keepdims=True), dtype=np.float32)


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
