from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from chassis import audit
from chassis.clock import FileClock
from chassis.documents import file_name, order, render_ordered
from chassis.plumbing import AuditRow, DocumentRow, Plumbing
from chassis.settings import ServiceSettings
from chassis.work import Runtime
from services.certification.documents import CERTIFICATE
from services.certification.documents import DOCUMENTS as CERTIFICATION
from services.grading.electronic.documents import APPENDIX_6, APPENDIX_7
from services.grading.electronic.documents import DOCUMENTS as ELECTRONIC
from services.session.documents import CREDENTIAL_SHEETS
from svops.local.database import PrivateDatabase
from tests.documents.people import person
from tests.documents.reading import pages, squeezed
from tests.documents.samples import samples
from tests.documents.samples_after import appendix_6

EXAM = "exam-2027-1"
NOON = datetime(2027, 5, 17, 9, tzinfo=UTC)
SAMPLES = samples(rows=3)
Grading = Runtime[ServiceSettings]


@pytest.fixture(scope="module")
def server() -> Iterator[PrivateDatabase]:
    root = Path(mkdtemp(prefix="svops-pg-"))
    root.chmod(0o755)
    database = PrivateDatabase(root)
    try:
        database.start()
        yield database
    finally:
        database.stop()


@pytest.fixture
def runtime(server: PrivateDatabase, tmp_path: Path) -> Iterator[Grading]:
    clock = FileClock(tmp_path / "clock.json")
    clock.set(NOON)
    own = ServiceSettings(
        database_url=server.create("documents").replace("postgresql://", "postgresql+psycopg://"),
        amqp_uri="",
        files_url=f"file://{tmp_path}/files",
        token_public_keys="{}",
    )
    made = Runtime("grading_electronic", own, clock=clock)
    Plumbing.metadata.create_all(made.engine)
    yield made
    made.close()
    server.drop("documents")


def ordered(runtime: Grading, *numbers: int) -> None:
    """Individual protocols of these candidates are ordered, each after a fact in the audit chain."""
    with runtime.work() as work:
        for number in numbers:
            work.audit(EXAM, "sheet:graded", "чл. 43, ал. 1", sheet=number)
            order(work, APPENDIX_6, EXAM, f"candidate-{number}", appendix_6(number))


def rows(runtime: Grading, table: Any) -> list[Any]:
    with runtime.work() as work:
        return list(work.session.scalars(select(table)).all())


def test_an_ordered_document_gets_its_file_and_an_audit_row(runtime: Grading) -> None:
    ordered(runtime, 1, 2)
    assert render_ordered(runtime, ELECTRONIC) == 2
    for row in rows(runtime, DocumentRow):
        assert row.rendered_at == NOON
        number = int(row.subject.rpartition("-")[2])
        assert squeezed(str(person(number).names)) in squeezed(pages(runtime.files.get(row.sha256))[0])
    rendered = [row.facts for row in rows(runtime, AuditRow) if row.action == "document:rendered"]
    assert {(fact["kind"], fact["subject"], fact["sha256"]) for fact in rendered} == {
        (row.kind, row.subject, row.sha256) for row in rows(runtime, DocumentRow)
    }


def test_rendering_again_does_nothing(runtime: Grading) -> None:
    ordered(runtime, 1)
    assert render_ordered(runtime, ELECTRONIC) == 1
    before = len(rows(runtime, AuditRow))
    assert render_ordered(runtime, ELECTRONIC) == 0
    assert len(rows(runtime, AuditRow)) == before


def test_the_head_of_the_chain_at_the_time_of_the_order_is_printed(runtime: Grading) -> None:
    ordered(runtime, 1)
    head = rows(runtime, AuditRow)[-1].sha256
    with runtime.work() as work:
        work.audit(EXAM, "something:later", "чл. 43", later=True)
    render_ordered(runtime, ELECTRONIC)
    assert head[:16] in pages(runtime.files.get(rows(runtime, DocumentRow)[0].sha256))[0]


def test_two_workers_render_each_document_once(runtime: Grading) -> None:
    ordered(runtime, *range(6))
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda _: render_ordered(runtime, ELECTRONIC, 3), range(2)))
    assert sum(counts) + render_ordered(runtime, ELECTRONIC) == 6
    chain = sorted(rows(runtime, AuditRow), key=lambda row: row.number)
    assert sum(row.action == "document:rendered" for row in chain) == 6
    assert audit.first_break(chain, "grading_electronic") is None


def test_a_document_that_cannot_be_rendered_does_not_hold_up_the_others(runtime: Grading) -> None:
    ordered(runtime, 1)
    with runtime.work() as work:
        work.order_document(EXAM, "appendix_6", "spoilt", {"chain_head": "0" * 64, "it": {"number": 1}})
        order(work, APPENDIX_7, EXAM, "session-1", SAMPLES["appendix_7"].context)
    with pytest.raises(ExceptionGroup, match="could not be rendered"):
        render_ordered(runtime, ELECTRONIC)
    assert {row.subject for row in rows(runtime, DocumentRow) if row.sha256} == {"candidate-1", "session-1"}


def test_every_context_comes_back_from_the_database_as_it_went(runtime: Grading) -> None:
    keepable = {name: sample for name, sample in SAMPLES.items() if not sample.kind.secret}
    with runtime.work() as work:
        for name, sample in keepable.items():
            order(work, sample.kind, EXAM, name, sample.context)
    for row in rows(runtime, DocumentRow):
        sample = keepable[row.kind]
        assert msgspec.convert(row.context["it"], sample.kind.context_type) == sample.context


def test_a_service_renders_only_its_own_kinds(runtime: Grading) -> None:
    with runtime.work() as work:
        order(work, CERTIFICATE, EXAM, "2027-0001", SAMPLES["certificate"].context)
    assert render_ordered(runtime, ELECTRONIC) == 0
    assert render_ordered(runtime, CERTIFICATION) == 1


def test_a_secret_kind_cannot_be_ordered(runtime: Grading) -> None:
    with runtime.work() as work, pytest.raises(ValueError, match="may not be kept"):
        order(work, CREDENTIAL_SHEETS, EXAM, "candidate-1", SAMPLES["credential_sheets"].context)


def test_a_file_is_named_by_kind_and_subject() -> None:
    row = DocumentRow(kind="certificate", subject="2027/0001", issue=1)
    assert file_name(row) == "certificate-2027-0001.pdf"
    row.issue = 2
    assert file_name(row) == "certificate-2027-0001-2.pdf"
