"""From the outbox to the queues: nothing is lost, nothing overtakes, whoever is killed."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import psycopg
import pytest
from amqp import Message

from chassis.broker import connect
from chassis.publishing import Confirming, NotConfirmed, OutboxMessage
from chassis.relay import Relay, Watchdog
from chassis.topology import EVENTS, UNHEARD_QUEUE, UNROUTED_QUEUE, Topology, message_count
from contracts.events.admission import CandidateAbsent
from contracts.events.certification import CertificateIssued
from contracts.events.grading import GradeSheets
from contracts.people import Mode
from svops.local.broker import PrivateBroker
from tests.interface.chassis.little import Little, identified, until


@contextmanager
def relay_of(little: Little) -> Iterator[Relay]:
    """A relay in a thread of the test."""
    relay = Relay(little.runtime, little.amqp_uri)
    thread = threading.Thread(target=relay.run)
    thread.start()
    try:
        yield relay
    finally:
        relay.stop()
        thread.join()


def test_a_broker_killed_while_events_are_published_loses_none_and_keeps_their_order(
    house: Little, exam_id: str, broker: PrivateBroker
) -> None:
    names = [f"{number:04d}" for number in range(300)]
    for first in range(0, len(names), 50):
        house.say(*(identified(exam_id, name) for name in names[first : first + 50]))
        if first == 100:
            broker.kill()
    until(lambda: len(house.effects(exam_id)) >= len(names), seconds=90)
    assert house.effects(exam_id) == names
    until(lambda: house.waiting() == 0)


def test_a_relay_killed_while_it_publishes_loses_none_and_keeps_their_order(little: Little, exam_id: str) -> None:
    first, second, _ = little.start("relay", "relay", "container")
    names = [f"{number:04d}" for number in range(600)]
    little.say(*(identified(exam_id, name) for name in names))
    until(lambda: little.waiting() < len(names))
    first.kill()
    little.say(identified(exam_id, "last"))
    until(lambda: len(little.effects(exam_id)) > len(names), seconds=90)
    assert little.effects(exam_id) == [*names, "last"]
    assert second.is_alive


def test_only_one_relay_publishes_a_services_outbox(little: Little, exam_id: str) -> None:
    with relay_of(little), relay_of(little):
        little.say(*(identified(exam_id, str(number)) for number in range(50)))
        until(lambda: little.waiting() == 0)
        until(lambda: little.queued() == 50)


def test_a_row_published_but_not_marked_is_published_again_and_has_one_effect(house: Little, exam_id: str) -> None:
    house.say(identified(exam_id, "once"))
    until(lambda: house.effects(exam_id) == ["once"])
    until(lambda: house.waiting() == 0)
    with house.runtime.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outbox SET published_at = NULL WHERE exam_id = %s", (exam_id,))
    house.say(identified(exam_id, "after"))
    until(lambda: house.effects(exam_id) == ["once", "after"])


def test_a_job_without_a_queue_is_said_and_waits_until_the_topology_is_declared(little: Little, exam_id: str) -> None:
    with connect(little.amqp_uri) as connection:
        connection.channel().queue_delete(f"jobs.{little.name}.grade-sheets")
    with relay_of(little) as relay:
        little.say(identified(exam_id, "before"), GradeSheets(exam_id=exam_id, sheets=("a",)))
        until(lambda: "run svops migrate" in (relay.trouble or ""))
        assert little.waiting() == 1
        little.topology.declare(little.amqp_uri)
        until(lambda: little.waiting() == 0)


def test_a_type_that_this_release_does_not_know_holds_up_what_comes_after_it_and_nothing_before() -> None:
    rows = [OutboxMessage(number, number, f"bg.svops.nobody.unheard-of.v{number}", b"") for number in (1, 2)]  # type: ignore[arg-type]  # any id will do
    confirming = Confirming("amqp://nobody.invalid")
    with pytest.raises(NotConfirmed, match="does not know") as refused:
        confirming.publish(rows, "little")
    assert refused.value.confirmed == []


def test_an_event_that_nobody_handles_holds_up_nothing(little: Little, exam_id: str) -> None:
    absent = CandidateAbsent(exam_id=exam_id, candidate_id="x", mode=Mode.PAPER, hall="1", closed_at=datetime.now(UTC))
    with relay_of(little):
        little.say(absent)
        until(lambda: little.waiting() == 0)
    assert message_count(little.amqp_uri, UNHEARD_QUEUE) == 1


def test_an_event_without_any_binding_is_kept_in_the_queue_of_the_unrouted(house: Little) -> None:
    before = message_count(house.amqp_uri, UNROUTED_QUEUE)
    with connect(house.amqp_uri, confirm_publish=True) as connection:
        message, key = Message("x", delivery_mode=2), "bg.svops.nobody.never-bound.v1"
        connection.channel().basic_publish(message, exchange=EVENTS, routing_key=key, mandatory=True)
    until(lambda: message_count(house.amqp_uri, UNROUTED_QUEUE) == before + 1)


def test_a_public_event_also_reaches_the_public_stream(house: Little, exam_id: str) -> None:
    before = message_count(house.amqp_uri, "public.stream")
    house.say(CertificateIssued(exam_id=exam_id, candidate_id="c", number="1", issued_on=date(2027, 6, 1)))
    until(lambda: message_count(house.amqp_uri, "public.stream") == before + 1)


def test_a_broker_under_a_memory_alarm_holds_up_the_relay_and_nobody_else(
    house: Little, exam_id: str, broker: PrivateBroker
) -> None:
    broker.control("set_vm_memory_high_watermark", "absolute", "1")
    try:
        began = time.monotonic()
        house.say(identified(exam_id, "during"))
        assert time.monotonic() - began < 1
        time.sleep(1)
        assert house.waiting() == 1
    finally:
        broker.control("set_vm_memory_high_watermark", "0.4")
    until(lambda: house.effects(exam_id) == ["during"])
    assert house.processes[2].is_alive


def test_a_relay_that_makes_no_progress_ends_its_process(little: Little) -> None:
    (relay,) = little.start("relay", stuck_seconds=2)
    url = little.runtime.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as intruder:
        intruder.execute("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE")
        assert relay.child.wait(15) == 70


def test_a_relay_that_waits_knowingly_is_not_stuck(little: Little) -> None:
    relay = Relay(little.runtime, little.amqp_uri)
    assert Watchdog([relay], stuck_seconds=1).stuck() == []
    relay.moved_at -= 2
    assert Watchdog([relay], stuck_seconds=1).stuck() == [little.name]


def test_the_topology_of_no_service_is_still_whole(house: Little) -> None:
    assert Topology(()).differences(house.amqp_uri) == []
