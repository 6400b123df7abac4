"""What paper grading needs beside what every service needs; environment prefix ``SVOPS_GRADING_PAPER_``."""

from dataclasses import dataclass

from chassis.settings import ServiceSettings, secret


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """The grading services open the answer key with a key of their own."""

    grading_private_key: str = secret()  #: age identity, ``AGE-SECRET-KEY-1…``
