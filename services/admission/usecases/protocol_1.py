"""What stands on Protocol № 1 of a hall, and its issue anew when more is told after the last one (App. 3)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select

from chassis.documents import order
from chassis.work import Work
from contracts.people import Mode, Names, Role
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone
from services.admission import documents
from services.admission.records import (
    arrivals_of,
    exam_of,
    is_last_protocol_1,
    named,
    names_of,
    protocols_1,
    seated_in,
    staff_of,
)
from services.admission.rules import door
from services.admission.tables import Annulment, Application, Exam, Hall, HandIn, Leaving

Told = TypeVar("Told", Annulment, HandIn, Leaving)
_NOTES: dict[str | None, str] = {"refused": "недопуснат (чл. 6, ал. 4, т. 4)", "absent": "неявил се"}
_ANNULLED = "анулиран тест"
_NOT_BACK = "не се е върнал в залата"
_NOTHING = "не е предал изпитните материали"
_QUAESTOR_LINES = 3  #: App. 3 has places for so many


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of Protocol № 1 before it is put into words."""

    application: Application
    state: str | None
    handed_in: HandIn | None
    is_annulled: bool
    is_back: bool

    @property
    def candidate_id(self) -> str:
        """Whose line it is."""
        return self.application.candidate_id

    def line(self, *, is_missing: bool, is_for_signature: bool) -> documents.Protocol1Row:
        """The line as it stands on the document; where the candidate is to sign, nothing stands."""
        return documents.Protocol1Row(
            person=named(self.application),
            username=self.application.username,
            appeared=None if self.state is None else self.state == "identified",
            handed_in_at=None if is_for_signature or self.handed_in is None else self.handed_in.handed_in_at,
            entered_at=None if is_for_signature or self.handed_in is None else self.handed_in.entered_at,
            note=self._note(is_missing=is_missing),
        )

    def _note(self, *, is_missing: bool) -> str:
        notes = {
            _NOTES.get(self.state, ""): not self.is_annulled,
            _ANNULLED: self.is_annulled,
            _NOT_BACK: not self.is_back,
            _NOTHING: is_missing,
        }
        return "; ".join(note for note, holds in notes.items() if note and holds)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Whose materials a hall awaits, by the lines of its Protocol № 1."""

    appeared: set[str]
    annulled: set[str]
    handed_in: set[str]


def rows_of(work: Work, exam_id: str, hall: str) -> list[Row]:
    """The lines of a hall as they stand now, seat by seat."""
    arrivals = arrivals_of(work, exam_id)
    handed_in = {one.candidate_id: one for one in _of(work, HandIn, exam_id)}
    annulled = {one.candidate_id for one in _of(work, Annulment, exam_id)}
    outside = {one.candidate_id for one in _of(work, Leaving, exam_id) if one.returned_at is None}
    return [
        Row(
            application=application,
            state=arrivals.get(seat.candidate_id),
            handed_in=handed_in.get(seat.candidate_id),
            is_annulled=seat.candidate_id in annulled,
            is_back=seat.candidate_id not in outside,
        )
        for seat, application in seated_in(work, exam_id, hall)
    ]


def counted(rows: Collection[Row]) -> Counted:
    """Who of a hall appeared, whose test was annulled, and who handed in."""
    return Counted(
        appeared={one.candidate_id for one in rows if one.state == "identified"},
        annulled={one.candidate_id for one in rows if one.is_annulled},
        handed_in={one.candidate_id for one in rows if one.handed_in},
    )


def appendix_3(
    work: Work,
    exam: Exam,
    place: Hall,
    rows: Collection[Row],
    *,
    missing: Collection[str] = (),
    is_for_signature: bool = False,
    former_at: datetime | None = None,
) -> documents.Appendix3:
    """What stands on an issue with these lines. ``missing``: of whom it notes that they handed nothing in."""
    quaestors = _staff(work, exam.exam_id, place.hall, Role.QUAESTOR)
    unnamed = [None] * (_QUAESTOR_LINES - len(quaestors))
    return documents.Appendix3(
        exam_on=exam.exam_on,
        mode=Mode(place.mode),
        session=place.session,
        hall=place.hall,
        is_for_signature=is_for_signature,
        former_at=former_at,
        rows=tuple(one.line(is_missing=one.candidate_id in missing, is_for_signature=is_for_signature) for one in rows),
        leavings=_leavings(work, exam.exam_id, {one.candidate_id: one.application for one in rows}),
        blank_leavings=len(rows) if is_for_signature else 0,
        administrator=next(iter(_staff(work, exam.exam_id, place.hall, Role.HALL_ADMINISTRATOR)), None),
        quaestors=(*quaestors, *unnamed),
    )


def next_issue(work: Work, exam_id: str, hall: str) -> int:
    """The number of a hall's next issue of Protocol № 1; after the last one nobody orders another."""
    issued = protocols_1(work, exam_id, hall)
    if any(is_last_protocol_1(one) for one in issued):
        raise AlreadyDone(what=Phrase(f"протокол № 1, зала {hall}", f"Protocol No. 1, hall {hall}"))
    return len(issued) + 1


def issue_anew(work: Work, place: Hall, candidate_id: str, article: str) -> None:
    """Draw Protocol № 1 up anew where its last issue does not have what was now told of a candidate; former issues stay
    as they were. ``article``: of what was told.

    Own choice: the ordinance doesn't say how the protocol is completed. ``place`` is locked before the fact is kept, or
    an issue at the same time would miss it.
    """
    issued = protocols_1(work, place.exam_id, place.hall)
    former = [one for one in issued if is_last_protocol_1(one)]
    if not former:
        return
    rows, issue = rows_of(work, place.exam_id, place.hall), len(issued) + 1
    of = counted(rows)
    missing = door.missing(of.appeared, of.annulled, of.handed_in)
    stands = appendix_3(
        work, exam_of(work, place.exam_id), place, rows, missing=missing, former_at=former[-1].ordered_at
    )
    facts = {"candidate": candidate_id, "appeared": len(of.appeared), "missing": sorted(missing)}
    authority = f"чл. 16, т. 1; {article}"
    work.audit(place.exam_id, "protocol_1:issued_anew", authority, hall=place.hall, issue=issue, **facts)
    order(work, documents.APPENDIX_3, place.exam_id, place.hall, stands, issue=issue)


def require_as_told(candidate_id: str, is_the_same: bool) -> None:
    """Raise ``ValueError`` where what is told of a candidate again is not what was told before."""
    if not is_the_same:
        raise ValueError(f"of candidate {candidate_id} something else was told before")


def _leavings(work: Work, exam_id: str, of: dict[str, Application]) -> tuple[documents.Leaving, ...]:
    found = sorted(_of(work, Leaving, exam_id), key=lambda one: (one.left_at, one.candidate_id))
    return tuple(
        documents.Leaving(
            names=names_of(of[one.candidate_id]),
            left_at=one.left_at,
            returned_at=one.returned_at,
            entered_at=one.entered_at,
        )
        for one in found
        if one.candidate_id in of
    )


def _of(work: Work, table: type[Told], exam_id: str) -> list[Told]:
    return list(work.session.scalars(select(table).where(table.exam_id == exam_id)))


def _staff(work: Work, exam_id: str, hall: str, role: Role) -> tuple[Names, ...]:
    return tuple(names_of(person) for appointment, person in staff_of(work, exam_id, role) if appointment.hall == hall)
