"""Processes: ready only when they consume, one replica's timers, and a start that refuses what would fail later."""

import time

import httpx

from chassis.broker import connect
from chassis.topology import event_queue
from tests.interface.chassis.little import Little, until


def probe(port: int, path: str = "readyz") -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{port}/{path}", timeout=10)


def test_a_timer_fires_in_one_of_two_replicas_and_in_the_other_when_that_one_dies(little: Little) -> None:
    pair = little.start("container", "container")
    little.ask("SELECT 1")
    time.sleep(2)
    ticks = little.ask("SELECT pid FROM effects WHERE exam_id = 'tick'")
    assert len(set(ticks)) == 1
    assert 3 <= len(ticks) <= 30
    leader, other = sorted(pair, key=lambda process: process.child.pid != ticks[0])
    leader.kill()
    until(lambda: other.child.pid in little.ask("SELECT pid FROM effects WHERE exam_id = 'tick'"))


def test_a_process_is_ready_while_it_consumes_and_says_why_it_is_not(little: Little) -> None:
    (container,) = little.start("container")
    assert probe(container.port).status_code == 200
    assert probe(container.port, "livez").text == "ok\n"
    with connect(little.amqp_uri) as connection:
        channel = connection.channel()
        channel.queue_delete(event_queue(little.name))
        channel.queue_declare(event_queue(little.name), durable=True, auto_delete=False)
    until(lambda: probe(container.port).status_code == 503, seconds=10)
    assert "other arguments" in probe(container.port).json()["topology"]
    metrics = probe(container.port, "metrics").text
    assert f'svops_outbox_waiting{{service="{little.name}"}} 0.0' in metrics
    assert f'svops_parked_messages{{service="{little.name}"}} 0.0' in metrics


def test_a_process_waits_for_a_topology_that_is_declared_after_its_start(little: Little) -> None:
    with connect(little.amqp_uri) as connection:
        connection.channel().queue_delete(event_queue(little.name))
    process = little.launch("container")
    little.processes.append(process)
    until(lambda: "the broker is not ready" in process.log.read_text())
    little.topology.declare(little.amqp_uri)
    process.await_ready()


def test_a_process_does_not_start_on_a_topology_that_is_not_declared(little: Little) -> None:
    with connect(little.amqp_uri) as connection:
        connection.channel().queue_delete(event_queue(little.name))
    process = little.launch("container", words=["hasty"])
    little.processes.append(process)
    assert process.child.wait(30) != 0
    assert f"queue {event_queue(little.name)} is not declared: run svops migrate" in process.log.read_text()


def test_a_process_whose_database_driver_would_block_it_does_not_start(little: Little) -> None:
    process = little.launch("container", words=["blocking"])
    little.processes.append(process)
    assert process.child.wait(30) != 0
    assert "NotGreen: 6 sleeps of 0.5 s took" in process.log.read_text()
