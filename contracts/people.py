"""People as the ordinance names them, and the capacities in which they act."""

import enum
from dataclasses import dataclass


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


class Mode(enum.StrEnum):
    """How a candidate sits (Art. 3(1))."""

    ELECTRONIC = "electronic"
    PAPER = "paper"


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
