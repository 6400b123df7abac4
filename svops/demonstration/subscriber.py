"""Another system that joins late: the example of docs/integration, run as the program that it is."""

import subprocess
import sys
from pathlib import Path

_PROGRAM = Path(__file__).resolve().parents[2] / "docs" / "integration" / "late_subscriber.py"


def read_everything(amqp_uri: str) -> list[bytes]:
    """The bodies of all public events since the first, oldest first."""
    done = subprocess.run([sys.executable, str(_PROGRAM), amqp_uri], stdout=subprocess.PIPE, check=True, timeout=120)
    return done.stdout.splitlines()
