"""``python -m svops.openapi``: what programs may ask every service by HTTP, as an OpenAPI 3.1 document."""

import inspect
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from chassis.commands import Shape, Verb
from chassis.web import COOKIE
from contracts.generated import as_yaml, keep
from contracts.people import CAPACITIES, Role
from contracts.refusals import every
from services.admission.commands import LOG_IN as STAFF_LOG_IN
from services.registration.commands import LOG_IN as CANDIDATE_LOG_IN
from services.session import schemas as session_schemas
from services.session.live import shapes, told
from services.session.web import LOCKED_BROWSER, OPEN_RESCUE, PRINT
from svops.services import BY_NAME, SERVICES, Service

PATH = Path(__file__).parents[1] / "docs" / "integration" / "openapi.yaml"
_INTRODUCTION = """\
Every verb of every service, over HTTP. A command is a POST and changes something; a question is a GET and changes
nothing. Whatever is not allowed is answered as problem details (RFC 9457) with a code, the article on which it rests,
and a sentence in Bulgarian and in English; nothing has changed then.

Requests are described by the schemas that read them. Unknown fields are refused. Answers are JSON objects, and those
of the candidate's door (`/live`) are described field by field; fields are only ever added to them.
"""
_JSON, _PROBLEM, _PDF = "application/json", "application/problem+json", "application/pdf"
_SAID: dict[str, Any] = {"type": "string"}
_STAFF: tuple[dict[str, list[str]], ...] = ({"bearer": []}, {"cookie": []})
_SITTING: tuple[dict[str, list[str]], ...] = ({"sitting": []},)


@dataclass(frozen=True, kw_only=True)
class Route:
    """An operation that is no verb of the common list. ``body``, ``query``: its schema; ``gives``: its media type;
    ``answer``: which schema describes it.
    """

    method: str
    path: str
    summary: str
    body: Any = None
    body_type: str = _JSON
    query: type[Shape] | None = None
    gives: str = _JSON
    answer: str = ""
    security: tuple[dict[str, list[str]], ...] = _STAFF
    roles: frozenset[Role] = frozenset()


def _of(verb: Verb, method: str, summary: str, **more: Any) -> Route:
    body, query = (None, verb.shape) if method == "get" else (verb.shape, None)
    path = f"/api/{verb.name}"
    return Route(method=method, path=path, summary=summary, roles=verb.roles, body=body, query=query, **more)


