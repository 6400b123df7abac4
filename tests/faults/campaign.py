"""``python -m tests.faults.campaign``: fault after fault while hundreds of candidates answer, and then the judge."""

import logging
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import click
import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy.exc import OperationalError

from services.session.usecases.closing import sweep_expired
from tests.faults.candidates import Hall
from tests.faults.kinds import BESIDE, WAY, NotNowError, plan
from tests.faults.report import Happened, Report, write
from tests.faults.stand import Stand
from tests.faults.two_clients import play

_ROOT = Path(__file__).parents[2]
_LONGEST_PAUSE = {WAY: 3.0, BESIDE: 6.0}
_AGAIN_SECONDS = 0.5
_SAMPLE_SECONDS = 1.0
_SWEEP_EVERY = 5  # samples
_EXPECTED_A_SECOND = 1_000
_SETTLE_SECONDS = 120.0
_NEVER = 10**9
_DISK_MEGABYTES = 6_000
_TWELVE_HOURS = 12 * 3600.0


@dataclass(frozen=True)
class Options:
    """How long: until so many answers are acknowledged and so many faults over, but no longer than ``seconds``."""

    answers: int = 1_000_000
    faults: int = 200
    seconds: float = 3_600
    seats: int = 256
    seed: int = 1
    interleavings: int = 10_000


Look = Callable[[Hall, int], None]


@dataclass
class Campaign:
    """One run. ``look``: told of the hall and the number of faults, about once a second."""

    options: Options
    look: Look
    happened: list[Happened] = field(default_factory=list)
    samples: list[tuple[float, int]] = field(default_factory=list)

    def run(self, stand: Stand) -> Report:
        """Break, mend, judge. Raises ``TimeoutError`` when candidates cannot finish though all is mended."""
        options = self.options
        with stand.hall(stand.desks(_desks(options)), options.seats, seed=options.seed) as hall:
            self._began = time.monotonic()
            with self._breaking(stand, hall):
                self._watch(stand, hall)
            stand.wait_ready()
        took = time.monotonic() - self._began
        self._sweep(stand)
        return Report(
            seed=options.seed,
            doors=len(stand.doors),
            seats=options.seats,
            seconds=took,
            disk="a file system of its own" if stand.disk else "RLIMIT_FSIZE",
            counts=hall.counts,
            judgement=stand.judge(hall.ledger),
            unpublished=_settled(stand),
            interleavings=0,
            happened=self.happened,
            samples=self.samples,
        )

    @contextmanager
    def _breaking(self, stand: Stand, hall: Hall) -> Iterator[None]:
        is_over = threading.Event()
        errors: list[BaseException] = []

        def break_in(lane: str) -> None:
            try:
                self._lane(stand, hall, lane, is_over)
            except BaseException as error:  # noqa: BLE001 - a thread's error is told by the main one
                errors.append(error)

        lanes = [threading.Thread(target=break_in, args=(lane,), name=lane) for lane in (WAY, BESIDE)]
        for lane in lanes:
            lane.start()
        try:
            yield
        finally:
            is_over.set()
            for lane in lanes:
                lane.join()
        if errors:
            raise errors[0]

    def _lane(self, stand: Stand, hall: Hall, lane: str, is_over: threading.Event) -> None:
        for fault in plan(self.options.seed, lane, len(stand.doors), _LONGEST_PAUSE[lane]):
            if is_over.is_set():
                return
            began, before = time.monotonic() - self._began, hall.counts.acknowledged
            try:
                with fault.kind.does(stand, fault.target):
                    is_over.wait(fault.seconds)
            except NotNowError:
                is_over.wait(_AGAIN_SECONDS)
                continue
            ended, after = time.monotonic() - self._began, hall.counts.acknowledged
            self.happened.append(Happened(fault.kind.name, fault.target, began, ended, after - before))
            is_over.wait(fault.pause)

    def _watch(self, stand: Stand, hall: Hall) -> None:
        """Until it is enough; meanwhile sittings past their end are closed, as the timer does."""
        options = self.options
        while not self._is_enough(hall) and time.monotonic() - self._began < options.seconds:
            time.sleep(_SAMPLE_SECONDS)  # the samples' own rhythm
            self.samples.append((time.monotonic() - self._began, hall.counts.acknowledged))
            self.look(hall, len(self.happened))
            if len(self.samples) % _SWEEP_EVERY == 0:
                self._sweep(stand)

    def _is_enough(self, hall: Hall) -> bool:
        return hall.counts.acknowledged >= self.options.answers and len(self.happened) >= self.options.faults

    def _sweep(self, stand: Stand) -> None:
        runtime = stand.runtime()
        try:
            with runtime.work() as work:
                sweep_expired(work)
        except OperationalError:
            return  # the database is away: next time
        finally:
            runtime.close()


def _desks(options: Options) -> list[tuple[float, int]]:
    """So many that nobody is without one: most are submitted, some run into their end, some stay open."""
    chance = Random(options.seed)
    many = options.seats * 2 + options.answers // 300
    expected = options.answers / _EXPECTED_A_SECOND
    found: list[tuple[float, int]] = []
    for number in range(many):
        taken_about = expected * number / many
        (kind,) = chance.choices(("submitted", "expired", "open"), (55, 40, 5))
        ends = taken_about + chance.uniform(5, 120) if kind == "expired" else _TWELVE_HOURS
        found.append((ends, chance.randint(100, 1_200) if kind == "submitted" else _NEVER))
    return found


def _settled(stand: Stand) -> int:
    """Events that the relay has not published though it had the time."""
    until = time.monotonic() + _SETTLE_SECONDS
    while (waiting := stand.unpublished()) and time.monotonic() < until:
        time.sleep(_AGAIN_SECONDS)  # the relay tells nobody when it has finished
    return waiting


@click.command()
@click.option("--answers", default=Options.answers, show_default=True, help="acknowledged answers at least")
@click.option("--faults", default=Options.faults, show_default=True, help="faults at least")
@click.option("--seconds", default=Options.seconds, show_default=True, help="no longer than this")
@click.option("--seats", default=Options.seats, show_default=True, help="candidates at the same time")
@click.option("--doors", default=2, show_default=True, help="processes that serve the candidates")
@click.option("--seed", default=Options.seed, show_default=True, help="of the faults and of the candidates")
@click.option("--interleavings", default=Options.interleavings, show_default=True, help="of two clients of one sitting")
@click.option("--out", type=click.Path(path_type=Path), default=_ROOT / "docs" / "campaign", help="the report's folder")
def main(out: Path, doors: int, **options: int) -> None:
    """Break everything that can break while hundreds of candidates answer; exit 1 when a promise was broken."""
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing stays mounted
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    chosen = Options(**options)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        Stand(doors=doors, disk_megabytes=_DISK_MEGABYTES) as stand,
        Progress(*columns, console=Console(stderr=True)) as progress,
    ):
        answers = progress.add_task("answers acknowledged", total=chosen.answers)
        faults = progress.add_task("faults", total=chosen.faults)

        def look(hall: Hall, happened: int) -> None:
            progress.update(answers, completed=hall.counts.acknowledged)
            progress.update(faults, completed=happened)

        report = Campaign(chosen, look).run(stand)
        write(report, out)
        progress.add_task("interleavings", total=None)
        play(stand, chosen.interleavings)
    report = replace(report, interleavings=chosen.interleavings)
    write(report, out)
    Console().print(report.verdict())
    sys.exit(0 if report.is_kept else 1)


if __name__ == "__main__":
    main()
