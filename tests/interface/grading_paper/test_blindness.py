"""Art. 47: until the small envelopes are opened nothing leads from a number to a name."""

import io
import json
import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image
from sqlalchemy import select

from chassis.documents import file_name
from chassis.plumbing import AuditRow, DocumentRow, Plumbing
from chassis.work import Actor
from contracts.events.session import SittingsEnded
from services.grading.paper.tables import Base, HandIn, Reading
from services.session.live import create_live_app
from tests.cast import player
from tests.interface.grading_paper.paper_exam import (
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
from tests.interface.house import House
from tests.interface.session.exam_day import Line, hall, quarter_to_nine, start_paper

Make = Callable[..., PaperExam]
WHO = player(1)  #: of the first envelope
WORD = "предаде втори плик"
NAMING = f"{WHO.names} {WORD}."
_IMAGE_DESCRIPTION = 0x010E


@pytest.fixture
def marked(capfd: pytest.CaptureFixture[str], paper: Make) -> PaperExam:
    """Every card marked and settled, every document rendered, nothing opened; what was logged is in ``capfd``."""
    assert capfd
    exam = paper()
    exam.ready_to_mark()
    exam.finish_marking()
    exam.render_all()
    return exam


def rows(exam: PaperExam) -> Iterator[tuple[str, str]]:
    """Every row of every table as text; bytes (the bodies of events) are read as text too."""
    for metadata in (Plumbing.metadata, Base.metadata):
        for table in metadata.sorted_tables:
            with exam.house.runtime.engine.connect() as connection:
                for row in connection.execute(select(table)):
                    yield table.name, json.dumps(list(row), default=_text, ensure_ascii=False)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def numbers_in(text: str, exam: PaperExam) -> set[str]:
    """Card numbers in a text; digits within hashes and longer numbers are none."""
    return {number for number in exam.by_number if re.search(rf"(?<!\w){number}(?!\w)", text)}


def people_in(text: str, exam: PaperExam) -> set[int]:
    """Candidates of whom a text speaks: by identifier, by opaque id, or by all three names."""
    found = set()
    for one in exam.envelopes:
        who = player(one.candidate)
        if any(sign in text for sign in (who.identifier, candidate_id(one.candidate), who.names.last, who.email)):
            found.add(one.candidate)
    return found


def test_no_row_holds_a_number_and_a_candidate(marked: PaperExam) -> None:
    seen_numbers, seen_people = set(), set()
    for table, text in rows(marked):
        numbers, people = numbers_in(text, marked), people_in(text, marked)
        assert not (numbers and people), (table, text)
        seen_numbers |= numbers
        seen_people |= people
    assert seen_numbers == set(marked.by_number)
    assert len(seen_people) == len(marked.envelopes)


def test_no_answer_names_a_candidate(marked: PaperExam) -> None:
    number = next(iter(marked.by_number))
    answers = [marked.ask(verb, actor) for verb in ("progress", "documents") for actor in (CHAIR, MEMBERS[0], DIRECTOR)]
    answers += [marked.ask("export", OPERATOR), marked.ask("card", CHAIR, number=number)]
    answers += [marked.ask("my_cards", member) for member in MEMBERS]
    for answer in answers:
        assert people_in(json.dumps(good(answer), ensure_ascii=False), marked) == set()


def pages(exam: PaperExam) -> Iterator[tuple[str, Actor, str]]:
    """Every page that commission, director and operator see: the overview, and the marking screen with each card."""
    for actor in (CHAIR, *MEMBERS, DIRECTOR, OPERATOR):
        yield "", actor, ""
    for actor in (CHAIR, *MEMBERS):
        yield "mark", actor, ""
    for member in MEMBERS:
        for card in good(exam.ask("my_cards", member))["cards"]:
            yield "mark", member, card["number"]


def test_no_page_names_a_candidate_and_no_line_of_the_log_a_candidate_or_a_card(
    marked: PaperExam, capfd: pytest.CaptureFixture[str]
) -> None:
    for path, actor, number in pages(marked):
        query = {"exam_id": EXAM} | ({"number": number} if number else {})
        answer = marked.house.door.get(f"/grading/paper/{path}", params=query, headers=headers(marked, actor))
        assert answer.status_code == 200, answer.text
        assert number in answer.text
        assert people_in(answer.text + str(answer.headers), marked) == set()
    good(marked.tell("propose_opening_envelopes", CHAIR))
    assert marked.tell("enter_slip", CHAIR, number="x", **slip(1)).status_code >= 400
    captured = capfd.readouterr()
    logged = captured.out + captured.err
    assert "request" in logged
    assert people_in(logged, marked) == set()
    assert numbers_in(logged, marked) == set()


def test_a_picture_of_a_card_carries_nothing_that_its_scan_was_given_beside_the_picture(paper: Make) -> None:
    exam = paper()
    exam.announce()
    exam.hand_in()
    exam.number()
    number, one = next(iter(exam.by_number.items()))
    name = player(one.candidate).names.last
    described = Image.Exif()
    described[_IMAGE_DESCRIPTION] = name
    out = io.BytesIO()
    with Image.open(io.BytesIO(scanned(one, number))) as picture:
        picture.save(out, "JPEG", exif=described, comment=name.encode(), quality=95)
    assert name.encode() in out.getvalue()
    exam.register([exam.upload(out.getvalue())])
    with exam.house.runtime.work() as work:
        (page,) = work.session.scalars(select(Reading))
    assert page.number == number
    for sha256 in (page.picture_sha256, page.overlay_sha256):
        assert name.encode() not in exam.house.runtime.files.get(str(sha256))


def test_lists_are_by_number_or_hash_and_a_member_reaches_no_card_but_his_own(marked: PaperExam) -> None:
    exported = good(marked.ask("export", OPERATOR))
    lists = [
        [card["number"] for card in exported["cards"]],
        [scan["scan_sha256"] for scan in exported["scans"]],
        [one["number"] for one in good(marked.ask("progress", CHAIR))["annulments"]],
        good(marked.ask("scans", CHAIR))["scans"],
        *([card["number"] for card in good(marked.ask("my_cards", one))["cards"]] for one in MEMBERS),
    ]
    assert all(one == sorted(one) for one in lists)
    for member in MEMBERS:
        mine = {card["number"] for card in good(marked.ask("my_cards", member))["cards"]}
        for number in marked.by_number.keys() - mine:
            query = {"exam_id": EXAM, "number": number}
            shown = marked.house.door.get("/grading/paper/mark", params=query, headers=headers(marked, member))
            assert shown.status_code == 403
            assert refusal(marked.ask("card", member, number=number)) == "CardNotYours"


def test_no_document_with_a_number_names_a_candidate(marked: PaperExam) -> None:
    with marked.house.runtime.work() as work:
        documents = list(work.session.scalars(select(DocumentRow)))
    assert len(documents) == 2 + 1 + 1 + 1 + len(MEMBERS)
    for row in documents:
        pdf = marked.house.runtime.files.get(str(row.sha256))
        text = " ".join((file_name(row), json.dumps(row.context, ensure_ascii=False), _metadata(pdf), _printed(pdf)))
        assert people_in(text, marked) == set()


def _metadata(pdf: bytes) -> str:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        xmp = str(opened.open_metadata()) if "/Metadata" in opened.Root else ""
        return " ".join((xmp, *opened.attachments, *(f"{name}: {value}" for name, value in opened.docinfo.items())))


def _printed(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return text


@pytest.fixture
def named_in_the_hall(house_of: Callable[[str], House]) -> Iterator[SittingsEnded]:
    """What a hall tells that counted one envelope more than came and named the candidate, as the chair did who took one
    fewer over.
    """
    house = house_of("session")
    live = Line(create_live_app(house.runtime))
    try:
        day = quarter_to_nine(house, live)
        day.open_variant()
        start_paper(day)
        day.on("12:36")
        day.do("hall Х1", "end_hall", **hall("Х1"))
        for one in day.halls["Х1"]:
            day.do("hall Х1", "hand_in", **one.about)
        for who, verb, envelopes in (("hall Х1", "reconcile_hall", 3), ("chair", "take_over_hall", 2)):
            day.do(who, verb, **hall("Х1"), envelopes=envelopes, deviation_reason=NAMING)
        with house.runtime.work() as work:
            audit = list(work.session.scalars(select(AuditRow).order_by(AuditRow.number)))
        assert [row.facts["deviation_reason"] for row in audit if "deviation_reason" in row.facts] == [NAMING] * 2
        (ended,) = day.said(SittingsEnded)
        yield ended
    finally:
        live.close()


def test_a_candidate_whom_a_hall_named_when_it_explained_its_envelopes_is_named_nowhere_in_grading(
    paper: Make, named_in_the_hall: SittingsEnded
) -> None:
    exam = paper(envelope(1, 72), envelope(2, 80))
    exam.ready_to_mark(named_in_the_hall)
    exam.finish_marking()
    exam.render_all()
    (told,) = exam.progress()["halls"]
    assert told == {
        "hall": "Х1",
        "appeared": 2,
        "counted": 3,
        "counted_is_explained": True,
        "taken_over": 2,
        "taken_over_is_explained": True,
    }
    for table, text in rows(exam):
        assert WORD not in text, (table, text)
        assert table == "candidates" or WHO.names.last not in text, (table, text)
    for verb, actor in product(("progress", "documents"), (CHAIR, *MEMBERS, DIRECTOR)):
        assert people_in(json.dumps(good(exam.ask(verb, actor)), ensure_ascii=False), exam) == set()
    assert people_in(json.dumps(good(exam.ask("export", OPERATOR)), ensure_ascii=False), exam) == set()
    for path, actor, number in pages(exam):
        query = {"exam_id": EXAM} | ({"number": number} if number else {})
        answer = exam.house.door.get(f"/grading/paper/{path}", params=query, headers=headers(exam, actor))
        assert (answer.status_code, people_in(answer.text, exam), WORD in answer.text) == (200, set(), False)


def test_no_order_of_rows_leads_from_a_number_to_a_name(marked: PaperExam) -> None:
    with marked.house.runtime.engine.connect() as connection:
        cards = [row.number for row in connection.execute(select(Base.metadata.tables["cards"]))]
        columns = set(HandIn.__table__.columns.keys())
    assert cards == sorted(cards)
    assert columns == {"exam_id", "candidate_id", "is_annulled"}


def test_after_the_opening_only_the_slips_lead_from_a_number_to_a_candidate(marked: PaperExam) -> None:
    marked.open_envelopes()
    marked.enter_slips()
    leading = {table for table, text in rows(marked) if numbers_in(text, marked) and people_in(text, marked)}
    assert leading == {"slips"}


def test_the_audit_chain_never_names_a_candidate(marked: PaperExam) -> None:
    marked.open_envelopes()
    marked.enter_slips()
    good(marked.tell("complete_protocols", CHAIR))
    audit = [text for table, text in rows(marked) if table == "audit"]
    assert audit
    assert people_in(" ".join(audit), marked) == set()
