"""``svops migration``: writes the next migration of a service from what its tables say, on a database of its own."""

import tempfile
from pathlib import Path

from chassis.database import make_migration
from svops.local.database import PrivateDatabase
from svops.services import BY_NAME


def write_migration(service: str, message: str) -> Path:
    """The path of the new migration; read it before you commit it."""
    with tempfile.TemporaryDirectory(prefix="svops-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        server = PrivateDatabase(root)
        server.start()
        try:
            url = server.create(service).replace("postgresql://", "postgresql+psycopg://", 1)
            return make_migration(BY_NAME[service].package, message, url)
        finally:
            server.stop()
