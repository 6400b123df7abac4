"""Certificates and the register (Art. 51, 53): one for each who passed, and nothing handed over without its fee."""

from collections import Counter
from typing import Any

from recount.record import Record
from recount.report import Report


def check(record: Record, report: Report) -> None:
    """Every certificate, duplicate and inspection, against the results and the chains."""
    outcomes = {row["candidate_id"]: row for row in record.of("grading_results", "results")}
    certificates = record.of("certification", "certificates")
    noted = {facts["number"]: facts["candidate"] for _, facts in record.noted("certification", "certificate:issued")}
    for row in certificates:
        _check_certificate(row, outcomes.get(row["candidate_id"]), noted, report)
    _check_holders(certificates, outcomes, report)
    for number in sorted(noted.keys() - {row["number"] for row in certificates}):
        report.find(f"certificate {number}", "issued, and not in the register any more")
    _check_acts(record, certificates, report)
    _check_duplicates(record, certificates, report)
    _check_inspections(record, outcomes, report)


def _check_certificate(
    row: dict[str, Any], result: dict[str, Any] | None, noted: dict[str, str], report: Report
) -> None:
    where = f"certificate {row['number']}"
    report.expect(where, None if result is None else result["outcome"], "passed", "the holder's outcome")
    report.expect(where, row["candidate_id"], noted.get(row["number"]), "holder, against the audit chain")
    report.expect(where, row["number"].split("-")[1], row["issued_on"][:4], "year of the number")
    if result is not None and result["published_at"] is not None and row["issued_on"] < result["published_at"][:10]:
        report.find(where, "issued before the result was published")
    if row["handed"] and not row["fee_proved"]:
        report.find(where, "handed over without proof of the fee")


def _check_holders(certificates: list[dict[str, Any]], outcomes: dict[str, dict[str, Any]], report: Report) -> None:
    holders = Counter(row["candidate_id"] for row in certificates)
    for candidate, row in sorted(outcomes.items()):
        if row["outcome"] == "passed" and row["published_at"] is not None and holders[candidate] != 1:
            report.find(f"result {candidate}", f"passed, and has {holders[candidate]} certificates")
    for number, times in Counter(row["number"] for row in certificates).items():
        if times > 1:
            report.find(f"certificate {number}", f"{times} certificates of one number")


def _check_acts(record: Record, certificates: list[dict[str, Any]], report: Report) -> None:
    """Fees and receipts as the chain noted them."""
    for action, member in (("certificate:fee_proved", "fee_proved"), ("certificate:handed", "handed")):
        noted = {facts["number"] for _, facts in record.noted("certification", action)}
        for row in certificates:
            report.expect(f"certificate {row['number']}", row[member], row["number"] in noted, f"{action} in the chain")


def _check_duplicates(record: Record, certificates: list[dict[str, Any]], report: Report) -> None:
    numbers = {row["number"] for row in certificates}
    noted = {(facts["number"], facts["issue"]) for _, facts in record.noted("certification", "duplicate:issued")}
    issued = set()
    for row in record.of("certification", "duplicates"):
        where = f"duplicate {row['number']}-{row['issue']}"
        if row["number"] not in numbers:
            report.find(where, "of a certificate that was never issued")
        if row["issued_on"] is not None:
            issued.add((row["number"], row["issue"]))
        if row["issued_on"] is not None and not row["fee_proved"]:
            report.find(where, "issued without proof of the fee")
    for number, issue in sorted(issued.symmetric_difference(noted)):
        report.find(f"duplicate {number}-{issue}", "in only one of the register and the audit chain")


def _check_inspections(record: Record, outcomes: dict[str, dict[str, Any]], report: Report) -> None:
    held = {facts["inspection"] for _, facts in record.noted("certification", "inspection:held")}
    for row in record.of("certification", "inspections"):
        where = f"inspection {row['inspection_id']}"
        report.expect(where, row["held"], row["inspection_id"] in held, "held, against the audit chain")
        outcome = outcomes.get(row["candidate_id"], {}).get("outcome")
        if outcome in {None, "absent"}:
            report.find(where, "of somebody who has no graded materials")
