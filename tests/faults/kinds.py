"""What can break, each with how it is broken and mended; and plans of such faults from a seed."""

import random
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import psycopg

from svops.local.broker import PrivateBroker
from svops.local.database import PrivateDatabase
from tests.faults.disk import limit_files
from tests.faults.proxy import Way
from tests.faults.stand import RELAY, Stand, tell, tree

#: ``way``: between a candidate and their answers; ``beside``: nothing that a sitting needs.
WAY, BESIDE = "way", "beside"
_LIMIT_AGAIN_SECONDS = 0.05
_LIMIT_BYTES = 1_000_000
_SLOW_SECONDS = 0.3
_WAYS = (Way.CUT, Way.HALF_OPEN, Way.DEAF, Way.SLOW, Way.FORGOTTEN)
_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = 'svops_session' AND pid <> pg_backend_pid()"

Break = Callable[[Stand, int], AbstractContextManager[None]]


class Kind(NamedTuple):
    """A kind of fault: where it is, how often among others, between which seconds it lasts, and what does it."""

    name: str
    lane: str
    weight: int
    seconds: tuple[float, float]
    does: Break


@dataclass(frozen=True)
class Fault:
    """One fault: its kind, which door, how long, and how long nothing happens in its lane afterwards."""

    kind: Kind
    target: int
    seconds: float
    pause: float


class NotNowError(Exception):
    """What is to be broken is not there at the moment."""


def _process(stand: Stand, name: str) -> int:
    pid = stand.supervisor.pid(name)
    if pid is None:
        raise NotNowError(name)
    return pid


@contextmanager
def _killed(stand: Stand, _target: int, *, name: str) -> Iterator[None]:
    """SIGKILL; the supervisor starts it again."""
    _process(stand, name)
    stand.supervisor.kill(name)
    yield


@contextmanager
def _door_killed(stand: Stand, target: int) -> Iterator[None]:
    with _killed(stand, target, name=stand.doors[target]):
        yield


@contextmanager
def _backend_killed(stand: Stand, target: int) -> Iterator[None]:
    """One of the server's processes dies; PostgreSQL ends all others and recovers."""
    try:
        with psycopg.connect(stand.database.superuser_uri, connect_timeout=2) as server:
            pids = [pid for (pid,) in server.execute(_BACKENDS)]
    except psycopg.OperationalError as error:
        raise NotNowError("the server") from error
    if not pids:
        raise NotNowError("a connection")
    tell([pids[target % len(pids)]], signal.SIGKILL)
    yield


@contextmanager
def _frozen(stand: Stand, _target: int, *, name: str) -> Iterator[None]:
    """SIGSTOP to the whole of it, then SIGCONT."""
    stopped = tree(_process(stand, name))
    tell(stopped, signal.SIGSTOP)
    try:
        yield
    finally:
        tell(stopped, signal.SIGCONT)


@contextmanager
def _door_frozen(stand: Stand, target: int) -> Iterator[None]:
    with _frozen(stand, target, name=stand.doors[target]):
        yield


@contextmanager
def _to_door(stand: Stand, target: int, *, way: Way) -> Iterator[None]:
    stand.network.become(stand.to_doors[target], way, _SLOW_SECONDS)
    try:
        yield
    finally:
        stand.network.become(stand.to_doors[target], Way.OPEN)


@contextmanager
def _to_database(stand: Stand, target: int, *, way: Way) -> Iterator[None]:
    stand.network.become(stand.to_database[target], way, _SLOW_SECONDS)
    try:
        yield
    finally:
        stand.network.become(stand.to_database[target], Way.OPEN)


@contextmanager
def disk_full(stand: Stand, _target: int) -> Iterator[None]:
    """Not a block is left where the database writes; without a disk of its own, its files may not grow."""
    if stand.disk is None:
        with files_limited(stand, 0):
            yield
        return
    stand.disk.fill()
    try:
        yield
    finally:
        stand.disk.empty()


@contextmanager
def files_limited(stand: Stand, _target: int) -> Iterator[None]:
    """RLIMIT_FSIZE on every process of the server, also on those that come meanwhile."""
    is_over = threading.Event()

    def limit() -> None:
        while not is_over.wait(_LIMIT_AGAIN_SECONDS):
            pid = stand.supervisor.pid(stand.database.name)
            limit_files(tree(pid) if pid is not None else [], _LIMIT_BYTES)

    limiting = threading.Thread(target=limit, name="limiting")
    limiting.start()
    try:
        yield
    finally:
        is_over.set()
        limiting.join()
        stand.supervisor.kill(stand.database.name)  # the limits end with the processes


def _kinds() -> Iterator[Kind]:
    yield Kind("door killed", WAY, 3, (0.2, 2), _door_killed)
    yield Kind("door frozen", WAY, 3, (0.5, 4), _door_frozen)
    yield Kind("database killed", WAY, 3, (0.2, 1), partial(_killed, name=PrivateDatabase.name))
    yield Kind("database process killed", WAY, 3, (0.2, 1), _backend_killed)
    yield Kind("database frozen", WAY, 3, (0.5, 6), partial(_frozen, name=PrivateDatabase.name))
    yield Kind("disk full", WAY, 3, (0.5, 3), disk_full)
    for way in _WAYS:
        yield Kind(f"way to the door {way}", WAY, 3, (0.5, 4), partial(_to_door, way=way))
    for way in _WAYS:
        yield Kind(f"way to the database {way}", WAY, 3, (0.5, 4), partial(_to_database, way=way))
    yield Kind("broker killed", BESIDE, 2, (0.5, 4), partial(_killed, name=PrivateBroker.name))
    yield Kind("broker frozen", BESIDE, 4, (2, 15), partial(_frozen, name=PrivateBroker.name))
    yield Kind("relay killed", BESIDE, 3, (0.5, 4), partial(_killed, name=RELAY))


KINDS = tuple(_kinds())


def plan(seed: int, lane: str, doors: int, longest_pause: float) -> Iterator[Fault]:
    """Faults of a lane without end: every kind once, in random order, then by weight. One seed, one plan."""
    chance = random.Random(f"{seed} {lane}")
    kinds = [kind for kind in KINDS if kind.lane == lane]
    first = chance.sample(kinds, len(kinds))
    for kind in first:
        yield _fault(chance, kind, doors, longest_pause)
    while True:
        (kind,) = chance.choices(kinds, [one.weight for one in kinds])
        yield _fault(chance, kind, doors, longest_pause)


def _fault(chance: random.Random, kind: Kind, doors: int, longest_pause: float) -> Fault:
    return Fault(kind, chance.randrange(doors), chance.uniform(*kind.seconds), chance.uniform(0, longest_pause))
