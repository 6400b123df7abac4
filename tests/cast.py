"""A stable cast of people for tests: ЕГН valid by checksum, born between 1850 and 1899, so of nobody who lives."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from chassis.work import Actor
from contracts.people import IdentifierType, Names, Person, Role

_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6)


def egn(born_on: date, order: int) -> str:
    """The ЕГН of somebody born on a day of the nineteenth century; ``order``: 0–999, even for men."""
    body = f"{born_on.year % 100:02}{born_on.month + 20:02}{born_on.day:02}{order:03}"
    control = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, body, strict=True)) % 11 % 10
    return f"{body}{control}"


_FIRST = ("Иван", "Мария", "Георги", "Елена", "Петър", "Надежда", "Стоян", "Рада", "Тодор", "Ваня", "Никола", "Цвета")
_MIDDLE = ("Иванов", "Петров", "Колев", "Стоянов", "Димов", "Ангелов", "Маринов")
_LAST = ("Вазов", "Каравелов", "Славейков", "Яворов", "Дебелянов")


@dataclass(frozen=True)
class Player:
    """Somebody of the cast: names, ЕГН, identity card."""

    number: int
    names: Names
    identifier: str

    @property
    def email(self) -> str:
        """Portal user name."""
        return f"player{self.number}@example.bg"

    @property
    def person(self) -> Person:
        """As protocols name him."""
        return Person(self.names, IdentifierType.EGN, self.identifier)

    def registration(self, **other: Any) -> dict[str, Any]:
        """What this person types to register; ``other`` replaces fields."""
        return {
            "email": self.email,
            "password": f"parola-na-{self.number}-igrach",
            "first": self.names.first,
            "middle": self.names.middle,
            "last": self.names.last,
            "identifier_type": "egn",
            "identifier": self.identifier,
            "address": f"гр. София, ул. „Раковски“ № {self.number + 1}",
            "phone": "+359 2 9859 0000",
            "id_card_number": f"{640000000 + self.number}",
            "id_card_issued_on": "2020-02-03",
            "id_card_issued_by": "МВР – София",
        } | other


def player(number: int) -> Player:
    """The same person for the same number, 0–4999, another for another."""
    is_woman = number % 2
    ending = "а" if is_woman else ""
    names = Names(
        _FIRST[number % len(_FIRST)],
        _MIDDLE[number // 12 % len(_MIDDLE)] + ending,
        _LAST[number // 84 % len(_LAST)] + ending,
    )
    born_on = date(1850, 1, 1) + timedelta(days=number * 3)
    return Player(number, names, egn(born_on, 2 * (number % 400) + is_woman))


def acting(role: Role, exam_id: str | None = None, *, person_id: str | None = None) -> Actor:
    """Somebody in a capacity; the same id for the same role unless another is given."""
    return Actor(person_id or f"the-{role}", frozenset({(role, exam_id)}), str(role))
