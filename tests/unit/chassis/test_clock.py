"""One clock for all processes: the machine's, or a file that is read whole or not at all."""

import json
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.clock import FileClock, SystemClock, clock_from

NOON = datetime(2027, 6, 26, 9, 0, tzinfo=UTC)


class Hand:
    """A real clock that stands where it is put, in epoch seconds."""

    seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


def test_the_machines_clock_tells_utc() -> None:
    before = datetime.now(UTC)
    told = SystemClock().now()
    assert before <= told <= datetime.now(UTC)
    assert told.utcoffset() == timedelta(0)


def test_a_rehearsal_stands_still_unless_told_otherwise(tmp_path: Path) -> None:
    hand = Hand()
    clock = FileClock(tmp_path / "clock.json", real=hand)
    clock.set(NOON)
    hand.seconds += 3600
    assert clock.now() == NOON


@settings(deadline=None)
@given(rate=st.floats(0, 10_000), elapsed=st.floats(0, 100_000))
def test_so_many_simulated_seconds_pass_in_a_real_one(
    tmp_path_factory: pytest.TempPathFactory, rate: float, elapsed: float
) -> None:
    hand = Hand()
    clock = FileClock(tmp_path_factory.getbasetemp() / "rated.json", real=hand)
    clock.set(NOON, rate=rate)
    hand.seconds += elapsed
    passed = (clock.now() - NOON).total_seconds()
    assert passed == pytest.approx(elapsed * rate, rel=1e-6, abs=rate * 1e-5 + 1e-5)


def test_an_instant_of_another_zone_is_the_same_instant_in_utc(tmp_path: Path) -> None:
    clock = FileClock(tmp_path / "clock.json")
    clock.set(NOON.astimezone(timezone(timedelta(hours=3))))
    assert clock.now() == NOON
    assert clock.now().tzinfo == UTC


def test_two_processes_read_the_same_hour(tmp_path: Path) -> None:
    FileClock(tmp_path / "clock.json").set(NOON)
    assert clock_from(f"file:{tmp_path / 'clock.json'}").now() == NOON


def test_a_new_hour_is_a_new_file_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    clock = FileClock(path)
    clock.set(NOON)
    with path.open("rb") as reader:
        clock.set(NOON + timedelta(days=1))
        assert json.loads(reader.read())["simulated"] == NOON.isoformat()
    assert clock.now() == NOON + timedelta(days=1)
    assert list(tmp_path.iterdir()) == [path]


def test_whoever_reads_while_the_hour_is_set_reads_the_old_or_the_new_one(tmp_path: Path) -> None:
    clock = FileClock(tmp_path / "clock.json")
    clock.set(NOON)
    hours = [NOON + timedelta(hours=hour) for hour in range(300)]

    def set_all() -> None:
        for hour in hours:
            clock.set(hour)

    setter = threading.Thread(target=set_all)
    setter.start()
    read = []
    while setter.is_alive():
        read.append(clock.now())
    setter.join()
    assert set(read) <= set(hours)
    assert read == sorted(read)


@pytest.mark.parametrize("setting", ["", "file:", "machine", "/clock.json", "File:/clock.json"])
def test_a_clock_that_nobody_knows_is_refused(setting: str) -> None:
    with pytest.raises(ValueError, match="a clock is"):
        clock_from(setting)


def test_the_systems_clock_is_the_machines() -> None:
    assert isinstance(clock_from("system"), SystemClock)
