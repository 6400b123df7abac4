"""What every stage of the demonstration works with: the calendar, the people, the doors, the progress bars."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from chassis.clock import FileClock
from chassis.tokens import Issuer
from chassis.work import Actor
from contracts.people import Mode, Role
from regulation import calendar
from svops.demonstration.doors import Client
from svops.demonstration.people import Crowd, Somebody

EXAM = "2027-05"
EXAM_ON = date(2027, 5, 15)
_LOG_IN_AGAIN_AFTER = timedelta(hours=8)
_AT_A_TIME = 8
T = TypeVar("T")


@dataclass(frozen=True)
class Options:
    """What the operator asked for."""

    electronic: int
    paper: int
    seed: int
    out: Path


@dataclass
class Candidate:
    """A candidate on the way through the examination. ``oddity`` says what is unusual, empty for most."""

    who: Somebody
    mode: Mode
    correct: int  #: how many questions this candidate answers correctly
    oddity: str = ""
    candidate_id: str = ""
    application_id: str = ""
    hall: str = ""
    seat: str = ""


@dataclass
class Staff:
    """A person on duty."""

    who: Somebody
    username: str
    person_id: str = ""


@dataclass
class Stage:
    """One row of the table at the end."""

    name: str
    count: int = 0
    seconds: float = 0.0


class Play:
    """The demonstration under way."""

    def __init__(
        self, options: Options, http: httpx.Client, clock: FileClock, operator_key: str, console: Console
    ) -> None:
        self.options = options
        self.http = http
        self.clock = clock
        self.console = console
        self.random = random.Random(f"play {options.seed}")  # noqa: S311 - a reproducible story, not a secret
        self.crowd = Crowd(options.seed)
        self.candidates: list[Candidate] = []
        self.staff: dict[str, Staff] = {}
        self.stages: list[Stage] = []
        self.facts: dict[str, Any] = {}
        self._operator_key = operator_key
        self._clients: dict[str, tuple[datetime, Client]] = {}
        self._progress: Progress | None = None

    def chance(self, one: Candidate, why: str) -> random.Random:
        """The dice of one candidate for one purpose; the same for the same seed, whoever comes first."""
        return random.Random(f"{self.options.seed} {one.who.email} {why}")  # noqa: S311 - a reproducible story

    def on(self, day: date, hour: str = "10:00") -> None:
        """Turn the calendar to a day and hour of Sofia."""
        self.clock.set(calendar.local(day, hour))

    def staff_client(self, name: str) -> Client:
        """A staff member at the door, logged in."""
        person = self.staff[name]
        return self._client(f"staff {name}", "admission", person.username, person.who)

    def candidate_client(self, candidate: Candidate) -> Client:
        """A candidate at the door, logged in to the profile."""
        return self._client(f"candidate {candidate.who.email}", "registration", candidate.who.email, candidate.who)

    def operator(self) -> Client:
        """The ministry's operator."""
        actor = Actor("operator", frozenset({(Role.OPERATOR, None)}), "Оператор")
        return Client(self.http, Issuer("operator", self._operator_key).issue(actor, now=self.clock.now(), hours=1))

    def anybody(self) -> Client:
        """The public."""
        return Client(self.http)

    def forget_log_ins(self) -> None:
        """Make the staff log in again: somebody has a new capacity."""
        self._clients.clear()

    def _client(self, key: str, service: str, username: str, who: Somebody) -> Client:
        at, client = self._clients.get(key, (None, None))
        now = self.clock.now()
        if client is None or at is None or not timedelta(0) <= now - at < _LOG_IN_AGAIN_AFTER:
            name = "email" if service == "registration" else "username"
            request = {name: username, "password": who.password}
            token = Client(self.http).send("POST", f"/{service}/api/login", json=request).json()["token"]
            client = Client(self.http, token, str(who.names), waits_for_events=True)
            self._clients[key] = (now, client)
        return client

    @contextmanager
    def stage(self, name: str, title: str) -> Iterator[Stage]:
        """Time a stage and show its progress; the body counts in ``stage.count``."""
        stage = Stage(name)
        self.stages.append(stage)
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", table_column=None),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        began = time.monotonic()
        with Progress(*columns, console=self.console) as self._progress:
            task = self._progress.add_task(title, total=None)
            yield stage
            self._progress.update(task, total=max(stage.count, 1), completed=max(stage.count, 1))
        self._progress = None
        stage.seconds = round(time.monotonic() - began, 2)

    def each(self, title: str, things: Sequence[T], do: Callable[[T], object]) -> int:
        """Do something with each thing, several at a time as people do, under a bar; how many there were."""
        if self._progress is None:
            raise RuntimeError("only inside a stage")
        task = self._progress.add_task(f"  {title}", total=len(things))
        with ThreadPoolExecutor(_AT_A_TIME) as people:
            for _ in people.map(do, things):
                self._progress.advance(task)
        return len(things)
