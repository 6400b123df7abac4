"""What an event is: a past fact, versioned, with one subject."""

import re
from dataclasses import dataclass
from typing import ClassVar

_BY_TYPE: dict[str, type["Event"]] = {}


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


@dataclass(frozen=True, kw_only=True)
class Event:
    """A past fact of one examination. Subclasses are named in the past tense and say in their docstring when and why
    they are said, what personal data they carry, and what saying them twice means.
    """

    service: ClassVar[str] = ""  #: who says it
    version: ClassVar[int] = 1
    public: ClassVar[bool] = False  #: also told to other systems on the public exchange
    personal_data: ClassVar[bool] = False
    subject_field: ClassVar[str] = "exam_id"

    exam_id: str

    def __init_subclass__(
        cls,
        *,
        service: str = "",
        public: bool = False,
        personal_data: bool = False,
        subject: str = "exam_id",
        version: int = 1,
    ) -> None:
        """Enter the event into the published language (``service`` is given by every concrete event)."""
        if not service:
            return
        cls.service, cls.public, cls.personal_data = service, public, personal_data
        cls.subject_field, cls.version = subject, version
        _BY_TYPE[cls.type_name()] = cls

    @classmethod
    def type_name(cls) -> str:
        """``bg.svops.<service>.<fact>.v<version>``."""
        return f"bg.svops.{cls.service}.{_kebab(cls.__name__)}.v{cls.version}"

    def subject(self) -> str:
        """What the fact is about: the value of its subject field."""
        return str(getattr(self, self.subject_field))


@dataclass(frozen=True, kw_only=True)
class Job(Event):
    """Work that a service gives its own workers: CPU-bound, idempotent, safe to run twice."""


def event_type(name: str) -> type[Event]:
    """The event class of a CloudEvents type; ``KeyError`` when this release does not know it."""
    return _BY_TYPE[name]


def every() -> tuple[type[Event], ...]:
    """All events of the published language, by type name."""
    return tuple(_BY_TYPE[name] for name in sorted(_BY_TYPE))
