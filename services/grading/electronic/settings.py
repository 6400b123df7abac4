"""What electronic grading needs beside what every service needs; environment prefix ``SVOPS_GRADING_ELECTRONIC_``."""

from dataclasses import dataclass

from chassis.settings import ServiceSettings, secret


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """The key to the answer key is grading's alone."""

    grading_private_key: str = secret()  #: age identity to which testbank encrypts the answer key
    sheets_a_job: int = 25
