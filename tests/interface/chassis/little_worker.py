"""A worker of little services, as a process: ``little_worker.py CONFIG``."""

import signal
import threading
import time
import warnings
from typing import Any

from chassis.broker import HEARTBEAT_SECONDS
from chassis.logging import configure
from chassis.work import Runtime
from chassis.worker import run_worker
from contracts.events.grading import GradeSheets
from tests.interface.chassis.little_parts import AMQP_URI, CONFIG, RUNTIMES, effect, note, say_ready

warnings.simplefilter("error")
configure("worker")


def grade(runtime: Runtime[Any], job: GradeSheets) -> None:
    """One effect a sheet, and whatever the sheet's name says."""
    for sheet in job.sheets:
        note(runtime, f"{job.exam_id}:{sheet}")
    if "raises" in job.sheets:
        raise ValueError("this job can't be done")
    if "long" in job.sheets:
        until = time.monotonic() + 4
        while time.monotonic() < until:
            sum(number * number for number in range(10_000))
    with runtime.work() as work:
        for sheet in job.sheets:
            effect(work, job.exam_id, sheet)


ending = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: ending.set())
say_ready(0)
run_worker(
    RUNTIMES,
    {name: {GradeSheets: grade} for name in RUNTIMES},
    AMQP_URI,
    ending,
    heartbeat_seconds=CONFIG.get("heartbeat_seconds", HEARTBEAT_SECONDS),
)
