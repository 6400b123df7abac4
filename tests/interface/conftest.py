"""One private PostgreSQL server for the run, and a service on a fresh database of its own for every test."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from chassis.work import Runtime
from svops.local.database import PrivateDatabase
from tests.interface.house import House, Templates, build


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivateDatabase]:
    """A server of this run only. Its folder is short, because a server refuses long paths."""
    root = Path(tempfile.mkdtemp(prefix="svops-pg-"))
    root.chmod(0o755)
    server = PrivateDatabase(root)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="session")
def templates(postgres: PrivateDatabase) -> Templates:
    """Schemas, once a run."""
    return Templates(postgres)


@pytest.fixture
def house_of(templates: Templates, tmp_path: Path) -> Iterator[Callable[[str], House]]:
    """``house_of("admission")``: the service on a fresh database, at noon of 1 March 2027 until told otherwise."""
    with ExitStack() as leaving:

        def make(service: str) -> House:
            name = templates.copy(service)
            leaving.callback(templates.drop, name)
            house = build(service, templates.address(name), tmp_path)
            leaving.callback(house.close)
            return house

        yield make


@pytest.fixture
def runtime_for(house_of: Callable[[str], House]) -> Callable[[str], Runtime[Any]]:
    """Only the runtime of a service, for tests below the doors."""
    return lambda service: house_of(service).runtime
