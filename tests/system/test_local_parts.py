"""The private broker and database are real: they start, survive kill -9 with their data, and leave nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import amqp
import psycopg
import pytest

from svops.local.broker import GivenBroker, PrivateBroker, is_answering
from svops.local.database import GivenDatabase, PrivateDatabase
from svops.local.machine import LocalMachine
from svops.local.supervisor import NotReadyError, Supervisor

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def machine_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("machine")


@pytest.fixture(scope="module")
def supervisor(machine_root: Path) -> Iterator[Supervisor]:
    with Supervisor(machine_root / "log") as supervisor:
        yield supervisor


@pytest.fixture(scope="module")
def database(machine_root: Path, supervisor: Supervisor) -> PrivateDatabase:
    database = PrivateDatabase(machine_root, supervisor)
    database.start()
    return database


@pytest.fixture(scope="module")
def broker(machine_root: Path, supervisor: Supervisor) -> PrivateBroker:
    broker = PrivateBroker(machine_root, supervisor)
    broker.start()
    return broker


def eventually(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return held


def open_broker(uri: str, user: str | None = None, password: str | None = None) -> amqp.Connection:
    parts = urlsplit(uri)
    return amqp.Connection(
        host=f"{parts.hostname}:{parts.port}",
        userid=user or parts.username,
        password=password or parts.password,
        virtual_host=parts.path[1:],
        confirm_publish=True,
    )


def make_queue(uri: str) -> None:
    """RabbitMQ writes a new quorum queue's registration to disk within a second, not at once."""
    with open_broker(uri) as connection, connection.channel() as channel:
        channel.queue_declare("kept", durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
    time.sleep(1.5)


def put(uri: str, body: str) -> None:
    with open_broker(uri) as connection, connection.channel() as channel:
        channel.basic_publish_confirm(amqp.Message(body, delivery_mode=2), routing_key="kept")


def take(uri: str) -> str | None:
    with open_broker(uri) as connection, connection.channel() as channel:
        message = channel.basic_get("kept", no_ack=True)
        return None if message is None else str(message.body)


def processes_in(folder: Path) -> list[str]:
    """The names of live processes whose working folder is in ``folder``; the parts' processes all work there."""
    numbered = (entry for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [name for process in numbered if works_in(process, folder) and (name := name_of(process))]


def name_of(process: Path) -> str:
    """Empty when the process has ended meanwhile."""
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return ""


def works_in(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").readlink().is_relative_to(folder)
    except OSError:
        return False


def test_a_service_reaches_its_own_database_and_no_other(database: PrivateDatabase) -> None:
    own, other = database.create("session"), database.create("paper")
    with psycopg.connect(own) as connection:
        connection.execute("CREATE TABLE answers (id int)")
    for foreign in (urlsplit(other).path, "/postgres", "/template1"):
        uri = urlsplit(own)._replace(path=foreign).geturl()
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(uri)


def test_making_a_service_twice_keeps_its_data(database: PrivateDatabase) -> None:
    with psycopg.connect(database.create("results")) as connection:
        connection.execute("CREATE TABLE grades (points int)")
        connection.execute("INSERT INTO grades VALUES (60)")
    with psycopg.connect(database.create("results")) as connection:
        assert connection.execute("SELECT points FROM grades").fetchall() == [(60,)]


def test_the_database_asks_for_a_password_and_keeps_what_is_committed(database: PrivateDatabase) -> None:
    parts = urlsplit(database.superuser_uri)
    without = parts._replace(netloc=f"postgres:wrong@127.0.0.1:{parts.port}").geturl()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(without)
    with psycopg.connect(database.superuser_uri) as connection:
        shown = {name: connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")}
    assert shown == {"fsync": ("on",), "synchronous_commit": ("on",)}


def test_a_killed_database_comes_back_with_its_data(database: PrivateDatabase, supervisor: Supervisor) -> None:
    uri = database.create("admission")
    with psycopg.connect(uri) as connection:
        connection.execute("CREATE TABLE admitted (name text)")
        connection.execute("INSERT INTO admitted VALUES ('Ана')")
    before = supervisor.restarts("postgres")
    database.kill()
    assert eventually(lambda: supervisor.restarts("postgres") == before + 1)
    database.wait_ready()
    with psycopg.connect(uri) as connection:
        assert connection.execute("SELECT name FROM admitted").fetchall() == [("Ана",)]


def test_the_broker_has_one_user_and_no_guest(broker: PrivateBroker) -> None:
    assert broker.control("list_users").split() == ["user", "tags", "svops", "[]"]
    with pytest.raises(amqp.AccessRefused), open_broker(broker.uri, "guest", "guest") as connection:
        connection.connect()


def test_a_killed_broker_comes_back_with_its_messages(broker: PrivateBroker) -> None:
    uri = broker.uri
    make_queue(uri)
    put(uri, "before the crash")
    broker.kill()
    assert eventually(lambda: not is_answering(uri))
    broker.wait_ready()
    assert broker.uri == uri
    assert take(uri) == "before the crash"


def test_a_broker_kept_down_stays_down_until_it_is_started(broker: PrivateBroker) -> None:
    uri = broker.uri
    broker.kill(stay_down=True)
    assert not is_answering(uri)
    broker.start()
    assert broker.uri == uri


def test_the_ministrys_own_parts_are_used_but_not_touched(
    database: PrivateDatabase, broker: PrivateBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SVOPS_AMQP_URI", broker.uri)
    monkeypatch.setenv("SVOPS_POSTGRES_URI", database.superuser_uri)
    with LocalMachine(tmp_path) as machine:
        assert isinstance(machine.broker, GivenBroker)
        assert isinstance(machine.database, GivenDatabase)
        assert machine.supervisor.names() == []
        assert machine.broker.uri == broker.uri
        with psycopg.connect(machine.database.create("certification")) as connection:
            connection.execute("SELECT 1")
    assert is_answering(broker.uri)
    assert database.is_answering()


def test_parts_that_do_not_answer_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match="SVOPS_AMQP_URI"):
        GivenBroker("amqp://svops:none@127.0.0.1:1/svops").start()
    with pytest.raises(NotReadyError, match="SVOPS_POSTGRES_URI"):
        GivenDatabase(tmp_path, "postgresql://postgres:none@127.0.0.1:1/postgres").start()


COMMAND = """
import sys, time
from pathlib import Path
from svops.local import LocalMachine
with LocalMachine(Path(sys.argv[1])) as machine:
    print(machine.broker.uri, flush=True)
    time.sleep(600)
"""


def command(root: Path, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(root)],
        cwd=CHECKOUT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


@pytest.fixture(scope="module")
def started_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("command")
    with LocalMachine(root):
        return root


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_second_start_is_quick_and_leaves_no_process_when_ended_by(
    number: signal.Signals, started_before: Path
) -> None:
    begun = time.monotonic()
    with command(started_before) as running:
        assert running.stdout
        assert is_answering(running.stdout.readline().strip())
        assert time.monotonic() - begun < 15
        assert {"beam.smp", "epmd", "postgres"} <= set(processes_in(started_before))
        running.send_signal(number)
        running.wait(timeout=30)
    assert eventually(lambda: processes_in(started_before) == []), processes_in(started_before)


def test_sigterm_ends_a_command_in_order(database: PrivateDatabase, broker: PrivateBroker, tmp_path: Path) -> None:
    given = {"SVOPS_AMQP_URI": broker.uri, "SVOPS_POSTGRES_URI": database.superuser_uri}
    with command(tmp_path, **given) as running:
        assert running.stdout
        assert running.stdout.readline()
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=30) == 128 + signal.SIGTERM
