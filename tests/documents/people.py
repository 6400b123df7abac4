"""People who never lived (ЕГН of the 19th century), the day of their exam, and what is around every document."""

from datetime import UTC, date, datetime
from hashlib import sha256

from chassis.documents import Frame, Signatory
from contracts.people import IdentifierType, Names, Person

EXAM_ON = date(2027, 5, 15)
FRAME = Frame(ordered_at=datetime(2027, 5, 15, 10, 5, tzinfo=UTC), chain_head=sha256(b"head").hexdigest())
LONG = Names("Александрина-Виктория", "Константинова-Хаджидимитрова", "Преображенска-Великотърновска")

DIRECTOR = Names("Надежда", "Стоянова", "Кирилова")
CHAIR = Names("Любомир", "Асенов", "Драганов")
MEMBERS = (
    Names("Цветана", "Илиева", "Маринова"),
    Names("Йордан", "Петков", "Щерев"),
    Names("Юлия", "Ангелова", "Жекова"),
)
HALL_ADMINISTRATOR = Names("Ефтим", "Христов", "Бонев")
SYSTEM_ADMINISTRATOR = Names("Здравко", "Пенчев", "Янков")
QUAESTORS = (
    Names("Мария", "Тодорова", "Фотева"),
    Names("Гаврил", "Минчев", "Ушев"),
    Names("Росица", "Димова", "Чакърова"),
)
MINISTER = Signatory("Министър на финансите", Names("Велизар", "Огнянов", "Ралев"))
COMMISSION = (Signatory("Председател", CHAIR), *(Signatory("Член", names) for names in MEMBERS))
CHAIR_AND_DIRECTOR = (
    Signatory("Председател на изпитната комисия", CHAIR),
    Signatory("Директор на дирекция МКВО", DIRECTOR),
)

_FIRST = ("Иван", "Мария", "Георги", "Елена", "Димитър", "Ганка", "Щилян", "Жечка", "Юрий", "Цона")
_LAST = ("Йорданов", "Вълчев", "Бързаков", "Ърменков", "Шопов", "Хаджиев", "Ямалиев", "Ценов", "Гьошев", "Кючуков")


def at(hour: int, minute: int = 0) -> datetime:
    """An hour of the day of the exam in Sofia (summer time), in UTC."""
    return datetime(2027, 5, 15, hour - 3, minute, tzinfo=UTC)


def egn(number: int) -> str:
    """A valid ЕГН of somebody born in 1850–1899."""
    digits = f"{50 + number % 50:02}{21 + number % 12:02}{1 + number % 28:02}{number % 1000:03}"
    weights = (2, 4, 8, 5, 10, 9, 7, 3, 6)
    return digits + str(sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11 % 10)


def person(number: int) -> Person:
    """A candidate; number 0 has the longest names."""
    ending = "а" if number % 2 else ""
    names = (
        LONG if number == 0 else Names(_FIRST[number % 10], f"Петров{ending}", f"{_LAST[number // 10 % 10]}{ending}")
    )
    return Person(names=names, identifier_type=IdentifierType.EGN, identifier=egn(number))


def hexes(word: str) -> str:
    """A SHA-256 to print."""
    return sha256(word.encode()).hexdigest()
