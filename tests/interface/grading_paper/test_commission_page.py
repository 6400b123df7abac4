"""The commission's page: each step done by its form, each refusal in its words, and only what one may know."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pypdfium2
import pytest

from chassis.work import Actor
from contracts.events.session import HandOver, MaterialsHandedIn, SittingsEnded
from contracts.people import Mode, Role
from services.grading.paper.cards.simulation import Ink
from services.grading.paper.commands import VERBS
from tests.cast import acting
from tests.interface.grading_paper.paper_exam import (
    AT,
    CHAIR,
    DIRECTOR,
    EXAM,
    MEMBERS,
    OPERATOR,
    PaperExam,
    candidate_id,
    envelope,
    good,
    refusal,
    scanned,
    slip,
)
from tests.interface.grading_paper.test_paper_screen import headers

Make = Callable[..., PaperExam]
PAGE = "/grading/paper/"


@pytest.fixture
def exam(paper: Make) -> PaperExam:
    """Three envelopes: an ordinary card, one between the bounds, one with a drawing."""
    drawn = envelope(3, 75)
    drawn.elsewhere = (("drawing", 150.0, 262.0, Ink.BLUE),)
    exam = paper(envelope(1, 72), envelope(2, 60, "1Б"), drawn)
    exam.announce()
    return exam


def page(exam: PaperExam, actor: Actor, **query: str) -> str:
    answer = exam.house.door.get(PAGE, params=query, headers=headers(exam, actor))
    assert answer.status_code == 200, answer.text
    return answer.text


def press(exam: PaperExam, actor: Actor, verb: str, **typed: str) -> httpx.Response:
    return exam.house.door.post(PAGE, data={"verb": verb, "exam_id": EXAM, **typed}, headers=headers(exam, actor))


def done(exam: PaperExam, actor: Actor, verb: str, **typed: str) -> None:
    answer = press(exam, actor, verb, **typed)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(f"{PAGE}?exam_id={EXAM}&done={verb}#")


def offered(html: str) -> set[str]:
    """The steps that have a button."""
    return set(re.findall(r'name="verb" value="(\w+)"', html))


def test_whoever_is_not_logged_in_goes_to_the_log_in(exam: PaperExam) -> None:
    assert exam.house.door.get(PAGE).headers["location"] == "/admission/login"


def test_the_page_is_for_commission_director_and_operator(exam: PaperExam) -> None:
    for one in (CHAIR, MEMBERS[0], DIRECTOR, OPERATOR):
        assert "Изпит на хартиен носител" in page(exam, one)
    hall = acting(Role.HALL_ADMINISTRATOR, EXAM)
    assert exam.house.door.get(PAGE, headers=headers(exam, hall)).status_code == 403
    for one in (hall, acting(Role.QUAESTOR, EXAM), acting(Role.SYSTEM_ADMINISTRATOR, EXAM)):
        asked = [exam.ask(verb.name, one, number="10007") for verb in VERBS.questions]
        assert {answer.status_code for answer in asked} <= {403, 422}, "whoever works in a hall learns nothing of cards"
    elsewhere = acting(Role.CHAIR, "2026-11")
    assert "Не сте определен" in page(exam, elsewhere)
    assert exam.house.door.get(PAGE, params={"exam_id": EXAM}, headers=headers(exam, elsewhere)).status_code == 403


def test_the_page_speaks_english_too(exam: PaperExam) -> None:
    assert "Where the cards are" in page(exam, CHAIR, lang="en")


def upload(exam: PaperExam, name: str, content: bytes) -> None:
    """The chair's form with a scan, as a browser sends it."""
    typed, files = {"verb": "register_scans", "exam_id": EXAM}, {"scan": (name, content, "image/jpeg")}
    answer = exam.house.door.post(PAGE, data=typed, files=files, headers=headers(exam, CHAIR))
    assert answer.status_code == 303, answer.text


