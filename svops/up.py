"""``svops up``: the system kept running on one machine, with the demonstration's people to log in as."""

import json
import threading
from pathlib import Path

from rich.console import Console
from rich.table import Table

from chassis.clock import FileClock
from svops.local.machine import LocalMachine
from svops.local.tree import REHEARSAL_CLOCK, REHEARSAL_PEOPLE
from svops.system import System


def keep_running(machine: LocalMachine, port: int) -> None:
    """Play a small demonstration if none was played here, then serve until Ctrl-C; its calendar goes on."""
    console = Console()
    if not (machine.root / REHEARSAL_PEOPLE).exists():
        _rehearse(machine, console)
    clock = FileClock(machine.root / REHEARSAL_CLOCK)
    clock.set(clock.now(), rate=1.0)
    with System(machine, clock_file=machine.root / REHEARSAL_CLOCK, port=port) as system:
        _tell(console, system.place.address, machine.root / REHEARSAL_PEOPLE)
        threading.Event().wait()


def _rehearse(machine: LocalMachine, console: Console) -> None:
    from svops.demonstration.demo import rehearse  # noqa: PLC0415 - a second that only the first start pays
    from svops.demonstration.play import Options  # noqa: PLC0415 - as above

    rehearse(machine, Options(electronic=20, paper=8, seed=1, out=Path("out/up")), console)


def _tell(console: Console, address: str, people: Path) -> None:
    table = Table(title=f"СВОПС работи на {address} (Ctrl-C спира всичко)")
    for heading in ("Кой", "Имена", "Потребител", "Парола", "Вход"):
        table.add_column(heading, no_wrap=heading != "Имена")
    for person in json.loads(people.read_text(encoding="utf-8")):
        table.add_row(person["who"], person["names"], person["username"], person["password"], address + person["at"])
    console.print(table)
    for title, path in (
        ("Обявления", "/registration/"),
        ("Регистър", "/certification/register"),
        ("Зала", "/session/hall"),
        ("Изпит", "/session/sit"),
        ("Изпит на хартия", "/grading/paper/"),
        ("Проверка на карти", "/grading/paper/mark"),
    ):
        console.print(f"{title}: {address}{path}")
