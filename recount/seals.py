"""Seals, commitments and the draw (Art. 13(4), (5)), recomputed from the formats written in testbank's README."""

import base64
import json
from datetime import date
from typing import Any

from recount.record import Record, canonical, sha256
from recount.report import Report
from regulation import Regulation, in_force

_DRAW = "svops-draw-1"
_VARIANT = "svops-variant-1"
_ROLES = ("member", "notary")


def law_of(record: Record) -> Regulation:
    """The law that the exam was announced under."""
    return in_force(date.fromisoformat(record.of("testbank", "exam")["regulation_on"]))


def check(record: Record, report: Report) -> None:
    """Each sealed file against its seal, each opened variant against its commitment and Art. 11, and the draw."""
    variants = {row["variant"]: row for row in record.of("testbank", "variants")}
    law = law_of(record)
    report.expect("testbank variants", sorted(variants), list(range(1, law.variants + 1)), "variants")
    sealed = record.of("testbank", "sealed")
    for number, row in variants.items():
        content = base64.b64decode(sealed[str(number)], validate=True)
        report.expect(f"testbank variant {number}", row["seal_sha256"], sha256(content), "seal")
        report.seals_checked += 1
    _check_noted(record, variants, report)
    for number, text in record.of("testbank", "released").items():
        _check_opened(variants[int(number)], text, record.exam_id, law, report)
    _check_draw(record, variants, report)


def _check_opened(row: dict[str, Any], text: str, exam_id: str, law: Regulation, report: Report) -> None:
    where = f"testbank variant {row['variant']}"
    report.expect(where, row["commitment_sha256"], sha256(text.encode()), "commitment")
    report.seals_checked += 1
    variant = json.loads(text)
    named = (variant["format"], variant["exam_id"], variant["variant"])
    report.expect(where, named, (_VARIANT, exam_id, row["variant"]), "format, exam and variant inside")
    questions = variant["questions"]
    numbers = [question["number"] for question in questions]
    report.expect(where, numbers, list(range(1, law.questions + 1)), "numbers of questions")
    report.expect(where, len({question["text"] for question in questions}), law.questions, "different questions")
    _check_areas(where, row, questions, law, report)
    for question in questions:
        if set(question["options"]) != set(law.option_letters) or question["correct"] not in law.option_letters:
            report.find(where, f"question {question['number']} has not the options of Art. 10(1)")
    report.expect(where, sorted(row["sub_variants"]), sorted(variant["sub_variants"]), "sub-variants")
    for code, order in variant["sub_variants"].items():
        report.expect(f"{where} sub-variant {code}", sorted(order), sorted(numbers), "its questions")


def _check_areas(where: str, row: dict[str, Any], questions: list[Any], law: Regulation, report: Report) -> None:
    counts = {area.code: sum(question["area"] == area.code for question in questions) for area in law.areas}
    report.expect(where, sum(counts.values()), len(questions), "questions of the areas of Art. 11")
    for area in law.areas:
        if not area.min_questions <= counts[area.code] <= area.max_questions:
            report.find(where, f"{counts[area.code]} questions of {area.code}, against Art. 11")
        report.expect(where, row["counts"].get(area.code, 0), counts[area.code], f"questions of {area.code}")


def _check_draw(record: Record, variants: dict[int, dict[str, Any]], report: Report) -> None:
    said = record.of("testbank", "draw")
    if said is None:
        report.find("draw", "no variant was drawn")
        return
    transcript = said["transcript"]
    seals = {str(number): variants[number]["seal_sha256"] for number in sorted(variants)}
    for role in _ROLES:
        bound = _lines(_DRAW, record.exam_id, role, transcript[role]["value"])
        report.expect(f"draw {role}", transcript[role]["commitment"], bound, "commitment")
    digest = _lines(_DRAW, record.exam_id, *(transcript[role]["value"] for role in _ROLES), *seals.values())
    drawn = 1 + int(digest, 16) % len(seals)
    named = (transcript["format"], transcript["exam_id"], transcript["seals"])
    report.expect("draw", named, (_DRAW, record.exam_id, seals), "format, exam and seals")
    report.expect("draw", transcript["digest"], digest, "digest")
    report.expect("draw", (said["drawn"], transcript["drawn"]), (drawn, drawn), "drawn variant")
    report.expect("draw", said["transcript_sha256"], sha256(canonical(transcript)), "hash of the transcript")
    if str(drawn) not in record.of("testbank", "released"):
        report.find("draw", f"variant {drawn} was drawn and not opened")
    _check_draw_noted(record, transcript, said, report)
    report.seals_checked += 1


def _check_draw_noted(record: Record, transcript: dict[str, Any], said: dict[str, Any], report: Report) -> None:
    """What was bound, revealed and drawn, as the audit chain noted it at the time."""
    for action, member in (("draw:committed", "commitment"), ("draw:revealed", "value")):
        noted = sorted(facts[member] for _, facts in record.noted("testbank", action))
        report.expect("draw", sorted(transcript[role][member] for role in _ROLES), noted, f"{action} in the chain")
    outcomes = [(facts["drawn"], facts["transcript_sha256"]) for _, facts in record.noted("testbank", "variant:drawn")]
    report.expect("draw", [(said["drawn"], said["transcript_sha256"])], outcomes, "variant:drawn in the chain")


def _check_noted(record: Record, variants: dict[int, dict[str, Any]], report: Report) -> None:
    """What the audit chain says was sealed and opened is what stands in the record now."""
    sealed = list(record.noted("testbank", "variants:sealed"))
    report.expect("testbank variants", len(sealed), 1, "sealings in the chain")
    for _, facts in sealed:
        for number, row in variants.items():
            stands = (row["seal_sha256"], row["commitment_sha256"])
            noted = (facts["seals"].get(str(number)), facts["commitments"].get(str(number)))
            report.expect(f"testbank variant {number}", stands, noted, "seal and commitment, against the audit chain")
    for action, member in (("variant:opened", "package_sha256"), ("answer_key:released", "key_sha256")):
        noted_hashes = {facts["variant"]: facts[member] for _, facts in record.noted("testbank", action)}
        for number, row in variants.items():
            report.expect(f"testbank variant {number}", row[member], noted_hashes.get(number), f"{action} in the chain")


def _lines(*lines: str) -> str:
    """SHA-256 over lines, each ended by a line feed."""
    return sha256("".join(f"{line}\n" for line in lines).encode())
