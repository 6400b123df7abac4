"""The answer key (Art. 43(1), 46): what follows from the opened variants, and what the grading services had."""

import json

from recount.record import Record, canonical, sha256
from recount.report import Report

Key = dict[str, str]  #: number as printed → letter


def keys_of(record: Record) -> dict[str, Key]:
    """The key of every opened sub-variant, from the plain text of the variants."""
    keys: dict[str, Key] = {}
    for text in record.of("testbank", "released").values():
        variant = json.loads(text)
        correct = {question["number"]: question["correct"] for question in variant["questions"]}
        for code, order in variant["sub_variants"].items():
            keys[code] = {str(place): correct[number] for place, number in enumerate(order, start=1)}
    return keys


def check(record: Record, report: Report) -> None:
    """Both grading services had exactly these keys."""
    keys = keys_of(record)
    for variant, letters in record.of("grading_electronic", "keys").items():
        for code, key in letters.items():
            report.expect(f"grading_electronic key {code}", key, keys.get(code), "letters")
        noted = [
            facts["letters_sha256"]
            for _, facts in record.noted("grading_electronic", "key:received")
            if str(facts["variant"]) == variant
        ]
        said = [sha256(canonical(letters))]
        report.expect(f"grading_electronic key of variant {variant}", said, noted, "hash in the audit chain")
    for code, key in record.of("grading_paper", "key").items():
        report.expect(f"grading_paper key {code}", key, keys.get(code), "letters")
