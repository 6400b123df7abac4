"""What is no card is refused by name, quickly, and stops nobody else."""

import io
import json
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest
from click.testing import CliRunner

from services.grading.paper.cards import command
from services.grading.paper.cards.command import card
from services.grading.paper.cards.images import (
    BrokenImage,
    ScanRefused,
    TooLarge,
    TooSmall,
    UnknownFormat,
    load_page,
    load_pages,
)
from services.grading.paper.cards.overlay import overlay, question_picture
from services.grading.paper.cards.page import read_card, read_page
from services.grading.paper.cards.printing import PrintedCard
from services.grading.paper.cards.simulation import Filling, Written
from tests.cards.card_on_paper import Paper
from tests.cards.hostile_files import tiff_without_a_width


def _png(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [b"\x89PNG\r\n\x1a\n"]
    for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0")), (b"IEND", b"")):
        parts.append(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))
    return b"".join(parts)


def _encoded(picture: np.ndarray, kind: str) -> bytes:
    stream = io.BytesIO()
    PIL.Image.fromarray(picture).save(stream, kind)
    return stream.getvalue()


def _first(data: bytes, media_type: str) -> None:
    load_page(data, media_type)


def test_a_picture_of_sixty_thousand_pixels_a_side_is_refused_from_its_header() -> None:
    with pytest.raises(TooLarge):
        _first(_png(60_000, 60_000), "image/png")


