"""``svops``: the operator's command. Sub-commands import what they need when they run."""

import os
import sys
import warnings
from pathlib import Path
from typing import Any

import click

from chassis.settings import CannotStartError

# A process has one core to itself; NumPy's second thread would only spin. Read when NumPy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# nameko stands on eventlet, whose notice is known and answered in docs/decisions.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

_SERVICES = click.argument("services", nargs=-1)
_PORT = click.option("--port", type=int, default=0, help="health port (web: the port itself)")
_HOST = click.option("--host", default="127.0.0.1", show_default=True, help="address to listen on")


class _Commands(click.Group):
    """What a person must put right is told in a sentence, not in a traceback; ``card`` is loaded when asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All of them."""
        return sorted([*super().list_commands(ctx), "card"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name == "card":
            from services.grading.paper.cards.command import card

            return card
        return super().get_command(ctx, cmd_name)

    def invoke(self, context: click.Context) -> Any:
        """Run the sub-command."""
        try:
            return super().invoke(context)
        except CannotStartError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Examination for the certificate „вътрешен одитор в публичния сектор“."""


@main.group()
def serve() -> None:
    """One process of the house; without SERVICES, for all of them."""


@serve.command("nameko")
@_SERVICES
@_PORT
@_HOST
def serve_nameko(services: tuple[str, ...], port: int, host: str) -> None:
    """Events, requests and timers."""
    os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"
    import eventlet  # must patch before anything else is imported

    eventlet.monkey_patch()
    from svops import serve as processes
    from svops.services import chosen

    processes.serve_nameko(chosen(services), health_host=host, health_port=port)


@serve.command("web")
@_SERVICES
@_PORT
@_HOST
def serve_web(services: tuple[str, ...], port: int, host: str) -> None:
    """Pages and JSON."""
    from svops import serve as processes
    from svops.services import chosen

    processes.serve_web(chosen(services), host=host, port=port or 8000)


@serve.command("worker")
@_SERVICES
@_PORT
@_HOST
def serve_worker(services: tuple[str, ...], port: int, host: str) -> None:
    """Rendering, reading cards, counting sheets: one process a core."""
    from svops import serve as processes
    from svops.services import chosen

    processes.serve_worker(chosen(services), health_host=host, health_port=port)


@serve.command("relay")
@_SERVICES
@_PORT
@_HOST
def serve_relay(services: tuple[str, ...], port: int, host: str) -> None:
    """Outboxes to the broker."""
    from svops import serve as processes
    from svops.services import chosen

    processes.serve_relay(chosen(services), health_host=host, health_port=port)


@main.command()
def migrate() -> None:
    """Databases and broker as this release needs them, from the environment; before anything else starts."""
    from svops.migrating import migrate_from_environment

    migrate_from_environment()


@main.command()
@click.argument("root", type=click.Path(path_type=Path), default=Path("deploy"))
@click.option("--owner", type=int, help="user id of the containers (needs root)")
def secrets(root: Path, owner: int | None) -> None:
    """Make every secret of docker-compose.yml in ROOT/secrets; those that are there stay."""
    from svops.deployment import write_secrets

    click.echo(write_secrets(root, owner=owner))


@main.command()
@_SERVICES
@click.option("--replay", is_flag=True, help="send them back to where they died, once the cause is gone")
@click.option("--message", "message_id", help="only the message of this id")
def parked(services: tuple[str, ...], replay: bool, message_id: str | None) -> None:
    """Messages that no service could digest; without SERVICES, of all of them."""
    from svops import parking
    from svops.services import chosen

    if replay:
        click.echo(f"{parking.replay(chosen(services), message_id)} sent back")
    else:
        parking.show(chosen(services))


@main.command()
@click.argument("exam_id", metavar="EXAM")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="folder to write into")
@click.option("--address", default="http://127.0.0.1:8000", show_default=True, help="where the system serves")
def export(exam_id: str, out: Path, address: str) -> None:
    """The record of one examination, for the recount, as the operator."""
    from svops.operating import export_exam

    click.echo(export_exam(exam_id, out, address))


@main.command()
@click.argument("exam_id", metavar="EXAM")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--address", default="http://127.0.0.1:8000", show_default=True, help="where the system serves")
def rescue(exam_id: str, file: Path, address: str) -> None:
    """Open the rescue FILE of a candidate's screen: what it holds, beside what the server has. Changes nothing."""
    from json import dumps

    from svops.operating import open_rescue

    click.echo(dumps(open_rescue(exam_id, file, address), ensure_ascii=False, indent=1))


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
def recount(folder: Path) -> None:
    """Recompute results, seals and chains from an export; 1 when the record does not agree with itself."""
    from recount.__main__ import main as recount_record

    sys.exit(recount_record([str(folder)]))


@main.command()
@click.argument("service")
@click.argument("method")
@click.argument("payload", metavar="JSON", default="{}")
@click.option("--deadline", type=click.FloatRange(0, min_open=True), default=10.0, show_default=True, help="seconds")
@click.option("--key", help="idempotency key of an earlier request that is asked again")
def call(service: str, method: str, payload: str, deadline: float, key: str | None) -> None:
    """Ask SERVICE over the broker as the operator; 75 when no answer came in time."""
    from json import dumps

    from svops import operating

    answer = operating.call(service, method, payload, key=key, deadline_seconds=deadline)
    click.echo(dumps(answer, ensure_ascii=False, indent=1))


@main.command()
@click.argument("service")
@click.argument("message")
def migration(service: str, message: str) -> None:
    """Write the next migration of SERVICE (for developers)."""
    from svops.migrations import write_migration

    click.echo(write_migration(service, message))


@main.command()
def law() -> None:
    """The provisions that the system works by, with their citations; own choices are marked."""
    from svops.law import print_law

    print_law()


@main.command()
@click.option("--electronic", type=click.IntRange(8, 2000), default=120, show_default=True)
@click.option("--paper", type=click.IntRange(6, 500), default=40, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("out/demo"), show_default=True)
def demo(electronic: int, paper: int, seed: int, out: Path) -> None:
    """Play one examination from the announcement to the register."""
    from svops.local.machine import LocalMachine

    with LocalMachine() as machine:  # first: the broker starts while the rest loads
        from svops.demonstration.demo import play_all
        from svops.demonstration.play import Options

        agrees = play_all(machine, Options(electronic, paper, seed, out))
    sys.exit(0 if agrees else 1)


@main.command()
@click.argument("name", type=click.Choice(["cards", "day", "events", "grading", "live", "start"]))
@click.option("--quick", is_flag=True, help="fewer and shorter rounds")
@click.option("--json", "path", type=click.Path(path_type=Path), help="write the figures here too")
def bench(name: str, quick: bool, path: Path | None) -> None:
    """Measure against a yardstick beside it."""
    from importlib import import_module

    from rich.console import Console

    outcome = import_module(f"svops.bench.{name}").run(is_quick=quick)
    outcome.print(Console())
    if path:
        outcome.write(path)


@main.command()
@click.option("--port", type=int, default=8000, show_default=True)
def up(port: int) -> None:
    """Keep the whole system running on this machine until Ctrl-C."""
    from svops.local.machine import LocalMachine
    from svops.local.ports import is_free

    if not is_free(port):
        raise CannotStartError(f"port {port} of 127.0.0.1 is taken: choose another by --port")
    with LocalMachine() as machine:  # first: the broker starts while the rest loads
        from svops.up import keep_running

        keep_running(machine, port)


if __name__ == "__main__":
    main()
