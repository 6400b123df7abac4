"""Seals, commitments and the draw (Art. 13(4), (5)), recomputed from the formats written in testbank's README."""

import base64
import json
from datetime import date
from typing import Any

from recount.record import Record, sha256
from recount.report import Report
from regulation import Regulation, in_force

_DRAW = "svops-draw-1"


def law_of(record: Record) -> Regulation:
    """The law that the exam was announced under."""
    return in_force(date.fromisoformat(record.of("testbank", "exam")["regulation_on"]))


def check(record: Record, report: Report) -> None:
    """Each sealed file against its seal, each opened variant against its commitment and Art. 11, and the draw."""
    variants = {row["variant"]: row for row in record.of("testbank", "variants")}
    law = law_of(record)
    report.expect("testbank variants", len(variants), law.variants, "number of variants")
    sealed = record.of("testbank", "sealed")
    for number, row in variants.items():
        content = base64.b64decode(sealed[str(number)])
        report.expect(f"testbank variant {number}", row["seal_sha256"], sha256(content), "seal")
        report.seals_checked += 1
    for number, text in record.of("testbank", "released").items():
        _check_opened(variants[int(number)], json.loads(text), text, law, report)
    _check_draw(record, variants, report)
    _check_told(record, variants, report)


def _check_opened(row: dict[str, Any], variant: dict[str, Any], text: str, law: Regulation, report: Report) -> None:
    where = f"testbank variant {row['variant']}"
    report.expect(where, row["commitment_sha256"], sha256(text.encode()), "commitment")
    report.expect(where, len(variant["questions"]), law.questions, "number of questions")
    report.expect(
        where, len({question["text"] for question in variant["questions"]}), law.questions, "different questions"
    )
    for area in law.areas:
        count = sum(question["area"] == area.code for question in variant["questions"])
        if not area.min_questions <= count <= area.max_questions:
            report.find(where, f"{count} questions of {area.code}, against Art. 11")
    for question in variant["questions"]:
        if set(question["options"]) != set(law.option_letters) or question["correct"] not in law.option_letters:
            report.find(where, f"question {question['number']} has not the options of Art. 10(1)")
    for code, order in variant["sub_variants"].items():
        report.expect(f"{where} sub-variant {code}", sorted(order), list(range(1, law.questions + 1)), "its questions")
    report.seals_checked += 1


def _check_draw(record: Record, variants: dict[int, dict[str, Any]], report: Report) -> None:
    said = record.of("testbank", "draw")
    transcript = said["transcript"]
    seals = [variants[number]["seal_sha256"] for number in sorted(variants)]
    values = []
    for role in ("member", "notary"):
        value = transcript[role]["value"]
        values.append(value)
        report.expect(
            f"draw {role}", transcript[role]["commitment"], _lines(_DRAW, record.exam_id, role, value), "commitment"
        )
    digest = _lines(_DRAW, record.exam_id, *values, *seals)
    report.expect("draw", transcript["digest"], digest, "digest")
    report.expect("draw", said["drawn"], 1 + int(digest, 16) % len(seals), "drawn variant")
    report.expect("draw", transcript["drawn"], said["drawn"], "drawn variant in the transcript")
    opened = [int(number) for number in record.of("testbank", "released")]
    if said["drawn"] not in opened:
        report.find("draw", f"variant {said['drawn']} was drawn, {opened} was opened")
    report.seals_checked += 1


def _check_told(record: Record, variants: dict[int, dict[str, Any]], report: Report) -> None:
    """What the audit chain says was sealed is what stands in the record now."""
    for row in record.of("testbank", "audit"):
        for number, variant in variants.items():
            seals = row["facts"].get("seals")
            if isinstance(seals, dict) and str(number) in seals:
                report.expect(f"testbank audit {row['number']}", seals[str(number)], variant["seal_sha256"], "seal")


def _lines(*lines: str) -> str:
    """SHA-256 over lines, each ended by a line feed."""
    return sha256("".join(f"{line}\n" for line in lines).encode("ascii"))
