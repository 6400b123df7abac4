"""One machine with nothing installed: private broker and database, secrets, ports, processes kept alive."""

from svops.local.machine import LocalMachine

__all__ = ["LocalMachine"]
