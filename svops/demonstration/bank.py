"""Questions, two sealed variants, the draw (Art. 11–13)."""

import base64
import secrets
from datetime import date

from services.testbank.rules import draw as drawing
from svops import keeper
from svops.demonstration.doors import until
from svops.demonstration.play import EXAM, EXAM_ON, Play
from svops.demonstration.questions import LETTERS, load

ACCEPTED_ON, COMPOSED_ON, DRAWN_ON = date(2027, 5, 7), date(2027, 5, 13), date(2027, 5, 14)
_AT_ONCE = 20


def write_questions(play: Play) -> None:
    """The authors submit the study bank; chair and director accept it (Art. 13(3))."""
    with play.stage("questions", "Въпроси") as stage:
        play.on(date(2027, 4, 28))
        bank = [
            {
                "area": question.area,
                "text": question.text,
                "options": dict(zip(LETTERS, question.options, strict=True)),
                "correct": question.correct,
                "ground": question.ground,
                "law_as_of": question.law_as_of.isoformat(),
                "study": True,
            }
            for question in load()
        ]
        until("testbank knows its people", lambda: _knows_people(play))
        parts = [bank[at : at + _AT_ONCE] for at in range(0, len(bank), _AT_ONCE)]
        ids: list[str] = []
        play.each(
            "предаване от съставители",
            list(enumerate(parts)),
            lambda part: ids.extend(
                play.staff_client(f"author-{1 + part[0] % 3}").command(
                    "testbank", "submit_questions", exam_id=EXAM, questions=part[1]
                )["question_ids"]
            ),
        )
        play.on(ACCEPTED_ON)
        play.staff_client("chair").command("testbank", "propose_acceptance", exam_id=EXAM, question_ids=ids)
        play.staff_client("director").command("testbank", "confirm_acceptance", exam_id=EXAM)
        stage.count = len(ids)


def _knows_people(play: Play) -> bool:
    return "questions" in play.staff_client("chair").ask("testbank", "questions", exam_id=EXAM)


def seal(play: Play) -> None:
    """Two variants with sub-variants, composed and sealed by two persons (Art. 13(4))."""
    with play.stage("sealing", "Съставяне и запечатване") as stage:
        play.on(COMPOSED_ON)
        for name in ("chair", "director"):
            private, public = keeper.new_key()
            play.facts[f"key of {name}"] = private
            play.staff_client(name).command("testbank", "register_keeper_key", exam_id=EXAM, public_key=public)
        play.staff_client("chair").command("testbank", "propose_composition", exam_id=EXAM, sub_variants=2)
        play.staff_client("director").command("testbank", "confirm_composition", exam_id=EXAM)
        stage.count = 2


def draw(play: Play) -> None:
    """A member draws before the commission and the notary (Art. 13(5))."""
    with play.stage("draw", "Теглене пред нотариус") as stage:
        play.on(DRAWN_ON)
        values = {name: secrets.token_hex(32) for name in ("member-1", "notary")}
        for name, value in values.items():
            role = drawing.NOTARY if name == "notary" else drawing.MEMBER
            commitment = drawing.commitment(EXAM, role, value)
            play.staff_client(name).command("testbank", "commit_draw", exam_id=EXAM, commitment=commitment)
        for name, value in values.items():
            play.staff_client(name).command("testbank", "reveal_draw", exam_id=EXAM, value=value)
        play.facts["draw"] = play.staff_client("chair").ask("testbank", "draw", exam_id=EXAM)["draw"]
        stage.count = 1


def open_drawn(play: Play) -> None:
    """Chair and director open the drawn variant on the day, each with the own key (Art. 13(6), (7))."""
    with play.stage("opening", "Отваряне на изтегления вариант") as stage:
        play.on(EXAM_ON, "7:00")
        chair, director = play.staff_client("chair"), play.staff_client("director")
        sealed = base64.b64decode(chair.ask("testbank", "sealed_variant", exam_id=EXAM)["sealed_base64"])
        inner = keeper.peel(sealed, play.facts["key of chair"])
        chair.command("testbank", "begin_opening", exam_id=EXAM, peeled_base64=base64.b64encode(inner).decode("ascii"))
        peeled = base64.b64decode(director.ask("testbank", "peeled_variant", exam_id=EXAM)["peeled_base64"])
        plaintext = keeper.peel(peeled, play.facts["key of director"])
        director.command(
            "testbank",
            "finish_opening",
            exam_id=EXAM,
            plaintext_base64=base64.b64encode(plaintext).decode("ascii"),
        )
        stage.count = 1
