"""Art. 44: a sub-variant that a person entered wrongly is corrected, and what was seen on a page is counted anew."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from chassis.plumbing import AuditRow
from contracts.events.grading import PaperSheetGraded
from services.grading.paper.tables import Marking
from tests.interface.grading_paper.paper_exam import (
    CHAIR,
    DIRECTOR,
    KEY,
    MEMBERS,
    OPERATOR,
    Envelope,
    PaperExam,
    candidate_id,
    envelope,
    good,
    refusal,
    scanned,
)
from tests.interface.grading_paper.test_commission_page import done, offered, page, press
from tests.interface.grading_paper.test_corrected_number import annul, found_by_the_recount, protocols, scan_of
from tests.interface.grading_paper.test_third_count import protocol

Make = Callable[..., PaperExam]
REASON = "Подвариантът е прочетен погрешно от листа."
UNREAD, READ = 1, 2  #: candidates: whose page no machine reads, and whose it does
BY_1A = 60


def by_key(one: Envelope, code: str) -> int:
    """Right answers of a card by the key of a sub-variant."""
    return sum(one.seen()["marks"].get(str(question)) == [letter] for question, letter in KEY[code].items())


BY_1B = by_key(envelope(UNREAD, BY_1A), "1Б")


@pytest.fixture
def exam(paper: Make) -> PaperExam:
    """A page that no machine reads, of a card with 60 right answers by the key of 1А, and one that it reads."""
    exam = paper(envelope(UNREAD, BY_1A), envelope(READ, 80))
    exam.announce()
    exam.hand_in()
    exam.release_key()
    exam.number()
    out = io.BytesIO()
    Image.effect_noise((1700, 2300), 60).save(out, "PNG")
    read = exam.number_of(READ)
    exam.register(
        [exam.upload(out.getvalue(), media_type="image/png"), exam.upload(scanned(exam.by_number[read], read))]
    )
    return exam


def enter(exam: PaperExam, sub_variant: str) -> None:
    """A member reads number and sub-variant from the page, and the cards are given out."""
    (unread,) = exam.progress()["to_complete"]
    about = {"scan_sha256": unread["scan_sha256"], "number": exam.number_of(UNREAD)}
    good(exam.tell("complete_number", MEMBERS[0], **about, sub_variant=sub_variant))
    good(exam.tell("distribute_cards", CHAIR))


def correct(exam: PaperExam, sub_variant: str) -> dict[str, Any]:
    about = {"scan_sha256": scan_of(exam, UNREAD), "sub_variant": sub_variant, "reason": REASON}
    return good(exam.tell("correct_sub_variant", CHAIR, **about))


def noted(exam: PaperExam, action: str) -> list[dict[str, Any]]:
    with exam.house.runtime.work() as work:
        return list(
            work.session.scalars(select(AuditRow.facts).where(AuditRow.action == action).order_by(AuditRow.number))
        )


def seen_by_people(exam: PaperExam) -> list[tuple[Any, ...]]:
    """What each person saw, when, and why it had to be settled: all of a count but its worth."""
    with exam.house.runtime.work() as work:
        rows = work.session.scalars(select(Marking).order_by(Marking.number, Marking.round, Marking.stage))
        return [(one.number, one.marker, one.marks, one.pencil_only, one.reasons, one.marked_at) for one in rows]


def counts(exam: PaperExam) -> list[int]:
    """The counts of the card, in their order."""
    (card,) = [one for one in good(exam.ask("export", OPERATOR))["cards"] if one["number"] == exam.number_of(UNREAD)]
    return [one["correct"] for one in card["markings"]]


def graded(exam: PaperExam) -> dict[str, int]:
    exam.open_envelopes()
    exam.enter_slips()
    good(exam.tell("complete_protocols", CHAIR))
    return {one.candidate_id: one.correct for one in exam.said() if isinstance(one, PaperSheetGraded)}


def test_what_was_seen_stays_and_is_counted_anew_by_the_key_of_the_corrected_sub_variant(exam: PaperExam) -> None:
    enter(exam, "1Б")
    exam.mark_everything()
    exam.settle_everything()
    before = seen_by_people(exam)
    assert counts(exam) == [BY_1B, BY_1B]
    told = correct(exam, "1А")
    changed = [
        {"round": 1, "stage": stage, "was": BY_1B, "correct": BY_1A, "wrong": 90 - BY_1A}
        for stage in ("marking", "settling")
    ]
    assert told == {"was": "1Б", "sub_variant": "1А", "counts": changed}
    assert (counts(exam), seen_by_people(exam)) == ([BY_1A, BY_1A], before)
    (facts,) = noted(exam, "sub_variant:corrected")
    assert facts == {
        "scan": scan_of(exam, UNREAD),
        "page": 1,
        "number": exam.number_of(UNREAD),
        **told,
        "reason": REASON,
    }


def test_art_48_2_a_card_whose_new_count_is_between_the_bounds_goes_to_another_member(exam: PaperExam) -> None:
    enter(exam, "1Б")
    exam.mark_everything()
    exam.settle_everything()
    number = exam.number_of(UNREAD)
    assert len(exam.markers_of(number)) == 1
    correct(exam, "1А")
    first, second = exam.markers_of(number)
    assert first != second
    assert refusal(exam.tell("propose_opening_envelopes", CHAIR)) == "CardsNotSettled"
    exam.finish_marking()
    assert counts(exam) == [BY_1A] * 3
    assert graded(exam) == {candidate_id(UNREAD): BY_1A, candidate_id(READ): 80}
    assert found_by_the_recount(exam) == []


def test_art_48_2_a_second_check_that_is_no_longer_due_is_taken_back_from_who_has_not_made_it(exam: PaperExam) -> None:
    enter(exam, "1А")
    exam.mark_everything()
    exam.settle_everything()
    number = exam.number_of(UNREAD)
    _, second = exam.markers_of(number)
    correct(exam, "1Б")
    assert len(exam.markers_of(number)) == 1
    assert noted(exam, "card:second_check_taken_back") == [{"number": number, "marker": second.id}]
    assert refusal(exam.tell("mark_card", second, number=number, marks={}, pencil_only=[])) == "CardNotYours"
    assert graded(exam)[candidate_id(UNREAD)] == BY_1B
    assert found_by_the_recount(exam) == []


def test_a_second_check_that_was_made_counts_though_it_would_not_be_due(exam: PaperExam) -> None:
    """Own choice: what a person counted is not left out, and where the two differ the three count again."""
    enter(exam, "1А")
    exam.mark_everything()
    exam.settle_everything()
    number = exam.number_of(UNREAD)
    seen = exam.by_number[number].seen()
    exam.mark_everything({number: {**seen, "marks": {**seen["marks"], "7": []}}})
    correct(exam, "1Б")
    assert exam.progress()["to_settle"] == [number]
    exam.settle_everything()
    exam.agree_everywhere()
    assert noted(exam, "card:second_check_taken_back") == []
    assert graded(exam)[candidate_id(UNREAD)] == BY_1B
    ((_, _, stands),) = protocols(exam, "second_marking_protocol")
    assert (stands["no_longer_due"], stands["rows"][0]["first_correct"]) == ([number], BY_1B)
    exam.render_all()
    assert f"поправен подвариантът на карти с №: {number}" in protocol(exam)
    assert found_by_the_recount(exam) == []


def make_second_check_that_was_never_due(exam: PaperExam) -> None:
    """Another member's count of the card appears in the table, as the first."""
    with exam.house.runtime.work() as work:
        of_card = (Marking.number == exam.number_of(UNREAD), Marking.stage == "marking")
        (first,) = work.session.scalars(select(Marking).where(*of_card))
        told = {one.name: getattr(first, one.name) for one in Marking.__table__.columns}
        other = next(one.id for one in MEMBERS if one.id != first.marker)
        work.session.add(Marking(**told | {"round": 2, "marker": other}))


