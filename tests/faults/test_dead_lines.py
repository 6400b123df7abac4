"""Lines between a door and its database that die without a word, as behind a firewall that has lost its table."""

import threading
from collections.abc import Iterator
from itertools import count

import httpx
import psycopg
import pytest

from tests.faults.candidates import Desk
from tests.faults.proxy import Way
from tests.faults.stand import EXAM, HALL, Stand
from tests.faults.waiting import until

AS_MANY_AS_MAY_HANG = 3
LONG = (3600.0, 10**9)


@pytest.fixture
def desk(stand: Stand) -> Iterator[Desk]:
    """A sitting whose door forgets nothing when the test is over."""
    (desk,) = stand.desks([LONG])
    yield desk
    stand.network.become(stand.to_database[0], Way.OPEN)
    stand.wait_ready()


def client_of(stand: Stand, desk: Desk) -> httpx.Client:
    return httpx.Client(
        base_url=f"http://127.0.0.1:{stand.to_doors[0].port}/live",
        headers={"authorization": f"Bearer {desk.token}"},
        timeout=40,
    )


def test_a_door_that_lost_line_after_line_saves_again(stand: Stand, desk: Desk) -> None:
    seqs = count(1)
    with client_of(stand, desk) as client:

        def is_saved() -> bool:
            return client.put("/answers/1", json={"option": "А", "seq": next(seqs)}).status_code == 200

        for _ in range(AS_MANY_AS_MAY_HANG):
            until(is_saved)
            stand.network.become(stand.to_database[0], Way.FORGOTTEN)
        until(is_saved)


def test_a_screen_whose_door_lost_its_line_hears_again_what_happens(stand: Stand, desk: Desk) -> None:
    told: list[str] = []

    def listen() -> None:
        with client_of(stand, desk) as client, client.stream("GET", "/stream") as answer:
            for line in answer.iter_lines():
                told.append(line)
                if line == "event: announcement":
                    return

    def announce() -> bool:
        with psycopg.connect(stand.session_uri) as somebody:
            notice = (
                f'{{"kind": "announcement", "exam_id": "{EXAM}", "hall": "{HALL}", "sitting_id": "", "facts": {{}}}}'
            )
            somebody.execute("SELECT pg_notify('live', %s)", (notice,))
        return not listening.is_alive()

    listening = threading.Thread(target=listen)
    listening.start()
    until(lambda: "event: resync" in told)
    stand.network.become(stand.to_database[0], Way.FORGOTTEN)
    until(announce)
    assert told.count("event: resync") == 2
