"""What session needs beside what every service needs; environment prefix ``SVOPS_SESSION_``."""

from dataclasses import dataclass

from chassis.settings import ServiceSettings, secret


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """Session keeps keyed hashes of credentials, vouches for sittings, and opens the package of questions."""

    credential_key: str = secret()  #: key of the hashes of exam passwords
    sitting_key: str = secret()  #: key of the sitting tokens
    package_private_key: str = secret()  #: age identity to which testbank encrypts the questions
    rescue_private_key: str = secret()  #: P-256 key, PEM; screens encrypt to its public half what they could not send
    rescue_after_seconds: float = 60  # not the law: how long answers may wait before a screen offers to keep them
    portal: str  #: our address as browsers see it; Safe Exam Browser's keys depend on it
    sitting_token_hours: float = 12
    live_batch_changes: int = 256  #: answers in one commit, at most
    live_waiting_changes: int = 20_000  #: answers that may wait for a commit; beyond it the door says it is busy
    live_waiting_of_one: int = 1_000  #: of them of one sitting: as many as one request may bring
    live_most_entries: int = 20_000  #: in one sitting's history; two changes a second for all its hours
    live_refused_kept: int = 500  #: refused answers of one sitting that are kept; what comes after is counted
    live_write_seconds: float = 10  #: how long one commit may take before its clients are told to try again
    screen_seen_seconds: float = 5  #: how often a process notes which screens it has heard of
    screen_lost_seconds: float = 40  #: how long nothing is heard of a screen before the hall is told
    close_grace_seconds: float = 3  #: after the end, before an open sitting is closed without anybody's act
