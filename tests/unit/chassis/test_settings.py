"""A process starts with everything it needs and nothing it does not know, or it does not start."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from chassis.settings import ServiceSettings, SettingsError, read, secret


@dataclass(frozen=True, kw_only=True)
class Own:
    """Settings of a little service."""

    key: str = secret()
    place: str
    rooms: int = 3
    is_open: bool = False


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text("  something secret\n")
    path.chmod(0o600)
    return path


def test_settings_come_from_the_environment(key: Path) -> None:
    told = {
        "SVOPS_OWN_KEY_FILE": str(key),
        "SVOPS_OWN_PLACE": "София",
        "SVOPS_OWN_ROOMS": "5",
        "SVOPS_OWN_IS_OPEN": "true",
    }
    assert read(Own, "SVOPS_OWN", told) == Own(key="something secret", place="София", rooms=5, is_open=True)


def test_what_has_a_default_may_be_left_out(key: Path) -> None:
    own = read(Own, "SVOPS_OWN", {"SVOPS_OWN_KEY_FILE": str(key), "SVOPS_OWN_PLACE": "София"})
    assert (own.rooms, own.is_open) == (3, False)


def test_what_all_services_share_is_said_once_and_a_services_own_word_goes_before(key: Path) -> None:
    shared = {"SVOPS_KEY_FILE": str(key), "SVOPS_PLACE": "София"}
    assert read(Own, "SVOPS_OWN", shared).place == "София"
    assert read(Own, "SVOPS_OWN", shared | {"SVOPS_OWN_PLACE": "Пловдив"}).place == "Пловдив"


def test_everything_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsError, match=r"^not set: SVOPS_OWN_KEY_FILE, SVOPS_OWN_PLACE$"):
        read(Own, "SVOPS_OWN", {})


def test_a_secret_is_never_taken_from_the_environment_itself() -> None:
    with pytest.raises(SettingsError, match="SVOPS_OWN_KEY_FILE"):
        read(Own, "SVOPS_OWN", {"SVOPS_OWN_KEY": "something secret", "SVOPS_OWN_PLACE": "София"})


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o777])
def test_a_secret_that_others_may_read_is_refused(key: Path, mode: int) -> None:
    key.chmod(mode)
    with pytest.raises(SettingsError, match="may be read by others"):
        read(Own, "SVOPS_OWN", {"SVOPS_OWN_KEY_FILE": str(key), "SVOPS_OWN_PLACE": "София"})


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_secret_of_its_owner_is_read(key: Path, mode: int) -> None:
    key.chmod(mode)
    assert (
        read(Own, "SVOPS_OWN", {"SVOPS_OWN_KEY_FILE": str(key), "SVOPS_OWN_PLACE": "София"}).key == "something secret"
    )


def test_a_secret_is_not_shown_with_the_settings(key: Path) -> None:
    own = read(Own, "SVOPS_OWN", {"SVOPS_OWN_KEY_FILE": str(key), "SVOPS_OWN_PLACE": "София"})
    assert "something" not in repr(own)
    assert "София" in repr(own)


def test_a_setting_that_nobody_knows_is_refused_and_named(key: Path) -> None:
    told = {
        "SVOPS_OWN_KEY_FILE": str(key),
        "SVOPS_OWN_PLACE": "София",
        "SVOPS_OWN_ROMS": "5",
        "SVOPS_OWN_KEYS_FILE": "x",
    }
    with pytest.raises(SettingsError, match=r"^unknown settings: SVOPS_OWN_KEYS, SVOPS_OWN_ROMS$"):
        read(Own, "SVOPS_OWN", told)


def test_settings_of_others_are_nobodys_business(key: Path) -> None:
    told = {"SVOPS_OWN_KEY_FILE": str(key), "SVOPS_OWN_PLACE": "София", "SVOPS_OTHER_ROMS": "5", "PATH": "/bin"}
    assert read(Own, "SVOPS_OWN", told).rooms == 3


@pytest.mark.parametrize(("text", "value"), [("1", True), ("True", True), ("yes", True), ("0", False), ("no", False)])
def test_yes_and_no_have_three_words_each(key: Path, text: str, value: object) -> None:
    told = {"SVOPS_OWN_KEY_FILE": str(key), "SVOPS_OWN_PLACE": "София", "SVOPS_OWN_IS_OPEN": text}
    assert read(Own, "SVOPS_OWN", told).is_open is value


def test_a_yes_that_is_misspelt_is_refused_and_not_taken_for_a_no(key: Path) -> None:
    told = {"SVOPS_OWN_KEY_FILE": str(key), "SVOPS_OWN_PLACE": "София", "SVOPS_OWN_IS_OPEN": "ture"}
    with pytest.raises(SettingsError, match="SVOPS_OWN_IS_OPEN='ture' is not a bool"):
        read(Own, "SVOPS_OWN", told)


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"\xff\xfe")])
def test_a_secret_that_cannot_be_read_is_named(key: Path, spoil: Callable[[Path], object]) -> None:
    spoil(key)
    with pytest.raises(SettingsError, match=r"SVOPS_OWN_KEY_FILE: .* cannot be read"):
        read(Own, "SVOPS_OWN", {"SVOPS_OWN_KEY_FILE": str(key), "SVOPS_OWN_PLACE": "София"})


def test_a_number_that_is_none_is_refused_and_named(key: Path) -> None:
    told = {"SVOPS_OWN_KEY_FILE": str(key), "SVOPS_OWN_PLACE": "София", "SVOPS_OWN_ROOMS": "many"}
    with pytest.raises(SettingsError, match="SVOPS_OWN_ROOMS='many' is not a int"):
        read(Own, "SVOPS_OWN", told)


def test_no_secret_of_a_service_has_a_default() -> None:
    with pytest.raises(
        SettingsError, match=r"DATABASE_URL_FILE, .*AMQP_URI_FILE, .*FILES_URL, .*TOKEN_PUBLIC_KEYS_FILE"
    ):
        read(ServiceSettings, "SVOPS_OWN", {})
