"""What testbank is told of an exam: that it was announced, and who may act in it."""

from sqlalchemy import select

from chassis.plumbing import ActRow
from chassis.work import Work
from contracts.events.admission import StaffAppointed
from contracts.events.registration import AnnouncementPublished
from contracts.people import Names, Role
from contracts.phrase import Phrase
from contracts.refusals.general import NotFound, OutOfOrder
from regulation import Regulation, in_force
from services.testbank.tables import Draw, Exam, Opening, StaffMember, Variant


def record_announcement(work: Work, event: AnnouncementPublished) -> None:
    """An exam was announced (Art. 5(1))."""
    if work.session.get(Exam, event.exam_id) is None:
        work.session.add(
            Exam(
                exam_id=event.exam_id,
                exam_on=event.exam_on,
                modes=list(event.modes),
                sessions=event.sessions,
                regulation_on=event.regulation_on,
            )
        )


def record_appointment(work: Work, event: StaffAppointed) -> None:
    """A person may act from now on (Art. 12(3)); said again, the last names and hall count."""
    work.session.merge(
        StaffMember(
            exam_id=event.exam_id,
            person_id=event.person_id,
            role=event.role,
            first=event.names.first,
            middle=event.names.middle,
            last=event.names.last,
            hall=event.hall,
        )
    )


def load(work: Work, exam_id: str) -> Exam:
    """The exam of that id, to look at; raises ``NotFound``."""
    exam = work.session.get(Exam, exam_id)
    if exam is None:
        raise NotFound(what=exam_id)
    return exam


def take(work: Work, exam_id: str) -> Exam:
    """The exam of that id, for oneself until the end of the transaction; raises ``NotFound``.

    The lock is one that foreign keys pass, so rendering booklets holds nobody up.
    """
    exam = work.session.get(Exam, exam_id, with_for_update={"key_share": True})
    if exam is None:
        raise NotFound(what=exam_id)
    return exam


def law_of(exam: Exam) -> Regulation:
    """The law that the exam keeps."""
    return in_force(exam.regulation_on)


def variants_of(work: Work, exam_id: str) -> dict[int, Variant]:
    """The sealed variants by number; empty before they are composed."""
    rows = work.session.scalars(select(Variant).where(Variant.exam_id == exam_id).order_by(Variant.variant))
    return {row.variant: row for row in rows}


def openings_of(work: Work, exam_id: str) -> list[Opening]:
    """What was opened or is being opened, by variant."""
    return list(work.session.scalars(select(Opening).where(Opening.exam_id == exam_id).order_by(Opening.variant)))


def draw_of(work: Work, exam_id: str) -> Draw:
    """The draw; raises ``OutOfOrder`` before it."""
    draw = work.session.get(Draw, exam_id)
    if draw is None:
        raise OutOfOrder(
            state=Phrase("вариантът не е изтеглен", "the variant has not been drawn"), rule="чл. 13, ал. 5"
        )
    return draw


def staff_of(work: Work, exam_id: str, role: Role) -> list[Names]:
    """Names of those who act in a capacity, in alphabetical order."""
    rows = work.session.scalars(
        select(StaffMember)
        .where(StaffMember.exam_id == exam_id, StaffMember.role == role)
        .order_by(StaffMember.last, StaffMember.first, StaffMember.person_id)
    )
    return [Names(row.first, row.middle, row.last) for row in rows]


def names_of(work: Work, exam_id: str, person_id: str, told: str = "") -> Names:
    """Names of a person by his appointment; of the others (director, notary) as their token tells them."""
    row = work.session.scalars(
        select(StaffMember).where(StaffMember.exam_id == exam_id, StaffMember.person_id == person_id)
    ).first()
    return Names(row.first, row.middle, row.last) if row else split_names(told)


def split_names(told: str) -> Names:
    """„Име Презиме Фамилия“ as three names; what stands between first and last is the middle."""
    first, *rest = told.split() or [""]
    return Names(first, " ".join(rest[:-1]), rest[-1] if rest else "")


def both_persons(work: Work, act: ActRow) -> dict[Role, Names]:
    """The two persons of an act that the one at the door has just confirmed, by capacity."""
    proposer = act.proposal.get("proposer", "")
    return {
        Role(act.proposed_role): names_of(work, act.exam_id, act.proposed_by, proposer),
        Role(str(act.confirmed_role)): names_of(work, act.exam_id, work.actor.id, work.actor.names),
    }
