"""Documents that are made from the code and kept beside it: written anew, or only compared."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as they stand, and nothing by reference."""

    def ignore_aliases(self, data: Any) -> bool:
        """A document is read by people: what stands twice is written twice."""
        del data
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent_text)


def as_yaml(head: str, document: dict[str, Any]) -> str:
    """A document as YAML below a comment of one line."""
    return f"# {head}\n" + yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def keep(prog: str, about: str | None, path: Path, text: Callable[[], str], arguments: Sequence[str] | None) -> int:
    """Write a document, or with ``--check`` only compare it; 1 when it differs."""
    parser = argparse.ArgumentParser(prog=prog, description=about)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if the document differs")
    parser.add_argument("--path", type=Path, default=path, help="where the document is")
    given = parser.parse_args(arguments)
    if given.path.is_file() and given.path.read_text(encoding="utf-8") == text():
        return 0
    sys.stdout.write(f"{given.path.name} {'differs' if given.check else 'written'}\n")
    if not given.check:
        given.path.write_text(text(), encoding="utf-8")
    return int(given.check)
