"""Art. 6(4) item 4, App. 1: ЕГН, ЛНЧ or ЛН as the candidate states it.

The kind is chosen by the candidate and never guessed: a tenth of all valid ЕГН are valid ЛНЧ as well.
"""

from collections.abc import Callable
from datetime import date

from stdnum import exceptions
from stdnum.bg import egn, pnf

from contracts.people import IdentifierType
from contracts.phrase import Phrase
from contracts.refusals.registration import IdentifierNotValid

_NAMES = {
    IdentifierType.EGN: Phrase("ЕГН", "EGN"),
    IdentifierType.LNCH: Phrase("ЛНЧ", "LNCh"),
    IdentifierType.LN: Phrase("ЛН", "LN"),
}
_DIGITS = 10
_OF_AGE_YEARS, _OLDEST_YEARS = 18, 100


def normalised(kind: IdentifierType, text: str, today: date) -> str:
    """The ten digits as they are stored; raises ``IdentifierNotValid``.

    Source: App. 1. Own choice: separators go, digits of another script and ten equal digits are refused, nobody is
    born after ``today``; ЛН has no published control digit, so its form alone is checked.
    """
    compact = "".join(letter for letter in text if letter not in " -.\t\r\n")
    if not (compact.isascii() and compact.isdigit() and len(compact) == _DIGITS):
        raise IdentifierNotValid(kind=_NAMES[kind], reason=Phrase("необходими са десет цифри", "ten digits are needed"))
    if len(set(compact)) == 1:
        raise IdentifierNotValid(kind=_NAMES[kind], reason=Phrase("еднакви цифри", "all digits are the same"))
    if kind is not IdentifierType.LN and not _passes(
        egn.validate if kind is IdentifierType.EGN else pnf.validate, compact
    ):
        raise IdentifierNotValid(
            kind=_NAMES[kind], reason=Phrase("невярна контролна цифра или дата", "wrong control digit or date")
        )
    if kind is IdentifierType.EGN and egn.get_birth_date(compact) > today:
        raise IdentifierNotValid(
            kind=_NAMES[kind], reason=Phrase("бъдеща дата на раждане", "date of birth in the future")
        )
    return compact


def doubts(kind: IdentifierType, digits: str, on: date) -> tuple[str, ...]:
    """What a person should look at again: ``is_also_egn``, ``control_digit``, ``age``; empty when nothing is odd.

    Own choice: warnings, because none of them proves a mistake. ``digits`` are normalised ones.
    """
    if kind is IdentifierType.EGN:
        return () if _is_of_age(egn.get_birth_date(digits), on) else ("age",)
    found = ["is_also_egn"] if _passes(egn.validate, digits) else []
    if kind is IdentifierType.LN and not _passes(pnf.validate, digits):
        found.append("control_digit")
    return tuple(found)


def _is_of_age(born_on: date, on: date) -> bool:
    """Own choice: with higher education (Art. 4(1)) one is of age, and hardly above a hundred."""
    years = on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))
    return _OF_AGE_YEARS <= years <= _OLDEST_YEARS


def _passes(validate: Callable[[str], str], digits: str) -> bool:
    """Whether a check of python-stdnum accepts the digits. Own choice: its algorithms are the published ones."""
    try:
        validate(digits)
    except exceptions.ValidationError:
        return False
    return True
