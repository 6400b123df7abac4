"""The paper sitting (Art. 32–41): materials printed and counted, cards filled with pen crosses, envelopes handed in."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import numpy as np
import pypdfium2

from contracts.people import Mode
from regulation import in_force
from services.grading.paper.cards.layout import CardLayout
from services.grading.paper.cards.printing import Image, page_code, printed_layout, rasterised
from services.grading.paper.cards.simulation import Filling, Hand, Ink, Written, random_hand
from services.grading.paper.cards.simulation import fill as fill_card
from services.grading.paper.rules.copies import Printed, with_spares
from svops.demonstration import cast
from svops.demonstration.door import appeared, expected, read_instructions
from svops.demonstration.doors import until
from svops.demonstration.electronic import hand_in_and_count, leave_and_return
from svops.demonstration.play import EXAM, EXAM_ON, Candidate, Play
from svops.demonstration.questions import load

_SCAN_DPI = 200
_LAW = in_force(EXAM_ON)
_DRAWING_AT_MM = (150.0, 262.0)
#: Of each sub-variant one card comes out of the printer crumpled.
_CRUMPLED = 1


@dataclass
class Envelope:
    """What lies in a large envelope on the commission's table: a card, and a slip in a small envelope."""

    candidate: Candidate
    sub_variant: str
    filling: Filling


def print_materials(play: Play) -> None:
    """What an envelope holds is printed, a little more than there are seats, and counted (Art. 16 item 3, 35(2))."""
    with play.stage("paper_print", "Печат на изпитните материали") as stage:
        play.on(EXAM_ON, "8:10")
        play.facts["booklets"] = _booklets(play)
        play.facts["blank cards"] = {code: _blank_card(play, code) for code in play.facts["booklets"]}
        seats = sum(len(expected(play, hall)) for hall in _halls(play))
        codes = sorted(play.facts["booklets"])
        runs = {(kind, ""): with_spares(seats) for kind in Printed if not kind.has_sub_variants}
        for place, code in enumerate(codes):
            needed = with_spares(len(range(place, seats, len(codes))))
            runs |= {(Printed.BOOKLET, code): needed, (Printed.CARD, code): needed + _CRUMPLED}
        for (kind, code), copies in runs.items():
            _of_copies(play, "record_print_run", kind, code, copies=copies)
        play.facts["print run"] = runs
        stage.count = sum(runs.values())


def _of_copies(play: Play, verb: str, kind: Printed, sub_variant: str, **copies: Any) -> None:
    play.staff_client("chair").command(
        "grading/paper", verb, exam_id=EXAM, kind=kind.value, sub_variant=sub_variant, **copies
    )


def begin(play: Play) -> None:
    """Instructions, booklets and cards handed out, the start announced at 9:45 (Art. 34–36)."""
    with play.stage("paper_start", "Начало на изпита на хартиен носител") as stage:
        play.on(EXAM_ON, "9:35")
        halls = _halls(play)
        for hall in halls:
            read_instructions(play, hall)
        play.on(EXAM_ON, "9:45")
        for hall in halls:
            play.staff_client(hall.administrator).command("session", "start_paper", exam_id=EXAM, hall=hall.code)
        stage.count = len(appeared(play, Mode.PAPER))


def solve(play: Play) -> None:
    """Crosses in pen on the cards; an hour has gone; one candidate leaves and returns (Art. 37, 39(1))."""
    with play.stage("paper_sitting", "Изпит на хартиен носител") as stage:
        _write_remaining(play, "10:45")
        play.on(EXAM_ON, "10:50")
        here = appeared(play, Mode.PAPER)
        envelopes = [_solve(play, one, play.facts["booklets"], number) for number, one in enumerate(here)]
        for one in here:
            if one.oddity == "leaves_and_returns":
                leave_and_return(play, one)
        play.random.shuffle(envelopes)  # they arrive at the commission in no order that speaks of a person
        play.facts["envelopes"] = envelopes
        stage.count = len(envelopes)


def second_hour(play: Play) -> None:
    """Another hour has gone: the remaining time is written where all can see it (Art. 39(1))."""
    with play.stage("paper_second_hour", "Записване на оставащото време") as stage:
        stage.count = _write_remaining(play, "11:45")


def _write_remaining(play: Play, hour: str) -> int:
    play.on(EXAM_ON, hour)
    for hall in _halls(play):
        play.staff_client(hall.administrator).command(
            "session", "write_remaining", occasion=hour, exam_id=EXAM, hall=hall.code
        )
    return len(_halls(play))


def end(play: Play) -> None:
    """A quarter of an hour before the end it is said; three hours after the start envelopes are handed in, counted and
    taken over by the chair, and what nobody was given is written off (Art. 39(2), 40–42).
    """
    with play.stage("paper_end", "Край на изпита на хартия и предаване") as stage:
        play.on(EXAM_ON, "12:32")
        for hall in _halls(play):
            client = play.staff_client(hall.administrator)
            client.command("session", "announce_remaining", exam_id=EXAM, hall=hall.code)
        play.on(EXAM_ON, "12:46")
        here = appeared(play, Mode.PAPER)
        for hall in _halls(play):
            play.staff_client(hall.administrator).command("session", "end_hall", exam_id=EXAM, hall=hall.code)
            hand_in_and_count(play, hall, [one for one in here if one.hall == hall.code])
        stage.count = len(here)
        _write_off(play, len(here))


def _write_off(play: Play, appeared: int) -> None:
    chair = play.staff_client("chair")
    given = Counter(envelope.sub_variant for envelope in play.facts["envelopes"])
    for (kind, code), printed in play.facts["print run"].items():
        spoiled = _CRUMPLED if kind is Printed.CARD else 0
        spare = printed - spoiled - (given[code] if code else appeared)
        _of_copies(play, "write_off_copies", kind, code, spoiled=spoiled, spare=spare)
    chair.command("grading/paper", "issue_copies_protocol", exam_id=EXAM)


