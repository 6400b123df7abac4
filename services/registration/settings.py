"""What registration needs beside what every service needs; environment prefix ``SVOPS_REGISTRATION_``."""

from dataclasses import dataclass

from chassis.settings import ServiceSettings, secret


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """Registration vouches for candidates."""

    token_private_key: str = secret()  #: Ed25519, PEM (PKCS #8)
    token_hours: float = 12
    portal: str  #: address of the module as candidates type it; stands on the announcement
    inquiries: str  #: telephone or mail box of the directorate; stands on the announcement
