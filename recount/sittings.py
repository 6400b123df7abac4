"""Electronic sittings (Art. 24, 29, 43): from every change of every sitting to what was graded."""

from typing import Any

from recount.keys import keys_of
from recount.record import Record, canonical, sha256
from recount.report import Report

_BEGINNING = "0" * 64
_LINKED = ("action", "at", "client_at", "line", "number", "option", "question", "seq", "verdict")


def closed_sittings(record: Record) -> list[dict[str, Any]]:
    """The electronic sittings that ended with an answer sheet."""
    return [one for one in record.of("session", "sittings") if one.get("outcome") is not None]


def counts_of(record: Record) -> dict[str, int]:
    """Right answers by candidate, from the histories and the opened variants."""
    keys = keys_of(record)
    return {
        one["candidate_id"]: _count(final_answers(one), keys.get(one["sub_variant"], {}))
        for one in closed_sittings(record)
    }


def final_answers(sitting: dict[str, Any]) -> dict[str, str]:
    """The answers that a history leads to: of each question the change with the highest count; none where it was
    taken back.
    """
    stands: dict[str, tuple[int, str | None]] = {}
    for entry in sitting["history"]:
        if entry["action"] == "answer" and _is_newer(entry, stands):
            stands[str(entry["question"])] = (entry["seq"], entry["option"])
    return {question: option for question, (_, option) in stands.items() if option is not None}


def _is_newer(entry: dict[str, Any], stands: dict[str, tuple[int, str | None]]) -> bool:
    before = stands.get(str(entry["question"]))
    return before is None or entry["seq"] > before[0]


def _count(answers: dict[str, str], key: dict[str, str]) -> int:
    return sum(answers.get(question) == letter for question, letter in key.items())


def check(record: Record, report: Report) -> None:
    """Every history by itself, and every sheet against its history and the key."""
    sittings = {one["sitting_id"]: one for one in closed_sittings(record)}
    sheets = {sheet["sheet"]: sheet for sheet in record.of("grading_electronic", "sheets")}
    _check_all_closed(record, report)
    noted = _heads_noted(record)
    keys = keys_of(record)
    for sitting_id in sorted(sittings.keys() | sheets.keys()):
        where = f"sitting {sitting_id}"
        if sitting_id not in sittings or sitting_id not in sheets:
            report.find(where, "only one of session and grading has its sheet")
            continue
        sitting = sittings[sitting_id]
        _check_history(where, sitting, report)
        if sitting["outcome"] != "annulled" or sitting_id in noted:
            report.expect(where, sitting["history_sha256"], noted.get(sitting_id), "head in session's audit chain")
        _check_sheet(where, sitting, sheets[sitting_id], keys, report)
    _check_grading_noted(record, sheets, report)


def _check_all_closed(record: Record, report: Report) -> None:
    for one in record.of("session", "sittings"):
        is_closed = one.get("outcome") is not None
        if one["mode"] == "electronic" and is_closed != one["appeared"]:
            report.find(f"sitting {one['sitting_id']}", "a sheet belongs to each who came, and to nobody else")


def _heads_noted(record: Record) -> dict[str, str]:
    closings = ("sitting:submitted", "sitting:time_expired")
    return {
        facts["sitting"]: facts["history_sha256"] for action in closings for _, facts in record.noted("session", action)
    }


def _check_history(where: str, sitting: dict[str, Any], report: Report) -> None:
    """Every link follows from the one before; no answer before the start or after the end; the last change counts."""
    previous = _BEGINNING
    stands: dict[str, tuple[int, str | None]] = {}
    for number, entry in enumerate(sitting["history"], start=1):
        here = f"{where} change {number}"
        linked = {name: entry[name] for name in _LINKED}
        linked |= {"previous_sha256": previous, "sitting_id": sitting["sitting_id"]}
        report.expect(here, entry["sha256"], sha256(canonical(linked)), "hash")
        report.expect(here, entry["number"], number, "number")
        if entry["action"] == "answer":
            _check_answer(here, sitting, entry, stands, report)
        previous = entry["sha256"]
    report.expect(where, sitting["history_sha256"], previous, "head of the history")
    report.expect(where, sitting["answers"], final_answers(sitting), "final answers")


def _check_answer(
    here: str, sitting: dict[str, Any], entry: dict[str, Any], stands: dict[str, tuple[int, str | None]], report: Report
) -> None:
    if entry["at"] >= sitting["ends_at"]:
        report.find(here, "an answer after the end was taken")
    if entry["at"] < sitting["started_at"]:
        report.find(here, "an answer before the start was taken")
    is_newer = _is_newer(entry, stands)
    report.expect(here, entry["verdict"], "saved" if is_newer else "superseded", "verdict")
    if is_newer:
        stands[str(entry["question"])] = (entry["seq"], entry["option"])


def _check_sheet(
    where: str, sitting: dict[str, Any], sheet: dict[str, Any], keys: dict[str, dict[str, str]], report: Report
) -> None:
    answers = final_answers(sitting)
    report.expect(where, sheet["answers"], answers, "answers that were graded")
    report.expect(where, sheet["answers_sha256"], sha256(canonical(answers)), "hash of the answers")
    same = ("history_sha256", "candidate_id", "variant", "sub_variant", "outcome")
    for name in same:
        report.expect(where, sheet[name], sitting[name], f"{name} that was graded")
    if sheet["sub_variant"] not in keys:
        report.find(where, f"sub-variant {sheet['sub_variant']} was never opened")
    key = keys.get(sheet["sub_variant"], {})
    if foreign := sorted(answers.keys() - key.keys()):
        report.find(where, f"answers to questions that the test does not have: {foreign}")
    correct = _count(answers, key)
    report.expect(where, (sheet["correct"], sheet["wrong"]), (correct, len(key) - correct), "right and wrong")


def _check_grading_noted(record: Record, sheets: dict[str, dict[str, Any]], report: Report) -> None:
    """What the chain of electronic grading noted when a sheet came and when it was counted."""
    received = {facts["sitting"]: facts for _, facts in record.noted("grading_electronic", "sheet:received")}
    counted = {facts["sitting"]: facts for _, facts in record.noted("grading_electronic", "sheet:counted")}
    for sitting_id, sheet in sheets.items():
        where = f"sitting {sitting_id}"
        came = received.get(sitting_id, {}).get("answers_sha256")
        report.expect(where, sheet["answers_sha256"], came, "hash of the answers, against the audit chain")
        noted = counted.get(sitting_id, {})
        count = (noted.get("correct"), noted.get("wrong"))
        report.expect(where, (sheet["correct"], sheet["wrong"]), count, "count, against the audit chain")
