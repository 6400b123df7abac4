import io
import time

import pikepdf

from chassis import pdf
from services.grading.electronic.documents import APPENDIX_6, DOCUMENTS
from tests.documents.people import FRAME
from tests.documents.reading import pages, squeezed
from tests.documents.samples_after import appendix_6

CONTEXTS = [appendix_6(number) for number in range(5)]
HTMLS = [DOCUMENTS.html(APPENDIX_6, context, FRAME) for context in CONTEXTS]
MANY = pdf.render_many(HTMLS)


def test_as_many_files_come_as_documents_went_and_in_their_order() -> None:
    assert len(MANY) == len(HTMLS)
    for context, content in zip(CONTEXTS, MANY, strict=True):
        assert squeezed(str(context.person.names)) in squeezed(pages(content)[0])


def test_each_file_counts_its_own_pages() -> None:
    assert all("стр. 1 от 1" in pages(content)[0] for content in MANY)


def test_a_document_is_the_same_to_the_byte_whoever_is_in_the_batch_with_it() -> None:
    assert pdf.render_many([HTMLS[3]]) == [MANY[3]]
    assert pdf.render_many(HTMLS[::-1]) == MANY[::-1]


def test_a_file_holds_nothing_of_its_neighbours() -> None:
    with pikepdf.open(io.BytesIO(MANY[2])) as document:
        assert len(document.pages) == 1
        assert sum(isinstance(obj, pikepdf.Dictionary) and obj.get("/Type") == "/Page" for obj in document.objects) == 1
    texts = " ".join(pages(MANY[2]))
    assert CONTEXTS[1].person.identifier not in texts
    assert CONTEXTS[1].exam_username not in texts


def test_metadata_name_nobody() -> None:
    for context, content in zip(CONTEXTS, MANY, strict=True):
        with pikepdf.open(io.BytesIO(content)) as document:
            info = " ".join(str(value) for value in document.docinfo.values())
        assert context.person.names.last not in info
        assert context.person.identifier not in info


def test_no_documents_make_no_files() -> None:
    assert pdf.render_many([]) == []


def test_a_hundred_and_twenty_individual_protocols_take_less_than_half_a_minute_of_one_core() -> None:
    htmls = [DOCUMENTS.html(APPENDIX_6, appendix_6(number), FRAME) for number in range(24)]
    began = time.process_time()
    pdf.render_many(htmls)
    assert (time.process_time() - began) * 5 < 30
