"""The electronic sitting (Art. 23–30): unlocked at 9:30, answered over HTTP, ended at 12:30."""

import json
import random
import time
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from contracts.people import Mode
from regulation import calendar
from svops.demonstration import cast
from svops.demonstration.door import Credential, appeared
from svops.demonstration.doors import DoorStaysClosedError, until
from svops.demonstration.play import EXAM, EXAM_ON, Candidate, Play
from svops.demonstration.questions import load

_PARTS, _MIDDLE = 6, 3  #: the three hours are played in so many parts; the calendar moves between them
_PART_MINUTES = 23
_PATIENCE = 450  #: tries
_PAUSE_SECONDS = 0.2
_ANSWER_SECONDS = 30
_RIGHT = {question.text: question.correct_option for question in load()}


@dataclass
class Sitter:
    """A candidate at a computer: what the page would do, over a connection of its own."""

    candidate: Candidate
    address: str
    credential: Credential
    token: str = ""
    sequence: int = 0
    computer: int = 1
    plan: dict[int, str] = field(default_factory=dict)
    unique_number: str = ""
    connection: HTTPConnection | None = None

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """One request of the page, again while the door is away."""
        for _ in range(_PATIENCE):
            try:
                status, content = self._exchange(method, path, body)
                if status == HTTPStatus.OK:
                    return json.loads(content)
                if status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise AssertionError(f"{method} {path}: {status} {content.decode()}")
            except (OSError, HTTPException):
                pass
            self._hang_up()
            time.sleep(_PAUSE_SECONDS)
        raise DoorStaysClosedError(path)

    def _exchange(self, method: str, path: str, body: Any) -> tuple[int, bytes]:
        if self.connection is None:
            self.connection = HTTPConnection(urlsplit(self.address).netloc, timeout=_ANSWER_SECONDS)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        self.connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = self.connection.getresponse()
        return response.status, response.read()

    def _hang_up(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def log_in(self) -> None:
        """With the sheet from the envelope."""
        sheet = {"username": self.credential.username, "password": self.credential.password}
        browser = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.candidate.who.email} {self.computer}"))
        answer = self.send("POST", "/live/login", sheet | {"browser": browser})
        self.token = answer["token"]
        self.unique_number = answer["sitting"]["unique_number"]

    def look(self, chance: random.Random) -> None:
        """Get the questions and make up the mind: so many right, the others wrong or left open."""
        questions = self.send("GET", "/live/sitting")["questions"]
        numbers = [question["number"] for question in questions]
        right = set(chance.sample(numbers, min(self.candidate.correct, len(numbers))))
        for question in questions:
            if choice := _choice(question, chance, is_right=question["number"] in right):
                self.plan[question["number"]] = choice

    def answer(self, part: int) -> int:
        """Answer this part's questions, each as its own request; how many were acknowledged."""
        mine = [number for number in self.plan if number % _PARTS == part]
        for number in mine:
            self.sequence += 1
            said = self.send("PUT", f"/live/answers/{number}", {"option": self.plan[number], "seq": self.sequence})
            if said["verdict"] != "saved":
                raise AssertionError(f"not saved: {said}")
        return len(mine)

    def submit(self) -> None:
        """The candidate has finished before the hour."""
        self.send("POST", "/live/submit", {})


def _choice(question: dict[str, Any], chance: random.Random, *, is_right: bool) -> str | None:
    right: str = next(letter for letter, text in question["options"].items() if text == _RIGHT[question["text"]])
    if is_right:
        return right
    wrong: list[str | None] = [letter for letter in question["options"] if letter != right]
    return chance.choice([*wrong, None])


def begin(play: Play) -> None:
    """Log-in, unlocking at 9:30, the unique numbers (Art. 23, 24)."""
    credentials = play.facts["credentials"]
    address = str(play.http.base_url)
    sitters = [Sitter(one, address, credentials[one.hall, one.seat]) for one in appeared(play, Mode.ELECTRONIC)]
    with play.stage("electronic_start", "Начало на изпита в електронен вариант") as stage:
        play.each("влизане в системата", sitters, Sitter.log_in)
        play.on(EXAM_ON, "9:30")
        play.staff_client("system-1").command("session", "unlock", exam_id=EXAM, session=1)
        play.each("въпроси на екрана", sitters, lambda one: one.look(play.chance(one.candidate, "answers")))
        stage.count = play.each("уникални номера (приложение № 5)", sitters, lambda one: _confirm_number(play, one))
    play.facts["sitters"] = sitters


def first_half(play: Play) -> None:
    """Answers, one candidate leaving and returning, one computer that dies (Art. 25, 27)."""
    with play.stage("electronic_first_half", "Електронен вариант: до средата") as stage:
        stage.count = sum(_answer(play, part) for part in range(_MIDDLE))


