"""`svops card print` and `svops card read`: answer cards from the shell."""

import json
import sys
from collections.abc import Generator, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TextIO

import click
import cv2
from rich.console import Console
from rich.progress import Progress

from regulation import in_force
from services.grading.paper.cards.images import ScanRefused, load_pages, media_type_of
from services.grading.paper.cards.layout import CardLayout, read_layout
from services.grading.paper.cards.overlay import overlay
from services.grading.paper.cards.page import Reading, read_card
from services.grading.paper.cards.printing import page_code, print_card

Line = dict[str, Any]


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
@click.option("--overlay", "overlays", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--into",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file and skip the scans it already holds: a batch that was stopped goes on.",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
def read_command(layout: Path, jobs: int, overlays: Path | None, into: Path | None, files: tuple[Path, ...]) -> None:
    """Read scans; a line of JSON a page on standard output. A broken file gives a line that says so."""
    if overlays:
        overlays.mkdir(parents=True, exist_ok=True)
    done = _already_read(into) if into else set()
    left = tuple(file for file in files if str(file) not in done)
    with Progress(console=Console(stderr=True)) as progress, _written_to(into) as out:
        task = progress.add_task("Карти / cards", total=len(files), completed=len(files) - len(left))
        for lines in _read_all(read_layout(layout), left, overlays, jobs):
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


def _already_read(into: Path) -> set[str]:
    """The files whose lines are whole; the last one's are cut off, for nobody knows whether all its pages are there."""
    if not into.exists():
        return set()
    lines = into.read_bytes().splitlines(keepends=True)
    if lines and not lines[-1].endswith(b"\n"):
        lines.pop()
    names = [str(json.loads(line)["file"]) for line in lines]
    kept = names.index(names[-1]) if names else 0
    with into.open("r+b") as out:
        out.truncate(sum(len(line) for line in lines[:kept]))
    return set(names[:kept])


def read_file(path: Path, layout: CardLayout, overlays: Path | None) -> list[Line]:
    """A line a page of one file. What cannot be read is said in the line; nothing is raised for a bad file."""
    try:
        data = path.read_bytes()
        return list(_pages(path, data, layout, overlays))
    except ScanRefused as refusal:
        return [_refused(path, refusal.code)]
    except OSError:
        return [_refused(path, "cannot_be_opened")]


def _pages(path: Path, data: bytes, layout: CardLayout, overlays: Path | None) -> Iterator[Line]:
    for index, picture in enumerate(load_pages(data, media_type_of(data))):
        reading = read_card(picture, layout)
        if overlays and reading.ok:
            name = path.stem if index == 0 else f"{path.stem}-{index + 1}"
            (overlays / f"{name}.jpg").write_bytes(overlay(picture, layout, reading))
        page = {"page": index + 1} if index else {}
        yield {"file": str(path), **page, **reading.to_json()}


def _refused(path: Path, why_not: str) -> Line:
    return {"file": str(path), **Reading(ok=False, why_not=why_not).to_json()}


def _read_all(layout: CardLayout, files: tuple[Path, ...], overlays: Path | None, jobs: int) -> Iterator[list[Line]]:
    if jobs == 1:
        cv2.setNumThreads(1)
        yield from (read_file(path, layout, overlays) for path in files)
        return
    unread = yield from _in_workers(layout, files, overlays, jobs)
    for path in unread:
        if (yield from _in_workers(layout, (path,), overlays, 1)):
            yield [_refused(path, "worker_died")]


def _in_workers(
    layout: CardLayout, files: tuple[Path, ...], overlays: Path | None, jobs: int
) -> Generator[list[Line], None, list[Path]]:
    """Lines as files are done; gives back the files that were left when a worker died."""
    unread = []
    context = get_context("spawn")
    with ProcessPoolExecutor(jobs, context, initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        waiting = {pool.submit(read_file, path, layout, overlays): path for path in files}
        for done in as_completed(waiting):
            try:
                yield done.result()
            except BrokenProcessPool:
                unread.append(waiting[done])
    return unread
