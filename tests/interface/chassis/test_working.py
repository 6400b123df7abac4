"""Jobs: one at a time, acknowledged when done, tried again elsewhere, parked when they can't be done."""

from datetime import UTC, datetime

from chassis.topology import job_queue
from contracts.envelope import encode, seal
from contracts.events.grading import GradeSheets
from svops.local.broker import PrivateBroker, is_answering
from tests.interface.chassis.little import Little, until


def order(little: Little, exam_id: str, *sheets: str) -> None:
    """A job straight into the queue."""
    envelope = seal(GradeSheets(exam_id=exam_id, sheets=sheets), source=little.name, at=datetime.now(UTC))
    little.publish(encode(envelope), queue=job_queue(little.name, GradeSheets), message_id=envelope.id)


def test_a_job_that_a_service_orders_is_carried_out(house: Little, exam_id: str) -> None:
    house.say(GradeSheets(exam_id=exam_id, sheets=("a", "b")))
    until(lambda: house.effects(exam_id) == ["a", "b"])


def test_a_job_that_raises_is_tried_six_times_and_parked_while_others_go_on(house: Little, exam_id: str) -> None:
    before = house.parked()
    order(house, exam_id, "raises")
    order(house, exam_id, "good")
    until(lambda: house.parked() == before + 1, seconds=60)
    assert len(house.attempts(f"{exam_id}:raises")) == 6
    assert house.effects(exam_id) == ["good"]


def test_a_job_that_cannot_be_read_is_parked_and_the_worker_lives(house: Little, exam_id: str) -> None:
    before = house.parked()
    house.publish(b"{not json", queue=job_queue(house.name, GradeSheets))
    order(house, exam_id, "good")
    until(lambda: house.effects(exam_id) == ["good"])
    until(lambda: house.parked() == before + 1)


def test_a_worker_keeps_its_connection_while_the_processor_is_busy(little: Little, exam_id: str) -> None:
    little.start("worker", heartbeat_seconds=1)
    order(little, exam_id, "long")
    until(lambda: little.effects(exam_id) == ["long"])
    assert len(little.attempts(f"{exam_id}:long")) == 1
    assert "worker_interrupted" not in little.processes[0].log.read_text()


def test_a_worker_killed_at_its_job_leaves_it_to_another(little: Little, exam_id: str) -> None:
    (worker,) = little.start("worker")
    order(little, exam_id, "long")
    until(lambda: little.attempts(f"{exam_id}:long"))
    worker.kill()
    little.start("worker")
    until(lambda: little.effects(exam_id) == ["long"])


def test_a_broker_killed_during_a_job_costs_one_more_attempt_at_most(
    house: Little, exam_id: str, broker: PrivateBroker
) -> None:
    order(house, exam_id, "long")
    until(lambda: house.attempts(f"{exam_id}:long"))
    broker.kill()
    until(lambda: "long" in house.effects(exam_id), seconds=60)
    until(lambda: is_answering(house.amqp_uri), seconds=60)
    order(house, exam_id, "next")
    until(lambda: "next" in house.effects(exam_id), seconds=60)
    assert len(house.attempts(f"{exam_id}:long")) <= 2
    assert house.processes[1].is_alive
