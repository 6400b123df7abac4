"""All services: the one list that the command, the processes and the topology are made from."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from chassis import settings
from chassis.topology import Subscriptions
from chassis.work import Runtime
from contracts.events import Job


@dataclass(frozen=True, slots=True)
class Service:
    """A service: ``name`` in queues, databases and settings; its package; where its web door stands."""

    name: str
    package: str
    prefix: str
    live_prefix: str = ""  #: of a second, hot door beside the web door

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

    def door(self) -> type[Any]:
        """Its nameko class: the one in ``service.py`` that bears its name."""
        found = [
            one
            for one in vars(self.module("service")).values()
            if isinstance(one, type) and getattr(one, "name", None) == self.name
        ]
        if len(found) != 1:
            raise TypeError(f"{self.package}.service has {len(found)} classes named {self.name!r}")
        return found[0]

    def jobs(self) -> Mapping[type[Job], Any]:
        """What its workers carry out: job type → callable."""
        jobs: Mapping[type[Job], Any] = self.module("worker").JOBS if self.has("worker") else {}
        return jobs

    def subscriptions(self) -> Subscriptions:
        """What it listens to, as its doors say."""
        from chassis.entrypoints import handled_types  # noqa: PLC0415 - brings nameko, which most processes never see

        handled = sorted(handled_types(self.door()), key=lambda event: event.type_name())
        return Subscriptions(service=self.name, handles=tuple(handled), jobs=tuple(self.jobs()))

    def runtime(self, *, pool_size: int = 10) -> Runtime[Any]:
        """The service in this process, with settings from the environment."""
        own = settings.read(self.module("settings").Settings, self.settings_prefix)
        return Runtime(self.name, own, pool_size=pool_size)

    def bare_runtime(self, *, pool_size: int = 10) -> Runtime[settings.ServiceSettings]:
        """With what every service needs and no secret of its own: for a process that opens and signs nothing."""
        known = {f"{self.settings_prefix}_{field.name.upper()}" for field in fields(settings.ServiceSettings)}
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(f"{self.settings_prefix}_") or name.removesuffix("_FILE") in known
        }
        own = settings.read(settings.ServiceSettings, self.settings_prefix, environment)
        return Runtime(self.name, own, pool_size=pool_size)


SERVICES = (
    Service("registration", "services.registration", "/registration"),
    Service("admission", "services.admission", "/admission"),
    Service("testbank", "services.testbank", "/testbank"),
    Service("session", "services.session", "/session", live_prefix="/live"),
    Service("grading_electronic", "services.grading.electronic", "/grading/electronic"),
    Service("grading_paper", "services.grading.paper", "/grading/paper"),
    Service("grading_results", "services.grading.results", "/grading/results"),
    Service("certification", "services.certification", "/certification"),
)
BY_NAME = {service.name: service for service in SERVICES}


def chosen(names: tuple[str, ...]) -> tuple[Service, ...]:
    """The services of these names, in the house's order; all when none is named. ``KeyError`` for an unknown name."""
    return tuple(BY_NAME[name] for name in names) if names else SERVICES