#: By service: what stands in its ``web.py`` beside the common routes.
BESIDE: dict[str, tuple[Route, ...]] = {
    "registration": (
        Route(
            method="post",
            path="/api/login",
            summary="A candidate's token, also as a cookie.",
            body=CANDIDATE_LOG_IN.shape,
            security=(),
        ),
    ),
    "admission": (
        Route(
            method="post",
            path="/api/login",
            summary="The token of a person on duty, also as a cookie.",
            body=STAFF_LOG_IN.shape,
            security=(),
        ),
        Route(
            method="post",
            path="/api/renew",
            summary="Another token, with the capacities that came since.",
        ),
        Route(
            method="get",
            path="/api/attachments/{application_id}/{kind}",
            summary="A document attached to an application.",
            gives="application/octet-stream",
        ),
    ),
    "testbank": (
        Route(
            method="get",
            path="/api/booklets/{exam_id}/{sub_variant}",
            summary="The printed test of one sub-variant.",
            gives=_PDF,
        ),
    ),
    "session": (
        _of(PRINT, "post", "The sheets with credentials of a hall; they exist in this answer only.", gives=_PDF),
        _of(OPEN_RESCUE, "post", "What a rescue file holds, beside what the server has."),
        _of(LOCKED_BROWSER, "get", "The exam's settings for Safe Exam Browser.", gives="application/seb"),
    ),
    "grading_paper": (
        Route(method="get", path="/api/blank_card", summary="The card of one sub-variant, blank.", gives=_PDF),
        Route(method="get", path="/api/slips", summary="The slips of App. 9, one a seat on paper.", gives=_PDF),
        Route(method="get", path="/api/envelope_labels", summary="Labels of both envelopes of a seat.", gives=_PDF),
        Route(method="get", path="/api/scans/{sha256}", summary="A card's picture.", gives="image/jpeg"),
    ),
}
#: What is asked in the address of a file that is printed.
_ASKED = {
    "/api/blank_card": ("exam_id", "sub_variant"),
    "/api/slips": ("exam_id",),
    "/api/envelope_labels": ("exam_id",),
}
_EVERYWHERE = (
    Route(
        method="post",
        path="/api/files",
        summary="Lay down a file; answers its SHA-256, by which verbs name it.",
        body={"type": "string", "contentEncoding": "binary"},
        body_type="application/octet-stream",
    ),
    Route(
        method="get", path="/api/documents/{sha256}", summary="A document as PDF.", gives=_PDF, security=({}, *_STAFF)
    ),
)
LIVE = (
    Route(
        method="post",
        path="/login",
        summary="Log in with what stands on the candidate's sheets (Art. 24(1)); a token for one line of one sitting.",
        body=session_schemas.LogIn,
        answer="Entered",
        security=(),
    ),
    Route(method="get", path="/sitting", summary="The main screen (Art. 24(2)).", answer="Screen", security=_SITTING),
    Route(
        method="put",
        path="/answers/{question}",
        summary="Save one answer; told after the commit.",
        body={"$ref": "#/components/schemas/OneAnswer"},
        answer="Verdict",
        security=_SITTING,
    ),
    Route(
        method="post",
        path="/answers",
        summary="Save answers that waited; one verdict each.",
        body={
            "type": "array",
            "minItems": 1,
            "maxItems": 1000,
            "items": {"$ref": "#/components/schemas/ReplayedAnswer"},
        },
        answer="Verdicts",
        security=_SITTING,
    ),
    Route(
        method="post",
        path="/submit",
        summary="The final submission (Art. 29(3)).",
        answer="Submitted",
        security=_SITTING,
    ),
    Route(
        method="post",
        path="/here",
        summary="The screen is on the line; said after each time event of the stream, for the hall's screen.",
        answer="Nothing",
        security=_SITTING,
    ),
    Route(
        method="get",
        path="/stream",
        summary="Server-sent events: unlock, announcement, time, moved, suspension, end, resync.",
        gives="text/event-stream",
        security=_SITTING,
    ),
)


_TOLD = (told.Entered, told.PrintedQuestion, told.Verdicts, told.Submitted, told.Nothing)


def document() -> dict[str, Any]:
    """The whole OpenAPI 3.1 document, as JSON values."""
    spec = APISpec(
        title="SVOPS",
        version="1",
        openapi_version="3.1.0",
        info={"description": _INTRODUCTION, "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"}},
        tags=[{"name": service.name} for service in SERVICES] + [{"name": "live"}],
        servers=[{"url": "https://{site}", "variables": {"site": {"default": "localhost"}}}],
        plugins=[MarshmallowPlugin(schema_name_resolver=_name_of)],
    )
    _components(spec)
    for service in SERVICES:
        for route in _routes(service):
            _add(spec, service.name, service.prefix, route)
    for route in LIVE:
        _add(spec, "live", BY_NAME["session"].live_prefix, route)
    made: dict[str, Any] = json.loads(json.dumps(spec.to_dict()), object_hook=_plain)
    return made


def _name_of(schema: type[Schema] | Schema) -> str:
    """Several services have an ``OfExam``: each under its service's name."""
    kind = schema if isinstance(schema, type) else type(schema)
    *_, service, _ = kind.__module__.split(".")
    return f"{service}.{kind.__name__.removeprefix('_')}"


def _plain(node: dict[str, Any]) -> dict[str, Any]:
    """Python's way of writing a pattern as JSON Schema's, and no default where there is none."""
    if isinstance(pattern := node.get("pattern"), str):
        node["pattern"] = pattern.replace(r"\A", "^").replace(r"\Z", "$")
    if "type" in node and node.get("default", ...) is None:
        del node["default"]
    return node


