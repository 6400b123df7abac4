"""Sittings for benches: as the hall's verbs leave them after the unlocking, without the hall."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import insert

from chassis.work import Runtime
from regulation import in_force
from services.session.live import tokens
from services.session.tables import Sheet, Sitting

_EXAM, _HALL = "bench", "E1"


class Seated(NamedTuple):
    """A sitting under way, and its token."""

    sitting_id: uuid.UUID
    token: str


def sit_down(runtime: Runtime[Any], many: int) -> list[Seated]:
    """So many candidates with their tests before them."""
    now = datetime.now(UTC)
    law = in_force(now.date())
    names = [uuid.uuid4() for _ in range(many)]
    with runtime.work() as work:
        work.session.execute(insert(Sitting), [_sitting(one, number, now) for number, one in enumerate(names)])
        work.session.execute(
            insert(Sheet),
            [
                {"sitting_id": one, "line": 1, "opens_at": now, "ends_at": now + timedelta(hours=12),
                 "questions": law.questions, "letters": "".join(law.option_letters)}
                for one in names
            ],
        )  # fmt: skip
    key = runtime.settings.sitting_key
    return [Seated(one, tokens.issue(key, _claims(one, now))) for one in names]


def _sitting(name: uuid.UUID, number: int, now: datetime) -> dict[str, Any]:
    return {
        "sitting_id": name, "exam_id": _EXAM, "candidate_id": str(name), "mode": "electronic", "session": 1,
        "hall": _HALL, "seat": str(number), "first": "Име", "middle": "Презиме", "last": "Фамилия",
        "identifier_type": "egn", "identifier": "0" * 10, "assisted": False, "identified_at": now,
        "logged_in_at": now, "unique_number": f"{number:06}", "variant": 1, "sub_variant": "1А",
    }  # fmt: skip


def _claims(name: uuid.UUID, now: datetime) -> tokens.Claims:
    until = int((now + timedelta(hours=12)).timestamp())
    return tokens.Claims(sitting_id=str(name), candidate_id=str(name), exam_id=_EXAM, hall=_HALL, line=1, until=until)
