"""What should have happened and has not is found in the database and ordered again."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from chassis.plumbing import DocumentRow, OutboxRow
from chassis.sweeper import DOCUMENTS_AFTER_SECONDS, generic_sweeps
from contracts.envelope import decode
from contracts.events.chassis import AuditHeadTold, RenderDocuments
from tests.interface.chassis.little import Little


def sweep(little: Little) -> None:
    for one in generic_sweeps():
        with little.runtime.work() as work:
            one.run(work)


def said(little: Little, type_name: str) -> list[dict[str, object]]:
    with little.runtime.work() as work:
        rows = work.session.scalars(select(OutboxRow.body).where(OutboxRow.type == type_name))
        return [decode(body).data for body in rows]


@pytest.mark.parametrize(
    ("age_seconds", "orders"), [(DOCUMENTS_AFTER_SECONDS + 1, 1), (DOCUMENTS_AFTER_SECONDS - 5, 0)]
)
def test_a_document_ordered_long_ago_and_not_rendered_is_ordered_again(
    little: Little, age_seconds: float, orders: int
) -> None:
    with little.runtime.work() as work:
        work.session.add(
            DocumentRow(
                document_id=uuid.uuid4(),
                exam_id="exam",
                kind="appendix_6",
                subject="1",
                context={},
                ordered_at=work.now - timedelta(seconds=age_seconds),
            )
        )
    sweep(little)
    sweep(little)  # the first order still waits in the outbox: no second one
    expected = {"exam_id": "exam", "ordered_by": little.name}
    assert said(little, RenderDocuments.type_name()) == [expected] * orders


def test_the_head_of_a_chain_is_told_when_it_grew_and_only_then(little: Little) -> None:
    for round_ in (1, 2):
        with little.runtime.work() as work:
            work.audit("exam", "test", "Art. 1", round=round_)
        sweep(little)
        sweep(little)
    told = said(little, AuditHeadTold.type_name())
    assert [head["number"] for head in told] == [1, 2]
    assert {head["told_by"] for head in told} == {little.name}
