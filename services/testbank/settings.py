"""What testbank needs beside what every service needs; environment prefix ``SVOPS_TESTBANK_``."""

from dataclasses import dataclass

from chassis.settings import ServiceSettings, secret


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """Keys: whom testbank encloses for, and what it may open itself. Public ones are of the form ``age1…``."""

    bank_key: str = secret()  #: locks the questions in the database; any long random word
    session_public_key: str  #: for the package of a sitting
    grading_public_key: str  #: for the answer key
    archive_public_key: str  #: for the opened variant, until the key is released
    archive_private_key: str = secret()
    booklet_public_key: str  #: testbank's own, for booklets on paper
    booklet_private_key: str = secret()
    place: str = "Министерство на финансите"  #: where the draw is held, when the notary names no other place
