"""The morning: credentials printed, identity checked at the door (Art. 16, 20, 33), doors closed (Art. 22, 34)."""

import re
from dataclasses import dataclass

import pypdfium2

from contracts.people import Mode
from svops.demonstration import cast
from svops.demonstration.applying import is_admitted
from svops.demonstration.doors import until
from svops.demonstration.play import EXAM, EXAM_ON, Candidate, Play

_SOMEBODY_ELSE = "Другов"


@dataclass(frozen=True)
class Credential:
    """What one of the two sheets in the envelope says."""

    username: str
    password: str


def expected(play: Play, hall: cast.Hall) -> list[Candidate]:
    """Everybody who has a seat in a hall."""
    return [one for one in play.candidates if is_admitted(one) and one.hall == hall.code]


def appeared(play: Play, mode: Mode) -> list[Candidate]:
    """Everybody who was let in."""
    out = {"absent", "identity_differs_on_the_day"}
    return [one for one in play.candidates if is_admitted(one) and one.mode is mode and one.oddity not in out]


def print_credentials(play: Play) -> None:
    """Two sheets in an envelope for everybody at a computer (Art. 16 item 3), read back from the paper."""
    with play.stage("credentials", "Пликове с потребителско име и парола") as stage:
        play.on(EXAM_ON, "7:40")
        halls = [hall for hall in cast.halls(play) if hall.mode is Mode.ELECTRONIC]
        client = play.staff_client("system-1")
        found: dict[tuple[str, str], Credential] = {}
        for hall in halls:
            response = client.send(
                "POST",
                "/session/api/print_credentials",
                headers=client.headers,
                json={"exam_id": EXAM, "hall": hall.code},
            )
            (play.options.out / "envelopes").mkdir(parents=True, exist_ok=True)
            (play.options.out / "envelopes" / f"{hall.code}.pdf").write_bytes(response.content)
            found |= {(hall.code, seat): sheet for seat, sheet in read_sheets(response.content).items()}
        play.facts["credentials"] = found
        stage.count = len(found)


def read_sheets(pdf: bytes) -> dict[str, Credential]:
    """What stands on the printed sheets: seat → credential. The two sheets of an envelope say the same."""
    document = pypdfium2.PdfDocument(pdf)
    sheets = {}
    for page in document:
        text = page.get_textpage().get_text_bounded()
        seat, username, password = (_after(label, text) for label in ("място", "Потребителско име", "Парола"))
        sheets[seat] = Credential(username, password)
    document.close()
    return sheets


def _after(label: str, text: str) -> str:
    found = re.search(rf"{label}\s*:?\s*(\S+)", text)
    if found is None:
        raise AssertionError(f"no {label} on the sheet: {text[:200]}")
    return found.group(1)


def let_in(play: Play) -> None:
    """Each hall prints its Protocol № 1, on which the candidates sign later; from 8:30 its administrator compares
    identity with it and lets them in.
    """
    with play.stage("door", "Самоличност и влизане") as stage:
        play.on(EXAM_ON, "8:20")
        for hall in cast.halls(play):
            client = play.staff_client(hall.administrator)
            client.command("admission", "issue_protocol_1_for_signature", exam_id=EXAM, hall=hall.code)
        play.on(EXAM_ON, "8:35")
        coming = [one for one in play.candidates if is_admitted(one) and one.oddity != "absent"]
        stage.count = play.each("проверка на самоличност", coming, lambda one: _identify(play, one))
        play.on(EXAM_ON, "9:25")
        for hall in cast.halls(play):
            if hall.mode is Mode.ELECTRONIC:
                read_instructions(play, hall)
        play.on(EXAM_ON, "9:29")


def _identify(play: Play, one: Candidate) -> None:
    names = one.who.names
    last = _SOMEBODY_ELSE if one.oddity == "identity_differs_on_the_day" else names.last
    play.staff_client(f"hall-{one.hall}").command(
        "admission",
        "identify_candidate",
        exam_id=EXAM,
        candidate_id=one.candidate_id,
        first=names.first,
        middle=names.middle,
        last=last,
        identifier=one.who.egn,
        confirmed=one.oddity == "identity_differs_on_the_day",
    )


def read_instructions(play: Play, hall: cast.Hall) -> None:
    """The instructions have been read: nobody else comes in."""
    client = play.staff_client(hall.administrator)
    client.command("session", "record_instructions_read", exam_id=EXAM, hall=hall.code)
    client.command("admission", "close_door", exam_id=EXAM, hall=hall.code)
    until(f"the hall {hall.code} knows who is in and who is not", lambda: _knows_everybody(play, hall))


def _knows_everybody(play: Play, hall: cast.Hall) -> bool:
    answer = play.staff_client(hall.administrator).ask("session", "hall", exam_id=EXAM, hall=hall.code)
    return all(seat["state"] != "expected" for seat in answer["seats"])
