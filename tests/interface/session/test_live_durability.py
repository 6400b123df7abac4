"""What the live door promises of answers: durable, in order, in one unbroken history, whatever happens."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from typing import Any

import httpx
import psycopg
import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text

from contracts.events.session import AnswerSheetClosed
from contracts.refusals.session import Busy
from services.session.live import create_live_app
from services.session.live.tokens import verified
from services.session.live.writer import Writer
from services.session.lookups import answers_on
from services.session.rules.answers import Change
from services.session.rules.history import Entry, final_answers, first_break
from services.session.tables import HistoryRow, RefusedAnswer, Sheet, Sitting
from tests.interface.session.exam_day import EXAM, ExamDay, Line, at, first, heard_while, refused


def test_sittings_past_their_end_are_closed_though_nobody_presses_anything(running: ExamDay) -> None:
    running.answer(first(running), 1, "А", 1)
    running.on("12:30:02")
    running.sweep()
    assert running.said(AnswerSheetClosed) == []
    running.on("12:30:04")
    running.sweep()
    running.sweep()
    closed = running.said(AnswerSheetClosed)
    assert [(one.outcome, one.ended_at) for one in closed] == [("time_expired", at("12:30"))] * 4
    assert sorted(len(one.answers) for one in closed) == [0, 0, 0, 1]


def test_the_history_of_a_sitting_recomputes_and_leads_to_its_answers(running: ExamDay) -> None:
    one = first(running)
    for seq, (question, option) in enumerate([(1, "А"), (2, "Б"), (1, "Г"), (2, None), (3, "В")], 1):
        running.answer(one, question, option, seq)
    running.answer(one, 1, "Б", 2)
    with running.house.runtime.work() as work:
        sitting = work.session.scalars(select(Sitting).where(Sitting.candidate_id == one.candidate_id)).one()
        rows = work.session.scalars(
            select(HistoryRow).where(HistoryRow.sitting_id == sitting.sitting_id).order_by(HistoryRow.number)
        ).all()
        head = work.session.get_one(Sheet, sitting.sitting_id).head
    chain = [
        (Entry(r.number, r.at, r.action, r.line, r.question, r.option, r.seq, r.client_at, r.verdict), r.sha256)
        for r in rows
    ]
    assert [entry.action for entry, _ in chain] == ["login"] + ["answer"] * 6
    assert first_break(str(sitting.sitting_id), chain) is None
    assert chain[-1][1] == head
    assert final_answers(entry for entry, _ in chain) == {1: "Г", 3: "В"}


def test_nobody_rewrites_the_history(running: ExamDay) -> None:
    running.answer(first(running), 1, "А", 1)
    url = running.house.runtime.settings.database_url.replace("+psycopg", "")
    for statement in (
        "UPDATE answer_history SET option = 'Б'",
        "DELETE FROM answer_history",
        "TRUNCATE answer_history",
    ):
        with psycopg.connect(url) as database, pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            database.execute(statement)


def test_every_answer_that_was_acknowledged_is_in_the_database(running: ExamDay) -> None:
    """200 at once, over two doors as two processes would have them."""
    ones = [one for hall in ("К1", "К2") for one in running.halls[hall]]

    async def send_all() -> list[httpx.Response]:
        apps = [create_live_app(running.house.runtime) for _ in range(2)]
        async with apps[0].router.lifespan_context(apps[0]), apps[1].router.lifespan_context(apps[1]):
            doors = [httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://live") for app in apps]
            sent = [
                doors[number % 2].put(
                    f"/answers/{number // 4 % 50 + 1}",
                    json={"option": "АБВГ"[number % 4], "seq": number + 1},
                    headers=running.line(ones[number % 4]),
                )
                for number in range(200)
            ]
            answers = await asyncio.gather(*sent)
            await asyncio.gather(*(door.aclose() for door in doors))
            return answers

    answers = asyncio.run(send_all())
    assert [answer.json()["verdict"] for answer in answers] == ["saved"] * 200
    with running.house.runtime.work() as work:
        sheets = work.session.scalars(select(Sheet)).all()
        stand = {(str(sheet.sitting_id), number, one.option) for sheet in sheets for number, one in answers_on(sheet)}
        whose = {row.candidate_id: str(row.sitting_id) for row in work.session.scalars(select(Sitting))}
    expected = {(whose[ones[n % 4].candidate_id], n // 4 % 50 + 1, "АБВГ"[n % 4]) for n in range(200)}
    assert stand == expected
    assert len(stand) == 200


def test_two_doors_and_one_sitting_keep_one_unbroken_history(running: ExamDay) -> None:
    one = first(running)

    def sit(door: int) -> None:
        async def send() -> None:
            app = create_live_app(running.house.runtime)
            transport = httpx.ASGITransport(app)
            async with (
                app.router.lifespan_context(app),
                httpx.AsyncClient(transport=transport, base_url="http://live") as client,
            ):
                for seq in range(1, 41):
                    body = {"option": "АБВГ"[(seq + door) % 4], "seq": seq}
                    await client.put("/answers/1", json=body, headers=running.line(one))

        asyncio.run(send())

    with ThreadPoolExecutor() as threads:
        list(threads.map(sit, range(2)))
    with running.house.runtime.work() as work:
        rows = work.session.scalars(
            select(HistoryRow)
            .join(Sitting, Sitting.sitting_id == HistoryRow.sitting_id)
            .where(Sitting.candidate_id == one.candidate_id)
            .order_by(HistoryRow.number)
        ).all()
    chain = [
        (Entry(r.number, r.at, r.action, r.line, r.question, r.option, r.seq, r.client_at, r.verdict), r.sha256)
        for r in rows
    ]
    saved = [entry.seq or 0 for entry, _ in chain if entry.action == "answer" and entry.verdict == "saved"]
    assert first_break(str(rows[0].sitting_id), chain) is None
    assert saved == sorted(set(saved))
    assert saved[-1] == 40


def test_while_the_database_is_away_nothing_is_acknowledged_and_afterwards_everything_goes_on(running: ExamDay) -> None:
    one = first(running)
    assert running.answer(one, 1, "А", 1).status_code == 200
    url = running.house.runtime.settings.database_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    answer = running.answer(one, 2, "Б", 2)
    if answer.status_code != 200:
        refused(answer, "Busy", 503)
    assert running.answer(one, 2, "Б", 2).json()["verdict"] == "saved"
    assert set(running.screen(one)["answers"]) == {"1", "2"}


def test_the_screens_of_the_hall_are_told_of_the_unlocking_at_once(logged_in: ExamDay) -> None:
    logged_in.on("9:30")

    def unlock() -> None:
        logged_in.do("system", "unlock", exam_id=EXAM, session=1)

    told = heard_while(logged_in, first(logged_in), unlock, until="unlock")
    assert told["ends_at"] == "2027-05-15T09:30:00+00:00"


def test_refused_answers_of_a_sitting_are_kept_up_to_a_bound_and_counted_beyond_it(running: ExamDay) -> None:
    one, other = running.halls["К1"][:2]
    runtime = running.house.runtime
    runtime.settings = replace(runtime.settings, live_refused_kept=5)
    line = Line(create_live_app(runtime))
    try:
        running.on("12:30")
        for count in (3, 4, 2):
            sent = [{"question": 1, "option": "А", "seq": number + 1} for number in range(count)]
            answer = line.post("/answers", json=sent, headers=running.line(one))
            assert [told["code"] for told in answer.json()["verdicts"]] == ["TimeExpired"] * count
        refused(line.put("/answers/1", json={"option": "А", "seq": 1}, headers=running.line(other)), "TimeExpired")
    finally:
        line.close()
    with runtime.work() as work:
        kept = work.session.execute(
            select(Sitting.candidate_id, RefusedAnswer.seq)
            .join(Sitting, Sitting.sitting_id == RefusedAnswer.sitting_id)
            .order_by(RefusedAnswer.number)
        ).all()
    assert kept == [(one.candidate_id, seq) for seq in (1, 2, 3, 1, 2)] + [(other.candidate_id, 1)]
    seats = running.house.ask("hall", running.people["system"], exam_id=EXAM, hall="К1").json()["seats"]
    assert [seat["refused"] for seat in seats] == [9, 1, 0]


def test_a_program_that_presses_keys_without_end_is_refused_and_what_is_saved_stays(running: ExamDay) -> None:
    one, runtime = first(running), running.house.runtime
    runtime.settings = replace(runtime.settings, live_most_entries=4)
    line = Line(create_live_app(runtime))
    try:
        sent = [{"question": 1, "option": "АБВГ"[seq % 4], "seq": seq} for seq in range(1, 6)]
        told = line.post("/answers", json=sent, headers=running.line(one)).json()["verdicts"]
        assert [verdict["verdict"] for verdict in told] == ["saved"] * 3 + ["refused"] * 2  # the log-in is the first
        other = line.put("/answers/2", json={"option": "А", "seq": 9}, headers=running.line(one))
        refused(other, "TooManyChanges", 429)
        again = line.put("/answers/1", json={"option": "Г", "seq": 3}, headers=running.line(one))
        assert again.json()["verdict"] == "saved"
    finally:
        line.close()
    assert running.screen(one)["answers"]["1"]["option"] == "Г"


def test_a_commit_that_hangs_is_not_acknowledged_and_the_same_answer_is_saved_later(running: ExamDay) -> None:
    one, runtime = first(running), running.house.runtime
    runtime.settings = replace(runtime.settings, live_write_seconds=0.5)
    line = Line(create_live_app(runtime))
    try:
        with psycopg.connect(runtime.settings.database_url.replace("+psycopg", "")) as somebody:
            somebody.execute("SELECT 1 FROM sheets FOR UPDATE")
            body, headers = {"option": "А", "seq": 1}, running.line(one)
            refused(line.put("/answers/1", json=body, headers=headers), "Busy", 503)
            somebody.rollback()
        assert line.put("/answers/1", json=body, headers=headers).json()["verdict"] == "saved"
    finally:
        line.close()
    with runtime.work() as work:
        history = work.session.scalars(select(HistoryRow.verdict).where(HistoryRow.action == "answer")).all()
    assert history == ["saved"]


def test_answers_given_before_the_sheet_held_them_stand_on_it(running: ExamDay) -> None:
    """An installation that is brought to this release keeps what its candidates have answered."""
    given = [(1, "А", 70_000), (3, None, 5), (7, "В", 3), (90, "Г", 2)]
    migration = import_module("services.session.migrations.versions.0004_the_sheet_holds_its_answers")
    with running.house.runtime.work() as work:
        sitting = work.session.scalars(select(Sheet.sitting_id).limit(1)).one()
        with Operations.context(MigrationContext.configure(work.session.connection())):
            migration.downgrade()
            rows = [{"sitting": sitting, "question": q, "option": option, "seq": seq} for q, option, seq in given]
            work.session.execute(text("INSERT INTO answers VALUES (:sitting, :question, :option, :seq)"), rows)
            migration.upgrade()
            sheets = {sheet.sitting_id: sheet for sheet in work.session.scalars(select(Sheet))}
            assert [(q, answer.option, answer.seq) for q, answer in answers_on(sheets.pop(sitting))] == given
            assert not any(sheet.options or sheet.seqs for sheet in sheets.values())
            migration.downgrade()
            back = text("SELECT question, option, seq FROM answers ORDER BY question")
            assert work.session.execute(back).all() == given
            migration.upgrade()


def test_a_connection_that_comes_too_late_carries_nothing(running: ExamDay, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two transactions over one connection would be one: neither would hold its locks until its own end."""
    claims = verified(running.house.runtime.settings.sitting_key, first(running).token).claims
    settings = replace(running.house.runtime.settings, live_write_seconds=0.3)
    connect, opened, is_time = psycopg.AsyncConnection.connect, [], asyncio.Event()
    given_up: list[Any] = []

    async def late(*address: Any, **options: Any) -> Any:
        given_up.append(asyncio.current_task())
        opened.append(await connect(*address, **options))
        await is_time.wait()
        return opened[0]

    async def answer() -> None:
        writer = Writer(settings, running.house.clock)
        monkeypatch.setattr(psycopg.AsyncConnection, "connect", late)
        with pytest.raises(Busy):
            await writer.save(claims.sitting_id, [Change(1, "А", 1, claims.line)])
        monkeypatch.undo()
        assert (await writer.save(claims.sitting_id, [Change(1, "Б", 2, claims.line)]))[0].verdict == "saved"
        is_time.set()
        await asyncio.wait(given_up, timeout=10)
        assert opened[0].closed
        assert (await writer.save(claims.sitting_id, [Change(1, "В", 3, claims.line)]))[0].verdict == "saved"
        await writer.close()

    asyncio.run(answer())


@pytest.mark.parametrize(
    "moment", ["IMMEDIATE", "DEFERRED"], ids=["when it is written", "only when the transaction is to commit"]
)
def test_what_the_database_refuses_is_not_acknowledged_and_the_next_is(running: ExamDay, moment: str) -> None:
    one = first(running)
    with psycopg.connect(running.house.runtime.settings.database_url.replace("+psycopg", "")) as owner:
        owner.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN IF NEW.option = 'Г' THEN RAISE EXCEPTION 'not this one'; END IF; RETURN NEW; END $$"
        )
        owner.execute(
            "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON answer_history DEFERRABLE INITIALLY "
            + moment
            + " FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    assert running.answer(one, 1, "А", 1).json()["verdict"] == "saved"
    refused(running.answer(one, 1, "Г", 2), "Busy", 503)
    assert running.answer(one, 2, "Б", 3).json()["verdict"] == "saved"
    stands = {question: answer["option"] for question, answer in running.screen(one)["answers"].items()}
    assert stands == {"1": "А", "2": "Б"}
