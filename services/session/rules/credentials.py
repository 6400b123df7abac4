"""Art. 16 item 3: user names and passwords of the exam system; random and strong, so that a keyed hash keeps them."""

import hashlib
import hmac
from collections.abc import Callable

#: Latin capitals and digits without those that look alike on paper.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_GROUP = 4
_USERNAME_GROUPS = 2
_PASSWORD_GROUPS = 3
_NUMBER_DIGITS = 8


def username(choice: Callable[[str], str]) -> str:
    """A user name such as ``QK7M-2RZD``; ``choice`` picks a letter at random.

    Own choice: one-time and without an ``@``, so that it is never the portal's user name (reading_41).
    """
    return _grouped(choice, _USERNAME_GROUPS)


def password(choice: Callable[[str], str]) -> str:
    """A password of 60 random bits such as ``XH4P-9WQA-TT3N``. Source: Art. 16 item 3. Own choice: the strength."""
    return _grouped(choice, _PASSWORD_GROUPS)


def unique_number(choice: Callable[[str], str]) -> str:
    """The unique identification number that the system makes at log-in: digits, such as ``40718352``.

    Source: Art. 16 item 4, 24(2). Own choice: random, so that it tells nothing of seat or order.
    """
    return "".join(choice("0123456789") for _ in range(_NUMBER_DIGITS))


def as_typed(text: str) -> str:
    """What was meant by what was typed: capitals, no dashes and spaces. Own choice: paper is read by people."""
    return "".join(letter for letter in text.upper() if letter not in " -‐–")


def shown(text: str) -> str:
    """What was typed, as it was printed. Own choice: user names are kept and looked up as they stand on the sheets."""
    plain = as_typed(text)
    return "-".join(plain[at : at + _GROUP] for at in range(0, len(plain), _GROUP))


def keyed_hash(key: str, exam_username: str, exam_password: str) -> bytes:
    """HMAC-SHA256 of a password under the service's key, bound to its user name.

    Own choice: enough for 60 random bits, and a thousand log-ins in a minute cost nothing (reading_42).
    """
    message = f"{as_typed(exam_username)}:{as_typed(exam_password)}".encode()
    return hmac.digest(key.encode(), message, hashlib.sha256)


def _grouped(choice: Callable[[str], str], groups: int) -> str:
    """Groups of letters with dashes between. Own choice: easier to type from paper."""
    return "-".join("".join(choice(ALPHABET) for _ in range(_GROUP)) for _ in range(groups))
