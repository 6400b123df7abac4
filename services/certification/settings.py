"""What certification needs beside what every service needs; environment prefix ``SVOPS_CERTIFICATION_``."""

from dataclasses import dataclass

from chassis.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """Where the public finds the register, and where materials are inspected."""

    portal: str  #: address of the module; the certificate leads to ``<portal>/certification/verify/…``
    inspection_place: str = "сградата на Министерството на финансите"  #: Art. 53(2)
