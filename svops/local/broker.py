"""The broker of one checkout: a private RabbitMQ node, or the one that ``SVOPS_AMQP_URI`` names."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import amqp

from chassis.broker import parts_of
from chassis.settings import CannotStartError
from svops.local.ports import remembered_port
from svops.local.secrets import Secrets
from svops.local.supervisor import Child, NotReadyError, Supervisor

URI_VARIABLE = "SVOPS_AMQP_URI"
_USER = _VHOST = "svops"
_AMQP_PORT = 5672
# Debian's wrapper in /usr/sbin insists on the account rabbitmq; the script behind it does not.
_SERVER_PLACES = ("/usr/lib/rabbitmq/bin/rabbitmq-server", "/opt/homebrew/sbin/rabbitmq-server")
_CONNECT_SECONDS = 5.0
_ERLANG_ARGUMENTS = "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}"


class MissingBrokerError(CannotStartError):
    """There is no broker to use; the text says what to install or to set."""


def is_answering(uri: str) -> bool:
    """True when a connection and a channel really open with the URI's user and virtual host.

    Errors: CannotStartError when the URI is none.
    """
    parts = parts_of(uri)
    connection = amqp.Connection(
        host=f"{parts.hostname}:{parts.port or _AMQP_PORT}",
        userid=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        virtual_host=unquote(parts.path[1:]) or "/",
        ssl=parts.scheme == "amqps",
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_CONNECT_SECONDS,
    )
    try:
        connection.connect()
        connection.channel()
    except (OSError, amqp.AMQPError):
        return False
    finally:
        connection.collect()
    return True


@dataclass(frozen=True)
class GivenBroker:
    """A broker that somebody else runs. Nothing outside the URI's virtual host is touched."""

    uri: str

    def start(self) -> None:
        """As ``wait_ready``: it runs already."""
        self.wait_ready()

    def launch(self) -> None:
        """It runs already."""

    def wait_ready(self) -> None:
        """Check that it answers. Errors: NotReadyError."""
        if not is_answering(self.uri):
            message = f"the broker that {URI_VARIABLE} names does not answer"
            raise NotReadyError(message)

    def stop(self) -> None:
        """It is not ours to stop."""


