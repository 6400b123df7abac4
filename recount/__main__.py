"""``python -m recount FOLDER``: 0 when the record agrees with itself, 1 when not, 2 when it cannot be read."""

import sys
from pathlib import Path

from recount.check import recount
from recount.record import UnreadableRecordError, read_export


def main(arguments: list[str]) -> int:
    """Recount the export in a folder and print what was found."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m recount FOLDER\n")
        return 2
    try:
        report = recount(read_export(Path(arguments[0])))
    except UnreadableRecordError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.writelines(f"{line}\n" for line in report.lines())
    return 0 if report.agrees else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
