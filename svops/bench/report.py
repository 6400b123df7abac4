"""What a bench answers with: a table for people, JSON for programs."""

import json
import os
import platform
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


def _machine() -> dict[str, Any]:
    """Where it was measured, without anything that names the machine."""
    return {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}


@dataclass(frozen=True)
class Outcome:
    """A bench's ratio with the least that is accepted and what is aimed at; ``figures``: name → value with its unit."""

    bench: str
    ratio: float
    floor: float
    aim: float
    figures: dict[str, Any]
    machine: dict[str, Any] = field(default_factory=_machine)

    def print(self, console: Console) -> None:
        """For people."""
        table = Table(title=f"svops bench {self.bench}")
        table.add_column("figure")
        table.add_column("value", justify="right")
        for name, value in self.figures.items():
            table.add_row(name, f"{value:,.3g}" if isinstance(value, float) else str(value))
        table.add_row("ratio (floor, aim)", f"{self.ratio:.2f} ({self.floor}, {self.aim})")
        console.print(table)

    def write(self, path: Path) -> None:
        """For programs."""
        path.write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def in_turn(measures: Sequence[Callable[[], float]], rounds: int) -> list[list[float]]:
    """Each measure once a round, so that a drift of the machine meets all alike; per measure its values by round."""
    values: list[list[float]] = [[] for _ in measures]
    for _ in range(rounds):
        for found, measure in zip(values, measures, strict=True):
            found.append(measure())
    return values


def share(values: Sequence[float], of: float) -> float:
    """The value within which this share of them lies: 0.5 is the median, 1 the largest."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * of), len(ordered) - 1)]


def median_ratio(work: Sequence[float], yardstick: Sequence[float]) -> float:
    """The median of the rounds' ratios."""
    return statistics.median(a / b for a, b in zip(work, yardstick, strict=True))
