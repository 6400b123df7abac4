"""Where faults are tried: a database on a small disk, a broker, doors and the relay as processes of their own, and a
proxy on every way between them.
"""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
import threading
import uuid
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit, urlunsplit

import psycopg
import uvloop
from sqlalchemy import insert

from chassis import settings
from chassis.database import migrate
from chassis.work import Runtime
from regulation import in_force
from services.session.live import tokens
from services.session.tables import Exam, Sheet, Sitting
from svops import serve
from svops.environment import Environment, Place
from svops.local.broker import PrivateBroker
from svops.local.database import PrivateDatabase
from svops.local.ports import remembered_port
from svops.local.supervisor import Child, Supervisor
from svops.migrating import for_sqlalchemy
from svops.services import BY_NAME
from tests.faults.candidates import Desk, Hall
from tests.faults.disk import SmallDisk
from tests.faults.ledger import Judgement, Ledger, judge
from tests.faults.proxy import Proxy, Way

RELAY = "relay"
EXAM, HALL = "faults", "E1"
_SESSION = BY_NAME["session"]
#: Shorter than in production, so that a short fault is long enough to be felt.
_WRITE_SECONDS, _SEEN_SECONDS = 2, 1
PATIENCE_SECONDS = 3.0
_READY_SECONDS = 60.0
_CONNECT_SECONDS, _STATEMENT_MS = 2, 10_000
T = TypeVar("T")