def test_every_step_from_the_envelopes_to_the_protocols_is_done_on_the_page(exam: PaperExam) -> None:
    assert "assign_numbers" not in offered(page(exam, CHAIR))
    exam.hand_in()
    exam.release_key()
    assert ">3 / 3<" in page(exam, CHAIR)
    wrong = press(exam, CHAIR, "assign_numbers", envelopes="4")
    assert wrong.status_code == 409
    assert "чл. 44" in wrong.text
    assert 'name="envelopes" value="4"' in wrong.text
    done(exam, CHAIR, "assign_numbers", envelopes="3")
    numbers = [card["number"] for card in good(exam.ask("export", OPERATOR))["cards"]]
    exam.by_number = dict(zip(numbers, exam.envelopes, strict=True))
    (first, one), *others = exam.by_number.items()
    for number, content in (("", scanned(one, "")), *((n, scanned(other, n)) for n, other in others)):
        upload(exam, f"Иван Иванов {number}.jpg", content)
    exam.read_all()
    html = page(exam, CHAIR)
    assert f'Липсват карти с номера: <span class="number">{first}</span>' in html
    (unread,) = exam.progress()["to_complete"]
    assert unread["finding"] == "without_number"
    assert f"/grading/paper/api/scans/{unread['picture_sha256']}" in html
    about = {"scan_sha256": unread["scan_sha256"], "page": "1"}
    refused = press(exam, CHAIR, "distribute_cards")
    assert "без номер" in refused.text
    foreign = press(exam, MEMBERS[0], "complete_number", **about, number="00001", sub_variant="")
    assert (foreign.status_code, 'value="00001"' in foreign.text) == (422, True)
    done(exam, MEMBERS[0], "complete_number", **about, number=first, sub_variant="")
    done(exam, CHAIR, "distribute_cards")
    exam.mark_everything()
    drawn = exam.number_of(3)
    done(exam, CHAIR, "propose_card_annulment", number=drawn, reason="Рисунка.")
    assert "confirm_card_annulment" not in offered(page(exam, CHAIR))
    assert "Рисунка." in page(exam, DIRECTOR)
    assert press(exam, CHAIR, "confirm_card_annulment", number=drawn).status_code == 403
    done(exam, DIRECTOR, "confirm_card_annulment", number=drawn)
    exam.render_all()
    assert "Протокол за анулирането" in page(exam, DIRECTOR)
    exam.finish_marking()
    done(exam, DIRECTOR, "propose_opening_envelopes")
    assert press(exam, DIRECTOR, "confirm_opening_envelopes").status_code == 403
    done(exam, CHAIR, "confirm_opening_envelopes")
    for number, one in exam.by_number.items():
        typed = slip(one.candidate) | {"number": number}
        other = press(exam, MEMBERS[1], "enter_slip", **typed | {"last": "Другов"})
        assert (other.status_code, 'value="Другов"' in other.text) == (422, True)
        done(exam, MEMBERS[1], "enter_slip", **typed)
    assert "complete_protocols" not in offered(page(exam, MEMBERS[1]))
    done(exam, CHAIR, "complete_protocols")
    assert "Попълнени" in page(exam, MEMBERS[0])


def test_art_41_2_the_chair_s_number_of_envelopes_counts_with_his_reason(exam: PaperExam) -> None:
    exam.hand_in()
    told = {"envelopes": "2", "deviation_reason": "Единият плик е празен; прието с протокол."}
    assert "deviation_reason" not in page(exam, MEMBERS[0])
    for actor, typed in ((MEMBERS[0], told), (CHAIR, {**told, "deviation_reason": ""})):
        refused = press(exam, actor, "assign_numbers", **typed)
        assert (refused.status_code, "предадените в залите са 3" in refused.text) == (409, True)
    done(exam, CHAIR, "assign_numbers", **told)
    for one in (CHAIR, MEMBERS[0], DIRECTOR):
        assert told["deviation_reason"] in page(exam, one)
    exported = good(exam.ask("export", OPERATOR))
    (given,) = [row["facts"] for row in exported["audit"] if row["action"] == "numbers:given"]
    assert len(given["numbers"]) == len(exported["cards"]) == 2
    assert (given["handed_in"], given["deviation_reason"]) == (3, told["deviation_reason"])


