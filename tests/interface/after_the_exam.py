"""What the services after the exam are told by the others, and how a test looks at what they say."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import httpx
import pikepdf
from sqlalchemy import func, select

from chassis.audit import first_break
from chassis.entrypoints import Handles
from chassis.plumbing import AuditRow, DocumentRow, OutboxRow
from contracts.envelope import decode, seal
from contracts.events import Event
from contracts.events.admission import ApplicationAdmitted, SeatAssigned, StaffAppointed
from contracts.events.grading import ResultPublished
from contracts.events.registration import AnnouncementPublished
from contracts.people import Mode, Names, Role
from tests.cast import acting, player
from tests.interface.house import House

EXAM = "2027-05"
EXAM_ON = date(2027, 5, 15)
AT = datetime(2027, 5, 15, 6, 30, tzinfo=UTC)
CHAIR = acting(Role.CHAIR, EXAM)
SYSTEM_ADMINISTRATOR = acting(Role.SYSTEM_ADMINISTRATOR, EXAM)
DIRECTOR, MINISTER, OFFICER = acting(Role.DIRECTOR), acting(Role.MINISTER), acting(Role.OFFICER)
OPERATOR = acting(Role.OPERATOR)
ELECTRONIC, PAPER = Mode.ELECTRONIC, Mode.PAPER


def candidate_id(number: int) -> str:
    """The opaque id of a player."""
    return f"00000000-0000-4000-8000-{number:012x}"


def hear(house: House, *events: Event, times: int = 1) -> None:
    """Events as they come over the broker, each delivered so many times, to the service's own handlers."""
    door = _door(house)
    for event in events:
        envelope = seal(event, source="test", at=house.clock.now())
        for _ in range(times):
            _handler(type(door), type(event))(SimpleNamespace(runtime=house.runtime), envelope, event)


def _door(house: House) -> Any:
    module = import_module(f"services.{house.name.replace('_', '.')}.service")
    name = "".join(part.title() for part in house.name.split("_")) + "Service"
    return getattr(module, name)()


def _handler(door: type, event: type[Event]) -> Any:
    for method in vars(door).values():
        if any(isinstance(one, Handles) and event in one.types for one in getattr(method, "nameko_entrypoints", ())):
            return method
    raise LookupError(f"{door.__name__} has no handler of {event.__name__}")


def announced() -> AnnouncementPublished:
    """The exam of 15 May 2027, under the law of 1 March."""
    return AnnouncementPublished(
        exam_id=EXAM,
        title="Изпит",
        exam_on=EXAM_ON,
        modes=(ELECTRONIC, PAPER),
        sessions=1,
        published_at=AT,
        applications_until=AT,
        regulation_on=date(2027, 3, 1),
    )


def appointed(role: Role, number: int = 0) -> StaffAppointed:
    """Somebody on duty, by a name that tells the role."""
    names = Names(f"Име{number}", "На", f"Лице-{role}")
    return StaffAppointed(exam_id=EXAM, person_id=f"{role}-{number}", role=role, names=names)


def seated(number: int, mode: Mode = ELECTRONIC, session: int = 1) -> SeatAssigned:
    """A player has a seat."""
    return SeatAssigned(
        exam_id=EXAM,
        application_id=f"a-{number}",
        candidate_id=candidate_id(number),
        username=player(number).email,
        person=player(number).person,
        mode=mode,
        assisted=False,
        session=session,
        hall="3",
        place="ул. „Раковски“ 102",
        seat=f"3-{number}",
        exam_on=EXAM_ON,
        entry_at=AT,
        starts_at=AT,
    )


def admitted(number: int, mode: Mode = ELECTRONIC) -> ApplicationAdmitted:
    """A player was admitted."""
    return ApplicationAdmitted(
        exam_id=EXAM,
        application_id=f"a-{number}",
        candidate_id=candidate_id(number),
        username=player(number).email,
        person=player(number).person,
        mode=mode,
        assisted=False,
        decided_at=AT,
    )


def published(number: int, outcome: str, at: datetime, mode: Mode = ELECTRONIC) -> ResultPublished:
    """A player's result stands in the profile."""
    correct = {"passed": 70, "failed": 59}.get(outcome)
    return ResultPublished(
        exam_id=EXAM, candidate_id=candidate_id(number), mode=mode, outcome=outcome, correct=correct, published_at=at
    )


def good(answer: httpx.Response) -> dict[str, Any]:
    """The answer of a request that was carried out."""
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def refused(answer: httpx.Response, code: str, article: str | None = None) -> None:
    """The request was refused so, in both languages."""
    body = answer.json()
    assert body["code"] == code, body
    assert answer.status_code == body["status"]
    assert body["sentence"]["bg"]
    assert body["sentence"]["en"]
    if article is not None:
        assert body["article"] == article, body


def said(house: House, kind: type[Event]) -> list[Any]:
    """The events and jobs of a kind in the outbox, in order."""
    with house.runtime.work() as work:
        query = select(OutboxRow.body).where(OutboxRow.type == kind.type_name()).order_by(OutboxRow.number)
        return [decode(body).event() for body in work.session.scalars(query)]


def rows(house: House, table: Any) -> int:
    """How many rows a table has."""
    with house.runtime.work() as work:
        return work.session.scalar(select(func.count()).select_from(table)) or 0


def ordered(house: House, kind: str) -> list[DocumentRow]:
    """The documents of a kind that were ordered, by subject and issue."""
    with house.runtime.work() as work:
        query = select(DocumentRow).where(DocumentRow.kind == kind)
        return list(work.session.scalars(query.order_by(DocumentRow.subject, DocumentRow.issue)))


def noted(house: House) -> list[str]:
    """The actions of the exam's audit chain, which must be whole."""
    with house.runtime.work() as work:
        chain = work.session.scalars(select(AuditRow).where(AuditRow.exam_id == EXAM).order_by(AuditRow.number)).all()
        assert first_break(chain, house.name) is None
        return [row.action for row in chain]


def refused_for(house: House, verb: str, payload: dict[str, Any], allowed: Sequence[Role]) -> None:
    """Nobody but these roles may do it; nobody at all without a token; nobody of another exam."""
    refused(house.tell(verb, payload), "NotAuthenticated")
    for role in set(Role) - set(allowed) - {Role.SYSTEM}:
        refused(house.tell(verb, payload, acting(role, EXAM)), "NotAllowed")


def a_pdf(title: str = "") -> bytes:
    """A PDF of one empty page; another title makes another file."""
    made = pikepdf.new()
    made.add_blank_page()
    made.docinfo["/Title"] = title
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
