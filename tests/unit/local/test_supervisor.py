import logging
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from svops.local.ports import remembered_port
from svops.local.supervisor import Child, NotReadyError, Supervisor

CHECKOUT = Path(__file__).parents[3]
FOREVER = ("sleep", "600")


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    with Supervisor(tmp_path / "log") as supervisor:
        yield supervisor


def eventually(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return held


def is_alive(pid: int) -> bool:
    """Zombies are dead: where no init collects orphans they stay listed."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def has_said_up(log: Path) -> bool:
    return log.exists() and log.read_text() == "up\n"


def pid_of(supervisor: Supervisor, name: str) -> int:
    assert eventually(lambda: supervisor.pid(name) is not None)
    pid = supervisor.pid(name)
    assert pid is not None
    return pid


def test_a_child_that_dies_is_started_again(supervisor: Supervisor) -> None:
    supervisor.start(Child(name="door", command=FOREVER))
    before = pid_of(supervisor, "door")
    supervisor.kill("door")
    assert eventually(lambda: supervisor.pid("door") not in {None, before})
    assert supervisor.restarts("door") == 1
    assert not is_alive(before)


def test_a_child_that_cannot_live_is_tried_again_ever_more_slowly(
    supervisor: Supervisor, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        supervisor.start(Child(name="door", command=("false",)))
        assert eventually(lambda: supervisor.restarts("door") >= 3)
    waits = [message.rpartition(" in ")[2] for message in caplog.messages]
    assert waits[:3] == ["0.2 s", "0.4 s", "0.8 s"]


def test_a_child_told_to_stay_down_stays_down_until_started(supervisor: Supervisor) -> None:
    supervisor.start(Child(name="door", command=FOREVER))
    before = pid_of(supervisor, "door")
    supervisor.kill("door", stay_down=True)
    assert not is_alive(before)
    assert supervisor.names() == []
    supervisor.start(Child(name="door", command=FOREVER))
    assert pid_of(supervisor, "door") != before


def test_one_name_cannot_be_started_twice(supervisor: Supervisor) -> None:
    supervisor.start(Child(name="door", command=FOREVER))
    with pytest.raises(ValueError, match="door is running already"):
        supervisor.start(Child(name="door", command=FOREVER))


def test_children_are_stopped_in_the_reverse_order_of_their_start(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    with Supervisor(tmp_path / "log") as supervisor:
        for name in ("database", "broker", "door"):
            script = f"trap 'echo {name} >> {diary}; exit' TERM; echo up; while :; do sleep 0.05; done"
            supervisor.start(Child(name=name, command=("sh", "-c", script)))
        for name in ("database", "broker", "door"):
            supervisor.wait_ready(name, partial(has_said_up, tmp_path / "log" / f"{name}.log"))
    assert diary.read_text().split() == ["door", "broker", "database"]


def test_a_child_deaf_to_its_stop_signal_is_killed_after_the_grace(supervisor: Supervisor, tmp_path: Path) -> None:
    deaf = ("sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.1; done")
    supervisor.start(Child(name="deaf", command=deaf, grace_seconds=0.3))
    supervisor.wait_ready("deaf", partial(has_said_up, tmp_path / "log" / "deaf.log"))
    pid = pid_of(supervisor, "deaf")
    supervisor.stop("deaf")
    assert not is_alive(pid)


def test_what_a_dead_child_had_started_goes_with_it(supervisor: Supervisor, tmp_path: Path) -> None:
    note = tmp_path / "grandchild"
    family = ("sh", "-c", f"sleep 600 & echo $! > {note}.new; mv {note}.new {note}; wait")
    supervisor.start(Child(name="family", command=family))
    assert eventually(note.exists)
    grandchild = int(note.read_text())
    supervisor.stop("family")
    assert eventually(lambda: not is_alive(grandchild))


def test_a_door_is_ready_when_its_address_answers(supervisor: Supervisor, tmp_path: Path) -> None:
    port = remembered_port(tmp_path, "door")
    command = (sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port))
    supervisor.start(Child(name="door", command=command, cwd=tmp_path))
    supervisor.wait_ready("door", f"http://127.0.0.1:{port}/", timeout_seconds=20)


def test_who_does_not_become_ready_is_named_with_the_end_of_its_log(supervisor: Supervisor) -> None:
    supervisor.start(Child(name="door", command=("sh", "-c", "echo no such database; sleep 600")))
    with pytest.raises(NotReadyError, match=r"door was not ready after 1 s(.|\n)*no such database"):
        supervisor.wait_ready("door", lambda: False, timeout_seconds=1)


PARENT = """
import sys, time
from pathlib import Path
from svops.local.supervisor import Child, Supervisor
folder = Path(sys.argv[1])
family = ("sh", "-c", "sleep 600 & echo $$ $! > pids.new; mv pids.new $0; wait")
with Supervisor(folder / "log") as supervisor:
    for name in ("one", "two"):
        supervisor.start(Child(name=name, command=(*family, name), cwd=folder))
        supervisor.wait_ready(name, (folder / name).exists)
    print("up", flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_outlives_a_command_that_is_ended_by(number: signal.Signals, tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"up\n"
        pids = [int(pid) for name in ("one", "two") for pid in (tmp_path / name).read_text().split()]
        assert all(map(is_alive, pids))
        parent.send_signal(number)
        parent.wait(timeout=10)
    assert eventually(lambda: not any(map(is_alive, pids)))
