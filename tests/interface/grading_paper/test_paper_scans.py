"""Art. 44: scans that are missing, repeated, broken or without a number keep the cards from being distributed."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from contracts.events.grading import PaperSheetGraded, ReadScan
from services.grading.paper.tables import Reading
from services.grading.paper.usecases import scans
from services.grading.paper.usecases.pages import read_pages
from services.grading.paper.worker import read_scan
from tests.interface.grading_paper.paper_exam import (
    CHAIR,
    DIRECTOR,
    EXAM,
    LAW,
    MEMBERS,
    OPERATOR,
    PaperExam,
    envelope,
    good,
    refusal,
    scanned,
)
from tests.interface.grading_paper.test_commission_page import done, offered, page
from tests.interface.grading_paper.test_corrected_number import found_by_the_recount

Make = Callable[..., PaperExam]


@pytest.fixture
def numbered(paper: Make) -> PaperExam:
    exam = paper()
    exam.announce()
    exam.hand_in()
    exam.release_key()
    exam.number()
    return exam


def scan_of(exam: PaperExam, number: str) -> str:
    with exam.house.runtime.work() as work:
        return work.session.query(Reading).filter_by(number=number).one().scan_sha256


def found_on(html: str) -> str:
    """The findings of the commission's page."""
    return html.split('<div id="found"')[1].split("</section>", maxsplit=1)[0]


def facts(exam: PaperExam) -> dict[str, Any]:
    answer = exam.tell("distribute_cards", CHAIR)
    assert refusal(answer) == "ScansIncomplete"
    told: dict[str, Any] = answer.json()["facts"]
    return told


def test_a_missing_card_is_named(numbered: PaperExam) -> None:
    (first, one), (second, two), (third, _) = numbered.by_number.items()
    numbered.register([numbered.upload(scanned(one, first)), numbered.upload(scanned(two, second))])
    assert facts(numbered)["missing"] == third
    assert numbered.progress()["missing"] == [third]


def test_art_46_2_a_card_that_is_annulled_is_not_missing(numbered: PaperExam) -> None:
    missing, *others = sorted(numbered.by_number)
    numbered.register([numbered.upload(scanned(numbered.by_number[one], one)) for one in others])
    assert facts(numbered)["missing"] == missing
    good(numbered.tell("propose_card_annulment", CHAIR, number=missing, reason="В плика няма карта."))
    good(numbered.tell("confirm_card_annulment", DIRECTOR, number=missing))
    assert numbered.progress()["missing"] == []
    good(numbered.tell("distribute_cards", CHAIR))
    numbered.finish_marking()
    numbered.open_envelopes()
    numbered.enter_slips()
    good(numbered.tell("complete_protocols", CHAIR))
    annulled = [one for one in numbered.said() if isinstance(one, PaperSheetGraded) and one.annulled]
    assert [one.sheet for one in annulled] == [missing]
    assert found_by_the_recount(numbered) == []


def test_a_number_that_was_scanned_twice_is_named_until_one_scan_is_set_aside(numbered: PaperExam) -> None:
    numbered.scan_all()
    number, one = next(iter(numbered.by_number.items()))
    again = numbered.upload(scanned(envelope(one.candidate + 7, 10), number))
    numbered.register([again])
    assert facts(numbered)["duplicates"] == number
    good(numbered.tell("set_aside_scan", CHAIR, scan_sha256=again, reason="Сканирана втори път."))
    good(numbered.tell("distribute_cards", CHAIR))


