"""Certification under test: participants with published results, and what holders do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from chassis.work import Actor
from contracts.events.chassis import RenderDocuments
from contracts.people import Mode, Role
from services.certification.worker import render_documents
from tests.cast import acting
from tests.interface.after_the_exam import (
    ELECTRONIC,
    EXAM,
    MINISTER,
    OFFICER,
    a_pdf,
    admitted,
    announced,
    candidate_id,
    good,
    hear,
    published,
)
from tests.interface.house import House

PUBLISHED_AT = datetime.fromisoformat("2027-05-21T10:00:00+03:00")
ISSUED_AT = "2027-06-04T10:00:00+03:00"
REQUEST = {"exam_id": EXAM}


def holder(number: int) -> Actor:
    """A player as the candidate he is."""
    return acting(Role.CANDIDATE, person_id=candidate_id(number))


@dataclass
class Register:
    """The service, and the shortest way to each of its states."""

    house: House

    def take_part(self, outcomes: Sequence[str], mode: Mode = ELECTRONIC, first: int = 1) -> None:
        """So many participants with these published outcomes."""
        hear(self.house, announced())
        for number, outcome in enumerate(outcomes, first):
            hear(self.house, admitted(number, mode), published(number, outcome, PUBLISHED_AT, mode))
        self.house.at(ISSUED_AT)

    def issue(self, *outcomes: str) -> list[dict[str, Any]]:
        """Certificates for those who passed; number and holder of each."""
        self.take_part(outcomes or ("passed",))
        return list(good(self.house.tell("issue_certificates", REQUEST, MINISTER))["certificates"])

    def number_of(self, number: int) -> str:
        """The number of a player's certificate."""
        exported = good(self.house.ask("export", acting(Role.OPERATOR), exam_id=EXAM))
        return next(
            str(one["number"]) for one in exported["certificates"] if one["candidate_id"] == candidate_id(number)
        )

    def fee(self, actor: Actor, title: str = "такса") -> str:
        """An uploaded document of a paid fee."""
        return str(good(self.house.upload(a_pdf(title), "application/pdf", actor))["sha256"])

    def prove(self, number: str, actor: Actor, verb: str = "prove_fee") -> httpx.Response:
        """Prove a fee."""
        return self.house.tell(verb, {"number": number, "sha256": self.fee(actor)}, actor)

    def hand(self, number: str) -> httpx.Response:
        """Hand a certificate over."""
        received = {"number": number, "received_by": "Лично", "authorised": False}
        return self.house.tell("hand_over", received, OFFICER)

    def handed(self) -> str:
        """The number of a certificate that its holder, player 1, has received."""
        number = str(self.issue()[0]["number"])
        good(self.prove(number, holder(1)))
        good(self.hand(number))
        return number

    def ask_duplicate(self, number: str, actor: Actor) -> httpx.Response:
        """Ask for a duplicate."""
        return self.house.tell("request_duplicate", {"number": number, "reason": "Изгубен."}, actor)

    def render(self) -> None:
        """What a worker does with the last order to render."""
        render_documents(self.house.runtime, RenderDocuments(exam_id=EXAM, ordered_by="certification"))
