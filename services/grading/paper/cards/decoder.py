"""Scans decoded in a process of its own, with bounds on memory and time: a hostile file costs its own pages, no more.

`python -m services.grading.paper.cards.decoder` is that process. A request is a line of JSON and the file's bytes; the
answer is a line that tells how many pages there are, then for each page a line and its pixels.
"""

import atexit
import functools
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from services.grading.paper.cards.images import REFUSALS, Page, ScanRefused, TooLarge, opened

ROOM_BYTES = 320 * 2**20  #: beyond what the process takes before it opens anything
SECONDS_A_FILE, SECONDS_A_PAGE = 6, 1  #: of processor time
HOUSE = Path(__file__).parents[4]

Told = dict[str, Any]


def pages_of(data: bytes, media_type: str) -> Iterator[Page]:
    """As `images.load_pages`, by the other process. A page that needs too much, and those after it, are `TooLarge`.

    For one thread at a time. Whoever leaves before the last page ends the process.
    """
    decoder = _living()
    count, told, is_whole = 1, 0, False
    try:
        count = decoder.asked(data, media_type)
        while told < count:
            page = decoder.page()
            told += 1
            yield page
        is_whole = True
    except _EndedError:
        yield from [TooLarge("more memory or time than a card can need")] * (count - told)
    except ScanRefused:
        is_whole = True
        raise
    finally:
        if not is_whole:
            decoder.end()


class _EndedError(Exception):
    """The other process is no more."""


class _Decoder:
    """The other process, seen from this one."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(HOUSE)},
        )
        pipes = (self._process.stdin, self._process.stdout)
        self._requests, self._answers = cast("tuple[IO[bytes], BufferedReader]", pipes)
        atexit.register(self.end)

    def is_living(self) -> bool:
        """Whether it waits for a file."""
        return self._process.poll() is None

    def asked(self, data: bytes, media_type: str) -> int:
        """How many pages the file has that it now begins to decode. Raises `ScanRefused`, `_EndedError`."""
        try:
            _say(self._requests, {"media_type": media_type, "bytes": len(data)}, data)
        except BrokenPipeError as error:
            raise _EndedError from error
        return int(self._answer()["pages"])

    def page(self) -> Page:
        """The next page. Raises `_EndedError`."""
        try:
            page = np.empty(self._answer()["shape"], np.uint8)
        except ScanRefused as refusal:
            return refusal
        if self._answers.readinto(page.data.cast("B")) < page.size:
            raise _EndedError
        return page

    def end(self) -> None:
        """End the process, whatever it does."""
        atexit.unregister(self.end)
        self._process.kill()
        self._process.communicate()

    def _answer(self) -> Told:
        line = self._answers.readline()
        if not line.endswith(b"\n"):
            raise _EndedError
        told: Told = json.loads(line)
        if "refused" in told:
            raise REFUSALS[told["refused"]](told["why"])
        return told


def _living() -> _Decoder:
    if not _decoder().is_living():
        _decoder.cache_clear()
    return _decoder()


@functools.lru_cache(maxsize=1)
def _decoder() -> _Decoder:
    return _Decoder()


def _say(out: IO[bytes], told: Told, content: bytes = b"") -> None:
    out.write(json.dumps(told).encode() + b"\n")
    out.write(content)
    out.flush()


def _serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Decode file after file until nobody asks any more."""
    taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    _at_most(resource.RLIMIT_AS, taken + ROOM_BYTES)
    _at_most(resource.RLIMIT_CORE, 0)
    while line := requests.readline():
        request = json.loads(line)
        seconds = int(time.process_time()) + 1 + SECONDS_A_FILE
        _at_most(resource.RLIMIT_CPU, seconds)
        try:
            count, page = opened(requests.read(request["bytes"]), request["media_type"])
            _say(answers, {"pages": count})
            for index in range(count):
                _tell(answers, page(index))
                seconds += SECONDS_A_PAGE
                _at_most(resource.RLIMIT_CPU, seconds)
        except ScanRefused as refusal:
            _tell(answers, refusal)


def _at_most(what: int, limit: int) -> None:
    """Beyond this the kernel refuses memory, or ends this process."""
    resource.setrlimit(what, (limit, resource.getrlimit(what)[1]))


def _tell(answers: IO[bytes], page: Page) -> None:
    if isinstance(page, ScanRefused):
        _say(answers, {"refused": page.code, "why": str(page)})
    else:
        _say(answers, {"shape": page.shape}, np.ascontiguousarray(page).tobytes())


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)
