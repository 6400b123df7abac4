"""Results (Art. 43, 46, 48): from every change of every sitting and every mark of every card to the outcome."""

import json
from typing import Any

from recount.record import Record, canonical, sha256
from recount.report import Report
from recount.seals import law_of
from regulation import Regulation

_BEGINNING = "0" * 64
_LINKED = ("action", "at", "client_at", "line", "number", "option", "question", "seq", "verdict")


def check(record: Record, report: Report) -> None:
    """Keys, sheets, cards, results, publications and certificates, each against what it follows from."""
    law = law_of(record)
    keys = _keys(record, report)
    counts = _electronic(record, keys, report) | _paper(record, keys, law, report)
    _check_results(record, counts, law, report)
    _check_told(record, report)
    _check_certificates(record, report)


def _keys(record: Record, report: Report) -> dict[str, dict[str, str]]:
    """Sub-variant → printed number → letter, from the opened variants; both grading services must have had the same."""
    keys: dict[str, dict[str, str]] = {}
    for text in record.of("testbank", "released").values():
        variant = json.loads(text)
        correct = {question["number"]: question["correct"] for question in variant["questions"]}
        for code, order in variant["sub_variants"].items():
            keys[code] = {str(place): correct[number] for place, number in enumerate(order, start=1)}
    for service in ("grading_electronic", "grading_paper"):
        for letters in record.of(service, "keys").values():
            for code, key in letters.items():
                report.expect(f"{service} key {code}", key, keys.get(code), "letters")
    return keys


def _electronic(record: Record, keys: dict[str, dict[str, str]], report: Report) -> dict[str, int]:
    """Counts by candidate, from the sittings' histories."""
    sittings = {one["sitting_id"]: one for one in record.of("session", "sittings") if "history" in one}
    counts = {}
    sheets = {sheet["sheet"]: sheet for sheet in record.of("grading_electronic", "sheets")}
    report.expect("grading_electronic sheets", sorted(sheets), sorted(sittings), "sheets that session closed")
    for sitting_id, sitting in sittings.items():
        answers = _replayed(sitting, report)
        where = f"sitting {sitting_id}"
        report.expect(where, sitting["answers"], answers, "final answers")
        sheet = sheets.get(sitting_id)
        if sheet is None:
            continue
        report.expect(where, sheet["answers"], answers, "answers that were graded")
        report.expect(where, sheet["answers_sha256"], sha256(canonical(answers)), "hash of the answers")
        report.expect(where, sheet["history_sha256"], sitting["history_sha256"], "hash of the history")
        report.expect(
            where,
            (sheet["candidate_id"], sheet["sub_variant"]),
            (sitting["candidate_id"], sitting["sub_variant"]),
            "candidate and sub-variant",
        )
        key = keys.get(sheet["sub_variant"], {})
        correct = sum(answers.get(question) == letter for question, letter in key.items())
        report.expect(where, (sheet["correct"], sheet["wrong"]), (correct, len(key) - correct), "right and wrong")
        counts[sheet["candidate_id"]] = correct
    return counts


def _replayed(sitting: dict[str, Any], report: Report) -> dict[str, str]:
    """The answers that the history leads to; every link must follow from the one before, none after the end."""
    previous, answers = _BEGINNING, {}
    where = f"sitting {sitting['sitting_id']}"
    for number, entry in enumerate(sitting["history"], start=1):
        linked = {name: entry[name] for name in _LINKED} | {
            "previous_sha256": previous,
            "sitting_id": sitting["sitting_id"],
        }
        report.expect(f"{where} change {number}", entry["sha256"], sha256(canonical(linked)), "hash")
        report.expect(f"{where} change {number}", entry["number"], number, "number")
        if entry["action"] == "answer" and entry["at"] > sitting["ends_at"]:
            report.find(f"{where} change {number}", "an answer after the end was taken")
        if entry["action"] == "answer" and entry["verdict"] == "saved":
            question = str(entry["question"])
            answers[question] = entry["option"]
        previous = entry["sha256"]
    report.expect(where, sitting["history_sha256"], previous, "head of the history")
    return {question: option for question, option in answers.items() if option is not None}


