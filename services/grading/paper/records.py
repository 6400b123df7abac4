"""What use cases and questions load: the exam with its law, a card, its readings, its counts, and where it stands."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from chassis.documents import Signatory
from chassis.work import Work
from contracts.people import Names, Role
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, NotFound, OutOfOrder
from contracts.refusals.grading import CardAnnulled, EnvelopesAlreadyOpened, NoThirdCount, NumberNotGiven
from regulation import Regulation, in_force
from services.grading.paper.rules import checking
from services.grading.paper.rules.batch import Findings, Page, look_through
from services.grading.paper.rules.checking import MachineReading, PersonsCount, Round, Standing
from services.grading.paper.rules.copies import Copies, Printed
from services.grading.paper.rules.counting import Count, Key, Seen
from services.grading.paper.tables import (
    AnswerKey,
    Card,
    Exam,
    HallEnvelopes,
    Marking,
    Opinion,
    PrintRun,
    PrintRunCorrection,
    Reading,
    Scan,
    StaffMember,
    SubVariant,
)

MARKING, SETTLING = "marking", "settling"


@dataclass(frozen=True)
class Dossier:
    """A card with all that is known of it. ``standing`` is ``None`` when the card is annulled."""

    card: Card
    page: Reading | None
    markings: Mapping[tuple[int, str], Marking]
    opinions: Mapping[int, Opinion]
    standing: Standing | None


def announced(work: Work, exam_id: str, *, is_locked: bool = False) -> Exam:
    """The exam of that id, for this transaction alone when ``is_locked``; raises ``NotFound``."""
    exam = work.session.get(Exam, exam_id, with_for_update=True if is_locked else None)
    if exam is None:
        raise NotFound(what=exam_id)
    return exam


def law_of(exam: Exam) -> Regulation:
    """The regulation that the exam keeps to its end."""
    return in_force(exam.regulation_on)


def check_closed(exam: Exam) -> None:
    """Refuse to touch a card whose name may be known; raises ``EnvelopesAlreadyOpened``."""
    if exam.opened_at is not None:
        raise EnvelopesAlreadyOpened


def card_of(work: Work, exam_id: str, number: str) -> Card:
    """The card of that number, for this transaction alone; raises ``NumberNotGiven``."""
    card = work.session.get(Card, (exam_id, number), with_for_update=True)
    if card is None:
        raise NumberNotGiven(number=number)
    return card


def unannulled(work: Work, exam_id: str, number: str) -> Card:
    """The card of that number, for this transaction alone; raises ``CardAnnulled``."""
    card = card_of(work, exam_id, number)
    if card.annulled_at is not None:
        raise CardAnnulled(number=number)
    return card


def check_awaits_word(found: Dossier, round_number: int) -> None:
    """Refuse a second word of the member of that round, and one on no third count; raises ``AlreadyDone``,
    ``NoThirdCount``.
    """
    number = found.card.number
    if round_number in found.opinions:
        raise AlreadyDone(what=Phrase(f"мнение по карта {number}", f"opinion on card {number}"))
    if found.standing is None or round_number not in found.standing.awaits_words:
        raise NoThirdCount(number=number)


def numbers_of(work: Work, exam_id: str) -> list[str]:
    """All numbers of the exam, in their own order."""
    return list(work.session.scalars(select(Card.number).where(Card.exam_id == exam_id).order_by(Card.number)))


def usable_pages(work: Work, exam_id: str, numbers: Collection[str] | None = None) -> list[Reading]:
    """Pages that nobody has set aside: all, or those that bear one of the numbers."""
    query = select(Reading).where(Reading.exam_id == exam_id, Reading.set_aside_by.is_(None))
    wanted = query if numbers is None else query.where(Reading.number.in_(numbers))
    return list(work.session.scalars(wanted.order_by(Reading.scan_sha256, Reading.page)))


def any_page(work: Work, exam_id: str, scan_sha256: str, page: int) -> Reading:
    """A page, set aside or not; raises ``NotFound``."""
    found = work.session.get(Reading, (exam_id, scan_sha256, page))
    if found is None:
        raise NotFound(what=_words_of_page(scan_sha256, page))
    return found


def page_of(work: Work, exam_id: str, scan_sha256: str, page: int) -> Reading:
    """A page that nobody has set aside; raises ``NotFound``, ``AlreadyDone``."""
    found = any_page(work, exam_id, scan_sha256, page)
    if found.set_aside_by is not None:
        raise AlreadyDone(what=_words_of_page(scan_sha256, page))
    return found


def _words_of_page(scan_sha256: str, page: int) -> Phrase:
    return Phrase(f"{scan_sha256[:12]}, стр. {page}", f"{scan_sha256[:12]}, page {page}")


def page_name(page: Reading) -> str:
    """The scan's hash and the page, by which findings call it."""
    return f"{page.scan_sha256}:{page.page}"