def _halls(play: Play) -> list[cast.Hall]:
    return [hall for hall in cast.halls(play) if hall.mode is Mode.PAPER]


def _booklets(play: Play) -> dict[str, dict[int, str]]:
    """The printed booklets, read as a candidate reads them: sub-variant → question number → the right letter."""
    client = play.staff_client(_halls(play)[0].administrator)
    codes = until("booklets are printed", lambda: client.ask("testbank", "booklets", exam_id=EXAM)["sub_variants"])
    found = {}
    for code in codes:
        pdf = client.download(f"/testbank/api/booklets/{EXAM}/{quote(code)}")
        folder = play.options.out / "booklets"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{code}.pdf").write_bytes(pdf)
        found[code] = read_booklet(pdf)
    return found


def read_booklet(pdf: bytes) -> dict[int, str]:
    """Question number → letter of the right option, by what is printed on the pages."""
    document = pypdfium2.PdfDocument(pdf)
    printed = _squeezed(" ".join(_without_footer(page.get_textpage().get_text_bounded()) for page in document))
    document.close()
    found = {at: question.correct for question in load() if (at := printed.find(_squeezed(question.text))) >= 0}
    right = {number: found[at] for number, at in enumerate(sorted(found), start=1)}
    if any(not printed[:at].endswith(f"{number}.") for number, at in enumerate(sorted(found), start=1)):
        raise AssertionError("the booklet's numbers are not those of its order")
    return right


def _without_footer(page: str) -> str:
    """A question may go on over the page; its two lines of footer are not part of it."""
    return "\n".join(page.splitlines()[:-2])


def _squeezed(text: str) -> str:
    """Without white space and the hyphens of line breaks, as words stand differently on a page."""
    return re.sub(r"[\s\x02\u00ad\ufffe-]+", "", text)


def _solve(play: Play, one: Candidate, booklets: dict[str, dict[int, str]], number: int) -> Envelope:
    code = sorted(booklets)[number % len(booklets)]
    chance = play.chance(one, "answers")
    right = set(chance.sample(range(1, _LAW.questions + 1), one.correct))
    ink = chance.choice((Ink.BLUE, Ink.BLUE, Ink.BLACK))
    answers: dict[int, tuple[Written, ...]] = {}
    for question in range(1, _LAW.questions + 1):
        key = booklets[code][question]
        wrong = [letter for letter in _LAW.option_letters if letter != key]
        choice = key if question in right else chance.choice([*wrong, None])
        if choice:
            answers[question] = (Written(choice, ink),)
    return Envelope(one, code, Filling(_with_oddity(one, answers, booklets[code], ink), elsewhere=_elsewhere(one, ink)))


def _with_oddity(
    one: Candidate, answers: dict[int, tuple[Written, ...]], key: dict[int, str], ink: Ink
) -> dict[int, tuple[Written, ...]]:
    wrong_ones = [q for q in range(1, _LAW.questions + 1) if q not in answers or answers[q][0].option != key[q]]
    if one.oddity == "some_answers_in_pencil":
        answers[wrong_ones[0]] = (Written(key[wrong_ones[0]], Ink.PENCIL),)
    if one.oddity == "two_marks":
        first, second = key[wrong_ones[0]], next(x for x in _LAW.option_letters if x != key[wrong_ones[0]])
        answers[wrong_ones[0]] = (Written(first, ink), Written(second, ink))
    if one.oddity == "unclear_mark":
        answers[wrong_ones[0]] = (Written(key[wrong_ones[0]], ink, sign="single"),)
    return answers


def _elsewhere(one: Candidate, ink: Ink) -> tuple[tuple[str, float, float, Ink], ...]:
    return (("drawing", *_DRAWING_AT_MM, ink),) if one.oddity == "drawing_on_the_card" else ()


def _blank_card(play: Play, sub_variant: str) -> tuple[Image, CardLayout]:
    """What comes out of the printer for the issued App. 10 of a sub-variant, and where its boxes are."""
    client = play.staff_client(_halls(play)[0].administrator)
    pdf = client.download("/grading/paper/api/blank_card", exam_id=EXAM, sub_variant=sub_variant)
    layout = printed_layout(
        page_code(EXAM, sub_variant), questions=_LAW.questions, options="".join(_LAW.option_letters)
    )
    return rasterised(pdf, _SCAN_DPI), layout


def _firm(hand: Hand) -> Hand:
    """A hand that leaves few doubts: nearly all cards that go to a person go there for their stories."""
    return replace(
        hand,
        thickness_mm=min(max(hand.thickness_mm, 0.4), 0.8),
        size_mm=min(max(hand.size_mm, 1.8), 2.5),
        off_centre_mm=min(hand.off_centre_mm, 0.3),
        shake_mm=min(hand.shake_mm, 0.06),
        slant=min(max(hand.slant, -0.15), 0.15),
        spread=max(hand.spread, 0.8),
        pressure=max(hand.pressure, 0.85),
        fading=0.0,
        twice=0.0,
    )


def filled_card(play: Play, envelope: Envelope, number: str) -> Image:
    """The card as it lies on the table: printed, filled, with the five-digit sticker (Art. 44)."""
    rng = np.random.default_rng([play.options.seed, int(envelope.candidate.who.egn[-6:])])
    blank, layout = play.facts["blank cards"][envelope.sub_variant]
    filling = Filling(envelope.filling.answers, number, envelope.filling.elsewhere)
    return fill_card(blank, layout, filling, _firm(random_hand(rng)), rng)
