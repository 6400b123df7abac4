"""``live``: durable answers acknowledged through the candidates' HTTP door, against pgbench's single-row upserts."""

import itertools
import os
import re
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Any

from sqlalchemy import text

from regulation import in_force
from svops.bench.candidates import Screen, answer_for
from svops.bench.place import WEB, Bench, bench_place, cpu_seconds, megabytes, serving
from svops.bench.report import Outcome, median_ratio, share
from svops.bench.sittings import sit_down
from svops.local.database import binaries
from svops.services import BY_NAME

_FLOOR, _AIM = 0.7, 1.2
_SITTINGS = 1024
_CLIENTS = 32  #: of the yardstick
_HALL_FULL = 256  #: connections at which the ratio is taken
_CONNECTIONS = (32, _HALL_FULL, 1024)
_DOORS = (1, 2)
_WARM_SECONDS = 1.0
_MOST_ENTRIES = "SVOPS_SESSION_LIVE_MOST_ENTRIES"  #: here a few sittings change what a thousand people would
_FIRST_SEQS = itertools.count(0, 1_000_000)  #: no change of a measurement is older than one before
_TPS = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
#: The row of an answer with its key, and no history.
_YARD = """
CREATE TABLE IF NOT EXISTS yard (
    sitting_id uuid, question smallint, option text, seq int, PRIMARY KEY (sitting_id, question)
) WITH (fillfactor = 70)"""
_UPSERT = """
\\set sitting random(1, :sittings)
\\set question random(1, 90)
\\set seq random(1, 1000000)
INSERT INTO yard (sitting_id, question, option, seq)
VALUES (('00000000-0000-4000-8000-' || lpad(:sitting::text, 12, '0'))::uuid, :question, 'А', :seq)
ON CONFLICT (sitting_id, question) DO UPDATE SET option = excluded.option, seq = excluded.seq;
"""


@dataclass(frozen=True)
class Measured:
    """One measurement: acknowledged answers a second, the seconds each took, what it cost the doors."""

    per_second: float
    seconds: Sequence[float]
    cpu_per_thousand: float
    megabytes_a_door: float

    def milliseconds(self, of: float) -> float:
        """The time within which this share of the answers was acknowledged."""
        return round(share(self.seconds, of) * 1000, 1)


def run(*, is_quick: bool) -> Outcome:
    """Doors and yardstick in turn, on one server; a full hall right after the yardstick it is held against."""
    seconds, rounds = (4, 2) if is_quick else (10, 3)
    with bench_place() as place:
        place.variables[_MOST_ENTRIES] = str(10**9)
        os.environ.update(place.variables)
        runtime = BY_NAME["session"].runtime(pool_size=2)
        issued = [one.token for one in sit_down(runtime, _SITTINGS)]
        with runtime.work() as work:
            work.session.execute(text(_YARD))
        found: dict[tuple[int, int], list[Measured]] = {}
        yardsticks: dict[int, list[float]] = {doors: [] for doors in _DOORS}
        for _, doors in itertools.product(range(rounds), _DOORS):
            with serving(place, "door", WEB, doors) as ports:
                for connections in _CONNECTIONS:
                    if connections == _HALL_FULL:
                        yardsticks[doors].append(_pgbench(place, seconds))
                    one = _measure(place, ports, issued[:connections], seconds)
                    found.setdefault((doors, connections), []).append(one)
        runtime.close()
    ratios = {doors: median_ratio(_rates(found[doors, _HALL_FULL]), yardsticks[doors]) for doors in _DOORS}
    yardstick = statistics.median(itertools.chain(*yardsticks.values()))
    figures = {"pgbench, single-row upserts/s, 32 clients (median)": yardstick}
    for (doors, connections), measured in found.items():
        figures |= _figures(f"{doors} door{'s' * (doors > 1)}, {connections} connections", measured)
    figures |= {f"ratio at {_HALL_FULL} connections, {doors} door(s)": ratio for doors, ratio in ratios.items()}
    return Outcome("live", max(ratios.values()), _FLOOR, _AIM, figures)


def _rates(measured: Sequence[Measured]) -> list[float]:
    return [one.per_second for one in measured]


def _figures(title: str, measured: Sequence[Measured]) -> dict[str, Any]:
    middle = sorted(measured, key=lambda one: one.per_second)[len(measured) // 2]
    p50, p99, p999 = (middle.milliseconds(of) for of in (0.5, 0.99, 0.999))
    return {
        f"{title}: answers/s": middle.per_second,
        f"{title}: p50, p99, p99.9 ms": f"{p50}, {p99}, {p999}",
        f"{title}: CPU s of doors per 1,000": middle.cpu_per_thousand,
        f"{title}: MB a door": middle.megabytes_a_door,
    }


def _measure(place: Bench, ports: Sequence[int], issued: Sequence[str], seconds: float) -> Measured:
    """The candidates sit in a process of their own, spread over the doors."""
    warming, measuring = (
        [Screen(ports[number % len(ports)], token, first_seq) for number, token in enumerate(issued)]
        for first_seq in itertools.islice(_FIRST_SEQS, 2)
    )
    questions = in_force(datetime.now(UTC).date()).questions
    doors = [place.machine.supervisor.pid(f"door-{number}") or 0 for number in range(len(ports))]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as hall:
        hall.submit(answer_for, warming, questions, _WARM_SECONDS).result()
        before = sum(map(cpu_seconds, doors))
        took, each = hall.submit(answer_for, measuring, questions, seconds).result()
        spent = sum(map(cpu_seconds, doors)) - before
    return Measured(
        per_second=len(each) / took,
        seconds=each,
        cpu_per_thousand=spent * 1000 / len(each),
        megabytes_a_door=sum(map(megabytes, doors)) / len(doors),
    )


def _pgbench(place: Bench, seconds: float) -> float:
    """Prepared single-row upserts a second on the same server."""
    uri = place.machine.database.uri("session")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(_UPSERT)
        script.flush()
        command = [_program(), "--no-vacuum", "--protocol=prepared", f"--client={_CLIENTS}", "--jobs=2"]
        done = subprocess.run(
            [*command, f"--define=sittings={_SITTINGS}", f"--time={int(seconds)}", f"--file={script.name}", uri],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    found = _TPS.search(done.stdout)
    if found is None:
        raise RuntimeError(f"pgbench said: {done.stdout}")
    return float(found.group(1))


def _program() -> str:
    found = shutil.which("pgbench") or shutil.which("pgbench", path=binaries())
    if found is None:
        raise FileNotFoundError("pgbench, which comes with PostgreSQL")
    return found
