"""What comes from outside enters the store only when it is what it says; what is in the store stays what it is."""

import contextlib
import hashlib
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageFile

from chassis.files import FileStore, check
from contracts.refusals.general import NotFound, NotThatKindOfFile, TooLarge
from tests.unit.chassis import outside_files as outside

LIMIT_BYTES = 10_000_000
GOOD = {
    "application/pdf": outside.pdf(),
    "image/jpeg": outside.image("JPEG"),
    "image/png": outside.image("PNG"),
    "image/tiff": outside.image("TIFF"),
}
#: Of a spoiled picture, before it fails to decode it.
PILLOW_WARNS = pytest.mark.filterwarnings("ignore::UserWarning:PIL")
KINDS = pytest.mark.parametrize("kind", GOOD)


def refuses(content: bytes, declared: str) -> None:
    with pytest.raises(NotThatKindOfFile):
        check(content, declared, limit_bytes=LIMIT_BYTES)


@KINDS
def test_a_file_that_is_what_it_says_is_accepted_as_it_is(kind: str) -> None:
    accepted = check(GOOD[kind], kind, limit_bytes=LIMIT_BYTES)
    assert (accepted.content, accepted.media_type) == (GOOD[kind], kind)


def test_a_declared_kind_may_have_parameters_and_capitals() -> None:
    assert check(GOOD["image/png"], "Image/PNG; charset=x", limit_bytes=LIMIT_BYTES).media_type == "image/png"


@KINDS
def test_a_file_is_measured_before_it_is_read(kind: str) -> None:
    with pytest.raises(TooLarge):
        check(GOOD[kind], kind, limit_bytes=len(GOOD[kind]) - 1)
    assert check(GOOD[kind], kind, limit_bytes=len(GOOD[kind])).media_type == kind


@KINDS
@pytest.mark.parametrize("declared", [*GOOD, "image/gif", "application/octet-stream", "text/html", ""])
def test_a_file_that_says_it_is_another_kind_is_refused(kind: str, declared: str) -> None:
    if declared != kind:
        refuses(GOOD[kind], declared)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>%PDF-1.7</html>",
        b"MZ\x90\x00",
        outside.archive(),
        outside.image("GIF"),
        b" " + GOOD["application/pdf"],
    ],
    ids=["nothing", "page", "program", "archive", "gif", "pdf after a space"],
)
@pytest.mark.parametrize("declared", [*GOOD, "image/gif"])
def test_another_kind_of_file_is_refused_whatever_it_says(content: bytes, declared: str) -> None:
    refuses(content, declared)


@PILLOW_WARNS
@pytest.mark.parametrize(
    ("content", "declared"),
    [
        (b"%PDF-1.7\n<script>alert(1)</script>", "application/pdf"),
        (b"%PDF-1.7\n" + GOOD["image/jpeg"], "application/pdf"),
        (b"\xff\xd8\xff\xe0" + GOOD["application/pdf"], "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n" + GOOD["application/pdf"], "image/png"),
        (b"II*\x00" + GOOD["application/pdf"], "image/tiff"),
    ],
)
def test_a_file_that_only_begins_like_its_kind_is_refused(content: bytes, declared: str) -> None:
    refuses(content, declared)


@PILLOW_WARNS
@pytest.mark.parametrize("kind", ["image/jpeg", "image/png", "image/tiff"])
@pytest.mark.parametrize("share", [0.5, 0.9])
@pytest.mark.parametrize("is_lenient", [False, True])
def test_a_picture_that_was_cut_off_is_refused_though_a_library_made_pillow_lenient(
    kind: str, share: float, is_lenient: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", is_lenient)
    refuses(GOOD[kind][: int(len(GOOD[kind]) * share)], kind)


@pytest.mark.parametrize(
    "spoil",
    [
        outside.open_action,
        outside.page_action,
        outside.link_action,
        outside.named_script,
        outside.attachment,
        outside.form,
        outside.many_objects,
        outside.no_page,
    ],
    ids=lambda spoil: spoil.__name__,
)
def test_a_pdf_that_acts_or_carries_something_is_refused(spoil: object) -> None:
    refuses(outside.pdf(spoil), "application/pdf")  # type: ignore[arg-type]  # pytest passes each of the functions above as object


@pytest.mark.parametrize("levels", [300, 450, 474, 498])
def test_a_pdf_nested_too_deeply_to_look_into_is_refused_or_looked_into(levels: int) -> None:
    with contextlib.suppress(NotThatKindOfFile):
        check(outside.pdf(outside.nested(levels)), "application/pdf", limit_bytes=LIMIT_BYTES)


def test_a_pdf_with_a_name_that_is_no_text_is_refused() -> None:
    refuses(outside.name_that_is_no_text(), "application/pdf")


@PILLOW_WARNS
def test_a_png_with_a_broken_chunk_is_refused() -> None:
    refuses(outside.broken_chunk(), "image/png")


@pytest.mark.parametrize("password", ["", "secret"])
def test_a_locked_pdf_is_refused(password: str) -> None:
    locked = outside.pdf(encryption=pikepdf.Encryption(owner="owner", user=password))
    refuses(locked, "application/pdf")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(("width", "height"), [(11_000, 10_000), (20_000, 10_000)])
def test_a_small_file_with_very_many_pixels_is_refused_before_it_unfolds(width: int, height: int) -> None:
    content = outside.bomb(width, height)
    assert len(content) < 200_000
    refuses(content, "image/png")


@PILLOW_WARNS
@KINDS
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_whatever_is_done_to_a_file_it_is_accepted_or_refused_and_nothing_else_happens(
    kind: str, data: st.DataObject
) -> None:
    content = bytearray(GOOD[kind])
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    content += data.draw(st.binary(max_size=8))
    with contextlib.suppress(NotThatKindOfFile):
        assert check(bytes(content), kind, limit_bytes=LIMIT_BYTES).content == content


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path.as_uri())


@settings(deadline=None)
@given(content=st.binary(max_size=64))
def test_a_file_is_found_by_its_hash(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    store = FileStore((tmp_path_factory.getbasetemp() / "store").as_uri())
    name = store.put(content)
    assert name == hashlib.sha256(content).hexdigest()
    assert store.has(name)
    assert store.get(name) == content


def test_the_same_file_twice_is_one_and_nothing_is_left_beside_it(store: FileStore, tmp_path: Path) -> None:
    assert store.put(b"the same") == store.put(b"the same")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_file_that_is_not_there_is_refused_in_words(store: FileStore) -> None:
    assert not store.has("0" * 64)
    with pytest.raises(NotFound):
        store.get("0" * 64)


def test_a_file_that_was_changed_in_the_store_is_not_handed_out(store: FileStore, tmp_path: Path) -> None:
    name = store.put(b"what was said")
    (tmp_path / name[:2] / name).write_bytes(b"what is said now")
    with pytest.raises(ValueError, match="is not what its name says"):
        store.get(name)
