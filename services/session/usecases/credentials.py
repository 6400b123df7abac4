"""User names and passwords for the envelopes (Art. 16 item 3): made when printed, kept only as keyed hashes."""

import secrets
from dataclasses import dataclass

from chassis import audit
from chassis.documents import Frame
from chassis.work import Work
from contracts.people import Mode, Role
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone
from services.session.documents import CredentialSheets
from services.session.lookups import exam_of, hall_of, law_of, names_of, require_mode, sittings_in
from services.session.rules import credentials, seating
from services.session.tables import Sitting


@dataclass(frozen=True)
class Printed:
    """What goes to the printer, once: a candidate's sheets, and whose they are."""

    candidate_id: str
    sheets: CredentialSheets


def print_credentials(work: Work, *, exam_id: str, hall: str) -> tuple[list[Printed], Frame]:
    """New user names and passwords for everybody in a hall who has not logged in yet; those printed before are void.

    Raises ``AlreadyDone`` when everybody has logged in.
    """
    work.require(exam_id, Role.SYSTEM_ADMINISTRATOR)
    place = hall_of(work, exam_id, hall)
    require_mode(place, Mode.ELECTRONIC)
    waiting = [one for one in sittings_in(work, place) if one.logged_in_at is None]
    if not waiting:
        raise AlreadyDone(
            what=Phrase(
                f"разпечатване на данните за достъп за зала {hall}", f"printing of the credentials for hall {hall}"
            )
        )
    printed = [_new(work, one) for one in sorted(waiting, key=lambda one: seating.place(one.seat))]
    work.session.flush()
    issues = sorted({one.credential_issue for one in waiting})
    work.audit(exam_id, "credentials:printed", "чл. 16, т. 3", hall=hall, sheets=len(printed), issues=issues)
    head = audit.head(work.session, exam_id)
    return printed, Frame(ordered_at=work.now, chain_head=head.sha256 if head else audit.BEGINNING)


def _new(work: Work, sitting: Sitting) -> Printed:
    username = credentials.username(secrets.choice)
    password = credentials.password(secrets.choice)
    sitting.exam_username = username
    sitting.password_hash = credentials.keyed_hash(work.settings.credential_key, username, password)
    sitting.credential_issue += 1
    sitting.is_login_open = True
    sheets = CredentialSheets(
        exam_on=exam_of(work, sitting.exam_id).exam_on,
        session=sitting.session,
        hall=sitting.hall,
        seat=sitting.seat,
        names=names_of(sitting),
        username=username,
        password=password,
        sheets=law_of(work, sitting.exam_id).credential_sheets,
    )
    return Printed(sitting.candidate_id, sheets)
