"""What becomes of a message: its effect happens once, or it is parked; it is never lost, and the process lives."""

import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.topology import event_queue
from contracts.envelope import encode, seal
from contracts.events.admission import CandidateAbsent
from contracts.people import Mode
from svops.local.database import PrivateDatabase
from tests.interface.chassis.little import Little, identified, until


def test_an_event_said_in_a_transaction_has_its_effect(house: Little, exam_id: str) -> None:
    house.say(identified(exam_id, "one"))
    until(lambda: house.effects(exam_id) == ["one"])
    until(lambda: house.waiting() == 0)


def test_the_same_message_twice_has_one_effect(house: Little, exam_id: str) -> None:
    house.send(identified(exam_id, "twice"), times=3)
    house.send(identified(exam_id, "after"))
    until(lambda: "after" in house.effects(exam_id))
    assert house.effects(exam_id) == ["twice", "after"]


def test_events_have_their_effects_in_the_order_in_which_they_were_said(house: Little, exam_id: str) -> None:
    names = [f"{number:03d}" for number in range(200)]
    house.say(*(identified(exam_id, name) for name in names[:120]))
    house.say(*(identified(exam_id, name) for name in names[120:]))
    until(lambda: len(house.effects(exam_id)) == len(names))
    assert house.effects(exam_id) == names


def test_a_handler_that_raises_is_tried_six_times_and_parked_without_effect(house: Little, exam_id: str) -> None:
    before = house.parked()
    house.send(identified(exam_id, f"bad-{exam_id}", hall="raises"))
    house.send(identified(exam_id, "next"))
    until(lambda: house.parked() == before + 1)
    until(lambda: house.effects(exam_id) == ["next"])
    assert len(house.attempts(f"bad-{exam_id}")) == 6


def test_a_handler_that_raises_twice_succeeds_at_the_third_delivery_and_keeps_its_place(
    house: Little, exam_id: str
) -> None:
    house.send(identified(exam_id, f"late-{exam_id}", hall="raises twice"))
    house.send(identified(exam_id, "next"))
    until(lambda: len(house.effects(exam_id)) == 2)
    assert house.effects(exam_id) == [f"late-{exam_id}", "next"]


def _wrong_shape(exam_id: str) -> bytes:
    envelope = json.loads(encode(seal(identified(exam_id, "x"), source="test", at=datetime.now(UTC))))
    del envelope["data"]["hall"]
    return json.dumps(envelope).encode()


def _unknown(exam_id: str) -> bytes:
    envelope = json.loads(encode(seal(identified(exam_id, "x"), source="test", at=datetime.now(UTC))))
    return json.dumps({**envelope, "type": "bg.svops.nobody.never-heard.v1"}).encode()


def _not_handled(exam_id: str) -> bytes:
    event = CandidateAbsent(exam_id=exam_id, candidate_id="x", mode=Mode.PAPER, hall="1", closed_at=datetime.now(UTC))
    return encode(seal(event, source="test", at=datetime.now(UTC)))


@pytest.mark.parametrize(
    ("body", "properties"),
    [
        (lambda _: b"{not json", {}),
        (lambda _: b"\x80\x04K\x01.", {"content_type": "application/x-python-serialize"}),
        (lambda _: b"\xff\xfe", {"content_encoding": "utf-16"}),
        (lambda _: b"no", {"application_headers": {"compression": "application/x-gzip"}}),
        (_wrong_shape, {}),
        (_wrong_shape, {"content_type": "application/json"}),
        (_unknown, {}),
        (_not_handled, {}),
        (lambda _: b"x" * 1_048_576, {}),
    ],
    ids=[
        "bad json",
        "pickle",
        "bad encoding",
        "bad frame",
        "wrong shape",
        "other content type",
        "unknown type",
        "type of others",
        "a mebibyte",
    ],
)
def test_a_message_that_cannot_be_read_is_parked_and_the_process_lives(
    house: Little, exam_id: str, body: Any, properties: dict[str, Any]
) -> None:
    before = house.parked()
    house.publish(body(exam_id), queue=event_queue(house.name), message_id=str(uuid.uuid4()), **properties)
    house.send(identified(exam_id, "next"))
    until(lambda: house.effects(exam_id) == ["next"])
    until(lambda: house.parked() == before + 1)
    assert house.processes[0].is_alive


def test_while_the_database_is_away_a_message_is_held_and_never_parked(
    house: Little, exam_id: str, postgres: PrivateDatabase
) -> None:
    before = house.parked()
    postgres.kill(stay_down=True)
    house.send(identified(exam_id, "held"))
    time.sleep(4)  # the time in which six deliveries would have failed
    postgres.start()
    until(lambda: house.effects(exam_id) == ["held"], seconds=20)
    assert house.parked() == before
    assert house.processes[0].is_alive


def test_a_process_that_is_told_to_stop_finishes_what_it_handles(little: Little, exam_id: str) -> None:
    (container,) = little.start("container")
    little.send(identified(exam_id, "slow", hall="slow"))
    until(lambda: little.queued() == 0)
    assert container.stop() == 0
    assert little.effects(exam_id) == ["slow"]
    assert little.queued() == 0


def test_a_message_whose_process_was_killed_has_its_effect_in_the_next(little: Little, exam_id: str) -> None:
    (container,) = little.start("container")
    little.send(identified(exam_id, "slow", hall="slow"))
    until(lambda: little.queued() == 0)
    container.kill()
    assert little.effects(exam_id) == []
    little.start("container")
    until(lambda: little.effects(exam_id) == ["slow"])
