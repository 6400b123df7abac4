"""``grading``: from closed answer sheets to counts and individual protocols, with one worker and with two."""

import os
import random
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select

from chassis.plumbing import DocumentRow
from chassis.work import Runtime
from contracts.people import Role
from regulation import in_force
from services.grading.electronic import rules
from services.grading.electronic.tables import Candidate, Duty, Exam, Key, Sheet
from services.grading.electronic.usecases import order_counting
from svops.bench.place import Bench, bench_place
from svops.bench.report import Outcome, in_turn, median_ratio
from svops.local.supervisor import Child
from svops.services import BY_NAME

_FLOOR, _AIM = 1.4, 1.8
_SERVICE = "grading_electronic"
_LOOK_SECONDS = 0.05
_ENOUGH_SECONDS = 300.0


def run(*, is_quick: bool) -> Outcome:
    """Sheets a second with one worker and with two, and the bare rule in one process, in turn."""
    size, rounds = (80, 2) if is_quick else (300, 3)
    with bench_place() as place:
        os.environ.update(place.variables)
        runtime = BY_NAME[_SERVICE].runtime(pool_size=2)
        place.machine.supervisor.start(Child(name="relay", command=_command("relay"), env=place.variables))
        _measured(place, runtime, size=8, workers=1)  # fonts, caches, first imports
        one, two, bare = in_turn(
            (
                lambda: _measured(place, runtime, size=size, workers=1),
                lambda: _measured(place, runtime, size=size, workers=2),
                lambda: _rules_only(size),
            ),
            rounds,
        )
        runtime.close()
    figures = {
        "sheets a round": size,
        "sheets/s, one worker (median)": sorted(one)[len(one) // 2],
        "sheets/s, two workers (median)": sorted(two)[len(two) // 2],
        "sheets/s, the bare rule in one process": sorted(bare)[len(bare) // 2],
    }
    return Outcome("grading", median_ratio(two, one), _FLOOR, _AIM, figures)


def _command(kind: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "svops.command", "serve", kind, _SERVICE)


def _measured(place: Bench, runtime: Runtime[Any], *, size: int, workers: int) -> float:
    exam_id = f"bench-{uuid.uuid4().hex[:8]}"
    names = [f"worker-{number}" for number in range(workers)]
    for name in names:
        place.machine.supervisor.start(Child(name=name, command=_command("worker"), env=place.variables))
    time.sleep(3.0)  # the workers' own start is not what is measured
    began = time.perf_counter()
    _close_sheets(runtime, exam_id, size)
    _wait(runtime, exam_id, size)
    took = time.perf_counter() - began
    for name in names:
        place.machine.supervisor.stop(name)
    with runtime.work() as work:
        work.session.execute(delete(DocumentRow).where(DocumentRow.exam_id == exam_id))
    return size / took


def _close_sheets(runtime: Runtime[Any], exam_id: str, size: int) -> None:
    chance = random.Random(size)  # noqa: S311 - made-up answers
    today = datetime.now(UTC)
    law = in_force(today.date())
    key = {str(number): chance.choice(law.option_letters) for number in range(1, law.questions + 1)}
    with runtime.work() as work:
        work.session.add(Exam(exam_id=exam_id, exam_on=today.date(), regulation_on=today.date()))
        work.session.add(Key(exam_id=exam_id, variant=1, letters={"1А": key}, released_at=today))
        for role in (Role.CHAIR, Role.SYSTEM_ADMINISTRATOR):
            work.session.add(Duty(exam_id=exam_id, person_id=role, role=role, first="А", middle="Б", last="В"))
        sheets = [_sheet(work, exam_id, number, key, chance, today) for number in range(1, size + 1)]
        order_counting(work, exam_id, sheets)


def _sheet(work: Any, exam_id: str, number: int, key: dict[str, str], chance: random.Random, now: datetime) -> str:
    candidate, sitting = str(uuid.uuid4()), str(uuid.uuid4())
    answers = {question: chance.choice("АБВГ") for question in key}
    work.session.add(
        Candidate(exam_id=exam_id, candidate_id=candidate, first="Име", middle="Презиме", last=f"Фамилия{number}",
                  identifier_type="egn", identifier="0" * 10, session=1)
    )  # fmt: skip
    work.session.add(
        Sheet(sitting_id=sitting, exam_id=exam_id, candidate_id=candidate, exam_username=f"изпит-{number}",
              unique_number=f"{number:06}", variant=1, sub_variant="1А", answers=answers, answers_sha256="0" * 64,
              history_sha256="0" * 64, outcome="submitted", started_at=now - timedelta(hours=3), ended_at=now,
              number=number)
    )  # fmt: skip
    return sitting


def _wait(runtime: Runtime[Any], exam_id: str, size: int) -> None:
    query = select(func.count()).where(DocumentRow.exam_id == exam_id, DocumentRow.sha256.is_not(None))
    end = time.monotonic() + _ENOUGH_SECONDS
    while time.monotonic() < end:
        with runtime.work() as work:
            if work.session.scalars(query).one() == size:
                return
        time.sleep(_LOOK_SECONDS)
    raise TimeoutError("not all sheets were counted and rendered")


def _rules_only(size: int) -> float:
    chance = random.Random(size)  # noqa: S311 - made-up answers
    key = {str(number): chance.choice("АБВГ") for number in range(1, 91)}
    sheets = [{question: chance.choice("АБВГ") for question in key} for _ in range(size * 20)]
    began = time.perf_counter()
    for sheet in sheets:
        rules.count(sheet, key)
    return len(sheets) / (time.perf_counter() - began)