class PrivateBroker:
    """A RabbitMQ node of this state folder only, on 127.0.0.1: own data, cookie, name, epmd and ports.

    One user, ``svops``, with a generated password on the virtual host ``svops``; no guest. Started as
    children of ``supervisor``, so a killed node comes back; without one it brings its own. The machine's
    broker and epmd are never touched. Works as any user.
    """

    name = "rabbitmq"
    _epmd_name = "epmd"

    def __init__(self, root: Path, supervisor: Supervisor | None = None) -> None:
        self.folder = root / "rabbitmq"
        self._root = root
        self._secrets = Secrets(root)
        self._given = supervisor
        self._supervisor = supervisor
        self._ports: dict[str, int] = {}

    @property
    def uri(self) -> str:
        """``amqp://svops:…@127.0.0.1:PORT/svops``; the port is known once started."""
        password = self._secrets.text(self._secrets.token("rabbitmq-password"))
        return f"amqp://{_USER}:{password}@127.0.0.1:{self._ports['amqp']}/{_VHOST}"

    @property
    def node(self) -> str:
        """The Erlang node name, unique for the state folder's path."""
        return f"svops-{hashlib.sha256(str(self._root.resolve()).encode()).hexdigest()[:12]}@localhost"

    def start(self) -> None:
        """Start and wait until AMQP is served (4-7 s). Errors: MissingBrokerError, NotReadyError."""
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """Start without waiting."""
        server = find_server()
        self._ports = {name: remembered_port(self._root, f"rabbitmq-{name}") for name in ("amqp", "dist", "epmd")}
        self._write_files()
        if self._supervisor is None:
            self._supervisor = Supervisor(self._root / "log")
        epmd = ("epmd", "-port", str(self._ports["epmd"]))
        self._supervisor.start(Child(name=self._epmd_name, command=epmd, env=self._environment(), cwd=self.folder))
        self._supervisor.start(
            Child(name=self.name, command=(server,), env=self._environment(), cwd=self.folder, grace_seconds=30)
        )

    def wait_ready(self, timeout_seconds: float = 60.0) -> None:
        """Wait until a connection really opens. Errors: NotReadyError with the tail of the node's log."""
        self._running.wait_ready(self.name, lambda: is_answering(self.uri), timeout_seconds)

    def stop(self) -> None:
        """Shut the node down in order; durable queues and their messages stay for the next start."""
        if self._supervisor is None:
            return
        self._supervisor.stop(self.name)
        self._supervisor.stop(self._epmd_name)
        if self._given is None:
            self._supervisor.close()
            self._supervisor = None

    def kill(self, *, stay_down: bool = False) -> None:
        """SIGKILL, as a crash would. It comes back unless it is to ``stay_down`` until ``start``."""
        self._running.kill(self.name, stay_down=stay_down)
        if stay_down:
            self._running.stop(self._epmd_name)

    def control(self, *arguments: str) -> str:
        """Run ``rabbitmqctl`` on this node (1-2 s) and give what it printed. Errors: CalledProcessError."""
        command = (str(Path(find_server()).with_name("rabbitmqctl")), "--quiet", *arguments)
        done = subprocess.run(command, env=self._environment(), capture_output=True, text=True, check=True)
        return done.stdout

    @property
    def _running(self) -> Supervisor:
        if self._supervisor is None:
            message = "the private broker has not been started"
            raise RuntimeError(message)
        return self._supervisor

    def _write_files(self) -> None:
        (self.folder / "conf.d").mkdir(parents=True, exist_ok=True)
        self._write_private(self.folder / ".erlang.cookie", self._secrets.text(self._secrets.token("erlang-cookie")))
        self._write_private(self.folder / "definitions.json", json.dumps(self._definitions()))
        (self.folder / "enabled_plugins").write_text("[].\n")
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self._ports['amqp']}\n"
            f"load_definitions = {self.folder.resolve() / 'definitions.json'}\n"
            "loopback_users = none\n"
        )

    def _write_private(self, path: Path, text: str) -> None:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)

    def _definitions(self) -> Mapping[str, object]:
        """Definitions to load at boot; their presence also keeps RabbitMQ from making the user guest."""
        password = self._secrets.text(self._secrets.token("rabbitmq-password"))
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        return {
            "users": [{"name": _USER, "password": password, "tags": []}],
            "vhosts": [{"name": _VHOST}],
            "permissions": [{"user": _USER, "vhost": _VHOST, **everything}],
        }

    def _environment(self) -> dict[str, str]:
        """The whole environment of node and tools: nothing of the caller's or of /etc/rabbitmq gets in."""
        here = self.folder.resolve()
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(here),
            "ERL_EPMD_PORT": str(self._ports["epmd"]),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_DIST_PORT": str(self._ports["dist"]),
            "RABBITMQ_MNESIA_BASE": str(here / "data"),
            "RABBITMQ_LOG_BASE": str(here / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(here / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(here / "rabbitmq"),
            "RABBITMQ_CONFIG_FILES": str(here / "conf.d"),
            "RABBITMQ_CONF_ENV_FILE": str(here / "no-rabbitmq-env.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(here / "no-advanced.config"),
            # With this the script becomes the node instead of waiting for it, so the child's signals reach
            # the node itself.
            "RABBITMQ_ALLOW_INPUT": "true",
            "RABBITMQ_SERVER_START_ARGS": "-noinput",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _ERLANG_ARGUMENTS,
        }


def find_server() -> str:
    """The path of RabbitMQ's start script. Errors: MissingBrokerError."""
    for place in (*_SERVER_PLACES, shutil.which("rabbitmq-server")):
        if place and Path(place).exists():
            return place
    advice = f"install rabbitmq-server, set {URI_VARIABLE}, or use docker compose up"
    raise MissingBrokerError("RabbitMQ is missing: " + advice)


def choose_broker(root: Path, supervisor: Supervisor | None = None) -> GivenBroker | PrivateBroker:
    """The broker that ``SVOPS_AMQP_URI`` names, otherwise the private one."""
    uri = os.environ.get(URI_VARIABLE)
    return GivenBroker(uri) if uri else PrivateBroker(root, supervisor)
