"""Art. 44–48: numbers, counts, second checks, slips."""

import random
from datetime import date

import pytest

from contracts.people import Names
from contracts.refusals.general import OutOfOrder
from contracts.refusals.grading import (
    CopiesDoNotAddUp,
    EnvelopesNotAsHandedIn,
    MarksNotOfTheCard,
    MoreCopiesThanPrinted,
    NobodyElseToCount,
    NumberWasRead,
    ScansIncomplete,
    SlipMatchesNobody,
    SubVariantNotOpened,
    SubVariantWasRead,
    TooFewMarkers,
)
from regulation import in_force
from services.grading.paper.rules.batch import (
    Page,
    check_complete,
    check_number_unread,
    check_sub_variant,
    look_through,
)
from services.grading.paper.rules.checking import (
    DIFFERS,
    FIRST,
    NOT_READ,
    OWN_LOOKS,
    SECOND,
    SIGNS,
    MachineReading,
    PersonsCount,
    Round,
    left_to_member,
    standing,
)
from services.grading.paper.rules.copies import Copies, Printed, check_accounted, check_written_off, with_spares
from services.grading.paper.rules.counting import (
    Seen,
    calls_for_second_check,
    check_seen,
    checked_key,
    count,
    differing,
    is_right,
)
from services.grading.paper.rules.distribution import distribute, hand_on, second_marker
from services.grading.paper.rules.numbers import check_envelopes, draw_numbers, to_mark
from services.grading.paper.rules.slips import Expected, whose

LAW = in_force(date(2027, 5, 15))
KEY = dict.fromkeys(range(1, 91), "Б")


def seen_with(correct: int) -> Seen:
    return Seen({question: ("Б" if question <= correct else "В",) for question in KEY})


def counted(correct: int) -> PersonsCount:
    seen = seen_with(correct)
    return PersonsCount(seen, count(seen, KEY, LAW))


def machine(correct: int, *doubtful: int, has_signs: bool = False) -> MachineReading:
    return MachineReading(seen_with(correct), frozenset(doubtful), has_signs)


def page(name: str, number: str | None, sub_variant: str | None, *, is_read: bool = True) -> Page:
    return Page(name, is_read, number, sub_variant)


@pytest.mark.parametrize(
    ("letters", "is_pencil", "expected"),
    [(("Б",), False, True), (("В",), False, False), ((), False, False), (("Б", "В"), False, False), ((), True, False)],
)
def test_art_46_1_exactly_one_cross_in_pen_equal_to_the_key_is_right(
    letters: tuple[str, ...], is_pencil: bool, expected: bool
) -> None:
    seen = Seen({1: letters}, frozenset({1} if is_pencil else ()))
    assert is_right(seen, 1, "Б", LAW) is expected


def test_art_46_1_an_empty_card_has_ninety_wrong_answers() -> None:
    assert count(Seen({}), KEY, LAW).wrong == 90


@pytest.mark.parametrize(("correct", "expected"), [(54, False), (55, True), (60, True), (65, True), (66, False)])
def test_art_48_2_cards_from_55_to_65_inclusive_are_checked_twice(correct: int, expected: bool) -> None:
    assert calls_for_second_check(correct, LAW) is expected


def test_two_counts_with_the_same_total_may_differ() -> None:
    one, other = Seen({1: ("А",), 2: ("Б",)}), Seen({1: ("Б",), 2: ("А",)})
    assert differing(one, other, KEY) == (1, 2)


def test_pencil_and_no_mark_are_the_same_to_the_count() -> None:
    assert differing(Seen({}, frozenset({4})), Seen({}), KEY) == ()


@pytest.mark.parametrize(
    "seen", [Seen({91: ("А",)}), Seen({0: ("А",)}), Seen({1: ("Д",)}), Seen({1: ("А",)}, frozenset({1}))]
)
def test_marks_that_no_card_can_bear_are_refused(seen: Seen) -> None:
    with pytest.raises(MarksNotOfTheCard):
        check_seen(seen, LAW)


def test_a_key_without_a_letter_for_every_question_is_none() -> None:
    with pytest.raises(ValueError, match="every question"):
        checked_key({str(question): "А" for question in range(1, 90)}, LAW)