def test_art_41_1_who_handed_nothing_in_keeps_nobody_from_a_number(exam: PaperExam) -> None:
    first, second, _ = (candidate_id(one.candidate) for one in exam.envelopes)
    told = MaterialsHandedIn(exam_id=EXAM, candidate_id=first, mode=Mode.PAPER, hall="3", handed_in_at=AT)
    exam.hear(told)
    exam.hear(SittingsEnded(exam_id=EXAM, mode=Mode.PAPER, session=1, appeared=3, handed_in=2, ended_at=AT))
    assert refusal(exam.tell("assign_numbers", CHAIR, envelopes=2)) == "OutOfOrder", "the second is on its way"
    exam.hear(replace(told, candidate_id=second))
    assert ">2 / 3<" in page(exam, CHAIR)
    done(exam, MEMBERS[0], "assign_numbers", envelopes="2")


def test_art_41_2_what_the_hall_explained_at_the_hand_over_is_shown_and_not_explained_again(exam: PaperExam) -> None:
    """Own choice: only a difference from what was handed over needs a new reason."""
    first, second, third = (candidate_id(one.candidate) for one in exam.envelopes)
    told = MaterialsHandedIn(exam_id=EXAM, candidate_id=first, mode=Mode.PAPER, hall="3", handed_in_at=AT)
    for one in (first, second, third):
        exam.hear(replace(told, candidate_id=one))
    lost = HandOver(
        hall="3",
        appeared=4,
        counted=3,
        counted_is_explained=True,
        taken_over=2,
        taken_over_is_explained=True,
    )
    exam.hear(
        SittingsEnded(exam_id=EXAM, mode=Mode.PAPER, session=1, appeared=4, handed_in=3, ended_at=AT, halls=(lost,))
    )
    for who in (CHAIR, MEMBERS[0], DIRECTOR):
        assert page(exam, who).count("(разликата е обяснена)") == 2
    refused = press(exam, CHAIR, "assign_numbers", envelopes="3", deviation_reason="")
    assert (refused.status_code, "предадените в залите са 2" in refused.text) == (409, True)
    done(exam, MEMBERS[0], "assign_numbers", envelopes="2")
    assert exam.progress()["deviation_reason"] is None


def test_a_reason_for_no_difference_is_not_kept(exam: PaperExam) -> None:
    exam.hand_in()
    good(exam.tell("assign_numbers", CHAIR, envelopes=3, deviation_reason="Няма."))
    assert exam.progress()["deviation_reason"] is None


def test_art_45_each_member_s_protocol_is_on_the_page_to_be_signed_and_then_completed(exam: PaperExam) -> None:
    exam.hand_in()
    exam.release_key()
    exam.number()
    exam.scan_all()
    done(exam, CHAIR, "distribute_cards")
    exam.render_all()
    to_sign, completed = "(приложение № 11), за подпис: ", "(приложение № 11), попълнен: "
    assert page(exam, CHAIR).count(to_sign) == len(MEMBERS)
    assert page(exam, MEMBERS[0]).count(to_sign) == 1, "his own"
    exam.finish_marking()
    exam.open_envelopes()
    exam.enter_slips()
    assert completed not in page(exam, CHAIR)
    done(exam, CHAIR, "complete_protocols")
    exam.render_all()
    assert page(exam, CHAIR).count(completed) == len(MEMBERS)
    assert "Протокол за проверката от втори член" in page(exam, DIRECTOR)


