"""Plays all stages in their order and tells how it went."""

import json
import shutil
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from chassis.clock import FileClock
from chassis.topology import patiently
from contracts.envelope import decode
from contracts.events import event_type
from contracts.people import Mode
from recount.check import recount
from recount.record import read_export
from regulation import calendar
from svops import serve
from svops.demonstration import (
    applying,
    bank,
    certificates,
    door,
    electronic,
    grading,
    paper_hall,
    papers,
    subscriber,
)
from svops.demonstration.doors import open_doors
from svops.demonstration.play import EXAM, EXAM_ON, Options, Play
from svops.local.machine import LocalMachine
from svops.local.tree import REHEARSAL_CLOCK, REHEARSAL_PEOPLE
from svops.services import SERVICES
from svops.system import System

_BEFORE_EVERYTHING = date(2027, 2, 15)
_STAGES = (
    applying.announce,
    applying.apply,
    applying.admit,
    applying.seat,
    bank.write_questions,
    bank.seal,
    bank.draw,
    bank.open_drawn,
    door.print_credentials,
    paper_hall.print_materials,
    door.let_in,
    electronic.begin,
    paper_hall.begin,
    electronic.first_half,
    paper_hall.solve,
    electronic.second_half,
    paper_hall.second_hour,
    electronic.end,
    paper_hall.end,
    grading.grade_electronic,
    grading.read_cards,
    grading.mark_cards,
    grading.open_envelopes,
    grading.publish,
    certificates.issue,
    certificates.inspect,
    certificates.duplicate,
)
#: So long the broker may take to wake the queues of an earlier demonstration.
_WAKING_SECONDS = 45.0
_OF_CARDS = ("read", "sent_to_human", "second_checked")
_OUTCOMES = ("passed", "failed", "annulled", "absent")


def play_all(machine: LocalMachine, options: Options) -> bool:
    """The demonstration, told at its end; true when the recount agrees."""
    console = Console()
    play, summary = rehearse(machine, options, console)
    _tell(console, play, summary)
    return bool(summary["recount"]["agrees"])


def rehearse(machine: LocalMachine, options: Options, console: Console) -> tuple[Play, dict[str, Any]]:
    """Everything from a clean slate to the recount; what it leaves on the machine can be kept running."""
    if options.out.exists():
        shutil.rmtree(options.out)
    options.out.mkdir(parents=True)
    _clean_slate(machine)
    clock = FileClock(machine.root / REHEARSAL_CLOCK)
    clock.set(calendar.local(_BEFORE_EVERYTHING, "9:00"))
    with System(machine, clock_file=machine.root / REHEARSAL_CLOCK) as system, open_doors(system.place.address) as http:
        play = Play(options, http, clock, system.operator_token_key, console)
        for stage in _STAGES:
            stage(play)
        summary = _finish(play, machine)
    _write_people(play, machine.root / REHEARSAL_PEOPLE)
    return play, summary


def _write_people(play: Play, path: Path) -> None:
    """Whom to log in as afterwards: everybody on duty, and a few candidates."""
    staff = [(name, person.username, person.who, "/admission/login") for name, person in play.staff.items()]
    some = [(one.oddity or "candidate", one.who.email, one.who, "/registration/login") for one in play.candidates[:8]]
    rows = [
        {"who": who, "username": username, "password": person.password, "names": str(person.names), "at": page}
        for who, username, person, page in (*staff, *some)
    ]
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    path.chmod(0o600)


def _clean_slate(machine: LocalMachine) -> None:
    """Databases, queues and files of an earlier demonstration go; the machine's own state folder only."""
    for service in SERVICES:
        machine.database.drop(service.name)
    patiently(lambda: serve.topology().clear(machine.broker.uri), _WAKING_SECONDS)
    shutil.rmtree(machine.root / "files", ignore_errors=True)


def _finish(play: Play, machine: LocalMachine) -> dict[str, Any]:
    exported, documents = papers.collect(play)
    events = _events(play, machine)
    with play.stage("recount", "Независимо преброяване") as stage:
        report = recount(read_export(exported))
        stage.count = report.results_checked
    summary = {
        "exam": EXAM,
        "applications": _applications(play),
        "electronic": _results(play, Mode.ELECTRONIC),
        "paper": _results(play, Mode.PAPER) | {"cards": {name: play.facts["cards"][name] for name in _OF_CARDS}},
        "certificates": len(play.facts["holders"]),
        "documents": papers.by_appendix(documents),
        "events": events,
        "recount": report.summary(),
        "seconds": {stage.name: stage.seconds for stage in play.stages},
    }
    text = json.dumps(summary, ensure_ascii=False, indent=2)
    (play.options.out / "summary.json").write_text(text + "\n", encoding="utf-8")
    return summary


def _applications(play: Play) -> dict[str, Any]:
    rows = play.operator().ask("admission", "export", exam_id=EXAM)["applications"]
    grounds = Counter(ground for row in rows for ground in row["grounds"])
    refused = sum(bool(row["grounds"]) for row in rows)
    return {"submitted": len(rows), "admitted": len(rows) - refused, "not_admitted": dict(sorted(grounds.items()))}


def _results(play: Play, mode: Mode) -> dict[str, Any]:
    rows = play.operator().ask("grading/results", "export", exam_id=EXAM)["results"]
    counts = Counter(row["outcome"] for row in rows if row["mode"] == mode.value)
    return {"sat": sum(counts.values()) - counts["absent"]} | {outcome: counts[outcome] for outcome in _OUTCOMES}


def _events(play: Play, machine: LocalMachine) -> dict[str, int]:
    """What a system that joins only now receives of what was told to the public."""
    with play.stage("subscriber", "Абонат, който се включва късно") as stage:
        received = [decode(body) for body in subscriber.read_everything(machine.broker.uri)]
        stage.count = len({envelope.id for envelope in received})
        operator = play.operator()
        exports = [operator.ask(service.prefix.strip("/"), "export", exam_id=EXAM) for service in SERVICES]
        if any(not event_type(envelope.type).public for envelope in received):
            raise AssertionError("something not public was told to the public")
    return {"published": sum(one["told_publicly"] for one in exports), "received_late_subscriber": stage.count}


def _tell(console: Console, play: Play, summary: dict[str, Any]) -> None:
    table = Table(title=f"Изпит {EXAM}, {EXAM_ON:%d.%m.%Y} г.")
    for heading in ("Етап", "Брой", "Секунди"):
        table.add_column(heading, justify="left" if heading == "Етап" else "right")
    for stage in play.stages:
        table.add_row(stage.name, str(stage.count), f"{stage.seconds:.1f}")
    table.add_row("общо", "", f"{sum(stage.seconds for stage in play.stages):.1f}")
    console.print(table)
    for kind, paths in summary["documents"].items():
        console.print(f"{kind}: {len(paths)}")
        console.print("\n".join(f"  {play.options.out / path}" for path in paths), highlight=False, soft_wrap=True)
    console.print(f"Обобщение: {play.options.out / 'summary.json'}; преброяване: {summary['recount']}")