def test_a_page_that_was_set_aside_is_taken_back_before_the_cards_are_given_out(numbered: PaperExam) -> None:
    numbered.scan_all()
    number = numbered.number_of(1)
    about = {"scan_sha256": scan_of(numbered, number), "page": 1}
    told = {**about, "reason": "Оставена е погрешната страница."}
    assert refusal(numbered.tell("take_back_scan", CHAIR, **told)) == "OutOfOrder"
    good(numbered.tell("set_aside_scan", CHAIR, **about, reason="Втора."))
    assert facts(numbered)["missing"] == number
    assert "Втора." in page(numbered, CHAIR)
    assert "take_back_scan" not in offered(page(numbered, MEMBERS[0]))
    for one in (MEMBERS[0], DIRECTOR, OPERATOR):
        assert refusal(numbered.tell("take_back_scan", one, **told)) == "NotAllowed"
    assert refusal(numbered.tell("take_back_scan", CHAIR, **about, reason=" ")) == "InvalidInput"
    unknown = {**told, "scan_sha256": "0" * 64}
    assert refusal(numbered.tell("take_back_scan", CHAIR, **unknown)) == "NotFound"
    done(numbered, CHAIR, "take_back_scan", **{name: str(value) for name, value in told.items()})
    good(numbered.tell("distribute_cards", CHAIR))
    assert refusal(numbered.tell("take_back_scan", CHAIR, **told)) == "OutOfOrder"
    (noted,) = [row for row in good(numbered.ask("export", OPERATOR))["audit"] if row["action"] == "scan:taken_back"]
    assert (noted["facts"]["number"], noted["facts"]["reason"]) == (number, told["reason"])


def test_a_sticker_that_cannot_be_read_is_completed_by_a_person_without_touching_answers(numbered: PaperExam) -> None:
    (number, one), *others = numbered.by_number.items()
    unreadable = numbered.upload(scanned(one, ""))
    numbered.register([unreadable, *(numbered.upload(scanned(other, n)) for n, other in others)])
    assert facts(numbered)["without_number"] == unreadable[:12]
    assert numbered.progress()["sent_to_human"] >= 1
    before = _reading(numbered, unreadable)
    taken = numbered.tell("complete_number", MEMBERS[0], scan_sha256=unreadable, number=others[0][0])
    foreign = numbered.tell("complete_number", MEMBERS[0], scan_sha256=unreadable, number="00001")
    assert (refusal(taken), refusal(foreign)) == ("NumberTaken", "NumberNotGiven")
    good(numbered.tell("complete_number", MEMBERS[0], scan_sha256=unreadable, number=number))
    assert _reading(numbered, unreadable) == before
    good(numbered.tell("distribute_cards", CHAIR))


def test_a_number_that_was_read_cannot_be_replaced(numbered: PaperExam) -> None:
    numbered.scan_all()
    with numbered.house.runtime.work() as work:
        row = work.session.query(Reading).first()
        assert row is not None
        scan, other = row.scan_sha256, next(number for number in numbered.by_number if number != row.number)
    assert refusal(numbered.tell("complete_number", CHAIR, scan_sha256=scan, number=other)) == "NumberWasRead"


def test_a_sub_variant_that_was_read_cannot_be_replaced(numbered: PaperExam) -> None:
    numbered.scan_all()
    number = numbered.number_of(1)
    scan = scan_of(numbered, number)
    for actor in (MEMBERS[0], CHAIR):
        other = numbered.tell("complete_number", actor, scan_sha256=scan, number=number, sub_variant="1Б")
        assert (refusal(other), other.json()["article"]) == ("SubVariantWasRead", "чл. 44")
    good(numbered.tell("complete_number", MEMBERS[0], scan_sha256=scan, number=number, sub_variant="1А"))
    good(numbered.tell("distribute_cards", CHAIR))
    numbered.finish_marking()
    counted = {one["number"]: one["correct"] for one in good(numbered.ask("export", OPERATOR))["cards"]}
    assert counted[number] == 72


def test_a_sub_variant_that_was_read_and_never_handed_out_is_completed_by_a_person(numbered: PaperExam) -> None:
    (number, one), *others = numbered.by_number.items()
    one.sub_variant = "1В"
    foreign = numbered.upload(scanned(one, number))
    numbered.register([foreign, *(numbered.upload(scanned(other, n)) for n, other in others)])
    assert _reading(numbered, foreign)["sub_variant"] == "1В"
    assert facts(numbered)["without_sub_variant"] == foreign[:12]
    assert '<select name="sub_variant">' in found_on(page(numbered, CHAIR))
    about = {"scan_sha256": foreign, "page": "1", "number": number}
    done(numbered, CHAIR, "complete_number", **about, sub_variant="1А")
    good(numbered.tell("distribute_cards", CHAIR))
    assert _reading(numbered, foreign)["sub_variant"] == "1В", "what the machine read stays"


