"""Every document of the examination, fetched from the service that issued it."""

from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Any

from svops.demonstration.doors import Client, until
from svops.demonstration.play import EXAM, Play
from svops.services import SERVICES, Service

_OF_THEIR_OWN = ("certificate",)


def collect(play: Play) -> dict[str, list[str]]:
    """Wait until all are rendered, write them under ``documents/``; kind → paths from the output folder."""
    with play.stage("documents", "Документи") as stage:
        operator = play.operator()
        found: dict[str, list[str]] = defaultdict(list)
        for service in SERVICES:
            for row in until(f"documents of {service.name}", partial(_rendered, operator, service))["rows"]:
                path = Path("documents") / row["kind"] / f"{row['kind']}-{row['subject']}-{row['issue']}.pdf"
                target = play.options.out / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(operator.download(f"{service.prefix}/api/documents/{row['sha256']}"))
                found[row["kind"]].append(str(path))
        stage.count = sum(map(len, found.values()))
    return dict(found)


def _rendered(operator: Client, service: Service) -> dict[str, list[dict[str, Any]]] | None:
    rows: list[dict[str, Any]] = operator.ask(service.prefix.strip("/"), "documents", exam_id=EXAM)["documents"]
    return {"rows": rows} if all(row["sha256"] for row in rows) else None


def by_appendix(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """As ``summary.json`` names them: each appendix, the certificates, and all protocols."""
    named = {
        kind: sorted(paths) for kind, paths in found.items() if kind.startswith("appendix_") or kind in _OF_THEIR_OWN
    }
    others = sorted(path for kind, paths in found.items() if kind not in named for path in paths)
    return named | {"protocols": others}
