"""What may happen in a hall beside an attempt to cheat: a list of codes, and what each of them asks for."""

import enum
from dataclasses import dataclass

from contracts.phrase import Phrase


class Level(enum.IntEnum):
    """What an incident asks for."""

    NOTE = 1  #: it is written down
    DECISION = 2  #: the chair decides on it


class Group(enum.StrEnum):
    """What an incident is about."""

    TECHNICAL = "technical"
    CONDUCT = "conduct"
    HEALTH = "health"
    ORGANISATION = "organisation"


GROUPS = {
    Group.TECHNICAL: Phrase("техника", "technical"),
    Group.CONDUCT: Phrase("ред в залата", "conduct"),
    Group.HEALTH: Phrase("здраве", "health"),
    Group.ORGANISATION: Phrase("организация", "organisation"),
}


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of the list: what it is about, what it asks for at least, and its name among people."""

    group: Group
    level: Level
    words: Phrase


#: Own choice: the ordinance names attempts to cheat (Art. 28) and is silent on everything else (reading_20).
CODES = {
    "computer_failed": Code(
        Group.TECHNICAL, Level.DECISION, Phrase("повреда на компютър или екран", "a computer or screen failed")
    ),
    "connection_lost": Code(
        Group.TECHNICAL, Level.DECISION, Phrase("прекъсната връзка със сървъра", "the connection was lost")
    ),
    "power_lost": Code(
        Group.TECHNICAL, Level.DECISION, Phrase("прекъснато електрозахранване", "the electricity was cut off")
    ),
    "part_replaced": Code(
        Group.TECHNICAL, Level.NOTE, Phrase("подменена мишка или клавиатура", "a mouse or keyboard was replaced")
    ),
    "order_disturbed": Code(
        Group.CONDUCT, Level.NOTE, Phrase("нарушен ред, направена забележка", "disturbance, the candidate was warned")
    ),
    "outsider_in_hall": Code(Group.CONDUCT, Level.DECISION, Phrase("външно лице в залата", "an outsider in the hall")),
    "refused_to_sign": Code(
        Group.CONDUCT, Level.DECISION, Phrase("отказ за подпис в протокол", "the candidate refused to sign a protocol")
    ),
    "gave_up": Code(
        Group.CONDUCT, Level.NOTE, Phrase("отказ от участие след началото", "the candidate gave up after the start")
    ),
    "unwell": Code(Group.HEALTH, Level.NOTE, Phrase("неразположение", "the candidate was unwell")),
    "medical_help": Code(Group.HEALTH, Level.DECISION, Phrase("повикана медицинска помощ", "medical help was called")),
    "wrong_seat": Code(
        Group.ORGANISATION, Level.NOTE, Phrase("заето чуждо място, поправено", "a wrong seat was taken, put right")
    ),
    "envelope_damaged": Code(
        Group.ORGANISATION,
        Level.DECISION,
        Phrase("липсващ или повреден плик с данни за достъп", "an envelope with credentials is missing or damaged"),
    ),
    "noise": Code(Group.ORGANISATION, Level.NOTE, Phrase("шум или лоши условия в залата", "noise or bad conditions")),
    "evacuation": Code(Group.ORGANISATION, Level.DECISION, Phrase("опразване на залата", "the hall was evacuated")),
    "objection": Code(Group.ORGANISATION, Level.DECISION, Phrase("възражение на кандидат", "a candidate objected")),
    "other": Code(Group.ORGANISATION, Level.NOTE, Phrase("друго", "other")),
}


def level_of(code: str, asked: int | None) -> Level:
    """The level of an incident: that of its code, or a higher one that was asked for.

    Own choice: who sees it may ask for a decision on anything, and never does without one where the list wants it.
    """
    return max(CODES[code].level, Level(asked or Level.NOTE))
