"""Safe Exam Browser: what it is told, and how a request shows that it was told so. A deterrent, not a proof: whoever
reads the file can compute the key.
"""

import base64
import hashlib
import hmac
import plistlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

_META = "originatorVersion"
_ALLOW = 1
_MODERN_WEB_VIEW = 3
_FULL_SCREEN = 1
_STARTS_AN_EXAM = 0
_PAGE = "/session/sit"
_LANGUAGES = ("?lang=bg", "?lang=en")


class Shown(NamedTuple):
    """What a request shows. ``address``: as it was asked for, from outside. ``header``: what the browser adds to a
    request; ``script``: what it tells the page's script, hashed with the page's address.
    """

    address: str
    header: str
    script: str


def settings_of(portal: str, exam_id: str) -> dict[str, Any]:
    """What Safe Exam Browser is told for an exam. ``portal``: our address as browsers see it, without a path.

    Own choice: the candidate's page and nothing else, in the modern web view (which knows the key by script only); it
    is left by its own button or by the address that ends it; a rescue file may be kept. Keys by Safe Exam Browser's
    file format, of which the older programs know one word for files that go down and up.
    """
    host = urlsplit(portal).netloc
    return {
        "sebConfigPurpose": _STARTS_AN_EXAM,
        "startURL": _start(portal, exam_id),
        "quitURL": f"{portal}{_PAGE}?quit",
        "quitURLConfirm": True,
        "allowQuit": True,
        "allowDownloads": True,
        "allowDownUploads": True,
        "allowUploads": False,
        "openDownloads": False,
        "allowPreferencesWindow": False,
        "allowSwitchToApplications": False,
        "allowSpellCheck": False,
        "allowDictionaryLookup": False,
        "allowVirtualMachine": False,
        "browserViewMode": _FULL_SCREEN,
        "browserWindowAllowReload": True,
        "browserWindowWebView": _MODERN_WEB_VIEW,
        "enablePrintScreen": False,
        "enablePrivateClipboard": True,
        "enableRightMouse": False,
        "sendBrowserExamKey": True,
        "URLFilterEnable": True,
        "URLFilterEnableContentFilter": False,
        "URLFilterRules": [
            {"active": True, "regex": False, "expression": f"{host}{path}", "action": _ALLOW}
            for path in (f"{_PAGE}*", "/session/static/*", "/static/*", "/live/*")
        ],
    }


def file_of(portal: str, exam_id: str) -> bytes:
    """The settings as a file, ``.seb``: an XML property list. Own choice: not enciphered, it is no secret."""
    return plistlib.dumps(settings_of(portal, exam_id), fmt=plistlib.FMT_XML)


def _start(portal: str, exam_id: str) -> str:
    """Where the candidate begins. Own choice: the exam is in the address, so no exam has the key of another."""
    return f"{portal}{_PAGE}?exam={exam_id}"


def config_key(settings: Mapping[str, Any]) -> str:
    """The Config Key of settings: SHA-256 of them as „SEB-JSON“, in lower-case hexadecimal.

    Own choice: by Safe Exam Browser's specification, „How the Config Key is generated in SEB“.
    """
    known = {name: value for name, value in settings.items() if name != _META}
    return hashlib.sha256(seb_json(known).encode()).hexdigest()


def seb_json(value: Any) -> str:
    """A value as „SEB-JSON“: keys sorted without regard to case at every level, no white space, no escaping, empty
    dictionaries left out, data in Base64, instants by ISO 8601.

    Own choice: by Safe Exam Browser's specification. Raises ``TypeError`` for what a settings file cannot hold.
    """
    match value:
        case Mapping():
            kept = sorted(((name, one) for name, one in value.items() if one != {}), key=lambda pair: pair[0].lower())
            return "{" + ",".join(f'"{name}":{seb_json(one)}' for name, one in kept) + "}"
        case list() | tuple():
            return "[" + ",".join(seb_json(one) for one in value) + "]"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case _:
            return f'"{_text(value)}"'


def _text(value: Any) -> str:
    """What stands between quotation marks. Own choice: by Safe Exam Browser's specification."""
    match value:
        case str():
            return value
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case datetime():
            return value.isoformat()
        case _:
            raise TypeError(f"a settings file holds no {type(value).__name__}")


def hash_of(address: str, key: str) -> str:
    """What Safe Exam Browser shows for an address: SHA-256 of the address without its fragment and the key.

    Own choice: by Safe Exam Browser's specification, „Checking the Config Key“.
    """
    return hashlib.sha256((address.partition("#")[0] + key).encode()).hexdigest()


def is_shown(shown: Shown, portal: str, exam_id: str) -> bool:
    """Whether a request comes from a browser that has our settings, by its header or by what its script knows.

    Own choice: either is enough, because the modern web view of macOS and iOS adds none.
    """
    key = config_key(settings_of(portal, exam_id))
    addresses = [_start(portal, exam_id), *(f"{portal}{_PAGE}{language}" for language in _LANGUAGES)]
    pages = [hash_of(address, key) for address in addresses]
    return _is_one_of(shown.header, [hash_of(shown.address, key)]) or _is_one_of(shown.script, pages)


def _is_one_of(told: str, expected: Iterable[str]) -> bool:
    """Whether a hash is one of those expected. Own choice: compared in constant time."""
    given = told.encode()
    return any(hmac.compare_digest(given, one.encode()) for one in expected)
