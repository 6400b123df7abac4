"""Functions of Python files with their docstrings, read without importing anything, and the law they name."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from regulation.citation import Citation, parse

_SOURCE = re.compile(r"Source:(.*?)(?=Own choice:|\n\s*\n|$)", re.DOTALL)
_NAMED = re.compile(r"_(art|app)_(\d+)(?:_(\d+))?(?=_|$)")


@dataclass(frozen=True, slots=True)
class Function:
    """One function or method: its file, dotted name, first line and docstring (empty where it has none)."""

    path: Path
    name: str
    line: int
    docstring: str

    @property
    def says_why(self) -> bool:
        """Whether the docstring has a `Source:` or an `Own choice:`. Own choice: one of the two is enough."""
        return "Source:" in self.docstring or "Own choice:" in self.docstring

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The articles after `Source:`. Own choice: what stands elsewhere in a docstring is no source."""
        return tuple(one for text in _SOURCE.findall(self.docstring) for one in parse(text))

    @property
    def named_citations(self) -> tuple[Citation, ...]:
        """The articles anywhere in the docstring, or in a name as ``test_art_43_3_…``.

        Own choice: a test says ``Art. 43(3): a candidate with 59 correct fails.`` or has the article in its
        name.
        """
        named = (
            Citation(kind.capitalize(), int(article), int(paragraph or 0))
            for kind, article, paragraph in _NAMED.findall(self.name)
        )
        return tuple(dict.fromkeys((*parse(self.docstring), *named)))


def _walk(path: Path, body: list[ast.stmt], prefix: str) -> Iterator[Function]:
    """Functions and methods, but not those inside functions.

    Own choice: an inner one is a part of the outer.
    """
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _walk(path, node.body, f"{prefix}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Function(path, f"{prefix}{node.name}", node.lineno, ast.get_docstring(node) or "")


def functions(path: Path) -> Iterator[Function]:
    """Every function of a file. Raises `SyntaxError`. Own choice: read by `ast`, so nothing runs."""
    yield from _walk(path, ast.parse(path.read_text(encoding="utf-8")).body, "")


def python_files(folder: Path) -> list[Path]:
    """Every Python file under a folder (or the file itself), sorted.

    Own choice: hidden folders are passed over.
    """
    if folder.is_file():
        return [folder]
    return sorted(
        path
        for path in folder.rglob("*.py")
        if not any(part.startswith((".", "__pycache__")) for part in path.relative_to(folder).parts)
    )


def carries_rules(path: Path) -> bool:
    """Whether a file must name the law for each function.

    Own choice: the `rules` folders (or a `rules.py`) of services, and this package.
    """
    return "rules" in path.parts or path.name == "rules.py" or "regulation" in path.parts
