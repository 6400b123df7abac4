"""`svops card print` and `svops card read`: answer cards from the shell."""

import json
import sys
from collections import Counter
from collections.abc import Generator, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import click
import cv2
from rich.console import Console
from rich.progress import Progress

from regulation import in_force
from services.grading.paper.cards.decoder import pages_of
from services.grading.paper.cards.images import JPEG, Image, Page, ScanRefused, load_pages, media_type_of
from services.grading.paper.cards.layout import CardLayout, read_layout
from services.grading.paper.cards.overlay import overlay, question_picture
from services.grading.paper.cards.page import Reading, read_page
from services.grading.paper.cards.printing import page_code, print_card

Line = dict[str, Any]

_AHEAD = 3  #: files that a worker may have begun or been handed when it died


@click.group()
def card() -> None:
    """Print answer cards and read scanned ones."""


@card.command("print")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--exam", default="образец", show_default=True, help="Code of the exam.")
@click.option("--sub-variant", default="А", show_default=True)
def print_command(out: Path, exam: str, sub_variant: str) -> None:
    """Write card.pdf, card.png (300 dpi, A4) and layout.json."""
    law = in_force(datetime.now(UTC).date())
    letters = "".join(law.option_letters)
    print_card(page_code(exam, sub_variant), out=out, questions=law.questions, options=letters)


@card.command("read")
@click.option("--layout", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True)
@click.option(
    "--overlay",
    "overlays",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write each page with the reading over it into this folder.",
)
@click.option(
    "--evidence",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write each page's boxes with their measures, and a picture a question, into this folder.",
)
@click.option(
    "--into",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file and skip the scans it already holds: a batch that was stopped goes on.",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
def read_command(
    layout: Path,
    jobs: int,
    overlays: Path | None,
    evidence: Path | None,
    into: Path | None,
    files: tuple[Path, ...],
) -> None:
    """Read scans; a line of JSON a page on standard output. A broken file gives a line that says so."""
    files = tuple(dict.fromkeys(files))
    done = _already_read(into, files) if into else set()
    shown = _names(files)
    left = [Scan(file, shown[file]) for file in files if str(file) not in done]
    reader = Reader(read_layout(layout), overlays, evidence)
    with Progress(console=Console(stderr=True)) as progress, _written_to(into) as out:
        task = progress.add_task("Карти / cards", total=len(files), completed=len(files) - len(left))
        for lines in _read_all(reader, left, jobs):
            out.write("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
            out.flush()
            progress.advance(task)


@contextmanager
def _written_to(into: Path | None) -> Iterator[TextIO]:
    if into is None:
        yield sys.stdout
        return
    with into.open("a", encoding="utf-8") as out:
        yield out


def _already_read(into: Path, files: tuple[Path, ...]) -> set[str]:
    """The files all of whose pages have whole lines. What stands of a file that is read again is taken out."""
    if not into.exists():
        return set()
    whole = [line for line in into.read_bytes().splitlines(keepends=True) if line.strip() and line.endswith(b"\n")]
    said = [json.loads(line) for line in whole]
    pages = Counter(str(one["file"]) for one in said)
    done = {str(one["file"]) for one in said if pages[one["file"]] >= one["pages"]}
    again = {str(file) for file in files} - done
    kept = [line for line, one in zip(whole, said, strict=True) if one["file"] not in again]
    beside = into.with_name(f"{into.name}.part")
    beside.write_bytes(b"".join(kept))
    beside.replace(into)
    return done


def _names(files: tuple[Path, ...]) -> dict[Path, str]:
    """A name for what is written about each file: its own, or where two are the same, its whole path."""
    stems = Counter(file.stem for file in files)
    return {
        file: file.stem if stems[file.stem] == 1 else "-".join(part.strip("/") for part in file.parts) for file in files
    }


class Scan(NamedTuple):
    """A file to be read, and the name of what is written about it."""

    path: Path
    name: str


class Reader(NamedTuple):
    """What every file is read by, and the folders that overlays and evidence go into."""

    layout: CardLayout
    overlays: Path | None = None
    evidence: Path | None = None

    def read(self, scan: Scan) -> list[Line]:
        """A line a page of one file. What cannot be read is said in the line; nothing is raised for a bad file."""
        try:
            data = scan.path.read_bytes()
        except OSError:
            return _told(scan, [_refused("cannot_be_opened")])
        try:
            kind = media_type_of(data)
            pages = load_pages(data, kind) if kind == JPEG else pages_of(data, kind)
            return _told(scan, [self._line(page, scan.name, number) for number, page in enumerate(pages, 1)])
        except ScanRefused as refusal:
            return _told(scan, [_refused(refusal.code)])

    def _line(self, page: Page, name: str, number: int) -> Line:
        reading = read_page(page, self.layout)
        if reading.ok and not isinstance(page, ScanRefused):
            self._keep(page, reading, name if number == 1 else f"{name}.{number}")
        return reading.to_json()

    def _keep(self, page: Image, reading: Reading, name: str) -> None:
        if self.overlays:
            self.overlays.mkdir(parents=True, exist_ok=True)
            (self.overlays / f"{name}.jpg").write_bytes(overlay(page, self.layout, reading))
        if self.evidence:
            _keep_evidence(self.evidence / name, page, self.layout, reading)


def _keep_evidence(folder: Path, page: Image, layout: CardLayout, reading: Reading) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    boxes = json.dumps(reading.evidence(layout), ensure_ascii=False)
    (folder / "boxes.json").write_text(boxes + "\n", encoding="utf-8")
    for question in range(1, layout.questions + 1):
        (folder / f"{question:03}.jpg").write_bytes(question_picture(page, layout, reading, question))


def _refused(why_not: str) -> Line:
    return Reading(ok=False, why_not=why_not).to_json()


def _told(scan: Scan, lines: list[Line]) -> list[Line]:
    """The lines of all pages of a file, each with its place among them."""
    return [{"file": str(scan.path), "page": n, "pages": len(lines), **line} for n, line in enumerate(lines, 1)]


def _read_all(reader: Reader, scans: list[Scan], jobs: int) -> Iterator[list[Line]]:
    if jobs == 1:
        cv2.setNumThreads(1)
        yield from map(reader.read, scans)
        return
    while scans:
        scans = yield from _until_one_dies(reader, scans, jobs)
        # Any of those that were being read may have ended the worker: each gets one of its own.
        suspects, scans = scans[: _AHEAD * jobs], scans[_AHEAD * jobs :]
        for suspect in suspects:
            if (yield from _until_one_dies(reader, [suspect], 1)):
                yield _told(suspect, [_refused("worker_died")])


def _until_one_dies(reader: Reader, scans: list[Scan], jobs: int) -> Generator[list[Line], None, list[Scan]]:
    """Lines as files are done; gives back the files that were left when a worker died, in their order."""
    unread = []
    context = get_context("spawn")
    with ProcessPoolExecutor(jobs, context, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        waiting = {pool.submit(reader.read, scan): scan for scan in scans}
        for done in as_completed(waiting):
            try:
                yield done.result()
            except BrokenProcessPool:
                unread.append(waiting[done])
    return [scan for scan in scans if scan in set(unread)]
