"""Art. 44: a number that a person typed wrongly is corrected, and what was counted on a page stays with the page."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text

from chassis.plumbing import AuditRow, DocumentRow
from contracts.events.grading import PaperSheetGraded
from recount import cards as recounted
from recount.record import Record
from recount.report import Report
from services.grading.paper.tables import Reading
from tests.interface.grading_paper.paper_exam import (
    CHAIR,
    DIRECTOR,
    KEY,
    MEMBERS,
    OPERATOR,
    PaperExam,
    candidate_id,
    envelope,
    good,
    refusal,
    scanned,
)
from tests.interface.grading_paper.test_commission_page import done, offered, page, press

Make = Callable[..., PaperExam]
REASON = "Двата номера са разменени при четенето от стикерите."
FIRST, SECOND, READ = 1, 2, 3  #: candidates: whose stickers were not read, and whose was


@pytest.fixture
def crossed(paper: Make) -> PaperExam:
    """Three cards; the stickers of two were not read, and their numbers were typed crosswise."""
    exam = paper(envelope(FIRST, 60), envelope(SECOND, 40, "1Б"), envelope(READ, 80))
    exam.announce()
    exam.hand_in()
    exam.release_key()
    exam.number()
    numbers = [exam.number_of(one) for one in (FIRST, SECOND)]
    pages = [exam.upload(scanned(exam.by_number[one], "")) for one in numbers]
    read = exam.number_of(READ)
    exam.register([*pages, exam.upload(scanned(exam.by_number[read], read))])
    for scan, wrong in zip(pages, reversed(numbers), strict=True):
        good(exam.tell("complete_number", MEMBERS[0], scan_sha256=scan, number=wrong))
    cross(exam)
    return exam


def cross(exam: PaperExam) -> None:
    """What lies under the two numbers changes places."""
    one, other = (exam.number_of(candidate) for candidate in (FIRST, SECOND))
    exam.by_number[one], exam.by_number[other] = exam.by_number[other], exam.by_number[one]


def scan_of(exam: PaperExam, candidate: int) -> str:
    """The scan of a candidate's card, by what is on it."""
    return pages_of(exam)[exam.number_of(candidate)]


def pages_of(exam: PaperExam) -> dict[str, str]:
    with exam.house.runtime.work() as work:
        return {str(row.number): row.scan_sha256 for row in work.session.scalars(select(Reading))}


def correct(exam: PaperExam, candidate: int = FIRST) -> dict[str, Any]:
    """The chair gives a candidate's page the number that stands on it."""
    right = exam.number_of(SECOND if candidate == FIRST else FIRST)
    answer = good(exam.tell("correct_number", CHAIR, scan_sha256=scan_of(exam, candidate), number=right, reason=REASON))
    cross(exam)
    return answer


def counted_on(exam: PaperExam) -> dict[str, list[str]]:
    """Every row of each page, byte by byte but for its number: what was read, who has it, each count, each word."""
    queries = {
        "readings": "SELECT number, (to_jsonb(t) - 'number' - 'completed_by' - 'completed_at')::text FROM readings t",
        "assignments": "SELECT number, (to_jsonb(t) - 'number')::text FROM assignments t",
        "markings": "SELECT number, (to_jsonb(t) - 'number')::text FROM markings t",
        "opinions": "SELECT number, (to_jsonb(t) - 'number')::text FROM opinions t",
        "annulments": "SELECT number, (to_jsonb(t) - 'number')::text FROM cards t",
    }
    of_pages = pages_of(exam)
    found: dict[str, list[str]] = {}
    with exam.house.runtime.work() as work:
        for name, query in queries.items():
            for number, row in work.session.execute(text(query)):
                found.setdefault(of_pages[number], []).append(f"{name} {row}")
    return {scan: sorted(rows) for scan, rows in found.items()}


def noted(exam: PaperExam) -> list[dict[str, Any]]:
    with exam.house.runtime.work() as work:
        return list(work.session.scalars(select(AuditRow.facts).where(AuditRow.action == "number:corrected")))


def protocols(exam: PaperExam, kind: str) -> list[tuple[str, int, dict[str, Any]]]:
    with exam.house.runtime.work() as work:
        rows = work.session.scalars(select(DocumentRow).where(DocumentRow.kind == kind).order_by(DocumentRow.issue))
        return [(row.subject, row.issue, row.context["it"]) for row in rows]


