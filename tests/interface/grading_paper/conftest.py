"""Paper grading with envelopes on its table."""

from collections.abc import Callable

import pytest

from tests.interface.grading_paper.paper_exam import Envelope, PaperExam, envelope
from tests.interface.house import House

Make = Callable[..., PaperExam]


@pytest.fixture
def paper(house_of: Callable[[str], House]) -> Make:
    """``paper(envelope(1, 70), …)``: the exam with these envelopes; three ordinary ones when none is given."""

    def make(*envelopes: Envelope) -> PaperExam:
        ordinary = [envelope(1, 72), envelope(2, 40, "1Б"), envelope(3, 80)]
        return PaperExam(house_of("grading_paper"), list(envelopes) or ordinary)

    return make


@pytest.fixture
def second(paper: Make) -> PaperExam:
    """One card that the first member counted with 60 right answers; it waits for the second."""
    exam = paper(envelope(1, 60))
    exam.ready_to_mark()
    exam.mark_everything()
    return exam
