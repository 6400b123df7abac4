"""An answer takes the lane past the framework; whatever is out of the ordinary goes the way of every other request."""

import json
import socket
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from sqlalchemy import func, select

from services.session.live import create_live_app
from services.session.tables import HistoryRow, RefusedAnswer, Sheet
from tests.browser.stand import Served
from tests.interface.session.exam_day import Candidate, ExamDay, first

_SEQS = count(1)
_KEPT_ALIVE_SECONDS = 2


@pytest.fixture
def served(running: ExamDay) -> Iterator[Served]:
    """The live door as a web process has it."""
    live = create_live_app(running.house.runtime)
    served = Served(running.house.runtime, {"/live": live}, live, kept_alive_seconds=_KEPT_ALIVE_SECONDS)
    served.start()
    try:
        yield served
    finally:
        served.stop()


class Wire:
    """A connection that sends bytes as they are."""

    def __init__(self, served: Served) -> None:
        port = int(served.address.rpartition(":")[2])
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._file = self._socket.makefile("rb")

    def send(self, *pieces: bytes) -> None:
        """Each piece in a packet of its own."""
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            self._socket.sendall(piece)

    def told(self) -> tuple[int, dict[str, str], Any]:
        """Status, headers and JSON of the next answer."""
        status = int(self._file.readline().split()[1])
        headers = {}
        while line := self._file.readline().strip():
            name, _, value = line.decode().partition(": ")
            headers[name.lower()] = value
        body = self._file.read(int(headers["content-length"]))
        return status, headers, json.loads(body) if "json" in headers.get("content-type", "") else body

    def has_ended(self) -> bool:
        """Whether the door hangs up without another word."""
        return self._file.read() == b""

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self._socket.close()


@pytest.fixture
def wire(served: Served) -> Iterator[Wire]:
    """A line to the door."""
    wire = Wire(served)
    yield wire
    wire.close()


def request(one: Candidate, question: int | str = 1, *, seq: int | None = None, more: bytes = b"") -> bytes:
    """An answer as a browser sends it, with ``more`` header lines."""
    body = json.dumps({"option": "Б", "seq": seq or next(_SEQS)}).encode()
    return (
        b"PUT /live/answers/%b HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer %b\r\n"
        b"Content-Length: %d\r\n%b\r\n%b" % (str(question).encode(), one.token.encode(), len(body), more, body)
    )


def answered(day: ExamDay) -> int:
    """How many questions have an answer on all sheets."""
    with day.house.runtime.work() as work:
        return sum(sheet.answered for sheet in work.session.scalars(select(Sheet)))


def kept(day: ExamDay, table: Any) -> int:
    """How many rows there are of answers to questions."""
    of_answers = table.question.is_not(None)
    with day.house.runtime.work() as work:
        return work.session.scalar(select(func.count()).select_from(table).where(of_answers)) or 0


def took_the_lane(headers: dict[str, str]) -> bool:
    """Only the door's layers name a trace."""
    return "traceparent" not in headers


def test_an_answer_is_told_alike_in_the_lane_and_on_the_route(running: ExamDay, wire: Wire) -> None:
    wire.send(request(first(running), 1, seq=7))
    status, headers, said = wire.told()
    assert (status, took_the_lane(headers)) == (200, True)
    wire.send(request(first(running), 1, seq=7, more=b"Expect: nothing\r\n"))
    again, by_route, told = wire.told()
    assert (again, took_the_lane(by_route)) == (200, False)
    assert said == told == {"question": 1, "seq": 7, "verdict": "saved", "stands": {"option": "Б", "seq": 7}}
    own = {"date", "traceparent"}
    assert {name: headers[name] for name in headers.keys() - own} == {
        name: by_route[name] for name in by_route.keys() - own
    }
    assert kept(running, HistoryRow) == 1


def test_an_answer_in_pieces_is_saved_once_wherever_it_breaks(running: ExamDay, wire: Wire) -> None:
    whole = request(first(running), 3, seq=1)
    for at in (1, 17, 25, whole.index(b"\r\n") + 1, whole.index(b"\r\n\r\n") + 2, len(whole) - 1):
        wire.send(whole[:at], whole[at:])
        assert wire.told()[0] == 200
    assert kept(running, HistoryRow) == 1


