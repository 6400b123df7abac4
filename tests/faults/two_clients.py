"""Two clients of one sitting, against a model: whatever the order in which their changes come, over whichever door."""

import asyncio
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, ClassVar, NamedTuple, Self

import msgspec
import psycopg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from starlette.applications import Starlette

from chassis.work import Runtime
from services.session.live import create_live_app, tokens
from services.session.rules.history import Entry, first_break
from tests.faults.ledger import standing
from tests.faults.stand import EXAM, HALL, Stand

_LETTERS = "АБВГ"
_QUESTIONS = 3
_BEGINNING = datetime(2027, 5, 15, 6, 30, tzinfo=UTC)
_HOURS = timedelta(hours=3)
_STEPS = 14
_SITTING = """
INSERT INTO sittings (sitting_id, exam_id, candidate_id, mode, session, hall, seat, first, middle, last,
                      identifier_type, identifier, assisted, credential_issue, is_login_open, unique_number)
VALUES (%(id)s, %(exam)s, %(id)s::text, 'electronic', 1, %(hall)s, '1', 'Име', 'Презиме', 'Фамилия',
        'egn', '0000000000', false, 1, false, %(id)s::text)"""
_SHEET = """
INSERT INTO sheets (sitting_id, line, opens_at, ends_at, questions, letters, answered, entries, head)
VALUES (%s, 1, %s, %s, %s, %s, 0, 0, decode(repeat('00', 32), 'hex'))"""
_STANDS = "SELECT options, seqs FROM sheets WHERE sitting_id = %s"
_HISTORY = """
SELECT number, at, action, line, question, option, seq, client_at, verdict, sha256
FROM answer_history WHERE sitting_id = %s ORDER BY number"""


class Message(NamedTuple):
    """A change on its way."""

    line: int
    question: int
    option: str | None
    seq: int


@dataclass
class Model:
    """What a sitting must do, in as few words as possible: newest count wins, first come of equals, only on its line,
    only before its end.
    """

    line: int = 1
    is_over: bool = False
    is_closed: bool = False
    stands: dict[int, tuple[str | None, int]] = field(default_factory=dict)
    history: list[tuple[Message, str]] = field(default_factory=list)

    def take(self, message: Message) -> str:
        """The verdict, or the refusal's name."""
        if message.line != self.line:
            return "LineMoved"
        if self.is_closed:
            return "SittingClosed"
        if self.is_over:
            return "TimeExpired"
        option, newest = self.stands.get(message.question, (None, 0))
        if message.seq > newest:
            self.stands[message.question] = (message.option, message.seq)
            self.history.append((message, "saved"))
            return "saved"
        if (message.option, message.seq) == (option, newest):
            return "saved"
        self.history.append((message, "superseded"))
        return "superseded"

    def copy(self) -> "Model":
        """As it is now."""
        return Model(self.line, self.is_over, self.is_closed, dict(self.stands), list(self.history))


class _Clock:
    """Shows what it was told."""

    def __init__(self) -> None:
        self.instant = _BEGINNING

    def now(self) -> datetime:
        """The instant."""
        return self.instant


