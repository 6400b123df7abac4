"""Art. 28(2), 29(2), 30(1), 40(2), 41: the envelopes handed in against the candidates who came."""

from collections.abc import Iterable

from contracts.phrase import Phrase
from contracts.refusals.general import OutOfOrder
from contracts.refusals.session import EnvelopesDiffer, EnvelopesNotAsCounted
from services.session.rules.phase import Course, has_appeared


def check_awaited(courses: Iterable[Course]) -> None:
    """Refuse what a hall on paper forgot once everybody who came has handed in; an annulled test needs no hand-in.

    Source: Art. 37, 40(2). Own choice: with the last hand-in the list of leavings of Protocol № 1 is complete. Raises
    ``OutOfOrder``.
    """
    if not any(has_appeared(one) and one.submitted_at is None and one.annulled_at is None for one in courses):
        raise OutOfOrder(
            state=Phrase("последният плик в залата е предаден", "the last envelope of the hall has been handed in"),
            rule="Собствено правило",
        )


def check(
    *,
    envelopes: int,
    appeared: int,
    handed_in: int,
    undecided: int,
    not_terminated: int,
    rule: str,
    deviation_reason: str | None = None,
) -> None:
    """Refuse to close a hall whose count does not come out, unless it says why; each envelope is somebody's.

    Source: Art. 28(1), 30(1), 41(1). Own choice: the ordinance has the numbers compared and does not say what follows,
    so a difference stands in the record with its reason; nobody may be left of whom the door has said neither that he
    came nor that he did not, and no decided annulment may wait to be carried out. ``rule``: by which of the two it is
    counted. Raises ``EnvelopesDiffer`` or ``OutOfOrder``.
    """
    if undecided:
        raise OutOfOrder(
            state=Phrase(
                f"за {undecided} кандидати няма отбелязване дали са се явили",
                f"for {undecided} candidates it is not recorded whether they appeared",
            ),
            rule=rule,
        )
    if not_terminated:
        raise OutOfOrder(
            state=Phrase("решено анулиране не е изпълнено", "an annulment that was decided has not been carried out"),
            rule="чл. 28, ал. 1",
        )
    if envelopes != appeared and deviation_reason is None:
        raise EnvelopesDiffer(envelopes=envelopes, appeared=appeared)
    if handed_in < min(envelopes, appeared):
        raise OutOfOrder(
            state=Phrase(
                f"предадените материали са отбелязани за {handed_in} от {appeared} кандидати",
                f"the handing in is recorded for {handed_in} of {appeared} candidates",
            ),
            rule=rule,
        )


def check_taken_over(counted: int, handed_over: int, *, deviation_reason: str | None) -> None:
    """Refuse to take over another number of envelopes than the hall counted, unless the chair says why. Source: Art.
    30(2), 41(2). Own choice: the difference stands in the record, and the exam does not wait for ever. Raises
    ``EnvelopesNotAsCounted``.
    """
    if counted != handed_over and deviation_reason is None:
        raise EnvelopesNotAsCounted(envelopes=counted, counted=handed_over)
