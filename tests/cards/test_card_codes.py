"""A square code is read as what was written into it, or not at all."""

from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.grading.paper.cards.codes import decoded
from services.grading.paper.cards.drawing import code_modules, number_modules, page_code_modules


@given(number=st.integers(0, 99_999).map("{:05}".format), row=st.integers(0, 20), column=st.integers(0, 20))
def test_a_number_is_read_and_one_wrong_module_never_makes_another_of_it(number: str, row: int, column: int) -> None:
    dark = np.array(number_modules(number))
    assert decoded(dark) == number
    dark[row, column] ^= True
    assert decoded(dark) in {number, None}


@pytest.mark.parametrize("page_code", ["2026-1/А1", "bench/1А", "2026-1/A1", "X", "образец/А"])
def test_a_page_code_is_read(page_code: str) -> None:
    assert decoded(np.array(page_code_modules(page_code))) == quote(page_code)


@pytest.mark.parametrize("text", ["ABC", "ABCD 123", "12", "1234567", "aZ09", "A" * 61, "1" * 101, "a" * 42])
def test_every_way_of_writing_and_every_length_is_read(text: str) -> None:
    assert decoded(np.array(code_modules(text, 3))) == text


def test_a_code_of_another_size_is_left_to_who_reads_all() -> None:
    assert decoded(np.array(code_modules("12345", 2))) is None
