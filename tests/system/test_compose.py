"""The production shape: what docker-compose.yml says is valid, complete, starts, and ends when it is told to."""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import amqp
import jsonschema
import psycopg
import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from chassis import metrics
from chassis.broker import connect
from chassis.topology import event_queue, message_count
from svops.deployment import Servers, write_secrets
from svops.local.broker import PrivateBroker, is_answering
from svops.local.machine import LocalMachine
from svops.services import SERVICES
from tests.system.composed import CHECKOUT, COMPOSE, OURS, SERVING, Composed, Running, secret_names

_READY_SECONDS = 120.0
_LOOK_SECONDS = 0.2
_PARKED_SECONDS = 30.0
#: uvicorn ends orderly and then says by which signal it was asked to.
_ORDERLY = (0, -signal.SIGTERM)
_DEPLOY = CHECKOUT / "deploy"


def migrate(composed: Composed) -> None:
    done = subprocess.run(
        composed.command("migrate"), env=composed.environment("migrate"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="module")
def machine() -> Iterator[LocalMachine]:
    """A private broker and database with the secrets of the compose file for them; ``migrate`` has run."""
    root = Path(tempfile.mkdtemp(prefix="svops-"))
    root.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SVOPS_AMQP_URI", raising=False)
        patch.delenv("SVOPS_POSTGRES_URI", raising=False)
        with LocalMachine(root) as machine:
            places = [
                urlsplit(uri).netloc.split("@")[1] for uri in (machine.database.superuser_uri, machine.broker.uri)
            ]
            write_secrets(root, Servers(*places))
            migrate(Composed(root))
            yield machine
    shutil.rmtree(root, ignore_errors=True)


def wait_until_ready(processes: list[Running]) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    waiting = list(processes)
    while waiting:
        waiting = [one for one in waiting if not one.is_ready()]
        assert time.monotonic() < deadline, [f"{one.name}: {one.log.read_text()[-800:]}" for one in waiting]
        time.sleep(_LOOK_SECONDS)


def test_every_command_of_the_compose_file_becomes_ready_and_ends_when_asked(machine: LocalMachine) -> None:
    composed = Composed(machine.root)
    with ExitStack() as leaving:
        processes = [leaving.enter_context(Running(composed, name)) for name in SERVING]
        wait_until_ready(processes)
        for one in processes:
            one.process.send_signal(signal.SIGTERM)
        codes = {one.name: one.end() for one in processes}
    assert {name: code for name, code in codes.items() if code not in _ORDERLY} == {}


def test_migrating_again_changes_nothing(machine: LocalMachine) -> None:
    migrate(Composed(machine.root))
    with psycopg.connect(machine.database.superuser_uri) as server:
        rows = server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'svops%' ORDER BY 1").fetchall()
    assert [name for (name,) in rows] == sorted(f"svops_{service.name}" for service in SERVICES)


def svops(machine: LocalMachine, *words: str) -> str:
    """What the operator's command prints in the relay's container, as docs/operations tells to call it."""
    program = Path(sys.executable).with_name("svops")
    environment = Composed(machine.root).environment("relay") | {"COLUMNS": "400"}
    return subprocess.run([program, *words], env=environment, capture_output=True, text=True, check=True).stdout


def test_a_message_that_nobody_could_read_is_shown_and_sent_back(machine: LocalMachine) -> None:
    queue = event_queue("admission")
    with connect(machine.broker.uri) as connection, connection.channel() as channel:
        channel.confirm_select()
        channel.basic_publish_confirm(amqp.Message("not an event", message_id="odd-1"), routing_key=queue)
        channel.basic_consume(queue, callback=lambda raw: channel.basic_reject(raw.delivery_tag, requeue=False))
        connection.drain_events(timeout=_PARKED_SECONDS)
    until = time.monotonic() + _PARKED_SECONDS
    while "odd-1" not in (shown := svops(machine, "parked", "admission")):
        assert time.monotonic() < until, shown
    assert queue in shown
    assert svops(machine, "parked", "testbank", "--replay") == "0 sent back\n"
    assert svops(machine, "parked", "admission", "--replay", "--message", "odd-1") == "1 sent back\n"
    assert "0 parked" in svops(machine, "parked")
    assert message_count(machine.broker.uri, queue) == 1


def test_the_broker_takes_the_definitions_and_the_password_behind_their_hash(machine: LocalMachine) -> None:
    assert isinstance(machine.broker, PrivateBroker)
    path = machine.root / "secrets" / "rabbitmq-definitions"
    told = json.loads(path.read_text())
    machine.broker.control("import_definitions", str(path))
    assert [user["name"] for user in told["users"]] == ["svops"]
    assert is_answering((machine.root / "secrets" / "derived-amqp-uri").read_text())


def test_the_compose_file_is_one_by_the_compose_specification() -> None:
    schema = json.loads((Path(__file__).parent / "data" / "compose-spec.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(COMPOSE)


def test_the_compose_linter_finds_nothing_that_is_not_answered() -> None:
    linter = Path(sys.executable).with_name("compose-lint")
    command = [str(linter), "check", "--fail-on", "low", "--strict-config", "docker-compose.yml"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, _DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_every_service_has_a_web_door_a_nameko_door_and_somebody_who_works_for_it() -> None:
    commands = [container["command"] for container in OURS.values()]
    listening = ["--host", "0.0.0.0", "--port", "8000"]  # noqa: S104 - inside a container
    for service in SERVICES:
        for kind in ("web", "nameko"):
            assert ["svops", "serve", kind, service.name, *listening] in commands
        assert [command for command in commands if command[2:3] == ["worker"] and service.name in command]
    assert ["svops", "serve", "relay", *listening] in commands


def test_every_image_is_pinned_by_a_tag() -> None:
    for name, container in COMPOSE["services"].items():
        tag = container["image"].partition(":")[2]
        assert tag, name
        assert not tag.startswith("latest"), name


def test_every_container_is_given_the_secrets_that_it_reads_and_no_other() -> None:
    for name, container in OURS.items():
        read = {
            value.removeprefix("/run/secrets/")
            for value in container["environment"].values()
            if value.startswith("/run/secrets/")
        }
        assert read == secret_names(container), name


def test_no_password_or_key_stands_in_the_compose_file() -> None:
    for name, container in COMPOSE["services"].items():
        for variable, value in container.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|_KEY|_URI|DATABASE_URL", variable):
                assert str(value).startswith("/run/secrets/"), f"{name}: {variable}"


def test_every_secret_is_made_once_and_is_read_by_its_owner_only(tmp_path: Path) -> None:
    folder = write_secrets(tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()} <= set(before)
    write_secrets(tmp_path)
    changed = {path.name for path in folder.iterdir() if path.read_bytes() != before[path.name]}
    assert changed == {"rabbitmq-definitions"}, "its salt is new each time"
    open_to_others = {path.name for path in folder.iterdir() if path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH)}
    assert open_to_others == {"rabbitmq-definitions", "public.env"}
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IRWXU


def test_the_proxy_sends_every_service_its_own_paths_and_hides_the_rest() -> None:
    routed = dict(
        re.findall(
            r"path ([^\n]+)\n\thandle @\w+ {\n\t\treverse_proxy (\S+):8000", (_DEPLOY / "proxy/Caddyfile").read_text()
        )
    )
    doors = {path: door for paths, door in routed.items() for path in paths.split()}
    for service in SERVICES:
        door = f"{service.name.replace('_', '-')}-web"
        assert {doors[service.prefix], doors[f"{service.prefix}/*"]} == {door}
        assert door in OURS
    assert doors["/live/*"] == "session-web"
    assert not {path for path in doors if path.startswith(("/metrics", "/readyz", "/livez")) or path == "/*"}


def _scraped() -> set[str]:
    told = yaml.safe_load((_DEPLOY / "prometheus" / "prometheus.yml").read_text())
    names: set[str] = set()
    for job in told["scrape_configs"]:
        for group in job.get("static_configs", ()):
            names |= {target.partition(":")[0] for target in group["targets"]}
        for group in job.get("dns_sd_configs", ()):
            names |= set(group["names"])
    return names


def test_prometheus_scrapes_every_process() -> None:
    assert _scraped() == {*SERVING, "rabbitmq"}


def _known_metrics() -> set[str]:
    known = {"svops_outbox_waiting", "svops_outbox_oldest_seconds", "svops_parked_messages"}
    for counted in vars(metrics).values():
        if isinstance(counted, MetricWrapperBase):
            name = next(iter(counted.describe())).name
            known |= {name, f"{name}_total", f"{name}_count", f"{name}_sum", f"{name}_bucket"}
    return known


def _expressions() -> Iterator[str]:
    alerts: dict[str, Any] = yaml.safe_load((_DEPLOY / "prometheus" / "alerts.yml").read_text())
    yield from (rule["expr"] for group in alerts["groups"] for rule in group["rules"])
    board = json.loads((_DEPLOY / "grafana" / "dashboards" / "svops.json").read_text())
    yield from (target["expr"] for panel in board["panels"] for target in panel["targets"])


def test_alerts_and_panels_ask_for_metrics_that_there_are() -> None:
    asked = {name for expression in _expressions() for name in re.findall(r"\bsvops_\w+", expression)}
    assert asked
    assert asked <= _known_metrics()


def test_the_image_gets_the_versions_that_were_tested() -> None:
    tested = _pins(CHECKOUT / "requirements.lock")
    for lock in (CHECKOUT / "requirements-production.lock", _DEPLOY / "requirements-build.lock"):
        shipped = _pins(lock)
        assert shipped
        assert shipped <= tested, lock.name


def _pins(lock: Path) -> set[str]:
    return set(re.findall(r"^[\w.\-\[\],]+==[^\s;]+", lock.read_text(), re.MULTILINE))


def test_scripts_of_deploy_may_be_run() -> None:
    assert all(os.access(path, os.X_OK) for path in _DEPLOY.rglob("*.sh"))
