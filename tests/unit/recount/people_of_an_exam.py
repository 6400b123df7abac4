"""The candidates of the record: every kind of outcome, electronic and on paper."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Someone:
    """A candidate of the record. ``correct``: right answers of the test, where one is counted."""

    name: str
    mode: str
    outcome: str
    correct: int | None = None

    @property
    def sitting_id(self) -> str:
        return f"sitting-{self.name}"

    @property
    def application_id(self) -> str:
        return f"application-{self.name}"


ELECTRONIC = (
    Someone("vazov", "electronic", "passed", 70),
    Someone("botev", "electronic", "passed", 60),
    Someone("karavelov", "electronic", "failed", 59),
    Someone("yavorov", "electronic", "annulled", 12),
    Someone("slaveykov", "electronic", "absent"),
)
PAPER = (
    Someone("levski", "paper", "passed", 80),
    Someone("rakovski", "paper", "passed", 62),
    Someone("debelyanov", "paper", "passed", 60),
    Someone("mihaylovski", "paper", "failed", 40),
    Someone("konstantinov", "paper", "annulled", 0),
    Someone("gerov", "paper", "annulled"),
    Someone("drumev", "paper", "absent"),
)
REFUSED = Someone("blaskov", "electronic", "refused")
REJECTED = Someone("voynikov", "paper", "rejected")
CANDIDATES = (*ELECTRONIC, *PAPER)
#: Number on the card, whose card it is, sub-variant.
CARDS = {"10023": PAPER[0], "23456": PAPER[1], "34567": PAPER[2], "45678": PAPER[3], "99999": PAPER[4]}
