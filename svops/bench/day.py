"""``day``: ten thousand sittings of three hours in compressed time, most answers in the first and the last half hour.

The yardstick is the promise itself: an answer is to be acknowledged within fifty milliseconds, ninety-nine times in a
hundred, and none is to be lost.
"""

import os
import random
import uuid
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Any

from sqlalchemy import select

from chassis.work import Runtime
from regulation import in_force
from services.session.lookups import answers_on
from services.session.tables import Sheet
from svops.bench.candidates import Written, write_on_time
from svops.bench.place import WEB, bench_place, megabytes, serving
from svops.bench.report import Outcome, share
from svops.bench.sittings import Seated, sit_down
from svops.services import BY_NAME

_FLOOR, _AIM = 1.0, 1.0
_PROMISED_SECONDS = 0.05
_DOORS = 2
_CHANGED = 0.15  #: of the answers, changed once more
_FIRST, _LAST = 0.4, 0.4  #: of the answers, in the first and in the last half hour
_HALF_HOUR = 1 / 6  #: of the time


def run(*, is_quick: bool) -> Outcome:
    """Two doors and everybody's answers, each at its moment."""
    sittings, seconds = (500, 60) if is_quick else (10_000, 1_200)
    with bench_place() as place:
        os.environ.update(place.variables)
        runtime = BY_NAME["session"].runtime(pool_size=2)
        seated = sit_down(runtime, sittings)
        plan = _plan(sittings, seconds)
        with serving(place, "door", WEB, _DOORS) as ports, ProcessPoolExecutor(1, get_context("spawn")) as hall:
            tokens = [one.token for one in seated]
            written = hall.submit(write_on_time, ports, tokens, plan).result()
            held = max(megabytes(place.machine.supervisor.pid(f"door-{number}") or 0) for number in range(_DOORS))
        lost = _lost(runtime, seated, written)
        runtime.close()
    p50, p99, p999 = (share(written.seconds, of) for of in (0.5, 0.99, 0.999))
    figures = {
        "sittings": sittings,
        "answers acknowledged": len(written.seconds),
        "three hours in, s": seconds,
        "most answers planned in one second": _busiest(plan),
        "p50, p99, p99.9 ms": ", ".join(f"{1000 * one:.1f}" for one in (p50, p99, p999)),
        "lost": lost,
        "MB a door": held,
    }
    return Outcome("day", 0.0 if lost else _PROMISED_SECONDS / p99, _FLOOR, _AIM, figures)


def _plan(sittings: int, seconds: float) -> list[tuple[float, int, int]]:
    """When, in whose sitting, to which question; in order of time. The same every time."""
    chance = random.Random(1)  # noqa: S311 - a plan, no secret
    questions = in_force(datetime.now(UTC).date()).questions
    return sorted(
        (_moment(chance) * seconds, sitting, question)
        for sitting in range(sittings)
        for question in range(1, questions + 1)
        for _ in range(1 + (chance.random() < _CHANGED))
    )


def _moment(chance: random.Random) -> float:
    where, inside = chance.random(), chance.random()
    if where < _FIRST:
        return inside * _HALF_HOUR
    if where < _FIRST + _LAST:
        return 1 - inside * _HALF_HOUR
    return _HALF_HOUR + inside * (1 - 2 * _HALF_HOUR)


def _busiest(plan: Sequence[tuple[float, int, int]]) -> int:
    counts: dict[int, int] = {}
    for at, _, _ in plan:
        counts[int(at)] = counts.get(int(at), 0) + 1
    return max(counts.values())


def _lost(runtime: Runtime[Any], seated: Sequence[Seated], written: Written) -> int:
    """Acknowledged answers that are neither what stands nor older than what stands."""
    with runtime.work() as work:
        stands: dict[tuple[uuid.UUID, int], int] = {
            (sheet.sitting_id, question): answer.seq
            for sheet in work.session.scalars(select(Sheet))
            for question, answer in answers_on(sheet)
        }
    return sum(
        stands.get((seated[sitting].sitting_id, question), 0) < seq
        for (sitting, question), seq in written.acknowledged.items()
    )
