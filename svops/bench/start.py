"""``start``: two thousand in twenty halls log in, are unlocked and get their tests; the yardstick does nothing."""

import json
import os
import statistics
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from typing import Any

import pyrage

from chassis.clock import FileClock
from chassis.work import Actor, Runtime
from contracts.events.admission import SeatAssigned, StaffAppointed
from contracts.events.registration import AnnouncementPublished
from contracts.events.testbank import VariantOpened
from contracts.people import IdentifierType, Mode, Names, Person, Role
from regulation import Regulation, in_force
from regulation.calendar import local
from services.session.usecases import credentials, halls, records
from svops.bench.place import WEB, Bench, bench_place, megabytes, serving
from svops.bench.report import Outcome, share
from svops.bench.visitors import Opened, Visitor, ask_all, open_hall
from svops.local.secrets import Secrets
from svops.services import BY_NAME

_FLOOR, _AIM = 0.25, 0.5
_EXAM, _ON = "bench", date(2027, 5, 15)
_HALLS = tuple(f"E{number}" for number in range(1, 21))
_DOORS = 2
_SEATS_A_ROW = 20
_SYSTEM = Actor("person-system", frozenset({(Role.SYSTEM_ADMINISTRATOR, _EXAM)}), "Системен администратор")


def _administrator(hall: str) -> Actor:
    return Actor(f"person-{hall}", frozenset({(Role.HALL_ADMINISTRATOR, _EXAM)}), "Администратор на зала")


def run(*, is_quick: bool) -> Outcome:
    """The halls on their day. Compared are how long all but one in a hundred wait for the test, and how long a handler
    that does nothing takes until it has answered as many at once.
    """
    candidates, seconds, rounds = (500, 20, 3) if is_quick else (2000, 90, 5)
    with bench_place(clock="clock.json") as place:
        os.environ.update(place.variables)
        clock = FileClock(place.machine.root / "clock.json")
        law = in_force(_ON)
        clock.set(local(_ON, law.clock.electronic_first.entry_at), rate=1.0)
        runtime = BY_NAME["session"].runtime(pool_size=2)
        envelopes = _prepare(runtime, place, law, candidates)
        with serving(place, "door", WEB, _DOORS) as ports:
            doors = [place.machine.supervisor.pid(f"door-{number}") or 0 for number in range(_DOORS)]
            empty_handed = statistics.mean(megabytes(door) for door in doors)
            opened = _open(runtime, clock, law, ports, envelopes, seconds)
            held = statistics.mean(megabytes(door) for door in doors)
        with serving(place, "empty", ("-m", "svops.bench.empty", "--bytes", str(opened.page_bytes)), _DOORS) as ports:
            empty = [_rush(ports, candidates) for _ in range(rounds)]
        runtime.close()
    waited = share(opened.asked, 0.99)
    figures: dict[str, Any] = {"candidates": candidates, "doors": _DOORS, "bytes of a test": opened.page_bytes}
    for name, found in (
        (f"log-in, {candidates / seconds:.0f} a second", opened.logged_in),
        ("from the unlocking until told", opened.unlocked),
        ("request for the test", opened.asked),
        ("from the unlocking until the test is there", opened.shown),
    ):
        figures |= {f"{name}: p50, p99, last s": ", ".join(f"{share(found, of):.2f}" for of in (0.5, 0.99, 1.0))}
    figures |= {"empty handler, all at once, last s": statistics.median(empty), "MB a door with all on it": held}
    figures["MB more for 1,000 connected"] = (held - empty_handed) / candidates * _DOORS * 1000
    return Outcome("start", statistics.median(empty) / waited, _FLOOR, _AIM, figures)


