"""Little services for tests: a database, queues and processes each."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from amqp import Message
from sqlalchemy import create_engine, text

from chassis.audit import FORBID_CHANGE
from chassis.broker import connect
from chassis.plumbing import Plumbing
from chassis.topology import Subscriptions, Topology, event_queue, message_count, parking_queue
from chassis.work import Runtime
from contracts.envelope import CONTENT_TYPE, encode, seal
from contracts.events import Event
from contracts.events.admission import CandidateIdentified
from contracts.events.certification import CertificateIssued
from contracts.events.grading import GradeSheets
from contracts.people import Mode

_ROOT = Path(__file__).parents[3]
_OWN_TABLES = """
CREATE TABLE effects (number bigint GENERATED ALWAYS AS IDENTITY, exam_id text, what text, pid int);
CREATE TABLE attempts (number bigint GENERATED ALWAYS AS IDENTITY, what text, pid int);
"""
NUMBERS = count(1)


def until(holds: Callable[[], Any], *, seconds: float = 30.0) -> None:
    """Wait until it holds; fail when it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.03)


def listens(name: str) -> Subscriptions:
    """What a little service of that name listens to."""
    return Subscriptions(service=name, handles=(CandidateIdentified, CertificateIssued), jobs=(GradeSheets,))


@dataclass
class Process:
    """A little service's process."""

    child: "subprocess.Popen[str]"
    log: Path
    port: int = 0

    def await_ready(self) -> None:
        """Wait until it says that it serves."""
        assert self.child.stdout is not None
        words = self.child.stdout.readline().split()
        assert words[:1] == ["ready"], self.log.read_text()[-3000:]
        self.port = int(words[1])

    @property
    def is_alive(self) -> bool:
        return self.child.poll() is None

    def kill(self) -> None:
        """As a crash would."""
        self.child.kill()
        self.child.wait()

    def stop(self) -> int:
        """As a supervisor would; its exit code."""
        self.child.terminate()
        return self.child.wait(30)


@dataclass
class Little:
    """One little service: its database, its queues, its processes."""

    name: str
    runtime: Runtime[Any]
    amqp_uri: str
    folder: Path
    services: dict[str, str]
    processes: list[Process] = field(default_factory=list)

    @property
    def topology(self) -> Topology:
        return Topology((listens(self.name),))

    def start(self, *roles: str, words: Sequence[str] = (), **config: Any) -> list[Process]:
        """Start ``container``, ``relay``, ``worker`` side by side and wait until each serves."""
        started = [self.launch(role, words=words, **config) for role in roles]
        self.processes += started
        for process in started:
            process.await_ready()
        return started

    def launch(self, role: str, *, words: Sequence[str] = (), **config: Any) -> Process:
        """Start without waiting."""
        log = self.folder / f"{role}-{next(NUMBERS)}.log"
        path = log.with_suffix(".json")
        common = {"services": self.services, "amqp_uri": self.amqp_uri, "files_url": f"file://{self.folder}/files"}
        path.write_text(json.dumps({**common, "token_public_keys": "{}", **config}))
        command = [sys.executable, str(Path(__file__).with_name(f"little_{role}.py")), str(path), *words]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(_ROOT), "PYTHONUNBUFFERED": "1"}
        with log.open("w") as errors:
            child = subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=errors)
        return Process(child, log)

    def say(self, *events: Event) -> None:
        """Into the outbox, in one transaction."""
        with self.runtime.work() as work:
            for event in events:
                work.emit(event)

    def publish(self, body: bytes, *, queue: str, content_type: str = CONTENT_TYPE, **properties: Any) -> None:
        """Straight into a queue, as somebody who does not keep the rules."""
        with connect(self.amqp_uri) as connection:
            message = Message(body, content_type=content_type, delivery_mode=2, **properties)
            connection.channel().basic_publish(message, exchange="", routing_key=queue)

    def send(self, event: Event, *, times: int = 1) -> str:
        """The same message so many times, straight into the service's queue; its id."""
        envelope = seal(event, source=self.name, at=datetime.now(UTC))
        for _ in range(times):
            body, queue = encode(envelope), event_queue(self.name)
            self.publish(body, queue=queue, message_id=envelope.id, type=envelope.type)
        return envelope.id

    def effects(self, exam_id: str) -> list[str]:
        """What happened in an exam, in order."""
        return self.ask("SELECT what FROM effects WHERE exam_id = :key ORDER BY number", exam_id)

    def attempts(self, what: str) -> list[Any]:
        """How often something was tried: the processes that did."""
        return self.ask("SELECT pid FROM attempts WHERE what = :key ORDER BY number", what)

    def ask(self, query: str, key: str = "") -> list[Any]:
        with self.runtime.engine.connect() as connection:
            return list(connection.execute(text(query), {"key": key}).scalars())

    def waiting(self) -> int:
        """How many rows of the outbox are not published."""
        return len(self.ask("SELECT number FROM outbox WHERE published_at IS NULL"))

    def parked(self) -> int:
        return message_count(self.amqp_uri, parking_queue(self.name))

    def queued(self) -> int:
        return message_count(self.amqp_uri, event_queue(self.name))


def end(process: Process) -> None:
    if process.is_alive:
        process.kill()
    assert process.child.stdout is not None
    process.child.stdout.close()


def identified(exam_id: str, candidate_id: str, hall: str = "1") -> CandidateIdentified:
    """The fact that the little services handle."""
    return CandidateIdentified(
        exam_id=exam_id, candidate_id=candidate_id, mode=Mode.PAPER, hall=hall, identified_at=datetime.now(UTC)
    )


def make_tables(url: str) -> None:
    """The plumbing's tables, and two in which the little services write what they did."""
    engine = create_engine(url)
    with engine.begin() as connection:
        Plumbing.metadata.create_all(connection)
        for statement in FORBID_CHANGE:
            connection.execute(statement)
        connection.execute(text(_OWN_TABLES))
    engine.dispose()