def members(work: Work, exam_id: str) -> dict[str, Names]:
    """The members of the commission, by person."""
    return staff(work, exam_id, Role.MEMBER)


def staff(work: Work, exam_id: str, role: Role) -> dict[str, Names]:
    """Who acts in a capacity, by person."""
    query = select(StaffMember).where(StaffMember.exam_id == exam_id, StaffMember.role == role)
    found = work.session.scalars(query.order_by(StaffMember.person_id))
    return {one.person_id: Names(one.first, one.middle, one.last) for one in found}


def absent_members(work: Work, exam_id: str) -> dict[str, StaffMember]:
    """The members whose cards were handed on and who have recorded nothing since, by person."""
    query = select(StaffMember).where(
        StaffMember.exam_id == exam_id, StaffMember.role == Role.MEMBER, StaffMember.absent_since.is_not(None)
    )
    return {one.person_id: one for one in work.session.scalars(query.order_by(StaffMember.person_id))}


def commission_and_director(work: Work, exam_id: str) -> tuple[Signatory, ...]:
    """Who signs what commission and director decided together; the director's name is for the pen."""
    chair = next(iter(staff(work, exam_id, Role.CHAIR).values()), None)
    return (
        Signatory("Председател на изпитната комисия", chair),
        Signatory("Директор на дирекция „Методология на контрола и вътрешен одит“"),
        *(Signatory("Член на изпитната комисия", names) for names in members(work, exam_id).values()),
    )


def halls_of(work: Work, exam_id: str) -> list[HallEnvelopes]:
    """What each hall handed over, by hall; nothing before the last one has, or where it was not told."""
    query = select(HallEnvelopes).where(HallEnvelopes.exam_id == exam_id)
    return list(work.session.scalars(query.order_by(HallEnvelopes.hall)))


def copies_of(work: Work, exam_id: str) -> list[Copies]:
    """What was printed, kind by kind in the order of the envelope, sub-variant by sub-variant."""
    rows = work.session.scalars(select(PrintRun).where(PrintRun.exam_id == exam_id).order_by(PrintRun.sub_variant))
    found = [
        Copies(
            kind=Printed(one.kind),
            sub_variant=one.sub_variant,
            printed=one.printed,
            spoiled=one.spoiled,
            spare=one.spare,
        )
        for one in rows
    ]
    return sorted(found, key=lambda one: list(Printed).index(one.kind))


def print_run_corrections(work: Work, exam_id: str) -> list[PrintRunCorrection]:
    """What was mistyped of the print run, in the order in which it was corrected."""
    query = select(PrintRunCorrection).where(PrintRunCorrection.exam_id == exam_id)
    return list(work.session.scalars(query.order_by(PrintRunCorrection.number)))


def sub_variants_of(work: Work, exam_id: str) -> list[str]:
    """The sub-variants that are solved on paper, in order."""
    query = select(SubVariant.sub_variant).where(SubVariant.exam_id == exam_id)
    return list(work.session.scalars(query.order_by(SubVariant.sub_variant)))


def key_of(work: Work, exam_id: str, sub_variant: str | None) -> Key:
    """The right letters of a sub-variant; raises ``OutOfOrder`` before they have come."""
    row = None if sub_variant is None else work.session.get(AnswerKey, (exam_id, sub_variant))
    if row is None:
        raise OutOfOrder(
            state=Phrase(
                f"ключът за подвариант {sub_variant} не е получен",
                f"the answer key of sub-variant {sub_variant} has not been received",
            ),
            rule="Собствено правило",
        )
    return {int(question): letter for question, letter in row.answers.items()}


