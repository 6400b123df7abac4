"""Acts of two persons on a real database."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chassis import acts
from chassis.work import Actor
from contracts.people import Role
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone
from tests.interface.chassis.little import Little

TWO = frozenset({Role.CHAIR, Role.DIRECTOR})
OPENING = acts.ActKind("opening", TWO, TWO, "чл. 13, ал. 6", Phrase("отваряне", "opening"))
CHAIR, DIRECTOR = (Actor(role, frozenset({(role, "exam")})) for role in (Role.CHAIR, Role.DIRECTOR))


def propose(little: Little, actor: Actor) -> None:
    with little.runtime.work(actor) as work:
        acts.propose(work, OPENING, exam_id="exam", subject="1", proposal={})


def test_of_two_who_propose_at_once_one_has_proposed(little: Little) -> None:
    with ThreadPoolExecutor(1) as second:
        with little.runtime.work(CHAIR) as work:
            acts.propose(work, OPENING, exam_id="exam", subject="1", proposal={})
            later = second.submit(propose, little, DIRECTOR)
            with pytest.raises(TimeoutError):
                later.result(timeout=0.5)
        with pytest.raises(AlreadyDone):
            later.result(timeout=20)
