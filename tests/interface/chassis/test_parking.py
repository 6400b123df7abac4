"""The parking queues: looked at without disturbing them, and emptied back to where the messages came from."""

from collections.abc import Callable

import pytest

from chassis.parked import list_parked, replay
from chassis.topology import TopologyError, event_queue
from tests.interface.chassis.little import Little, identified, until


@pytest.fixture(scope="module")
def little(make_little: Callable[..., Little]) -> Little:
    """One little service for this page."""
    fresh = make_little()
    fresh.start("container")
    return fresh


def _parked(little: Little) -> set[str]:
    return {one.message_id for one in list_parked(little.amqp_uri, [little.name])}


def test_what_lies_parked_is_told_and_stays(little: Little) -> None:
    little.publish(b"{not json", queue=event_queue(little.name), message_id="broken")
    message_id = little.send(identified("exam", "bad", hall="raises"))
    until(lambda: little.parked() == 2)
    for _ in range(3):
        unreadable, failing = list_parked(little.amqp_uri, [little.name])
        assert (unreadable.message_id, failing.message_id) == ("broken", message_id)
    assert "not readable" in unreadable.explanation
    assert "handler" in failing.explanation
    assert failing.queue == event_queue(little.name)
    assert failing.routing_key == event_queue(little.name)
    assert failing.deaths == 1
    assert failing.parked_at is not None
    assert little.parked() == 2


def test_a_message_sent_back_has_its_effect_once_the_cause_is_gone(little: Little) -> None:
    first, second = (little.send(identified("later", name, hall="raises six times")) for name in ("first", "second"))
    until(lambda: {first, second} <= _parked(little), seconds=25)
    assert replay(little.amqp_uri, little.name, second) == 1
    until(lambda: little.effects("later") == ["second"])
    assert first in _parked(little)
    assert second not in _parked(little)
    assert replay(little.amqp_uri, little.name) >= 1
    until(lambda: little.effects("later") == ["second", "first"])


def test_the_parking_of_nobody_is_said(house: Little) -> None:
    with pytest.raises(TopologyError, match="run svops migrate"):
        list_parked(house.amqp_uri, ["nobody"])
