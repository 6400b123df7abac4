"""What the commission sees of single pages: what is to be completed, what was, what does not count (Art. 44)."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from chassis.work import Work
from services.grading.paper.records import Dossier, page_name
from services.grading.paper.rules.batch import Findings
from services.grading.paper.tables import Reading

_OF_PAGES = ("unreadable", "without_number", "unknown", "without_sub_variant")


def to_complete(found: Findings, pages: list[Reading]) -> list[dict[str, Any]]:
    """The pages that a person has to look at before the cards can be given out, each with its picture."""
    twice = {name for names in found.duplicates.values() for name in names}
    named = {name: kind for kind in _OF_PAGES for name in getattr(found, kind)} | dict.fromkeys(twice, "duplicates")
    by_name = {page_name(page): page for page in pages}
    return [
        {
            **_of_page(page),
            "finding": named[name],
            "why_not": page.why_not,
            "sub_variant": page.sub_variant,
        }
        for name, page in sorted(by_name.items(), key=lambda item: (item[1].number or "", item[0]))
        if name in named
    ]


def completed_numbers(pages: list[Reading]) -> list[dict[str, Any]]:
    """The pages whose number a person completed: what he typed may have to be corrected (Art. 44)."""
    in_order = sorted(pages, key=lambda page: page.number or "")
    return [_of_page(page) for page in in_order if page.number is not None and page.said["number"] is None]


def completed_sub_variants(
    pages: list[Reading], opened: Collection[str], cards: Mapping[str, Dossier]
) -> list[dict[str, Any]]:
    """The pages whose sub-variant a person entered, each with what its counts come to: what he entered may have to be
    corrected (Art. 44).
    """
    return [
        _of_page(page)
        | {
            "sub_variant": page.sub_variant,
            "counts": [
                {"round": one.round, "stage": one.stage, "correct": one.correct}
                for _, one in sorted(card.markings.items())
            ],
        }
        for page in sorted(pages, key=lambda page: page.number or "")
        if page.sub_variant in opened and page.said["sub_variant"] not in opened
        if (card := cards.get(page.number or "")) is not None
    ]


def set_aside(work: Work, exam_id: str) -> list[dict[str, Any]]:
    """The pages that do not count, and why: they may be taken back before the cards are given out (Art. 44)."""
    return [
        _of_page(page) | {"reason": page.set_aside_for}
        for page in all_pages(work, exam_id)
        if page.set_aside_by is not None
    ]


def _of_page(page: Reading) -> dict[str, Any]:
    return {
        "scan_sha256": page.scan_sha256,
        "page": page.page,
        "number": page.number,
        "picture_sha256": page.picture_sha256,
    }


def all_pages(work: Work, exam_id: str) -> list[Reading]:
    """Every page of an exam, set aside or not."""
    query = select(Reading).where(Reading.exam_id == exam_id).order_by(Reading.scan_sha256, Reading.page)
    return list(work.session.scalars(query))


def is_for_a_person(page: Reading) -> bool:
    """Whether the machine could not say all of a page: doubtful questions, no number, a sign, or nothing at all."""
    read = page.said
    return not page.is_read or bool(read["doubtful"]) or read["number"] is None or proposes_annulment(page)


def proposes_annulment(page: Reading) -> bool:
    """Whether the machine saw a sign or a colour on it that is not allowed (Art. 46(2))."""
    return bool(page.said["annul_proposed"])
