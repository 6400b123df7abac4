"""Requests between processes: with a deadline, carried out once, refused in words."""

import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from amqp import Message

from chassis.broker import connect
from chassis.rpc import Request, RpcClient, RpcFailed, RpcTimeout, UnroutableService
from chassis.topology import message_count, rpc_queue
from contracts.refusals.general import InvalidInput, NotFound
from svops.local.broker import PrivateBroker
from svops.local.database import PrivateDatabase
from tests.interface.chassis.little import Little, until


def counted(house: Little, what: str) -> int:
    return house.effects("rpc").count(what)


def test_a_request_is_answered(house: Little, exam_id: str) -> None:
    with RpcClient(house.amqp_uri) as client:
        assert client.call(house.name, "count", {"what": exam_id}) == {"counted": exam_id}
    assert counted(house, exam_id) == 1


def test_the_same_key_twice_is_carried_out_once_and_answered_alike(house: Little, exam_id: str) -> None:
    with RpcClient(house.amqp_uri) as client:
        answers = [
            client.call(house.name, "count", {"what": exam_id}, idempotency_key=f"key-{exam_id}") for _ in range(3)
        ]
    assert answers == [{"counted": exam_id}] * 3
    assert counted(house, exam_id) == 1


def test_a_refusal_comes_back_as_the_same_refusal(house: Little) -> None:
    with RpcClient(house.amqp_uri) as client, pytest.raises(NotFound) as refused:
        client.call(house.name, "find", {"what": "нещо"})
    assert refused.value.sentence() == "Не е намерено: нещо."


def test_a_service_that_fails_says_so_and_lives(house: Little, exam_id: str) -> None:
    with RpcClient(house.amqp_uri) as client:
        with pytest.raises(RpcFailed):
            client.call(house.name, "fall", {})
        assert client.call(house.name, "count", {"what": exam_id}) == {"counted": exam_id}


def test_a_service_that_nobody_declared_is_said_at_once(house: Little) -> None:
    began = time.monotonic()
    with RpcClient(house.amqp_uri) as client, pytest.raises(UnroutableService):
        client.call("nobody", "count", {"what": "x"}, deadline_seconds=10)
    assert time.monotonic() - began < 2


def test_a_request_past_its_deadline_is_never_carried_out(house: Little, exam_id: str) -> None:
    stale = Request(method="count", payload={"what": exam_id}, deadline=datetime.now(UTC) - timedelta(seconds=1))
    house.publish(msgspec.json.encode(stale), queue=rpc_queue(house.name), content_type="application/json")
    with RpcClient(house.amqp_uri) as client:
        client.call(house.name, "count", {"what": f"after {exam_id}"})
    assert counted(house, exam_id) == 0


def test_a_request_to_a_service_that_sleeps_times_out_and_is_gone_when_it_wakes(little: Little, exam_id: str) -> None:
    with RpcClient(little.amqp_uri) as client, pytest.raises(RpcTimeout):
        client.call(little.name, "count", {"what": exam_id}, deadline_seconds=0.5)
    until(lambda: message_count(little.amqp_uri, rpc_queue(little.name)) == 0)
    assert counted(little, exam_id) == 0


def test_a_request_that_cannot_be_read_harms_nobody(house: Little, exam_id: str) -> None:
    for body in (b"{not json", b"\xff", b"[" * 3000, b'{"method": "count"}'):
        house.publish(body, queue=rpc_queue(house.name), content_type="application/json")
    with RpcClient(house.amqp_uri) as client:
        assert client.call(house.name, "count", {"what": exam_id}) == {"counted": exam_id}


@pytest.mark.parametrize("body", [b"{not json", b"\xff", b'{"method": "count"}'])
def test_who_waits_for_an_answer_is_told_that_his_request_cannot_be_read(house: Little, body: bytes) -> None:
    heard: list[Any] = []
    with connect(house.amqp_uri) as connection:
        channel = connection.channel()
        channel.basic_consume("amq.rabbitmq.reply-to", no_ack=True, callback=heard.append)
        message = Message(body, content_type="application/json", reply_to="amq.rabbitmq.reply-to")
        channel.basic_publish(message, exchange="", routing_key=rpc_queue(house.name))
        while not heard:
            connection.drain_events(timeout=10)
    assert msgspec.json.decode(heard[0].body)["refusal"]["code"] == "InvalidInput"


def test_text_that_cannot_be_kept_is_refused(house: Little) -> None:
    with RpcClient(house.amqp_uri) as client:
        for payload in ({"what": "\x00"}, {"\x00": "x"}, {"what": {"more": ["\x00"]}}):
            with pytest.raises(InvalidInput):
                client.call(house.name, "count", payload)
        with pytest.raises(InvalidInput):
            client.call(house.name, "count", {"what": "x"}, idempotency_key="k" * 201)


def test_while_the_database_comes_back_a_request_is_asked_again(
    house: Little, exam_id: str, postgres: PrivateDatabase
) -> None:
    postgres.kill()
    with RpcClient(house.amqp_uri) as client:
        assert client.call(house.name, "count", {"what": exam_id}, deadline_seconds=30) == {"counted": exam_id}
    assert counted(house, exam_id) == 1


def test_an_answer_that_is_no_json_harms_nobody(house: Little, exam_id: str) -> None:
    with RpcClient(house.amqp_uri) as client:
        with pytest.raises(RpcFailed):
            client.call(house.name, "mumble", {})
        assert client.call(house.name, "count", {"what": exam_id}) == {"counted": exam_id}


def test_a_broker_killed_during_a_request_neither_loses_nor_doubles_it(
    house: Little, exam_id: str, broker: PrivateBroker
) -> None:
    answer: dict[str, Any] = {}

    def ask() -> None:
        with RpcClient(house.amqp_uri) as client:
            key = str(uuid.uuid4())
            answer.update(client.call(house.name, "snore", {"what": exam_id}, idempotency_key=key, deadline_seconds=90))

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.5)  # the request is being carried out now
    broker.kill()
    asking.join()
    assert answer == {"counted": exam_id}
    assert counted(house, exam_id) == 1
    assert house.processes[0].is_alive
