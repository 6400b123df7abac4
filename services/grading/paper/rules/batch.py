"""Art. 44, 45: whether every number has exactly one card that can be marked."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from contracts.refusals.grading import NumberWasRead, ScansIncomplete, SubVariantNotOpened, SubVariantWasRead


@dataclass(frozen=True, slots=True)
class Page:
    """One scanned page that counts: what is known of it. ``name``: the scan's hash and the page."""

    name: str
    is_read: bool
    number: str | None
    sub_variant: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What keeps the cards from being distributed: names of pages, or numbers."""

    waiting: int
    unreadable: tuple[str, ...]
    without_number: tuple[str, ...]
    unknown: tuple[str, ...]
    without_sub_variant: tuple[str, ...]
    duplicates: dict[str, list[str]]
    missing: tuple[str, ...]


def look_through(
    numbers: Collection[str],
    waiting: int,
    pages: Iterable[Page],
    sub_variants: Collection[str],
    annulled: Collection[str] = (),
) -> Findings:
    """Match pages with numbers.

    Source: Art. 44, 45, 46(2). Own choice: a page that the machine cannot read may still be marked by people once a
    person has completed its number and its sub-variant; the card of an ``annulled`` number is not looked for.
    """
    pages = sorted(pages, key=lambda page: page.name)
    by_number = defaultdict(list)
    for page in pages:
        if page.number is not None:
            by_number[page.number].append(page.name)
    return Findings(
        waiting=waiting,
        unreadable=tuple(page.name for page in pages if not page.is_read and page.number is None),
        without_number=tuple(page.name for page in pages if page.is_read and page.number is None),
        unknown=tuple(page.name for page in pages if page.number is not None and page.number not in numbers),
        without_sub_variant=tuple(page.name for page in pages if page.number and page.sub_variant not in sub_variants),
        duplicates={number: names for number, names in sorted(by_number.items()) if len(names) > 1},
        missing=tuple(number for number in sorted(set(numbers) - set(annulled)) if number not in by_number),
    )


def check_number_unread(read: str | None, given: str) -> None:
    """Refuse another number than the sticker's. Source: Art. 44. Own choice: a person completes only what the machine
    could not read. Raises ``NumberWasRead``.
    """
    if read is not None and read != given:
        raise NumberWasRead(number=read)


def check_sub_variant(read: str | None, given: str, opened: Collection[str]) -> None:
    """Refuse a sub-variant that was not handed out, and another than the card's own, by whose key it is counted.

    Source: Art. 13(4), 44. Own choice: what was read and was never handed out is taken for not read. Raises
    ``SubVariantNotOpened``, ``SubVariantWasRead``.
    """
    if given not in opened:
        raise SubVariantNotOpened(sub_variant=given)
    if read in opened and read != given:
        raise SubVariantWasRead(sub_variant=read)


def check_complete(findings: Findings) -> None:
    """Refuse to distribute what is missing, twice or unreadable. Source: Art. 45. Raises ``ScansIncomplete``."""
    facts = {name: getattr(findings, name) for name in Findings.__slots__}
    if any(facts.values()):
        raise ScansIncomplete(**{name: _told(value) for name, value in facts.items()})


def _told(value: int | tuple[str, ...] | dict[str, list[str]]) -> str:
    """A finding in a sentence. Own choice: numbers whole, hashes by their first twelve digits."""
    if isinstance(value, int):
        return str(value)
    return ", ".join(name[:12] for name in value) or "–"