def test_a_page_that_is_no_card_is_a_reading_that_says_why_not(numbered: PaperExam) -> None:
    out = io.BytesIO()
    Image.effect_noise((1700, 2300), 60).save(out, "PNG")
    sha256 = numbered.upload(out.getvalue(), media_type="image/png")
    numbered.register([sha256])
    assert _reading(numbered, sha256)["ok"] is False
    assert facts(numbered)["unreadable"] == sha256[:12]


def test_a_page_that_no_machine_reads_is_counted_by_people(numbered: PaperExam) -> None:
    (number, one), *others = numbered.by_number.items()
    out = io.BytesIO()
    Image.effect_noise((1700, 2300), 60).save(out, "PNG")
    sha256 = numbered.upload(out.getvalue(), media_type="image/png")
    numbered.register([sha256, *(numbered.upload(scanned(other, n)) for n, other in others)])
    good(numbered.tell("complete_number", CHAIR, scan_sha256=sha256, number=number))
    assert facts(numbered)["without_sub_variant"] == sha256[:12]
    wrong = numbered.tell("complete_number", CHAIR, scan_sha256=sha256, number=number, sub_variant="9Я")
    assert refusal(wrong) == "SubVariantNotOpened"
    good(numbered.tell("complete_number", CHAIR, scan_sha256=sha256, number=number, sub_variant=one.sub_variant))
    good(numbered.tell("distribute_cards", CHAIR))
    numbered.mark_everything()
    assert good(numbered.ask("card", CHAIR, number=number))["to_settle"] == ["not_read"]
    numbered.settle_everything()
    assert numbered.progress()["to_settle"] == []


def test_a_card_of_another_exam_is_not_taken(numbered: PaperExam) -> None:
    number, one = next(iter(numbered.by_number.items()))
    sha256 = numbered.upload(scanned(one, number, exam_id="2026-11"))
    numbered.register([sha256])
    assert _reading(numbered, sha256)["why_not"] == "other_exam"


def test_a_broken_file_is_a_reading_and_not_an_error(numbered: PaperExam) -> None:
    number, one = next(iter(numbered.by_number.items()))
    whole = scanned(one, number)
    (page,) = read_pages(whole[: len(whole) // 2], "image/jpeg", EXAM, LAW, numbered.house.runtime.files)
    assert (page.reading["ok"], page.reading["why_not"]) == (False, "broken_image")


def test_a_worker_that_reads_a_scan_twice_keeps_one_reading(numbered: PaperExam) -> None:
    number, one = next(iter(numbered.by_number.items()))
    sha256 = numbered.upload(scanned(one, number))
    numbered.register([sha256])
    read_scan(numbered.house.runtime, ReadScan(exam_id=EXAM, scan_sha256=sha256))
    with numbered.house.runtime.work() as work:
        assert work.session.query(Reading).count() == 1


def test_a_scan_is_registered_once_and_only_by_who_uploaded_it(numbered: PaperExam) -> None:
    number, one = next(iter(numbered.by_number.items()))
    sha256 = numbered.upload(scanned(one, number))
    assert refusal(numbered.tell("register_scans", MEMBERS[1], scans=[sha256])) == "ScanNotYours"
    assert good(numbered.tell("register_scans", CHAIR, scans=[sha256]))["registered"] == 1
    again = good(numbered.tell("register_scans", CHAIR, scans=[sha256]))
    assert (again["registered"], again["already_registered"]) == (0, [sha256])


def _reading(exam: PaperExam, sha256: str) -> dict[str, Any]:
    with exam.house.runtime.work() as work:
        return work.session.get_one(Reading, (EXAM, sha256, 1)).reading


def test_a_reading_that_was_lost_with_the_broker_is_ordered_again(numbered: PaperExam) -> None:
    number, one = next(iter(numbered.by_number.items()))
    good(numbered.tell("register_scans", CHAIR, scans=[numbered.upload(scanned(one, number))]))
    numbered.house.publish()
    numbered.house.look(scans.lost(), times=2)
    assert sum(isinstance(event, ReadScan) for event in numbered.said()) == 2
