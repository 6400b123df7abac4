"""Grading both ways (Art. 43–48), protocols, publication of results (Art. 49)."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import numpy as np

from contracts.people import Mode
from contracts.refusals.general import OutOfOrder
from services.grading.paper.cards.simulation import GRADES, Ink, scan
from svops.demonstration.door import appeared
from svops.demonstration.doors import until
from svops.demonstration.paper_hall import Envelope, filled_card
from svops.demonstration.play import EXAM, Play

GRADED_ON = date(2027, 5, 18)
PUBLISHED_ON = {Mode.ELECTRONIC: date(2027, 5, 21), Mode.PAPER: date(2027, 5, 28)}
MEMBERS = ("member-1", "member-2", "member-3")
_SCAN_DPI = 200
#: A sheet-fed scanner of an office: askew, stretched, uneven, noisy, compressed; without folds and dust, which would
#: send cards to a person by chance.
_FAULTS = replace(GRADES["office"], damage=0.0)


def grade_electronic(play: Play) -> None:
    """Sheets are counted by the machine; individual and summary protocols are handed over (Art. 43)."""
    with play.stage("electronic_grading", "Оценяване на електронните тестове") as stage:
        play.on(GRADED_ON)
        client = play.staff_client("system-1")
        here = len(appeared(play, Mode.ELECTRONIC))
        stage.count = until("every sheet is graded", lambda: _graded(play, here))
        until("all sheets came and the sittings ended", lambda: _issue_summary(play))
        until("protocols are rendered", lambda: _rendered(play, "grading/electronic"))
        client.command("grading/electronic", "hand_over_protocols", exam_id=EXAM)


def _issue_summary(play: Play) -> bool:
    try:
        play.staff_client("system-1").command("grading/electronic", "issue_summary", exam_id=EXAM)
    except OutOfOrder:
        return False
    return True


def _graded(play: Play, expected: int) -> int:
    sheets = play.staff_client("chair").ask("grading/electronic", "sheets", exam_id=EXAM)["sheets"]
    done = sum(sheet["correct"] is not None for sheet in sheets)
    return done if done == expected else 0


def _rendered(play: Play, service: str) -> bool:
    rows = play.operator().ask(service, "documents", exam_id=EXAM)["documents"]
    return bool(rows) and all(row["sha256"] for row in rows)


def read_cards(play: Play) -> None:
    """Envelopes get numbers, cards are scanned and read (Art. 44)."""
    with play.stage("cards", "Карти: номера, сканиране, четене") as stage:
        play.on(GRADED_ON, "11:00")
        envelopes: list[Envelope] = play.facts["envelopes"]
        chair = play.staff_client("chair")
        numbers = until("the count of envelopes has arrived", lambda: _assign_numbers(play, len(envelopes)))
        play.facts["by number"] = dict(zip(numbers, envelopes, strict=True))
        scans: list[str] = []
        play.each(
            "сканиране",
            list(play.facts["by number"].items()),
            lambda item: scans.append(chair.upload("grading/paper", _scanned(play, item[1], item[0]), "image/jpeg")),
        )
        chair.command("grading/paper", "register_scans", exam_id=EXAM, scans=scans)
        until("every card is read", lambda: _progress(play)["read"] == len(envelopes), patience_seconds=180)
        stage.count = len(envelopes)


def _assign_numbers(play: Play, envelopes: int) -> list[str] | None:
    try:
        answer = play.staff_client("chair").command(
            "grading/paper", "assign_numbers", exam_id=EXAM, envelopes=envelopes
        )
    except OutOfOrder:
        return None
    return list(answer["numbers"])


def _scanned(play: Play, envelope: Envelope, number: str) -> bytes:
    rng = np.random.default_rng([play.options.seed, int(envelope.candidate.who.egn[-6:]), 2])
    page = filled_card(play, envelope, number)
    if envelope.candidate.oddity == "upside_down":
        page = np.ascontiguousarray(page[::-1, ::-1])
    return scan(page, _FAULTS, rng, dpi=_SCAN_DPI).jpeg


def _progress(play: Play) -> dict[str, Any]:
    return play.staff_client("chair").ask("grading/paper", "progress", exam_id=EXAM)


def mark_cards(play: Play) -> None:
    """Members count every card, the second check where it is due, disagreements settled (Art. 45, 46, 48)."""
    with play.stage("marking", "Проверка от членове на комисията") as stage:
        play.on(GRADED_ON, "14:00")
        until("the key has arrived", lambda: _progress(play)["has_key"])
        play.staff_client("chair").command("grading/paper", "distribute_cards", exam_id=EXAM)
        stage.count = _mark_what_is_given(play, "първа проверка")
        _annul_what_is_foreign(play)
        _settle(play)
        stage.count += _mark_what_is_given(play, "втора проверка (55–65)")
        _settle(play)
        play.facts["cards"] = _progress(play)


def _mark_what_is_given(play: Play, title: str) -> int:
    todo = [
        (name, card["number"])
        for name in MEMBERS
        for card in play.staff_client(name).ask("grading/paper", "my_cards", exam_id=EXAM)["cards"]
        if not card["marked"]
    ]
    return play.each(title, todo, lambda one: _mark(play, *one))


def _mark(play: Play, member: str, number: str) -> None:
    play.staff_client(member).command("grading/paper", "mark_card", exam_id=EXAM, number=number, **_seen(play, number))


def _seen(play: Play, number: str) -> dict[str, Any]:
    """What a person sees on the card."""
    envelope: Envelope = play.facts["by number"][number]
    pens = {
        question: [one.option for one in written if one.ink is not Ink.PENCIL and one.sign == "cross"]
        for question, written in envelope.filling.answers.items()
    }
    pencil = sorted(
        q for q, written in envelope.filling.answers.items() if all(one.ink is Ink.PENCIL for one in written)
    )
    return {"marks": {str(question): options for question, options in pens.items() if options}, "pencil_only": pencil}


def _annul_what_is_foreign(play: Play) -> None:
    for number, envelope in play.facts["by number"].items():
        if envelope.candidate.oddity == "drawing_on_the_card":
            play.staff_client("chair").command(
                "grading/paper", "propose_card_annulment", exam_id=EXAM, number=number, reason="Рисунка върху картата."
            )
            play.staff_client("director").command(
                "grading/paper", "confirm_card_annulment", exam_id=EXAM, number=number
            )


def _settle(play: Play) -> None:
    for number in _progress(play)["to_settle"]:
        play.staff_client("chair").command(
            "grading/paper", "settle_card", exam_id=EXAM, number=number, **_seen(play, number)
        )


def open_envelopes(play: Play) -> None:
    """Commission and director open the small envelopes together; numbers get names (Art. 47)."""
    with play.stage("names", "Разпечатване на малките пликове") as stage:
        play.on(GRADED_ON, "16:30")
        play.staff_client("chair").command("grading/paper", "propose_opening_envelopes", exam_id=EXAM)
        play.staff_client("director").command("grading/paper", "confirm_opening_envelopes", exam_id=EXAM)
        stage.count = play.each(
            "идентификационни фишове",
            list(play.facts["by number"].items()),
            lambda item: _enter_slip(play, item[0], item[1]),
        )
        play.staff_client("chair").command("grading/paper", "complete_protocols", exam_id=EXAM)


def _enter_slip(play: Play, number: str, envelope: Envelope) -> None:
    who = envelope.candidate.who
    play.staff_client("member-1").command(
        "grading/paper",
        "enter_slip",
        exam_id=EXAM,
        number=number,
        first=who.names.first,
        middle=who.names.middle,
        last=who.names.last,
        identifier=who.egn,
    )


def publish(play: Play) -> None:
    """Protocols of those who passed and failed, and every result in its profile (Art. 43(6), 48(3), 49)."""
    with play.stage("results", "Протоколи и резултати") as stage:
        for mode, day in PUBLISHED_ON.items():
            play.on(day)
            until(f"all {mode} results are in", partial(_draw_up, play, mode))
            play.staff_client("chair").command("grading/results", "publish_results", exam_id=EXAM, mode=mode.value)
            stage.count += play.each(
                "резултат в профила",
                [one for one in play.candidates if one.hall and one.mode is mode],
                lambda one: until("the result stands in the profile", lambda: _has_result(play, one)),
            )


def _draw_up(play: Play, mode: Mode) -> bool:
    try:
        play.staff_client("chair").command("grading/results", "draw_up_protocol", exam_id=EXAM, mode=mode.value)
    except OutOfOrder:
        return False
    return True


def _has_result(play: Play, one: Any) -> bool:
    if one.oddity == "identity_differs_on_the_day":
        return True
    return bool(play.candidate_client(one).ask("registration", "application_status", exam_id=EXAM).get("outcome"))
