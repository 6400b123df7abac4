r"""Art. 13(5): the draw, so that nobody can choose its outcome and anybody can repeat it.

Two persons, the member of the commission who draws and the notary, each choose 32 random bytes, written as 64
lower-case hexadecimal digits (the value). First both bind themselves, then both reveal. Every text below is ASCII,
every line ends with one line feed (0x0A), and hashes are written as 64 lower-case hexadecimal digits.

Commitment: SHA-256 over ``svops-draw-1\n<exam id>\n<role>\n<value>\n``, role being ``member`` or ``notary``.
Digest of the draw: SHA-256 over ``svops-draw-1\n<exam id>\n<member's value>\n<notary's value>\n<seal 1>\n<seal 2>\n``,
a seal being the SHA-256 of the sealed file of that variant. Drawn variant: 1 + (the digest as a big-endian whole
number, modulo the number of variants).

Whoever reveals last knows the outcome before he reveals, and could only refuse: a commitment is never replaced, so a
draw that is not finished stays unfinished for everybody to see, and is not held again.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.refusals.testbank import CommitmentBroken

MEMBER, NOTARY = "member", "notary"
_DOMAIN = "svops-draw-1"
_VALUE = re.compile(r"\A[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class Revealed:
    """What one person bound himself to, and then revealed."""

    commitment: str
    value: str


def commitment(exam_id: str, role: str, value: str) -> str:
    """The commitment to a value, 64 hexadecimal digits.

    Source: Art. 13(5). Own choice: exam and role are under the hash, so a commitment cannot be copied by the other.
    """
    return _sha256(_DOMAIN, exam_id, role, value)


def check_reveal(exam_id: str, role: str, committed: str, value: str) -> None:
    """Refuse a value that is not the one committed to. Source: Art. 13(5). Raises ``CommitmentBroken``."""
    if _VALUE.match(value) is None or commitment(exam_id, role, value) != committed:
        raise CommitmentBroken


def digest(exam_id: str, member_value: str, notary_value: str, seals: Mapping[int, str]) -> str:
    """The digest that decides, 64 hexadecimal digits.

    Source: Art. 13(5). Own choice: the seals are under it, so the draw is of these envelopes and no others.
    """
    return _sha256(_DOMAIN, exam_id, member_value, notary_value, *(seals[variant] for variant in sorted(seals)))


def drawn(digest_hex: str, variants: int) -> int:
    """The variant that a digest draws, counted from 1. Source: Art. 13(4), 13(5)."""
    return 1 + int(digest_hex, 16) % variants


def transcript(exam_id: str, member: Revealed, notary: Revealed, seals: Mapping[int, str]) -> dict[str, Any]:
    """Everything that is needed to repeat the draw, with its outcome. Source: Art. 13(5)."""
    deciding = digest(exam_id, member.value, notary.value, seals)
    return {
        "format": _DOMAIN,
        "exam_id": exam_id,
        MEMBER: {"commitment": member.commitment, "value": member.value},
        NOTARY: {"commitment": notary.commitment, "value": notary.value},
        "seals": {str(variant): seals[variant] for variant in sorted(seals)},
        "digest": deciding,
        "drawn": drawn(deciding, len(seals)),
    }


def transcript_sha256(record: Mapping[str, Any]) -> str:
    """SHA-256 of a transcript as canonical JSON: sorted keys, no white space, UTF-8. Own choice: one form for all."""
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def sessions_of(variant: int, drawn_variant: int, sessions: int, *, is_reused: bool) -> tuple[int, ...]:
    """The sittings of the day in which a variant is solved; empty for one that stays sealed.

    Source: Art. 13(5), 31(1) item 7. Own choice: the second sitting takes the other variant (reading_04).
    """
    if variant == drawn_variant:
        return tuple(range(1, sessions + 1)) if is_reused else (1,)
    return () if is_reused else tuple(range(2, sessions + 1))


def _sha256(*lines: str) -> str:
    """SHA-256 over lines, each ended by a line feed. Own choice: plain enough for ``printf | sha256sum``."""
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode("ascii")).hexdigest()
