"""The fifteenth of May: two electronic halls and one on paper, everybody on duty, candidates on their seats."""

import asyncio
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pyrage
from starlette.applications import Starlette

from chassis.plumbing import DocumentRow, OutboxRow
from chassis.work import Actor
from contracts.envelope import decode
from contracts.events import Event
from contracts.events.admission import CandidateAbsent, CandidateIdentified, SeatAssigned, StaffAppointed
from contracts.events.registration import AnnouncementPublished
from contracts.events.testbank import VariantOpened
from contracts.people import Mode, Role
from services.session.live import create_live_app
from services.session.usecases import closing, records
from tests.cast import Player, player
from tests.interface.house import AGE, House

EXAM = "2027-05"
DAY = date(2027, 5, 15)
LETTERS = ("А", "Б", "В", "Г")
QUESTIONS = 90
SUB_VARIANTS = {"1А": list(range(1, QUESTIONS + 1)), "1Б": list(range(QUESTIONS, 0, -1))}


def at(hour: str) -> datetime:
    """``9:30`` or ``12:29:59`` of the day, in Sofia's summer time."""
    hours, minutes, seconds = (int(part) for part in f"{hour}:0".split(":")[:3])
    return datetime(2027, 5, 15, hours, minutes, seconds, tzinfo=UTC) - timedelta(hours=3)


class Line:
    """An HTTP client of one live door in this process, one request after another; closes the door in order."""

    def __init__(self, door: Starlette) -> None:
        self._loop = asyncio.Runner()
        self._life = door.router.lifespan_context(door)
        self._loop.run(self._life.__aenter__())
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://live")

    def get(self, path: str, **options: Any) -> httpx.Response:
        """A GET."""
        return self._loop.run(self._client.get(path, **options))

    def post(self, path: str, **options: Any) -> httpx.Response:
        """A POST."""
        return self._loop.run(self._client.post(path, **options))

    def put(self, path: str, **options: Any) -> httpx.Response:
        """A PUT."""
        return self._loop.run(self._client.put(path, **options))

    def close(self) -> None:
        """Close the client, the door and the loop."""
        self._loop.run(self._client.aclose())
        self._loop.run(self._life.__aexit__(None, None, None))
        self._loop.close()


@dataclass
class Candidate:
    """Somebody on a seat."""

    player: Player
    hall: str
    seat: str
    mode: Mode
    candidate_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    username: str = ""
    password: str = ""
    token: str = ""

    @property
    def about(self) -> dict[str, str]:
        """What verbs about one candidate need."""
        return {"exam_id": EXAM, "candidate_id": self.candidate_id}


