"""The electronic sitting (Art. 23–30): unlocked at 9:30, answered over HTTP, ended at 12:30."""

import asyncio
import random
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from contracts.people import Mode
from svops.demonstration import cast
from svops.demonstration.door import appeared
from svops.demonstration.doors import DoorStaysClosedError, until
from svops.demonstration.play import EXAM, EXAM_ON, Candidate, Play
from svops.demonstration.questions import load

_AT_A_TIME = 24
_PARTS = 6  #: the three hours are played in so many parts; the calendar moves between them
_PATIENCE = 300  #: tries, 0.2 s apart
_RIGHT = {question.text: question.correct_option for question in load()}


@dataclass
class Sitter:
    """A candidate at a computer: what the page would do."""

    candidate: Candidate
    http: httpx.AsyncClient
    credential: Any
    token: str = ""
    sequence: int = 0
    computer: int = 1
    questions: list[dict[str, Any]] = field(default_factory=list)
    plan: dict[int, str] = field(default_factory=dict)
    unique_number: str = ""

    async def send(self, method: str, path: str, **request: Any) -> Any:
        """One request of the page, again while the door is away."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        for _ in range(_PATIENCE):
            try:
                response = await self.http.request(method, path, headers=headers, **request)
                if not response.is_server_error:
                    response.raise_for_status()
                    return response.json()
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.2)
        raise DoorStaysClosedError(path)

    async def log_in(self) -> None:
        """With the sheet from the envelope."""
        sheet = {"username": self.credential.username, "password": self.credential.password}
        browser = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.candidate.who.email} {self.computer}"))
        answer = await self.send("POST", "/live/login", json=sheet | {"browser": browser})
        self.token = answer["token"]
        self.unique_number = answer["sitting"]["unique_number"]

    async def look(self, chance: random.Random) -> None:
        """Get the questions and make up the mind: so many right, the others wrong or left open."""
        answer = await self.send("GET", "/live/sitting")
        self.questions = answer["questions"]
        numbers = [question["number"] for question in self.questions]
        right = set(chance.sample(numbers, min(self.candidate.correct, len(numbers))))
        for question in self.questions:
            if choice := _choice(question, chance, is_right=question["number"] in right):
                self.plan[question["number"]] = choice

    async def answer(self, part: int) -> int:
        """Answer this part's questions, each as its own request; how many were acknowledged."""
        mine = [number for number in self.plan if number % _PARTS == part]
        for number in mine:
            self.sequence += 1
            answer = await self.send(
                "PUT", f"/live/answers/{number}", json={"option": self.plan[number], "seq": self.sequence}
            )
            if answer.get("verdict", answer.get("status")) != "saved":
                raise AssertionError(f"not saved: {answer}")
        return len(mine)


def _choice(question: dict[str, Any], chance: random.Random, *, is_right: bool) -> str | None:
    right: str = next(letter for letter, text in question["options"].items() if text == _RIGHT[question["text"]])
    if is_right:
        return right
    wrong: list[str | None] = [letter for letter in question["options"] if letter != right]
    return chance.choice([*wrong, None])


def sit(play: Play) -> None:
    """The whole sitting, with its incidents."""
    with play.stage("electronic_sitting", "Изпит в електронен вариант") as stage:
        stage.count = asyncio.run(_sit(play))


async def _sit(play: Play) -> int:
    limits = httpx.Limits(max_connections=_AT_A_TIME, max_keepalive_connections=_AT_A_TIME)
    async with httpx.AsyncClient(base_url=play.http.base_url, limits=limits, timeout=30) as http:
        credentials = play.facts["credentials"]
        sitters = [Sitter(one, http, credentials[one.hall, one.seat]) for one in appeared(play, Mode.ELECTRONIC)]
        await _all(sitters, lambda sitter: sitter.log_in())
        play.on(EXAM_ON, "9:30")
        _unlock(play)
        await _all(sitters, lambda sitter: sitter.look(play.chance(sitter.candidate, "answers")))
        _confirm_numbers(play, sitters)
        acknowledged = 0
        for part in range(_PARTS):
            play.clock.set(_start() + timedelta(minutes=5 + 28 * part))
            await _incidents(play, sitters, part)
            now_answering = [sitter for sitter in sitters if not _is_out(sitter, part)]
            acknowledged += sum(await _all(now_answering, lambda sitter: sitter.answer(part)))  # noqa: B023
        early = [
            sitter
            for number, sitter in enumerate(sitters)
            if number % 3 and sitter.candidate.oddity != "annulled_for_copying"
        ]
        await _all(early, lambda sitter: sitter.send("POST", "/live/submit", json={}))
        _end(play, sitters)
        return acknowledged


async def _all(sitters: list[Sitter], do: Any) -> list[Any]:
    slots = asyncio.Semaphore(_AT_A_TIME)

    async def one(sitter: Sitter) -> Any:
        async with slots:
            return await do(sitter)

    return await asyncio.gather(*(one(sitter) for sitter in sitters))


