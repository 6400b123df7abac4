"""Where two articles say the same, of the two forms or of the two electronic exams of a day, the one that applies."""

from contracts.people import Mode


def by_mode(mode: str, electronic: str, paper: str) -> str:
    """The article for the form in which an exam is held."""
    return electronic if mode == Mode.ELECTRONIC else paper


def by_session(session: int, first: str, second: str) -> str:
    """The article for the first or the second electronic exam of the day (Art. 31(1))."""
    return first if session == 1 else second
