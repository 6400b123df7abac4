"""What goes wrong inside has a name outside: the database away, a request overtaken, a mistake of ours."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from chassis.commands import ANYBODY, Answer, Nothing, Verb, Verbs, carry_out
from chassis.plumbing import InboxRow
from chassis.web import Door
from chassis.work import NOBODY, Runtime, Work
from contracts.people import Role
from contracts.refusals.general import InvalidInput, Overtaken, Unavailable
from tests.cast import acting
from tests.interface.house import Browser, House, module_of

NOWHERE = "postgresql+psycopg://svops@127.0.0.1:1/svops"


def fall(_: Work) -> Answer:
    """A mistake of ours."""
    raise ZeroDivisionError("the secret is 1899")


def collide(work: Work) -> Answer:
    """As two requests that enter the same at once."""
    row = {"message_id": "00000000-0000-4000-8000-000000000000", "handler": "x", "type": "x", "handled_at": work.now}
    for _ in range(2):
        work.session.execute(insert(InboxRow).values(row))
    return {}


def overflow(work: Work) -> Answer:
    """A number that no column holds."""
    work.session.execute(text("SELECT cast(:number AS int)"), {"number": 2**80})
    return {}


VERBS = Verbs(commands=tuple(Verb(one.__name__, one, Nothing, ANYBODY, "test") for one in (fall, collide, overflow)))


@pytest.fixture
def house(house_of: Callable[[str], House]) -> House:
    return house_of("registration")


@pytest.fixture
def browser(house: House) -> Iterator[Browser]:
    browser = Browser(Door(house.runtime, VERBS, Path(__file__).parent).app())
    yield browser
    browser.close()


def away(house: House) -> Runtime[Any]:
    """The service's runtime, with a database that is not there."""
    return Runtime(house.name, replace(house.runtime.settings, database_url=NOWHERE), clock=house.clock)


@pytest.mark.parametrize(("name", "refusal"), [("collide", Overtaken), ("overflow", InvalidInput)])
def test_what_the_database_cannot_do_is_a_refusal(house: House, name: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        carry_out(house.runtime, VERBS.by_name[name], {}, NOBODY)
    with house.runtime.work() as work:
        assert work.session.query(InboxRow).count() == 0


def test_a_mistake_of_ours_is_named_and_nothing_of_it_is_told(browser: Browser) -> None:
    answer = browser.post("/api/fall", json={})
    told = answer.json()
    assert (answer.status_code, told["code"]) == (500, "InternalFailure")
    assert answer.headers["traceparent"].split("-")[1] == told["facts"]["trace"]
    assert "1899" not in answer.text
    assert "ZeroDivision" not in answer.text


def test_while_the_database_is_away_every_door_says_so(house: House) -> None:
    runtime = away(house)
    with pytest.raises(Unavailable):
        carry_out(runtime, VERBS.by_name["collide"], {}, NOBODY)
    browser = Browser(module_of(house.name, "web").create_app(runtime))
    token = {"authorization": f"Bearer {house.token(acting(Role.CANDIDATE))}"}
    try:
        answers = [
            browser.get("/api/announcements"),
            browser.get(f"/api/documents/{'0' * 64}"),
            browser.post("/api/login", json={"email": "a@example.bg", "password": "x" * 12}),
            browser.get("/profile", headers=token | {"accept": "application/json"}),
        ]
        page = browser.get("/", headers={"accept": "text/html"})
    finally:
        browser.close()
        runtime.close()
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(503, "Unavailable")] * len(answers)
    assert {answer.headers["retry-after"] for answer in (*answers, page)} == {"2"}
    assert page.status_code == 503
    assert "временно не може да изпълни" in page.text


def test_while_the_database_is_away_the_live_door_says_so(house_of: Callable[[str], House]) -> None:
    house = house_of("session")
    runtime = away(house)
    browser = Browser(module_of("session", "live").create_live_app(runtime))
    try:
        answer = browser.post("/login", json={"username": "x", "password": "y"})
    finally:
        browser.close()
        runtime.close()
    assert (answer.status_code, json.loads(answer.text)["code"]) == (503, "Unavailable")
