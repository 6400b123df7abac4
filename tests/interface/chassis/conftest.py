"""A broker of this run, little services with databases of their own, and their processes."""

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from chassis.broker import connect
from chassis.settings import ServiceSettings
from chassis.work import Runtime
from svops.local.broker import PrivateBroker
from svops.local.database import PrivateDatabase
from tests.interface.chassis.little import NUMBERS, Little, end, make_tables


@pytest.fixture(scope="session")
def broker() -> Iterator[PrivateBroker]:
    """A RabbitMQ node of this run only."""
    root = Path(tempfile.mkdtemp(prefix="svops-mq-"))
    node = PrivateBroker(root)
    try:
        node.start()
        yield node
    finally:
        node.kill(stay_down=True)  # nothing of it is wanted any more
        node.stop()
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="session")
def make_little(broker: PrivateBroker, postgres: PrivateDatabase) -> Iterator[Callable[..., Little]]:
    """Makes little services; everything of theirs is gone at the end of the run."""
    folder = Path(tempfile.mkdtemp(prefix="svops-little-"))
    made: list[Little] = []

    def make(*, declare: bool = True) -> Little:
        name = f"little{next(NUMBERS)}"
        url = postgres.create(name).replace("postgresql://", "postgresql+psycopg://")
        make_tables(url)
        settings = ServiceSettings(
            database_url=url, amqp_uri=broker.uri, files_url=f"file://{folder}/files", token_public_keys="{}"
        )
        little = Little(name, Runtime(name, settings, pool_size=2), broker.uri, folder, {name: url})
        made.append(little)
        if declare:
            little.topology.declare(broker.uri)
        return little

    with ExitStack() as leaving:
        leaving.callback(shutil.rmtree, folder, ignore_errors=True)
        yield make
        for little in made:
            leaving.callback(little.runtime.close)
            for process in little.processes:
                leaving.callback(end, process)


@pytest.fixture
def little(make_little: Callable[..., Little], broker: PrivateBroker) -> Iterator[Little]:
    """A little service without processes; its queues and processes go with the test."""
    fresh = make_little()
    yield fresh
    for process in fresh.processes:
        end(process)
    with connect(broker.uri) as connection:
        channel = connection.channel()
        for queue in fresh.topology.queues:
            if fresh.name in queue.name:
                channel.queue_delete(queue.name)


@pytest.fixture(scope="session")
def house(make_little: Callable[..., Little]) -> Little:
    """A little service that runs for the whole session: container, worker and relay."""
    little = make_little()
    little.start("container", "worker", "relay")
    return little


@pytest.fixture
def exam_id() -> str:
    """An exam that no other test has."""
    return f"exam-{uuid.uuid4().hex[:8]}"
