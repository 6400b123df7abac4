"""Free ports on 127.0.0.1, remembered so that a restart listens where it listened before."""

import random
import socket
from contextlib import closing
from pathlib import Path

# Below Linux's ephemeral range (32768 and up), so that no outgoing connection takes a remembered port.
_CANDIDATES = range(20_000, 32_000)


def is_free(port: int) -> bool:
    """True when a server may listen on the port of 127.0.0.1 now; connections in TIME_WAIT do not count."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def remembered_port(root: Path, name: str) -> int:
    """The port that ``name`` used last time if it is free, otherwise a new one, kept in ``root/ports``.

    Ask once a start: a server that already listens makes its own port look taken.
    """
    note = root / "ports" / name
    if note.exists() and is_free(port := int(note.read_text())):
        return port
    port = _unused_port()
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(f"{port}\n")
    return port


def _unused_port() -> int:
    chance = random.SystemRandom()
    for _ in _CANDIDATES:
        port = chance.choice(_CANDIDATES)
        if is_free(port):
            return port
    message = f"no free port on 127.0.0.1 between {_CANDIDATES.start} and {_CANDIDATES.stop}"
    raise OSError(message)
