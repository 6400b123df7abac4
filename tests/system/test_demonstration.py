"""The whole examination through the real doors, and again while every process is killed in turn."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

ELECTRONIC, PAPER, SEED = 12, 6, 7
PROCESSES = ("web", "relay", "nameko", "worker")
HEALTH = ("relay", "nameko", "worker-1", "worker-2")
SECONDS_BETWEEN_KILLS = 4.0
SAY_THE_STORY = ("admission", "session", "grading_paper", "certification")
ONCE = (
    "candidate:refused",
    "ban:recorded",
    "sitting:moved",
    "cheating:reported",
    "annulment:proposed",
    "annulment:confirmed",
    "sitting:annulled",
    "copies:closed",
    "card:annulled",
    "envelopes:opened",
    "inspection:held",
    "duplicate:issued",
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Short, because a database server refuses long paths."""
    with tempfile.TemporaryDirectory(prefix="svops-demo-") as name:
        place = Path(name)
        place.chmod(0o755)
        yield place


def start(folder: Path, name: str) -> "subprocess.Popen[bytes]":
    command = (sys.executable, "-m", "svops.command", "demo", "--electronic", str(ELECTRONIC), "--paper", str(PAPER))
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            (*command, "--seed", str(SEED), "--out", str(folder / name)),
            env=environment(folder),
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def said(log: Path) -> str:
    """The first errors of a log, since those that follow seldom say why, and its end."""
    lines = log.read_text().splitlines(keepends=True)
    return "".join(line for line in lines if "[error" in line)[:4000] + "".join(lines)[-4000:]


