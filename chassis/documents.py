"""Documents: what stands on them is typed and frozen when they are ordered; how they look is a template; a worker
renders.

A service lists its kinds once::

    APPENDIX_5 = DocumentKind("appendix_5", Appendix5, "Протокол № 2")
    DOCUMENTS = Documents(Path(__file__).parent, APPENDIX_5, …)

orders in a use case, ``order(work, APPENDIX_5, exam_id, "hall-1", Appendix5(…))``, and lets its worker call
``render_ordered(runtime, DOCUMENTS)``.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from sqlalchemy import select

from chassis import audit, bulgarian, pdf
from chassis.plumbing import DocumentRow
from chassis.settings import ServiceSettings
from chassis.work import Runtime, Work
from contracts.people import Mode, Names

HERE = Path(__file__).parent
_MODES = {Mode.ELECTRONIC: "в електронен вариант", Mode.PAPER: "на хартиен носител"}


@dataclass(frozen=True, slots=True)
class Signatory:
    """A place for a signature: in what capacity, and whose, when it is known beforehand."""

    capacity: str
    names: Names | None = None


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A kind of document: its name (also of its template, ``templates/documents/<name>.html``), the dataclass of
    what stands on it, its Bulgarian title, whether it is made by the hundred, and what its PDF claims when it is
    made alone.

    ``secret``: what stands on it may not be kept (passwords, questions before the exam). It cannot be ordered; a
    use case renders it with ``Documents.render_all`` and hands the bytes to whoever prints them.
    """

    name: str
    context_type: type[Any]
    title_bg: str
    many: bool = False
    secret: bool = False
    claim: pdf.Claim = "pdf/ua-1"

    @property
    def template(self) -> str:
        """The template's file name."""
        return f"{self.name}.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What is around the text: when the document was ordered, and the audit chain's head at that time (hex)."""

    ordered_at: datetime
    chain_head: str


class Documents:
    """The documents of one service: its kinds, and its templates over the house's layout."""

    def __init__(self, service_folder: Path, *kinds: DocumentKind) -> None:
        self.kinds = {kind.name: kind for kind in kinds}
        self._environment = Environment(
            loader=FileSystemLoader([service_folder / "templates" / "documents", HERE / "templates"]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            on_day=bulgarian.on_day,
            hour=bulgarian.hour,
            at_hour=bulgarian.at_hour,
            in_mode=_MODES.__getitem__,
            in_words=bulgarian.in_words,
            duration=bulgarian.duration,
            qr=qr,
        )

    def html(self, kind: DocumentKind, context: Any, frame: Frame) -> str:
        """The document as HTML; ``TypeError`` when the context is not of the kind's type."""
        _require(kind, context)
        return self._environment.get_template(kind.template).render(
            it=context, kind=kind, ordered_at=frame.ordered_at, chain_head=frame.chain_head
        )

    def render(self, kind: DocumentKind, context: Any, frame: Frame) -> bytes:
        """One document as PDF, by the way of its kind, so that the bytes are those of ``render_ordered``."""
        return self.render_all(kind, [(context, frame)])[0]

    def render_all(self, kind: DocumentKind, made_of: Sequence[tuple[Any, Frame]]) -> list[bytes]:
        """Documents of one kind as PDF, in the order given."""
        htmls = [self.html(kind, context, frame) for context, frame in made_of]
        return pdf.render_many(htmls) if kind.many else [pdf.render(html, claim=kind.claim) for html in htmls]


def _require(kind: DocumentKind, context: Any) -> None:
    if not isinstance(context, kind.context_type):
        raise TypeError(f"{kind.name} is made of {kind.context_type.__name__}, not of {type(context).__name__}")


def qr(text: str) -> Markup:
    """A QR code (error correction M) as an SVG that fills its box; read aloud as its text."""
    code = segno.make(text, error="m", micro=False)
    return Markup(code.svg_inline(omitsize=True, border=2, title=text, svgclass="qr", lineclass=None))  # noqa: S704 - segno escapes


def order(work: Work, kind: DocumentKind, exam_id: str, subject: str, context: Any, *, issue: int = 1) -> uuid.UUID:
    """Order a document in the transaction of its fact; the chain's head of this moment goes on it.

    Audit first, then order, and the fact itself is under the head that is printed. ``TypeError`` when the context
    is not of the kind's type, ``ValueError`` when the kind is secret.
    """
    _require(kind, context)
    if kind.secret:
        raise ValueError(f"{kind.name} holds what may not be kept: render it and hand it over")
    head = audit.head(work.session, exam_id)
    stands = {"chain_head": head.sha256 if head else audit.BEGINNING, "it": msgspec.to_builtins(context)}
    return work.order_document(exam_id, kind.name, subject, stands, issue=issue)


def file_name(row: DocumentRow) -> str:
    """``<kind>-<subject>.pdf`` (``-<issue>`` from the second on): letters, digits, points and dashes, never a
    person's name.
    """
    subject = re.sub(r"[^\w.-]+", "-", row.subject)
    issue = f"-{row.issue}" if row.issue > 1 else ""
    return f"{row.kind}-{subject}{issue}.pdf"


def render_ordered(runtime: Runtime[ServiceSettings], documents: Documents, limit: int = 10) -> int:
    """Render up to ``limit`` documents that were ordered and have no file, oldest first; returns how many there were.

    Safe to run twice and beside itself: rows are locked to the end, others' are passed over. Rows that cannot be
    rendered stay as they are; after the others are committed an ``ExceptionGroup`` tells of them.
    """
    failures: list[Exception] = []
    with runtime.work() as work:
        waiting = work.session.scalars(
            select(DocumentRow)
            .where(DocumentRow.sha256.is_(None), DocumentRow.kind.in_(documents.kinds))
            .order_by(DocumentRow.ordered_at, DocumentRow.document_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        by_kind = groupby(sorted(waiting, key=lambda row: row.kind), key=lambda row: row.kind)
        made = [
            done for name, rows in by_kind for done in _rendered(documents, documents.kinds[name], list(rows), failures)
        ]
        for row, content in made:
            _file(work, row, content)
    if failures:
        raise ExceptionGroup("documents that could not be rendered", failures)
    return len(made)


def _rendered(
    documents: Documents, kind: DocumentKind, rows: list[DocumentRow], failures: list[Exception]
) -> list[tuple[DocumentRow, bytes]]:
    good: list[DocumentRow] = []
    made_of: list[tuple[Any, Frame]] = []
    for row in rows:
        try:
            made_of.append(_made_of(kind, row))
            good.append(row)
        except msgspec.ValidationError as error:
            error.add_note(f"document {row.document_id} ({kind.name})")
            failures.append(error)
    try:
        return list(zip(good, documents.render_all(kind, made_of), strict=True))
    except Exception as error:  # noqa: BLE001 - one kind's template must not hold up the others; told in the group
        failures.append(error)
        return []


def _made_of(kind: DocumentKind, row: DocumentRow) -> tuple[Any, Frame]:
    context = msgspec.convert(row.context["it"], kind.context_type)
    return context, Frame(ordered_at=row.ordered_at, chain_head=row.context["chain_head"])


def _file(work: Work, row: DocumentRow, content: bytes) -> None:
    row.sha256, row.rendered_at = work.files.put(content), work.now
    work.audit(
        row.exam_id,
        "document:rendered",
        "Собствено правило",
        kind=row.kind,
        subject=row.subject,
        issue=row.issue,
        sha256=row.sha256,
    )
