"""What the halls tell of who left, and of what was handed in: the lines of Protocol № 1 (Art. 27, 29(2), 37, 40(2))."""

from chassis.work import Work
from contracts.events.session import CandidateLeftHall, CandidateStayedOutside, MaterialsHandedIn
from services.admission.tables import HandIn, Leaving


def record_leaving(work: Work, event: CandidateLeftHall) -> None:
    """A line of the list of leavings (Art. 27, 37)."""
    work.session.add(
        Leaving(
            exam_id=event.exam_id,
            candidate_id=event.candidate_id,
            left_at=event.left_at,
            returned_at=event.returned_at,
            entered_at=event.entered_at,
        )
    )


def record_staying_outside(work: Work, event: CandidateStayedOutside) -> None:
    """A line of the list of leavings without an hour of return (Art. 27, 37)."""
    work.session.add(
        Leaving(
            exam_id=event.exam_id,
            candidate_id=event.candidate_id,
            left_at=event.left_at,
            returned_at=None,
            entered_at=event.entered_at,
        )
    )


def record_hand_in(work: Work, event: MaterialsHandedIn) -> None:
    """The envelope of a candidate was handed in (Art. 29(2), 40(2))."""
    work.session.add(
        HandIn(
            exam_id=event.exam_id,
            candidate_id=event.candidate_id,
            handed_in_at=event.handed_in_at,
            entered_at=event.entered_at,
        )
    )
