"""Who plays: the people on duty, and the candidates with their stories."""

from dataclasses import dataclass
from math import ceil

from contracts.people import Mode
from svops.demonstration.play import Candidate, Play, Staff

SEATS_IN_A_HALL = 40
HALL_ROWS, HALL_COLUMNS = 5, 8
QUAESTORS_IN_A_HALL = 3

#: Applications that the commission does not admit, one for each ground of Art. 6(4) items 1–3 and of Art. 8.
NOT_ADMITTED = (
    "missing_declaration",
    "missing_fee_document",
    "missing_disability_document",
    "payer_name_differs",
    "declaration_name_differs",
    "banned",
)
_WORST, _BEST = 20, 86
#: Whatever the dice say, somebody at a computer passes (and later loses the certificate), somebody fails, and one card
#: lies just within the pass mark and the band of the second check.
_SURE = {(Mode.ELECTRONIC, 5): 75, (Mode.ELECTRONIC, 6): 45, (Mode.PAPER, 3): 45, (Mode.PAPER, 5): 60}
#: What happens to one candidate each on the day, at the computers and on paper.
ELECTRONIC_STORIES = ("absent", "annulled_for_copying", "leaves_and_returns", "computer_dies", "assisted")
PAPER_STORIES = (
    "drawing_on_the_card",
    "some_answers_in_pencil",
    "two_marks",
    "upside_down",
    "unclear_mark",
    "leaves_and_returns",
)


@dataclass(frozen=True)
class Hall:
    """A hall of the examination."""

    code: str
    mode: Mode

    @property
    def administrator(self) -> str:
        """The name under which its administrator plays."""
        return f"hall-{self.code}"


def halls(play: Play) -> list[Hall]:
    """As many halls as the candidates need."""
    electronic = ceil((play.options.electronic + 1) / SEATS_IN_A_HALL)
    paper = ceil(play.options.paper / SEATS_IN_A_HALL)
    return [
        *(Hall(f"E{number}", Mode.ELECTRONIC) for number in range(1, electronic + 1)),
        *(Hall(f"P{number}", Mode.PAPER) for number in range(1, paper + 1)),
    ]


def people_on_duty(play: Play) -> list[tuple[str, str | None]]:
    """Everybody on duty: the name in the play, and the permanent role if there is one."""
    of_halls = [
        name
        for hall in halls(play)
        for name in (hall.administrator, *(f"quaestor-{hall.code}-{i}" for i in range(1, QUAESTORS_IN_A_HALL + 1)))
    ]
    return [
        ("minister", "minister"),
        ("director", "director"),
        ("officer", "officer"),
        ("notary", "notary"),
        *(
            (name, None)
            for name in (
                "chair",
                "member-1",
                "member-2",
                "member-3",
                "author-1",
                "author-2",
                "author-3",
                "system-1",
                "system-2",
                *of_halls,
            )
        ),
    ]


def candidates(play: Play) -> list[Candidate]:
    """All who apply. Scores are drawn around the pass mark."""
    electronic = [
        _candidate(play, Mode.ELECTRONIC, number, story)
        for number, story in _with_stories(play.options.electronic, ELECTRONIC_STORIES)
    ]
    paper = [
        _candidate(play, Mode.PAPER, number, story)
        for number, story in _with_stories(play.options.paper, PAPER_STORIES)
    ]
    refused = [_candidate(play, Mode.ELECTRONIC, 900 + number, story) for number, story in enumerate(NOT_ADMITTED)]
    at_the_door = _candidate(play, Mode.ELECTRONIC, 990, "identity_differs_on_the_day")
    return [*electronic, *paper, *refused, at_the_door]


def _with_stories(how_many: int, stories: tuple[str, ...]) -> list[tuple[int, str]]:
    """Stories go to the first seats, or to as many as there are candidates."""
    return [(number, stories[number] if number < len(stories) else "") for number in range(how_many)]


def _candidate(play: Play, mode: Mode, number: int, story: str) -> Candidate:
    who = play.crowd.somebody(f"{'k' if mode is Mode.ELECTRONIC else 'h'}{number:03}")
    score = _SURE.get((mode, number), min(_BEST, max(_WORST, round(play.random.gauss(64, 10)))))
    return Candidate(who, mode, correct=score, oddity=story)


def staff(play: Play) -> None:
    """Enter everybody on duty into admission's list of people."""
    operator = play.operator()
    for name, permanent_role in people_on_duty(play):
        who = play.crowd.somebody(name.lower())
        role = {"permanent_role": permanent_role} if permanent_role else {}
        answer = operator.command("admission", "add_person", username=name, password=who.password, **role, **who.form)
        play.staff[name] = Staff(who, name, answer["person_id"])