def test_a_card_awaits_its_first_marker() -> None:
    assert standing(machine(70), Round(), Round(), LAW).awaits_marker


def test_machine_and_member_who_agree_make_the_count_final_outside_the_bounds() -> None:
    final = standing(machine(70), Round(counted(70)), Round(), LAW).final
    assert final is not None
    assert final.count.correct == 70


def test_machine_and_member_who_differ_go_to_the_chair() -> None:
    found = standing(machine(70), Round(counted(71)), Round(), LAW)
    assert (found.round, found.to_settle, found.differing, found.final) == (FIRST, (DIFFERS,), (71,), None)


def test_a_question_that_the_machine_doubts_is_the_members_alone() -> None:
    assert standing(machine(70, 71), Round(counted(71)), Round(), LAW).final is not None


def test_beside_what_is_doubtful_a_member_answers_a_few_sure_questions() -> None:
    read, seed = machine(70, 3), b"what the boxes measure"
    first, again = (left_to_member(read, FIRST, LAW, seed) for _ in range(2))
    assert 3 in first
    assert len(first) == 1 + OWN_LOOKS
    assert first == again
    assert first != left_to_member(read, FIRST, LAW, b"another card")


def test_art_48_2_the_second_check_is_made_without_a_word_of_the_machine() -> None:
    assert left_to_member(machine(60), SECOND, LAW, b"what the boxes measure") == set(KEY)


def test_a_member_answers_every_question_of_a_page_that_was_not_read() -> None:
    assert left_to_member(None, FIRST, LAW, b"") == set(KEY)


def test_a_sign_is_never_passed_over_without_the_chair() -> None:
    assert standing(machine(70, has_signs=True), Round(counted(70)), Round(), LAW).to_settle == (SIGNS,)


def test_a_page_that_was_not_read_is_settled_by_the_chair() -> None:
    assert standing(None, Round(counted(70)), Round(), LAW).to_settle == (NOT_READ,)
    assert standing(None, Round(counted(70), counted(70)), Round(), LAW).final is not None


def test_art_48_2_the_settled_first_count_decides_about_the_second_check() -> None:
    settled = Round(counted(66), counted(65))
    found = standing(machine(65), settled, Round(), LAW)
    assert (found.round, found.awaits_marker) == (SECOND, True)


def test_two_members_who_agree_make_the_count_final() -> None:
    final = standing(machine(60), Round(counted(60)), Round(counted(60)), LAW).final
    assert final is not None
    assert final.count.correct == 60


def test_a_second_check_that_was_made_counts_though_the_count_would_not_call_for_it() -> None:
    """Own choice: the sub-variant was corrected after it."""
    assert standing(machine(40), Round(counted(40)), Round(counted(40)), LAW).final == counted(40)
    assert standing(machine(40), Round(counted(40)), Round(counted(39)), LAW).to_settle == (DIFFERS,)


def test_two_members_who_differ_count_again_with_the_chair() -> None:
    found = standing(machine(60), Round(counted(60)), Round(counted(59)), LAW)
    assert (found.round, found.to_settle, found.differing) == (SECOND, (DIFFERS,), (60,))


@pytest.mark.parametrize(
    ("first_has", "second_has", "awaited"),
    [(False, False, (FIRST, SECOND)), (True, False, (SECOND,)), (False, True, (FIRST,)), (True, True, ())],
)
def test_art_48_2_what_the_three_counted_is_final_when_both_members_have_said_their_word(
    first_has: bool, second_has: bool, awaited: tuple[int, ...]
) -> None:
    first = Round(counted(60), has_spoken=first_has)
    second = Round(counted(59), counted(58), has_spoken=second_has)
    found = standing(machine(60), first, second, LAW)
    assert (found.awaits_words, found.differing, found.to_settle) == (awaited, (60,), ())
    assert found.final == (None if awaited else counted(58))


def test_what_the_chair_settled_between_machine_and_member_awaits_nobodys_word() -> None:
    assert standing(machine(70), Round(counted(71), counted(70)), Round(), LAW).final == counted(70)
    assert standing(machine(60), Round(counted(61), counted(60)), Round(counted(60)), LAW).final == counted(60)


