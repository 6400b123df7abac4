"""All services: the one list that the command, the processes and the topology are made from."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from chassis import settings
from chassis.work import Runtime


@dataclass(frozen=True, slots=True)
class Service:
    """A service: ``name`` in queues, databases and settings; its package; where its web door stands."""

    name: str
    package: str
    prefix: str

    @property
    def settings_prefix(self) -> str:
        """The prefix of its environment variables, such as ``SVOPS_GRADING_PAPER``."""
        return f"SVOPS_{self.name.upper()}"

    @property
    def folder(self) -> Path:
        """Where its code stands."""
        (place,) = import_module(self.package).__path__
        return Path(place)

    def module(self, name: str) -> ModuleType:
        """One of its modules: ``service``, ``web``, ``worker`` and so on."""
        return import_module(f"{self.package}.{name}")

    def has(self, name: str) -> bool:
        """Whether it has such a module (only services with CPU work have a ``worker``)."""
        return (self.folder / f"{name}.py").exists()

    def runtime(self, *, pool_size: int = 10) -> Runtime[Any]:
        """The service in this process, with settings from the environment."""
        own = settings.read(self.module("settings").Settings, self.settings_prefix)
        return Runtime(self.name, own, pool_size=pool_size)


SERVICES = (
    Service("registration", "services.registration", "/registration"),
    Service("admission", "services.admission", "/admission"),
    Service("testbank", "services.testbank", "/testbank"),
    Service("session", "services.session", "/session"),
    Service("grading_electronic", "services.grading.electronic", "/grading/electronic"),
    Service("grading_paper", "services.grading.paper", "/grading/paper"),
    Service("grading_results", "services.grading.results", "/grading/results"),
    Service("certification", "services.certification", "/certification"),
)
BY_NAME = {service.name: service for service in SERVICES}


def chosen(names: tuple[str, ...]) -> tuple[Service, ...]:
    """The services of these names, in the house's order; all when none is named. ``KeyError`` for an unknown name."""
    return tuple(BY_NAME[name] for name in names) if names else SERVICES