def test_the_copies_are_counted_and_written_off_in_a_protocol(exam: PaperExam) -> None:
    for kind, codes in {"booklet": ["1А", "1Б"], "card": ["1А", "1Б"]}.items():
        for code in codes:
            done(exam, CHAIR, "record_print_run", kind=kind, sub_variant=code, copies="2")
    assert press(exam, CHAIR, "record_print_run", kind="slip", sub_variant="1А", copies="4").status_code == 422
    assert press(exam, CHAIR, "record_print_run", kind="card", sub_variant="", copies="4").status_code == 422
    assert press(exam, CHAIR, "issue_copies_protocol").status_code == 409
    for kind in ("slip", "large_envelope", "small_envelope"):
        done(exam, MEMBERS[0], "record_print_run", kind=kind, sub_variant="", copies="3")
    assert "write_off_copies" not in offered(page(exam, CHAIR))
    one_card = {"kind": "card", "sub_variant": "1А", "spare": "0"}
    assert press(exam, CHAIR, "write_off_copies", **one_card, spoiled="0").status_code == 409
    exam.hand_in()
    many = press(exam, CHAIR, "write_off_copies", **one_card, spoiled="3")
    assert (many.status_code, "Отписаните екземпляри са 3" in many.text) == (422, True)
    assert press(exam, CHAIR, "issue_copies_protocol").status_code == 409
    done(exam, CHAIR, "write_off_copies", **one_card, spoiled="1")
    done(exam, CHAIR, "write_off_copies", kind="booklet", sub_variant="1Б", spoiled="0", spare="1")
    done(exam, CHAIR, "issue_copies_protocol")
    assert refusal(exam.tell("record_print_run", CHAIR, kind="slip", copies=1)) == "AlreadyDone"
    exam.render_all()
    kinds = {one["kind"]: one["rendered"] for one in good(exam.ask("documents", CHAIR))["documents"]}
    assert (kinds["copies_protocol"], kinds["envelope_labels"]) == (True, True)


def test_art_42_1_a_mistyped_print_run_is_corrected_with_a_reason_that_the_protocol_shows(exam: PaperExam) -> None:
    for kind, code in (("booklet", "1А"), ("card", "1А"), *((one, "") for one in ("large_envelope", "small_envelope"))):
        done(exam, CHAIR, "record_print_run", kind=kind, sub_variant=code, copies="3")
    about = {"kind": "slip", "sub_variant": ""}
    assert "correct_print_run" in offered(page(exam, OPERATOR))
    wrong = {**about, "copies": "3", "reason": "Въведени са 630 вместо 3."}
    assert press(exam, CHAIR, "correct_print_run", **wrong).status_code == 404, "of what was never printed"
    done(exam, MEMBERS[0], "record_print_run", **about, copies="630")
    assert press(exam, MEMBERS[0], "correct_print_run", **wrong).status_code == 403
    assert "correct_print_run" not in offered(page(exam, MEMBERS[0]))
    for typed in ({"copies": "-630"}, {"reason": ""}):
        assert press(exam, CHAIR, "correct_print_run", **wrong | typed).status_code == 422
    assert press(exam, CHAIR, "correct_print_run", **wrong | {"copies": "630"}).status_code == 409
    exam.hand_in()
    done(exam, CHAIR, "write_off_copies", **about, spoiled="3", spare="1")
    many = press(exam, OPERATOR, "correct_print_run", **wrong)
    assert (many.status_code, "Отписаните екземпляри са 4" in many.text) == (422, True)
    done(exam, CHAIR, "write_off_copies", **about, spoiled="0", spare="0")
    done(exam, OPERATOR, "correct_print_run", **wrong)
    assert wrong["reason"] in page(exam, MEMBERS[0])
    done(exam, CHAIR, "issue_copies_protocol")
    assert press(exam, CHAIR, "correct_print_run", **wrong | {"copies": "4"}).status_code == 409
    assert "correct_print_run" not in offered(page(exam, CHAIR))
    exam.render_all()
    issued = {one["kind"]: one["sha256"] for one in good(exam.ask("documents", CHAIR))["documents"]}
    with pypdfium2.PdfDocument(exam.house.runtime.files.get(issued["copies_protocol"])) as pdf:
        told = " ".join(" ".join(sheet.get_textpage().get_text_range() for sheet in pdf).split())
    assert "записани 630, отпечатани 3. Причина: Въведени са 630 вместо 3." in told


