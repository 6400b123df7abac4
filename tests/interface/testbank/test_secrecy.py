"""Art. 12(3), 13(6): from the author to the end of the sittings no question lies anywhere in plain text."""

import base64
import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import structlog
from sqlalchemy import MetaData, Table, inspect, select, text

from chassis.logging import configure
from contracts.events.chassis import RenderDocuments
from contracts.events.testbank import RenderBooklets
from contracts.people import Mode
from services.testbank.commands import VERBS, VERBS_OVER_THE_BROKER
from services.testbank.worker import render_booklets, render_documents
from svops.local.database import PrivateDatabase
from tests.interface.testbank.preparation import (
    AUTHOR,
    CHAIR,
    DIRECTOR,
    MARKER,
    OPERATOR,
    Preparation,
    in_base64,
    written,
)

#: The marker as it is, as base64 writes it at each of the three offsets, as hexadecimal digits, as UTF-16.
NEEDLES = (
    MARKER.encode(),
    *(base64.b64encode(b" " * offset + MARKER.encode())[4:-4] for offset in range(3)),
    MARKER.encode().hex().encode(),
    MARKER.encode("utf-16-le"),
)


@pytest.fixture
def logged(capfd: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Log as in production; what was logged since the last look. Afterwards logging is as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure("testbank")
    yield lambda: "".join(capfd.readouterr())
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def found_in(content: bytes) -> bool:
    return any(needle in content for needle in NEEDLES)


def cells(preparation: Preparation) -> list[tuple[str, bytes]]:
    """Every value of every table of the service's database."""
    found = []
    with preparation.house.runtime.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(select(Table(table, MetaData(), autoload_with=connection))).mappings():
                found += [(f"{table}.{column}", as_bytes(value)) for column, value in row.items()]
    return found


def as_bytes(value: Any) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return json.dumps(value, ensure_ascii=False, default=str).encode()


def stored(preparation: Preparation) -> list[tuple[Path, bytes]]:
    """Every file of the store; of a PDF also the text that is painted."""
    root = Path(preparation.house.runtime.files._root)
    found = []
    for path in root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found.append((path, content + (painted(content) if content.startswith(b"%PDF-") else b"")))
    return found


def painted(content: bytes) -> bytes:
    with pypdfium2.PdfDocument(content) as pdf:
        return " ".join(page.get_textpage().get_text_bounded() for page in pdf).encode()


def leaks(preparation: Preparation) -> list[str]:
    in_tables = [where for where, content in cells(preparation) if found_in(content)]
    return in_tables + [str(path) for path, content in stored(preparation) if found_in(content)]


def render_all(preparation: Preparation) -> None:
    render_documents(preparation.house.runtime, RenderDocuments(exam_id="2027-05", ordered_by="testbank"))
    for job in preparation.said(RenderBooklets):
        render_booklets(preparation.house.runtime, job)


def test_the_search_finds_what_it_looks_for(preparation: Preparation, tmp_path: Path) -> None:
    made, out = pikepdf.new(), io.BytesIO()
    made.add_blank_page()
    made.docinfo["/Title"] = MARKER
    made.save(out)
    preparation.house.runtime.files.put(out.getvalue())
    preparation.house.runtime.files.put(base64.b64encode(b"??" + MARKER.encode() + b"??"))
    assert len(leaks(preparation)) == 2
    assert tmp_path in stored(preparation)[0][0].parents


def test_no_question_is_in_any_table_file_log_or_document(
    preparation: Preparation, postgres: PrivateDatabase, logged: Callable[[], str]
) -> None:
    preparation.begin()
    preparation.seal()
    assert leaks(preparation) == []
    preparation.draw()
    preparation.house.at("2027-05-15T08:00:00+03:00")
    assert MARKER in preparation.open().decode()
    render_all(preparation)
    assert leaks(preparation) == []
    preparation.end(Mode.ELECTRONIC)
    preparation.end(Mode.PAPER)
    render_all(preparation)
    assert leaks(preparation) == []
    lines = logged()
    assert "/testbank/api/finish_opening" in lines
    assert not found_in(lines.encode())
    with preparation.house.runtime.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("CHECKPOINT"))
    assert [path for path in postgres.data.rglob("*") if path.is_file() and found_in(path.read_bytes())] == []


def test_refusals_and_crashes_repeat_no_question(preparation: Preparation, logged: Callable[[], str]) -> None:
    preparation.prepare()
    preparation.do("begin_opening", CHAIR, peeled_base64=in_base64(preparation.peeled()))
    content = preparation.plaintext()
    preparation.refused("SealBroken", "finish_opening", DIRECTOR, plaintext_base64=in_base64(content + b" "))
    preparation.refused("InvalidInput", "finish_opening", DIRECTOR, plaintext_base64=content.decode())
    preparation.refused("InvalidInput", "finish_opening", DIRECTOR, plaintext=content.decode())
    assert not found_in(logged().encode())
    assert leaks(preparation) == []


def test_an_idempotency_key_keeps_no_question(preparation: Preparation) -> None:
    preparation.begin()
    headers = {"idempotency-key": "one"}
    payload = {"exam_id": "2027-05", "questions": [written("legislation", 1)]}
    first = preparation.house.tell("submit_questions", payload, AUTHOR, **headers)
    again = preparation.house.tell("submit_questions", payload, AUTHOR, **headers)
    assert first.json() == again.json()
    house = preparation.house
    asked = house.door.get(
        "/testbank/api/questions", params={"exam_id": "2027-05"}, headers=house._headers(AUTHOR) | headers
    )
    assert MARKER in asked.text
    assert leaks(preparation) == []


def test_no_questions_words_go_over_the_broker() -> None:
    kept_back = set(VERBS.by_name) - set(VERBS_OVER_THE_BROKER.by_name)
    assert kept_back == {"submit_questions", "finish_opening", "questions", "export"}


def test_the_export_shows_the_opened_variant_only_after_the_release(preparation: Preparation) -> None:
    preparation.prepare()
    preparation.open()
    assert not found_in(json.dumps(preparation.ask("export", OPERATOR)).encode())
    preparation.end(Mode.ELECTRONIC)
    preparation.end(Mode.PAPER)
    assert found_in(json.dumps(preparation.ask("export", OPERATOR)).encode())
