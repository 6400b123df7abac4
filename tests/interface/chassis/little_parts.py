"""What every process of a little service shares: its configuration, its runtimes, and writing down what it did."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import text

from chassis.settings import ServiceSettings
from chassis.work import Runtime, Work

CONFIG: dict[str, Any] = json.loads(Path(sys.argv[1]).read_bytes())
AMQP_URI: str = CONFIG["amqp_uri"]


def _runtime(name: str, url: str) -> Runtime[Any]:
    settings = ServiceSettings(
        database_url=url,
        amqp_uri=AMQP_URI,
        files_url=CONFIG["files_url"],
        token_public_keys=CONFIG["token_public_keys"],
    )
    return Runtime(name, settings)


RUNTIMES = {name: _runtime(name, url) for name, url in CONFIG["services"].items()}


def say_ready(port: int) -> None:
    """Tell the test that this process serves, and where its probes are."""
    sys.stdout.write(f"ready {port}\n")
    sys.stdout.flush()


def note(runtime: Runtime[Any], what: str) -> int:
    """Write down an attempt, for good even when the transaction at hand is rolled back; how many came before."""
    with runtime.engine.begin() as connection:
        before = connection.execute(
            text("SELECT count(*) FROM attempts WHERE what = :what"), {"what": what}
        ).scalar_one()
        row = {"what": what, "pid": os.getpid()}
        connection.execute(text("INSERT INTO attempts (what, pid) VALUES (:what, :pid)"), row)
    return int(before)


def effect(work: Work, exam_id: str, what: str) -> None:
    """Write down an effect, in the transaction at hand."""
    row = {"exam_id": exam_id, "what": what, "pid": os.getpid()}
    work.session.execute(text("INSERT INTO effects (exam_id, what, pid) VALUES (:exam_id, :what, :pid)"), row)
