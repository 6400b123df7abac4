"""Art. 45–48: where a card stands between its first count and its last.

The machine's reading and the member's are independent counts. What they saw differently goes to the chair; a card whose
count calls for it goes to a second member, and what the two members saw differently is counted again by the chair with
the two; what the chair then records is final when each of the two has said his word on it. A sign for which the machine
proposes annulment goes to the chair also, who settles the count when the card is not annulled.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from regulation import Regulation
from services.grading.paper.rules.counting import Count, Seen, calls_for_second_check, differing

FIRST, SECOND = 1, 2
DIFFERS, SIGNS, NOT_READ = "differs", "signs", "not_read"
#: Beside what the machine doubts, a member answers so many questions without its word.
OWN_LOOKS = 3


@dataclass(frozen=True, slots=True)
class MachineReading:
    """What the machine saw; of a doubtful question it says nothing."""

    seen: Seen
    doubtful: frozenset[int]
    has_signs: bool


@dataclass(frozen=True, slots=True)
class PersonsCount:
    """What a person saw, and what it is worth."""

    seen: Seen
    count: Count


@dataclass(frozen=True, slots=True)
class Round:
    """One check of a card: the member's count, and the chair's when it had to be settled. ``has_spoken``: whether the
    member has said that he agrees with what the three counted, or that he does not.
    """

    marked: PersonsCount | None = None
    settled: PersonsCount | None = None
    has_spoken: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a card stands: why the chair decides in this round (``to_settle``), the rounds of the members whose word on
    the count of the three is awaited (``awaits_words``), or the count that is ``final``.
    """

    round: int
    to_settle: tuple[str, ...] = ()
    differing: tuple[int, ...] = ()
    awaits_marker: bool = False
    awaits_words: tuple[int, ...] = ()
    final: PersonsCount | None = None


def standing(machine: MachineReading | None, first: Round, second: Round, law: Regulation) -> Standing:
    """Where a card stands that is not annulled. Source: Art. 45, 46, 48(2). Own choice: reading_30; a second check that
    was made counts, also where its reason went with a corrected sub-variant: what a person counted is not left out.
    """
    if first.marked is None:
        return Standing(FIRST, awaits_marker=True)
    reasons, questions = _against_machine(machine, first.marked, law)
    if reasons and first.settled is None:
        return Standing(FIRST, reasons, questions)
    counted = first.settled or first.marked
    if second.marked is not None:
        return _after_both(first, second, differing(counted.seen, second.marked.seen, _questions(law)))
    if calls_for_second_check(counted.count.correct, law):
        return Standing(SECOND, awaits_marker=True)
    return Standing(FIRST, final=counted)


def _after_both(first: Round, second: Round, questions: tuple[int, ...]) -> Standing:
    """Where a card stands that both members have counted, and saw differently at ``questions``.

    Source: Art. 48(2). Own choice: reading_30; what the three counted is the work of the three, so it is final when
    both members have said whether they agree. Who does not is heard and changes no count.
    """
    if not questions:
        return Standing(SECOND, final=second.marked)
    if second.settled is None:
        return Standing(SECOND, (DIFFERS,), questions)
    silent = tuple(number for number, one in ((FIRST, first), (SECOND, second)) if not one.has_spoken)
    return Standing(SECOND, differing=questions, awaits_words=silent, final=None if silent else second.settled)


def _against_machine(
    machine: MachineReading | None, member: PersonsCount, law: Regulation
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Why the chair has to look after the first count, and at which questions. Own choice: a doubtful question is the
    member's alone; a sign is never passed over without a person of the commission deciding (Art. 46(2)).
    """
    if machine is None:
        return (NOT_READ,), ()
    questions = differing(machine.seen, member.seen, set(_questions(law)) - machine.doubtful)
    found = ((DIFFERS, bool(questions)), (SIGNS, machine.has_signs))
    return tuple(reason for reason, is_so in found if is_so), questions


def _questions(law: Regulation) -> range:
    """The numbers of the questions. Source: Art. 10(1)."""
    return range(1, law.questions + 1)


def left_to_member(machine: MachineReading | None, round_number: int, law: Regulation, seed: bytes) -> frozenset[int]:
    """The questions that a member answers without the machine's word: in the first check those that it doubts and his
    own looks; in the second, on which a pass or a fail may hang, and on a page that it could not read, all.

    Source: Art. 45, 46(1), 48(2). Own choice: he cannot tell what is doubted from his own looks.
    """
    questions = frozenset(_questions(law))
    if machine is None or round_number == SECOND:
        return questions
    return machine.doubtful | own_looks(seed, questions - machine.doubtful)


def own_looks(seed: bytes, sure: Collection[int]) -> frozenset[int]:
    """Questions of which the machine is sure, and its word is kept from the member: his count stays his own, and who
    only nods shows.

    Source: Art. 46(1). Own choice: ``OWN_LOOKS`` of them by a ``seed`` that he does not know, the same at every look at
    the card.
    """
    order = sorted(sure, key=lambda one: hashlib.sha256(f"{one}/".encode() + seed).digest())
    return frozenset(order[:OWN_LOOKS])
