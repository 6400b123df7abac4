"""Every document of the examination, fetched from the service that issued it."""

import json
import shutil
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Any

from svops.demonstration.doors import Client, until
from svops.demonstration.play import EXAM, Play
from svops.exporting import export
from svops.services import SERVICES, Service

_OF_THEIR_OWN = ("certificate",)


def collect(play: Play) -> tuple[Path, dict[str, list[str]]]:
    """Wait until every document is rendered, export the examination, and lay the documents out by kind.

    The folder of the export, and kind → paths from the output folder.
    """
    with play.stage("documents", "Документи и износ на изпита") as stage:
        operator = play.operator()
        for service in SERVICES:
            until(f"documents of {service.name}", partial(_are_rendered, operator, service))
        exported = export(operator, EXAM, play.options.out / "export")
        found: dict[str, list[str]] = defaultdict(list)
        for service in SERVICES:
            for row in json.loads((exported / f"{service.name}.json").read_bytes())["documents"]:
                kind = row["kind"]
                path = Path("documents") / kind / f"{kind}-{len(found[kind]) + 1:03}.pdf"
                (play.options.out / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(exported / "files" / row["sha256"], play.options.out / path)
                found[kind].append(str(path))
        stage.count = sum(map(len, found.values()))
    return exported, dict(found)


def _are_rendered(operator: Client, service: Service) -> bool:
    rows: list[dict[str, Any]] = operator.ask(service.prefix.strip("/"), "documents", exam_id=EXAM)["documents"]
    return all(row["sha256"] for row in rows)


def by_appendix(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """As ``summary.json`` names them: each appendix, the certificates, and all protocols."""
    named = {
        kind: sorted(paths) for kind, paths in found.items() if kind.startswith("appendix_") or kind in _OF_THEIR_OWN
    }
    others = sorted(path for kind, paths in found.items() if kind not in named for path in paths)
    return named | {"protocols": others}
