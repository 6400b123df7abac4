"""A worker killed in the middle of a batch of scans: every card is read, and none twice (Art. 44)."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from chassis.plumbing import AuditRow
from services.grading.paper.tables import Reading, Scan
from svops import serve
from svops.local.broker import PrivateBroker
from tests.faults.waiting import until
from tests.interface.grading_paper.paper_exam import CHAIR, PaperExam, envelope, good, scanned
from tests.interface.house import House, kept_secret

_CHECKOUT = Path(__file__).parents[2]
_CARDS = 6
_KILLS = 2


@pytest.fixture
def broker() -> Iterator[PrivateBroker]:
    """A RabbitMQ node of this test only, with every queue of the house."""
    root = Path(tempfile.mkdtemp(prefix="svops-mq-"))
    node = PrivateBroker(root)
    try:
        node.start()
        serve.topology().declare(node.uri)
        yield node
    finally:
        node.kill(stay_down=True)  # nothing of it is wanted any more
        node.stop()
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def start(broker: PrivateBroker, tmp_path: Path) -> Iterator[Callable[[House, str], "subprocess.Popen[bytes]"]]:
    """``start(house, "worker")``: a process of the service, as production starts it."""
    with ExitStack() as leaving:

        def make(house: House, kind: str) -> "subprocess.Popen[bytes]":
            environment = house.environment | kept_secret(house.name, "AMQP_URI", broker.uri, tmp_path)
            log = leaving.enter_context((tmp_path / f"{kind}.log").open("ab"))
            command = [sys.executable, "-m", "svops.command", "serve", kind, house.name]
            child = subprocess.Popen(
                command, env={"PATH": os.environ["PATH"]} | environment, cwd=_CHECKOUT, stdout=log, stderr=log
            )
            leaving.callback(child.wait)
            leaving.callback(child.kill)
            return child

        yield make


def test_a_worker_killed_in_the_middle_of_a_batch_loses_no_card_and_reads_none_twice(
    house_of: Callable[[str], House], start: Callable[[House, str], "subprocess.Popen[bytes]"]
) -> None:
    exam = PaperExam(house_of("grading_paper"), [envelope(number, 70) for number in range(1, _CARDS + 1)])
    exam.announce()
    exam.hand_in()
    exam.release_key()
    exam.number()
    scans = [exam.upload(scanned(one, number)) for number, one in exam.by_number.items()]
    good(exam.tell("register_scans", CHAIR, scans=scans))
    start(exam.house, "relay")
    worker = start(exam.house, "worker")
    for killed in range(_KILLS):
        until(partial(has_read, exam, 2 * killed + 1))
        worker.kill()
        worker.wait()
        assert not has_read(exam, _CARDS), "it was killed at its work"
        worker = start(exam.house, "worker")
    until(partial(has_read, exam, _CARDS))
    with exam.house.runtime.work() as work:
        pages = work.session.execute(select(Reading.scan_sha256, Reading.page)).all()
        told = list(work.session.scalars(select(AuditRow.facts).where(AuditRow.action == "scan:read")))
    assert sorted(pages) == sorted((sha256, 1) for sha256 in scans)
    assert sorted(fact["number"] for fact in told) == sorted(exam.by_number)
    good(exam.tell("distribute_cards", CHAIR))


def has_read(exam: PaperExam, cards: int) -> bool:
    with exam.house.runtime.work() as work:
        return (work.session.scalar(select(func.count()).where(Scan.read_at.is_not(None))) or 0) >= cards
