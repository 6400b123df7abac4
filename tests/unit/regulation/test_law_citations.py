"""Articles are read from prose and printed in two languages."""

import pytest

from regulation.citation import Citation, parse


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Source: Art. 43(3), 48(1).", ["Art. 43(3)", "Art. 48(1)"]),
        ("Art. 6(4) items 2 and 3; App. 8", ["Art. 6(4) item 2", "Art. 6(4) item 3", "App. 8"]),
        ("Art. 16 item 4, 25", ["Art. 16 item 4", "Art. 25"]),
        ("Art. 19–21, and 31(1) item 2", ["Art. 19", "Art. 20", "Art. 21", "Art. 31(1) item 2"]),
        ("Art. 42(2),\n    52(2)", ["Art. 42(2)", "Art. 52(2)"]),
        ("Art. 43(3): 60 correct answers pass", ["Art. 43(3)"]),
        ("Art. 43(3) and Art. 43(3)", ["Art. 43(3)"]),
        ("Article 43 of something else", []),
    ],
)
def test_every_article_of_a_sentence_is_found_once(text: str, found: list[str]) -> None:
    assert [str(one) for one in parse(text)] == found


def test_a_citation_is_printed_in_bulgarian() -> None:
    assert [one.bg for one in parse("Art. 31(1) item 2; App. 8")] == ["чл. 31, ал. 1, т. 2", "приложение № 8"]


def test_a_citation_without_its_item_is_the_place_of_the_table() -> None:
    assert Citation("Art", 31, 1, 2).place == Citation("Art", 31, 1)
