"""Exchanges and queues: declared once, before anything starts, and checked by whoever needs them."""

from datetime import date

import pytest
from amqp import Message

from chassis.broker import connect
from chassis.topology import (
    STREAM_QUEUE,
    Subscriptions,
    Topology,
    TopologyError,
    consumer_count,
    declare_subscriber,
    event_queue,
    message_count,
    parking_queue,
)
from contracts.events.admission import CandidateIdentified
from contracts.events.certification import CertificateIssued, DuplicateIssued
from tests.interface.chassis.little import Little, until


def test_declaring_twice_is_as_declaring_once(little: Little) -> None:
    little.topology.declare(little.amqp_uri)
    assert little.topology.differences(little.amqp_uri) == []


def test_what_is_not_declared_is_said_with_what_to_do(house: Little) -> None:
    missing = Topology((Subscriptions(service="not_there", handles=(CandidateIdentified,)),))
    said = missing.differences(house.amqp_uri)
    assert len(said) == 3
    assert all("is not declared: run svops migrate" in sentence for sentence in said)
    assert missing.differences(house.amqp_uri) == said  # looking declares nothing


def test_a_queue_with_other_arguments_is_said_and_never_silently_used(little: Little) -> None:
    with connect(little.amqp_uri) as connection:
        channel = connection.channel()
        channel.queue_delete(event_queue(little.name))
        channel.queue_declare(event_queue(little.name), durable=True, auto_delete=False)
    (said,) = little.topology.differences(little.amqp_uri)
    assert "other arguments" in said
    with pytest.raises(TopologyError, match="other arguments"):
        little.topology.declare(little.amqp_uri)


def test_a_cleared_house_holds_no_message_and_has_kept_its_queues(little: Little) -> None:
    queue, mark = event_queue(little.name), f"kept.{little.name}"
    with connect(little.amqp_uri) as connection:
        channel = connection.channel()
        channel.queue_bind(queue, "amq.direct", mark)
        for name in (queue, parking_queue(little.name), STREAM_QUEUE):
            channel.basic_publish(Message("x"), routing_key=name)
        until(lambda: little.queued() == 1)
        little.topology.clear(little.amqp_uri)
        little.topology.declare(little.amqp_uri)
        counts = [message_count(little.amqp_uri, each.name) for each in little.topology.queues]
        assert counts == [0] * len(counts)
        channel.basic_publish(Message("x"), exchange="amq.direct", routing_key=mark)
        until(lambda: little.queued() == 1)


def test_clearing_takes_away_a_queue_of_other_arguments(little: Little) -> None:
    with connect(little.amqp_uri) as connection:
        channel = connection.channel()
        channel.queue_delete(event_queue(little.name))
        channel.queue_declare(event_queue(little.name), durable=True, auto_delete=False)
    little.topology.clear(little.amqp_uri)
    little.topology.declare(little.amqp_uri)
    assert little.topology.differences(little.amqp_uri) == []


def test_a_service_that_no_longer_handles_an_event_no_longer_gets_it(little: Little) -> None:
    fewer = Topology((Subscriptions(service=little.name, handles=(CertificateIssued,)),))
    fewer.declare(little.amqp_uri)
    with connect(little.amqp_uri) as connection:
        channel = connection.channel()
        for key in (CandidateIdentified.type_name(), CertificateIssued.type_name()):
            channel.basic_publish(Message("x"), exchange="svops.events", routing_key=key)
    until(lambda: little.queued() == 1)


def test_counting_on_a_queue_that_is_not_there_is_said(house: Little) -> None:
    with pytest.raises(TopologyError, match="run svops migrate"):
        message_count(house.amqp_uri, "events.not_there")
    assert consumer_count(house.amqp_uri, event_queue(house.name)) == 1


def test_a_subscriber_gets_the_public_events_it_asked_for_and_no_others(house: Little, exam_id: str) -> None:
    queue = declare_subscriber(house.amqp_uri, exam_id, [CertificateIssued])
    issued = CertificateIssued(exam_id=exam_id, candidate_id="c", number="1", issued_on=date(2027, 6, 1))
    other = DuplicateIssued(exam_id=exam_id, candidate_id="c", number="1", issue=1, issued_on=date(2027, 6, 2))
    house.say(other, issued, other)
    until(lambda: house.waiting() == 0)
    until(lambda: message_count(house.amqp_uri, queue) == 1)


def test_a_subscriber_may_not_ask_for_what_is_not_public(house: Little) -> None:
    with pytest.raises(ValueError, match="not public"):
        declare_subscriber(house.amqp_uri, "curious", [CandidateIdentified])


def test_a_subscriber_that_comes_late_gets_everything_from_the_first_on(house: Little, exam_id: str) -> None:
    names = [f"{number:03d}" for number in range(100)]
    house.say(
        *(
            CertificateIssued(exam_id=exam_id, candidate_id="c", number=name, issued_on=date(2027, 6, 1))
            for name in names
        )
    )
    until(lambda: house.waiting() == 0)
    heard: list[str] = []
    with connect(house.amqp_uri) as connection:
        channel = connection.channel()
        channel.basic_qos(0, 50, False)  # noqa: FBT003 - the protocol's own flag: per consumer

        def hear(message: object) -> None:
            body = str(message.body)  # type: ignore[attr-defined]  # a message of py-amqp
            channel.basic_ack(message.delivery_tag)  # type: ignore[attr-defined]  # as above
            if exam_id in body:
                heard.append(body.split('"number":"')[1][:3])

        channel.basic_consume(STREAM_QUEUE, callback=hear, arguments={"x-stream-offset": "first"})
        until(lambda: connection.drain_events(timeout=5) or len(heard) >= len(names))
    assert list(dict.fromkeys(heard)) == names