def _components(spec: APISpec) -> None:
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer", "description": "from a log-in"})
    spec.components.security_scheme("cookie", {"type": "apiKey", "in": "cookie", "name": COOKIE})
    spec.components.security_scheme(
        "sitting", {"type": "http", "scheme": "bearer", "description": "of one line of one sitting, from /live/login"}
    )
    spec.components.schema("Refusal", _refusal())
    spec.components.response(
        "Refusal", {"description": "Refused; nothing has changed.", "content": {_PROBLEM: {"schema": "Refusal"}}}
    )
    spec.components.parameter(
        "Idempotency-Key",
        "header",
        {
            "schema": {"type": "string", "minLength": 1, "maxLength": 200},
            "description": "The same key again by the same person: the first answer again, and nothing is done twice.",
        },
    )
    _, answers = msgspec.json.schema_components(
        (shapes.OneAnswer, shapes.ReplayedAnswer, *_TOLD), ref_template="#/components/schemas/{name}"
    )
    for name, schema in answers.items():
        spec.components.schema(name, schema)


def _refusal() -> dict[str, Any]:
    codes = [one.__name__ for one in every()]
    sentence = {"type": "object", "properties": {"bg": _SAID, "en": _SAID}, "required": ["bg", "en"]}
    members = {
        "type": {"type": "string", "format": "uri"},
        "title": _SAID,
        "status": {"type": "integer"},
        "code": {"enum": codes},
        "article": _SAID,
        "detail": _SAID,
        "sentence": sentence,
        "facts": {"type": "object"},
    }
    return {"type": "object", "properties": members, "required": list(members)}


def _routes(service: Service) -> Iterator[Route | tuple[str, Verb]]:
    verbs = service.module("commands").VERBS
    yield from (("post", verb) for verb in verbs.commands)
    yield from (("get", verb) for verb in verbs.questions)
    yield from BESIDE.get(service.name, ())
    yield from _EVERYWHERE


def _add(spec: APISpec, tag: str, prefix: str, route: Route | tuple[str, Verb]) -> None:
    if isinstance(route, tuple):
        method, verb = route
        security = _STAFF if verb.roles else ({}, *_STAFF)
        route = _of(verb, method, _summary(verb), security=security)
        authority = f"Authority: {verb.article}. "
        keyed = ["Idempotency-Key"] if method == "post" else []
    else:
        authority, keyed = "", []
    operation: dict[str, Any] = {
        "tags": [tag],
        "operationId": f"{tag}.{route.method}{route.path.replace('/api', '').replace('/', '.')}",
        "summary": route.summary,
        "security": list(route.security),
        "responses": {
            "200": {"description": "Done.", "content": {route.gives: {"schema": _answer(route)}}},
            "default": {"$ref": "#/components/responses/Refusal"},
        },
    }
    if told := authority + _reserved(route.roles):
        operation["description"] = told.strip()
    if parameters := [*_in_path(route.path), *_in_query(route), *keyed]:
        operation["parameters"] = parameters
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": {route.body_type: {"schema": route.body}}}
    spec.path(path=prefix + route.path, operations={route.method: operation})


def _summary(verb: Verb) -> str:
    first, _, _ = inspect.cleandoc(verb.run.__doc__ or verb.name).partition("\n\n")
    return " ".join(first.split())


def _reserved(roles: frozenset[Role]) -> str:
    names = ", ".join(CAPACITIES[role].en for role in Role if role in roles)
    return f"Reserved to: {names}." if names else ""


def _answer(route: Route) -> dict[str, Any]:
    if route.answer:
        return {"$ref": f"#/components/schemas/{route.answer}"}
    return {"type": "object"} if route.gives == _JSON else {"type": "string", "contentEncoding": "binary"}


def _in_path(path: str) -> list[dict[str, Any]]:
    names = [part.strip("{}") for part in path.split("/") if part.startswith("{")]
    return [
        {
            "in": "path",
            "name": name,
            "required": True,
            "schema": {"type": "integer", "minimum": 1} if name == "question" else _SAID,
        }
        for name in names
    ]


def _in_query(route: Route) -> list[dict[str, Any]]:
    if names := _ASKED.get(route.path):
        return [{"in": "query", "name": name, "required": True, "schema": _SAID} for name in names]
    return [] if route.query is None else [{"in": "query", "schema": route.query}]


def text() -> str:
    """The document as YAML."""
    return as_yaml("Made by `python -m svops.openapi` from the services' verbs and shapes; change those.", document())


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the document, or with ``--check`` only compare it; 1 when it differs."""
    return keep("python -m svops.openapi", __doc__, PATH, text, arguments)


if __name__ == "__main__":
    sys.exit(main())
