"""Art. 6(1)–(3): when and with what a candidate applies.

Missing documents are accepted here: the commission decides.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from contracts.people import FORMS, Mode
from contracts.phrase import Phrase
from contracts.refusals.general import DeadlinePassed
from contracts.refusals.registration import AttachmentRepeated, DisabilityNotStated, ModeNotOffered
from regulation.calendar import ZONE

DECLARATION, FEE, DISABILITY = "declaration", "fee", "disability"
KINDS = (DECLARATION, FEE, DISABILITY)
NAMED = {
    DECLARATION: Phrase("декларация за висше образование", "declaration of higher education"),
    FEE: Phrase("документ за платена държавна такса", "document of the paid state fee"),
    DISABILITY: Phrase("документ, удостоверяващ увреждането", "document certifying the disability"),
}


def check_in_time(now: datetime, until: datetime) -> None:
    """Refuse an application after its term. Source: Art. 6(2). Raises ``DeadlinePassed``."""
    if now > until:
        raise DeadlinePassed(until=f"{until.astimezone(ZONE):%d.%m.%Y, %H:%M:%S}", rule="чл. 6, ал. 2")


def check_mode(mode: Mode, offered: Collection[str]) -> None:
    """Refuse a form in which the exam is not held. Source: Art. 3(1). Raises ``ModeNotOffered``."""
    if mode not in offered:
        raise ModeNotOffered(mode=FORMS[mode])


def check_attachments(kinds: Sequence[str], *, is_assisted: bool) -> None:
    """Refuse two documents of a kind, and a disability document where no disability is stated.

    Source: Art. 6(1), 6(3). Own choice: health data come in only with the statement that needs them.
    Raises ``AttachmentRepeated`` or ``DisabilityNotStated``.
    """
    repeated = [kind for kind, count in Counter(kinds).items() if count > 1]
    if repeated:
        raise AttachmentRepeated(kind=NAMED[repeated[0]])
    if DISABILITY in kinds and not is_assisted:
        raise DisabilityNotStated
