"""Results (Art. 43, 48, 49): who was expected, who came, what was counted, what was decided, what was shown."""

from typing import Any

from recount import cards, sittings
from recount.record import Record
from recount.report import Report
from recount.seals import law_of
from regulation import Regulation

_AT_THE_DOOR = "identity_differs_on_the_day"  #: Art. 6(4) item 4; found when the commission had already decided


def check(record: Record, report: Report) -> None:
    """Every result against what it follows from, against the chains, and against what its owner was shown."""
    _check_people(record, report)
    _check_annulments(record, report)
    law = law_of(record)
    counts = sittings.counts_of(record) | cards.counts_of(record)
    outcomes = _outcomes(record, counts, law)
    shown = {one["candidate_id"]: one for one in record.of("registration", "results")}
    rows = record.of("grading_results", "results")
    for row in rows:
        where = f"result {row['candidate_id']}"
        _check_result(where, row, outcomes.get(row["candidate_id"]), counts, report)
        _check_shown(where, row, shown.get(row["candidate_id"]), report)
        report.results_checked += 1
    for candidate in sorted(shown.keys() - {row["candidate_id"] for row in rows}):
        report.find(f"result {candidate}", "shown in a profile, and nobody decided it")
    _check_sheets(record, rows, report)
    _check_noted(record, rows, report)
    _check_profiles_noted(record, shown, report)


def refused_at_door(record: Record) -> set[str]:
    """Who was not let in (Art. 6(4) item 4)."""
    return {one["candidate_id"] for one in record.of("admission", "arrivals") if one["state"] == "refused"}


def _check_people(record: Record, report: Report) -> None:
    """A result belongs to everybody who was admitted and not refused at the door, once, and to nobody else."""
    admitted = {one["candidate_id"] for one in record.of("admission", "applications") if one["is_admitted"]}
    expected = admitted - refused_at_door(record)
    have = [row["candidate_id"] for row in record.of("grading_results", "results")]
    for candidate in sorted(expected.symmetric_difference(have)):
        what = "admitted, and has no result" if candidate in expected else "has a result, and was not admitted"
        report.find(f"result {candidate}", what)
    for candidate in sorted({one for one in have if have.count(one) > 1}):
        report.find(f"result {candidate}", "more than one result")
    _check_applications(record, report)
    _check_arrivals(record, report)


def _check_applications(record: Record, report: Report) -> None:
    """Decisions follow from their grounds, stand in the chain, and are what the candidates were told."""
    decided: dict[str, list[str]] = {}
    for _, facts in record.noted("admission", "applications:decided"):
        decided |= facts["grounds"]
    told = {one["application_id"]: one for one in record.of("registration", "applications")}
    asked = {one["application_id"]: one for one in record.of("admission", "applications")}
    refused = refused_at_door(record)
    for application_id in sorted(told.keys() | asked.keys()):
        where = f"application {application_id}"
        if application_id not in told or application_id not in asked:
            report.find(where, "known to only one of registration and admission")
            continue
        one = asked[application_id]
        by_commission = decided.get(application_id, [])
        at_the_door = [_AT_THE_DOOR] if one["candidate_id"] in refused else []
        report.expect(where, one["grounds"], by_commission + at_the_door, "grounds, against the audit chain")
        report.expect(where, one["is_admitted"], not by_commission, "admitted without grounds against it")
        same = ("candidate_id", "mode")
        report.expect(where, [told[application_id][name] for name in same], [one[name] for name in same], "whose")
        status = "admitted" if one["is_admitted"] else "rejected"
        status = "refused_at_door" if one["candidate_id"] in refused else status
        report.expect(where, told[application_id]["status"], status, "status that was told")


def _check_arrivals(record: Record, report: Report) -> None:
    """Who came, by the door and by the hall."""
    came = {one["candidate_id"] for one in record.of("session", "sittings") if one["appeared"]}
    arrivals = {one["candidate_id"]: one["state"] for one in record.of("admission", "arrivals")}
    for candidate in sorted(came | arrivals.keys()):
        is_in = arrivals.get(candidate) == "identified"
        report.expect(f"arrival {candidate}", is_in, candidate in came, "let in, and sat")
    noted = {facts["candidate"]: "identified" for _, facts in record.noted("admission", "candidate:identified")}
    noted |= {facts["candidate"]: "refused" for _, facts in record.noted("admission", "candidate:refused")}
    for _, facts in record.noted("admission", "door:closed"):
        noted |= dict.fromkeys(facts["absent"], "absent")
    for candidate in sorted(noted.keys() | arrivals.keys()):
        report.expect(f"arrival {candidate}", arrivals.get(candidate), noted.get(candidate), "state, against the chain")


