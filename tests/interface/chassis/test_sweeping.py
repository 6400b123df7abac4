"""What should have happened and has not is found in the database and ordered again."""

import uuid
from dataclasses import dataclass, field

from sqlalchemy import delete, select, update

from chassis.plumbing import DocumentRow, OutboxRow
from chassis.sweeper import Sweep, generic_sweeps
from contracts.envelope import decode
from contracts.events.chassis import AuditHeadTold, RenderDocuments
from tests.interface.chassis.little import Little


@dataclass(frozen=True)
class Sweeper:
    """One process's sweeps over the life of a test."""

    little: Little
    sweeps: tuple[Sweep, ...] = field(default_factory=generic_sweeps)

    def look(self, *, times: int = 1) -> None:
        for _ in range(times):
            for one in self.sweeps:
                with self.little.runtime.work() as work:
                    one.run(work)


def said(little: Little, type_name: str) -> list[dict[str, object]]:
    with little.runtime.work() as work:
        rows = work.session.scalars(select(OutboxRow.body).where(OutboxRow.type == type_name))
        return [decode(body).data for body in rows]


def order(little: Little) -> uuid.UUID:
    """A document whose job was published, and lost."""
    with little.runtime.work() as work:
        document = work.order_document("exam", "appendix_6", str(uuid.uuid4()), {})
    with little.runtime.work() as work:
        work.session.execute(delete(OutboxRow))
    return document


def test_a_document_is_rendered_by_a_job_that_is_said_with_its_order(little: Little) -> None:
    with little.runtime.work() as work:
        for number in range(3):
            work.order_document("exam", "appendix_6", str(number), {})
    assert said(little, RenderDocuments.type_name()) == [{"exam_id": "exam", "ordered_by": little.name}]


def render(little: Little, document: uuid.UUID) -> None:
    with little.runtime.work() as work:
        work.session.get_one(DocumentRow, document).sha256 = "0" * 64


def publish(little: Little) -> None:
    with little.runtime.work() as work:
        work.session.execute(update(OutboxRow).values(published_at=work.now))


def test_documents_of_which_none_was_rendered_between_two_looks_are_ordered_again(little: Little) -> None:
    order(little)
    sweeper = Sweeper(little)
    sweeper.look()
    assert said(little, RenderDocuments.type_name()) == []
    sweeper.look()
    again = [{"exam_id": "exam", "ordered_by": little.name}]
    assert said(little, RenderDocuments.type_name()) == again
    sweeper.look(times=2)
    assert said(little, RenderDocuments.type_name()) == again, "the first order still waits in the outbox"
    publish(little)
    sweeper.look()
    assert said(little, RenderDocuments.type_name()) == again * 2


def test_a_long_pile_that_is_being_worked_off_is_left_alone(little: Little) -> None:
    documents = [order(little) for _ in range(3)]
    sweeper = Sweeper(little)
    for document in documents:
        sweeper.look()
        render(little, document)
    sweeper.look(times=3)
    assert said(little, RenderDocuments.type_name()) == []


def test_the_head_of_a_chain_is_told_when_it_grew_and_only_then(little: Little) -> None:
    sweeper = Sweeper(little)
    for round_ in (1, 2):
        with little.runtime.work() as work:
            work.audit("exam", "test", "Art. 1", round=round_)
        sweeper.look(times=2)
    told = said(little, AuditHeadTold.type_name())
    assert [head["number"] for head in told] == [1, 2]
    assert {head["told_by"] for head in told} == {little.name}