@dataclass
class ExamDay:
    """Session on its day. ``live``: the candidate's door; ``house``: everybody else's."""

    house: House
    live: Line
    people: dict[str, Actor] = field(default_factory=dict)
    halls: dict[str, list[Candidate]] = field(default_factory=dict)

    def on(self, hour: str) -> None:
        """Make it this hour."""
        self.house.at(at(hour))

    def told(self, record: Any, event: Event) -> None:
        """Another service told it."""
        with self.house.runtime.work() as work:
            record(work, event)

    def announce(self) -> None:
        """The exam, with both modes."""
        event = AnnouncementPublished(
            exam_id=EXAM,
            title="Изпит за сертификат",
            exam_on=DAY,
            modes=(Mode.ELECTRONIC, Mode.PAPER),
            sessions=1,
            published_at=datetime(2027, 3, 1, tzinfo=UTC),
            applications_until=datetime(2027, 3, 11, tzinfo=UTC),
            regulation_on=date(2027, 3, 1),
        )
        self.told(records.record_exam, event)

    def appoint(self, name: str, role: Role, hall: str | None = None) -> None:
        """Somebody on duty."""
        person_id = f"person-{name}"
        self.people[name] = Actor(person_id, frozenset({(role, EXAM)}), name)
        names = player(len(self.people)).names
        event = StaffAppointed(exam_id=EXAM, person_id=person_id, role=role, names=names, hall=hall)
        self.told(records.record_staff, event)

    def seat(self, number: int, hall: str, seat: str, mode: Mode = Mode.ELECTRONIC, session: int = 1) -> Candidate:
        """A candidate on a seat of a hall."""
        one = Candidate(player(100 + number), hall, seat, mode)
        self.halls.setdefault(hall, []).append(one)
        self.reseat(one, hall, seat, session)
        return one

    def reseat(self, one: Candidate, hall: str, seat: str, session: int = 1) -> None:
        """Admission gives a candidate this seat, whether or not he had another one."""
        event = SeatAssigned(
            exam_id=EXAM,
            application_id=str(uuid.uuid4()),
            candidate_id=one.candidate_id,
            username=one.player.email,
            person=one.player.person,
            mode=one.mode,
            assisted=False,
            session=session,
            hall=hall,
            place="ул. „Раковски“ № 102",
            seat=seat,
            exam_on=DAY,
            entry_at=at("8:30" if session == 1 else "14:30"),
            starts_at=at("9:30" if session == 1 else "15:30"),
        )
        self.told(records.record_seat, event)

    def open_variant(self, variant: int = 1) -> None:
        """Testbank's package: the questions, encrypted to session."""
        sub_variants = (
            SUB_VARIANTS if variant == 1 else {code.replace("1", "2"): SUB_VARIANTS[code] for code in SUB_VARIANTS}
        )
        name = "Учебен въпрос" if variant == 1 else "Друг учебен въпрос"
        questions = [
            {
                "number": n,
                "area": "legislation",
                "text": f"{name} {n}?",
                "options": {letter: f"отговор {letter} на {n}" for letter in LETTERS},
            }
            for n in range(1, QUESTIONS + 1)
        ]
        package = {"exam_id": EXAM, "variant": variant, "questions": questions, "sub_variants": sub_variants}
        sealed = pyrage.encrypt(json.dumps(package).encode(), [AGE["session"].to_public()])
        event = VariantOpened(
            exam_id=EXAM,
            variant=variant,
            package_sha256=self.house.runtime.files.put(sealed),
            sub_variants=tuple(sub_variants),
            questions=QUESTIONS,
            opened_at=self.house.clock.now(),
        )
        self.told(records.record_variant, event)

    def let_in(self, one: Candidate) -> None:
        """Identity was checked at the door."""
        event = CandidateIdentified(
            exam_id=EXAM,
            candidate_id=one.candidate_id,
            mode=one.mode,
            hall=one.hall,
            identified_at=self.house.clock.now(),
        )
        self.told(records.record_identified, event)

    def close_door(self, one: Candidate) -> None:
        """The candidate had not come."""
        event = CandidateAbsent(
            exam_id=EXAM, candidate_id=one.candidate_id, mode=one.mode, hall=one.hall, closed_at=at("9:25")
        )
        self.told(records.record_absent, event)

    def do(self, who: str, verb: str, /, **fields: Any) -> dict[str, Any]:
        """A command that is carried out."""
        answer = self.house.tell(verb, fields, self.people[who])
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def refused(self, code: str, who: str, verb: str, /, **fields: Any) -> dict[str, Any]:
        """A command that is refused with this code."""
        answer = self.house.tell(verb, fields, self.people[who])
        assert answer.json().get("code") == code, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def envelopes(self, hall: str) -> None:
        """User names and passwords for a hall, handed to its candidates."""
        fields = {"exam_id": EXAM, "hall": hall}
        answer = self.house.tell("print_credentials", fields, self.people["system"], accept="application/json")
        assert answer.status_code == 200, answer.text
        by_candidate = {one["candidate_id"]: one for one in answer.json()["credentials"]}
        for one in self.halls[hall]:
            if one.candidate_id in by_candidate:
                one.username = by_candidate[one.candidate_id]["username"]
                one.password = by_candidate[one.candidate_id]["password"]

    def log_in(self, one: Candidate, **other: Any) -> httpx.Response:
        """Log a candidate in; keeps the token when it is given."""
        answer = self.live.post("/login", json={"username": one.username, "password": one.password} | other)
        if answer.status_code == 200:
            one.token = answer.json()["token"]
        return answer

    def answer(self, one: Candidate, question: int, option: str | None, seq: int) -> httpx.Response:
        """An answer over the candidate's line."""
        return self.live.put(f"/answers/{question}", json={"option": option, "seq": seq}, headers=self.line(one))

    def screen(self, one: Candidate) -> dict[str, Any]:
        """What stands on the candidate's screen."""
        found: dict[str, Any] = self.live.get("/sitting", headers=self.line(one)).json()
        return found

    def line(self, one: Candidate) -> dict[str, str]:
        """The headers of a candidate's line."""
        return {"authorization": f"Bearer {one.token}"}

    def sweep(self) -> None:
        """The timer."""
        with self.house.runtime.work() as work:
            closing.sweep_expired(work)

    def said(self, kind: type[Event]) -> list[Any]:
        """Events of a kind that stand in the outbox, in order."""
        with self.house.runtime.work() as work:
            rows = work.session.query(OutboxRow).filter_by(type=kind.type_name()).order_by(OutboxRow.number)
            return [decode(row.body).event() for row in rows]