def test_answers_sent_in_one_breath_are_told_in_their_order(running: ExamDay, wire: Wire) -> None:
    sent = [request(first(running), number, seq=number) for number in range(1, 6)]
    wire.send(sent[0], b"".join(sent[1:]))
    assert [wire.told()[2]["question"] for _ in sent] == [1, 2, 3, 4, 5]
    assert answered(running) == 5


def test_the_lane_and_the_other_routes_share_a_line(running: ExamDay, wire: Wire) -> None:
    token = first(running).token.encode()
    look = b"GET /live/sitting HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %b\r\n\r\n" % token
    for number in (1, 2):
        wire.send(request(first(running), number) + look)
        assert wire.told()[0] == 200
        assert wire.told()[2]["answers"].keys() == {str(one) for one in range(1, number + 1)}


def test_a_line_is_kept_while_answers_come_and_ended_when_none_does(running: ExamDay, wire: Wire) -> None:
    one = first(running)
    for question in range(1, 5):
        wire.send(request(one, question))
        assert wire.told()[0] == 200
        time.sleep(0.4 * _KEPT_ALIVE_SECONDS)  # the pause is what is examined
    wire.send(request(one, 5))
    assert wire.told()[0] == 200
    assert wire.has_ended()


@pytest.mark.parametrize(
    "more",
    [b"Transfer-Encoding: chunked\r\n", b"Content-Length: 5\r\n", b"X: a\r\n b\r\n", b"X y: z\r\n", b"X: \0\r\n"],
    ids=["chunked and a length", "two lengths", "a folded header", "a name with a space", "a null"],
)
def test_a_request_that_could_be_read_in_two_ways_is_not_saved(running: ExamDay, wire: Wire, more: bytes) -> None:
    wire.send(request(first(running), more=more))
    assert wire.told()[0] == 400
    assert wire.has_ended()
    assert kept(running, HistoryRow) == 0


@pytest.mark.parametrize(
    ("question", "token", "status", "code"),
    [
        ("1", "forged", 401, "NotAuthenticated"),
        ("0", "", 422, "InvalidInput"),
        ("91", "", 422, "InvalidInput"),
        ("9" * 40, "", 422, "InvalidInput"),
        ("1/../2", "", 404, "NotFound"),
    ],
)
def test_what_is_refused_is_told_as_on_every_other_route(
    running: ExamDay, wire: Wire, question: str, token: str, status: int, code: str
) -> None:
    one = first(running)
    one.token = token or one.token
    wire.send(request(one, question))
    told, headers, said = wire.told()
    assert (told, said["code"], headers["content-type"]) == (status, code, "application/problem+json")
    assert not took_the_lane(headers)
    wire.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
    assert wire.told()[0] == 200


def test_an_answer_after_the_end_is_refused_once_and_recorded_once(running: ExamDay, wire: Wire) -> None:
    running.on("12:30")
    wire.send(request(first(running)) + request(first(running)))
    for _ in range(2):
        assert wire.told()[2]["code"] == "TimeExpired"
    assert kept(running, RefusedAnswer) == 2
    assert answered(running) == 0


def test_who_hangs_up_before_being_told_harms_nobody_else(running: ExamDay, served: Served, wire: Wire) -> None:
    gone = Wire(served)
    gone.send(request(running.halls["К1"][1], 5))
    gone.close()
    wire.send(request(first(running), 6))
    assert wire.told()[0] == 200


def test_a_door_that_ends_tells_first_what_it_has_saved(running: ExamDay, served: Served, wire: Wire) -> None:
    with running.house.runtime.engine.begin() as somebody:
        somebody.exec_driver_sql("SELECT 1 FROM sheets FOR UPDATE")
        wire.send(request(first(running), 8))
        served.end()
    assert wire.told()[2]["verdict"] == "saved"
    assert wire.has_ended()
