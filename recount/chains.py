"""Audit chains: each row follows from the one before, and is what the other services were told it is."""

from typing import Any

from recount.record import SERVICES, Record, canonical, sha256
from recount.report import Report

_BEGINNING = "0" * 64
_HASHED = ("number", "at", "actor", "role", "action", "authority", "facts", "previous_sha256")


def check(record: Record, report: Report) -> None:
    """Every row of every chain, every head that was told to another service, every rendered document."""
    for service in SERVICES:
        _check_chain(service, record.exam_id, record.of(service, "audit"), report)
        _check_documents(record, service, report)
    _check_heads(record, report)


def row_sha256(service: str, exam_id: str, row: dict[str, Any]) -> str:
    """The hash of a row: canonical JSON of its members with service and exam."""
    return sha256(canonical({"service": service, "exam_id": exam_id} | {name: row[name] for name in _HASHED}))


def _check_chain(service: str, exam_id: str, rows: list[dict[str, Any]], report: Report) -> None:
    previous = _BEGINNING
    if not rows:
        report.find(f"{service} audit", "the chain is empty")
    for number, row in enumerate(rows, start=1):
        where = f"{service} audit {row['number']}"
        report.expect(where, row["number"], number, "number")
        report.expect(where, row["previous_sha256"], previous, "hash of the row before")
        report.expect(where, row["sha256"], row_sha256(service, exam_id, row), "hash")
        previous = row["sha256"]
        report.audit_rows_checked += 1


def _check_heads(record: Record, report: Report) -> None:
    """A head that was told must stand where it stood: a chain that was rewritten or cut short shows here."""
    chains = {service: {row["number"]: row["sha256"] for row in record.of(service, "audit")} for service in SERVICES}
    for service in SERVICES:
        for head in record.of(service, "foreign_heads"):
            where = f"{head['told_by']} audit {head['number']}"
            stands = chains.get(head["told_by"], {}).get(head["number"])
            report.expect(where, stands, head["sha256"], f"hash that {service} was told")


def _check_documents(record: Record, service: str, report: Report) -> None:
    """A document is what the chain says was rendered, and its file is that document."""
    noted = {
        (facts["kind"], facts["subject"], facts["issue"]): facts["sha256"]
        for _, facts in record.noted(service, "document:rendered")
    }
    listed = {(one["kind"], one["subject"], one["issue"]): one["sha256"] for one in record.of(service, "documents")}
    for key in sorted(noted.keys() | listed.keys(), key=str):
        where = f"{service} document {'-'.join(map(str, key))}"
        report.expect(where, listed.get(key), noted.get(key), "hash, against the audit chain")
        if (content := record.files.get(str(listed.get(key)))) is not None:
            report.expect(where, listed[key], sha256(content), "hash of the file")
            report.documents_checked += 1