def final_counts(exam: PaperExam) -> dict[str, int | None]:
    return {one["scan_sha256"]: one["correct"] for one in good(exam.ask("export", OPERATOR))["cards"]}


def found_by_the_recount(exam: PaperExam) -> list[Any]:
    """What the independent recount finds in the export of paper grading."""
    questions = [
        {"number": f"{code}-{place}", "correct": letter} for code, key in KEY.items() for place, letter in key.items()
    ]
    orders = {code: [f"{code}-{place}" for place in key] for code, key in KEY.items()}
    variant = json.dumps({"questions": questions, "sub_variants": orders})
    testbank = {"released": {"1": variant}, "exam": {"regulation_on": "2027-03-01"}}
    record = Record("2027-05", {"testbank": testbank, "grading_paper": good(exam.ask("export", OPERATOR))})
    report = Report()
    recounted.check(record, report)
    return report.findings


def test_art_44_two_numbers_typed_crosswise_are_exchanged_before_the_cards_are_given_out(crossed: PaperExam) -> None:
    before = counted_on(crossed)
    wrong = crossed.number_of(FIRST)
    right = crossed.number_of(SECOND)
    assert correct(crossed) == {"was": wrong, "number": right, "is_exchanged": True}
    assert counted_on(crossed) == before
    (facts,) = noted(crossed)
    assert (facts["was"], facts["number"], facts["reason"]) == (wrong, right, REASON)
    assert facts["exchanged_with"] == {"scan": pages_of(crossed)[wrong], "page": 1}
    good(crossed.tell("distribute_cards", CHAIR))
    crossed.finish_marking()
    counts = final_counts(crossed)
    assert [counts[scan_of(crossed, one)] for one in (FIRST, SECOND, READ)] == [60, 40, 80]
    assert found_by_the_recount(crossed) == []


def test_what_was_counted_on_both_pages_is_the_same_byte_by_byte_and_the_results_follow_the_pages(
    crossed: PaperExam,
) -> None:
    good(crossed.tell("distribute_cards", CHAIR))
    twice = crossed.number_of(FIRST)
    crossed.mark_everything()
    seen = crossed.by_number[twice].seen()
    crossed.mark_everything({twice: {**seen, "marks": {**seen["marks"], "7": []}}})
    crossed.settle_everything()
    first, _ = crossed.markers_of(twice)
    good(crossed.tell("dissent_from_count", first, number=twice, reason="Молив."))
    before, counts = counted_on(crossed), final_counts(crossed)
    assert [row.split()[0] for row in before[scan_of(crossed, FIRST)]] == [
        "annulments", *["assignments"] * 2, *["markings"] * 3, "opinions", "readings"
    ]  # fmt: skip
    correct(crossed, SECOND)
    assert counted_on(crossed) == before
    assert final_counts(crossed) == counts
    crossed.agree_everywhere()
    assert found_by_the_recount(crossed) == []
    crossed.open_envelopes()
    crossed.enter_slips()
    good(crossed.tell("complete_protocols", CHAIR))
    graded = {one.candidate_id: one.correct for one in crossed.said() if isinstance(one, PaperSheetGraded)}
    assert graded == {candidate_id(FIRST): 60, candidate_id(SECOND): 40, candidate_id(READ): 80}
    assert found_by_the_recount(crossed) == []


def test_exchanged_twice_everything_is_as_it_was(crossed: PaperExam) -> None:
    good(crossed.tell("distribute_cards", CHAIR))
    crossed.mark_everything()
    before, of_pages = counted_on(crossed), pages_of(crossed)
    correct(crossed)
    assert pages_of(crossed) != of_pages
    correct(crossed)
    assert (counted_on(crossed), pages_of(crossed)) == (before, of_pages)
    crossed.finish_marking()
    assert found_by_the_recount(crossed) == []


def test_art_45_the_members_whose_cards_changed_get_their_protocols_anew(crossed: PaperExam) -> None:
    good(crossed.tell("distribute_cards", CHAIR))
    (one,), (other,) = (crossed.markers_of(crossed.number_of(candidate)) for candidate in (FIRST, SECOND))
    assert one != other
    right = {one.id: crossed.number_of(SECOND), other.id: crossed.number_of(FIRST)}
    correct(crossed)
    anew = {whose: it["rows"][0]["card"] for whose, issue, it in protocols(crossed, "appendix_11") if issue == 3}
    assert anew == right, "and nobody else's"
    assert crossed.markers_of(right[one.id]) == [one], "who had the page has it still"