class Doors:
    """Two live doors in this process over the stand's database. A context manager."""

    def __init__(self, stand: Stand) -> None:
        runtime = stand.runtime()
        self.clock = _Clock()
        # Order is tried here, not durability.
        url = f"{runtime.settings.database_url}%20-csynchronous_commit%3Doff"
        own = replace(runtime.settings, database_url=url)
        runtime.close()
        self._runtime = Runtime(runtime.name, own, clock=self.clock, pool_size=2)
        self.key = self._runtime.settings.sitting_key
        self.database = psycopg.connect(stand.session_uri, autocommit=True)
        self.database.execute("SET synchronous_commit = off")
        self._loop = asyncio.Runner()
        self._apps = [create_live_app(self._runtime) for _ in range(2)]
        self._lives = [app.router.lifespan_context(app) for app in self._apps]

    def __enter__(self) -> Self:
        for life in self._lives:
            self._loop.run(life.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for life in self._lives:
            self._loop.run(life.__aexit__(kind, error, trace))
        self._loop.close()
        self.database.close()
        self._runtime.close()

    def sitting(self) -> uuid.UUID:
        """A new one, under way."""
        name = uuid.uuid4()
        with self.database.transaction():
            self.database.execute(_SITTING, {"id": name, "exam": EXAM, "hall": HALL})
            self.database.execute(_SHEET, (name, _BEGINNING, _BEGINNING + _HOURS, _QUESTIONS, _LETTERS))
        return name

    def ask(self, door: int, method: str, path: str, token: str, content: Any) -> Any:
        """One request; what its body says."""
        return self._loop.run(_ask(self._apps[door], method, path, token, content))

    def ask_both(self, asked: list[tuple[int, str, str, Any]]) -> list[Any]:
        """Answers by PUT, all at once: door, path, token, content each."""

        async def all_at_once() -> list[Any]:
            return await asyncio.gather(*(_ask(self._apps[door], "PUT", *rest) for door, *rest in asked))

        return self._loop.run(all_at_once())


async def _ask(app: Starlette, method: str, path: str, token: str, content: Any) -> Any:
    headers = [(b"authorization", f"Bearer {token}".encode()), (b"content-type", b"application/json")]
    scope = {
        "type": "http", "method": method, "path": path, "root_path": "", "query_string": b"", "headers": headers,
    }  # fmt: skip
    said = bytearray()

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)  # another request may come between
        return {"type": "http.request", "body": msgspec.json.encode(content), "more_body": False}

    async def send(message: Any) -> None:
        await asyncio.sleep(0)  # the other request may end before
        said.extend(message.get("body", b""))

    await app(scope, receive, send)
    return msgspec.json.decode(bytes(said))


_clients, _doors = st.integers(0, 1), st.integers(0, 1)
_places = st.integers(0, 7)
_questions, _options = st.integers(1, _QUESTIONS), st.sampled_from([*_LETTERS, None])


