"""Whatever breaks: what was acknowledged is there, nothing older stands over the newer, nothing comes after the end."""

import json
import time
from itertools import islice
from pathlib import Path

import pytest

from tests.faults.campaign import Campaign, Options
from tests.faults.candidates import Counts
from tests.faults.kinds import BESIDE, KINDS, WAY, Kind, files_limited, plan
from tests.faults.ledger import Fate
from tests.faults.report import write
from tests.faults.stand import RELAY, Stand
from tests.faults.two_clients import play
from tests.faults.waiting import until

SEATS = 48
LONG = (3600.0, 10**9)
INTERLEAVINGS = 50
#: A broker that is dead has a test of its own.
UNNOTICED = {"broker frozen", "relay killed"}
_MEANWHILE, _AFTERWARDS = 1.2, 0.3
_PATIENCE, _ENDLESS_PATIENCE = 0.8, 30.0


def suffered(stand: Stand, kind: Kind, patience: float = _PATIENCE) -> Counts:
    """What candidates saw of a fault; afterwards the judge has found nothing."""
    with stand.hall(stand.desks([LONG] * SEATS), SEATS, patience=patience) as hall:
        until(lambda: hall.counts.acknowledged >= SEATS)
        before = hall.counts.copy()
        with kind.does(stand, 0):
            time.sleep(_MEANWHILE)  # the fault's length
        time.sleep(_AFTERWARDS)  # some come back by themselves
        meanwhile = hall.counts.since(before)
    found = stand.judge(hall.ledger)
    assert not found.broken, found.complaints
    assert found.acknowledged == hall.counts.acknowledged > before.acknowledged > 0
    stand.wait_ready()
    return meanwhile


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.lane == WAY], ids=lambda kind: kind.name)
def test_nothing_acknowledged_is_lost_though_answers_do_not_get_through(stand: Stand, kind: Kind) -> None:
    seen = suffered(stand, kind)
    assert seen.failures or seen.slowest > 0.25, "nobody noticed that anything was broken"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.name in UNNOTICED], ids=lambda kind: kind.name)
def test_nobody_in_the_hall_notices_what_no_sitting_needs(stand: Stand, kind: Kind) -> None:
    seen = suffered(stand, kind, _ENDLESS_PATIENCE)
    assert seen.acknowledged > 0
    assert not seen.failures


def test_a_full_disk_of_a_server_without_a_disk_of_its_own(stand: Stand) -> None:
    seen = suffered(stand, Kind("", WAY, 1, (0, 0), files_limited))
    assert seen.failures


def test_a_sitting_goes_on_to_its_end_with_the_broker_dead_and_every_other_service_stopped(stand: Stand) -> None:
    stand.supervisor.stop(RELAY)
    stand.broker.kill(stay_down=True)
    try:
        with stand.hall(stand.desks([(3600.0, 40)] * SEATS), SEATS, patience=_ENDLESS_PATIENCE) as hall:
            until(lambda: hall.counts.submitted == SEATS)
        found = stand.judge(hall.ledger)
        assert not found.broken, found.complaints
        assert not hall.counts.failures
        assert found.closed == SEATS
        assert stand.unpublished() >= SEATS
    finally:
        stand.broker.start()
        stand.start_relay()
        stand.wait_ready()
    until(lambda: stand.unpublished() == 0)


def test_nothing_is_accepted_after_the_end_whatever_breaks_around_it(stand: Stand) -> None:
    (kind,) = (kind for kind in KINDS if kind.name == "database process killed")
    desks = [(2.0 + 2.0 * number / SEATS, 10**9) if number % 2 else (3600.0, 30) for number in range(SEATS)]
    with stand.hall(stand.desks(desks), SEATS, patience=_PATIENCE) as hall:
        until(lambda: hall.counts.submitted > 0)
        with kind.does(stand, 0):
            until(lambda: hall.counts.expired == hall.counts.submitted == SEATS / 2)
        until(lambda: hall.counts.late_tries > SEATS)
    found = stand.judge(hall.ledger)
    assert not found.broken, found.complaints
    assert found.fates[Fate.REFUSED] >= hall.counts.late_tries
    stand.wait_ready()


def test_two_clients_of_one_sitting_agree_with_the_model_in_whatever_order_their_changes_come(stand: Stand) -> None:
    play(stand, INTERLEAVINGS)


def test_a_campaign_breaks_several_things_at_once_and_draws_what_happened(stand: Stand, tmp_path: Path) -> None:
    looked: list[int] = []
    options = Options(answers=1_000, faults=2, seconds=60, seats=SEATS, seed=3, interleavings=0)
    report = Campaign(options, lambda _, happened: looked.append(happened)).run(stand)
    write(report, tmp_path)
    told = json.loads((tmp_path / "campaign.json").read_text())
    assert report.is_kept, report.verdict()
    assert told["acknowledged"] == report.counts.acknowledged >= options.answers
    assert len(told["faults"]) >= options.faults
    assert looked[-1] <= len(told["faults"])
    assert all((tmp_path / "timeline.svg").read_text().count(f">{kind}<") == 1 for kind, *_ in told["faults"])
    assert "every promise was kept" in (tmp_path / "README.md").read_text()


@pytest.mark.parametrize("lane", [WAY, BESIDE])
def test_a_seed_is_a_plan_and_every_kind_comes_before_any_comes_again(lane: str) -> None:
    kinds = [kind for kind in KINDS if kind.lane == lane]
    first = list(islice(plan(1, lane, 2, 1.0), 50))
    assert first == list(islice(plan(1, lane, 2, 1.0), 50))
    assert first != list(islice(plan(2, lane, 2, 1.0), 50))
    assert {fault.kind.name for fault in first[: len(kinds)]} == {kind.name for kind in kinds}