def dossier(work: Work, exam: Exam, number: str) -> Dossier:
    """One card, for this transaction alone; raises ``NumberNotGiven``."""
    card_of(work, exam.exam_id, number)
    return dossiers(work, exam, [number])[number]


def dossiers(
    work: Work, exam: Exam, numbers: Iterable[str] | None = None, *, of: Iterable[Reading] | None = None
) -> dict[str, Dossier]:
    """Cards by number (all when no numbers are given), in the order of their numbers. ``of``: the usable pages, where
    they are known already.
    """
    wanted = None if numbers is None else list(numbers)
    law = law_of(exam)
    found = usable_pages(work, exam.exam_id, wanted) if of is None else of
    pages = {page.number: page for page in found if page.number is not None}
    markings, opinions = _markings(work, exam.exam_id, wanted), _opinions(work, exam.exam_id, wanted)
    query = select(Card).where(Card.exam_id == exam.exam_id).order_by(Card.number)
    cards = work.session.scalars(query if wanted is None else query.where(Card.number.in_(wanted)))
    return {
        card.number: _dossier(
            card, pages.get(card.number), markings.get(card.number, {}), opinions.get(card.number, {}), law
        )
        for card in cards
    }


def findings(work: Work, exam_id: str, usable: Iterable[Reading]) -> Findings:
    """How numbers and the usable pages match (Art. 44)."""
    waiting = select(Scan.scan_sha256).where(Scan.exam_id == exam_id, Scan.read_at.is_(None))
    codes = sub_variants_of(work, exam_id)
    pages = [Page(page_name(page), page.is_read, page.number, page.sub_variant) for page in usable]
    is_annulled = select(Card.number).where(Card.exam_id == exam_id, Card.annulled_at.is_not(None))
    annulled = set(work.session.scalars(is_annulled))
    numbers = numbers_of(work, exam_id)
    return look_through(numbers, len(work.session.scalars(waiting).all()), pages, codes, annulled)


def machine_reading(page: Reading | None) -> MachineReading | None:
    """What the machine saw, if it could read the page."""
    if page is None or not page.is_read:
        return None
    pens = {int(question): tuple(letters) for question, letters in page.said["marks"].items()}
    return MachineReading(Seen(pens), frozenset(page.said["doubtful"]), bool(page.said["annul_proposed"]))


def _dossier(
    card: Card,
    page: Reading | None,
    markings: Mapping[tuple[int, str], Marking],
    opinions: Mapping[int, Opinion],
    law: Regulation,
) -> Dossier:
    if card.annulled_at is not None:
        return Dossier(card, page, markings, opinions, None)
    first, second = (_round(markings, opinions, number) for number in (checking.FIRST, checking.SECOND))
    return Dossier(card, page, markings, opinions, checking.standing(machine_reading(page), first, second, law))


def _round(markings: Mapping[tuple[int, str], Marking], opinions: Mapping[int, Opinion], number: int) -> Round:
    return Round(
        _count(markings.get((number, MARKING))), _count(markings.get((number, SETTLING))), has_spoken=number in opinions
    )


def _count(marking: Marking | None) -> PersonsCount | None:
    if marking is None:
        return None
    return PersonsCount(seen_in(marking), Count(marking.correct, marking.wrong))


def seen_in(marking: Marking) -> Seen:
    """What the person saw on the card."""
    pens = {int(question): tuple(letters) for question, letters in marking.marks.items()}
    return Seen(pens, frozenset(marking.pencil_only))


def _markings(work: Work, exam_id: str, numbers: list[str] | None) -> dict[str, dict[tuple[int, str], Marking]]:
    query = select(Marking).where(Marking.exam_id == exam_id)
    found: dict[str, dict[tuple[int, str], Marking]] = {}
    for one in work.session.scalars(query if numbers is None else query.where(Marking.number.in_(numbers))):
        found.setdefault(one.number, {})[one.round, one.stage] = one
    return found


def _opinions(work: Work, exam_id: str, numbers: list[str] | None) -> dict[str, dict[int, Opinion]]:
    query = select(Opinion).where(Opinion.exam_id == exam_id)
    found: dict[str, dict[int, Opinion]] = {}
    for one in work.session.scalars(query if numbers is None else query.where(Opinion.number.in_(numbers))):
        found.setdefault(one.number, {})[one.round] = one
    return found
