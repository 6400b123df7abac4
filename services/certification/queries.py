"""Read-only views of certification. What the public sees has no personal number."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from chassis.commands import Answer
from chassis.export import plumbing_export
from chassis.work import Work
from contracts.phrase import Phrase
from contracts.refusals.general import NotFound
from services.certification.tables import Certificate, Duplicate, Inspection
from services.certification.usecases.certificates import eligible
from services.certification.usecases.records import the_exam

_BASIS = "изпит по наредбата по чл. 53, ал. 1 от ЗВОПС"


def list_eligible(work: Work, *, exam_id: str) -> Answer:
    """Who passed and has no certificate yet, by opaque id."""
    the_exam(work, exam_id)
    return {"eligible": [participant.candidate_id for participant in eligible(work, exam_id)]}


def register(work: Work, *, search: str) -> Answer:
    """The public register, newest first: number, names, day of issue, day of the exam, basis, status."""
    query = select(Certificate).order_by(Certificate.issued_on.desc(), Certificate.number)
    if search:
        pattern = "%" + search.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
        names = Certificate.first + " " + Certificate.middle + " " + Certificate.last
        query = query.where(or_(names.ilike(pattern), Certificate.number.ilike(pattern)))
    rows = work.session.scalars(query).all()
    issued = _duplicates(work, [row.number for row in rows])
    return {"entries": [_entry(row, issued.get(row.number, [])) for row in rows], "search": search}


def verify(work: Work, *, number: str) -> Answer:
    """The whole register entry of a certificate, to be compared with the paper field by field."""
    certificate = work.session.get(Certificate, number)
    if certificate is None:
        raise NotFound(what=Phrase(f"сертификат № {number}", f"certificate no. {number}"))
    return _entry(certificate, _duplicates(work, [number]).get(number, []))


def _duplicates(work: Work, numbers: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Issued duplicates by certificate, in the order of issue."""
    query = select(Duplicate).where(Duplicate.number.in_(numbers), Duplicate.issued_on.is_not(None))
    found: dict[str, list[dict[str, Any]]] = {}
    for one in work.session.scalars(query.order_by(Duplicate.issue)):
        found.setdefault(one.number, []).append({"issue": one.issue, "issued_on": _iso(one.issued_on)})
    return found


def _entry(row: Certificate, duplicates: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "number": row.number,
        "names": f"{row.first} {row.middle} {row.last}",
        "exam_on": row.exam_on.isoformat(),
        "issued_on": row.issued_on.isoformat(),
        "basis": _BASIS,
        "status": "duplicate_issued" if duplicates else "valid",
        "duplicates": duplicates,
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def export(work: Work, *, exam_id: str) -> Answer:
    """What the independent recount reads: certificates by opaque id, duplicates, inspections."""
    the_exam(work, exam_id)
    certificates = work.session.scalars(
        select(Certificate).where(Certificate.exam_id == exam_id).order_by(Certificate.number)
    ).all()
    numbers = [one.number for one in certificates]
    duplicates = work.session.scalars(
        select(Duplicate).where(Duplicate.number.in_(numbers)).order_by(Duplicate.number, Duplicate.issue)
    )
    inspections = work.session.scalars(
        select(Inspection).where(Inspection.exam_id == exam_id).order_by(Inspection.inspection_id)
    )
    return plumbing_export(work, exam_id) | {
        "certificates": [
            {
                "number": one.number,
                "candidate_id": one.candidate_id,
                "issued_on": one.issued_on.isoformat(),
                "fee_proved": one.fee_sha256 is not None,
                "handed": one.handed_at is not None,
            }
            for one in certificates
        ],
        "duplicates": [
            {
                "number": one.number,
                "issue": one.issue,
                "issued_on": _iso(one.issued_on),
                "fee_proved": one.fee_sha256 is not None,
            }
            for one in duplicates
        ],
        "inspections": [
            {"inspection_id": one.inspection_id, "candidate_id": one.candidate_id, "held": one.held_at is not None}
            for one in inspections
        ],
    }
