"""Whatever is uploaded as a scan: the reader says no within ten seconds and 512 MiB, and reads on."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.grading.paper.cards import decoder
from services.grading.paper.cards.images import PNG, TIFF, ScanRefused, load_pages
from services.grading.paper.cards.printing import PrintedCard
from tests.cards.hostile_files import hostile_files, three_page_tiff

MOST_SECONDS, MOST_KIB = 10, 512 * 1024

_READER = """
import json, sys, time
from pathlib import Path
import resource
from services.grading.paper.cards import decoder
from services.grading.paper.cards.command import Reader, Scan
from services.grading.paper.cards.layout import read_layout

def worked():
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime

def most_kib():
    status = Path("/proc/self/status").read_text().split()
    # Of this program: the other count begins with the parent's.
    return int(status[status.index("VmHWM:") + 1]), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss

reader = Reader(read_layout(Path(sys.argv[1])))
for name in sys.argv[2:]:
    began = worked()
    lines = reader.read(Scan(Path(name), "one"))
    decoder._living().end()  # only what has ended is counted
    found = {"why": [line["why_not"] for line in lines], "seconds": worked() - began, "kib": max(most_kib())}
    print(json.dumps({"name": Path(name).name, **found}))
"""


@pytest.fixture(scope="module")
def answers(printed: PrintedCard, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """One process reads all of them, one after another, in the memory of one."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, content in hostile_files().items():
        (folder / name).write_bytes(content)
    files = [str(file) for file in sorted(folder.iterdir())]
    run = subprocess.run(
        [sys.executable, "-c", _READER, str(printed.layout), *files],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=MOST_SECONDS * len(files),
    )
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_none_is_taken_for_a_card_and_none_ends_the_reader(answers: list[dict[str, Any]]) -> None:
    assert {answer["name"] for answer in answers} == set(hostile_files())
    assert all(all(why) for why in (answer["why"] for answer in answers))


def test_a_file_that_needs_too_much_is_told_to_be_too_large(answers: list[dict[str, Any]]) -> None:
    told = {answer["name"]: answer["why"] for answer in answers}
    assert told["laughs.pdf"] == told["swelling.pdf"] == ["too_large"]


def test_the_pages_behind_a_broken_one_are_read_too(answers: list[dict[str, Any]]) -> None:
    (told,) = (answer["why"] for answer in answers if answer["name"] == "widthless.tif")
    assert told == ["empty_page", "broken_image", "empty_page"]


def test_each_is_refused_within_ten_seconds_and_half_a_gibibyte(answers: list[dict[str, Any]]) -> None:
    assert [a for a in answers if a["seconds"] > MOST_SECONDS or a["kib"] > MOST_KIB] == []


@settings(max_examples=150, deadline=None)
@given(changes=st.lists(st.tuples(st.integers(8, 2_000), st.integers(0, 255)), min_size=1, max_size=4))
def test_whatever_is_damaged_in_a_file_is_told_and_raises_nothing_else(changes: list[tuple[int, int]]) -> None:
    whole = three_page_tiff()
    for place, value in changes:
        whole[-place % len(whole)] = value
    with suppress(ScanRefused):
        assert all(isinstance(page, ScanRefused | np.ndarray) for page in load_pages(bytes(whole), TIFF))


def test_a_decoder_that_was_ended_in_between_refuses_nobody(printed: PrintedCard) -> None:
    scan = printed.picture.read_bytes()
    assert not any(isinstance(page, ScanRefused) for page in decoder.pages_of(scan, PNG))
    child = _decoding_child()
    os.kill(child, signal.SIGKILL)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert not any(isinstance(page, ScanRefused) for page in decoder.pages_of(scan, PNG))


def _decoding_child() -> int:
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    (one,) = (int(child) for child in children if b"cards.decoder" in Path(f"/proc/{child}/cmdline").read_bytes())
    return one
