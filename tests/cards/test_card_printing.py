"""The printed card is the card of Приложение № 10, and nothing on it leads to a person."""

import json

import numpy as np
import pypdfium2
from numpy.typing import NDArray

from services.grading.paper.cards.layout import CardLayout, card_layout
from services.grading.paper.cards.printing import PrintedCard, rasterised, sticker_sheets_html
from services.grading.paper.cards.simulation.filling import sticker_image

A4_AT_300_DPI = [2480, 3508]


def _words(printed: PrintedCard) -> str:
    return str(pypdfium2.PdfDocument(printed.pdf.read_bytes())[0].get_textpage().get_text_bounded())


def test_the_card_has_ninety_questions_with_four_boxes_in_three_columns(layout: CardLayout) -> None:
    assert [box.option for box in layout.boxes[:4]] == ["А", "Б", "В", "Г"]
    assert len(layout.boxes) == 360
    lefts = {q: next(b.rect.x for b in layout.boxes if b.question == q) for q in (1, 30, 31, 60, 61, 90)}
    assert lefts[1] == lefts[30] < lefts[31] == lefts[60] < lefts[61] == lefts[90]


def test_the_card_says_what_the_ordinance_says(printed: PrintedCard) -> None:
    words = " ".join(_words(printed).split())
    assert "КАРТА ЗА ПОПЪЛВАНЕ НА ОТГОВОРИТЕ" in words
    assert "Моля, маркирайте със знак „X“ отговора, който считате за верен." in words
    assert "отговорите са отбелязани само с молив, се приема, че отговорът е неверен." in words


def test_the_card_asks_for_no_name_and_its_file_tells_no_author(printed: PrintedCard) -> None:
    words = _words(printed).lower()
    assert not any(word in words for word in ("име", "егн", "подпис"))
    metadata = pypdfium2.PdfDocument(printed.pdf.read_bytes()).get_metadata_dict()
    assert metadata["Author"] == ""
    assert metadata["Title"] == "Карта за попълване на отговорите"


def test_layout_json_has_the_promised_form(printed: PrintedCard) -> None:
    data = json.loads(printed.layout.read_text(encoding="utf-8"))
    assert data["dpi"] == 300
    assert data["page"] == A4_AT_300_DPI
    assert set(data["boxes"][0]) == {"question", "option", "x", "y", "w", "h"}
    assert set(data["number_box"]) == {"x", "y", "w", "h"}


def test_boxes_of_layout_json_lie_on_the_printed_frames(layout: CardLayout, blank_png: NDArray[np.uint8]) -> None:
    for box in layout.to_json(300)["boxes"]:
        x, y, w, h = (round(box[key]) for key in ("x", "y", "w", "h"))
        assert blank_png[y + h // 2, x : x + 4].min() < 128
        assert blank_png[y + 6 : y + h - 6, x + 6 : x + w - 6].min() > 200


def test_the_layout_survives_being_written_and_read(layout: CardLayout) -> None:
    again = CardLayout.from_json(layout.to_json(300))
    assert again.page_code == layout.page_code
    assert again.sub_variant == "А1"
    assert [b.question for b in again.boxes] == [b.question for b in layout.boxes]
    assert max(abs(a.rect.x - b.rect.x) for a, b in zip(again.boxes, layout.boxes, strict=True)) < 0.001


def test_the_picture_is_the_pdf(printed: PrintedCard, blank_png: NDArray[np.uint8]) -> None:
    assert np.array_equal(rasterised(printed.pdf.read_bytes(), 300), blank_png)


def test_a_card_with_fewer_questions_needs_no_other_code() -> None:
    small = card_layout("проба/А", questions=24, options="АБВ")
    assert len(small.boxes) == 72


def test_stickers_carry_each_number_as_digits_as_often_as_asked() -> None:
    html = sticker_sheets_html(["12345", "54321"], copies=4)
    assert html.count(">12345<") == 4
    assert html.count(">54321<") == 4


def test_a_drawn_sticker_has_the_size_of_a_printed_one() -> None:
    assert sticker_image("12345", 8).shape == (136, 352)
