"""What a refusal is, and how it travels."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from contracts.phrase import Phrase

_BY_CODE: dict[str, type["Refusal"]] = {}


class Refusal(Exception):  # noqa: N818 - a refusal is a lawful answer, not an error
    """A request that the rules do not allow. Nothing has changed when one is raised.

    Subclasses state ``article`` (where the rule stands), ``status`` (HTTP), and one sentence in each language; the
    sentences are format strings over the facts with which the refusal is raised. The code is the class's name.

    One that stands under many articles is raised with the fact ``rule``, the citation of the one on which it rests;
    that is then its ``article``, and its class tells the range.

    A fact in words is a ``Phrase``, told in the sentence's language; numbers, codes and citations are told as they are.
    """

    article: str
    status: ClassVar[int] = 409
    bg: ClassVar[str]
    en: ClassVar[str]

    def __init_subclass__(cls) -> None:
        """Enter the refusal into the family; two of one name are a programming error."""
        if cls.__name__ in _BY_CODE:
            raise TypeError(f"two refusals are called {cls.__name__}")
        _BY_CODE[cls.__name__] = cls

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        self.article = facts.get("rule", self.article)
        super().__init__(self.sentence("en"))

    @property
    def code(self) -> str:
        """The name by which programs know it."""
        return type(self).__name__

    def sentence(self, language: str = "bg") -> str:
        """One sentence for a person, in ``bg`` or ``en``."""
        facts = {
            name: value.told(language) if isinstance(value, Phrase) else value for name, value in self.facts.items()
        }
        return (self.en if language == "en" else self.bg).format(**facts)

    def to_dict(self) -> dict[str, Any]:
        """The refusal as it stands in JSON and RPC answers (problem details, RFC 9457, with our members)."""
        return {
            "type": f"urn:svops:refusal:{self.code}",
            "title": self.code,
            "status": self.status,
            "code": self.code,
            "article": self.article,
            "detail": self.sentence("en"),
            "sentence": {"bg": self.sentence("bg"), "en": self.sentence("en")},
            "facts": {name: _sent(value) for name, value in self.facts.items()},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The refusal that another service answered with; an unknown code is a programming error."""
        facts = {name: _received(value) for name, value in data["facts"].items()}
        return _BY_CODE[data["code"]](**facts)  # type: ignore[return-value]  # called on Refusal itself, so any of the family is one


def _sent(fact: Any) -> Any:
    if isinstance(fact, Phrase):
        return {"bg": fact.bg, "en": fact.en}
    return fact if isinstance(fact, dict | list) else str(fact)


def _received(fact: Any) -> Any:
    return Phrase(**fact) if isinstance(fact, dict) and fact.keys() == {"bg", "en"} else fact


def by_code(code: str) -> type[Refusal]:
    """The refusal of that name."""
    return _BY_CODE[code]


def every() -> tuple[type[Refusal], ...]:
    """All refusals known, by name."""
    return tuple(_BY_CODE[code] for code in sorted(_BY_CODE))
