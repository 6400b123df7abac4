"""Admission on stage: an exam, its people, candidates, and short ways to play the steps before the one under test."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import httpx
from sqlalchemy import func, select

from chassis.plumbing import OutboxRow
from chassis.work import Actor
from contracts.envelope import decode
from contracts.events.registration import AnnouncementPublished, ApplicationSubmitted
from contracts.people import Attachment, IdentifierType, Mode, Person, Role
from services.admission import usecases
from services.admission.tables import Seat
from tests.cast import acting, player
from tests.interface.house import House

EXAM = "2027-05"
EXAM_ON = date(2027, 5, 15)
UNTIL = datetime(2027, 3, 11, 21, 59, 59, 999999, tzinfo=UTC)
OPERATOR = acting(Role.OPERATOR)
#: Who plays whom; the numbers are those of the cast, candidates begin at 100.
OFFICES = {"minister": (1, Role.MINISTER), "director": (2, Role.DIRECTOR), "officer": (3, Role.OFFICER)}
STAFF = {"chair": 11, "member 1": 12, "member 2": 13, "member 3": 14, "author": 15}
HALL_STAFF = {"hall А": 21, "hall Б": 22, "hall П": 23, "quaestor А": 24, "system": 25}


@dataclass
class Stage:
    """Names of people are those of ``STAFF`` and the like; a candidate is his number in the cast."""

    house: House
    people: dict[str, str] = field(default_factory=dict)
    applications: dict[int, str] = field(default_factory=dict)
    candidates: dict[int, str] = field(default_factory=dict)

    def announce(self, *, sessions: int = 1) -> None:
        """The exam of 15 May was announced on 1 March."""
        event = AnnouncementPublished(
            exam_id=EXAM,
            title="Изпит за сертификат",
            exam_on=EXAM_ON,
            modes=(Mode.ELECTRONIC, Mode.PAPER),
            sessions=sessions,
            published_at=datetime(2027, 3, 1, 10, tzinfo=UTC),
            applications_until=UNTIL,
            regulation_on=date(2027, 3, 1),
        )
        with self.house.runtime.work() as work:
            usecases.record_announcement(work, event)

    def add(self, name: str, number: int, office: Role | None = None) -> None:
        """Enter somebody of the cast under a name."""
        details = player(number).registration(username=name.replace(" ", "_").translate(_LATIN))
        del details["email"]
        if office is not None:
            details["permanent_role"] = office
        answer = self.house.tell("add_person", details, OPERATOR)
        assert answer.status_code == 200, answer.text
        self.people[name] = answer.json()["person_id"]

    def staff_up(self) -> None:
        """The minister's commission and author, all of whom have signed."""
        for name, (number, office) in OFFICES.items():
            self.add(name, number, office)
        for name, number in STAFF.items():
            self.add(name, number)
        self.ok("appoint_commission", self.commission(), "minister")
        self.ok("appoint_authors", {"exam_id": EXAM, "authors": [self.people["author"]]}, "minister")
        for name in STAFF:
            self.ok("sign_declaration", {"exam_id": EXAM}, name)

    def commission(self, **other: Any) -> dict[str, Any]:
        """The order of Art. 13(1)."""
        members = [self.people[f"member {number}"] for number in (1, 2, 3)]
        order = {"order_number": "ЗМФ-101", "signed_on": "2027-03-01", "members": members}
        return {"exam_id": EXAM, "chair": self.people["chair"]} | order | other

    def apply(
        self,
        number: int,
        *,
        mode: Mode = Mode.ELECTRONIC,
        kinds: tuple[str, ...] = ("declaration", "fee"),
        is_assisted: bool = False,
        person: Person | None = None,
    ) -> None:
        """Registration told of an application by somebody of the cast."""
        who = player(number)
        application_id, candidate_id = str(uuid.UUID(int=number)), str(uuid.UUID(int=number << 64))
        self.applications[number], self.candidates[number] = application_id, candidate_id
        file = self.house.runtime.files.put(b"a document")
        event = ApplicationSubmitted(
            exam_id=EXAM,
            application_id=application_id,
            candidate_id=candidate_id,
            username=who.email,
            person=person or who.person,
            mode=mode,
            assisted=is_assisted,
            attachments=tuple(Attachment(kind, file, "application/pdf") for kind in kinds),
            submitted_at=datetime(2027, 3, 2, 10, number % 60, tzinfo=UTC),
        )
        with self.house.runtime.work() as work:
            usecases.record_application(work, event)

    def check(self, number: int, by: str = "member 1", **other: Any) -> httpx.Response:
        """A member checks the application; all is in order unless said otherwise."""
        names = str(player(number).names)
        found = {"payer_names": names, "declaration_names": names, "missing": []}
        return self.tell("check_application", {"application_id": self.applications[number]} | found | other, by)

    def admit(self, *numbers: int) -> None:
        """These candidates have applied (electronically), were checked and admitted on 12 March."""
        for number in numbers:
            if number not in self.applications:
                self.apply(number)
        self.house.at("2027-03-12T09:00:00+02:00")
        for number in numbers:
            assert self.check(number).status_code == 200
        self.ok("decide_applications", {"exam_id": EXAM}, "chair")

    def plan_and_seat(self, halls: list[dict[str, Any]] | None = None) -> None:
        """Halls are planned and seats given out."""
        planned = halls or [hall("А"), hall("Б"), hall("П", mode="paper")]
        self.ok("plan_halls", {"exam_id": EXAM, "halls": planned}, "chair")
        self.ok("assign_seats", {"exam_id": EXAM}, "chair")

    def staff_halls(self) -> None:
        """The order of Art. 15(2), and everybody has signed."""
        for name, number in HALL_STAFF.items():
            self.add(name, number)
        self.ok("appoint_administrators", self.administrators(), "minister")
        for name in HALL_STAFF:
            self.ok("sign_declaration", {"exam_id": EXAM}, name)

    def administrators(self, **other: Any) -> dict[str, Any]:
        """The order of Art. 15(2)."""
        assignments = [
            {"person_id": self.people["hall А"], "role": "hall_administrator", "hall": "А"},
            {"person_id": self.people["hall Б"], "role": "hall_administrator", "hall": "Б"},
            {"person_id": self.people["hall П"], "role": "hall_administrator", "hall": "П"},
            {"person_id": self.people["quaestor А"], "role": "quaestor", "hall": "А"},
            {"person_id": self.people["system"], "role": "system_administrator"},
        ]
        order = {"order_number": "ЗМФ-202", "signed_on": "2027-03-12", "assignments": assignments}
        return {"exam_id": EXAM} | order | other

    def in_hall(self, name: str) -> list[int]:
        """The candidates seated in a hall, seat by seat."""
        with self.house.runtime.work() as work:
            seats = work.session.scalars(select(Seat).where(Seat.hall == name).order_by(Seat.row, Seat.column))
            numbers = {candidate_id: number for number, candidate_id in self.candidates.items()}
            return [numbers[one.candidate_id] for one in seats]

    def identify(self, number: int, by: str = "hall А", **other: Any) -> httpx.Response:
        """A hall administrator reads the candidate's identity document."""
        who = player(number)
        names = {"first": who.names.first, "middle": who.names.middle, "last": who.names.last}
        shown = {"exam_id": EXAM, "candidate_id": self.candidates[number], "identifier": who.identifier} | names
        return self.tell("identify_candidate", shown | other, by)

    def tell(self, verb: str, payload: dict[str, Any], by: str) -> httpx.Response:
        """A command by somebody, with a token of this moment."""
        headers = {"authorization": f"Bearer {self.token(by)}"}
        return self.house.door.post(f"/admission/api/{verb}", json=payload, headers=headers)

    def ok(self, verb: str, payload: dict[str, Any], by: str) -> dict[str, Any]:
        """A command that must be carried out; its answer."""
        answer = self.tell(verb, payload, by)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def ask(self, verb: str, by: str, **fields: str) -> httpx.Response:
        """A question by somebody."""
        headers = {"authorization": f"Bearer {self.token(by)}"}
        return self.house.door.get(f"/admission/api/{verb}", params=fields, headers=headers)

    def token(self, name: str) -> str:
        """A fresh token of somebody, as the service itself issues it (without the slow password)."""
        with self.house.runtime.work(Actor(self.people[name])) as work:
            return str(usecases.renew(work)["token"])

    def said(self, event: str) -> list[dict[str, Any]]:
        """The bodies of the events of one kind, in the order in which they were said."""
        with self.house.runtime.work() as work:
            bodies = work.session.scalars(select(OutboxRow.body).order_by(OutboxRow.number)).all()
        return [one.data for one in map(decode, bodies) if one.type.endswith(f".{event}.v1")]


_LATIN = str.maketrans("АБП", "abp")


def hall(name: str, *, mode: str = "electronic", session: int = 1, rows: int = 3, columns: int = 4) -> dict[str, Any]:
    """A planned hall of twelve seats."""
    plan = {"mode": mode, "session": session, "rows": rows, "columns": columns}
    return {"hall": name, "place": "София, ул. „Раковски“ № 102"} | plan


def foreigner(number: int, digits: str, kind: IdentifierType = IdentifierType.LNCH) -> Person:
    """Somebody of the cast with the number of a foreigner."""
    return Person(player(number).names, kind, digits)


def refused(answer: httpx.Response, code: str, article: str | None = None) -> None:
    """Whether an answer is that refusal, with its status, a sentence in both languages, and the article if asked."""
    body = answer.json()
    assert body["code"] == code, body
    assert answer.status_code == body["status"]
    assert body["sentence"]["bg"]
    assert body["sentence"]["en"]
    if article is not None:
        assert body["article"] == article


def rows(stage: Stage, table: Any) -> int:
    """How many rows a table has."""
    with stage.house.runtime.work() as work:
        return work.session.scalar(select(func.count()).select_from(table)) or 0