def _paper(record: Record, keys: dict[str, dict[str, str]], law: Regulation, report: Report) -> dict[str, int]:
    """Counts by candidate, from the marks that were settled on each card."""
    counts = {}
    cards = record.of("grading_paper", "cards")
    numbers = [card["number"] for card in cards]
    report.expect("cards", len(set(numbers)), len(numbers), "different numbers")
    for card in cards:
        where = f"card {card['number']}"
        key = keys.get(card["sub_variant"], {})
        correct = _count(card["final_marks"], key)
        report.expect(where, card["correct"], correct, "right answers")
        report.expect(where, card["wrong"], len(key) - correct, "wrong answers")
        _check_markings(card, key, law, report)
        counts[card["candidate_id"]] = correct
    return counts


def _count(marks: dict[str, list[str]], key: dict[str, str]) -> int:
    """Art. 46(1): exactly one pen mark, and it is the right one."""
    return sum(marks.get(question, []) == [letter] for question, letter in key.items())


def _check_markings(card: dict[str, Any], key: dict[str, str], law: Regulation, report: Report) -> None:
    where = f"card {card['number']}"
    markers = [marking["marker"] for marking in card["markings"]]
    report.expect(where, len(set(markers)), len(markers), "different markers")
    for marking in card["markings"]:
        report.expect(
            f"{where} marking {marking['round']}", marking["correct"], _count(marking["marks"], key), "right answers"
        )
    if not card["markings"] and not card["annulled"]:
        report.find(where, "nobody marked it")
    if not card["annulled"] and law.second_marking_from <= card["first_correct"] <= law.second_marking_to:
        report.expect(where, len(card["markings"]), 2, "markings of a card between 55 and 65 (Art. 48(2))")


def _check_results(record: Record, counts: dict[str, int], law: Regulation, report: Report) -> None:
    annulled = {one["candidate_id"] for one in record.of("session", "annulments") if one["annulled_at"]}
    annulled |= {card["candidate_id"] for card in record.of("grading_paper", "cards") if card["annulled"]}
    appeared = {one["candidate_id"] for one in record.of("session", "sittings") if one["appeared"]}
    shown = {one["candidate_id"]: one for one in record.of("registration", "results")}
    results = record.of("grading_results", "results")
    report.expect("results", len({row["candidate_id"] for row in results}), len(results), "one result a candidate")
    if missing := sorted(appeared - {row["candidate_id"] for row in results}):
        report.find("results", f"no result for {missing}")
    for row in results:
        candidate = row["candidate_id"]
        where = f"result {candidate}"
        if candidate in annulled:
            outcome = "annulled"
        elif candidate not in appeared:
            outcome = "absent"
        else:
            outcome = "passed" if counts.get(candidate, -1) >= law.pass_correct else "failed"
        report.expect(where, row["outcome"], outcome, "outcome")
        if outcome != "absent":
            report.expect(where, row["correct"], counts.get(candidate), "right answers")
        report.expect(where, shown.get(candidate, {}).get("outcome"), outcome, "outcome in the profile")
        if outcome in {"passed", "failed"}:
            report.expect(
                where, shown.get(candidate, {}).get("correct"), counts.get(candidate), "right answers in the profile"
            )
        report.results_checked += 1


def _check_told(record: Record, report: Report) -> None:
    """Those who had a seat are those who were admitted and not refused at the door."""
    admitted = {row["candidate_id"] for row in record.of("admission", "applications") if not row["grounds"]}
    results = {row["candidate_id"] for row in record.of("grading_results", "results")}
    report.expect("results", sorted(results), sorted(admitted), "candidates")


def _check_certificates(record: Record, report: Report) -> None:
    passed = sorted(
        row["candidate_id"] for row in record.of("grading_results", "results") if row["outcome"] == "passed"
    )
    certificates = record.of("certification", "certificates")
    report.expect("certificates", sorted(row["candidate_id"] for row in certificates), passed, "holders")
    numbers = [row["number"] for row in certificates]
    report.expect("certificates", len(set(numbers)), len(numbers), "different numbers")
    for row in certificates:
        if row["handed"] and not row["fee_proved"]:
            report.find(f"certificate {row['number']}", "handed over without proof of the fee")
    duplicated = {row["number"] for row in record.of("certification", "duplicates")}
    if foreign := sorted(duplicated - set(numbers)):
        report.find("duplicates", f"of certificates that were never issued: {foreign}")
