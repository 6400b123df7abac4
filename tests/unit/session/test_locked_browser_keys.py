"""Safe Exam Browser's keys: vectors worked out by hand, with sha256sum, from its specification."""

import plistlib
from datetime import UTC, datetime

import pytest

from services.session.rules.locked_browser import Shown, config_key, file_of, hash_of, is_shown, seb_json, settings_of

PORTAL, EXAM = "https://svops.example.bg", "2027-05"


def test_the_canonical_form_is_sorted_without_case_and_without_space_escapes_or_empty_dictionaries() -> None:
    settings = {
        "b": [{"zeta": 1, "Alpha": "A"}, {}],
        "Case": True,
        "allowWlan": False,
        "regex": r"^https://a\.bg/\d+$",
        "empty": {},
        "data": b"\x00\xff",
        "at": datetime(2027, 5, 15, 6, 30, tzinfo=UTC),
        "name": "изпит",
    }
    assert seb_json(settings) == (
        '{"allowWlan":false,"at":"2027-05-15T06:30:00+00:00","b":[{"Alpha":"A","zeta":1},{}],"Case":true,'
        r'"data":"AP8=","name":"изпит","regex":"^https://a\.bg/\d+$"}'
    )


def test_the_config_key_leaves_out_who_wrote_the_file() -> None:
    # printf '{"allowQuit":true,"startURL":"https://a.bg/"}' | sha256sum
    key = "fc22943a6681820a276c552ea2b1dcc399b9f386fd7069b3697927c8982f5845"
    assert config_key({"startURL": "https://a.bg/", "originatorVersion": "x", "allowQuit": True}) == key
    assert config_key({"startURL": "https://a.bg/", "allowQuit": True}) == key


def test_the_hash_of_an_address_leaves_out_its_fragment() -> None:
    # printf 'https://a.bg/live/login00' | sha256sum
    expected = "0d875ce83b08023ca75294217a00db7c74bfecc88cd41b7041a73a4d78d790c4"
    assert hash_of("https://a.bg/live/login#top", "00") == hash_of("https://a.bg/live/login", "00") == expected


def test_what_a_settings_file_cannot_hold_has_no_canonical_form() -> None:
    with pytest.raises(TypeError):
        seb_json({"a": None})


def test_a_header_is_for_its_own_address_and_a_script_for_the_page() -> None:
    key, address = config_key(settings_of(PORTAL, EXAM)), f"{PORTAL}/live/login"
    by_header, by_script = hash_of(address, key), hash_of(f"{PORTAL}/session/sit?exam={EXAM}", key)
    assert is_shown(Shown(address, by_header, ""), PORTAL, EXAM)
    assert is_shown(Shown(address, "", by_script), PORTAL, EXAM)
    assert is_shown(Shown(address, "", hash_of(f"{PORTAL}/session/sit?lang=en", key)), PORTAL, EXAM)
    assert not is_shown(Shown(address, "", ""), PORTAL, EXAM)
    assert not is_shown(Shown(f"{PORTAL}/live/submit", by_header, ""), PORTAL, EXAM)
    assert not is_shown(Shown(address, by_script, by_header), PORTAL, EXAM)
    assert not is_shown(Shown(address, by_header.upper(), "я"), PORTAL, EXAM)
    assert not is_shown(Shown(address, by_header, ""), "https://other.example.bg", EXAM)
    assert not is_shown(Shown(address, by_header, ""), PORTAL, "2027-11")


def test_only_the_candidates_page_may_be_opened() -> None:
    settings = plistlib.loads(file_of(PORTAL, EXAM))
    assert settings == settings_of(PORTAL, EXAM)
    assert settings["startURL"] == "https://svops.example.bg/session/sit?exam=2027-05"
    assert settings["URLFilterEnable"] is True
    assert all(rule["expression"].startswith("svops.example.bg/") for rule in settings["URLFilterRules"])
