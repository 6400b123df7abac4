"""A member who cannot come, for the tests of what others do in his place."""

from typing import Any

from sqlalchemy import select

from chassis.plumbing import AuditRow
from chassis.work import Actor
from tests.interface.grading_paper.paper_exam import CHAIR, MEMBERS, PaperExam, good

ABSENT, *OTHERS = MEMBERS
REASON = "В болнични до края на месеца."


def cards_of(exam: PaperExam, member: Actor) -> list[str]:
    return [one["number"] for one in good(exam.ask("my_cards", member))["cards"]]


def hand_on(exam: PaperExam, member: Actor = ABSENT) -> dict[str, int]:
    given: dict[str, int] = good(exam.tell("hand_on_cards", CHAIR, marker=member.id, reason=REASON))["cards"]
    return given


def count(exam: PaperExam, member: Actor, number: str) -> None:
    good(exam.tell("mark_card", member, number=number, **exam.by_number[number].seen()))


def noted(exam: PaperExam, action: str) -> list[dict[str, Any]]:
    with exam.house.runtime.work() as work:
        return list(work.session.scalars(select(AuditRow.facts).where(AuditRow.action == action)))


def absent(exam: PaperExam) -> list[str]:
    return list(exam.progress()["absences"])
