"""Whatever comes in at a web door, what is refused is refused by its name, and nothing fails."""

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.interface.doors.knocking import Doors, Heard, Knock
from tests.interface.doors.plausible import payloads
from tests.interface.house import Templates

JSON = (b"content-type", b"application/json")
FORM = (b"content-type", b"application/x-www-form-urlencoded")
PARTS = (b"content-type", b"multipart/form-data; boundary=b")
Headers = tuple[tuple[bytes, bytes], ...]
LIKELY = ["2027-05", "0" * 64, "00000000-0000-4000-8000-000000000000", "2027-05-15", "1А", "1", "chair", "electronic"]
UNLIKELY = ["\x00", "а\x00б", "\ud800", "x" * 6000, "9" * 5000, "", "../../x"]
ANY_TEXT = st.text(st.characters(), max_size=20)  # with half surrogates and NUL
TEXT = st.one_of(st.sampled_from([*LIKELY, *UNLIKELY]), ANY_TEXT)
NUMBER = st.one_of(st.integers(), st.sampled_from([2**31, 2**63, -(2**63) - 1, 10**4000]), st.floats(allow_nan=True))
VALUE = st.recursive(
    st.one_of(TEXT, NUMBER, st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=6,
)
HEADER_NAMES = st.sampled_from(
    [b"origin", b"host", b"traceparent", b"idempotency-key", b"cookie", b"accept", b"authorization", b"sec-fetch-site"]
)
HEADER_VALUES = st.one_of(
    st.sampled_from([b"", b"http://[", b"null", b"\xff\xfe", b"a" * 6000, b"Bearer ", b"=;=;,", b"svops=x.y"]),
    st.binary(max_size=30),
)
HEADERS = st.lists(st.tuples(HEADER_NAMES, HEADER_VALUES), max_size=2)
PAGE_FIELDS = [
    "verb",
    "exam_id",
    "hall",
    "candidate_id",
    "session",
    "email",
    "username",
    "password",
    "number",
    "search",
]
OTHER_TYPES = [(b"content-type", one) for one in (b"text/plain", b"image/png", b"application/pdf", b"\xff")]
BODY_TYPES = st.sampled_from([(), (JSON,), (FORM,), (PARTS,), *((one,) for one in OTHER_TYPES)])
RAW_BODIES = st.one_of(
    st.sampled_from([b"", b"[]", b"[" * 3000, b'{"a":' * 400 + b"1" + b"}" * 400, b"{}" + b" " * 1_100_000]),
    st.binary(max_size=40),
)
PROBABLY = st.sampled_from([True] * 9 + [False])
METHODS = st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "BREW"])


@pytest.fixture(scope="module")
def doors(templates: Templates) -> Iterator[Doors]:
    """All of them, once for this file: nothing that is tried here changes anything for the next."""
    with tempfile.TemporaryDirectory(prefix="svops-doors-") as folder:
        opened = Doors(templates, Path(folder))
        try:
            yield opened
        finally:
            opened.close()


def spelled(text: str) -> str:
    """Text in a path or query, as a client that never heard of UTF-8 could spell it."""
    return quote(text, safe="", errors="surrogatepass")


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def as_form(fields: dict[str, Any]) -> bytes:
    return urlencode(fields, errors="surrogatepass").encode()


