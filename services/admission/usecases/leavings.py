"""What the halls tell of who left, and of what was handed in: the lines of Protocol № 1 (Art. 27, 29(2), 37, 40(2)).

What is told after the last issue has the protocol issued anew; what was heard already changes nothing, and is a
fault with another hour.
"""

from datetime import datetime

from chassis.work import Work
from contracts.articles import by_mode
from contracts.events.session import CandidateLeftHall, CandidateStayedOutside, MaterialsHandedIn
from services.admission.records import hall_of
from services.admission.tables import HandIn, Leaving
from services.admission.usecases.protocol_1 import issue_anew, require_as_told


def record_leaving(work: Work, event: CandidateLeftHall) -> None:
    """A line of the list of leavings (Art. 27, 37)."""
    _keep(work, event, returned_at=event.returned_at)


def record_staying_outside(work: Work, event: CandidateStayedOutside) -> None:
    """A line of the list of leavings without an hour of return (Art. 27, 37)."""
    _keep(work, event, returned_at=None)


def _keep(work: Work, event: CandidateLeftHall | CandidateStayedOutside, *, returned_at: datetime | None) -> None:
    place = hall_of(work, event.exam_id, event.hall, to_change=True)
    known = work.session.get(Leaving, (event.exam_id, event.candidate_id, event.left_at))
    if known is not None:
        require_as_told(event.candidate_id, known.returned_at == returned_at)
        return
    work.session.add(
        Leaving(
            exam_id=event.exam_id,
            candidate_id=event.candidate_id,
            left_at=event.left_at,
            returned_at=returned_at,
            entered_at=event.entered_at,
        )
    )
    issue_anew(work, place, event.candidate_id, by_mode(place.mode, "чл. 27", "чл. 37"))


def record_hand_in(work: Work, event: MaterialsHandedIn) -> None:
    """The envelope of a candidate was handed in (Art. 29(2), 40(2))."""
    place = hall_of(work, event.exam_id, event.hall, to_change=True)
    known = work.session.get(HandIn, (event.exam_id, event.candidate_id))
    if known is not None:
        require_as_told(event.candidate_id, known.handed_in_at == event.handed_in_at)
        return
    work.session.add(
        HandIn(
            exam_id=event.exam_id,
            candidate_id=event.candidate_id,
            handed_in_at=event.handed_in_at,
            entered_at=event.entered_at,
        )
    )
    issue_anew(work, place, event.candidate_id, by_mode(place.mode, "чл. 29, ал. 2", "чл. 40, ал. 2"))
