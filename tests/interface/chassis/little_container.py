"""A nameko container of little services, as a process: ``little_container.py CONFIG``."""

import os
import sys

import eventlet

if "blocking" not in sys.argv:
    os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"
eventlet.monkey_patch()

import warnings  # noqa: E402 - everything is imported after the patching

from chassis.containers import run_containers  # noqa: E402 - as above
from chassis.logging import configure  # noqa: E402 - as above
from tests.interface.chassis.little import listens  # noqa: E402 - as above
from tests.interface.chassis.little_doors import named  # noqa: E402 - as above
from tests.interface.chassis.little_parts import AMQP_URI, RUNTIMES, say_ready  # noqa: E402 - as above

warnings.simplefilter("error")
configure("container")
run_containers(
    [named(name) for name in RUNTIMES],
    RUNTIMES,
    AMQP_URI,
    subscriptions=[listens(name) for name in RUNTIMES],
    on_ready=say_ready,
    patience_seconds=1 if "hasty" in sys.argv else 30,
)
