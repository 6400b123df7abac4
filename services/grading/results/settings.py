"""What the results service needs beside what every service needs; environment prefix ``SVOPS_GRADING_RESULTS_``."""

from dataclasses import dataclass

from chassis.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """Nothing of its own."""
