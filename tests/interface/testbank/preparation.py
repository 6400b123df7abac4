"""A test on its way from the authors to the halls: the acts of Art. 13, each on its day, through the web door."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import httpx
import pyrage
from sqlalchemy import select

from chassis.plumbing import OutboxRow
from chassis.work import Actor
from contracts.envelope import decode
from contracts.events import Event
from contracts.events.admission import StaffAppointed
from contracts.events.registration import AnnouncementPublished
from contracts.events.session import SittingsEnded
from contracts.people import Mode, Role
from services.testbank.usecases import exams, release
from tests.cast import acting, player
from tests.interface.house import AGE, House

EXAM = "2027-05"
#: Stands in every question, option and ground, so that it can be looked for wherever it must not be.
MARKER = "XYZZY-7f3a"
CHAIR, DIRECTOR = acting(Role.CHAIR, EXAM), acting(Role.DIRECTOR)
AUTHOR, MEMBER, NOTARY = acting(Role.AUTHOR, EXAM), acting(Role.MEMBER, EXAM), acting(Role.NOTARY)
OPERATOR, HALL_ADMINISTRATOR = acting(Role.OPERATOR), acting(Role.HALL_ADMINISTRATOR, EXAM)
KEYS = {Role.CHAIR: pyrage.x25519.Identity.generate(), Role.DIRECTOR: pyrage.x25519.Identity.generate()}
VALUES = {"member": "11" * 32, "notary": "22" * 32}

BEFORE = "2027-04-20T10:00:00+03:00"
ACCEPTANCE_DAY = "2027-05-07T10:00:00+03:00"
COMPOSITION_DAY = "2027-05-13T10:00:00+03:00"
DRAW_DAY = "2027-05-14T10:00:00+03:00"
EXAM_DAY = "2027-05-15T08:00:00+03:00"
SUPPLY = {"internal_audit": 92, "financial_management": 56, "legislation": 38}


def written(area: str, number: int, **other: Any) -> dict[str, Any]:
    """A question as an author submits it."""
    options = {letter: f"{MARKER} отговор {letter} на {area} {number}" for letter in "АБВГ"}
    return {
        "area": area,
        "text": f"Въпрос {number} от {area}: {MARKER}?",
        "options": options,
        "correct": "АБВГ"[number % 4],
        "ground": f"чл. {number} {MARKER}",
        "law_as_of": "2027-03-01",
        "study": True,
    } | other


def commitment(role: str, value: str | None = None) -> str:
    """A commitment to the draw, by the words of README.md."""
    return hashlib.sha256(f"svops-draw-1\n{EXAM}\n{role}\n{value or VALUES[role]}\n".encode()).hexdigest()


@dataclass
class Preparation:
    """Testbank with an announced exam; each method is one step, through the door, on its day."""

    house: House
    question_ids: list[str] = field(default_factory=list)

    def begin(self, *, modes: tuple[Mode, ...] = (Mode.ELECTRONIC, Mode.PAPER), sessions: int = 1) -> None:
        """The exam is announced and its people appointed."""
        told = AnnouncementPublished(
            exam_id=EXAM,
            title="Изпит",
            exam_on=date(2027, 5, 15),
            modes=modes,
            sessions=sessions,
            published_at=datetime.fromisoformat("2027-03-01T10:00:00+02:00"),
            applications_until=datetime.fromisoformat("2027-03-11T23:59:59+02:00"),
            regulation_on=date(2027, 3, 1),
        )
        people = [
            StaffAppointed(exam_id=EXAM, person_id=who.id, role=role, names=player(number).names)
            for number, (who, role) in enumerate(
                (
                    (CHAIR, Role.CHAIR),
                    (MEMBER, Role.MEMBER),
                    (AUTHOR, Role.AUTHOR),
                    (HALL_ADMINISTRATOR, Role.HALL_ADMINISTRATOR),
                    (acting(Role.SYSTEM_ADMINISTRATOR, EXAM), Role.SYSTEM_ADMINISTRATOR),
                )
            )
        ]
        with self.house.runtime.work() as work:
            exams.record_announcement(work, told)
            for one in people:
                exams.record_appointment(work, one)
        self.house.at(BEFORE)

    def do(self, verb: str, actor: Actor, **fields: Any) -> dict[str, Any]:
        """A command that must be answered."""
        answer = self.house.tell(verb, {"exam_id": EXAM} | fields, actor)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def ask(self, question: str, actor: Actor, **fields: str) -> dict[str, Any]:
        """A question that must be answered."""
        answer = self.house.ask(question, actor, exam_id=EXAM, **fields)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def refused(self, code: str, verb: str, actor: Actor, **fields: Any) -> dict[str, Any]:
        """A command that must be refused with this code."""
        return refused(self.house.tell(verb, {"exam_id": EXAM} | fields, actor), code)

    def submit(self) -> None:
        """An author delivers enough questions."""
        questions = [written(area, number) for area, count in SUPPLY.items() for number in range(count)]
        self.question_ids = self.do("submit_questions", AUTHOR, questions=questions)["question_ids"]

    def accept(self) -> None:
        """Chair and director accept them all, a week before."""
        self.house.at(ACCEPTANCE_DAY)
        self.do("propose_acceptance", CHAIR, question_ids=self.question_ids)
        self.do("confirm_acceptance", DIRECTOR)

    def register_keys(self) -> None:
        """Each keeper registers his own key."""
        for actor, role in ((CHAIR, Role.CHAIR), (DIRECTOR, Role.DIRECTOR)):
            self.do("register_keeper_key", actor, public_key=str(KEYS[role].to_public()))

    def seal(self, sub_variants: int = 2) -> None:
        """Both variants are composed and sealed, two days before; everything before it is done too."""
        self.submit()
        self.accept()
        self.register_keys()
        self.house.at(COMPOSITION_DAY)
        self.do("propose_composition", CHAIR, sub_variants=sub_variants)
        self.do("confirm_composition", DIRECTOR)

    def draw(self) -> int:
        """The variant is drawn, the day before; answers with its number."""
        self.house.at(DRAW_DAY)
        for actor, role in ((MEMBER, "member"), (NOTARY, "notary")):
            self.do("commit_draw", actor, commitment=commitment(role))
        self.do("reveal_draw", NOTARY, value=VALUES["notary"])
        drawn: int = self.do("reveal_draw", MEMBER, value=VALUES["member"])["drawn"]
        return drawn

    def prepare(self, **exam: Any) -> int:
        """Everything until the morning of the exam; answers with the drawn variant."""
        self.begin(**exam)
        self.seal()
        drawn = self.draw()
        self.house.at(EXAM_DAY)
        return drawn

    def peeled(self, **which: int) -> bytes:
        """What the chair gets out of the outer envelope on his own machine."""
        fields = {name: str(value) for name, value in which.items()}
        sealed = base64.b64decode(self.ask("sealed_variant", CHAIR, **fields)["sealed_base64"])
        content: bytes = pyrage.decrypt(sealed, [KEYS[Role.CHAIR]])
        return content

    def plaintext(self, **which: int) -> bytes:
        """What the director gets out of his envelope on his own machine."""
        fields = {name: str(value) for name, value in which.items()}
        peeled = base64.b64decode(self.ask("peeled_variant", DIRECTOR, **fields)["peeled_base64"])
        content: bytes = pyrage.decrypt(peeled, [KEYS[Role.DIRECTOR]])
        return content

    def open(self, **which: int) -> bytes:
        """Chair and director open a variant; answers with its plain text, as the director saw it."""
        self.do("begin_opening", CHAIR, peeled_base64=in_base64(self.peeled(**which)), **which)
        content = self.plaintext(**which)
        self.do("finish_opening", DIRECTOR, plaintext_base64=in_base64(content), **which)
        return content

    def end(self, mode: Mode, session: int = 1) -> None:
        """The sitting service tells that a mode and session has ended."""
        event = SittingsEnded(exam_id=EXAM, mode=mode, session=session, appeared=10, ended_at=self.house.clock.now())
        with self.house.runtime.work() as work:
            release.record_sittings_ended(work, event)

    def said(self, kind: type[Event]) -> list[Any]:
        """The events of a type that stand in the outbox, in order."""
        with self.house.runtime.work() as work:
            query = select(OutboxRow).where(OutboxRow.type == kind.type_name()).order_by(OutboxRow.number)
            return [decode(row.body).event() for row in work.session.scalars(query)]

    def opened_package(self, sha256: str, whose: str) -> Any:
        """A file of the store, opened with the key of the service it is for."""
        return json.loads(pyrage.decrypt(self.house.runtime.files.get(sha256), [AGE[whose]]))


def refused(answer: httpx.Response, code: str) -> dict[str, Any]:
    """The refusal of that code, in one form, without a question's words."""
    body: dict[str, Any] = answer.json()
    assert body["code"] == code, body
    assert answer.status_code == body["status"]
    assert MARKER not in answer.text
    return body


def in_base64(content: bytes) -> str:
    """As JSON carries bytes."""
    return base64.b64encode(content).decode("ascii")
