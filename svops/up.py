"""``svops up``: the system kept running on one machine, with the demonstration's people to log in as."""

import json
import threading
from pathlib import Path

from rich.console import Console
from rich.table import Table

from chassis.clock import FileClock
from chassis.settings import CannotStartError
from svops.demonstration.demo import CLOCK, PEOPLE, rehearse
from svops.demonstration.play import Options
from svops.local.machine import LocalMachine
from svops.local.ports import is_free
from svops.system import System

_FEW = Options(electronic=20, paper=8, seed=1, out=Path("out/up"))


def keep_running(port: int) -> None:
    """Play a small demonstration if none was played here, then serve until Ctrl-C; its calendar goes on."""
    if not is_free(port):
        raise CannotStartError(f"port {port} of 127.0.0.1 is taken: choose another by --port")
    console = Console()
    with LocalMachine() as machine:
        if not (machine.root / PEOPLE).exists():
            rehearse(machine, _FEW, console)
        clock = FileClock(machine.root / CLOCK)
        clock.set(clock.now(), rate=1.0)
        with System(machine, clock_file=machine.root / CLOCK, port=port) as system:
            _tell(console, system.place.address, machine.root / PEOPLE)
            threading.Event().wait()


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
        ("Проверка на карти", "/grading/paper/mark"),
    ):
        console.print(f"{title}: {address}{path}")
