"""The relay of little services, as a process: ``little_relay.py CONFIG``."""

import signal
import threading
import warnings

from chassis.logging import configure
from chassis.relay import run_relay
from tests.interface.chassis.little_parts import AMQP_URI, CONFIG, RUNTIMES, say_ready

warnings.simplefilter("error")
configure("relay")
ending = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: ending.set())
say_ready(0)
run_relay(RUNTIMES, AMQP_URI, ending, stuck_seconds=CONFIG.get("stuck_seconds", 30))
