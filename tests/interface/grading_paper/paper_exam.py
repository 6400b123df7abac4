"""An exam on paper as grading meets it: told by the other services, scanned, marked."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import httpx
import numpy as np
import pyrage
from numpy.typing import NDArray
from sqlalchemy import select

from chassis.plumbing import OutboxRow
from chassis.work import Actor
from contracts.envelope import decode
from contracts.events import Event
from contracts.events.admission import SeatAssigned, StaffAppointed
from contracts.events.chassis import RenderDocuments
from contracts.events.grading import ReadScan
from contracts.events.registration import AnnouncementPublished
from contracts.events.session import MaterialsHandedIn, SittingsEnded
from contracts.events.testbank import AnswerKeyReleased, VariantOpened
from contracts.people import Mode, Names, Role
from regulation import in_force
from services.grading.paper.cards.printing import card_image, page_code, printed_layout
from services.grading.paper.cards.simulation import GRADES, Filling, Ink, Written, fill, random_hand, scan
from services.grading.paper.usecases import arrivals
from services.grading.paper.worker import read_scan, render_documents
from tests.cast import acting, player
from tests.interface.house import AGE, House

EXAM = "2027-05"
EXAM_ON = date(2027, 5, 15)
LAW = in_force(EXAM_ON)
LETTERS = "".join(LAW.option_letters)
AT = datetime(2027, 5, 18, 8, tzinfo=UTC)
CHAIR = acting(Role.CHAIR, EXAM)
DIRECTOR = acting(Role.DIRECTOR)
MEMBERS = tuple(acting(Role.MEMBER, EXAM, person_id=f"member-{number}") for number in range(1, 4))
OPERATOR = acting(Role.OPERATOR)
KEY = {
    code: {question: random.Random(f"{code}{question}").choice(LETTERS) for question in range(1, LAW.questions + 1)}
    for code in ("1А", "1Б")
}
_DPI = 200


@dataclass
class Envelope:
    """What one candidate handed in: a card of a sub-variant, filled."""

    candidate: int
    sub_variant: str
    answers: dict[int, tuple[Written, ...]]
    elsewhere: tuple[tuple[str, float, float, Ink], ...] = ()

    def seen(self) -> dict[str, Any]:
        """What a person sees on the card."""
        filling = Filling(self.answers)
        marks = {str(question): list(letters) for question, letters in filling.crosses().items() if letters}
        return {"marks": marks, "pencil_only": sorted(set(filling.pencil()) - {int(one) for one in marks})}


def envelope(candidate: int, correct: int, sub_variant: str = "1А") -> Envelope:
    """A card with so many right answers, the first ones; the others are wrong."""
    key = KEY[sub_variant]
    answers = {q: right if q <= correct else _other(right) for q, right in key.items()}
    return Envelope(candidate, sub_variant, {question: (Written(letter),) for question, letter in answers.items()})


def _other(letter: str) -> str:
    return LETTERS[(LETTERS.index(letter) + 1) % len(LETTERS)]


@dataclass
class PaperExam:
    """Paper grading under test, with the envelopes on its table."""

    house: House
    envelopes: list[Envelope]
    by_number: dict[str, Envelope] = field(default_factory=dict)

    def hear(self, event: Event) -> None:
        """What the nameko door does with an event."""
        effect = {
            AnnouncementPublished: arrivals.record_announcement,
            StaffAppointed: arrivals.record_appointment,
            SeatAssigned: arrivals.record_seat,
            VariantOpened: arrivals.record_opening,
            MaterialsHandedIn: arrivals.record_hand_in,
            SittingsEnded: arrivals.record_end,
            AnswerKeyReleased: arrivals.record_key,
        }[type(event)]
        with self.house.runtime.work() as work:
            effect(work, event)  # type: ignore[operator]  # each effect takes its own event

    def announce(self) -> None:
        """Everything up to the end of the sitting, but for the hand-ins."""
        self.house.at("2027-05-15T13:00:00+03:00")
        self.hear(
            AnnouncementPublished(
                exam_id=EXAM,
                title="Изпит",
                exam_on=EXAM_ON,
                modes=(Mode.PAPER,),
                sessions=1,
                published_at=AT,
                applications_until=AT,
                regulation_on=date(2027, 3, 1),
            )
        )
        for actor in (CHAIR, *MEMBERS):
            ((role, _),) = actor.capacities
            names = Names("Член", "На", f"Комисия-{actor.id}")
            self.hear(StaffAppointed(exam_id=EXAM, person_id=actor.id, role=role, names=names))
        for one in self.envelopes:
            self.hear(seat(one.candidate))
        self.hear(
            VariantOpened(
                exam_id=EXAM,
                variant=1,
                package_sha256="0" * 64,
                sub_variants=("1А", "1Б"),
                questions=LAW.questions,
                opened_at=AT,
            )
        )

    def hand_in(self, ended: SittingsEnded | None = None) -> None:
        """Every envelope, and the halls' word: that these were all, unless ``ended`` says it otherwise."""
        for one in self.envelopes:
            self.hear(
                MaterialsHandedIn(
                    exam_id=EXAM, candidate_id=candidate_id(one.candidate), mode=Mode.PAPER, hall="3", handed_in_at=AT
                )
            )
        came = len(self.envelopes)
        self.hear(ended or SittingsEnded(exam_id=EXAM, mode=Mode.PAPER, session=1, appeared=came, ended_at=AT))

    def release_key(self) -> None:
        """The key comes, enciphered for the grading services."""
        content = json.dumps(
            {code: {str(q): letter for q, letter in key.items()} for code, key in KEY.items()}
        ).encode()
        sealed = pyrage.encrypt(content, [AGE["grading"].to_public()])
        sha256 = self.house.runtime.files.put(sealed)
        self.hear(AnswerKeyReleased(exam_id=EXAM, variant=1, key_sha256=sha256, released_at=AT))

    def number(self) -> None:
        """Numbers on the envelopes."""
        self.house.at("2027-05-18T11:00:00+03:00")
        numbers = good(self.tell("assign_numbers", CHAIR, envelopes=len(self.envelopes)))["numbers"]
        self.by_number = dict(zip(numbers, self.envelopes, strict=True))

    def scan_all(self) -> None:
        """Every card scanned, registered and read."""
        self.register([self.upload(scanned(one, number)) for number, one in self.by_number.items()])

    def upload(self, jpeg: bytes, actor: Actor = CHAIR, media_type: str = "image/jpeg") -> str:
        """A file in the store; its SHA-256."""
        return str(good(self.house.upload(jpeg, media_type, actor))["sha256"])

    def register(self, scans: Sequence[str]) -> None:
        """Register uploaded scans and let the worker read them."""
        good(self.tell("register_scans", CHAIR, scans=list(scans)))
        self.read_all()

    def read_all(self) -> None:
        """What the workers would do with every scan that was ever ordered; they may come again."""
        for event in self.said():
            if isinstance(event, ReadScan):
                read_scan(self.house.runtime, event)

    def render_all(self) -> None:
        """What a worker would do with the last order to render."""
        render_documents(self.house.runtime, RenderDocuments(exam_id=EXAM, ordered_by="grading_paper"))

    def said(self) -> list[Event]:
        """Every event and job of the outbox, in order."""
        with self.house.runtime.work() as work:
            bodies = work.session.scalars(select(OutboxRow.body).order_by(OutboxRow.number)).all()
        return [decode(body).event() for body in bodies]

    def ready_to_mark(self, ended: SittingsEnded | None = None) -> None:
        """Everything up to the cards in the members' hands."""
        self.announce()
        self.hand_in(ended)
        self.release_key()
        self.number()
        self.scan_all()
        good(self.tell("distribute_cards", CHAIR))

    def mark_everything(self, otherwise: Mapping[str, Mapping[str, Any]] | None = None) -> int:
        """Members count what was given to them; ``otherwise``: what is seen on some cards instead."""
        todo = [
            (member, card["number"])
            for member in MEMBERS
            for card in good(self.ask("my_cards", member))["cards"]
            if not card["marked"]
        ]
        for member, number in todo:
            seen = (otherwise or {}).get(number) or self.by_number[number].seen()
            good(self.tell("mark_card", member, number=number, **seen))
        return len(todo)

    def settle_everything(self) -> None:
        """The chair counts what is to be settled."""
        for number in self.progress()["to_settle"]:
            good(self.tell("settle_card", CHAIR, number=number, **self.by_number[number].seen()))

    def agree_everywhere(self) -> None:
        """Members agree with every third count on which their word is awaited."""
        for member in MEMBERS:
            for card in good(self.ask("my_cards", member))["cards"]:
                if card["awaits_word"]:
                    good(self.tell("agree_to_count", member, number=card["number"]))

    def finish_marking(self) -> None:
        """First checks, second checks, what is to be settled, and the words on it."""
        for _ in range(2):
            self.mark_everything()
            self.settle_everything()
        self.agree_everywhere()

    def markers_of(self, number: str) -> list[Actor]:
        """First marker and second, as far as there are any."""
        mine = {one.id: good(self.ask("my_cards", one))["cards"] for one in MEMBERS}
        rounds = {card["round"]: one for one in MEMBERS for card in mine[one.id] if card["number"] == number}
        return [rounds[which] for which in sorted(rounds)]

    def open_envelopes(self) -> None:
        """Commission and director together."""
        good(self.tell("propose_opening_envelopes", CHAIR))
        good(self.tell("confirm_opening_envelopes", DIRECTOR))

    def enter_slips(self) -> None:
        """All slips."""
        for number, one in self.by_number.items():
            good(self.tell("enter_slip", MEMBERS[0], number=number, **slip(one.candidate)))

    def progress(self) -> dict[str, Any]:
        """How far it is."""
        return good(self.ask("progress", CHAIR))

    def number_of(self, candidate: int) -> str:
        """The number on a candidate's envelope."""
        return next(number for number, one in self.by_number.items() if one.candidate == candidate)

    def tell(self, verb: str, actor: Actor | None, **payload: Any) -> httpx.Response:
        """A command."""
        return self.house.tell(verb, {"exam_id": EXAM, **payload}, actor)

    def ask(self, verb: str, actor: Actor | None, **fields: str) -> httpx.Response:
        """A question."""
        return self.house.ask(verb, actor, exam_id=EXAM, **fields)


