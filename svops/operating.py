"""What the operator asks of a running system from the command line, and where the command finds that system."""

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import httpx

from chassis.clock import Clock, FileClock, SystemClock, clock_from
from chassis.rpc import RpcClient, RpcError, RpcTimeout
from chassis.tokens import Issuer
from chassis.work import Actor
from contracts.people import Role
from contracts.refusals import Refusal
from svops.demonstration.doors import Client, DoorStaysClosedError
from svops.exporting import export
from svops.local.tree import REHEARSAL_CLOCK, state_root

KEY_VARIABLE = "SVOPS_OPERATOR_TOKEN_KEY_FILE"
_OPERATOR = Actor("operator", frozenset({(Role.OPERATOR, None)}), "Оператор")
_TOKEN_HOURS = 1.0
_ANSWER_SECONDS = 60.0


class NoAnswer(click.ClickException):
    """It is not known whether the request was carried out: ask again with the same key."""

    exit_code = os.EX_TEMPFAIL


def amqp_uri() -> str:
    """The broker of ``SVOPS_AMQP_URI_FILE`` or ``SVOPS_AMQP_URI``, otherwise the one that runs in this checkout.

    Raises ``click.ClickException`` when there is none.
    """
    path = os.environ.get("SVOPS_AMQP_URI_FILE")
    if path is None and (uri := os.environ.get("SVOPS_AMQP_URI")):
        return uri
    return _read(path, "derived-amqp-uri", "no broker is known here: set SVOPS_AMQP_URI_FILE, or run svops up")


def operator_token() -> str:
    """A token of the operator for an hour of the system's clock.

    Signed with the key of ``SVOPS_OPERATOR_TOKEN_KEY_FILE``, otherwise with that of this checkout; raises
    ``click.ClickException`` when there is none.
    """
    missing = f"no operator's key is known here: set {KEY_VARIABLE}, or run svops up"
    key = _read(os.environ.get(KEY_VARIABLE), "operator-token", missing)
    return Issuer("operator", key).issue(_OPERATOR, now=_clock().now(), hours=_TOKEN_HOURS)


def _read(path: str | None, local_secret: str, missing: str) -> str:
    place = Path(path) if path else state_root() / "secrets" / local_secret
    try:
        return place.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise click.ClickException(missing) from None


def _clock() -> Clock:
    """The system's clock: as ``SVOPS_CLOCK`` says, otherwise what this checkout's rehearsal goes by, if it has one."""
    if told := os.environ.get("SVOPS_CLOCK"):
        return clock_from(told)
    simulated = state_root() / REHEARSAL_CLOCK
    return FileClock(simulated) if KEY_VARIABLE not in os.environ and simulated.exists() else SystemClock()


def export_exam(exam_id: str, folder: Path, address: str) -> Path:
    """The record of one examination from the doors at an address into a folder; raises ``click.ClickException``."""
    if urlsplit(address).scheme not in {"http", "https"}:
        raise click.BadParameter(f"an address is http://… or https://…, not {address}")
    with _in_words(), httpx.Client(base_url=address, timeout=_ANSWER_SECONDS) as http:
        return export(Client(http, operator_token(), _OPERATOR.names), exam_id, folder)


def open_rescue(exam_id: str, path: Path, address: str) -> dict[str, Any]:
    """What a rescue file holds, beside what the server has; raises ``click.ClickException``."""
    with _in_words(), httpx.Client(base_url=address, timeout=_ANSWER_SECONDS) as http:
        client = Client(http, operator_token(), _OPERATOR.names)
        return client.command("session", "open_rescue", exam_id=exam_id, file=path.read_text(encoding="utf-8"))


def call(service: str, method: str, payload: str, *, key: str | None, deadline_seconds: float) -> dict[str, Any]:
    """Ask a service over the broker as the operator; ``payload``: a JSON object.

    ``key``: of an earlier request that is asked again; a new one is made without it. Raises ``NoAnswer`` at the
    deadline, ``click.ClickException`` for a refusal and for a service that failed or is not there.
    """
    key = key or str(uuid.uuid4())
    with _in_words(f"; ask again with --key {key}"), RpcClient(amqp_uri()) as client:
        return client.call(
            service,
            method,
            _json_object(payload),
            token=operator_token(),
            idempotency_key=key,
            deadline_seconds=deadline_seconds,
        )


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"no JSON: {error}") from None
    if not isinstance(value, dict):
        raise click.BadParameter('a JSON object is wanted, such as {"exam_id": "2027-05"}')
    return value


@contextmanager
def _in_words(advice: str = "") -> Iterator[None]:
    """What may go wrong inside, as a sentence for the operator instead of a trace."""
    try:
        yield
    except Refusal as refusal:
        said = f"{refusal.sentence('bg')} ({refusal.article})\n{refusal.sentence('en')} [{refusal.code}]"
        raise click.ClickException(said) from refusal
    except (RpcTimeout, DoorStaysClosedError) as error:
        raise NoAnswer(f"{error}{advice}") from error
    except (RpcError, httpx.HTTPError) as error:
        raise click.ClickException(str(error)) from error
