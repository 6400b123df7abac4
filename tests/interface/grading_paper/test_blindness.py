"""Art. 47: until the small envelopes are opened nothing leads from a number to a name."""

import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
import pypdfium2
import pytest
from sqlalchemy import select

from chassis.documents import file_name
from chassis.plumbing import DocumentRow, Plumbing
from services.grading.paper.tables import Base, HandIn
from tests.cast import player
from tests.interface.grading_paper.paper_exam import (
    CHAIR,
    DIRECTOR,
    MEMBERS,
    OPERATOR,
    PaperExam,
    candidate_id,
    good,
)

Make = Callable[..., PaperExam]


@pytest.fixture
def marked(paper: Make) -> PaperExam:
    """Every card marked and settled, every document rendered, nothing opened."""
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
        return " ".join(f"{name}: {value}" for name, value in opened.docinfo.items())


def _printed(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return text


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
