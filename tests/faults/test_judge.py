"""The judge and the candidates cry when a promise is broken: here it is broken on purpose."""

import asyncio
import contextlib
import json
import struct
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from services.session.rules.history import Entry, link
from tests.faults.candidates import Hall
from tests.faults.ledger import Complaint, Fate, Stands, judge, standing
from tests.faults.stand import Stand
from tests.faults.waiting import until

SEATS = 8
Tamper = Callable[[psycopg.Connection, str], object]


@pytest.fixture(scope="module")
def sat(stand: Stand) -> Hall:
    """Half of the sittings are open, half are submitted; nothing was broken."""
    desks = [(3600.0, 40 if number % 2 else 10**9) for number in range(SEATS)]
    with stand.hall(stand.desks(desks), SEATS) as hall:
        until(lambda: hall.counts.submitted == SEATS / 2 and hall.counts.acknowledged > 100 * SEATS)
    return hall


@pytest.fixture
def database(stand: Stand, sat: Hall) -> Iterator[psycopg.Connection]:
    """A transaction in which the history's guard is off; it is taken back."""
    assert sat.counts.acknowledged
    with psycopg.connect(stand.session_uri) as connection:
        connection.execute("ALTER TABLE answer_history DISABLE TRIGGER USER")
        yield connection
        connection.rollback()


def some(hall: Hall, *, submitted: bool = False) -> str:
    """An open sitting, or a submitted one."""
    return next(name for name, book in hall.ledger.books.items() if (Fate.REFUSED in book.fates.values()) is submitted)


def changes(database: psycopg.Connection, statement: str, sitting: str) -> None:
    """A change of one row for one sitting."""
    assert database.execute(statement.encode(), {"sitting": sitting}).rowcount == 1


def test_what_nobody_touched_is_in_order(database: psycopg.Connection, sat: Hall) -> None:
    found = judge(database, sat.ledger)
    assert not found.broken, found.complaints
    assert found.acknowledged == sat.counts.acknowledged
    assert found.closed == SEATS / 2


def stands(database: psycopg.Connection, sitting: str) -> Stands:
    """What the sheet says."""
    (held,) = database.execute("SELECT options, seqs FROM sheets WHERE sitting_id = %s", (sitting,)).fetchall()
    return standing(*held)


def let_stand(database: psycopg.Connection, sitting: str, new: Stands) -> None:
    """Write it all over what the sheet says."""
    held = [new.get(question, (None, 0)) for question in range(1, max(new) + 1)]
    options, seqs = "".join(option or "-" for option, _ in held), struct.pack(f">{len(held)}I", *(c for _, c in held))
    database.execute("UPDATE sheets SET options = %s, seqs = %s WHERE sitting_id = %s", (options, seqs, sitting))


def saved(database: psycopg.Connection, sitting: str) -> list[tuple[int, str | None, int]]:
    """Question, letter and count of every change that was saved, in their order."""
    query = (
        "SELECT question, option, seq FROM answer_history WHERE sitting_id = %s AND verdict = 'saved' ORDER BY number"
    )
    return [(question, option, seq) for question, option, seq in database.execute(query, (sitting,)) if question]


def an_answer_is_gone(database: psycopg.Connection, sitting: str) -> None:
    now = stands(database, sitting)
    del now[min(now)]
    let_stand(database, sitting, now)


def an_older_answer_is_back(database: psycopg.Connection, sitting: str) -> None:
    now = stands(database, sitting)
    question, option, seq = next(one for one in saved(database, sitting) if one[2] < now[one[0]][1])
    let_stand(database, sitting, now | {question: (option, seq)})


def a_link_is_gone(database: psycopg.Connection, sitting: str) -> None:
    changes(database, "DELETE FROM answer_history WHERE sitting_id = %(sitting)s AND number = 3", sitting)


def a_link_says_another_letter(database: psycopg.Connection, sitting: str) -> None:
    changes(
        database,
        "UPDATE answer_history SET option = CASE option WHEN 'А' THEN 'Б' ELSE 'А' END"
        " WHERE sitting_id = %(sitting)s AND number = 3",
        sitting,
    )


def a_bit_of_a_link_is_another(database: psycopg.Connection, sitting: str) -> None:
    changes(
        database,
        "UPDATE answer_history SET sha256 = set_byte(sha256, 0, 255 - get_byte(sha256, 0))"
        " WHERE sitting_id = %(sitting)s AND number = 3",
        sitting,
    )


def the_last_commit_is_undone(database: psycopg.Connection, sitting: str) -> None:
    """Consistently: nothing in the database tells of it."""
    changes(
        database,
        "DELETE FROM answer_history AS h USING sheets AS s"
        " WHERE s.sitting_id = %(sitting)s AND h.sitting_id = s.sitting_id AND h.number = s.entries",
        sitting,
    )
    let_stand(database, sitting, {question: (option, seq) for question, option, seq in saved(database, sitting)})
    changes(
        database,
        "UPDATE sheets AS s SET entries = h.number, head = h.sha256,"
        " answered = length(replace(options, '-', '')) FROM answer_history AS h"
        " WHERE s.sitting_id = %(sitting)s AND h.sitting_id = s.sitting_id AND h.number = s.entries - 1",
        sitting,
    )


