"""Art. 43(3), 48(1): who passed. Art. 28, 38, 46(2): annulled tests. Nothing else decides an outcome."""

import enum

from regulation import Regulation


class Outcome(enum.StrEnum):
    """How an examination ended for a candidate."""

    PASSED = "passed"
    FAILED = "failed"
    ANNULLED = "annulled"
    ABSENT = "absent"


def outcome(law: Regulation, *, correct: int | None, annulled: bool, absent: bool) -> Outcome | None:
    """The outcome, or ``None`` while it is not known. An annulled test has no other outcome, whatever was counted.

    Source: Art. 43(3), 48(1) (at least so many correct); Art. 28(1), 38(1), 46(2) (annulled).
    """
    if annulled:
        return Outcome.ANNULLED
    if absent:
        return Outcome.ABSENT
    if correct is None:
        return None
    return Outcome.PASSED if correct >= law.pass_correct else Outcome.FAILED
