"""Where the operator's command finds the system, as whom it speaks, and how it says what went wrong."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import click
import pytest
from click.testing import CliRunner

from chassis import tokens
from chassis.clock import FileClock
from contracts.people import Role
from contracts.phrase import Phrase
from contracts.refusals.general import NotFound
from svops import operating
from svops.command import main
from svops.local.secrets import Secrets
from svops.local.tree import REHEARSAL_CLOCK
from svops.services import SERVICES

REHEARSED_AT = datetime(2027, 6, 26, 5, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder in which nothing runs and nothing was ever made."""
    for name in ("SVOPS_AMQP_URI_FILE", "SVOPS_AMQP_URI", "SVOPS_CLOCK", operating.KEY_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SVOPS_ROOT", str(tmp_path))
    return tmp_path


@pytest.fixture
def key(root: Path) -> str:
    """The operator's key of the state folder."""
    secrets = Secrets(root)
    return secrets.text(secrets.ed25519_key("operator-token"))


def public(key: str) -> str:
    return json.dumps({"operator": tokens.public_key(key)})


def test_without_a_system_the_command_says_what_to_do() -> None:
    with pytest.raises(click.ClickException, match="run svops up"):
        operating.amqp_uri()
    with pytest.raises(click.ClickException, match="run svops up"):
        operating.operator_token()


def test_the_broker_of_this_checkout_is_found(root: Path) -> None:
    (root / "secrets").mkdir()
    (root / "secrets" / "derived-amqp-uri").write_text("amqp://here/svops\n")
    assert operating.amqp_uri() == "amqp://here/svops"


def test_a_broker_that_is_told_goes_before_the_one_of_this_checkout(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "secrets").mkdir()
    (root / "secrets" / "derived-amqp-uri").write_text("amqp://here/svops")
    monkeypatch.setenv("SVOPS_AMQP_URI", "amqp://told/svops")
    assert operating.amqp_uri() == "amqp://told/svops"
    (root / "uri").write_text("amqp://in-a-file/svops")
    monkeypatch.setenv("SVOPS_AMQP_URI_FILE", str(root / "uri"))
    assert operating.amqp_uri() == "amqp://in-a-file/svops"


def test_the_command_speaks_as_the_operator_and_in_no_other_capacity(key: str) -> None:
    actor = tokens.read(operating.operator_token(), public_keys=public(key), now=datetime.now(UTC))
    assert actor.capacities == {(Role.OPERATOR, None)}


def test_a_key_that_is_told_goes_before_the_one_of_this_checkout(
    tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = Secrets(tmp_path / "elsewhere")
    path = secrets.ed25519_key("operator-token")
    monkeypatch.setenv(operating.KEY_VARIABLE, str(path))
    told = public(secrets.text(path))
    assert told != public(key)
    assert tokens.read(operating.operator_token(), public_keys=told, now=datetime.now(UTC)).id == "operator"


def test_a_token_is_valid_by_the_clock_of_a_rehearsal(root: Path, key: str) -> None:
    FileClock(root / REHEARSAL_CLOCK).set(REHEARSED_AT)
    token = operating.operator_token()
    assert tokens.read(token, public_keys=public(key), now=REHEARSED_AT + timedelta(minutes=59)).id == "operator"


def test_the_clock_that_processes_are_told_is_the_commands_too(
    root: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    FileClock(root / "told.json").set(REHEARSED_AT)
    monkeypatch.setenv("SVOPS_CLOCK", f"file:{root / 'told.json'}")
    assert tokens.read(operating.operator_token(), public_keys=public(key), now=REHEARSED_AT).id == "operator"


@pytest.mark.parametrize(("payload", "said"), [("{exam", "no JSON"), ("[1]", "a JSON object is wanted")])
def test_a_request_that_is_no_json_object_is_not_sent(
    payload: str, said: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert key
    monkeypatch.setenv("SVOPS_AMQP_URI", "amqp://127.0.0.1:1/")
    done = CliRunner().invoke(main, ["call", "admission", "export", payload])
    assert done.exit_code == 2
    assert said in done.output


def test_without_an_answer_the_key_is_told_and_the_exit_code_says_try_again(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert key
    monkeypatch.setenv("SVOPS_AMQP_URI", "amqp://127.0.0.1:1/")
    done = CliRunner().invoke(main, ["call", "admission", "export", "{}", "--deadline", "0.3", "--key", "again-1"])
    assert done.exit_code == 75
    assert "ask again with --key again-1" in done.output


DOCUMENT = "d" * 64


class Door(BaseHTTPRequestHandler):
    """All services of one exam: each answers with its address, and nobody knows another exam."""

    public_keys: ClassVar[str] = "{}"

    def do_GET(self) -> None:
        """Answer the operator."""
        token = self.headers["Authorization"].removeprefix("Bearer ")
        assert tokens.read(token, public_keys=self.public_keys, now=datetime.now(UTC)).id == "operator"
        is_known = self.path.endswith(("exam_id=2027-05", DOCUMENT))
        body = (
            {"told": self.path, "documents": [{"sha256": DOCUMENT}]}
            if is_known
            else NotFound(what=Phrase("изпит", "exam")).to_dict()
        )
        self.send_response(200 if is_known else 404)
        self.send_header("Content-Type", "application/json" if is_known else "application/problem+json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_words: object) -> None:
        """Nothing is logged."""


@pytest.fixture
def address(key: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where all services answer."""
    monkeypatch.setattr(Door, "public_keys", public(key))
    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_export_has_a_file_of_every_service(address: str, tmp_path: Path) -> None:
    out = tmp_path / "record"
    done = CliRunner().invoke(main, ["export", "2027-05", "--out", str(out), "--address", address])
    assert done.exit_code == 0, done.output
    for service in SERVICES:
        told = json.loads((out / f"{service.name}.json").read_bytes())
        assert told["told"] == f"{service.prefix}/api/export?exam_id=2027-05"
    assert (out / "files" / DOCUMENT).exists()


def test_a_refusal_is_told_in_both_languages_with_its_article(address: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["export", "2031-01", "--out", str(tmp_path / "record"), "--address", address])
    assert done.exit_code == 1
    assert NotFound(what=Phrase("изпит", "exam")).sentence("bg") in done.output
    assert NotFound(what=Phrase("изпит", "exam")).sentence("en") in done.output
    assert NotFound.article in done.output


def test_an_address_that_is_none_is_said_at_once(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["export", "2027-05", "--out", str(tmp_path), "--address", "nowhere"])
    assert done.exit_code == 2
    assert "not nowhere" in done.output


def test_a_folder_that_is_no_export_cannot_be_recounted(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["recount", str(tmp_path / "nothing")]).exit_code == 2
