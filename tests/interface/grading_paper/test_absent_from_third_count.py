"""Art. 48(2): the count of the three does not wait for the word of one who cannot come."""

from collections.abc import Callable

import pytest

from tests.interface.grading_paper.absences import REASON, noted
from tests.interface.grading_paper.paper_exam import (
    CHAIR,
    DIRECTOR,
    MEMBERS,
    OPERATOR,
    PaperExam,
    good,
    refusal,
)
from tests.interface.grading_paper.test_commission_page import done, offered, page
from tests.interface.grading_paper.test_third_count import final_count, number_in, protocol, screen, without_7

Make = Callable[..., PaperExam]


@pytest.fixture
def counted(second: PaperExam) -> PaperExam:
    """The same, after the second member saw another and the chair counted with the two: 60."""
    second.mark_everything({number_in(second): without_7(second)})
    second.settle_everything()
    return second


def test_art_48_2_the_count_of_the_three_waits_no_longer_for_who_is_absent(counted: PaperExam) -> None:
    number = number_in(counted)
    first, absent = counted.markers_of(number)
    good(counted.tell("record_absence", CHAIR, number=number, marker=absent.id, reason=REASON))
    assert final_count(counted) is None, "the other has not spoken"
    good(counted.tell("agree_to_count", first, number=number))
    assert final_count(counted) == 60
    assert noted(counted, "card:absence") == [{"number": number, "round": 2, "marker": absent.id, "absent": REASON}]
    (exported,) = good(counted.ask("export", OPERATOR))["cards"]
    words = [(one["marker"], one["dissent"], one["absent"]) for one in exported["opinions"]]
    assert words == [(first.id, None, None), (absent.id, None, REASON)]
    assert refusal(counted.tell("agree_to_count", absent, number=number)) == "AlreadyDone"
    assert REASON in screen(counted, CHAIR, number)
    counted.open_envelopes()
    counted.enter_slips()
    good(counted.tell("complete_protocols", CHAIR))
    counted.render_all()
    assert f"Комисия-{absent.id} Отсъства: „{REASON}“" in protocol(counted)
    assert (protocol(counted).count("Отсъства:"), protocol(counted).count("Особено мнение:")) == (1, 0)


def test_a_word_that_is_said_is_never_replaced_by_an_absence(counted: PaperExam) -> None:
    number = number_in(counted)
    first, second = counted.markers_of(number)
    good(counted.tell("dissent_from_count", first, number=number, reason="Молив."))
    late = counted.tell("record_absence", CHAIR, number=number, marker=first.id, reason=REASON)
    assert refusal(late) == "AlreadyDone"
    good(counted.tell("record_absence", CHAIR, number=number, marker=second.id, reason=REASON))
    again = counted.tell("record_absence", CHAIR, number=number, marker=second.id, reason="Друга.")
    assert refusal(again) == "AlreadyDone"
    told = counted.progress()["third_counts"][0]["opinions"]
    assert [(one["dissent"], one["absent"]) for one in told] == [("Молив.", None), (None, REASON)]


def test_an_absence_is_recorded_by_the_chair_of_one_of_the_two_whose_word_is_awaited(second: PaperExam) -> None:
    number = number_in(second)
    first, other = second.markers_of(number)
    early = second.tell("record_absence", CHAIR, number=number, marker=first.id, reason=REASON)
    assert (refusal(early), early.json()["article"]) == ("NoThirdCount", "чл. 48, ал. 2")
    second.mark_everything({number: without_7(second)})
    second.settle_everything()
    (third,) = set(MEMBERS) - {first, other}
    assert (
        refusal(second.tell("record_absence", CHAIR, number=number, marker=third.id, reason=REASON)) == "NoThirdCount"
    )
    assert refusal(second.tell("record_absence", CHAIR, number=number, marker=first.id, reason=" ")) == "InvalidInput"
    for one in (first, DIRECTOR):
        answer = second.tell("record_absence", one, number=number, marker=other.id, reason=REASON)
        assert refusal(answer) == "NotAllowed"


def test_the_chair_records_an_absence_by_the_form_beside_the_awaited_word(counted: PaperExam) -> None:
    number = number_in(counted)
    first, absent = counted.markers_of(number)
    good(counted.tell("agree_to_count", first, number=number))
    for one in (absent, DIRECTOR):
        assert "record_absence" not in offered(page(counted, one))
    html = page(counted, CHAIR)
    assert html.count("Защо отсъства") == html.count(f"Защо отсъства Член На Комисия-{absent.id}") == 1
    done(counted, CHAIR, "record_absence", number=number, marker=absent.id, reason=REASON)
    html = page(counted, CHAIR)
    assert f'<span class="status bad">отсъства</span> {REASON}' in html
    assert "record_absence" not in offered(html)
    counted.open_envelopes()
