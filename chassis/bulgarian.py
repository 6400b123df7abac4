"""Days and hours as Bulgarian documents write them, in the zone of the ministry."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Sofia")


def on_day(value: date | datetime) -> str:
    """``15.05.2027 г.``."""
    day = value.astimezone(ZONE) if isinstance(value, datetime) else value
    return f"{day:%d.%m.%Y} г."


def hour(value: datetime) -> str:
    """``9,30 ч.``, as the ordinance writes an hour."""
    local = value.astimezone(ZONE)
    return f"{local.hour},{local.minute:02} ч."


def at_hour(value: datetime) -> str:
    """``15.05.2027 г., 9,30 ч.``."""
    return f"{on_day(value)}, {hour(value)}"


_WORDS = (
    "нула",
    "един",
    "два",
    "три",
    "четири",
    "пет",
    "шест",
    "седем",
    "осем",
    "девет",
    "десет",
    "единадесет",
    "дванадесет",
    "тринадесет",
    "четиринадесет",
    "петнадесет",
    "шестнадесет",
    "седемнадесет",
    "осемнадесет",
    "деветнадесет",
    "двадесет",
)


def in_words(number: int) -> str:
    """A small number in words, masculine, as the ordinance writes it (``четири``, ``петнадесет``); digits above
    twenty.
    """
    return _WORDS[number] if 0 <= number < len(_WORDS) else str(number)


def duration(minutes: int) -> str:
    """``три часа``; ``един час и 30 минути``."""
    whole, rest = divmod(minutes, 60)
    hours = f"{in_words(whole)} {'час' if whole == 1 else 'часа'}" if whole else ""
    return " и ".join(part for part in (hours, f"{rest} минути" if rest or not whole else "") if part)
