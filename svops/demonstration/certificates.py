"""Certificates, the register, one duplicate, one inspection (Art. 51–53)."""

from datetime import date
from typing import Any

from svops.demonstration import scans
from svops.demonstration.doors import until
from svops.demonstration.play import EXAM, Candidate, Play

ISSUED_ON, HANDED_ON = date(2027, 6, 4), date(2027, 6, 10)
INSPECTION_ASKED_ON, INSPECTION_ON = date(2027, 6, 14), date(2027, 6, 22)
DUPLICATE_ASKED_ON, DUPLICATE_ISSUED_ON = date(2027, 7, 5), date(2027, 7, 12)
_FEE = "Държавна такса за издаване на сертификат"


def issue(play: Play) -> None:
    """The minister issues; each holder proves the fee and receives (Art. 51(1), (2))."""
    with play.stage("certificates", "Сертификати и регистър") as stage:
        play.on(ISSUED_ON)
        answer = until("results have arrived at certification", lambda: _issue(play))
        play.on(HANDED_ON)
        by_id = {one.candidate_id: one for one in play.candidates}
        holders = [(row["number"], by_id[row["candidate_id"]]) for row in answer["certificates"]]
        play.facts["holders"] = holders
        stage.count = play.each("такса и получаване", holders, lambda holder: _hand_over(play, *holder))


def _issue(play: Play) -> dict[str, Any] | None:
    expected = _passed(play)
    waiting = play.staff_client("officer").ask("certification", "eligible", exam_id=EXAM)["eligible"]
    if len(waiting) != expected:
        return None
    return play.staff_client("minister").command("certification", "issue_certificates", exam_id=EXAM)


def _passed(play: Play) -> int:
    rows = play.staff_client("chair").ask("grading/results", "results", exam_id=EXAM)["results"]
    return sum(row["outcome"] == "passed" for row in rows)


def _hand_over(play: Play, number: str, holder: Candidate) -> None:
    officer = play.staff_client("officer")
    fee = scans.fee_paid(str(holder.who.names), _FEE)
    client = play.candidate_client(holder)
    client.command(
        "certification", "prove_fee", number=number, sha256=client.upload("certification", fee, "image/jpeg")
    )
    officer.command("certification", "hand_over", number=number, received_by=str(holder.who.names), authorised=False)


def inspect(play: Play) -> None:
    """One who failed inspects the graded materials at the ministry (Art. 53)."""
    with play.stage("inspection", "Преглед на материали") as stage:
        rows = play.staff_client("chair").ask("grading/results", "results", exam_id=EXAM)["results"]
        failed = {row["candidate_id"] for row in rows if row["outcome"] == "failed" and row["mode"] == "electronic"}
        one = next(one for one in play.candidates if one.candidate_id in failed)
        play.on(INSPECTION_ASKED_ON)
        asked = play.candidate_client(one).command("certification", "request_inspection", exam_id=EXAM)
        play.staff_client("director").command(
            "certification",
            "schedule_inspection",
            inspection_id=asked["inspection_id"],
            at=f"{INSPECTION_ON}T11:00:00+03:00",
            employee="Служител на дирекция МКВО",
        )
        play.on(INSPECTION_ON, "11:00")
        play.staff_client("officer").command(
            "certification",
            "hold_inspection",
            inspection_id=asked["inspection_id"],
            shown=["appendix_6", "test_copy"],
            notes="Прегледано в присъствието на служител.",
        )
        stage.count = 1


def duplicate(play: Play) -> None:
    """One holder lost the certificate (Art. 51(3))."""
    with play.stage("duplicate", "Дубликат") as stage:
        number, holder = play.facts["holders"][0]
        play.on(DUPLICATE_ASKED_ON)
        client = play.candidate_client(holder)
        client.command("certification", "request_duplicate", number=number, reason="Изгубен оригинал.")
        fee = scans.fee_paid(str(holder.who.names), "Държавна такса за издаване на дубликат на сертификат")
        client.command(
            "certification",
            "prove_duplicate_fee",
            number=number,
            sha256=client.upload("certification", fee, "image/jpeg"),
        )
        play.on(DUPLICATE_ISSUED_ON)
        play.staff_client("minister").command("certification", "issue_duplicate", number=number)
        until("the duplicate stands in the profile", lambda: "duplicate_issued" in _timeline(play, holder))
        stage.count = 1


def _timeline(play: Play, one: Candidate) -> set[str]:
    profile = play.candidate_client(one).ask("registration", "my_profile")
    return {entry["kind"] for entry in profile["timeline"]}