class Network:
    """One loop in a thread of its own, for the proxies and the candidates."""

    def __init__(self) -> None:
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)
        self._proxies: list[Proxy] = []
        self._thread.start()

    def proxy(self, target: int) -> Proxy:
        """A proxy before this port."""
        made = Proxy(target)
        self.do(made.start())
        self._proxies.append(made)
        return made

    def do(self, work: Coroutine[Any, Any, T], seconds: float | None = None) -> T:
        """Run it in the loop; raises ``TimeoutError``."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    def begin(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Start it in the loop and go on."""

        async def start() -> "asyncio.Task[None]":
            return asyncio.create_task(work)

        return self.do(start())

    def become(self, proxy: Proxy, way: Way, delay_seconds: float = 0.0) -> None:
        """Change a proxy's way."""

        async def change() -> None:
            proxy.become(way, delay_seconds)

        self.do(change())

    def close(self) -> None:
        """End every proxy and the loop."""
        for proxy in self._proxies:
            self.do(proxy.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Stand:
    """A context manager; inside it everything serves. ``to_doors``, ``to_database``: proxies, one a door."""

    supervisor: Supervisor
    broker: PrivateBroker
    database: PrivateDatabase
    network: Network

    def __init__(self, *, doors: int = 2, disk_megabytes: int = 1000) -> None:
        self.doors = [f"door-{number}" for number in range(doors)]
        self.to_doors: list[Proxy] = []
        self.to_database: list[Proxy] = []
        self.disk: SmallDisk | None = None
        self._disk_megabytes = disk_megabytes
        self._ports: dict[str, int] = {}
        self._environment: dict[str, str] = {}
        self._held = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as held:
            self.root = Path(tempfile.mkdtemp(prefix="svops-f-"))
            held.callback(shutil.rmtree, self.root, ignore_errors=True)
            self.root.chmod(0o755)
            disk = SmallDisk(self.root / "postgres", self.root / "disk", self._disk_megabytes)
            if disk.mount():
                self.disk = disk
                held.callback(disk.unmount)
            self.supervisor = held.enter_context(Supervisor(self.root / "log"))
            self.network = Network()
            held.callback(self.network.close)
            self.broker = PrivateBroker(self.root, self.supervisor)
            self.database = PrivateDatabase(self.root, self.supervisor)
            self.broker.launch()
            self.database.start()
            migrate(_SESSION.package, for_sqlalchemy(self.database.create(_SESSION.name)))
            self._open_doors()
            self._announce()
            self.broker.wait_ready()
            serve.topology().declare(self.broker.uri)
            self.start_relay()
            self.wait_ready()
            self._held = held.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()

    @property
    def session_uri(self) -> str:
        """Session's database, without a proxy."""
        return self.database.uri(_SESSION.name)

    def runtime(self) -> Runtime[Any]:
        """Session in this process, for setting up and for looking; it gives up on a database that is away."""
        own = settings.read(_SESSION.module("settings").Settings, _SESSION.settings_prefix, self._environment)
        url = f"{own.database_url}?connect_timeout={_CONNECT_SECONDS}&options=-cstatement_timeout%3D{_STATEMENT_MS}"
        return Runtime(_SESSION.name, replace(own, database_url=url), pool_size=2)

    def _open_doors(self) -> None:
        place = Place(self.root, "http://127.0.0.1", "system")
        made = Environment(place, database_uri=self.database.uri, amqp_uri=self.broker.uri)
        self._environment = made.variables()
        database_port = urlsplit(self.session_uri).port or 0
        for name in self.doors:
            proxy = self.network.proxy(database_port)
            self.to_database.append(proxy)
            port = self._ports[name] = remembered_port(self.root, name)
            self.to_doors.append(self.network.proxy(port))
            own = {
                "SVOPS_SESSION_DATABASE_URL_FILE": self._secret(f"{name}-database", self._through(proxy)),
                "SVOPS_SESSION_LIVE_WRITE_SECONDS": str(_WRITE_SECONDS),
                "SVOPS_SESSION_SCREEN_SEEN_SECONDS": str(_SEEN_SECONDS),
            }
            self._serve(name, ("web", _SESSION.name, "--port", str(port)), own)

    def _announce(self) -> None:
        today = datetime.now(UTC).date()
        runtime = self.runtime()
        with runtime.work() as work:
            work.session.add(Exam(exam_id=EXAM, title="Изпит", exam_on=today, regulation_on=today))
        runtime.close()

    def start_relay(self) -> None:
        """The outbox's relay."""
        port = self._ports[RELAY] = remembered_port(self.root, RELAY)
        self._serve(RELAY, ("relay", _SESSION.name, "--port", str(port)), {})

    def _serve(self, name: str, what: tuple[str, ...], own: dict[str, str]) -> None:
        command = (sys.executable, "-m", "svops.command", "serve", *what)
        self.supervisor.start(Child(name=name, command=command, env=self._environment | own))

    def _through(self, proxy: Proxy) -> str:
        parts = urlsplit(for_sqlalchemy(self.session_uri))
        return urlunsplit(parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{proxy.port}"))

    def _secret(self, name: str, text: str) -> str:
        path = self.root / name
        path.touch(0o600)
        path.write_text(text)
        return str(path)

    def wait_ready(self) -> None:
        """Until everything serves again."""
        self.database.wait_ready()
        self.broker.wait_ready()
        for name in (*self.doors, RELAY):
            self.supervisor.wait_ready(name, f"http://127.0.0.1:{self._ports[name]}/readyz", _READY_SECONDS)

    def judge(self, ledger: Ledger) -> Judgement:
        """What the judge finds in the database as it stands."""
        with psycopg.connect(self.session_uri) as connection:
            return judge(connection, ledger)

    def unpublished(self) -> int:
        """Events that still wait for the relay."""
        with psycopg.connect(self.session_uri) as connection:
            (waiting,) = connection.execute("SELECT count(*) FROM outbox WHERE published_at IS NULL").fetchone() or (0,)
        return int(waiting)

    def desks(self, plan: list[tuple[float, int]]) -> list[Desk]:
        """Sittings under way: each ends after so many seconds and is submitted after so many answers."""
        now = datetime.now(UTC)
        law = in_force(now.date())
        claims = [_claims(uuid.uuid4(), now) for _ in plan]
        ends = [now + timedelta(seconds=seconds) for seconds, _ in plan]
        runtime = self.runtime()
        try:
            with runtime.work() as work:
                work.session.execute(insert(Sitting), [_sitting(one, now) for one in claims])
                work.session.execute(
                    insert(Sheet),
                    [
                        {"sitting_id": uuid.UUID(one.sitting_id), "line": 1, "opens_at": now, "ends_at": end,
                         "questions": law.questions, "letters": "".join(law.option_letters)}
                        for one, end in zip(claims, ends, strict=True)
                    ],
                )  # fmt: skip
            key = runtime.settings.sitting_key
        finally:
            runtime.close()
        return [
            Desk(one, tokens.issue(key, one), end.timestamp(), submits_after)
            for one, end, (_, submits_after) in zip(claims, ends, plan, strict=True)
        ]

    @contextmanager
    def hall(
        self, desks: list[Desk], seats: int, *, seed: int = 0, patience: float = PATIENCE_SECONDS
    ) -> Iterator[Hall]:
        """Candidates at work; at the end everything they pressed has become acknowledged or refused.

        Raises ``TimeoutError`` when it has not.
        """
        runtime = self.runtime()
        key = runtime.settings.sitting_key
        runtime.close()

        async def make() -> Hall:
            return Hall([proxy.port for proxy in self.to_doors], desks, key, seed, patience)

        hall = self.network.do(make())
        sitting = self.network.begin(hall.sit(seats))

        async def end() -> None:
            hall.is_over.set()
            async with asyncio.timeout(_READY_SECONDS):
                await sitting

        try:
            yield hall
        finally:
            self.network.do(end())


def tree(pid: int) -> list[int]:
    """A process and all that it has started."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def tell(pids: list[int], number: signal.Signals) -> None:
    """A signal to each that is still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _claims(name: uuid.UUID, now: datetime) -> tokens.Claims:
    until = int((now + timedelta(hours=12)).timestamp())
    return tokens.Claims(sitting_id=str(name), candidate_id=str(name), exam_id=EXAM, hall=HALL, line=1, until=until)


def _sitting(claims: tokens.Claims, now: datetime) -> dict[str, Any]:
    return {
        "sitting_id": uuid.UUID(claims.sitting_id), "exam_id": EXAM, "candidate_id": claims.candidate_id,
        "mode": "electronic", "session": 1, "hall": HALL, "seat": claims.sitting_id[:8],
        "first": "Име", "middle": "Презиме", "last": "Фамилия", "identifier_type": "egn", "identifier": "0" * 10,
        "assisted": False, "identified_at": now, "logged_in_at": now,
        "unique_number": claims.sitting_id[:8], "variant": 1, "sub_variant": "1А",
    }  # fmt: skip
