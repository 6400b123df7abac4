"""Two promises of the house, checked: ``python -m regulation.lint services regulation``.

A number of the law stands in `regulation/provisions/` and nowhere else, and every rule names its source. A
literal that only looks like a number of the law is let through by a comment on its line: ``# not the law:
degrees``.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from regulation.sources import carries_rules, functions, python_files

#: Numbers that are hardly ever anything but the law: questions of the test, minutes, marks, card numbers.
#: Smaller ones (2, 3, 4, 7, 10, 14, 15, 30) are too common to tell anything.
GUARDED = frozenset({18, 27, 45, 55, 60, 65, 90, 180, 10_000, 99_999})

_PARDON = re.compile(r"#\s*not the law:\s*\S")


@dataclass(frozen=True, order=True, slots=True)
class Finding:
    """One breach: file, line and what is wrong."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        """As compilers print it. Own choice: editors jump to this form."""
        return f"{self.path}:{self.line}: {self.message}"


def literals(path: Path) -> Iterator[Finding]:
    """Whole numbers of a file that are numbers of the law.

    Own choice: only a reason on the same line lets one pass; strings, docstrings and fractions say nothing.
    """
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Constant) or type(node.value) is not int or node.value not in GUARDED:
            continue
        if not _PARDON.search(lines[node.lineno - 1]):
            message = f"{node.value} is a number of the law: take it from regulation.in_force(on)"
            yield Finding(path, node.lineno, message)


def sourceless(path: Path) -> Iterator[Finding]:
    """Functions of a file that name neither a source nor a choice. Own choice: magic methods need none."""
    for one in functions(path):
        if not one.says_why and not one.name.rpartition(".")[2].startswith("__"):
            yield Finding(path, one.line, f"{one.name} has neither Source: nor Own choice: in its docstring")


def findings(folder: Path) -> list[Finding]:
    """Every breach under a folder, sorted.

    Own choice: migrations repeat what the schema was and are passed over; this package holds the numbers
    themselves.
    """
    found: list[Finding] = []
    for path in python_files(folder):
        if "migrations" in path.parts:
            continue
        if carries_rules(path):
            found += sourceless(path)
        if "regulation" not in path.parts:
            found += literals(path)
    return sorted(found)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print every breach under the given folders.

    Own choice: exit 1 if there is one, 2 for a missing folder.
    """
    parser = argparse.ArgumentParser(prog="python -m regulation.lint", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    given = parser.parse_args(arguments)
    for folder in given.folders:
        if not folder.exists():
            parser.error(f"{folder} does not exist")
    found = [one for folder in given.folders for one in findings(folder)]
    for one in found:
        sys.stdout.write(f"{one}\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
