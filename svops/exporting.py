"""The export of one examination: what every service says of it, and the files that an outsider needs to recount it."""

import json
from pathlib import Path

from svops.demonstration.doors import Client
from svops.services import SERVICES


def export(client: Client, exam_id: str, folder: Path) -> Path:
    """Write ``<service>.json`` for every service, and ``files/<sha256>`` for the files they name; the folder."""
    (folder / "files").mkdir(parents=True, exist_ok=True)
    for service in SERVICES:
        answer = client.ask(service.prefix.strip("/"), "export", exam_id=exam_id)
        text = json.dumps(answer, ensure_ascii=False, indent=1, sort_keys=True)
        (folder / f"{service.name}.json").write_text(text, encoding="utf-8")
        for document in answer["documents"]:
            content = client.download(f"{service.prefix}/api/documents/{document['sha256']}")
            (folder / "files" / document["sha256"]).write_bytes(content)
    return folder