def the_end_was_earlier(database: psycopg.Connection, sitting: str) -> None:
    changes(
        database,
        "UPDATE sheets SET ends_at = (SELECT max(at) FROM answer_history WHERE sitting_id = %(sitting)s)"
        " WHERE sitting_id = %(sitting)s",
        sitting,
    )


def a_change_is_linked_on(database: psycopg.Connection, sitting: str) -> None:
    """As the service would have linked it: an old count, saved for a question that had a newer one."""
    row = database.execute(
        "SELECT number, at, action, line, question, option, seq, client_at, verdict, sha256 FROM answer_history"
        " WHERE sitting_id = %s ORDER BY number DESC LIMIT 1",
        (sitting,),
    ).fetchone()
    assert row is not None
    before = Entry(*row[:-1])
    entry = before._replace(number=before.number + 1, seq=1, option="Г", verdict="saved")
    head = link(sitting, row[-1], entry)
    database.execute(
        "INSERT INTO answer_history (sitting_id, number, at, action, line, question, option, seq, client_at, verdict,"
        " sha256) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (sitting, *entry, head),
    )
    database.execute("UPDATE sheets SET entries = entries + 1, head = %s WHERE sitting_id = %s", (head, sitting))


CASES: tuple[tuple[Tamper, bool, set[Complaint]], ...] = (
    (an_answer_is_gone, False, {Complaint.LOST, Complaint.OLDER_OVER_NEWER, Complaint.BROKEN_CHAIN}),
    (an_older_answer_is_back, False, {Complaint.LOST, Complaint.OLDER_OVER_NEWER}),
    (a_link_is_gone, False, {Complaint.LOST, Complaint.BROKEN_CHAIN}),
    (a_link_says_another_letter, False, {Complaint.BROKEN_CHAIN, Complaint.INVENTED}),
    (a_bit_of_a_link_is_another, False, {Complaint.BROKEN_CHAIN}),
    (the_last_commit_is_undone, False, {Complaint.LOST}),
    (the_end_was_earlier, False, {Complaint.AFTER_THE_END}),
    (a_change_is_linked_on, False, {Complaint.OLDER_OVER_NEWER, Complaint.INVENTED}),
    (a_change_is_linked_on, True, {Complaint.OLDER_OVER_NEWER, Complaint.INVENTED, Complaint.AFTER_THE_END}),
)


@pytest.mark.parametrize(("tamper", "submitted", "expected"), CASES, ids=lambda one: getattr(one, "__name__", ""))
def test_the_judge_cries_when(
    database: psycopg.Connection, sat: Hall, tamper: Tamper, *, submitted: bool, expected: set[Complaint]
) -> None:
    tamper(database, some(sat, submitted=submitted))
    found = judge(database, sat.ledger)
    assert expected <= set(found.broken), found.complaints


Lie = Callable[[str, Any], tuple[int, Any]]


def deceived(stand: Stand, lie: Lie) -> set[Complaint]:
    """What is complained of by candidates of a door that answers so; the end of one of them is over."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
                status, told = lie(head.split()[1].decode(), json.loads(await reader.readexactly(length)))
                body = json.dumps(told).encode()
                writer.write(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body))
                await writer.drain()
        writer.close()

    async def open_door() -> tuple[asyncio.Server, Hall]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        return server, Hall([server.sockets[0].getsockname()[1]], desks, "no key of theirs", 1, 1.0)

    async def end() -> None:
        hall.is_over.set()
        await sitting
        server.close()

    desks = stand.desks([(-1.0, 10**9), (3600.0, 10**9)])
    server, hall = stand.network.do(open_door())
    sitting = stand.network.begin(hall.sit(len(desks)))
    until(lambda: hall.counts.foreign > 1)
    stand.network.do(end())
    return set(stand.judge(hall.ledger).broken)


def test_the_candidates_of_a_door_that_says_saved_to_everything_find_it_out(stand: Stand) -> None:
    def says_saved(path: str, given: Any) -> tuple[int, Any]:
        if isinstance(given, list):
            return 200, {"verdicts": [one | {"verdict": "saved"} for one in given]}
        return 200, given | {"verdict": "saved", "question": int(path.rpartition("/")[2])}

    assert deceived(stand, says_saved) == {Complaint.LOST, Complaint.AFTER_THE_END, Complaint.ANOTHERS_TOKEN}


def test_the_candidates_of_a_door_that_speaks_of_others_find_it_out(stand: Stand) -> None:
    def speaks_of_others(_path: str, given: Any) -> tuple[int, Any]:
        others = [{"verdict": "superseded", "question": 0, "seq": 0} for _ in given]
        return 200, {"verdicts": others} if isinstance(given, list) else others[0]

    assert Complaint.CONFUSED in deceived(stand, speaks_of_others)


def test_the_candidates_of_a_door_that_refuses_in_time_find_it_out(stand: Stand) -> None:
    assert deceived(stand, lambda *_: (409, {"code": "TimeExpired"})) == {
        Complaint.REFUSED_IN_TIME,
        Complaint.ANOTHERS_TOKEN,
    }