def heard_while(day: ExamDay, one: Candidate, act: Callable[[], Any], *, until: str) -> dict[str, Any]:
    """What a candidate's screen is told of this kind over its stream, because of what is done meanwhile."""

    async def listen() -> str:
        app, told = create_live_app(day.house.runtime), asyncio.Queue[str]()
        headers = [(name.encode(), value.encode()) for name, value in day.line(one).items()]
        scope = {"type": "http", "method": "GET", "path": "/stream", "headers": headers, "query_string": b""}

        async def receive() -> Any:
            await asyncio.Event().wait()

        async def send(message: Any) -> None:
            if body := message.get("body"):
                told.put_nowait(body.decode())

        async with app.router.lifespan_context(app):
            streaming = asyncio.create_task(app(scope, receive, send))
            assert [(await told.get()).partition("\n")[0] for _ in range(2)] == ["event: time", "event: resync"]
            await asyncio.to_thread(act)
            event = await asyncio.wait_for(told.get(), 10)
            while not event.startswith(f"event: {until}\n"):
                event = await asyncio.wait_for(told.get(), 10)
            streaming.cancel()
            await asyncio.gather(streaming, return_exceptions=True)
        return event

    facts: dict[str, Any] = json.loads(asyncio.run(listen()).partition("data: ")[2])
    return facts


def quarter_to_nine(house: House, live: Line) -> ExamDay:
    """Everybody is on duty and on their seats; nobody has logged in."""
    day = ExamDay(house, live)
    day.announce()
    day.appoint("system", Role.SYSTEM_ADMINISTRATOR)
    day.appoint("chair", Role.CHAIR)
    day.appoint("director", Role.DIRECTOR)
    for hall in ("К1", "К2", "Х1"):
        day.appoint(f"hall {hall}", Role.HALL_ADMINISTRATOR, hall)
    for number in range(1, 4):
        day.seat(number, "К1", f"1-{number}")
    day.seat(4, "К2", "1-1")
    day.seat(5, "Х1", "1-1", Mode.PAPER)
    day.seat(6, "Х1", "1-2", Mode.PAPER)
    day.on("8:45")
    for one in (*day.halls["К1"], *day.halls["К2"], *day.halls["Х1"]):
        day.let_in(one)
    return day


def at_their_computers(day: ExamDay) -> None:
    """The envelopes are handed out, the instructions have been read, the variant is there."""
    for hall in ("К1", "К2"):
        day.envelopes(hall)
    day.on("9:25")
    for hall in ("К1", "К2"):
        day.do(f"hall {hall}", "record_instructions_read", exam_id=EXAM, hall=hall)
    day.open_variant()


def refused(answer: httpx.Response, code: str, status: int = 409) -> None:
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.json()["sentence"]["bg"]


def first(day: ExamDay) -> Candidate:
    return day.halls["К1"][0]


def hall(name: str) -> dict[str, str]:
    return {"exam_id": EXAM, "hall": name}


def states(day: ExamDay, name: str) -> list[str]:
    seats = day.house.ask("hall", day.people["system"], **hall(name)).json()["seats"]
    return [seat["state"] for seat in seats]


def decide(day: ExamDay, one: Candidate, reason: str = "copying") -> None:
    day.do("chair", "propose_annulment", **one.about, reason=reason)
    day.do("director", "confirm_annulment", **one.about)


def documents(day: ExamDay) -> set[tuple[str, str]]:
    with day.house.runtime.work() as work:
        return {(row.kind, row.subject) for row in work.session.query(DocumentRow)}


def start_paper(day: ExamDay) -> None:
    day.on("9:30")
    day.do("hall Х1", "record_instructions_read", **hall("Х1"))
    day.on("9:36")
    day.do("hall Х1", "start_paper", **hall("Х1"))
