"""The independent recount agrees with an honest record and names whatever was changed in one."""

import json
from pathlib import Path

import pytest

from recount.__main__ import main
from recount.check import recount
from recount.record import SERVICES, Record, UnreadableRecordError, read_export
from tests.unit.recount.people_of_an_exam import CANDIDATES
from tests.unit.recount.record_of_an_exam import FILES, made
from tests.unit.recount.tamperings import Tampering
from tests.unit.recount.tamperings_of_results import EVERY


def exported(record: Record, folder: Path) -> Path:
    """The record as ``svops export`` writes it."""
    (folder / "files").mkdir(parents=True)
    for service, answer in record.services.items():
        (folder / f"{service}.json").write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
    for sha256, content in record.files.items():
        (folder / "files" / sha256).write_bytes(content)
    return folder


def test_an_honest_record_agrees_with_itself() -> None:
    report = recount(made())
    assert list(report.lines())[:-1] == []
    assert report.agrees
    assert report.results_checked == len(CANDIDATES)
    assert report.seals_checked == 4  # two seals, one commitment, one draw
    assert report.audit_rows_checked == sum(len(answer["audit"]) for answer in made().services.values())
    assert report.documents_checked > len(FILES)


@pytest.mark.parametrize(("tampering", "where"), EVERY, ids=[one.__name__ for one, _ in EVERY])
def test_a_tampering_is_named_where_it_was_done(tampering: Tampering, where: str) -> None:
    record = made()
    tampering(record)
    findings = recount(record).findings
    assert any(f"{finding.where} ".startswith(f"{where} ") for finding in findings), findings
    assert not any("malformed" in finding.what for finding in findings), findings


def test_there_are_enough_tamperings_and_none_twice() -> None:
    names = [one.__name__ for one, _ in EVERY]
    assert len(names) == len(set(names))
    assert len(names) >= 25


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_tells_nothing_is_a_finding_and_not_a_crash(service: str) -> None:
    record = made()
    record.services[service] = {"service": service, "exam_id": record.exam_id, "audit": []}
    report = recount(record)
    assert not report.agrees
    assert any(service in finding.where or service in finding.what for finding in report.findings)


def test_a_record_with_one_broken_part_is_still_checked_in_the_others() -> None:
    record = made()
    record.services["testbank"]["draw"]["transcript"] = None
    record.services["certification"]["certificates"][0]["fee_proved"] = False
    wheres = {finding.where for finding in recount(record).findings}
    assert {"recount.seals", "certificate ВО-2027-0001"} <= wheres


def test_the_command_says_yes_no_or_cannot_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(exported(made(), tmp_path / "honest"))]) == 0
    assert capsys.readouterr().out.startswith("agrees: 12 results, 4 seals")
    record = made()
    record.of("grading_results", "results")[0]["correct"] = 71
    assert main([str(exported(record, tmp_path / "changed"))]) == 1
    told = capsys.readouterr().out
    assert "result vazov: right answers: the record says 71, recomputed 70" in told
    assert "DOES NOT AGREE" in told
    assert main([str(tmp_path / "nothing")]) == 2
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_an_export_reads_back_as_it_was_written(tmp_path: Path) -> None:
    assert read_export(exported(made(), tmp_path / "export")) == made()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("session.json", "{"),
        ("session.json", "[]"),
        ("session.json", '{"service": "admission", "exam_id": "2027-05"}'),
        ("session.json", '{"service": "session", "exam_id": "2027-11"}'),
        ("session.json", "\udcff"),
    ],
)
def test_what_is_no_export_is_refused(tmp_path: Path, name: str, content: str) -> None:
    folder = exported(made(), tmp_path / "export")
    (folder / name).write_text(content, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(UnreadableRecordError):
        read_export(folder)
