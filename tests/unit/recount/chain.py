"""An audit chain written by hand, as a service would have written it, and rewritten, as a forger would."""

import hashlib
import json
from typing import Any

EXAM = "2027-05"
BEGINNING = "0" * 64


def canonical(value: Any) -> bytes:
    """Sorted keys, no white space, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(content: bytes) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def forge(service: str, rows: list[dict[str, Any]]) -> None:
    """Number the rows and give them the hashes that make a whole chain of them."""
    previous = BEGINNING
    for number, row in enumerate(rows, 1):
        row["number"], row["previous_sha256"] = number, previous
        members = {name: value for name, value in row.items() if name != "sha256"}
        row["sha256"] = previous = sha256(canonical(members | {"service": service, "exam_id": EXAM}))


class Told:
    """What one service tells: its facts, its documents, its chain."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.audit: list[dict[str, Any]] = []
        self.documents: list[dict[str, Any]] = []
        self.facts: dict[str, Any] = {}

    def note(self, action: str, authority: str, *, actor: str = "system", **facts: Any) -> None:
        """A row of the chain."""
        second = len(self.audit)
        row = {
            "at": f"2027-05-15T{8 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.000000+00:00",
            "actor": actor,
            "role": "system",
            "action": action,
            "authority": authority,
            "facts": facts,
        }
        self.audit.append(row)

    def render(self, kind: str, subject: str, content: bytes, issue: int = 1) -> None:
        """A document, and its row."""
        row: dict[str, Any] = {"kind": kind, "subject": subject, "issue": issue, "sha256": sha256(content)}
        self.documents.append(row | {"rendered": True})
        self.note("document:rendered", "Собствено правило", **row)

    def export(self) -> dict[str, Any]:
        """The answer to the question ``export``, but for the heads of others."""
        forge(self.service, self.audit)
        plumbing = {"service": self.service, "exam_id": EXAM, "audit": self.audit, "documents": self.documents}
        return plumbing | {"foreign_heads": [], "told_publicly": 0} | self.facts