def never_asked_for(exam: PaperExam) -> bool:
    """Whether the recount finds that the second check is not where Art. 48(2) asks for it."""
    return any("exactly where Art. 48(2) asks" in one.what for one in found_by_the_recount(exam))


def test_art_48_2_a_sub_variant_that_was_corrected_before_the_second_check_is_no_reason_for_it(exam: PaperExam) -> None:
    enter(exam, "1А")
    correct(exam, "1Б")
    exam.mark_everything()
    exam.settle_everything()
    assert (counts(exam), found_by_the_recount(exam)) == ([BY_1B, BY_1B], [])
    make_second_check_that_was_never_due(exam)
    assert never_asked_for(exam)


def test_art_48_2_a_sub_variant_that_was_mistaken_after_the_second_check_is_no_reason_for_it(exam: PaperExam) -> None:
    enter(exam, "1Б")
    exam.mark_everything()
    exam.settle_everything()
    make_second_check_that_was_never_due(exam)
    correct(exam, "1А")
    correct(exam, "1Б")
    assert never_asked_for(exam)


def test_corrected_twice_everything_is_as_it_was(exam: PaperExam) -> None:
    enter(exam, "1А")
    exam.finish_marking()
    before = seen_by_people(exam), counts(exam)
    correct(exam, "1Б")
    correct(exam, "1А")
    assert (seen_by_people(exam), counts(exam)) == before
    assert graded(exam)[candidate_id(UNREAD)] == BY_1A
    assert found_by_the_recount(exam) == []


