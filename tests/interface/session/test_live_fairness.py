"""Four hundred screens share a door: none of them may stand in the others' way."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from services.session.live.ledger import Outcome
from services.session.live.notices import Listener, Pace
from services.session.live.tokens import Claims
from services.session.live.writer import Writer
from services.session.rules.answers import Change
from services.session.tables import Sitting
from tests.interface.session.exam_day import ExamDay

_WITHIN_SECONDS = 5.0  # of the unlocking


def claims(sitting_id: str, hall: str = "К1", line: int = 1) -> Claims:
    return Claims(sitting_id=sitting_id, candidate_id="c", exam_id="e", hall=hall, line=line, until=2**31)


def test_one_sitting_fills_its_own_share_of_what_may_wait_and_no_more(running: ExamDay) -> None:
    runtime = running.house.runtime
    with runtime.work() as work:
        one, other = (str(sitting.sitting_id) for sitting in work.session.query(Sitting).limit(2))
    told: list[list[Outcome]] = []

    async def fill() -> list[bool]:
        writer = Writer(replace(runtime.settings, live_waiting_of_one=2), runtime.clock)
        tell: Any = told.append
        changes = [Change(1, "А", seq, 1, None) for seq in (1, 2, 3)]
        taken = [writer.put(one, [changes[0]], tell), writer.put(one, changes[1:], tell)]
        taken += [
            writer.put(one, changes[1:2], tell),
            writer.put(one, changes[2:], tell),
            writer.put(other, changes, tell),
        ]
        taken += [writer.put(other, changes[:1], tell)]
        await writer.save(other, changes[:1])
        taken += [writer.put(one, changes[:2], tell)]
        await writer.close()
        return taken

    assert asyncio.run(fill()) == [True, False, True, False, False, True, True]
    assert len(told) == 4


def test_a_line_has_one_stream_and_a_newer_one_ends_the_older(running: ExamDay) -> None:
    async def listen() -> None:
        listener = Listener(running.house.runtime.settings, running.house.runtime.clock)
        older, newer = listener.stream(claims("a")), listener.stream(claims("a"))
        another = listener.stream(claims("a", line=2))
        for stream in (older, another, newer):
            assert (await anext(stream)).startswith(b"event: time")
        heard = [event async for event in until_it_ends(older)]
        assert all(event.startswith(b"event: resync") for event in heard)
        await listener.close()

    asyncio.run(asyncio.wait_for(listen(), 10))


async def until_it_ends(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for event in stream:
        yield event


@pytest.mark.parametrize("screens", [400, 2000, 6000])
def test_an_unlocking_reaches_all_in_time_and_never_more_than_a_door_can_show(screens: int) -> None:
    pace = Pace()
    told = [pace.next(0.0, screens) for _ in range(screens)]
    assert told[-1] < _WITHIN_SECONDS
    assert sum(1 for at in told if at < 0.1) <= max(30, screens / 40) + 1
    assert pace.next(100.0, screens) == 100.0