def finished(folder: Path, name: str, process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    code = process.wait(timeout=540)
    logs = (folder / f"{name}.log", folder / "s" / "log" / "rabbitmq.log")
    assert code == 0, "\n".join(said(log) for log in logs)
    summary: dict[str, Any] = json.loads((folder / name / "summary.json").read_text())
    return summary


@pytest.fixture(scope="module")
def summary(folder: Path) -> dict[str, Any]:
    """Of a demonstration in which nothing was killed."""
    return finished(folder, "quiet", start(folder, "quiet"))


def test_every_ground_of_art_6_4_and_the_ban_of_art_8_keeps_one_candidate_out(summary: dict[str, Any]) -> None:
    """Art. 6(4), 8: every ground is met once."""
    assert summary["applications"]["not_admitted"] == {
        "banned": 1,
        "declaration_name_differs": 1,
        "identity_differs_on_the_day": 1,
        "missing_declaration": 1,
        "missing_disability_document": 1,
        "missing_fee_document": 1,
        "payer_name_differs": 1,
    }
    assert summary["applications"]["admitted"] == ELECTRONIC + PAPER


def test_everybody_who_sat_has_one_outcome(summary: dict[str, Any]) -> None:
    """Art. 43, 48: passed, failed and annulled add up to those who sat."""
    for mode, seats in (("electronic", ELECTRONIC), ("paper", PAPER)):
        found = summary[mode]
        assert found["sat"] + found["absent"] == seats
        assert found["passed"] + found["failed"] + found["annulled"] == found["sat"]
    assert (summary["electronic"]["annulled"], summary["electronic"]["absent"]) == (1, 1)
    assert summary["paper"]["annulled"] == 1


def test_whoever_passed_holds_a_certificate(summary: dict[str, Any]) -> None:
    """Art. 51(1)."""
    assert summary["certificates"] == summary["electronic"]["passed"] + summary["paper"]["passed"]
    assert len(summary["documents"]["certificate"]) == summary["certificates"]


def test_all_eleven_appendices_are_real_documents(summary: dict[str, Any], folder: Path) -> None:
    for number in range(1, 12):
        paths = summary["documents"][f"appendix_{number}"]
        assert paths, f"appendix {number}"
        for path in paths:
            assert (folder / "quiet" / path).read_bytes().startswith(b"%PDF-")


def test_every_story_of_the_day_stands_in_the_record(summary: dict[str, Any], folder: Path) -> None:
    """What Art. 8, 27, 28, 46–48, 52, 53 and the dead computer leave behind, once each."""
    noted = Counter(row["action"] for service in SAY_THE_STORY for row in audit(folder / "quiet", service))
    for action in ONCE:
        assert noted[action] == 1, action
    assert noted["remaining:written"] == 2, "after the first hour and after the second"
    assert noted["protocol_1:issued_for_signature"] == noted["protocol_1:issued"] == 2, "computers and paper"
    assert noted["hall:taken_over"] == noted["hall:reconciled"] == 2, "a hall at computers and a hall on paper"
    assert noted["copies:written_off"] == noted["copies:printed"]
    assert noted["candidate:left"] == noted["candidate:returned"] == 2, "one at a computer, one on paper"
    assert summary["paper"]["cards"]["read"] == summary["paper"]["sat"] == PAPER
    assert summary["paper"]["cards"]["second_checked"] >= 1
    assert summary["paper"]["cards"]["sent_to_human"] >= 1
    kinds = {Path(path).parent.name for path in summary["documents"]["protocols"]}
    assert kinds >= {"duplicate", "inspection_record", "annulment_protocol", "second_marking_protocol", "draw_protocol"}
    assert "copies_protocol" in kinds


def test_what_people_do_stands_in_the_order_of_the_clock(summary: dict[str, Any], folder: Path) -> None:
    """The paper hall sits at the same time as the computers: nobody's clock is turned back."""
    assert summary
    for export in (folder / "quiet" / "export").glob("*.json"):
        said = [row["at"] for row in audit(folder / "quiet", export.stem) if row["actor"] != "system"]
        assert said == sorted(said), export.stem


def audit(place: Path, service: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((place / "export" / f"{service}.json").read_text())["audit"]
    return rows


def test_a_subscriber_that_joins_late_receives_every_public_event(summary: dict[str, Any]) -> None:
    events = summary["events"]
    assert events["received_late_subscriber"] == events["published"] > ELECTRONIC + PAPER


def test_the_independent_recount_agrees(summary: dict[str, Any]) -> None:
    recount = summary["recount"]
    assert recount["agrees"]
    assert recount["results_checked"] == ELECTRONIC + PAPER
    assert recount["seals_checked"] >= 4
    assert recount["audit_rows_checked"] > 100


def test_killing_the_broker_the_database_and_every_process_changes_nothing_but_the_seconds(
    summary: dict[str, Any], folder: Path
) -> None:
    process = start(folder, "killed")
    killer = Killer(folder / "s", process)
    killer.start()
    again = finished(folder, "killed", process)
    killer.join()
    assert set(killer.killed) >= {"rabbitmq", "postgres", *PROCESSES}
    killed, quiet = what_was_played(folder / "killed", again), what_was_played(folder / "quiet", summary)
    assert {
        name: (killed.get(name), quiet.get(name)) for name in killed | quiet if killed.get(name) != quiet.get(name)
    } == {}


def test_what_was_played_is_kept_running_by_up_until_ctrl_c(folder: Path) -> None:
    """`svops up`: somebody of the demonstration logs in; a killed process comes back; nothing is left behind."""
    port = unused_port()
    address = f"http://127.0.0.1:{port}"
    command = (sys.executable, "-m", "svops.command", "up", "--port", str(port))
    with (folder / "up.log").open("wb") as log:
        up = subprocess.Popen(command, env=environment(folder), stdout=log, stderr=subprocess.STDOUT)
    try:
        until(lambda: is_ready(address), "ready", up)
        assert said_by_register(address)
        people = json.loads((folder / "s" / "people.json").read_text())
        chair = next(one for one in people if one["who"] == "chair")
        who = {"username": chair["username"], "password": chair["password"]}
        assert httpx.post(f"{address}/admission/api/login", json=who, timeout=30).json()["token"]
        until(lambda: chair["password"] in (folder / "up.log").read_text(), "told whom to log in as", up)
        os.kill(next(pid for pid in processes() if plays(pid, "web", folder / "s")), signal.SIGKILL)
        until(lambda: not is_ready(address), "noticed", up)
        until(lambda: is_ready(address), "started again", up)
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(timeout=60)
    assert not [pid for pid in processes() if str(folder / "s") in read(pid, "environ")]


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {"SVOPS_ROOT": str(folder / "s")}


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def is_ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", timeout=5).is_success
    except httpx.TransportError:
        return False


def is_served(note: Path) -> bool:
    return note.exists() and is_ready(f"http://127.0.0.1:{note.read_text().strip()}")


def said_by_register(address: str) -> bool:
    return "сертификат" in httpx.get(f"{address}/certification/register", timeout=30).text.lower()


def until(holds: Callable[[], bool], what: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 120
    while not holds():
        assert process.poll() is None, what
        assert time.monotonic() < end, what
        time.sleep(0.2)  # another process sends no event when it is ready


def what_was_played(place: Path, summary: dict[str, Any]) -> dict[str, Any]:
    """All but the seconds, and how often each deed stands in each service's record. Of the cards that a person is asked
    about only that there are some, and of those that the chair settles nothing: how many hangs on which letters were
    crossed, and so on how the variant was composed by lot.
    """
    played = {name: value for name, value in summary.items() if name not in {"seconds", "recount"}}
    cards = summary["paper"]["cards"]
    recount = {name: value for name, value in summary["recount"].items() if name != "audit_rows_checked"}
    deeds = Counter(
        f"{export.stem} {row['action']}"
        for export in (place / "export").glob("*.json")
        for row in audit(place, export.stem)
        if row["action"] != "card:settled"
    )
    cards = cards | {"sent_to_human": cards["sent_to_human"] > 0}
    return played | deeds | {"paper": summary["paper"] | {"cards": cards}, "recount": recount}


class Killer(threading.Thread):
    """Kills one part after another with SIGKILL, over and over, until the demonstration ends."""

    def __init__(self, root: Path, process: "subprocess.Popen[bytes]") -> None:
        super().__init__(daemon=True)
        self.killed: list[str] = []
        self._root, self._process = root, process
        self._ended = threading.Event()

    def run(self) -> None:
        waiting = deque(["rabbitmq", *PROCESSES, "postgres"])
        doors = [self._root / "ports" / name for name in ("web", *(f"health-{one}" for one in HEALTH))]
        until(lambda: all(map(is_served, doors)), "up", self._process)
        while self._process.poll() is None:
            self._ended.wait(SECONDS_BETWEEN_KILLS)
            if found := next((pid for pid in processes() if plays(pid, waiting[0], self._root)), None):
                os.kill(found, signal.SIGKILL)
                self.killed.append(waiting[0])
                waiting.rotate(-1)


def plays(pid: int, name: str, root: Path) -> bool:
    command, its_environment = read(pid, "cmdline"), read(pid, "environ")
    if name == "rabbitmq":
        return "beam.smp" in command and str(root) in its_environment
    if name == "postgres":
        return str(root) in command and "postgres" in command.split("\0")[0]
    return f"serve\0{name}\0" in command and str(root) in its_environment


def processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def read(pid: int, what: str) -> str:
    try:
        return Path("/proc", str(pid), what).read_bytes().decode(errors="replace")
    except OSError:
        return ""
