"""Art. 20–22, 33, 34: who is let in, until when, and whose identity is another."""

from datetime import UTC, datetime, timedelta

from contracts.events.session import InstructionsRead, SittingStarted
from contracts.people import IdentifierType, Mode
from services.admission import usecases
from tests.cast import player
from tests.interface.admission.stage import EXAM, OPERATOR, Stage, foreigner, refused


def test_a_candidate_is_let_in_by_the_administrator_of_his_hall(day: Stage) -> None:
    first, second = day.in_hall("А")[:2]
    assert day.identify(first).json()["is_admitted"] is True
    refused(day.identify(first), "AlreadyDone")
    for name in ("hall Б", "hall П"):
        refused(day.identify(second, by=name), "NotYourHall", "чл. 15, ал. 2")
    for name in ("quaestor А", "chair", "system"):
        refused(day.identify(second, by=name), "NotAllowed")
    (event,) = day.said("candidate-identified")
    assert event["candidate_id"] == day.candidates[first]
    assert event["hall"] == "А"


def test_nobody_enters_before_half_past_eight_or_after_the_instructions(day: Stage) -> None:
    first, second = day.in_hall("А")[:2]
    day.house.at("2027-05-15T08:29:59+03:00")
    refused(day.identify(first), "EntryNotOpen")
    day.house.at("2027-05-15T09:20:00+03:00")
    assert day.identify(first).status_code == 200
    answer = day.ok("close_door", {"exam_id": EXAM, "hall": "А"}, "hall А")
    assert answer == {"absent": 11, "expected": 12}
    refused(day.identify(second), "DoorClosed")
    assert day.ok("close_door", {"exam_id": EXAM, "hall": "А"}, "hall А") == answer, "a closed door is closed"
    assert len(day.said("candidate-absent")) == 11
    assert day.identify(day.in_hall("Б")[0], by="hall Б").status_code == 200


def test_the_reading_in_the_hall_closes_its_door_and_the_hand_may_come_before_or_after(day: Stage) -> None:
    first, second = day.in_hall("А")[:2]
    day.house.at("2027-05-15T09:24:00+03:00")
    assert day.identify(first).status_code == 200
    day.ok("close_door", {"exam_id": EXAM, "hall": "Б"}, "hall Б")
    day.house.at("2027-05-15T09:26:00+03:00")
    for name in ("А", "Б", "А"):
        _read(day, name, Mode.ELECTRONIC)
    assert _closed(day) == {"А": "2027-05-15T06:25:00+00:00", "Б": "2027-05-15T06:24:00+00:00", "П": None}
    refused(day.identify(second), "DoorClosed")
    assert len(day.said("candidate-absent")) == 13
    assert day.ok("close_door", {"exam_id": EXAM, "hall": "А"}, "hall А") == {"absent": 11, "expected": 12}
    assert len(day.said("candidate-absent")) == 13


def test_on_paper_latecomers_are_let_in_until_the_tests_are_handed_out(day: Stage) -> None:
    late, later = day.in_hall("П")
    day.house.at("2027-05-15T09:36:00+03:00")
    _read(day, "П", Mode.PAPER)
    assert day.identify(late, by="hall П").status_code == 200
    at = datetime(2027, 5, 15, 6, 35, tzinfo=UTC)
    started = SittingStarted(
        exam_id=EXAM, mode=Mode.PAPER, session=1, hall="П", started_at=at, ends_at=at + timedelta(hours=3)
    )
    with day.house.runtime.work() as work:
        usecases.record_start(work, started)
    refused(day.identify(later, by="hall П"), "DoorClosed")
    assert [one["candidate_id"] for one in day.said("candidate-absent")] == [day.candidates[later]]


def _read(day: Stage, name: str, mode: Mode) -> None:
    at = datetime(2027, 5, 15, 6, 25, tzinfo=UTC)
    event = InstructionsRead(exam_id=EXAM, mode=mode, session=1, hall=name, read_at=at)
    with day.house.runtime.work() as work:
        usecases.record_instructions_read(work, event)


def _closed(day: Stage) -> dict[str, str | None]:
    shown = {name: day.ask("hall", "chair", exam_id=EXAM, hall=name).json() for name in ("А", "Б", "П")}
    return {name: one["closed_at"] for name, one in shown.items()}


def test_the_door_is_not_closed_before_the_hour_of_the_instructions(day: Stage) -> None:
    day.house.at("2027-05-15T09:19:59+03:00")
    refused(day.tell("close_door", {"exam_id": EXAM, "hall": "А"}, "hall А"), "InstructionsTooEarly")
    day.house.at("2027-05-15T09:20:00+03:00")
    refused(day.tell("close_door", {"exam_id": EXAM, "hall": "П"}, "hall П"), "InstructionsTooEarly")
    refused(day.tell("close_door", {"exam_id": EXAM, "hall": "А"}, "hall Б"), "NotYourHall")


def test_another_identity_is_refused_only_when_confirmed_and_then_for_good(day: Stage) -> None:
    first = day.in_hall("А")[0]
    refused(day.identify(first, last="Другов"), "IdentityDiffers", "чл. 6, ал. 4, т. 4")
    refused(day.identify(first, identifier=player(999).identifier), "IdentityDiffers")
    assert day.said("candidate-refused-at-door") == []
    assert day.identify(first, last="Другов", confirmed=True).json() == {
        "is_admitted": False,
        "differences": ["names"],
        "seat": "1-1",
    }
    refused(day.identify(first), "AlreadyDone")
    assert [one["candidate_id"] for one in day.said("candidate-refused-at-door")] == [day.candidates[first]]


def test_the_ground_of_the_door_stands_in_the_export(day: Stage) -> None:
    first = day.in_hall("А")[0]
    day.identify(first, last="Другов", confirmed=True)
    exported = day.house.ask("export", OPERATOR, exam_id=EXAM).json()["applications"]
    grounds = {one["candidate_id"]: one["grounds"] for one in exported}
    assert grounds.pop(day.candidates[first]) == ["identity_differs_on_the_day"]
    assert set(map(tuple, grounds.values())) == {()}


def test_a_stranger_has_no_seat(day: Stage) -> None:
    shown = {"first": "А", "middle": "Б", "last": "В", "identifier": "7523169263", "exam_id": EXAM}
    for candidate in ("00000000-0000-0000-0000-000000000000", "'; DROP TABLE seats"):
        answer = day.tell("identify_candidate", shown | {"candidate_id": candidate}, "hall А")
        assert answer.json()["code"] in {"NotFound", "InvalidInput"}


def test_a_foreigners_number_is_compared_at_the_door_too(stage: Stage) -> None:
    stage.apply(100, person=foreigner(100, "7111042925", IdentifierType.LNCH))
    stage.admit(100)
    stage.plan_and_seat()
    stage.staff_halls()
    stage.house.at("2027-05-15T08:30:00+03:00")
    refused(stage.identify(100), "IdentityDiffers")
    assert stage.identify(100, identifier="7111 042925").json()["is_admitted"] is True
