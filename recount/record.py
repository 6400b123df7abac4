"""The published record of one examination, as ``svops export`` writes it."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SERVICES = (
    "registration",
    "admission",
    "testbank",
    "session",
    "grading_electronic",
    "grading_paper",
    "grading_results",
    "certification",
)


class UnreadableRecordError(Exception):
    """The folder is not an export; the text says what is missing or malformed."""


@dataclass(frozen=True)
class Record:
    """What every service says (``of``), and the files that were exported, by SHA-256."""

    exam_id: str
    services: dict[str, dict[str, Any]]
    files: dict[str, bytes] = field(default_factory=dict)

    def of(self, service: str, facts: str) -> Any:
        """A service's facts of one name; raises ``UnreadableRecordError`` when it tells none."""
        try:
            return self.services[service][facts]
        except KeyError:
            raise UnreadableRecordError(f"{service}: no {facts}") from None

    def noted(self, service: str, action: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The rows of a service's audit chain that note this action: who acted, and the facts."""
        for row in self.of(service, "audit"):
            if row["action"] == action:
                yield row["actor"], row["facts"]


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no white space, UTF-8: the form in which the services hash things."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(content: bytes) -> str:
    """SHA-256, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def read_export(folder: Path) -> Record:
    """Read the folder; raises ``UnreadableRecordError``."""
    services = {}
    for service in SERVICES:
        try:
            services[service] = json.loads((folder / f"{service}.json").read_bytes())
        except (OSError, ValueError) as error:
            raise UnreadableRecordError(f"{service}.json: {error}") from error
        if not isinstance(services[service], dict) or services[service].get("service") != service:
            raise UnreadableRecordError(f"{service}.json: not what {service} says")
    exams = {str(answer.get("exam_id")) for answer in services.values()}
    if len(exams) != 1:
        raise UnreadableRecordError(f"these are exports of different examinations: {sorted(exams)}")
    files = {path.name: path.read_bytes() for path in sorted((folder / "files").glob("*")) if path.is_file()}
    return Record(exams.pop(), services, files)
