"""Art. 46(2): what stands on a card beside its crosses, in words."""

from contracts.phrase import Phrase

_WORDS = {
    "not_a_cross": Phrase("знак, който не е кръстче", "a sign that is no cross"),
    "writing": Phrase("надпис или рисунка", "writing or a drawing"),
    "mark": Phrase("малък знак", "a small sign"),
}
_OTHER_COLOUR = Phrase("друг цвят", "another colour")


def words(sign: str) -> Phrase:
    """What the machine saw, by the code of its reading. Source: Art. 46(2). Own choice: any other code is a colour."""
    return _WORDS.get(sign, _OTHER_COLOUR)
