"""Art. 13(4), 13(6): a variant as bytes, its two envelopes, and what is made of it once it is open.

The plaintext of a variant is canonical JSON (sorted keys, no white space, no escapes but JSON's own, UTF-8) of::

    {"format": "svops-variant-1", "exam_id": …, "variant": 1, "salt": 64 hexadecimal digits of 32 random bytes,
     "questions": [{"number": 1, "area": …, "text": …, "options": {"А": …, "Б": …, "В": …, "Г": …}, "correct": "Б"}, …],
     "sub_variants": {"1А": [17, 3, …], …}}

``questions`` stand by number, from 1. ``sub_variants["1А"][p - 1]`` is the number of the question that sub-variant 1А
prints under the number p. The commitment is the SHA-256 of these bytes. The inner envelope is an age file
(age-encryption.org/v1, X25519) to the director's key over them; the outer one is an age file to the chair's key over
the inner one. The seal is the SHA-256 of the outer one.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyrage

from contracts.phrase import Phrase
from contracts.refusals.testbank import KeyNotValid, SealBroken
from services.testbank.rules.items import Item

FORMAT = "svops-variant-1"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A variant in its two envelopes. ``inner`` is the director's, ``outer`` the chair's around it."""

    inner: bytes
    outer: bytes
    commitment: str


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no white space, UTF-8. Own choice: the form in which the house hashes everything."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(content: bytes) -> str:
    """SHA-256, 64 hexadecimal digits. Own choice: one hash everywhere."""
    return hashlib.sha256(content).hexdigest()


def plaintext(
    exam_id: str, variant: int, salt: bytes, items: Sequence[Item], orders: Mapping[str, Sequence[int]]
) -> bytes:
    """A variant as bytes. Source: Art. 13(4). Own choice: the salt keeps a commitment from being guessed."""
    questions = [
        {"number": number, "area": item.area, "text": item.text, "options": dict(item.options), "correct": item.correct}
        for number, item in enumerate(items, 1)
    ]
    return canonical(
        {
            "format": FORMAT,
            "exam_id": exam_id,
            "variant": variant,
            "salt": salt.hex(),
            "questions": questions,
            "sub_variants": {code: list(order) for code, order in orders.items()},
        }
    )


def recipient(public_key: str) -> pyrage.x25519.Recipient:
    """The age recipient of a public key. Source: Art. 13(4). Raises ``KeyNotValid``."""
    try:
        return pyrage.x25519.Recipient.from_str(public_key)
    except pyrage.RecipientError as error:
        raise KeyNotValid from error


def seal(content: bytes, *, director_key: str, chair_key: str) -> Sealed:
    """A variant in its two envelopes. Source: Art. 13(4), 13(6). Own choice: reading_14. Raises ``KeyNotValid``."""
    inner = enclose(content, director_key)
    return Sealed(inner, enclose(inner, chair_key), sha256(content))


def enclose(content: bytes, public_key: str) -> bytes:
    """Content as an age file to one key. Source: Art. 13(6). Raises ``KeyNotValid``."""
    enclosed: bytes = pyrage.encrypt(content, [recipient(public_key)])
    return enclosed


def disclose(enclosed: bytes, private_key: str) -> bytes:
    """What an age file to one of our own keys holds; raises ``pyrage.DecryptError``. Source: Art. 13(6)."""
    content: bytes = pyrage.decrypt(enclosed, [pyrage.x25519.Identity.from_str(private_key)])
    return content


def check_hash(variant: int, what: Phrase, content: bytes, expected: str) -> None:
    """Refuse bytes that are not those that were sealed. Source: Art. 13(6). Raises ``SealBroken``."""
    if sha256(content) != expected:
        raise SealBroken(variant=variant, what=what)


def package(content: bytes) -> bytes:
    """What a sitting needs of a variant: questions and orders, no right answer, no salt. Source: Art. 13(7), 24(2)."""
    variant = json.loads(content)
    questions = [{name: value for name, value in one.items() if name != "correct"} for one in variant["questions"]]
    return canonical(
        {
            "exam_id": variant["exam_id"],
            "variant": variant["variant"],
            "questions": questions,
            "sub_variants": variant["sub_variants"],
        }
    )


def answer_key(content: bytes) -> bytes:
    """Sub-variant → printed number → right letter, as canonical JSON. Source: Art. 43(1), 46."""
    variant = json.loads(content)
    correct = {one["number"]: one["correct"] for one in variant["questions"]}
    return canonical(
        {
            code: {str(printed): correct[number] for printed, number in enumerate(order, 1)}
            for code, order in variant["sub_variants"].items()
        }
    )


def counts(items: Sequence[Item]) -> dict[str, int]:
    """Questions by area. Source: Art. 11."""
    found: dict[str, int] = {}
    for item in items:
        found[item.area] = found.get(item.area, 0) + 1
    return found