def test_art_44_envelopes_are_as_many_as_were_handed_in_or_the_chair_says_why() -> None:
    check_envelopes(3, 3, deviation_reason=None)
    check_envelopes(2, 3, deviation_reason="Единият плик е празен.")
    with pytest.raises(EnvelopesNotAsHandedIn):
        check_envelopes(2, 3, deviation_reason=None)


@pytest.mark.parametrize(
    ("unannulled", "handed_in", "taken_over", "found"),
    [(3, 3, (3,), 3), (5, 5, (2, 2), 4), (2, 2, (3,), 3), (2, 3, (3,), 2), (2, 2, (2,), 2), (3, 3, (), 3)],
    ids=["all", "one lost", "one more", "one annulled, handed in", "one annulled, with nothing", "not told"],
)
def test_art_41_2_what_the_halls_handed_over_is_what_is_marked_but_for_annulled_tests(
    unannulled: int, handed_in: int, taken_over: tuple[int, ...], found: int
) -> None:
    assert to_mark(unannulled, handed_in, taken_over) == found


def test_art_44_numbers_have_five_digits_and_none_twice() -> None:
    numbers = draw_numbers(500, LAW, random.Random(7))
    assert len(set(numbers)) == 500
    assert all(len(number) == 5 and number[0] != "0" for number in numbers)
    assert numbers != sorted(numbers)


def test_art_45_members_get_equal_shares() -> None:
    shares = distribute([str(number) for number in range(10)], ["b", "a", "c"])
    assert sorted(list(shares.values()).count(member) for member in "abc") == [3, 3, 4]


def test_art_48_2_the_second_marker_is_another_member() -> None:
    assert [second_marker(first, ["c", "a", "b"]) for first in "abc"] == ["b", "c", "a"]
    with pytest.raises(TooFewMarkers):
        second_marker("a", ["a"])
    with pytest.raises(TooFewMarkers):
        distribute(["1"], ["a"])


def test_art_45_what_an_absent_member_has_not_counted_goes_to_the_others_in_turn() -> None:
    waiting: dict[str, str | None] = dict.fromkeys(("10", "20", "30", "40", "50"))
    assert hand_on(waiting, ["c", "b"]) == {"10": "b", "20": "c", "30": "b", "40": "c", "50": "b"}


def test_art_48_2_a_second_check_is_handed_on_past_who_made_the_first_count() -> None:
    assert hand_on({"10": "b", "20": "c", "30": None}, ["b", "c"]) == {"10": "c", "20": "b", "30": "b"}
    assert hand_on({"10": "b", "20": None}, ["b", "c", "d"]) == {"10": "c", "20": "c"}


def test_art_48_2_who_is_absent_counts_only_what_nobody_else_may() -> None:
    assert second_marker("a", ["a", "b", "c"], {"b"}) == "c"
    assert second_marker("c", ["a", "b", "c"], {"a"}) == "b"
    assert second_marker("a", ["a", "b"], {"b"}) == "b"
    assert hand_on({"10": None, "20": None, "30": "c"}, ["a", "b", "c"], {"a"}) == {"10": "b", "20": "c", "30": "b"}
    assert hand_on({"10": "b", "20": None}, ["a", "b"], {"a"}) == {"10": "a", "20": "b"}
    assert hand_on({"10": None, "20": None}, ["a", "b"], {"a", "b"}) == {"10": "a", "20": "b"}


def test_a_card_that_nobody_else_may_count_is_named_and_none_is_handed_on() -> None:
    with pytest.raises(NobodyElseToCount) as refused:
        hand_on({"10": None, "30": "b", "20": "b"}, ["b"])
    assert refused.value.facts == {"numbers": "20, 30"}
    with pytest.raises(NobodyElseToCount):
        hand_on({"10": None}, [])