def _check_annulments(record: Record, report: Report) -> None:
    """Tests annulled in the hall, as session lists them and as its chain noted them."""
    listed = {one["candidate_id"]: one["reason"] for one in record.of("session", "annulments") if one["annulled_at"]}
    noted = {facts["candidate"]: facts["reason"] for _, facts in record.noted("session", "sitting:annulled")}
    for candidate in sorted(listed.keys() | noted.keys()):
        where = f"annulment {candidate}"
        report.expect(where, listed.get(candidate), noted.get(candidate), "reason, against the audit chain")


def _outcomes(record: Record, counts: dict[str, int], law: Regulation) -> dict[str, str]:
    annulled = _annulled(record)
    came = {one["candidate_id"] for one in record.of("session", "sittings") if one["appeared"]}
    outcomes = {}
    for row in record.of("grading_results", "results"):
        candidate = row["candidate_id"]
        if candidate in annulled:
            outcomes[candidate] = "annulled"
        elif candidate not in came:
            outcomes[candidate] = "absent"
        else:
            outcomes[candidate] = "passed" if counts.get(candidate, -1) >= law.pass_correct else "failed"
    return outcomes


def _annulled(record: Record) -> set[str]:
    """Whose test was annulled, in the hall or for what stands on the card; the hall's decision stands in its chain."""
    in_hall = {facts["candidate"] for _, facts in record.noted("session", "sitting:annulled")}
    on_card = {card["candidate_id"] for card in record.of("grading_paper", "cards") if card["annulled"]}
    return in_hall | on_card


def _check_result(where: str, row: dict[str, Any], outcome: str | None, counts: dict[str, int], report: Report) -> None:
    report.expect(where, row["outcome"], outcome, "outcome")
    report.expect(where, row["annulled"], outcome == "annulled", "annulled")
    report.expect(where, row["absent"], outcome == "absent", "absent")
    report.expect(where, row["correct"], counts.get(row["candidate_id"]), "right answers")


def _check_shown(where: str, row: dict[str, Any], shown: dict[str, Any] | None, report: Report) -> None:
    """The profile shows what was published: of an annulled test and of who was absent no count."""
    if row["published_at"] is None:
        report.expect(where, shown, None, "in the profile before it was published")
        return
    correct = row["correct"] if row["outcome"] in {"passed", "failed"} else None
    said = None if shown is None else (shown["outcome"], shown["correct"])
    report.expect(where, said, (row["outcome"], correct), "outcome and right answers in the profile")


def _check_sheets(record: Record, rows: list[dict[str, Any]], report: Report) -> None:
    """Which sheet or card a result was counted on."""
    sheets = {one["sheet"]: one for one in record.of("grading_electronic", "sheets")}
    by_number = {one["number"]: one for one in record.of("grading_paper", "cards")}
    for row in rows:
        if row["sheet"] is None:
            continue
        found = sheets.get(row["sheet"]) if row["mode"] == "electronic" else by_number.get(row["sheet"])
        whose = None if found is None else found["candidate_id"]
        report.expect(f"result {row['candidate_id']}", whose, row["candidate_id"], f"whose sheet {row['sheet']} is")
        wrong = None if found is None else found["wrong"] or 0
        report.expect(f"result {row['candidate_id']}", row["wrong"], wrong, "wrong answers")


def _check_noted(record: Record, rows: list[dict[str, Any]], report: Report) -> None:
    """What the chain of results noted when counts came and when the commission signed."""
    counted = {facts["candidate"]: facts["correct"] for _, facts in record.noted("grading_results", "count:received")}
    annulled = {facts["candidate"] for _, facts in record.noted("grading_results", "annulment:received")}
    annulled |= {f["candidate"] for _, f in record.noted("grading_results", "count:received") if f["annulled"]}
    for row in rows:
        where, candidate = f"result {row['candidate_id']}", row["candidate_id"]
        report.expect(where, row["correct"], counted.get(candidate), "right answers, against the audit chain")
        report.expect(where, row["annulled"], candidate in annulled, "annulment, against the audit chain")
    for _, facts in record.noted("grading_results", "results:protocol"):
        where = f"results {facts['mode']}"
        of_mode = [row["outcome"] for row in rows if row["mode"] == facts["mode"]]
        for outcome in ("passed", "failed", "annulled", "absent"):
            report.expect(where, of_mode.count(outcome), facts[outcome], f"how many {outcome}")


def _check_profiles_noted(record: Record, shown: dict[str, dict[str, Any]], report: Report) -> None:
    """What the chain of registration noted when a result reached its profile."""
    owners = {one["application_id"]: one["candidate_id"] for one in record.of("registration", "applications")}
    noted = {
        owners.get(facts["application"]): (facts["outcome"], facts["correct"])
        for _, facts in record.noted("registration", "profile:result_published")
    }
    for candidate, one in shown.items():
        said = (one["outcome"], one["correct"])
        report.expect(f"result {candidate}", said, noted.get(candidate), "in the profile, against the audit chain")