def test_the_recount_finds_a_count_that_was_made_anew_without_the_chain(exam: PaperExam) -> None:
    enter(exam, "1Б")
    exam.finish_marking()
    correct(exam, "1А")
    exam.finish_marking()
    assert found_by_the_recount(exam) == []
    with exam.house.runtime.work() as work:
        for one in work.session.scalars(select(Marking).where(Marking.number == exam.number_of(UNREAD))):
            one.correct, one.wrong = BY_1A + 1, 89 - BY_1A
    assert found_by_the_recount(exam) != []


def test_art_46_2_the_protocol_of_an_annulled_card_names_the_corrected_sub_variant(exam: PaperExam) -> None:
    enter(exam, "1Б")
    exam.mark_everything()
    number = exam.number_of(UNREAD)
    annul(exam, number, "Рисунка.")
    correct(exam, "1А")
    issued = protocols(exam, "card_annulment_protocol")
    assert [(of, issue, it["sub_variant"]) for of, issue, it in issued] == [(number, 1, "1Б"), (number, 2, "1А")]


def test_what_the_machine_read_and_what_is_not_to_be_corrected_is_refused_in_words(exam: PaperExam) -> None:
    unread = exam.progress()["to_complete"][0]["scan_sha256"]
    told = {"sub_variant": "1А", "reason": REASON}
    assert refusal(exam.tell("correct_sub_variant", CHAIR, scan_sha256=unread, **told)) == "OutOfOrder"
    enter(exam, "1Б")
    read = exam.tell("correct_sub_variant", CHAIR, scan_sha256=scan_of(exam, READ), **{**told, "sub_variant": "1Б"})
    assert refusal(read) == "SubVariantWasRead"
    for typed, code in (("1Б", "AlreadyDone"), ("9Я", "SubVariantNotOpened"), (" ", "InvalidInput")):
        asked = {**told, "scan_sha256": unread, "sub_variant": typed}
        assert refusal(exam.tell("correct_sub_variant", CHAIR, **asked)) == code
    for one in (MEMBERS[0], DIRECTOR, OPERATOR):
        assert refusal(exam.tell("correct_sub_variant", one, scan_sha256=unread, **told)) == "NotAllowed"
    exam.finish_marking()
    exam.open_envelopes()
    late = exam.tell("correct_sub_variant", CHAIR, scan_sha256=unread, **told)
    assert (refusal(late), late.json()["article"]) == ("EnvelopesAlreadyOpened", "чл. 47, чл. 50")
    assert noted(exam, "sub_variant:corrected") == []


def test_the_chair_corrects_a_sub_variant_by_the_form_beside_the_page_and_sees_the_new_counts(exam: PaperExam) -> None:
    enter(exam, "1Б")
    exam.mark_everything()
    exam.settle_everything()
    about = {"scan_sha256": scan_of(exam, UNREAD), "page": "1"}
    html = page(exam, CHAIR)
    assert html.count('name="verb" value="correct_sub_variant"') == 1, "of the page that was read none"
    refused = press(exam, CHAIR, "correct_sub_variant", **about, sub_variant="", reason="Сбъркан.")
    assert (refused.status_code, refused.text.count('value="Сбъркан."')) == (422, 1)
    for one in (MEMBERS[0], DIRECTOR):
        assert "correct_sub_variant" not in offered(page(exam, one))
    assert "completed_sub_variants" not in good(exam.ask("progress", MEMBERS[0]))
    done(exam, CHAIR, "correct_sub_variant", **about, sub_variant="1А", reason=REASON)
    told = exam.progress()["completed_sub_variants"][0]
    assert (told["sub_variant"], [one["correct"] for one in told["counts"]]) == ("1А", [BY_1A, BY_1A])
    assert "Верни отговори по броенията: <b" in page(exam, CHAIR)
    exam.finish_marking()
    exam.open_envelopes()
    assert "correct_sub_variant" not in offered(page(exam, CHAIR))