def test_what_is_missing_twice_or_foreign_is_named() -> None:
    pages = [
        page("s1:1", "11111", "1А"),
        page("s2:1", "11111", "1А"),
        page("s3:1", "99999", "1А"),
        page("s4:1", None, "1А"),
        page("s5:1", None, None, is_read=False),
        page("s6:1", "33333", None),
    ]
    found = look_through(["11111", "22222", "33333"], 1, pages, {"1А"})
    assert (found.waiting, found.missing, found.unknown) == (1, ("22222",), ("s3:1",))
    assert found.duplicates == {"11111": ["s1:1", "s2:1"]}
    assert (found.without_number, found.unreadable, found.without_sub_variant) == (("s4:1",), ("s5:1",), ("s6:1",))
    with pytest.raises(ScansIncomplete, match="22222"):
        check_complete(found)


def test_art_44_a_person_completes_only_what_was_not_read() -> None:
    check_number_unread(None, "11111")
    check_number_unread("11111", "11111")
    with pytest.raises(NumberWasRead):
        check_number_unread("11111", "22222")


def test_art_44_a_card_is_counted_by_the_sub_variant_that_was_read_from_it() -> None:
    opened = ["1А", "1Б"]
    for read, given in ((None, "1Б"), ("1А", "1А"), ("1В", "1Б")):
        check_sub_variant(read, given, opened)
    with pytest.raises(SubVariantWasRead):
        check_sub_variant("1А", "1Б", opened)
    with pytest.raises(SubVariantNotOpened):
        check_sub_variant("1В", "1В", opened)


def test_art_46_2_the_card_of_an_annulled_number_is_not_looked_for() -> None:
    check_complete(look_through(["11111", "22222"], 0, [page("s1:1", "11111", "1А")], {"1А"}, {"22222"}))


def test_one_good_scan_for_every_number_is_complete() -> None:
    check_complete(look_through(["11111"], 0, [page("s1:1", "11111", "1А")], {"1А"}))


IVANOV = Expected("c1", Names("Иван", "Петров", "Иванов-Колев"), "9101010000", is_taken=False)


def test_art_47_a_slip_is_his_whose_number_and_names_stand_on_it() -> None:
    assert whose(Names("ИВАН", "Петров", "Иванов  Колев"), "9101010000", [IVANOV]) == "c1"


@pytest.mark.parametrize(
    ("names", "identifier", "is_taken"),
    [
        (Names("Иван", "Петров", "Колев"), "9101010000", False),
        (Names("Иван", "Петров", "Иванов-Колев"), "9101010001", False),
        (Names("Иван", "Петров", "Иванов-Колев"), "9101010000", True),
    ],
)
def test_art_47_another_slip_is_refused(names: Names, identifier: str, is_taken: bool) -> None:
    expected = Expected("c1", IVANOV.names, IVANOV.identifier, is_taken)
    with pytest.raises(SlipMatchesNobody):
        whose(names, identifier, [expected])


def copies(kind: Printed, printed: int, spoiled: int = 0, spare: int = 0, sub_variant: str = "") -> Copies:
    return Copies(kind=kind, sub_variant=sub_variant, printed=printed, spoiled=spoiled, spare=spare)


@pytest.mark.parametrize(("seats", "copies"), [(0, 2), (1, 3), (40, 42), (41, 44), (200, 210)])
def test_of_each_thing_a_twentieth_more_than_the_seats_is_printed_and_two_at_least(seats: int, copies: int) -> None:
    assert with_spares(seats) == copies


def test_art_42_1_no_more_copies_are_written_off_than_were_printed() -> None:
    check_written_off(10, 4, 6)
    with pytest.raises(MoreCopiesThanPrinted):
        check_written_off(10, 5, 6)


def test_art_35_2_as_many_copies_of_everything_were_given_out_as_candidates_came() -> None:
    whole = [copies(kind, 7, spare=2) for kind in Printed if kind is not Printed.CARD]
    cards = [copies(Printed.CARD, 4, spoiled=1, sub_variant="1А"), copies(Printed.CARD, 2, sub_variant="1Б")]
    check_accounted([*whole, *cards], 5)
    with pytest.raises(CopiesDoNotAddUp):
        check_accounted([*whole, *cards], 6)
    with pytest.raises(OutOfOrder):
        check_accounted(whole, 5)