def good(response: httpx.Response) -> dict[str, Any]:
    """The answer of a request that was carried out."""
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def refusal(response: httpx.Response) -> str:
    """The code of a refusal."""
    assert response.status_code >= 400, response.text
    return str(response.json()["code"])


def candidate_id(number: int) -> str:
    """The opaque id of a player."""
    return f"00000000-0000-4000-8000-{number:012x}"


def slip(number: int) -> dict[str, str]:
    """What stands on a player's slip."""
    who = player(number)
    return {
        "first": who.names.first,
        "middle": who.names.middle,
        "last": who.names.last,
        "identifier": who.identifier,
    }


def seat(number: int) -> SeatAssigned:
    """A player's place on paper."""
    return SeatAssigned(
        exam_id=EXAM,
        application_id=f"a-{number}",
        candidate_id=candidate_id(number),
        username=player(number).email,
        person=player(number).person,
        mode=Mode.PAPER,
        assisted=False,
        session=1,
        hall="3",
        place="ул. „Раковски“ 102",
        seat=f"3-{number}",
        exam_on=EXAM_ON,
        entry_at=AT,
        starts_at=AT,
    )


def scanned(one: Envelope, number: str, *, exam_id: str = EXAM) -> bytes:
    """The filled card with its sticker through a clean scanner: JPEG."""
    rng = np.random.default_rng(one.candidate)
    blank = _blank(exam_id, one.sub_variant)
    layout = printed_layout(page_code(exam_id, one.sub_variant), questions=LAW.questions, options=LETTERS)
    page = fill(blank, layout, Filling(one.answers, number, one.elsewhere), random_hand(rng), rng)
    return scan(page, GRADES["clean"], rng, dpi=_DPI).jpeg


@cache
def _blank(exam_id: str, sub_variant: str) -> NDArray[np.uint8]:
    return card_image(exam_id, sub_variant, questions=LAW.questions, options=LETTERS, dpi=_DPI)
