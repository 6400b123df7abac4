"""What admission needs beside what every service needs; environment prefix ``SVOPS_ADMISSION_``."""

from dataclasses import dataclass

from chassis.settings import ServiceSettings, secret


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """Admission vouches for everybody whom the minister appointed."""

    token_private_key: str = secret()  #: Ed25519, PEM (PKCS #8)
    token_hours: float = 12