@pytest.mark.parametrize("path", ["slips", "envelope_labels"])
def test_art_16_3_slips_and_labels_are_printed_by_whoever_hands_them_out(exam: PaperExam, path: str) -> None:
    address, asked = f"/grading/paper/api/{path}", {"exam_id": EXAM}
    hall, quaestor = acting(Role.HALL_ADMINISTRATOR, EXAM), acting(Role.QUAESTOR, EXAM)
    waiting = exam.house.door.get(address, params=asked, headers=headers(exam, hall))
    assert refusal(waiting) == "OutOfOrder"
    exam.render_all()
    printed = exam.house.door.get(address, params=asked, headers=headers(exam, hall))
    assert printed.content.startswith(b"%PDF")
    assert refusal(exam.house.door.get(address, params=asked, headers=headers(exam, quaestor))) == "NotAllowed"
    assert exam.house.door.get(address, params=asked).status_code == 401
    elsewhere = exam.house.door.get(address, params={"exam_id": "2026-11"}, headers=headers(exam, hall))
    assert refusal(elsewhere) == "NotAllowed"


@pytest.mark.parametrize(("path", "what"), [("slips", "ФИШ"), ("envelope_labels", "МАЛЪК ПЛИК")])
def test_art_35_2_there_are_spare_slips_and_labels_and_the_page_says_how_many_are_printed(
    exam: PaperExam, path: str, what: str
) -> None:
    exam.render_all()
    printed = exam.house.door.get(f"/grading/paper/api/{path}", params={"exam_id": EXAM}, headers=headers(exam, CHAIR))
    with pypdfium2.PdfDocument(printed.content) as pdf:
        text = " ".join(sheet.get_textpage().get_text_range() for sheet in pdf)
    assert text.count(what) == len(exam.envelopes) + 2
    assert exam.progress()["in_files"] == len(exam.envelopes) + 2
    assert 'заедно с резервните: <b class="number">5</b>' in page(exam, CHAIR)


def test_a_file_that_is_registered_is_told_so_that_a_batch_can_be_taken_up_again(exam: PaperExam) -> None:
    exam.hand_in()
    exam.number()
    assert good(exam.ask("scans", CHAIR)) == {"scans": []}
    number, one = next(iter(exam.by_number.items()))
    sha256 = exam.upload(scanned(one, number))
    good(exam.tell("register_scans", CHAIR, scans=[sha256]))
    assert good(exam.ask("scans", MEMBERS[0])) == {"scans": [sha256]}
    assert refusal(exam.ask("scans", OPERATOR)) == "NotAllowed"


def test_a_member_is_not_told_which_cards_are_in_dispute(exam: PaperExam) -> None:
    exam.hand_in()
    exam.release_key()
    exam.number()
    exam.scan_all()
    good(exam.tell("distribute_cards", CHAIR))
    exam.mark_everything()
    drawn = exam.number_of(3)
    told: dict[str, Any] = good(exam.ask("progress", MEMBERS[0]))
    assert drawn in page(exam, CHAIR)
    assert not any(number in str(told) or number in page(exam, MEMBERS[0]) for number in exam.by_number)
    assert told["stages"]["to_settle"] == 1


def test_a_step_that_is_no_step_of_the_page_is_not_found(exam: PaperExam) -> None:
    assert press(exam, CHAIR, "mark_card").status_code == 404
    assert press(exam, CHAIR, "").status_code == 404
    assert (
        exam.house.door.post(PAGE, data={"verb": "distribute_cards"}, headers=headers(exam, CHAIR)).status_code == 422
    )
