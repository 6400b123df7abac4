import socket
from pathlib import Path

from svops.local.ports import is_free, remembered_port


def test_a_port_is_remembered(tmp_path: Path) -> None:
    assert remembered_port(tmp_path, "broker") == remembered_port(tmp_path, "broker")


def test_each_name_has_its_own_port(tmp_path: Path) -> None:
    assert remembered_port(tmp_path, "broker") != remembered_port(tmp_path, "database")


def test_a_remembered_port_that_somebody_else_took_is_replaced(tmp_path: Path) -> None:
    before = remembered_port(tmp_path, "broker")
    with socket.create_server(("127.0.0.1", before)):
        assert not is_free(before)
        after = remembered_port(tmp_path, "broker")
    assert after != before
    assert remembered_port(tmp_path, "broker") == after
