"""The nameko door of the little services: handlers that do what the event's hall says, verbs, a timer."""

from typing import Any

from marshmallow import fields
from sqlalchemy import text

from chassis.commands import Nothing, Shape, Verb, Verbs, dispatch
from chassis.entrypoints import ServiceRuntime, answers, every, handles
from chassis.rpc import Request
from chassis.work import Actor, Work
from contracts.events.admission import CandidateIdentified
from contracts.events.certification import CertificateIssued
from contracts.people import Role
from contracts.refusals.general import NotFound
from tests.interface.chassis.little_parts import effect, note

_NOBODY: frozenset[Role] = frozenset()


class Telling(Shape):
    """One word."""

    what = fields.String(required=True)


def count(work: Work, what: str) -> dict[str, Any]:
    """Has an effect every time it really runs."""
    effect(work, "rpc", what)
    return {"counted": what}


def snore(work: Work, what: str) -> dict[str, Any]:
    """As ``count``, and takes a second."""
    work.session.execute(text("SELECT pg_sleep(1)"))
    return count(work, what)


def find(_work: Work, what: str) -> dict[str, Any]:
    """Refuses."""
    raise NotFound(what=what)


def fall(_work: Work) -> dict[str, Any]:
    """Fails."""
    raise ZeroDivisionError


def mumble(_work: Work) -> dict[str, Any]:
    """Answers with what is no JSON value."""
    return {"mumbled": object()}


VERBS = Verbs(
    commands=(
        Verb("count", count, Telling, _NOBODY, "test"),
        Verb("snore", snore, Telling, _NOBODY, "test"),
        Verb("find", find, Telling, _NOBODY, "test"),
        Verb("fall", fall, Nothing, _NOBODY, "test"),
    ),
    questions=(Verb("mumble", mumble, Nothing, _NOBODY, "test"),),
)


class LittleService:
    """Its name is given by whoever runs it."""

    name = ""
    runtime = ServiceRuntime()

    @answers
    def answer(self, request: Request, actor: Actor) -> dict[str, Any]:
        """Any of the verbs."""
        return dispatch(VERBS, self.runtime, request.method, request.payload, actor, request.idempotency_key)

    @handles(CandidateIdentified)
    def on_candidate_identified(self, work: Work, event: CandidateIdentified) -> None:
        """One effect, and then whatever the hall says."""
        effect(work, event.exam_id, event.candidate_id)
        if event.hall == "raises":
            note(self.runtime, event.candidate_id)
            raise ValueError("this candidate can't be handled")
        if event.hall == "raises six times" and note(self.runtime, event.candidate_id) < 6:
            raise ValueError("much too early")
        if event.hall == "raises twice" and note(self.runtime, event.candidate_id) < 2:
            raise ValueError("not yet")
        if event.hall == "slow":
            work.session.execute(text("SELECT pg_sleep(1)"))

    @handles(CertificateIssued)
    def on_certificate_issued(self, work: Work, event: CertificateIssued) -> None:
        """One effect."""
        effect(work, event.exam_id, event.number)

    @every(0.25)
    def tick(self, work: Work) -> None:
        """One effect."""
        effect(work, "tick", "tick")


def named(name: str) -> type:
    """The service under that name."""
    return type(f"Little_{name}", (), dict(vars(LittleService), name=name))
