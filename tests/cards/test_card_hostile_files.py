"""Whatever is uploaded as a scan: the reader says no within ten seconds and 512 MiB, and reads on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from services.grading.paper.cards.printing import PrintedCard
from tests.cards.hostile_files import hostile_files

MOST_SECONDS, MOST_KIB = 10, 512 * 1024

_READER = """
import json, sys, time
from pathlib import Path
from services.grading.paper.cards.command import read_file
from services.grading.paper.cards.layout import read_layout
layout = read_layout(Path(sys.argv[1]))
for name in sys.argv[2:]:
    began = time.process_time()
    lines = read_file(Path(name), layout, None)
    status = Path("/proc/self/status").read_text().split()
    most = int(status[status.index("VmHWM:") + 1])  # of this program: the other count begins with the parent's
    found = {"ok": any(line["ok"] for line in lines), "seconds": time.process_time() - began, "kib": most}
    print(json.dumps({"name": Path(name).name, **found}))
"""


@pytest.fixture(scope="module")
def answers(printed: PrintedCard, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
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


def test_none_is_taken_for_a_card_and_none_ends_the_reader(answers: list[dict[str, object]]) -> None:
    assert {answer["name"] for answer in answers} == set(hostile_files())
    assert not any(answer["ok"] for answer in answers)


def test_each_is_refused_within_ten_seconds_and_half_a_gibibyte(answers: list[dict[str, object]]) -> None:
    assert [a for a in answers if float(str(a["seconds"])) > MOST_SECONDS or int(str(a["kib"])) > MOST_KIB] == []
