import dataclasses
import html
import io
import re
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pypdfium2
import pytest

from chassis import pdf
from services.grading.electronic.documents import APPENDIX_6
from services.grading.electronic.documents import DOCUMENTS as ELECTRONIC
from services.grading.paper.cards.drawing import STICKER_MM
from services.grading.paper.cards.layout import MM_PER_INCH, card_layout
from tests.documents.people import FRAME, LONG, at, person
from tests.documents.prescribed import SAYS
from tests.documents.reading import embedded_fonts, outside_of, pages, squeezed
from tests.documents.samples import samples
from tests.documents.samples_after import appendix_6

SAMPLES = samples()
_PX_PER_MM = 12
MANY_ROWS = (
    "admission_protocol",
    "appendix_3",
    "appendix_5",
    "appendix_7",
    "appendix_11",
    "results_protocol",
    "register_extract",
)


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return {name: sample.pdf() for name, sample in SAMPLES.items()}


def test_every_kind_of_every_service_has_a_sample_and_prescribed_words() -> None:
    assert set(SAYS) == set(SAMPLES)


@pytest.mark.parametrize("name", SAYS)
def test_a_document_says_what_is_prescribed_in_the_prescribed_order(name: str, made: dict[str, bytes]) -> None:
    text, position = squeezed(" ".join(pages(made[name]))), 0
    for words in SAYS[name]:
        found = text.find(squeezed(words), position)
        assert found >= 0, f"„{words}“ is missing, or stands before what should precede it"
        position = found + len(squeezed(words))


@pytest.mark.parametrize("name", SAYS)
def test_a_document_has_a_title_a_language_and_only_dejavu_inside(name: str, made: dict[str, bytes]) -> None:
    fonts = embedded_fonts(made[name])
    assert fonts
    assert all("DejaVu" in font and inside for font, inside in fonts)
    with pikepdf.open(io.BytesIO(made[name])) as document:
        assert str(document.docinfo["/Title"]) == SAMPLES[name].kind.title_bg
        assert str(document.Root.Lang) == "bg"


@pytest.mark.parametrize("name", [name for name in SAYS if name not in {"booklet", "sticker_sheet"}])
def test_a_document_rendered_twice_is_the_same_to_the_byte(name: str, made: dict[str, bytes]) -> None:
    assert SAMPLES[name].pdf() == made[name]


@pytest.mark.parametrize(
    "name", [name for name in SAYS if name not in {"appendix_9", "envelope_labels", "sticker_sheet"}]
)
def test_every_page_tells_its_number_its_kind_and_the_head_of_the_audit_chain(
    name: str, made: dict[str, bytes]
) -> None:
    texts = pages(made[name])
    for number, text in enumerate(texts, start=1):
        assert f"стр. {number} от {len(texts)}" in text
        assert squeezed(SAMPLES[name].kind.title_bg) in squeezed(text)
        assert FRAME.chain_head[:16] in text
        assert FRAME.chain_head[:17] not in text


@pytest.mark.parametrize("name", SAYS)
def test_what_a_pdf_claims_is_what_its_kind_says(name: str, made: dict[str, bytes]) -> None:
    kind = SAMPLES[name].kind
    with pikepdf.open(io.BytesIO(made[name])) as document:
        if kind.many:
            assert "/Metadata" not in document.Root
            assert "/StructTreeRoot" not in document.Root
            return
        assert bool(document.Root.MarkInfo.Marked)
        assert "/StructTreeRoot" in document.Root
        with document.open_metadata() as metadata:
            claimed = metadata.get("pdfuaid:part") if kind.claim == "pdf/ua-1" else metadata.get("pdfaid:conformance")
    assert claimed == ("1" if kind.claim == "pdf/ua-1" else "A")


def test_the_declarations_and_individual_protocols_stay_on_one_sheet_even_with_the_longest_names(
    made: dict[str, bytes],
) -> None:
    one_page = {"appendix_1", "appendix_2", "appendix_4", "appendix_8", "appendix_6", "certificate", "duplicate"}
    assert {name for name in one_page if len(pages(made[name])) > 1} == set()