def _prepare(runtime: Runtime[Any], place: Bench, law: Regulation, candidates: int) -> list[tuple[str, str]]:
    """The exam, its halls with everybody on a seat, the opened variant; the user names and passwords."""
    with runtime.work() as work:
        at = work.now
        announced = AnnouncementPublished(
            exam_id=_EXAM, title="Изпит", exam_on=_ON, modes=(Mode.ELECTRONIC,), sessions=1, published_at=at,
            applications_until=at, regulation_on=_ON,
        )  # fmt: skip
        records.record_exam(work, announced)
        names = Names("Име", "Презиме", "Фамилия")
        for actor, role, hall in (
            (_SYSTEM, Role.SYSTEM_ADMINISTRATOR, None),
            *((_administrator(hall), Role.HALL_ADMINISTRATOR, hall) for hall in _HALLS),
        ):
            appointed = StaffAppointed(exam_id=_EXAM, person_id=actor.id, role=role, names=names, hall=hall)
            records.record_staff(work, appointed)
        for number in range(candidates):
            seated = SeatAssigned(
                exam_id=_EXAM, application_id=str(uuid.uuid4()), candidate_id=str(uuid.uuid4()), username=f"u{number}",
                person=Person(names, IdentifierType.EGN, "0" * 10), mode=Mode.ELECTRONIC, assisted=False, session=1,
                hall=_HALLS[number % len(_HALLS)], place="зала",
                seat=f"{number // len(_HALLS) // _SEATS_A_ROW + 1}-{number // len(_HALLS) % _SEATS_A_ROW + 1}",
                exam_on=_ON, entry_at=at, starts_at=at,
            )  # fmt: skip
            records.record_seat(work, seated)
        records.record_variant(work, _variant(work.files.put(_package(place, law)), law, at))
    with runtime.work(_SYSTEM) as work:
        printed = [credentials.print_credentials(work, exam_id=_EXAM, hall=hall)[0] for hall in _HALLS]
        return [(one.sheets.username, one.sheets.password) for hall in printed for one in hall]


def _variant(package_sha256: str, law: Regulation, at: Any) -> VariantOpened:
    return VariantOpened(
        exam_id=_EXAM, variant=1, package_sha256=package_sha256, sub_variants=("1А", "1Б"), questions=law.questions,
        opened_at=at,
    )  # fmt: skip


def _package(place: Bench, law: Regulation) -> bytes:
    """Questions as long as real ones, encrypted to the service."""
    numbers = list(range(1, law.questions + 1))
    said = "Кое от изброените твърдения за вътрешния одит в публичния сектор е вярно според закона? "
    questions = [
        {"number": n, "area": "legislation", "text": said * 2,
         "options": dict.fromkeys(law.option_letters, said)}
        for n in numbers
    ]  # fmt: skip
    package = {"exam_id": _EXAM, "variant": 1, "questions": questions,
               "sub_variants": {"1А": numbers, "1Б": numbers[::-1]}}  # fmt: skip
    secrets = Secrets(place.machine.root)
    identity = pyrage.x25519.Identity.from_str(secrets.text(secrets.age_identity("session")))
    return bytes(pyrage.encrypt(json.dumps(package).encode(), [identity.to_public()]))


def _open(
    runtime: Runtime[Any], clock: FileClock, law: Regulation, ports: Sequence[int],
    envelopes: Sequence[tuple[str, str]], seconds: float,
) -> Opened:  # fmt: skip
    """Everybody logs in; the instructions are read; the system is unlocked."""
    visitors = [Visitor(ports[n % len(ports)], *envelope) for n, envelope in enumerate(envelopes)]
    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe()
    hall = spawn.Process(target=open_hall, args=(theirs, visitors, seconds))
    hall.start()
    theirs.close()
    try:
        ours.recv()
        clock.set(local(_ON, law.clock.electronic_first.start_at), rate=1.0)
        for name in _HALLS:
            with runtime.work(_administrator(name)) as work:
                halls.record_instructions_read(work, exam_id=_EXAM, hall=name)
        unlocked_at = time.monotonic()
        with runtime.work(_SYSTEM) as work:
            halls.unlock(work, exam_id=_EXAM, session=1)
        ours.send(unlocked_at)
        opened: Opened = ours.recv()
    finally:
        hall.join()
    return opened


def _rush(ports: Sequence[int], visitors: int) -> float:
    """How long it takes until as many have had their answer from the handler that does nothing."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as crowd:
        return max(crowd.submit(ask_all, ports, "/live/sitting", visitors).result())