def as_parts(fields: dict[str, Any]) -> bytes:
    parts = (f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{fields[name]}\r\n' for name in fields)
    return "".join([*parts, "--b--\r\n"]).encode("utf-8", "surrogatepass")


def bodies(fields: dict[str, Any], wanted: Headers) -> st.SearchStrategy[tuple[Headers, bytes]]:
    """A body with its type: mostly the fields in the form that the door reads, else anything as anything."""
    spelling: dict[Headers, Callable[[dict[str, Any]], bytes]] = {
        (JSON,): as_json,
        (FORM,): as_form,
        (PARTS,): as_parts,
    }
    honest = st.just((wanted, spelling[wanted](fields)))
    return st.one_of(honest, honest, honest, st.tuples(BODY_TYPES, st.one_of(RAW_BODIES, st.just(as_json(fields)))))


@st.composite
def knocks(draw: st.DrawFn, doors: Doors) -> Knock:
    """A request at an address that exists, mostly by a method that it takes, with whatever comes to somebody's mind."""
    place, methods = draw(st.sampled_from(doors.places))
    path = re.sub(r"{[^}]*}", lambda _: spelled(draw(TEXT)) or "x", place)
    method = draw(st.sampled_from(methods or ["GET"])) if draw(PROBABLY) else draw(METHODS)
    shape = doors.shapes.get(place)
    fields = draw(payloads(shape) if shape else st.dictionaries(st.sampled_from(PAGE_FIELDS), TEXT, max_size=5))
    if draw(st.booleans()):
        fields |= draw(st.dictionaries(st.sampled_from([*fields, "more", "\x00"]), VALUE, max_size=1))
    wanted = (JSON,) if "/api/" in place or "/live/" in place else draw(st.sampled_from([(FORM,), (PARTS,)]))
    kind, body = draw(bodies(fields, wanted))
    query = (
        as_form(fields) if draw(st.booleans()) else draw(st.sampled_from([b"", b"", b"lang=en", b"a=%00", b"=&&=%ff"]))
    )
    who = draw(st.sampled_from(["", *doors.tokens, doors.tokens[-1]]))
    token = ((b"authorization", f"Bearer {who}".encode()),) if who else ()
    return Knock(method, path, query, (*kind, *token, *draw(HEADERS)), body)


@settings(max_examples=800, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_request_is_answered_with_a_failure_or_without_a_name(doors: Doors, data: st.DataObject) -> None:
    doors.knock(data.draw(knocks(doors))).check()


def refused(heard: Heard, code: str) -> None:
    heard.check()
    assert json.loads(heard.body)["code"] == code


def post(path: str, fields: Any, *headers: tuple[bytes, bytes]) -> Knock:
    return Knock("POST", path, headers=(JSON, *headers), body=as_json(fields))


@pytest.mark.parametrize("door", ["/registration/api/login", "/admission/api/login", "/live/login"])
@pytest.mark.parametrize("text", ["\x00", "а\x00", "\ud800"])
def test_text_that_cannot_be_kept_is_refused_at_every_log_in(doors: Doors, door: str, text: str) -> None:
    name = "email" if "registration" in door else "username"
    refused(doors.knock(post(door, {name: text, "password": "x" * 12})), "InvalidInput")
    refused(doors.knock(post(door, {name: "somebody", "password": text})), "InvalidInput")
    refused(doors.knock(post(door, {name: "somebody", text: "x"})), "InvalidInput")


@pytest.mark.parametrize("door", ["/registration/login", "/admission/login"])
def test_a_form_with_text_that_cannot_be_kept_is_shown_again(doors: Doors, door: str) -> None:
    fields = {"email": "a\x00", "username": "a\x00", "password": "x" * 12}
    heard = doors.knock(Knock("POST", door, headers=(FORM,), body=as_form(fields)))
    heard.check()
    assert heard.status == 422


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/registration/api/documents/%00", b""),
        ("/admission/api/attachments/%00/fee", b""),
        ("/grading/paper/api/scans/%00", b""),
        ("/grading/paper/api/blank_card", b"exam_id=%00&sub_variant=1"),
        ("/grading/paper/api/slips", b"exam_id=%00"),
        ("/testbank/api/booklets/%00/1", b""),
        ("/live/%00", b""),
    ],
)
def test_an_address_with_nul_in_it_is_refused(doors: Doors, path: str, query: bytes) -> None:
    token = (b"authorization", f"Bearer {doors.tokens[2]}".encode())
    refused(doors.knock(Knock("GET", path, query, (token,))), "InvalidInput")