def test_art_46_2_an_annulment_goes_with_its_page_and_gets_its_protocol_anew(crossed: PaperExam) -> None:
    good(crossed.tell("distribute_cards", CHAIR))
    crossed.mark_everything()
    wrong, right = crossed.number_of(SECOND), crossed.number_of(FIRST)
    annul(crossed, wrong, "Рисунка.")
    before = counted_on(crossed)
    good(crossed.tell("propose_card_annulment", CHAIR, number=right, reason="Подпис."))
    correct(crossed, SECOND)
    assert counted_on(crossed) == before
    issued = [(of, issue, it["card"]) for of, issue, it in protocols(crossed, "card_annulment_protocol")]
    assert sorted(issued) == sorted([(wrong, 1, wrong), (right, 1, right)])
    good(crossed.tell("confirm_card_annulment", DIRECTOR, number=wrong))
    told = {one["number"]: one["annulled_for"] for one in good(crossed.ask("export", OPERATOR))["cards"]}
    assert (told[wrong], told[right]) == ("Подпис.", "Рисунка.")
    assert [(of, issue) for of, issue, _ in protocols(crossed, "card_annulment_protocol") if of == wrong] == [
        (wrong, 1),
        (wrong, 2),
    ]
    crossed.finish_marking()
    assert found_by_the_recount(crossed) == []


def annul(exam: PaperExam, number: str, reason: str) -> None:
    good(exam.tell("propose_card_annulment", CHAIR, number=number, reason=reason))
    good(exam.tell("confirm_card_annulment", DIRECTOR, number=number))


def test_a_number_whose_own_page_came_later_is_given_back(paper: Make) -> None:
    exam = paper(envelope(1, 70), envelope(2, 72))
    exam.announce()
    exam.hand_in()
    exam.release_key()
    exam.number()
    (one, other), (first, second) = exam.by_number, exam.by_number.values()
    unread = exam.upload(scanned(first, ""))
    exam.register([unread])
    good(exam.tell("complete_number", MEMBERS[0], scan_sha256=unread, number=other))
    exam.register([exam.upload(scanned(second, other))])
    assert refusal(exam.tell("distribute_cards", CHAIR)) == "ScansIncomplete"
    said = good(exam.tell("correct_number", CHAIR, scan_sha256=unread, number=one, reason=REASON))
    assert said == {"was": other, "number": one, "is_exchanged": False}
    good(exam.tell("distribute_cards", CHAIR))
    exam.finish_marking()
    counts = final_counts(exam)
    assert [counts[pages_of(exam)[number]] for number in (one, other)] == [70, 72]
    assert found_by_the_recount(exam) == []


def test_what_cannot_be_corrected_is_refused_in_words(crossed: PaperExam) -> None:
    read, wrong, right = (crossed.number_of(one) for one in (READ, FIRST, SECOND))
    mine, its = {"scan_sha256": scan_of(crossed, FIRST)}, {"scan_sha256": scan_of(crossed, READ)}
    told = {"reason": REASON}
    for about, number, code in (
        (its, right, "NumberWasRead"),
        (its, read, "NumberWasRead"),
        (mine, read, "NumberTaken"),
        (mine, wrong, "AlreadyDone"),
        (mine, "00001", "NumberNotGiven"),
        ({"scan_sha256": "0" * 64}, right, "NotFound"),
    ):
        assert refusal(crossed.tell("correct_number", CHAIR, **about, number=number, **told)) == code
    assert refusal(crossed.tell("correct_number", CHAIR, **mine, number=right, reason=" ")) == "InvalidInput"
    for one in (MEMBERS[0], DIRECTOR, OPERATOR):
        assert refusal(crossed.tell("correct_number", one, **mine, number=right, **told)) == "NotAllowed"
    good(crossed.tell("distribute_cards", CHAIR))
    crossed.finish_marking()
    crossed.open_envelopes()
    late = crossed.tell("correct_number", CHAIR, **mine, number=right, **told)
    assert (refusal(late), late.json()["article"]) == ("EnvelopesAlreadyOpened", "чл. 47, чл. 50")
    assert noted(crossed) == []