@pytest.mark.parametrize("name", ["appendix_4", "appendix_8"])
def test_the_instructions_are_word_for_word_those_of_the_ordinance(name: str, made: dict[str, bytes]) -> None:
    lawful = squeezed((Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8"))
    printed = squeezed("".join(pages(made[name])))
    assert printed[printed.index("Уважаемикандидати") :].startswith(lawful)


def test_protocol_1_for_signature_leaves_the_cells_of_signatures_and_leavings_to_the_pen() -> None:
    last = SAMPLES["appendix_3"].context
    rows = tuple(dataclasses.replace(one, appeared=None, handed_in_at=None) for one in last.rows)
    for_pen = dataclasses.replace(last, rows=rows, leavings=(), blank_leavings=4, is_for_signature=True)
    text = " ".join(pages(dataclasses.replace(SAMPLES["appendix_3"], context=for_pen).pdf()))
    assert "Екземпляр за подпис" in text
    assert "предадени в" not in text
    assert "Никой кандидат не е напускал" not in text
    assert "Екземпляр за подпис" not in " ".join(pages(SAMPLES["appendix_3"].pdf()))


def test_protocol_1_that_was_issued_anew_says_when_the_former_one_was() -> None:
    of_hall = dataclasses.replace(SAMPLES["appendix_3"].context, former_at=at(12, 50))
    printed = squeezed(" ".join(pages(dataclasses.replace(SAMPLES["appendix_3"], context=of_hall).pdf())))
    said = squeezed("постъпили след издаването на предишния протокол от 15.05.2027 г., 12,50 ч.")
    assert said in printed
    assert squeezed("Съставен наново") not in squeezed(" ".join(pages(SAMPLES["appendix_3"].pdf())))


@pytest.mark.parametrize("name", MANY_ROWS)
def test_a_hundred_candidates_and_a_long_name_stay_within_the_margins(name: str) -> None:
    content = samples(rows=100)[name].pdf()
    document = pypdfium2.PdfDocument(content)
    try:
        assert len(document) > 1
        assert outside_of(document) == []
    finally:
        document.close()
    text = squeezed(" ".join(pages(content)))
    assert squeezed(str(LONG)) in text
    assert squeezed(str(person(98).names)) in text


@pytest.mark.parametrize("name", SAYS)
def test_nothing_is_written_outside_the_margins(name: str, made: dict[str, bytes]) -> None:
    document = pypdfium2.PdfDocument(made[name])
    try:
        assert outside_of(document) == []
    finally:
        document.close()


def test_text_from_outside_cannot_become_markup() -> None:
    sample = SAMPLES["appendix_1"]
    hostile = dataclasses.replace(sample.context, address="<img src=file:///etc/passwd><b>")
    text = sample.documents.html(sample.kind, hostile, FRAME)
    assert html.escape(hostile.address) in text
    assert "<img" not in text


def test_a_context_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="appendix_1"):
        SAMPLES["appendix_1"].documents.html(SAMPLES["appendix_1"].kind, SAMPLES["announcement"].context, FRAME)


def test_an_annulled_protocol_is_marked_and_another_is_not() -> None:
    annulled, counted = ELECTRONIC.render_all(
        APPENDIX_6, [(appendix_6(1, annulled=True), FRAME), (appendix_6(2), FRAME)]
    )
    assert "АНУЛИРАН" in squeezed(pages(annulled)[0])
    assert "АНУЛИРАН" not in squeezed(pages(counted)[0])


def test_ninety_answers_stand_beside_their_numbers() -> None:
    context = appendix_6(3)
    lines = pages(ELECTRONIC.render(APPENDIX_6, context, FRAME))[0].splitlines()
    rows = [line.split() for line in lines if re.fullmatch(r"\s*(\d+\s+[АБВГ–]\s+[АБВГ]\s*){3}", line)]
    read = {int(row[i]): (row[i + 1], row[i + 2]) for row in rows for i in (0, 3, 6)}
    assert read == {number: (given or "–", right) for number, (given, right) in enumerate(context.answers, start=1)}


def test_what_is_secret_is_marked_so() -> None:
    assert {name for name, sample in SAMPLES.items() if sample.kind.secret} == {"booklet", "credential_sheets"}


def test_html_may_ask_for_nothing_fromoutside_of() -> None:
    for address in ("file:///etc/hostname", "https://example.bg/x.png", "x.png"):
        with pytest.raises(pdf.ForeignResourceError):
            pdf.render(f'<html lang="bg"><title>x</title><body><img src="{address}" alt=""></body></html>')


def test_a_printed_sticker_s_code_says_its_number_and_fits_into_the_card_s_box(made: dict[str, bytes]) -> None:
    document = pypdfium2.PdfDocument(made["sticker_sheet"])
    sheet = np.asarray(document[0].render(scale=_PX_PER_MM * MM_PER_INCH / 72, grayscale=True).to_numpy())
    document.close()
    left, top, width, height = (round(_PX_PER_MM * mm) for mm in (8, 10, 48, 22))
    for place, number in enumerate(("10007", "10620", "11233")):
        down = top + place * height
        sticker = np.ascontiguousarray(sheet[down : down + height, left : left + width].squeeze())
        assert cv2.QRCodeDetector().detectAndDecode(sticker)[0] == number
    box = card_layout("", questions=90, options="АБВГ").number_box
    assert box.w >= STICKER_MM[0]
    assert box.h >= STICKER_MM[1]
