"""Electronic grading under test, with sheets as session closes them and a key as testbank releases it."""

import json
import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pyrage

from contracts.events.chassis import RenderDocuments
from contracts.events.grading import GradeSheets
from contracts.events.session import AnswerSheetClosed, SittingAnnulled, SittingsEnded
from contracts.events.testbank import AnswerKeyReleased
from contracts.people import Role
from regulation import in_force
from services.grading.electronic.worker import grade_sheets, render_documents
from tests.interface.after_the_exam import (
    AT,
    ELECTRONIC,
    EXAM,
    EXAM_ON,
    announced,
    appointed,
    candidate_id,
    hear,
    said,
    seated,
)
from tests.interface.house import AGE, House

LAW = in_force(EXAM_ON)
LETTERS = LAW.option_letters
KEY = {
    code: {
        str(question): random.Random(f"{code}{question}").choice(LETTERS) for question in range(1, LAW.questions + 1)
    }
    for code in ("1А", "1Б")
}
GRADED_AT = "2027-05-17T10:00:00+03:00"


def answers(correct: int, code: str = "1А", unanswered: int = 0) -> dict[str, str]:
    """A sheet with so many right answers, the first ones; the last ones are not answered."""
    given = {}
    for question, letter in KEY[code].items():
        wrong = LETTERS[(LETTERS.index(letter) + 1) % len(LETTERS)]
        if int(question) <= LAW.questions - unanswered:
            given[question] = letter if int(question) <= correct else wrong
    return given


@dataclass
class ElectronicExam:
    """The service, and what was told to it."""

    house: House
    done: set[int] = field(default_factory=set)

    def announce(self, candidates: int = 3, session: int = 1) -> None:
        """The exam, those on duty, and so many candidates with seats."""
        hear(self.house, announced(), *(appointed(role) for role in (Role.CHAIR, Role.SYSTEM_ADMINISTRATOR)))
        hear(self.house, appointed(Role.MEMBER, 1), appointed(Role.MEMBER, 2), appointed(Role.MEMBER, 3))
        hear(self.house, *(seated(number, session=session) for number in range(1, candidates + 1)))

    def close(self, number: int, correct: int, *, code: str = "1А", outcome: str = "submitted", **other: Any) -> None:
        """A sheet was closed."""
        hear(self.house, sheet(number, answers(correct, code), code=code, outcome=outcome, **other))

    def end(self, appeared: int, session: int = 1) -> None:
        """All halls have counted their envelopes."""
        hear(
            self.house,
            SittingsEnded(exam_id=EXAM, mode=ELECTRONIC, session=session, appeared=appeared, ended_at=AT),
        )

    def release_key(self, key: dict[str, dict[str, str]] | None = None, *, times: int = 1, variant: int = 1) -> None:
        """The key comes, enciphered for the grading services."""
        content = json.dumps(KEY if key is None else key).encode()
        sha256 = self.house.runtime.files.put(pyrage.encrypt(content, [AGE["grading"].to_public()]))
        released = AnswerKeyReleased(exam_id=EXAM, variant=variant, key_sha256=sha256, released_at=AT)
        hear(self.house, released, times=times)

    def jobs(self) -> list[GradeSheets]:
        """Every counting that was ordered."""
        return said(self.house, GradeSheets)

    def count(self) -> None:
        """What the workers do with every counting ordered so far."""
        for job in self.jobs():
            grade_sheets(self.house.runtime, job)

    def render(self) -> None:
        """What a worker does with the last order to render."""
        render_documents(self.house.runtime, RenderDocuments(exam_id=EXAM, ordered_by="grading_electronic"))

    def graded(self, *correct: int) -> None:
        """An exam with these counts, all counted."""
        self.announce(len(correct))
        for number, one in enumerate(correct, 1):
            self.close(number, one)
        self.end(len(correct))
        self.house.at(GRADED_AT)
        self.release_key()
        self.count()


def sheet(
    number: int,
    given: dict[str, str],
    *,
    code: str = "1А",
    outcome: str = "submitted",
    variant: int = 1,
) -> AnswerSheetClosed:
    """What session says when a sitting ends."""
    return AnswerSheetClosed(
        exam_id=EXAM,
        sitting_id=f"sitting-{number}",
        candidate_id=candidate_id(number),
        exam_username=f"изпит-{number:03}",
        unique_number=f"{900 - number}",
        variant=variant,
        sub_variant=code,
        answers=given,
        history_sha256="ab" * 32,
        outcome=outcome,
        started_at=AT,
        ended_at=AT + timedelta(hours=2),
    )


def annulment(number: int) -> SittingAnnulled:
    """The test of a candidate was annulled."""
    at = AT + timedelta(hours=1)
    return SittingAnnulled(
        exam_id=EXAM, candidate_id=candidate_id(number), mode=ELECTRONIC, reason="copying", annulled_at=at
    )
