"""What the documents name is there: links, verbs, doors, events, settings, commands, terms."""

import dataclasses
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import click
import pytest
from markdown_it import MarkdownIt

from contracts.events import every
from svops.command import main
from svops.services import SERVICES

CHECKOUT = Path(__file__).parents[3]
_SKIPPED = {".venv", ".svops", "out", ".git", ".hypothesis", ".pytest_cache", "node_modules"}
DOCUMENTS = sorted(path for path in CHECKOUT.rglob("*.md") if not _SKIPPED & set(path.relative_to(CHECKOUT).parts))
PAGES = [CHECKOUT / "docs" / "process" / name for name in (
    "1-announcement.md", "2-application.md", "3-admission.md", "4-preparation.md", "5-questions-and-draw.md",
    "6-electronic-sitting.md", "7-paper-sitting.md", "8-grading-and-results.md", "9-certificate.md",
)]  # fmt: skip
_DOOR = re.compile(r"`(GET|POST) (/[\w/]+)/api/([\w-]+)(?:/[^`]*)?`")
_PAGE = re.compile(r"page `(/[^`]+)`")
_LIVE = re.compile(r"`(GET|POST|PUT) /live(/\w+)[^`]*`")
#: The document routes and the upload, which chassis adds to every door.
_OF_EVERY_DOOR = {"files", "documents"}
_BY_PREFIX = {service.prefix: service for service in SERVICES}


def told(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def named(path: Path) -> str:
    return str(path.relative_to(CHECKOUT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in _links(told(document)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, part = target.partition("#")
        place = (document.parent / path).resolve() if path else document
        assert place.exists(), target
        assert not part or part in _headings(told(place)), target


def _links(text: str) -> Iterator[str]:
    for block in MarkdownIt("commonmark").enable("table").parse(text):
        for token in block.children or ():
            for attribute in ("href", "src"):
                if (target := token.attrGet(attribute)) is not None:
                    yield str(target)


def _headings(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_door_named_is_one(document: Path) -> None:
    for method, prefix, verb in _DOOR.findall(told(document)):
        service = _BY_PREFIX[prefix]
        verbs = service.module("commands").VERBS
        of_kind = {one.name for one in (verbs.questions if method == "GET" else verbs.commands)}
        routes = _routes(service.module("web"))
        assert verb in of_kind | _OF_EVERY_DOOR or f"/api/{verb}" in routes, f"{method} {prefix}/api/{verb}"


@pytest.mark.parametrize("document", PAGES, ids=named)
def test_every_page_and_live_door_named_is_one(document: Path) -> None:
    for address in _PAGE.findall(told(document)):
        prefix = max((one for one in _BY_PREFIX if address.startswith(one)), key=len)
        assert address.removeprefix(prefix) in _routes(_BY_PREFIX[prefix].module("web")), address
    live = told(CHECKOUT / "services" / "session" / "live" / "app.py")
    for method, path in _LIVE.findall(told(document)):
        assert re.search(rf'Route\("{path}[^"]*", [\w.]+, methods=\["{method}"\]', live), f"{method} /live{path}"


def _routes(web: ModuleType) -> set[str]:
    """The paths of a service's own routes, and their beginnings up to a parameter."""
    paths = set(re.findall(r'Route\("(/[^"]*)"', told(Path(str(web.__file__)))))
    return paths | {path.partition("/{")[0] for path in paths}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_event_of_a_page_is_told_by_a_service(page: Path) -> None:
    known = {event.__name__ for event in every()}
    mentioned = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)`", told(page)))
    assert mentioned <= known


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_page_says_what_survives_a_crash(page: Path) -> None:
    _, heading, after = told(page).partition("## What survives a crash\n")
    assert heading
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", after, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers


def test_every_command_of_a_service_stands_on_a_page() -> None:
    shown = {(prefix, verb) for page in PAGES for _, prefix, verb in _DOOR.findall(told(page))}
    for service in SERVICES:
        wanted = {(service.prefix, verb.name) for verb in service.module("commands").VERBS.commands}
        assert wanted <= shown, service.name


def test_every_setting_named_is_one_and_every_setting_is_named() -> None:
    text = told(CHECKOUT / "docs" / "operations" / "README.md")
    generic = {"database_url", "amqp_uri", "files_url", "clock", "token_public_keys", "act_window_minutes"}
    generic |= {"upload_limit_bytes", "portal", "inquiries"}
    for field in generic:
        assert field.upper() in text
    for service in SERVICES:
        fields = {field.name for field in dataclasses.fields(service.module("settings").Settings)}
        for field in sorted(fields - generic):
            assert field.upper() in text, f"{service.settings_prefix}_{field.upper()}"
        for name in re.findall(rf"`{service.settings_prefix}_([A-Z_]+)`", text):
            assert name.removesuffix("_FILE").lower() in fields, name


def test_every_svops_command_named_is_one() -> None:
    assert isinstance(main, click.Group)
    commands = main.list_commands(click.Context(main))
    for document in DOCUMENTS:
        for name in re.findall(r"(?:`|bin/|relay )svops ([a-z]+)", told(document)):
            assert name in commands, f"{named(document)}: svops {name}"


def test_every_make_target_named_is_one() -> None:
    targets = set(re.findall(r"^([a-z-]+):", told(CHECKOUT / "Makefile"), re.MULTILINE))
    for document in DOCUMENTS:
        mentioned = re.findall(r"(?:`|^)make ([a-z]+)", told(document), re.MULTILINE)
        assert set(mentioned) <= targets, named(document)


@cache
def _words_of_the_code() -> frozenset[str]:
    """Every name and every word of a text in the code."""
    folders = ("regulation", "contracts", "chassis", "services", "svops")
    sources = [path for folder in folders for kind in ("py", "yaml") for path in (CHECKOUT / folder).rglob(f"*.{kind}")]
    return frozenset(word for source in sources for word in re.findall(r"\w+", told(source)))


def test_every_code_name_of_the_glossary_is_in_the_code() -> None:
    rows = [row.split("|") for row in told(CHECKOUT / "docs" / "glossary.md").splitlines() if row.startswith("| ")]
    terms = {term for row in rows for cell in row for term in re.findall(r"`([^`]+)`", cell)}
    assert len(terms) > len(rows) / 2
    missing = {term for term in terms if not set(term.split(".")) <= _words_of_the_code()}
    assert missing == set()


def test_every_service_of_the_picture_is_a_folder() -> None:
    picture = told(CHECKOUT / "docs" / "picture.svg")
    boxes = set(re.findall(r'class="name"[^>]*>([^<]+)<', picture))
    folders = {path.name for path in (CHECKOUT / "services").iterdir() if (path / "__init__.py").exists()}
    assert folders <= boxes
    inner = set(re.findall(r'class="inner"[^>]*/><text x="\d+" y="\d+">(\w+)<', picture))
    assert inner == {
        path.name for path in (CHECKOUT / "services" / "grading").iterdir() if (path / "commands.py").exists()
    }