def test_a_key_of_a_request_is_bounded(doors: Doors) -> None:
    refused(
        doors.knock(post("/registration/api/register_candidate", {}, (b"idempotency-key", b"k" * 201))), "InvalidInput"
    )
    refused(doors.knock(post("/registration/api/register_candidate", {}, (b"idempotency-key", b""))), "InvalidInput")


@pytest.mark.parametrize("trace", [b"\xff\xfe", "я".encode(), b"00-x", b"a" * 6000])
def test_a_trace_that_is_none_is_replaced(doors: Doors, trace: bytes) -> None:
    heard = doors.knock(Knock("GET", "/registration/", headers=((b"traceparent", trace),)))
    assert heard.status == 200
    assert re.fullmatch(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-01", heard.headers[b"traceparent"])


def test_an_origin_that_is_no_address_is_not_ours(doors: Doors) -> None:
    cookie = (b"cookie", f"svops={doors.tokens[0]}".encode())
    knock = Knock("POST", "/registration/api/files", headers=((b"origin", b"http://["), cookie))
    refused(doors.knock(knock), "NotAllowed")


def test_a_number_of_five_thousand_digits_is_refused_on_the_page(doors: Doors) -> None:
    fields = {"verb": "unlock", "exam_id": "2027-05", "hall": "1", "session": "9" * 5000}
    token = (b"authorization", f"Bearer {doors.tokens[2]}".encode())
    heard = doors.knock(Knock("POST", "/session/hall", headers=(FORM, token), body=as_form(fields)))
    heard.check()
    assert heard.status in {404, 422}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/registration/api/login", b"POST"),
        ("GET", "/live/login", b"POST"),
        ("POST", "/live/sitting", b"GET, HEAD"),
    ],
)
def test_a_method_that_is_not_taken_is_refused_by_name(doors: Doors, method: str, path: str, allowed: bytes) -> None:
    heard = doors.knock(Knock(method, path))
    refused(heard, "MethodNotAllowed")
    assert set(heard.headers[b"allow"].split(b", ")) == set(allowed.split(b", "))


@pytest.mark.parametrize("path", ["/nosuch", "/static/x", "/static/%00", "/session/static/nosuch.js", "/live/nosuch"])
def test_an_address_that_is_none_is_refused_by_name(doors: Doors, path: str) -> None:
    heard = doors.knock(Knock("GET", path, headers=((b"accept", b"application/json"),)))
    refused(heard, "InvalidInput" if "%00" in path else "NotFound")


def test_a_page_at_the_front_speaks_both_languages(doors: Doors) -> None:
    for query, words in ((b"", "Не е намерено"), (b"lang=en", "Not found")):
        heard = doors.knock(Knock("GET", "/nosuch", query, ((b"accept", b"text/html"),)))
        heard.check()
        assert heard.status == 404
        assert words in heard.body.decode()


def test_json_that_does_not_say_so_or_is_too_long_is_refused(doors: Doors) -> None:
    for path in ("/registration/api/register_candidate", "/live/login"):
        for kind in ((), (FORM,), ((b"content-type", b"text/plain"),)):
            refused(doors.knock(Knock("POST", path, headers=kind, body=b"{}")), "NotJson")
    body = b'{"a": "' + b"x" * 1_000_000 + b'"}'
    refused(doors.knock(Knock("POST", "/registration/api/register_candidate", headers=(JSON,), body=body)), "TooLarge")


def test_what_is_wrong_with_fields_is_said_in_both_languages(doors: Doors) -> None:
    told = json.loads(doors.knock(post("/registration/api/login", {"email": 5, "more": 1})).body)["sentence"]
    assert told["bg"].endswith("email: не е текст; password: липсва; more: непознато поле")
    assert told["en"].endswith(
        "email: not a valid string; password: missing data for required field; more: unknown field"
    )