def second_half(play: Play) -> None:
    """One candidate annulled for copying (Art. 28); most of the others finish before the hour."""
    sitters: list[Sitter] = play.facts["sitters"]
    with play.stage("electronic_second_half", "Електронен вариант: до края") as stage:
        stage.count = sum(_answer(play, part) for part in range(_MIDDLE, _PARTS))
        early = [one for number, one in enumerate(sitters) if number % 3 and not _is_out(one, _PARTS)]
        play.each("приключили преди края", early, Sitter.submit)


def _answer(play: Play, part: int) -> int:
    """A part of the three hours with its incidents; how many answers were acknowledged."""
    sitters: list[Sitter] = play.facts["sitters"]
    play.clock.set(calendar.local(EXAM_ON, "9:50") + timedelta(minutes=_PART_MINUTES * part))
    _incidents(play, sitters, part)
    counts: list[int] = []
    answering = [one for one in sitters if not _is_out(one, part)]
    play.each(f"отговори, част {part + 1}", answering, lambda one: counts.append(one.answer(part)))
    return sum(counts)


def _confirm_number(play: Play, sitter: Sitter) -> None:
    play.staff_client(f"hall-{sitter.candidate.hall}").command(
        "session",
        "confirm_number",
        exam_id=EXAM,
        candidate_id=sitter.candidate.candidate_id,
        unique_number=sitter.unique_number,
    )


def _is_out(sitter: Sitter, part: int) -> bool:
    return sitter.candidate.oddity == "annulled_for_copying" and part >= _MIDDLE


def _incidents(play: Play, sitters: list[Sitter], part: int) -> None:
    by_story = {sitter.candidate.oddity: sitter for sitter in sitters if sitter.candidate.oddity}
    if part == 1 and (leaving := by_story.get("leaves_and_returns")):
        leave_and_return(play, leaving.candidate)
    if part == _MIDDLE - 1 and (dying := by_story.get("computer_dies")):
        _another_computer(play, dying)
    if part == _MIDDLE and (copying := by_story.get("annulled_for_copying")):
        _annul(play, copying.candidate)


def leave_and_return(play: Play, one: Candidate) -> None:
    """Out with a quaestor and back six minutes later (Art. 27, 37)."""
    client = play.staff_client(f"hall-{one.hall}")
    client.command("session", "record_leaving", exam_id=EXAM, candidate_id=one.candidate_id)
    play.clock.set(play.clock.now() + timedelta(minutes=6))
    client.command("session", "record_return", exam_id=EXAM, candidate_id=one.candidate_id)


def _another_computer(play: Play, sitter: Sitter) -> None:
    """The computer is dead; the candidate goes on at another one with the same answers and the same time."""
    one = sitter.candidate
    before = sitter.send("GET", "/live/sitting")
    play.staff_client(f"hall-{one.hall}").command(
        "session", "move_sitting", exam_id=EXAM, candidate_id=one.candidate_id, seat="резервно"
    )
    sitter.token, sitter.computer = "", sitter.computer + 1
    sitter.log_in()
    after = sitter.send("GET", "/live/sitting")
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


def end(play: Play) -> None:
    """A quarter of an hour before the end it is said; at the end envelopes are handed in and counted (Art. 29, 30)."""
    with play.stage("electronic_end", "Край на електронния изпит и предаване") as stage:
        stage.count = _end(play)


def _end(play: Play) -> int:
    here = appeared(play, Mode.ELECTRONIC)
    halls = [hall for hall in cast.halls(play) if hall.mode is Mode.ELECTRONIC]
    play.on(EXAM_ON, "12:15")
    for hall in halls:
        play.staff_client(hall.administrator).command("session", "announce_remaining", exam_id=EXAM, hall=hall.code)
    play.on(EXAM_ON, "12:31")
    for hall in halls:
        play.staff_client(hall.administrator).command("session", "end_hall", exam_id=EXAM, hall=hall.code)
    for hall in halls:
        hand_in_and_count(play, hall, [one for one in here if one.hall == hall.code])
    return len(here)


def hand_in_and_count(play: Play, hall: cast.Hall, here: list[Candidate]) -> None:
    """Envelopes handed in, counted against those who came, handed to the chair (Art. 29, 30, 40, 41)."""
    client = play.staff_client(hall.administrator)
    for one in here:
        client.command("session", "hand_in", exam_id=EXAM, candidate_id=one.candidate_id)
    client.command("session", "reconcile_hall", exam_id=EXAM, hall=hall.code, envelopes=len(here))
    until("admission knows of every envelope and annulment", lambda: _is_known_to_admission(play, hall, here))
    client.command("admission", "issue_protocol_1", exam_id=EXAM, hall=hall.code)
    play.staff_client("chair").command("session", "take_over_hall", exam_id=EXAM, hall=hall.code, envelopes=len(here))


def _is_known_to_admission(play: Play, hall: cast.Hall, here: list[Candidate]) -> bool:
    seats = play.staff_client(hall.administrator).ask("admission", "hall", exam_id=EXAM, hall=hall.code)["seats"]
    known = {(seat["candidate_id"], seat["state"] == "annulled") for seat in seats if seat["handed_in"]}
    return {(one.candidate_id, one.oddity == "annulled_for_copying") for one in here} <= known
