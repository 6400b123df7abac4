"""The closed family of refusals: named facts with a code, an article and a sentence, the same over every door."""

from contracts.refusals import admission, certification, general, grading, registration, session, testbank
from contracts.refusals.base import Refusal, by_code, every

__all__ = [
    "Refusal",
    "admission",
    "by_code",
    "certification",
    "every",
    "general",
    "grading",
    "registration",
    "session",
    "testbank",
]