def test_a_page_without_a_number_is_completed_and_not_corrected(paper: Make) -> None:
    exam = paper(envelope(1, 70), envelope(2, 72))
    exam.announce()
    exam.hand_in()
    exam.number()
    (one, other), (first, _) = exam.by_number, exam.by_number.values()
    unread = exam.upload(scanned(first, ""))
    exam.register([unread])
    about = {"scan_sha256": unread, "reason": REASON}
    assert refusal(exam.tell("correct_number", CHAIR, **about, number=one)) == "OutOfOrder"
    good(exam.tell("complete_number", MEMBERS[0], scan_sha256=unread, number=one))
    annul(exam, other, "В плика няма карта.")
    taken = exam.tell("correct_number", CHAIR, **about, number=other)
    assert refusal(taken) == "CardAnnulled", "what was decided of an envelope without a card is not another's"
    good(exam.tell("set_aside_scan", CHAIR, **about))
    assert refusal(exam.tell("correct_number", CHAIR, **about, number=other)) == "AlreadyDone"


def test_who_has_both_cards_before_him_records_one_before_their_numbers_are_exchanged(
    paper: Make,
) -> None:
    exam = paper(*(envelope(candidate, 70 + candidate) for candidate in range(1, 5)))
    exam.announce()
    exam.hand_in()
    exam.release_key()
    exam.number()
    one, *_, other = sorted(exam.by_number)
    pages = {number: exam.upload(scanned(exam.by_number[number], "")) for number in (one, other)}
    read = [exam.upload(scanned(of, number)) for number, of in exam.by_number.items() if number not in pages]
    exam.register([*pages.values(), *read])
    for number, scan in pages.items():
        good(exam.tell("complete_number", MEMBERS[0], scan_sha256=scan, number=number))
    good(exam.tell("distribute_cards", CHAIR))
    assert exam.markers_of(one) == exam.markers_of(other) == [MEMBERS[0]], "he got the first and the fourth"
    about = {"scan_sha256": pages[one], "number": other, "reason": REASON}
    waits = exam.tell("correct_number", CHAIR, **about)
    assert (refusal(waits), waits.json()["article"]) == ("BothCardsWaitForOne", "чл. 44; чл. 45")
    assert f"Комисия-{MEMBERS[0].id}" in waits.json()["sentence"]["bg"]
    good(exam.tell("mark_card", MEMBERS[0], number=one, **exam.by_number[one].seen()))
    good(exam.tell("correct_number", CHAIR, **about))
    late = exam.tell("mark_card", MEMBERS[0], number=other, marks={}, pencil_only=[])
    assert refusal(late) == "AlreadyDone", "what his screen still shows is recorded of no other page"
    before = [(of, issue) for of, issue, _ in protocols(exam, "appendix_11") if issue > 2]
    assert before == [], "he has the same cards"


def test_the_chair_corrects_a_number_by_the_form_beside_the_page(crossed: PaperExam) -> None:
    about = {"scan_sha256": scan_of(crossed, FIRST), "page": "1"}
    wrong, right = crossed.number_of(FIRST), crossed.number_of(SECOND)
    html = page(crossed, CHAIR)
    assert "correct_number" in offered(html)
    assert html.count('name="verb" value="correct_number"') == 2, "of the page that was read none"
    refused = press(crossed, CHAIR, "correct_number", **about, number="00001", reason="Сбъркан.")
    kept = [refused.text.count(f'value="{typed}"') for typed in ("00001", "Сбъркан.")]
    assert (refused.status_code, kept) == (422, [1, 1])
    good(crossed.tell("distribute_cards", CHAIR))
    for one in (MEMBERS[0], DIRECTOR):
        assert "correct_number" not in offered(page(crossed, one))
    assert not any(number in str(good(crossed.ask("progress", MEMBERS[0]))) for number in (wrong, right))
    done(crossed, CHAIR, "correct_number", **about, number=right, reason=REASON)
    cross(crossed)
    assert pages_of(crossed)[right] == about["scan_sha256"]
    crossed.finish_marking()
    crossed.open_envelopes()
    assert "correct_number" not in offered(page(crossed, CHAIR))
