"""Admission at three moments; each is played once a run, and every test gets a copy of its database."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from contracts.people import Mode, Role
from tests.interface.admission.stage import STAFF, Stage
from tests.interface.house import Templates, build

Moments = dict[str, tuple[str, Stage]]


def _announced(stage: Stage) -> None:
    stage.announce()
    stage.add("minister", 1, Role.MINISTER)
    stage.add("director", 2, Role.DIRECTOR)
    for name, number in STAFF.items():
        stage.add(name, number)


def _in_office(stage: Stage) -> None:
    stage.announce()
    stage.staff_up()


def _exam_day(stage: Stage) -> None:
    _in_office(stage)
    for number in (114, 115):
        stage.apply(number, mode=Mode.PAPER)
    stage.admit(*range(100, 116))
    stage.plan_and_seat()
    stage.staff_halls()


@pytest.fixture(scope="session")
def moments(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Moments:
    """The database and the stage of each moment, left alone from then on."""
    played: Moments = {}
    for play in (_announced, _in_office, _exam_day):
        name = templates.copy("admission")
        house = build("admission", templates.address(name), tmp_path_factory.mktemp("moment"))
        stage = Stage(house)
        play(stage)
        house.close()
        played[play.__name__] = (name, stage)
    return played


@pytest.fixture
def at_moment(moments: Moments, templates: Templates, tmp_path: Path) -> Iterator[Callable[[str], Stage]]:
    """``at_moment("_exam_day")``: a stage of one's own at that moment."""
    with ExitStack() as leaving:

        def make(moment: str) -> Stage:
            template, stage = moments[moment]
            name = templates.copy_of(template)
            leaving.callback(templates.drop, name)
            house = build("admission", templates.address(name), tmp_path)
            leaving.callback(house.close)
            return Stage(house, dict(stage.people), dict(stage.applications), dict(stage.candidates))

        yield make


@pytest.fixture
def empty(at_moment: Callable[[str], Stage]) -> Stage:
    """After the announcement; people are known, nobody is appointed."""
    return at_moment("_announced")


@pytest.fixture
def stage(at_moment: Callable[[str], Stage]) -> Stage:
    """After the announcement, with commission and author in office."""
    return at_moment("_in_office")


@pytest.fixture
def day(at_moment: Callable[[str], Stage]) -> Stage:
    """Half past eight on exam day: fourteen electronic candidates (twelve in А, two in Б), two on paper in П."""
    made = at_moment("_exam_day")
    made.house.at("2027-05-15T08:30:00+03:00")
    return made