def _start() -> datetime:
    from regulation import calendar  # noqa: PLC0415

    return calendar.local(EXAM_ON, "9:30")


def _unlock(play: Play) -> None:
    play.staff_client("system-1").command("session", "unlock", exam_id=EXAM, session=1)


def _confirm_numbers(play: Play, sitters: list[Sitter]) -> None:
    for sitter in sitters:
        play.staff_client(f"hall-{sitter.candidate.hall}").command(
            "session",
            "confirm_number",
            exam_id=EXAM,
            candidate_id=sitter.candidate.candidate_id,
            unique_number=sitter.unique_number,
        )


def _is_out(sitter: Sitter, part: int) -> bool:
    return sitter.candidate.oddity == "annulled_for_copying" and part >= 3  # noqa: PLR2004 - from the middle on


async def _incidents(play: Play, sitters: list[Sitter], part: int) -> None:
    by_story = {sitter.candidate.oddity: sitter for sitter in sitters if sitter.candidate.oddity}
    if part == 1 and (leaving := by_story.get("leaves_and_returns")):
        leave_and_return(play, leaving.candidate)
    if part == 2 and (dying := by_story.get("computer_dies")):  # noqa: PLR2004 - in the third part
        await _another_computer(play, dying)
    if part == 3 and (copying := by_story.get("annulled_for_copying")):  # noqa: PLR2004 - in the fourth part
        _annul(play, copying.candidate)


def leave_and_return(play: Play, one: Candidate) -> None:
    """Out with a quaestor and back six minutes later (Art. 27, 37)."""
    client = play.staff_client(f"hall-{one.hall}")
    client.command("session", "record_leaving", exam_id=EXAM, candidate_id=one.candidate_id)
    play.clock.set(play.clock.now() + timedelta(minutes=6))
    client.command("session", "record_return", exam_id=EXAM, candidate_id=one.candidate_id)


async def _another_computer(play: Play, sitter: Sitter) -> None:
    """The computer is dead; the candidate goes on at another one with the same answers and the same time."""
    one = sitter.candidate
    before = await sitter.send("GET", "/live/sitting")
    play.staff_client(f"hall-{one.hall}").command(
        "session", "move_sitting", exam_id=EXAM, candidate_id=one.candidate_id, seat="резервно"
    )
    sitter.token, sitter.computer = "", sitter.computer + 1
    await sitter.log_in()
    after = await sitter.send("GET", "/live/sitting")
    if before["answers"] != after["answers"]:
        raise AssertionError("answers were lost on the way to another computer")


def _annul(play: Play, one: Candidate) -> None:
    """Reported by the hall, decided by commission and director, carried out by the system administrator (Art. 28)."""
    play.staff_client(f"hall-{one.hall}").command(
        "session",
        "report_cheating",
        exam_id=EXAM,
        candidate_id=one.candidate_id,
        reason="copying",
        description="Преписва от скрит лист.",
    )
    play.staff_client("chair").command(
        "session", "propose_annulment", exam_id=EXAM, candidate_id=one.candidate_id, reason="copying"
    )
    play.staff_client("director").command("session", "confirm_annulment", exam_id=EXAM, candidate_id=one.candidate_id)
    play.staff_client("system-1").command("session", "terminate_access", exam_id=EXAM, candidate_id=one.candidate_id)


def _end(play: Play, sitters: list[Sitter]) -> None:
    halls = [hall for hall in cast.halls(play) if hall.mode is Mode.ELECTRONIC]
    play.on(EXAM_ON, "12:15")
    for hall in halls:
        play.staff_client(hall.administrator).command("session", "announce_remaining", exam_id=EXAM, hall=hall.code)
    play.on(EXAM_ON, "12:31")
    for hall in halls:
        play.staff_client(hall.administrator).command("session", "end_hall", exam_id=EXAM, hall=hall.code)
    for hall in halls:
        hand_in_and_count(play, hall, [sitter.candidate for sitter in sitters if sitter.candidate.hall == hall.code])


def hand_in_and_count(play: Play, hall: cast.Hall, here: list[Candidate]) -> None:
    """Envelopes handed in, counted against those who came, handed to the chair (Art. 29, 30, 40, 41)."""
    client = play.staff_client(hall.administrator)
    for one in here:
        client.command("session", "hand_in", exam_id=EXAM, candidate_id=one.candidate_id)
    client.command("session", "reconcile_hall", exam_id=EXAM, hall=hall.code, envelopes=len(here))
    until("Protocol № 1 can be drawn up", lambda: _protocol_1(play, hall))


def _protocol_1(play: Play, hall: cast.Hall) -> bool:
    from contracts.refusals import Refusal  # noqa: PLC0415

    try:
        play.staff_client(hall.administrator).command("admission", "issue_protocol_1", exam_id=EXAM, hall=hall.code)
    except Refusal:
        return False
    return True