def test_a_truncated_jpeg_is_broken(paper: Paper, candidate: Callable[[int], Filling]) -> None:
    whole = paper.scanned(candidate(1), 1, "clean").jpeg
    with pytest.raises(BrokenImage):
        _first(whole[: len(whole) // 2], "image/jpeg")


def test_a_truncated_png_is_broken(printed: PrintedCard) -> None:
    whole = printed.picture.read_bytes()
    with pytest.raises(BrokenImage):
        _first(whole[: len(whole) // 2], "image/png")


def test_a_file_must_be_what_its_media_type_says(printed: PrintedCard) -> None:
    with pytest.raises(UnknownFormat):
        _first(printed.picture.read_bytes(), "image/jpeg")
    with pytest.raises(UnknownFormat):
        _first(b"GIF89a", "image/gif")


def test_a_thumbnail_is_too_small() -> None:
    with pytest.raises(TooSmall):
        _first(_encoded(np.zeros((90, 60), np.uint8), "JPEG"), "image/jpeg")


def test_garbage_behind_a_right_beginning_is_refused() -> None:
    for start, media_type in ((b"\xff\xd8\xff", "image/jpeg"), (b"II*\0", "image/tiff"), (b"%PDF-", "application/pdf")):
        with pytest.raises(ScanRefused):
            _first(start + b"\xab" * 5000, media_type)


def test_an_empty_page_is_no_card(paper: Paper) -> None:
    white = np.full((2339, 1654, 3), 250, np.uint8)
    assert read_card(white, paper.layout).why_not == "empty_page"


def test_a_page_that_is_no_card_is_said_to_be_none(paper: Paper) -> None:
    letter = np.full((2339, 1654), 255, np.uint8)
    for line in range(40):
        cv2.putText(letter, "Dear Sir or Madam, thank you", (100, 100 + 50 * line), 0, 1.2, 0, 2)
    assert read_card(letter, paper.layout).why_not == "marks_not_found"


def test_a_page_that_breaks_the_reader_is_told_with_what_broke_it(paper: Paper) -> None:
    reading = read_page(np.zeros((600, 0), np.uint8), paper.layout)
    assert (reading.ok, reading.why_not) == (False, "cannot_be_read")
    assert "error" in reading.quality


def test_two_cards_in_one_picture_are_not_mixed(paper: Paper) -> None:
    both = np.hstack([paper.card, paper.card])
    assert read_card(both, paper.layout).why_not == "more_than_one_card"


def test_half_a_card_is_not_read(paper: Paper) -> None:
    half = paper.card[: paper.card.shape[0] // 2]
    assert not read_card(np.ascontiguousarray(half), paper.layout).ok


def test_pages_of_a_tiff_and_of_a_pdf_are_all_read(paper: Paper, printed: PrintedCard) -> None:
    stream = io.BytesIO()
    pages = [PIL.Image.fromarray(paper.card) for _ in range(3)]
    pages[0].save(stream, "TIFF", save_all=True, append_images=pages[1:])
    assert [read_page(p, paper.layout).ok for p in load_pages(stream.getvalue(), "image/tiff")] == [True] * 3
    pdf = list(load_pages(printed.pdf.read_bytes(), "application/pdf"))
    assert [read_page(p, paper.layout).ok for p in pdf] == [True]


def test_the_overlay_is_a_jpeg_and_needs_a_card(paper: Paper) -> None:
    reading = read_card(paper.card, paper.layout)
    assert overlay(paper.card, paper.layout, reading, question=7).startswith(b"\xff\xd8\xff")
    assert question_picture(paper.card, paper.layout, reading, 7).startswith(b"\xff\xd8\xff")
    nothing = np.full((2339, 1654), 255, np.uint8)
    with pytest.raises(ValueError, match="empty_page"):
        overlay(nothing, paper.layout, read_card(nothing, paper.layout))


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_command_reads_what_it_can_and_says_what_it_cannot(printed: PrintedCard, tmp_path: Path, jobs: str) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0 nothing")
    files = [str(printed.picture), str(broken), str(tmp_path / "missing.png")]
    options = ["--layout", str(printed.layout), "--jobs", jobs, "--overlay", str(tmp_path / "over")]
    result = CliRunner().invoke(card, ["read", *options, *files])
    assert result.exit_code == 0, result.output
    lines = {line["file"]: line for line in map(json.loads, result.stdout.splitlines())}
    assert lines[files[0]]["ok"]
    assert lines[files[1]]["why_not"] == "broken_image"
    assert lines[files[2]]["why_not"] == "cannot_be_opened"
    assert (tmp_path / "over" / "card.jpg").exists()


def test_a_batch_that_was_stopped_goes_on_where_it_stopped(printed: PrintedCard, tmp_path: Path) -> None:
    into = tmp_path / "readings.jsonl"
    files = [tmp_path / f"{name}.png" for name in ("one", "two", "three")]
    read = ["read", "--layout", str(printed.layout), "--into", str(into), *map(str, files)]
    assert CliRunner().invoke(card, read).exit_code == 0
    whole = into.read_bytes()
    first = whole.splitlines(keepends=True)[0].replace(b"cannot_be_opened", b"read_before")
    into.write_bytes(first + whole.splitlines(keepends=True)[1] + b'{"file": "thr')
    assert CliRunner().invoke(card, read).exit_code == 0
    lines = [json.loads(line) for line in into.read_text(encoding="utf-8").splitlines()]
    assert [line["file"] for line in lines] == [str(file) for file in files]
    assert [line["why_not"] for line in lines] == ["read_before", "cannot_be_opened", "cannot_be_opened"]


def test_what_another_batch_left_in_the_file_stays_there(printed: PrintedCard, tmp_path: Path) -> None:
    into = tmp_path / "readings.jsonl"
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        read = ["read", "--layout", str(printed.layout), "--into", str(into), str(tmp_path / name / "1.png")]
        assert CliRunner().invoke(card, read).exit_code == 0
    lines = [json.loads(line) for line in into.read_text(encoding="utf-8").splitlines()]
    assert [line["file"] for line in lines] == [str(tmp_path / name / "1.png") for name in ("one", "two")]


def test_a_file_whose_pages_were_not_all_written_is_read_again(printed: PrintedCard, tmp_path: Path) -> None:
    stack, into = tmp_path / "stack.tif", tmp_path / "readings.jsonl"
    stack.write_bytes(tiff_without_a_width())
    read = ["read", "--layout", str(printed.layout), "--into", str(into), str(stack)]
    assert CliRunner().invoke(card, read).exit_code == 0
    whole = into.read_bytes()
    into.write_bytes(b"".join(whole.splitlines(keepends=True)[:2]) + b"\n")
    assert CliRunner().invoke(card, read).exit_code == 0
    assert into.read_bytes() == whole
    lines = [json.loads(line) for line in whole.splitlines()]
    assert [(line["page"], line["pages"], line["why_not"]) for line in lines] == [
        (1, 3, "empty_page"),
        (2, 3, "broken_image"),
        (3, 3, "empty_page"),
    ]


def test_scans_of_the_same_name_keep_an_overlay_each(printed: PrintedCard, tmp_path: Path) -> None:
    files = [tmp_path / name / "1.png" for name in ("one", "two")]
    for file in files:
        file.parent.mkdir()
        file.write_bytes(printed.picture.read_bytes())
    over = tmp_path / "over"
    read = ["read", "--layout", str(printed.layout), "--overlay", str(over), *map(str, files)]
    assert CliRunner().invoke(card, read).exit_code == 0
    assert len(list(over.iterdir())) == len(files)


def test_an_overlay_that_cannot_be_written_ends_the_batch_and_blames_no_scan(
    printed: PrintedCard, tmp_path: Path
) -> None:
    (tmp_path / "over").mkdir()
    (tmp_path / "over" / "card.jpg").mkdir()
    read = ["read", "--layout", str(printed.layout), "--overlay", str(tmp_path / "over"), str(printed.picture)]
    result = CliRunner().invoke(card, read)
    assert isinstance(result.exception, IsADirectoryError)
    assert result.stdout == ""


def test_the_evidence_of_every_box_is_kept_with_a_picture_a_question(printed: PrintedCard, tmp_path: Path) -> None:
    kept = tmp_path / "evidence"
    read = ["read", "--layout", str(printed.layout), "--evidence", str(kept), str(printed.picture)]
    assert CliRunner().invoke(card, read).exit_code == 0
    boxes = json.loads((kept / "card" / "boxes.json").read_text(encoding="utf-8"))
    assert len(boxes) == 360
    assert {"question", "option", "state", "ink", "shares", "darkness", "colour", "margin"} == set(boxes[0])
    assert len(list((kept / "card").glob("*.jpg"))) == 90


def test_a_file_that_kills_its_reader_is_told_and_the_others_are_read(
    printed: PrintedCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [tmp_path / f"{number}.png" for number in range(8)]
    for file in files:
        file.write_bytes(b"deadly" if file.stem == "2" else b"harmless")
    monkeypatch.setattr(command, "Reader", _Mortal)
    read = ["read", "--layout", str(printed.layout), "--jobs", "2", *map(str, files)]
    result = CliRunner().invoke(card, read)
    assert result.exit_code == 0, result.output
    told = {line["file"]: line["why_not"] for line in map(json.loads, result.stdout.splitlines())}
    assert told == {str(file): "worker_died" if file.stem == "2" else "unknown_format" for file in files}


class _Mortal(command.Reader):
    """A reader that a certain file ends, as a fault in a library's machine code would."""

    def read(self, scan: command.Scan) -> list[command.Line]:
        if scan.path.read_bytes() == b"deadly":
            os._exit(1)
        return super().read(scan)


def test_a_scan_that_shows_a_streak_is_read_as_if_it_were_none(paper: Paper) -> None:
    filling = Filling({q: (Written("Б"),) for q in range(1, 91)}, "10009")
    page = paper.filled(filling, 21)
    streaked = page.copy()
    at = round((paper.layout.boxes[0].rect.x + 2) / 210 * page.shape[1])
    streaked[:, at : at + 3] = 90
    assert read_card(streaked, paper.layout).marks == read_card(page, paper.layout).marks


def test_the_command_prints_the_three_files(tmp_path: Path) -> None:
    result = CliRunner().invoke(card, ["print", "--out", str(tmp_path / "card")])
    assert result.exit_code == 0, result.output
    assert {file.name for file in (tmp_path / "card").iterdir()} == {"card.pdf", "card.png", "layout.json"}
