"""People as the ordinance names them, and the capacities in which they act."""

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from contracts.phrase import Phrase


class Role(enum.StrEnum):
    """In what capacity somebody acts (Art. 12–18; glossary in docs/glossary.md)."""

    CANDIDATE = "candidate"
    MINISTER = "minister"
    DIRECTOR = "director"
    CHAIR = "chair"
    MEMBER = "member"
    AUTHOR = "author"
    NOTARY = "notary"
    HALL_ADMINISTRATOR = "hall_administrator"
    SYSTEM_ADMINISTRATOR = "system_administrator"
    QUAESTOR = "quaestor"
    OFFICER = "officer"  #: an employee of the directorate МКВО (Art. 53(2))
    OPERATOR = "operator"  #: the ministry's operator at the command line; never a person of the examination
    SYSTEM = "system"  #: a service acting on an event or a timer


CAPACITIES: Mapping[Role, Phrase] = {
    Role.CANDIDATE: Phrase("кандидат", "candidate"),
    Role.MINISTER: Phrase("министър на финансите", "Minister of Finance"),
    Role.DIRECTOR: Phrase(
        "директор на дирекция „Методология на контрола и вътрешен одит“", "director of the directorate"
    ),
    Role.CHAIR: Phrase("председател на изпитната комисия", "chair of the commission"),
    Role.MEMBER: Phrase("член на изпитната комисия", "member of the commission"),
    Role.AUTHOR: Phrase("съставител", "author"),
    Role.NOTARY: Phrase("нотариус", "notary"),
    Role.HALL_ADMINISTRATOR: Phrase("администратор на зала", "hall administrator"),
    Role.SYSTEM_ADMINISTRATOR: Phrase("администратор на електронната система", "system administrator"),
    Role.QUAESTOR: Phrase("квестор", "quaestor"),
    Role.OFFICER: Phrase(
        "служител на дирекция „Методология на контрола и вътрешен одит“", "officer of the directorate"
    ),
    Role.OPERATOR: Phrase("оператор на министерството", "operator of the ministry"),
    Role.SYSTEM: Phrase("услуга на системата", "service of the system"),
}


def reserved_to(roles: Collection[Role]) -> Phrase:
    """In what capacities an act is allowed: the fact of ``NotAllowed``."""
    capacities = Phrase.listed(CAPACITIES[role] for role in Role if role in roles)
    return Phrase(f"предвидено е за {capacities.bg}", f"it is reserved to {capacities.en}")


class Mode(enum.StrEnum):
    """How a candidate sits (Art. 3(1))."""

    ELECTRONIC = "electronic"
    PAPER = "paper"


FORMS: Mapping[Mode, Phrase] = {
    Mode.ELECTRONIC: Phrase("електронен вариант", "electronic form"),
    Mode.PAPER: Phrase("хартиен носител", "paper form"),
}


class IdentifierType(enum.StrEnum):
    """ЕГН, ЛНЧ or ЛН: chosen by the applicant, never guessed from the digits."""

    EGN = "egn"
    LNCH = "lnch"
    LN = "ln"


@dataclass(frozen=True, slots=True)
class Names:
    """Three names by the identity document: име, презиме, фамилия. Personal data."""

    first: str
    middle: str
    last: str

    def __str__(self) -> str:
        return " ".join(part for part in (self.first, self.middle, self.last) if part)


@dataclass(frozen=True, slots=True)
class Person:
    """A candidate as every protocol names him: names and ЕГН/ЛН/ЛНЧ. Personal data."""

    names: Names
    identifier_type: IdentifierType
    identifier: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A scanned file that came with an application: what it is, and its SHA-256 in the file store."""

    kind: str
    sha256: str
    media_type: str