class Interleaving(RuleBasedStateMachine):
    """One sitting; its clients count for themselves, and the network keeps, repeats and disorders what they send."""

    doors: ClassVar[Doors]

    def __init__(self) -> None:
        super().__init__()
        self._sitting = self.doors.sitting()
        self.doors.clock.instant = _BEGINNING
        self._model = Model()
        self._lines = [1, 1]
        self._counts = [0, 0]
        self._under_way: list[list[Message]] = [[], []]
        self._delivered = 0  #: what may be done next must not hang on which of two came first

    @initialize(keys=st.lists(st.tuples(_clients, _questions, _options), min_size=4, max_size=12))
    def press_many(self, keys: list[tuple[int, int, str | None]]) -> None:
        """Both are in a hurry."""
        for key in keys:
            self.press(*key)

    @rule(client=_clients, question=_questions, option=_options)
    def press(self, client: int, question: int, option: str | None) -> None:
        """A key at one of the clients; nothing is sent yet."""
        self._counts[client] += 1
        message = Message(self._lines[client], question, option, self._counts[client])
        self._under_way[client].append(message)

    @rule(client=_clients)
    def look_again(self, client: int) -> None:
        """The page is loaded again and counts on from what stands."""
        newest = max((seq for _, seq in self._model.stands.values()), default=0)
        self._counts[client] = max(self._counts[client], newest)

    @precondition(lambda self: any(self._under_way))
    @rule(client=_clients, place=_places, door=_doors, is_repeated=st.booleans())
    def deliver(self, client: int, place: int, door: int, *, is_repeated: bool) -> None:
        """One arrives, in any order; the answer may be lost, so that it comes again."""
        message = self._pick(client, place, is_repeated=is_repeated)
        if message is not None:
            told = self.doors.ask(door, "PUT", *self._request(message))
            assert _verdict(told) == self._model.take(message)

    @precondition(lambda self: all(self._under_way))
    @rule(first=_places, second=_places, is_repeated=st.booleans())
    def deliver_both(self, first: int, second: int, *, is_repeated: bool) -> None:
        """One of each, at the same time over both doors: as one after the other, in either order."""
        found = [self._pick(client, place, is_repeated=is_repeated) for client, place in enumerate((first, second))]
        one, other = (message for message in found if message is not None)
        told = self.doors.ask_both([(0, *self._request(one)), (1, *self._request(other))])
        verdicts = [_verdict(one) for one in told]
        for order in ((one, other), (other, one)):
            model = self._model.copy()
            taken = {message: model.take(message) for message in order}
            if [taken[one], taken[other]] == verdicts and model.history == self._history():
                self._model = model
                return
        raise AssertionError(f"{one} and {other} at once became {verdicts}, {self._history()}")

    @precondition(lambda self: any(self._under_way))
    @rule(client=_clients, door=_doors, chance=st.randoms(use_true_random=False))
    def replay(self, client: int, door: int, chance: Any) -> None:
        """Everything that a client has kept, at once and in any order."""
        messages = [one for one in self._under_way[client] if one.line == self._lines[client]]
        if not messages:
            return
        chance.shuffle(messages)
        self._delivered += len(messages)
        content = [{"question": one.question, "option": one.option, "seq": one.seq} for one in messages]
        told = self.doors.ask(door, "POST", "/answers", self._token(self._lines[client]), content)
        verdicts = [_verdict(one) for one in told["verdicts"]]
        assert verdicts == [self._model.take(one) for one in messages]
        self._under_way[client].clear()

    @precondition(lambda self: self._model.line == 1 and self._delivered > 2)
    @rule(client=_clients)
    def move(self, client: int) -> None:
        """One of the clients is another computer from now on; what the other says is of a line that has moved."""
        self._model.line = self._lines[client] = 2
        self.doors.database.execute("UPDATE sheets SET line = 2 WHERE sitting_id = %s", (self._sitting,))

    @precondition(lambda self: not self._model.is_over and self._delivered > 2)
    @rule()
    def pass_the_end(self) -> None:
        """The last second is over."""
        self.doors.clock.instant = _BEGINNING + _HOURS
        self._model.is_over = True

    @precondition(lambda self: self._delivered > 2)
    @rule(client=_clients, door=_doors)
    def submit(self, client: int, door: int) -> None:
        """The final submission, once or again."""
        model, line = self._model, self._lines[client]
        told = self.doors.ask(door, "POST", "/submit", self._token(line), {})
        if line != model.line:
            assert told["code"] == "LineMoved"
        elif model.is_over and not model.is_closed:
            assert told["code"] == "TimeExpired"
        else:
            model.is_closed = True
            assert told["answered"] == sum(option is not None for option, _ in model.stands.values())

    def teardown(self) -> None:
        """What stands, and how it came to stand, is the model's."""
        (held,) = self.doors.database.execute(_STANDS, (self._sitting,)).fetchall()
        assert standing(*held) == self._model.stands
        assert self._history() == self._model.history

    def _pick(self, client: int, place: int, *, is_repeated: bool) -> Message | None:
        waiting = self._under_way[client] or self._under_way[1 - client]
        place %= len(waiting)
        self._delivered += 1
        return waiting[place] if is_repeated else waiting.pop(place)

    def _request(self, message: Message) -> tuple[str, str, Any]:
        content = {"option": message.option, "seq": message.seq}
        return f"/answers/{message.question}", self._token(message.line), content

    def _token(self, line: int) -> str:
        name = str(self._sitting)
        until = int((_BEGINNING + 4 * _HOURS).timestamp())
        return tokens.issue(
            self.doors.key,
            tokens.Claims(sitting_id=name, candidate_id=name, exam_id=EXAM, hall=HALL, line=line, until=until),
        )

    def _history(self) -> list[tuple[Message, str]]:
        rows = self.doors.database.execute(_HISTORY, (self._sitting,)).fetchall()
        links = [(Entry(*row[:-1]), row[-1]) for row in rows]
        assert first_break(str(self._sitting), links) is None
        return [(Message(one.line, one.question or 0, one.option, one.seq or 0), one.verdict) for one, _ in links]


def _verdict(told: dict[str, Any]) -> str:
    return str(told.get("code") or told["verdict"])


def play(stand: Stand, interleavings: int) -> None:
    """So many; raises ``AssertionError`` with the shortest that differs from the model."""
    chosen = settings(
        max_examples=interleavings,
        stateful_step_count=_STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    with Doors(stand) as doors:
        here = type("Here", (Interleaving,), {"doors": doors})
        run_state_machine_as_test(here, settings=chosen)
