"""The operator's commands on a real broker: looking at what is parked, sending it back, asking a service."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from amqp import Message
from click.testing import CliRunner

from chassis import tokens
from chassis.broker import connect
from chassis.topology import Subscriptions, Topology, event_queue, message_count, parking_queue
from svops.command import main
from svops.local.broker import PrivateBroker
from svops.local.secrets import Secrets
from svops.operating import KEY_VARIABLE
from tests.interface.chassis.little import Little, until


@pytest.fixture
def operator(broker: PrivateBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Makes the command find the broker and the operator's key; the public half, as services know it."""
    secrets = Secrets(tmp_path)
    path = secrets.ed25519_key("operator-token")
    monkeypatch.setenv(KEY_VARIABLE, str(path))
    monkeypatch.setenv("SVOPS_AMQP_URI", broker.uri)
    monkeypatch.delenv("SVOPS_AMQP_URI_FILE", raising=False)
    monkeypatch.delenv("SVOPS_CLOCK", raising=False)
    return json.dumps({"operator": tokens.public_key(secrets.text(path))})


def park(uri: str, service: str, *message_ids: str) -> None:
    """Messages that the service rejects."""
    with connect(uri) as connection:
        channel = connection.channel()
        for message_id in message_ids:
            message = Message(b"{not json", message_id=message_id, delivery_mode=2)
            channel.basic_publish(message, exchange="", routing_key=event_queue(service))
        rejected: list[int] = []
        channel.basic_consume(event_queue(service), callback=lambda one: rejected.append(one.delivery_tag))
        while len(rejected) < len(message_ids):
            connection.drain_events(timeout=10)
        for tag in rejected:
            channel.basic_reject(tag, requeue=False)
        channel.close()
    until(lambda: message_count(uri, parking_queue(service)) == len(message_ids))


def test_what_is_parked_is_shown_and_sent_back(broker: PrivateBroker, operator: str) -> None:
    assert operator
    Topology((Subscriptions(service="admission"),)).declare(broker.uri)
    park(broker.uri, "admission", "first", "second", "third")
    shown = CliRunner().invoke(main, ["parked", "admission"])
    assert shown.exit_code == 0, shown.output
    assert all(word in shown.output for word in ("3 parked", "first", "second", "third"))
    one = CliRunner().invoke(main, ["parked", "admission", "--replay", "--message", "second"])
    assert one.output == "1 sent back\n"
    rest = CliRunner().invoke(main, ["parked", "admission", "--replay"])
    assert rest.output == "2 sent back\n"
    assert message_count(broker.uri, parking_queue("admission")) == 0
    until(lambda: message_count(broker.uri, event_queue("admission")) == 3)


def test_a_service_is_asked_as_the_operator(make_little: Callable[..., Little], operator: str) -> None:
    little = make_little()
    little.start("container", token_public_keys=operator)
    for _ in range(2):
        done = CliRunner().invoke(main, ["call", little.name, "count", '{"what": "нещо"}', "--key", "one"])
        assert (done.exit_code, json.loads(done.output)) == (0, {"counted": "нещо"})
    assert little.effects("rpc") == ["нещо"]
    refused = CliRunner().invoke(main, ["call", little.name, "find", '{"what": "нещо"}'])
    assert refused.exit_code == 1
    assert "Не е намерено: нещо." in refused.output
    absent = CliRunner().invoke(main, ["call", "nobody", "count", "{}"])
    assert absent.exit_code == 1
    assert "no service nobody" in absent.output
