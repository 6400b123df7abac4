"""The people of a demonstration: names and numbers that belong to nobody (everybody was born in the 19th century)."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from stdnum.bg import egn

from contracts.people import Names

_MEN = (
    "Александър",
    "Борис",
    "Васил",
    "Георги",
    "Димитър",
    "Емил",
    "Живко",
    "Захари",
    "Иван",
    "Калоян",
    "Любомир",
    "Мартин",
    "Николай",
    "Огнян",
    "Петър",
    "Радослав",
    "Стефан",
    "Тодор",
    "Христо",
    "Явор",
)
_WOMEN = (
    "Анна",
    "Боряна",
    "Вера",
    "Гергана",
    "Десислава",
    "Елена",
    "Жана",
    "Зорница",
    "Ивелина",
    "Калина",
    "Лилия",
    "Мария",
    "Невена",
    "Олга",
    "Петя",
    "Ралица",
    "Силвия",
    "Таня",
    "Цветелина",
    "Юлия",
)
_FATHERS = (
    "Александров",
    "Борисов",
    "Василев",
    "Георгиев",
    "Димитров",
    "Емилов",
    "Захариев",
    "Иванов",
    "Калоянов",
    "Любомиров",
    "Мартинов",
    "Николов",
    "Огнянов",
    "Петров",
    "Радославов",
    "Стефанов",
    "Тодоров",
    "Христов",
)
_FAMILIES = (
    "Ангелов",
    "Балканджиев",
    "Влахов",
    "Господинов",
    "Драгнев",
    "Еленков",
    "Железаров",
    "Златев",
    "Илиев",
    "Караджов",
    "Лазаров",
    "Манолов",
    "Найденов",
    "Орешков",
    "Попов",
    "Русев",
    "Симеонов",
    "Терзиев",
    "Узунов",
    "Филипов",
    "Хаджиев",
    "Цанков",
    "Чолаков",
    "Шишманов",
    "Щерев",
    "Юруков",
    "Янакиев",
)
_FIRST_DAY, _DAYS = date(1860, 1, 1), 365 * 30
_CENTURY_OFFSET = 20  #: the month of somebody born in the 19th century is written + 20


@dataclass(frozen=True)
class Somebody:
    """A made-up person with all that the forms ask for."""

    names: Names
    egn: str
    email: str
    password: str
    phone: str
    address: str
    id_card_number: str
    id_card_issued_on: date

    @property
    def form(self) -> dict[str, str]:
        """The fields that registration, and an application of staff, ask for."""
        return {
            "first": self.names.first,
            "middle": self.names.middle,
            "last": self.names.last,
            "identifier_type": "egn",
            "identifier": self.egn,
            "address": self.address,
            "phone": self.phone,
            "id_card_number": self.id_card_number,
            "id_card_issued_on": self.id_card_issued_on.isoformat(),
            "id_card_issued_by": "МВР – София",
        }


class Crowd:
    """Makes people, all different, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(f"people {seed}")  # noqa: S311 - invented people, not secrets
        self._taken: set[str] = set()

    def somebody(self, mailbox: str) -> Somebody:
        """The next person; ``mailbox`` is unique in the crowd."""
        is_woman = self._random.random() < 0.5  # noqa: PLR2004 - as many women as men
        names = self._names(is_woman=is_woman)
        return Somebody(
            names=names,
            egn=self._egn(is_woman=is_woman),
            email=f"{mailbox}@example.bg",
            password=f"{mailbox}-{self._random.randrange(10**8):08}",
            phone=f"+3592{self._random.randrange(10**6, 10**7)}",
            address=f"гр. София, ул. „Учебна“ № {self._random.randrange(1, 200)}",
            id_card_number=f"{self._random.randrange(6 * 10**8, 7 * 10**8)}",
            id_card_issued_on=date(2021, 3, 15),
        )

    def _names(self, *, is_woman: bool) -> Names:
        pick = self._random.choice
        ending = "а" if is_woman else ""
        return Names(pick(_WOMEN if is_woman else _MEN), pick(_FATHERS) + ending, pick(_FAMILIES) + ending)

    def _egn(self, *, is_woman: bool) -> str:
        while True:
            born = _FIRST_DAY + timedelta(days=self._random.randrange(_DAYS))
            order = self._random.randrange(0, 1000) // 2 * 2 + is_woman
            digits = f"{born:%y}{born.month + _CENTURY_OFFSET:02}{born:%d}{order % 1000:03}"
            number = digits + egn.calc_check_digit(digits)
            if number not in self._taken:
                self._taken.add(number)
                return str(egn.validate(number))
