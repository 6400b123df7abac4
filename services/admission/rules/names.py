"""Art. 6(4) items 2–4: whether names correspond.

A difference is a flag for a person; on papers names are written in many ways.
"""

import re
import unicodedata

_JOINTS = re.compile(r"[\s‐-―\-.'’`]+")


def normalised(names: str) -> tuple[str, ...]:
    """The words of some names in one form: composed, without case, split at spaces, hyphens, dots and apostrophes.

    Source: Art. 6(4) items 2 and 3. Own choice: reading_08.
    """
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", names).casefold())
    return tuple(word for word in _JOINTS.split(folded) if word)


def correspond(one: str, other: str) -> bool:
    """Whether two people's names are the same, all of them, in the same order.

    Source: Art. 6(4) items 2 and 3. Own choice: reading_08; names that are empty correspond to nothing.
    """
    words = normalised(one)
    return bool(words) and words == normalised(other)
