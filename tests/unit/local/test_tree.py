import os
import subprocess
from pathlib import Path

import pytest

from svops.local.tree import StateInUseError, locked, state_root


def test_the_state_folder_can_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVOPS_ROOT", str(tmp_path))
    assert state_root() == tmp_path


def test_the_state_folder_is_in_the_checkout_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SVOPS_ROOT", raising=False)
    assert state_root().name == ".svops"
    assert (state_root().parent / "pyproject.toml").exists()


def test_two_commands_cannot_use_one_state_folder(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(StateInUseError, match=f"in use by process {os.getpid()}"), locked(tmp_path):
        pass


def test_the_state_folder_is_free_after_the_command(tmp_path: Path) -> None:
    for _ in range(2):
        with locked(tmp_path):
            assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"


def test_the_next_command_waits_for_what_a_killed_one_left_behind(tmp_path: Path) -> None:
    """The leftover holds the inherited lock; its dead owner's number is in the file."""
    with locked(tmp_path) as lock:
        leftover = subprocess.Popen(["sleep", "1"], pass_fds=(lock,))
        gone = subprocess.Popen(["true"])
        gone.wait()
        (tmp_path / "lock").write_text(f"{gone.pid}\n")
    assert leftover.poll() is None
    with locked(tmp_path):
        assert leftover.wait(timeout=5) == 0
