"""A small disk for a database, so that it can really be full; and what stands in for it where nobody may mount."""

import os
import resource
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_BALLAST = "ballast"
_BLOCK = 4096


class SmallDisk:
    """An ext4 file system in a file, mounted over a folder."""

    def __init__(self, folder: Path, image: Path, megabytes: int) -> None:
        self.folder = folder
        self._image = image
        self._megabytes = megabytes

    def mount(self) -> bool:
        """Whether it is there now: root may mount, where the kernel has a loop device left."""
        if os.geteuid() != 0:
            return False
        self.folder.mkdir(parents=True)
        with self._image.open("wb") as file:
            file.truncate(self._megabytes * 1_000_000)
        commands = (
            ("mkfs.ext4", "-q", "-m", "0", str(self._image)),
            ("mount", "-o", "loop", str(self._image), str(self.folder)),
        )
        return all(_succeeds(command) for command in commands)

    def unmount(self) -> None:
        """Lazily: somebody may still be looking."""
        _succeeds(("umount", "--lazy", str(self.folder)))

    def fill(self) -> None:
        """Leave not a block."""
        with (self.folder / _BALLAST).open("ab") as file:
            for step in (256 * _BLOCK, _BLOCK):
                with suppress(OSError):
                    while True:
                        end = os.fstat(file.fileno()).st_size
                        os.posix_fallocate(file.fileno(), end, step)

    def empty(self) -> None:
        """As before."""
        (self.folder / _BALLAST).unlink(missing_ok=True)


def limit_files(processes: Iterable[int], largest: int) -> None:
    """Forbid these processes to write files beyond a size: their writes fail as on a full disk (RLIMIT_FSIZE)."""
    for pid in processes:
        with suppress(OSError):  # it is just ending
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest, hard))


def _succeeds(command: tuple[str, ...]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
